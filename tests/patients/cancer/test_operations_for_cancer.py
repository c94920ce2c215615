"""Operations and other treatments of a cancer that stand among the procedures alone."""

import pytest

from tests.chart_builders import Asked, days_ago, kyphoplasty, of_patient, order_sign
from tests.codes import CPT, codeable
from tests.patients.reassuring import (
    card_of,
    cards_of,
    end_is_selected,
    reassuring_record,
)

OPS = "http://fhir.de/CodeSystem/bfarm/ops"
TWO_TO_FIVE_YEARS = (60, 800, 1700)
SIX_YEARS = 2200
BELOW = "below the usual"


def done(code, days, **members):
    said = {"status": "completed", "code": code, "performedDateTime": days_ago(days)}
    return of_patient("Procedure", "done", **said | members)


def withholds_all(cards):
    card = cards["rehabilitation"]
    is_chosen = any(one.get("isRecommended") for one in card["suggestions"])
    return BELOW not in card["detail"] and not is_chosen and not end_is_selected(cards)


@pytest.mark.parametrize("days", TWO_TO_FIVE_YEARS)
@pytest.mark.parametrize(
    ("title", "lead"),
    [
        ("Mastectomy for carcinoma", "Cancer"),
        ("Prostatectomy for cancer", "Prostate cancer"),
        ("Left nephrectomy for renal cell carcinoma", "Kidney cancer"),
        ("Lumpectomy, breast cancer", "Breast cancer"),
        ("Hemicolectomy (colon cancer)", "Cancer"),
        ("Radiotherapy for prostate cancer", "Prostate cancer"),
        ("Mastektomie wg. Mammakarzinom", "Breast cancer"),
        ("Radikale Prostatektomie bei Prostata-Ca", "Prostate cancer"),
        ("Thyreoidektomie bei Schilddrüsenkarzinom", "Thyroid cancer"),
        ("Mastectomie pour cancer du sein", "Breast cancer"),
        ("Lobectomie pour carcinome pulmonaire", "Lung cancer"),
        ("Mastectomía por cáncer de mama", "Breast cancer"),
        ("Prostatectomia per carcinoma prostatico", "Prostate cancer"),
        ("左乳癌根治术", "Breast cancer"),
        ("乳癌切除術", "Breast cancer"),
    ],
)
def test_a_title_that_names_the_cancer_warns_of_it(title, lead, days):
    cards = cards_of(done({"text": title}, days))
    card = cards["rehabilitation"]
    assert card["indicator"] == "warning"
    assert card["summary"].startswith(f"{lead} (20")
    assert "could this be a metastasis?" in card["summary"]
    assert withholds_all(cards)


@pytest.mark.parametrize(
    "title", ["Mastectomy for breast cancer", "Mastektomie bei Mammakarzinom"]
)
def test_one_of_longer_ago_is_an_earlier_cancer(title):
    card = card_of(done({"text": title}, SIX_YEARS))
    assert card["indicator"] == "info"
    assert "**Earlier cancer:** breast cancer 2020" in card["detail"]


@pytest.mark.parametrize(
    "title",
    [
        "Mastectomy for suspected carcinoma",
        "Lumpectomy, r/o cancer",
        "Excisional biopsy, breast cancer?",
        "Prophylactic mastectomy, risk of breast cancer",
        "Prostatectomy, no cancer in the specimen",
        "Mastektomie bei V.a. Mammakarzinom",
        "Hysterektomie, Ausschluss Karzinom",
        "Mastectomie prophylactique, cancer du sein chez la mère",
        "Colectomie, suspicion de cancer",
        "Breast cancer screening",
        "Excision of basal cell carcinoma",
    ],
)
def test_what_is_in_doubt_or_denied_warns_of_nothing(title):
    assert card_of(done({"text": title}, 800))["indicator"] == "info"


def test_one_that_may_not_have_been_done_warns_of_nothing():
    act = done({"text": "Mastectomy for carcinoma"}, 800, status="unknown")
    assert card_of(act)["indicator"] == "info"


@pytest.mark.parametrize("days", TWO_TO_FIVE_YEARS)
@pytest.mark.parametrize(
    "code",
    [
        codeable(CPT, "19307"),
        codeable(CPT, "55866"),
        codeable(OPS, "5-604.02"),
        *(
            {"text": title}
            for title in (
                "Radical prostatectomy",
                "Modified radical mastectomy",
                "Radical nephrectomy",
                "Whipple procedure",
                "Robotic-assisted radical prostatectomy (RARP)",
                "Axillary lymph node dissection",
                "Radikale Prostatektomie",
                "Axilladissektion",
                "Prostatectomie radicale",
                "Prostatectomía radical",
                "Prostatectomia radicale",
                "Radicale prostatectomie",
                "Prostatektomia radykalna",
                "前立腺全摘除術",
                "前列腺癌根治术",
            )
        ),
    ],
    ids=str,
)
def test_an_operation_that_is_done_for_cancer_leaves_one_open(code, days):
    cards = cards_of(done(code, days))
    assert "not excluded" in cards["rehabilitation"]["detail"] or (
        "metastasis?" in cards["rehabilitation"]["summary"]
    )
    assert withholds_all(cards)


@pytest.mark.parametrize("code", [codeable(CPT, "19307"), codeable(OPS, "5-604.02")])
def test_its_code_leaves_a_malignancy_of_bone_open(code):
    asked = Asked()
    record = reassuring_record(done(code, 1200))
    asked.post(order_sign(record, kyphoplasty()))
    gaps = {one["name"] for one in asked.log.entries[-1].content["gaps"]}
    assert "malignancy" in gaps
    assert "cancer within 5 years not excluded" in card_of(done(code, 1200))["detail"]


@pytest.mark.parametrize("title", ["Radical prostatectomy", "Whipple procedure"])
def test_one_of_longer_ago_leaves_nothing_open(title):
    assert "Not known" not in card_of(done({"text": title}, SIX_YEARS))["detail"]


@pytest.mark.parametrize(
    "title",
    [
        "Transurethral resection of prostate",
        "Partial nephrectomy for stone",
        "Cholecystectomy",
        "Tonsillectomy",
        "Radical orchitis treatment planning declined",
        "Cholezystektomie",
        "Appendicectomie",
    ],
)
def test_other_operations_of_years_ago_leave_nothing_open(title):
    assert BELOW in card_of(done({"text": title}, 800))["detail"]

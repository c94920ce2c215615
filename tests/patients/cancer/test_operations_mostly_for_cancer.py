"""An operation that is mostly done for a cancer leaves one open, however old (E9)."""

import pytest

from tests.chart_builders import Resource, days_ago, of_patient
from tests.codes import SCT, codeable
from tests.patients.reassuring import (
    REASSURING,
    cards_of,
    end_is_selected,
    selected,
)

SIX_YEARS = 2200
MOSTLY = (
    "Mastectomy|Simple mastectomy left|Prostatectomy|Lumpectomy|Nephrectomy, left"
    "|VATS lobectomy|Mastektomie|Nephrektomie rechts|Mastectomie|Néphrectomie"
    "|Mastectomía|Nefrectomia|Borstamputatie|Prostatektomia|乳房切除術|左肺上叶切除术"
    "|유방절제술|전립선절제술|TURBT|Port-a-Cath implantation|Gastrektomie"
)
HARMLESS = (
    "Mastectomy for gynaecomastia|Prophylactic mastectomy|Nephrectomy, living donor"
    "|Nephrectomy for stones|TURP|Simple prostatectomy for BPH|Sleeve gastrectomy"
    "|Thyroid lobectomy|Mastektomie bei Gynäkomastie|Nephrektomie bei Nierensteinen"
    "|Mastectomie prophylactique|Nefrectomía, donante vivo|甲状腺叶切除术|Cholecystectomy"
)
TRANSPLANTS = (
    "Autologous stem cell transplantation|ASCT|Stammzelltransplantation|Autogreffe"
    "|Trasplante de médula ósea|Trapianto di midollo osseo|Stamceltransplantatie"
    "|自家造血幹細胞移植|骨髓移植|조혈모세포이식"
)
PATHOLOGY = codeable("http://terminology.hl7.org/CodeSystem/v2-0074", "SP")
REPORTED = (
    "Invasive ductal carcinoma of the breast, G2|Adenokarzinom der Prostata"
    "|Carcinome canalaire infiltrant|Adenocarcinoma de colon|Carcinoma mammario"
    "|Mammacarcinoom|Rak piersi|乳癌|前列腺癌|유방암"
)


def done(title: str, days: int | None, reason: str = "") -> Resource:
    day = {"performedDateTime": days_ago(days)} if days is not None else {}
    why = {"reasonCode": [{"text": reason}]} if reason else {}
    act = {"status": "completed", "code": {"text": title}}
    return of_patient("Procedure", "act", **act | day | why)


def reported(conclusion: str | None, days: int, **members: object) -> Resource:
    said = {
        "status": "final",
        "category": [PATHOLOGY],
        "code": {"text": "Surgical pathology report"},
        "effectiveDateTime": days_ago(days),
        "conclusion": conclusion,
    }
    return of_patient("DiagnosticReport", "pathology", **said | members)


def says_below(cards: dict[str, Resource]) -> bool:
    return any(REASSURING in card.get("detail", "") for card in cards.values())


@pytest.mark.parametrize("days", [500, None])
@pytest.mark.parametrize("title", MOSTLY.split("|"))
def test_one_of_five_years_or_without_a_day_is_open(title: str, days: int) -> None:
    cards = cards_of(done(title, days))
    assert "cancer within 5 years not excluded" in cards["rehabilitation"]["detail"]
    assert not says_below(cards)
    assert not end_is_selected(cards)
    assert not any("iaison" in label for _, label in selected(cards))


@pytest.mark.parametrize("title", MOSTLY.split("|"))
def test_one_of_longer_ago_is_named_and_reassures_nobody(title: str) -> None:
    cards = cards_of(done(title, SIX_YEARS))
    detail = cards["rehabilitation"]["detail"]
    assert "**Cancer over 5 years ago:** not excluded (2020)" in detail
    assert not says_below(cards)
    assert cards["rehabilitation"]["indicator"] == "info"


@pytest.mark.parametrize("days", [900, SIX_YEARS])
@pytest.mark.parametrize("title", HARMLESS.split("|"))
def test_one_for_something_harmless_tells_of_none(title: str, days: int) -> None:
    detail = cards_of(done(title, days))["rehabilitation"]["detail"]
    assert "cancer" not in detail.lower()


def test_a_harmless_reason_counts_as_a_harmless_title_does() -> None:
    for title, reason in (("Mastectomy", "Gynaecomastia"), ("Nephrectomy", "Stones")):
        cards = cards_of(done(title, SIX_YEARS, reason))
        assert "ancer" not in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("title", TRANSPLANTS.split("|"))
def test_a_transplant_of_marrow_leaves_it_open_for_ever(title: str) -> None:
    cards = cards_of(done(title, 4000))
    assert "malignancy of bone not excluded" in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize("words", REPORTED.split("|"))
def test_an_old_report_that_names_one_reassures_nobody(words: str) -> None:
    cards = cards_of(reported(words, 5300))
    detail = cards["rehabilitation"]["detail"]
    assert "**Cancer over 5 years ago:** not excluded (2012)" in detail
    assert not says_below(cards)


def test_so_does_its_code() -> None:
    code = codeable(SCT, "254837009")
    cards = cards_of(reported(None, 5300, conclusionCode=[code]))
    assert not says_below(cards)


@pytest.mark.parametrize(
    "words", ["No malignancy identified", "Tubular adenoma, no dysplasia"]
)
def test_one_that_denies_it_tells_of_none(words: str) -> None:
    detail = cards_of(reported(words, 5300))["rehabilitation"]["detail"]
    assert "Cancer over" not in detail


def test_next_to_a_cancer_of_long_ago_it_does_not_make_that_one_recent() -> None:
    old = of_patient(
        "Condition",
        "old",
        code={"text": "Colon cancer 2011"},
        recordedDate=days_ago(5000),
    )
    cards = cards_of(old, done("Nephrectomy", 700))
    assert "could this be" not in cards["rehabilitation"]["summary"]

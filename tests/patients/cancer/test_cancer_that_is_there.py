"""Cancer of long ago that is treated, has spread or is back (F7), and drugs against one."""

import pytest

from tests.chart_builders import (
    days_ago,
    kyphoplasty,
    of_patient,
    problem,
)
from tests.codes import ATC, CPT, ICD, codeable
from tests.patients.reassuring import card_of

REASSURING = "below the usual"
ICD_9 = "http://hl7.org/fhir/sid/icd-9-cm"


def of_2013(code="C50.911", text="", **members):
    coded = codeable(ICD, code, text)
    return problem(code, days=4700, onsetDateTime="2013-03-01", code=coded, **members)


def taken(name="", atc=""):
    drug = codeable(ATC, atc) if atc else {"text": name}
    return of_patient(
        "MedicationStatement",
        "taken",
        status="active",
        medicationCodeableConcept=drug,
        effectivePeriod={"start": days_ago(900)},
    )


def done(text="", days=300, code=None):
    return of_patient(
        "Procedure",
        "done",
        status="completed",
        code=code or {"text": text},
        performedDateTime=days_ago(days),
    )


def stage(text):
    return {"stage": [{"summary": {"text": text}}]}


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([of_2013(), taken("Letrozole 2.5 mg")], id="aromatase-inhibitor"),
        pytest.param([of_2013("C61"), taken(atc="L02AE02")], id="gnrh"),
        pytest.param([of_2013("C61"), taken("Bicalutamid")], id="antiandrogen"),
        pytest.param([of_2013(), done("Radiotherapy")], id="radiotherapy"),
        pytest.param([of_2013(), done("Bestrahlung Mamma links")], id="bestrahlung"),
        pytest.param([of_2013(text="Metastatic breast cancer")], id="metastatic"),
        pytest.param([of_2013(text="Recurrent breast cancer")], id="recurrent"),
        pytest.param([of_2013(text="Mammakarzinom, Rezidiv")], id="rezidiv"),
        pytest.param([of_2013(**stage("Stage IV"))], id="stage-iv"),
        pytest.param([of_2013(**stage("stage IIIB"))], id="stage-iiib"),
        pytest.param([of_2013(**stage("T2N1M1"))], id="tnm"),
        pytest.param(
            [of_2013(), problem("C78.00", number="m", onsetDateTime="2015")],
            id="secondary-of-2015",
        ),
    ],
)
def test_an_old_cancer_that_is_there_is_a_fact(entries):
    card = card_of(*entries)
    assert card["indicator"] == "warning"
    assert "could this be a metastasis" in card["summary"]


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([of_2013()], id="old"),
        pytest.param([of_2013(text="Breast cancer, non-metastatic")], id="no-spread"),
        pytest.param([of_2013(text="Breast cancer without recurrence")], id="not-back"),
        pytest.param([of_2013(**stage("Stage I"))], id="stage-i"),
        pytest.param([of_2013(**stage("T1N0M0"))], id="tnm"),
        pytest.param([of_2013(), done("Radiotherapy", days=4000)], id="old-radiation"),
        pytest.param([of_2013(), done("Declined chemotherapy")], id="declined"),
        pytest.param([of_2013(), taken("methotrexate 15 mg")], id="methotrexate"),
    ],
)
def test_an_old_cancer_that_is_over_does_not_lead(entries):
    card = card_of(*entries)
    assert card["indicator"] == "info"
    assert "could this be a metastasis" not in card["summary"]


@pytest.mark.parametrize(
    "name", ["Letrozole 2.5 mg", "Abirateron 500 mg", "Tamoxifen", "leuprolide depot"]
)
def test_a_drug_against_cancer_leaves_one_open(name):
    detail = card_of(taken(name))["detail"]
    assert "malignancy of bone not excluded (a drug against cancer" in detail
    assert REASSURING not in detail


def test_methotrexate_says_nothing_of_cancer():
    assert REASSURING in card_of(taken("methotrexate 15 mg"))["detail"]


@pytest.mark.parametrize("code", ["27235", "27236", "27244", "27245", "27246", "27248"])
def test_the_operation_of_a_hip_fracture_tells_of_it(code):
    card = card_of(done(code=codeable(CPT, code)))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Hip fracture Jan 2026")


def test_a_joint_replacement_and_an_old_operation_tell_of_none():
    assert REASSURING in card_of(done(code=codeable(CPT, "27130")))["detail"]
    old = done(code=codeable(CPT, "27236"), days=3000)
    assert REASSURING in card_of(old)["detail"]


@pytest.mark.parametrize("days", [300, 30])
def test_the_sequela_of_a_hip_fracture_is_open(days):
    detail = card_of(problem("S72.001S", days=days))["detail"]
    assert "hip fracture within 2 years not excluded" in detail
    assert REASSURING not in detail


@pytest.mark.parametrize("code", ["585.4", "585.5", "585.6"])
def test_severe_kidney_disease_in_icd_9(code):
    entry = problem("x", days=50, code=codeable(ICD_9, code))
    assert card_of(entry)["summary"].startswith("Severe kidney disease")


# --- what the order itself says


@pytest.mark.parametrize(
    "members",
    [
        {"reasonReference": [{"reference": "Condition/9"}]},
        {
            "reasonReference": [
                {"reference": "Condition/9", "display": "Bone metastasis"}
            ]
        },
        {"supportingInfo": [{"display": "Sepsis"}]},
        {"supportingInfo": [{"display": "Discitis L1"}]},
        *(
            {"reasonCode": [{"text": words}]}
            for words in (
                "guzkowata zmiana L1",
                "zmiana w trzonie L1",
                "Raumforderung",
                "see note",
                "lésion L1 à préciser",
                "pathology L1?",
            )
        ),
    ],
)
def test_a_reason_that_nobody_understood_reassures_nobody(members):
    card = card_of(order=kyphoplasty(**members))
    assert "not excluded" in card["detail"]
    assert REASSURING not in card["detail"]
    assert not any(one.get("isRecommended") for one in card["suggestions"])


@pytest.mark.parametrize(
    "words",
    ["metastasis to L1", "przerzut do L1", "Przerzut Th12", "métastase L1", "L1转移瘤"],
)
def test_a_metastasis_of_the_treated_level_leads(words):
    card = card_of(order=kyphoplasty(reasonCode=[{"text": words}]))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Malignancy of bone")


@pytest.mark.parametrize(
    "members",
    [
        {"reasonCode": [{"text": words}]}
        for words in (
            "L1 compression fracture",
            "Back pain",
            "Acute osteoporotic compression fracture L1",
            "Painful osteoporotic VCF",
            "Frische LWK1-Fraktur",
        )
    ]
    + [{"reasonCode": [codeable(ICD, "M80.08XA", "Age-related osteoporosis")]}],
)
def test_the_usual_reasons_open_nothing(members):
    assert REASSURING in card_of(order=kyphoplasty(**members))["detail"]


# --- how many at once


@pytest.mark.parametrize(
    "order",
    [
        kyphoplasty(note=[{"text": "3-level kyphoplasty"}]),
        kyphoplasty(None, quantityQuantity={"value": 3}),
        {**kyphoplasty(), "code": codeable(CPT, "22514", "Kyphoplastie 3 Etagen")},
        {**kyphoplasty(), "code": codeable(CPT, "22514", "Cifoplastia tres niveles")},
        {**kyphoplasty(), "code": codeable(CPT, "22514", "Kyphoplastik 3 Etagen")},
        kyphoplasty(note=[{"text": "drei Etagen"}]),
        kyphoplasty(note=[{"text": "kyphoplasty, three levels"}]),
        kyphoplasty(reasonCode=[{"text": "Compression fractures T12, L1, L3"}]),
    ],
)
def test_three_levels_in_words_are_three(order):
    card = card_of(order=order)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Three fractures at once")


@pytest.mark.parametrize(
    ("codes", "summary"),
    [
        (("S22.080A", "S32.010A", "S32.030A"), "Three fractures at once"),
        (("S22.060A", "S32.020A", "S32.040A"), "Four fractures at once"),
        (("S32.010A", "S32.030A"), "Two fractures at once"),
    ],
)
def test_fractures_of_one_month_on_the_list_count_together(codes, summary):
    entries = [problem(one, number=one, days=5) for one in codes]
    assert card_of(*entries)["summary"].startswith(summary)


@pytest.mark.parametrize(
    "entries",
    [
        [problem("S32.010A", days=5)],
        [problem("S32.010A", days=5), problem("M80.08XA", number="b", days=6)],
        [problem("S32.010A", days=5), problem("S22.41XA", number="b", days=5)],
    ],
)
def test_one_fracture_stays_one(entries):
    assert "at once" not in card_of(*entries)["summary"]


@pytest.mark.parametrize(
    "atc",
    [
        pytest.param("L01EA01", id="imatinib"),
        pytest.param("L01CD01", id="paclitaxel"),
        pytest.param("L01BC06", id="capecitabine"),
        pytest.param("L01XE01", id="a kinase inhibitor by its old number"),
        pytest.param("L01FD01", id="trastuzumab"),
        pytest.param("L01XA01", id="cisplatin"),
    ],
)
def test_a_drug_against_cancer_by_its_code_alone_reassures_nobody(atc):
    assert REASSURING not in card_of(taken(atc=atc))["detail"]
    # of a patient with a cancer of 2013, it is there now (F7)
    assert card_of(of_2013(), taken(atc=atc))["indicator"] == "warning"


@pytest.mark.parametrize(
    "atc",
    [
        pytest.param("L01BA01", id="methotrexate"),
        pytest.param("L01AA01", id="cyclophosphamide"),
        pytest.param("L01FA01", id="rituximab"),
        pytest.param("L01XC02", id="rituximab by its old number"),
        pytest.param("L01BB02", id="mercaptopurine"),
    ],
)
def test_a_drug_of_rheumatology_is_no_sign_of_cancer(atc):
    assert "cancer" not in card_of(taken(atc=atc))["detail"]
    assert card_of(of_2013(), taken(atc=atc))["indicator"] == "info"

"""End of life silences the whole answer: a code says it, or a plain hospice care.

Either of the last 180 days, two periods for which a hospice is certified (42 CFR
418.21). Older ones, and those without a day, leave it open.
"""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
    problem,
    strong_and_nourished,
)
from tests.codes import ATC, ICD, codeable
from tests.patients.reassuring import selected

METASTASIS = problem("C79.51", number="met")
LAPSED = of_patient(
    "MedicationAdministration",
    "denosumab",
    status="completed",
    medicationCodeableConcept=codeable(ATC, "M05BX04"),
    effectiveDateTime=days_ago(300),
)
AGED = {"onsetDateTime": days_ago(400), "recordedDate": days_ago(400)}


def procedure(words, *, days=20, **members):
    fields = {
        "status": "completed",
        "code": {"text": words},
        "performedDateTime": days_ago(days),
    }
    return of_patient("Procedure", "done", **fields | members)


def cards_beside(*entries):
    record = [*strong_and_nourished(), *entries]
    return by_topic(ask(order_sign(record, kyphoplasty(), brace())))


@pytest.mark.parametrize(
    "words",
    [
        "Palliative radiotherapy L1",
        "Palliative chemotherapy",
        "Palliative care consult for pain",
        "Hospice revoked",
        "Discharged from hospice 2024",
        "Not a hospice candidate",
        "No hospice",
        "Mother in hospice",
        "Hospice care evaluation",
        "Comfort measures discussed",
        "Palliative Bestrahlung LWK 1",
        "Sterbebegleitung des Ehemanns",
        "Radiothérapie palliative",
        "Radioterapia paliativa",
        "Radioterapia palliativa",
        "姑息性放疗",
        "緩和照射",
    ],
)
def test_other_words_of_a_procedure_silence_nothing(words):
    card = cards_beside(procedure(words), METASTASIS)["rehabilitation"]
    assert card["indicator"] == "warning"


@pytest.mark.parametrize(
    "words",
    [
        "Palliative radiotherapy L1",
        "Palliative chemotherapy",
        "Palliative Bestrahlung LWK 1",
        "Radiothérapie palliative",
        "Radioterapia palliativa",
        "姑息性放疗",
        "緩和照射",
    ],
)
def test_a_palliative_treatment_leaves_a_tumour_open(words):
    card = cards_beside(procedure(words))["rehabilitation"]
    assert "malignancy of bone not excluded" in card["detail"]
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize(
    "words", ["Hospice care", "Admission to hospice", "Aufnahme ins Hospiz"]
)
def test_a_hospice_care_that_goes_on_is_the_end_of_life(words):
    assert not cards_beside(procedure(words), METASTASIS)


@pytest.mark.parametrize(
    "dates",
    [
        pytest.param({"onsetDateTime": days_ago(20)}, id="of-late"),
        pytest.param(
            {"onsetDateTime": days_ago(400), "recordedDate": days_ago(20)},
            id="recorded-again-of-late",
        ),
    ],
)
def test_a_code_of_late_says_it(dates):
    assert not cards_beside(problem("Z51.5") | dates, METASTASIS)


LONG_AGO = (
    pytest.param(problem("Z51.5") | AGED, id="code"),
    pytest.param(procedure("Hospice care", days=400), id="act"),
    pytest.param(procedure("", days=400, code=codeable(ICD, "Z51.5")), id="coded-act"),
)


@pytest.mark.parametrize("entry", LONG_AGO)
@pytest.mark.parametrize(
    ("fact", "phrase"),
    [
        pytest.param(METASTASIS, "metastasis", id="metastasis"),
        pytest.param(LAPSED, "Denosumab overdue", id="denosumab"),
    ],
)
def test_a_palliative_care_of_long_ago_silences_no_warning(entry, fact, phrase):
    card = cards_beside(entry, fact)["rehabilitation"]
    assert card["indicator"] == "warning"
    assert phrase in card["summary"]


@pytest.mark.parametrize("entry", LONG_AGO)
def test_a_palliative_care_of_long_ago_is_named_and_reassures_nobody(entry):
    cards = cards_beside(entry)
    detail = cards["rehabilitation"]["detail"]
    assert "below" not in detail
    assert "end-of-life care not excluded" in detail.split("**Not known:**")[1]
    assert not selected(cards)


@pytest.mark.parametrize(
    "entries",
    [
        [procedure("Hospice care", days=400)],
        [procedure("Hospice care", performedDateTime=None)],
        [procedure("Hospice care", note=[{"text": "revoked, goes home"}])],
        [
            procedure(
                "Hospice care",
                performedDateTime=None,
                performedPeriod={"start": days_ago(90), "end": days_ago(30)},
            )
        ],
        [
            procedure("Hospice care", days=90),
            procedure("Hospice revoked") | {"id": "later"},
        ],
    ],
    ids=["old", "undated", "noted", "ended", "revoked-later"],
)
def test_a_hospice_care_that_may_be_over_silences_nothing(entries):
    record = [
        {name: held for name, held in one.items() if held is not None}
        for one in entries
    ]
    assert cards_beside(*record, METASTASIS)

"""Why something was not done or not given is true, though the act never was."""

from typing import Any

import pytest

from tests.chart_builders import PATIENT, days_ago, of_patient
from tests.codes import ATC, CPT, ICD, SCT, codeable
from tests.patients.leaving import summaries_beside
from tests.patients.reassuring import (
    REASSURING,
    cards_of,
    end_is_selected,
    selected,
)

PARACETAMOL = codeable(ATC, "N02BE01", "Paracetamol")
SCAN = {"text": "MRI lumbar spine"}
KYPHOPLASTY = codeable(CPT, "22514")


def not_done(title: Any = SCAN, *, days: int | None = 12, **members: Any) -> Any:
    said = {"status": "not-done", "code": title}
    if days is not None:
        said["performedDateTime"] = days_ago(days)
    return of_patient("Procedure", "undone", **said | members)


def not_given(kind: str, status: str, **members: Any) -> Any:
    when = {
        "MedicationAdministration": {"effectiveDateTime": days_ago(12)},
        "MedicationStatement": {"effectiveDateTime": days_ago(12)},
        "MedicationDispense": {"whenHandedOver": days_ago(12)},
        "MedicationRequest": {"authoredOn": days_ago(12), "intent": "order"},
    }[kind]
    said = {"status": status, "medicationCodeableConcept": PARACETAMOL}
    return of_patient(kind, "undone", **said | when | members)


def is_open(entry: Any) -> bool:
    """Tell if nothing reassures: no figure below the usual, no end that is chosen."""
    cards = cards_of(entry)
    told = any(REASSURING in card["detail"] for card in cards.values())
    return not (told or end_is_selected(cards))


WORDS = [
    "Spondylodiscitis L1/2",
    "postponed: bone metastases",
    "Abgesagt wegen Spondylodiszitis",
    "Knochenmetastasen, Patientin in Onkologie",
    "Annulé : métastases osseuses",
    "Suspendida por espondilodiscitis",
    "Rinviato per sepsi",
    "Uitgesteld wegens botmetastasen",
    "Odwołano: przerzuty do kości",
    "骨転移のため中止",
    "因败血症取消",
    "화농성 척추염으로 취소",
    "new paraparesis",
    "unstable burst fracture",
]


@pytest.mark.parametrize("title", [SCAN, KYPHOPLASTY], ids=["scan", "operation"])
@pytest.mark.parametrize("words", WORDS)
def test_the_reason_in_words_leaves_it_open(words: str, title: Any) -> None:
    assert is_open(not_done(title, statusReason={"text": words}))


CODES = [
    codeable(ICD, "C79.51"),
    codeable(ICD, "M46.26"),
    codeable(ICD, "A41.9"),
    codeable(ICD, "C90.00"),
    codeable(ICD, "G83.4"),
    codeable(ICD, "S32.012A"),
    codeable(ICD, "S72.001A"),
    codeable(SCT, "202756004"),
]
ELEMENTS = {
    "status": lambda one: {"statusReason": one},
    "reason": lambda one: {"reasonCode": [one]},
    "outcome": lambda one: {"outcome": one},
    "complication": lambda one: {"complication": [one]},
    "contained": lambda one: {
        "reasonReference": [{"reference": "#c"}],
        "contained": [
            {
                "resourceType": "Condition",
                "id": "c",
                "subject": {"reference": f"Patient/{PATIENT}"},
                "code": one,
            }
        ],
    },
}


@pytest.mark.parametrize("element", ELEMENTS)
@pytest.mark.parametrize("code", CODES, ids=lambda one: one["coding"][0]["code"])
def test_so_does_one_by_code(code: Any, element: str) -> None:
    assert is_open(not_done(**ELEMENTS[element](code)))


@pytest.mark.parametrize("words", ["Bone metastases", "Spondylodiscitis L3/4"])
def test_so_does_a_note_and_a_name_that_is_referred_to(words: str) -> None:
    assert is_open(not_done(note=[{"text": words}]))
    assert is_open(not_done(reasonReference=[{"display": words}]))


GIVEN = [
    ("MedicationAdministration", "not-done", "statusReason", list),
    ("MedicationAdministration", "not-done", "reasonCode", list),
    ("MedicationStatement", "not-taken", "statusReason", list),
    ("MedicationStatement", "not-taken", "reasonCode", list),
    ("MedicationDispense", "declined", "statusReasonCodeableConcept", None),
    ("MedicationDispense", "cancelled", "statusReasonCodeableConcept", None),
    ("MedicationRequest", "cancelled", "statusReason", None),
    ("MedicationRequest", "cancelled", "reasonCode", list),
]


@pytest.mark.parametrize(("kind", "status", "element", "many"), GIVEN)
@pytest.mark.parametrize("words", ["Bone metastases", "Sepsis", "new paraparesis"])
def test_so_does_the_reason_of_a_drug(
    words: str, kind: str, status: str, element: str, many: Any
) -> None:
    reason = {"text": words}
    told = {element: [reason] if many else reason}
    assert is_open(not_given(kind, status, **told))


def test_nothing_is_chosen_that_waits_for_the_cause() -> None:
    cards = cards_of(not_done(KYPHOPLASTY, statusReason={"text": WORDS[0]}))
    assert selected(cards) == set()
    assert "spinal infection not excluded" in cards["rehabilitation"]["detail"]


def test_one_without_a_day_is_no_older_than_this_signing() -> None:
    assert is_open(not_done(days=None, statusReason={"text": "Bone metastases"}))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Spondylodiscitis", "spinal infection not excluded"),
        ("new paraparesis", "new neurological deficit not excluded"),
        ("Bone metastases", "malignancy of bone not excluded"),
        ("Sepsis", "sepsis not excluded"),
    ],
)
def test_it_is_asked_about_when_the_patient_leaves(words: str, said: str) -> None:
    told = {"statusReason": {"text": words}}
    (summary,) = summaries_beside(not_done({"text": "Physiotherapy"}, days=1, **told))
    assert said in summary


@pytest.mark.parametrize(
    "entry",
    [
        *(
            pytest.param(not_done(statusReason={"text": words}), id=words)
            for words in (
                "Patient declined",
                "Equipment failure",
                "No metastases",
                "Keine Spondylodiszitis",
                "OP verschoben",
                "Refus du patient",
                "Claustrophobia",
                "scanner occupied",
            )
        ),
        pytest.param(not_done(), id="no reason"),
        pytest.param(not_done({"text": "Chemotherapy"}), id="the act alone"),
        pytest.param(not_done(codeable(CPT, "20225")), id="the biopsy alone"),
        pytest.param(
            not_done({"text": "Mammography"}, reasonCode=[{"text": "Hypertension"}]),
            id="harmless",
        ),
        pytest.param(
            not_done(status="entered-in-error", statusReason={"text": WORDS[1]}),
            id="in error",
        ),
        pytest.param(
            not_given(
                "MedicationAdministration",
                "not-done",
                statusReason=[{"text": "Patient asleep"}],
            ),
            id="asleep",
        ),
        pytest.param(
            not_given(
                "MedicationAdministration",
                "entered-in-error",
                statusReason=[{"text": "Sepsis"}],
            ),
            id="dose in error",
        ),
    ],
)
def test_what_is_no_fact_leaves_nothing_open(entry: Any) -> None:
    assert REASSURING in cards_of(entry)["rehabilitation"]["detail"]


def test_of_years_ago_it_is_answered_since() -> None:
    entry = not_done(days=1000, statusReason={"text": "Sepsis"})
    assert REASSURING in cards_of(entry)["rehabilitation"]["detail"]

"""What the stay is for, or a drug in force, comes before the cement (F36, F37)."""

from typing import Any

import pytest

from tests.chart_builders import (
    Resource,
    ask,
    by_topic,
    days_ago,
    inpatient,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.codes import ICD, codeable
from tests.patients.reassuring import reassuring_record, selected

REASONS: list[tuple[Any, str]] = [
    ({"text": "Bilateral leg weakness"}, "eficit not excluded"),
    (codeable(ICD, "G83.4"), "eficit not excluded"),
    ({"text": "Cauda-equina-Syndrom"}, "eficit not excluded"),
    ({"text": "腰痛、両下肢脱力、膀胱直腸障害"}, "eficit not excluded"),
    ({"text": "Spondylodiscitis L4/5"}, "Spinal infection not excluded"),
    ({"text": "Spondylodiszitis"}, "Spinal infection not excluded"),
    ({"text": "Urosepsis"}, "Sepsis not excluded"),
    ({"text": "Bone metastases, back pain"}, "Malignancy of bone not excluded"),
    ({"text": "Métastases osseuses"}, "Malignancy of bone not excluded"),
]
OTHERS: list[Any] = [
    {"text": "Back pain"},
    {"text": "Osteoporotic fracture L1"},
    {"text": "Fear of cancer"},
    {"text": "History of sepsis 2019"},
    {"text": "Z.n. Cauda-equina-Syndrom 2012"},
    {"text": "No leg weakness"},
    {"text": "Kyphoplastie L1"},
    codeable(ICD, "M54.50"),
]
DRUGS = [
    ("Cefazolin 2 g", "Vertebral osteomyelitis L4/5", "Spinal infection not excluded"),
    ("Flucloxacillin 12 g", "Spondylodiszitis L4/5", "Spinal infection not excluded"),
    ("Dexamethasone 8 mg", "Spinal cord compression", "eficit not excluded"),
    ("Meropenem 1 g", "Urosepsis", "Sepsis not excluded"),
    ("Morphine 10 mg", "Bone metastases", "Malignancy of bone not excluded"),
]
LASTING = [
    ("Tamsulosin 0.4 mg", "Urinary retention"),
    ("Baclofen 10 mg", "Spasticity"),
    ("Cefazolin 2 g", "Prevention of spinal infection"),
    ("Metformin 500 mg", "Type 2 diabetes"),
]


def summary_with(*entries: Resource, stay: Any = None) -> str:
    """Return the summary, in which nothing is chosen that a doubt forbids."""
    encounter = inpatient() | ({"reasonCode": [stay]} if stay else {})
    body = order_sign([*reassuring_record(*entries), encounter], kyphoplasty())
    card = by_topic(ask(body))["rehabilitation"]
    if "not excluded" in card["summary"]:
        names = {label for _, label in selected({"rehabilitation": card})}
        assert "Refer to rehabilitation" not in names
    return str(card["summary"])


def drug(title: str, reason: str, **members: Any) -> Resource:
    """Return a prescription of ten days ago that is in force."""
    said: Resource = {"status": "active", "intent": "order"}
    said |= {"authoredOn": days_ago(10), "reasonCode": [{"text": reason}]}
    name = {"text": title}
    return of_patient(
        "MedicationRequest", "for", medicationCodeableConcept=name, **said | members
    )


@pytest.mark.parametrize(("reason", "said"), REASONS)
def test_the_reason_of_the_stay_leads(reason: Any, said: str) -> None:
    assert said in summary_with(stay=reason)


@pytest.mark.parametrize("reason", OTHERS)
def test_an_ordinary_or_older_reason_does_not_lead(reason: Any) -> None:
    assert "not excluded" not in summary_with(stay=reason)


@pytest.mark.parametrize(("title", "reason", "said"), DRUGS)
def test_the_reason_of_a_drug_leads(title: str, reason: str, said: str) -> None:
    assert said in summary_with(drug(title, reason))


@pytest.mark.parametrize(("title", "reason", "said"), DRUGS)
def test_a_drug_of_long_ago_or_not_given_does_not(
    title: str, reason: str, said: str
) -> None:
    for other in (
        {"authoredOn": days_ago(400), "status": "completed"},
        {"status": "cancelled"},
    ):
        assert said not in summary_with(drug(title, reason, **other))


@pytest.mark.parametrize(("title", "reason"), LASTING)
def test_what_is_treated_for_years_does_not_lead(title: str, reason: str) -> None:
    assert "not excluded" not in summary_with(drug(title, reason))

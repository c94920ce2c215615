"""What an entry of this patient contains of another one is no part of the record."""

import pytest

from tests.chart_builders import (
    PATIENT,
    ask,
    brace,
    by_topic,
    drug,
    kyphoplasty,
    order_sign,
    problem,
)
from tests.patients.reassuring import REASSURING, cards_of, reassuring_record

OURS = {"reference": f"Patient/{PATIENT}"}
STRANGER = {"reference": "Patient/stranger"}
ELSEWHERE = {"reference": "https://other.example/fhir/Patient/stranger"}
# Written into this patient's entry, and whose it is is not said by an id.
UNCLEAR = {"display": "mother"}

HOLDERS = [
    pytest.param(
        lambda inside: drug("losartan", number="m9", contained=[inside]), id="drug"
    ),
    pytest.param(lambda inside: problem("I10", contained=[inside]), id="problem"),
]


def metastasis(subject):
    """Return a diagnosis to be contained, of the patient that `subject` names."""
    return {
        "resourceType": "Condition",
        "id": "c9",
        "subject": subject,
        "code": {"text": "Metastasis of the spine"},
    }


def detail_of(*entries, order=None):
    return cards_of(*entries, order=order)["rehabilitation"]["detail"]


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("subject", [STRANGER, ELSEWHERE])
def test_a_diagnosis_of_another_patient_inside_an_entry_is_not_read(holder, subject):
    assert REASSURING in detail_of(holder(metastasis(subject)))


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("subject", [OURS, UNCLEAR])
def test_one_of_this_patient_or_of_nobody_is_read(holder, subject):
    assert REASSURING not in detail_of(holder(metastasis(subject)))


def test_one_inside_the_order_is_not_read():
    order = kyphoplasty(contained=[metastasis(STRANGER)])
    assert REASSURING in detail_of(order=order)


def test_one_of_this_patient_inside_the_order_is_read():
    order = kyphoplasty(contained=[metastasis(OURS)])
    assert REASSURING not in detail_of(order=order)


def test_an_order_that_contains_another_patient_is_not_corrected():
    holding = brace(contained=[metastasis(STRANGER)])
    record = reassuring_record()
    plain, held = (
        by_topic(ask(order_sign(record, kyphoplasty(), one)))["braceLimit"]
        for one in (brace(), holding)
    )
    assert [one["actions"][0]["type"] for one in plain["suggestions"]] == ["update"]
    assert not held.get("suggestions")

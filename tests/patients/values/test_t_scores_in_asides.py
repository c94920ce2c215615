"""A lower T-score in words of any entry that is read leaves the measured one open."""

from typing import Any

import pytest

from tests.chart_builders import (
    Resource,
    ask,
    brace,
    by_topic,
    days_ago,
    inpatient,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.patients.reassuring import Cards, reassuring_record

NOT_USED = "another T-score not used (its words name a lower one)"


def ordered(kind: str, title: str, **members: Any) -> Resource:
    name = "medicationCodeableConcept" if kind == "MedicationRequest" else "code"
    said = {"status": "active", "intent": "order", "authoredOn": days_ago(5)}
    return of_patient(kind, "x", **said | {name: {"text": title}} | members)


def noted(words: str) -> dict[str, Any]:
    return {"note": [{"text": words}]}


def in_stay(words: str) -> Cards:
    return _cards(inpatient() | {"reasonCode": [{"text": words}]})


def in_note_of_order(words: str) -> Cards:
    return _cards(ordered("ServiceRequest", "Full blood count", **noted(words)))


def in_title_of_order(words: str) -> Cards:
    return _cards(ordered("ServiceRequest", f"Osteoporosis clinic, {words}"))


def in_note_of_drug(words: str) -> Cards:
    return _cards(ordered("MedicationRequest", "Paracetamol", **noted(words)))


def in_note_of_act(words: str) -> Cards:
    done = {"status": "completed", "performedDateTime": days_ago(5)}
    act = of_patient("Procedure", "x", code={"text": "Gastroscopy"}, **done)
    return _cards(act | noted(words))


def in_note_of_brace(words: str) -> Cards:
    return _cards(drafts=(kyphoplasty(), brace(**noted(words))))


def in_title_of_brace(words: str) -> Cards:
    worn = {**brace(), "codeCodeableConcept": {"text": f"TLSO, {words}"}}
    return _cards(drafts=(kyphoplasty(), worn))


def in_reason_of_brace(words: str) -> Cards:
    return _cards(drafts=(kyphoplasty(), brace(reasonCode=[{"text": words}])))


def in_drafted_order(words: str) -> Cards:
    draft = ordered("ServiceRequest", "DXA", status="draft", **noted(words))
    return _cards(drafts=(kyphoplasty(), brace(), draft))


PLACES = [
    in_stay,
    in_note_of_order,
    in_title_of_order,
    in_note_of_drug,
    in_note_of_act,
    in_note_of_brace,
    in_title_of_brace,
    in_reason_of_brace,
    in_drafted_order,
]


def _cards(*entries: Resource, drafts: tuple[Resource, ...] = ()) -> Cards:
    signed = drafts or (kyphoplasty(), brace())
    return by_topic(ask(order_sign(reassuring_record(*entries), *signed)))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "words", ["T-score -3.4", "Osteoporosis, T-score -3.4", "T-Wert -3,4", "DXA -3.4"]
)
def test_a_lower_t_score_is_named(place: Any, words: str) -> None:
    detail = place(words)["rehabilitation"]["detail"]
    assert NOT_USED in detail
    assert "below the usual" not in detail


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "words",
    [
        "T-score -1.5",
        "T-score -1.2",
        "Osteoporosis - 2 fractures",
        "Osteoporosis",
        "Z-score -2.9",
        "BMI 27",
        "until 2026-12-03",
    ],
)
def test_another_number_is_none(place: Any, words: str) -> None:
    assert NOT_USED not in place(words)["rehabilitation"]["detail"]


@pytest.mark.parametrize("place", [in_stay, in_note_of_order, in_note_of_brace])
def test_one_of_another_person_is_none(place: Any) -> None:
    cards = place("Mother: osteoporosis, T-score -3.6")
    assert NOT_USED not in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("status", ["entered-in-error", "revoked"])
def test_one_of_an_order_that_was_taken_back_is_none(status: str) -> None:
    order = ordered(
        "ServiceRequest", "Full blood count", status=status, **noted("T-score -3.4")
    )
    assert NOT_USED not in _cards(order)["rehabilitation"]["detail"]


def test_one_of_long_ago_is_none() -> None:
    order = ordered(
        "ServiceRequest",
        "Full blood count",
        authoredOn="2009-05-01",
        **noted("T-score -3.4"),
    )
    assert NOT_USED not in _cards(order)["rehabilitation"]["detail"]

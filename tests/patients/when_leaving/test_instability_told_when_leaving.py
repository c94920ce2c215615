"""An unstable spine that only the operation or an order since tells of, at discharge."""

import pytest

from tests.codes import ICD, codeable
from tests.patients.leaving import (
    act_ordered,
    cards_beside,
    page_after,
    summaries_after,
    summaries_beside,
)

UNSTABLE = [
    *("unstable fracture", "Instabile Fraktur L1", "fracture instable"),
    *("fractura inestable", "frattura instabile", "instabiele fractuur"),
    *("złamanie niestabilne", "不安定骨折", "不稳定骨折", "AO type B fracture"),
]
ASKED = "not excluded. Read before leaving."


@pytest.mark.parametrize("place", ["followUp", "outcome", "note"])
@pytest.mark.parametrize("words", UNSTABLE)
def test_the_course_of_the_operation_may_be_the_only_word_of_it(words, place):
    told = {"text": words}
    course = {place: told if place == "outcome" else [told]}
    (summary,) = summaries_after(**course)
    assert f"unstable fracture {ASKED}" in summary
    assert page_after(**course)["mayTrain"] is False


@pytest.mark.parametrize("days", [0, 1])
def test_an_order_since_may_be(days):
    order = act_ordered("Blood count", "spinal instability", days=days)
    (summary,) = summaries_beside(order)
    assert f"spinal instability {ASKED}" in summary


def test_so_may_the_code_of_its_reason():
    reason = [codeable(ICD, "S33.110A")]
    (summary,) = summaries_beside(act_ordered("Blood count", reasonCode=reason))
    assert f"spinal instability {ASKED}" in summary


def test_no_training_is_asked_for_next_to_it():
    (card,) = cards_beside(act_ordered("Blood count", "unstable fracture"))
    assert "none before it is stable: unstable fracture" in card["detail"]


@pytest.mark.parametrize(
    "words", ["unstable fracture, legs weak", "Instabile Fraktur, Bein schwach"]
)
def test_a_deficit_next_to_it_leads(words):
    (summary,) = summaries_after(followUp=[{"text": words}])
    assert "Examine before leaving" in summary


@pytest.mark.parametrize(
    "words",
    [
        *("stable fracture", "no instability", "No unstable fracture"),
        *("Keine Instabilität", "Pas d'instabilité", "Hinterkante intakt"),
    ],
)
def test_what_is_stable_asks_nothing(words):
    assert summaries_after(followUp=[{"text": words}]) == []


@pytest.mark.parametrize(
    "words",
    [
        *("Knee instability", "unstable hip", "blood pressure unstable"),
        *("Knie instabil", "inestabilidad de rodilla", "膝不安定性", "血压不稳"),
    ],
)
def test_another_joint_is_no_spine(words):
    (summary,) = summaries_after(followUp=[{"text": words}])
    assert "unstable" not in summary


def test_an_order_of_before_the_operation_is_of_the_treated_fracture():
    order = act_ordered("Blood count", "unstable fracture", days=5)
    assert summaries_beside(order) == []


@pytest.mark.parametrize(
    "reason", ["unstable angina", "unstable gait", "Knee instability"]
)
def test_nor_does_an_order_for_something_else(reason):
    assert summaries_beside(act_ordered("Blood count", reason)) == []

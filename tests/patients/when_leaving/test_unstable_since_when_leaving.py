"""A spine that became unstable after the operation, at discharge."""

from typing import Any

import pytest

from tests.chart_builders import Resource, ordered
from tests.codes import ICD, codeable
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import appointment, kyphoplasty_done, leave
from tests.patients.reassuring import dated

TAKES = statement("alendronate", "M05BA04", 1)
NO_TRAINING = "no training before it is stable. Who follows it up?"


def cards_of(found: Resource, *, ordered_days: int = 3) -> list[Any]:
    """The cards of somebody treated two days ago, with physiotherapy ordered."""
    therapy = ordered("rehabilitation", days=ordered_days)
    review = ordered("bone-treatment", days=1)
    visit = appointment(order="s-bone-treatment", day="2026-12-04")
    usual = (coded("M80.08XA", days=20), kyphoplasty_done(), therapy, review, visit)
    return leave(chart(*usual, TAKES, found))


def said_of(found: Resource, *, ordered_days: int = 3) -> str:
    """What they say first."""
    cards = cards_of(found, ordered_days=ordered_days)
    return cards[0]["summary"] if cards else ""


def since(code: str, days: int = 1, **members: Any) -> Resource:
    return dated(codeable(ICD, code), days=days, number="found", **members)


@pytest.mark.parametrize(
    "code",
    ["M53.2X6", "M53.2X4", "S33.101A", "S33.110A", "S23.101A"],
)
@pytest.mark.parametrize("ordered_days", [1, 3])
def test_an_older_order_of_physiotherapy_does_not_answer_it(
    code: str, ordered_days: int
) -> None:
    said = said_of(since(code), ordered_days=ordered_days)
    assert f"spinal instability, {NO_TRAINING}" in said


def test_a_dislocated_neck_is_to_be_read() -> None:
    said = said_of(since("S13.101A"))
    assert "spinal instability not excluded. Read before leaving." in said


def test_nor_does_it_answer_an_unstable_fracture_of_these_days() -> None:
    (card,) = cards_of(since("S32.012A"))
    assert "recent fracture of L1 not treated" in card["summary"]
    assert "none before it is stable: unstable fracture" in card["detail"]


def test_an_order_of_a_later_day_answers_it() -> None:
    assert said_of(since("M53.2X6"), ordered_days=0) == ""


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(since("M53.2X6", 30), id="known before the operation"),
        pytest.param(since("S33.101D"), id="a later visit"),
        pytest.param(since("M54.50"), id="low back pain"),
        pytest.param(since("M51.36"), id="a worn disc"),
        pytest.param(since("S33.5XXA"), id="a sprain"),
        pytest.param(since("M43.16", 1), id="a slipped vertebra"),
    ],
)
def test_what_is_known_before_or_stable_asks_nothing(found: Resource) -> None:
    said = said_of(found)
    assert "no training" not in said
    assert "instability" not in said

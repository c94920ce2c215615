"""The grip of a hand that a palsy weakens tells of the palsy."""

import pytest

from tests.chart_builders import measured, problem
from tests.patients.reassuring import cards_of

REFUSED = "grip not used"


def detail_of(hand, *, note=None, listed=None):
    more = {"note": [{"text": note}]} if note else {}
    grip = measured("grip-strength", 12, bodySite={"text": hand}, **more)
    entries = [problem("I10", number="q", code={"text": listed})] if listed else []
    return cards_of(grip, *entries)["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "note", ["paretic hand", "paretische Hand", "麻痺側", "患侧", "main parétique"]
)
def test_a_note_refuses_it(note):
    assert REFUSED in detail_of("Right hand", note=note)


@pytest.mark.parametrize(
    ("hand", "listed"),
    [
        ("Right hand", "Stroke with right hemiparesis 2014"),
        ("rechte Hand", "Hemiparese rechts nach Apoplex"),
        ("右手", "右侧偏瘫"),
    ],
)
def test_so_does_a_palsy_of_its_side_on_the_list(hand, listed):
    assert REFUSED in detail_of(hand, listed=listed)


@pytest.mark.parametrize(
    "listed",
    [
        None,
        "Stroke with left hemiparesis 2014",
        "No right hemiparesis",
        "Hemifacial spasm",
    ],
)
def test_that_of_the_other_hand_counts(listed):
    assert REFUSED not in detail_of("Right hand", listed=listed)

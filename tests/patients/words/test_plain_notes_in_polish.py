"""A note in a language that is not read leaves nothing open if each word is known."""

import pytest

from tests.chart_builders import kyphoplasty
from tests.patients.inpatients import cards_by_topic, chart, coded


def detail(note):
    order = kyphoplasty(note=[{"text": note}])
    cards = cards_by_topic(chart(coded("M80.08XA")), (order,))
    return cards["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "note", ["Odstawić aspirynę", "Wstrzymać aspirynę", "Proszę odstawić aspirynę"]
)
def test_an_aspirin_that_is_to_stop_leaves_nothing_open(note):
    assert "not excluded" not in detail(note)


@pytest.mark.parametrize(
    "note",
    [
        *("Guz kręgosłupa", "Podejrzenie przerzutu", "Ropień", "Szpiczak L1"),
        *("Odstawić aspirynę, guz L1", "Zmiana w kręgu L1", "Niedowład nogi"),
    ],
)
def test_any_other_word_does(note):
    assert "malignancy of bone" in detail(note)

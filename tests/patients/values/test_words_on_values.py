"""Words on a value that were not understood are named with the value, not as a problem."""

import pytest

from tests.chart_builders import measured, problem
from tests.patients.reassuring import card_of

PROBLEM_LIST = "of the problem list not understood"
NOTED = "the words on {} not fully understood"


def noted(name, value, words):
    return measured(name, value, note=[{"text": words}], number="noted")


def judged(name, value, words):
    return measured(name, value, interpretation=[{"text": words}], number="judged")


@pytest.mark.parametrize(
    ("value", "title"),
    [
        pytest.param(
            noted("grip-strength", 30, "hand in cast, unreliable"),
            "grip",
            id="note against a grip",
        ),
        pytest.param(
            noted("bmd-t-score", -1.5, "poor quality scan"), "T-score", id="T-score"
        ),
        pytest.param(
            judged("bmd-t-score", -1.5, "Low for age"), "T-score", id="interpretation"
        ),
        pytest.param(
            judged("gait-speed", 1.2, "with assistance of two"), "gait speed", id="gait"
        ),
    ],
)
def test_a_value_with_words_that_were_not_understood_is_named(value, title):
    detail = card_of(value)["detail"]
    assert NOTED.format(title) in detail
    assert PROBLEM_LIST not in detail
    assert "below the usual" not in detail


def test_two_values_are_named_in_one_phrase():
    values = (
        noted("bmd-t-score", -1.5, "poor quality scan"),
        judged("gait-speed", 1.2, "with assistance of two"),
    )
    detail = card_of(*values)["detail"]
    assert NOTED.format("T-score, gait speed") in detail


def test_an_entry_of_the_problem_list_is_still_counted():
    entry = problem("x", code={"text": "Some words"})
    assert f"1 entry {PROBLEM_LIST}" in card_of(entry)["detail"]

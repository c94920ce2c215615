"""Words that a record repeats thousands of times are read once."""

from typing import Any

from tests.chart_builders import days_ago, of_patient
from tests.growing import operations
from tests.patients.inpatients import coded
from tests.patients.leaving import (
    act_ordered,
    appointment,
    kyphoplasty_done,
    summaries_beside,
)
from tests.patients.reassuring import imaging

FEW, MANY = 5, 1_500


def repeating(count: int) -> list[Any]:
    """Entries of these days that each say "Z. n." so many times."""
    words = "Z. n. " * count
    note = [{"text": words}]
    return [
        act_ordered("MRI", words),
        of_patient(
            "Procedure",
            "noted",
            status="completed",
            code={"text": "Dressing"},
            performedDateTime=days_ago(1),
            note=note,
        ),
        of_patient("ServiceRequest", "ct", **act_ordered("CT", words) | {"id": "ct"}),
        imaging(words, days=1),
        appointment(words, day="2026-12-10", number="later"),
        kyphoplasty_done(number="again", outcome={"text": words}),
        coded("I10", days=1, note=note),
    ]


def test_words_that_are_repeated_cost_little_more() -> None:
    summaries_beside(*repeating(FEW))
    few = operations(lambda: summaries_beside(*repeating(FEW + 1)))
    many = operations(lambda: summaries_beside(*repeating(MANY)))
    assert many < 10 * few, (few, many)

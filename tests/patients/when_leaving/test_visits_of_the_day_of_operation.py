"""A bone clinic visit of the operation's own day settles no review after it."""

import pytest

from tests.chart_builders import Resource, days_ago, ordered
from tests.patients.inpatients import chart, coded
from tests.patients.leaving import appointment, kyphoplasty_done, leave


def cards_with(visit: Resource, *, operated: int) -> list[Resource]:
    """The cards of somebody with this visit, operated so many days ago."""
    return leave(
        chart(
            coded("M80.08XA", days=20),
            kyphoplasty_done(days=operated),
            ordered("bone-treatment", days=1),
            ordered("rehabilitation", days=0),
            visit,
        )
    )


@pytest.mark.parametrize("hour", ["", "T06:00:00Z"])
def test_a_visit_of_the_day_of_the_operation_leaves_the_review_open(hour: str) -> None:
    visit = appointment(order="s-bone-treatment", day=f"{days_ago(0)}{hour}")
    (card,) = cards_with(visit, operated=0)
    assert "review ordered (19 Nov) without a date" in card["summary"]


@pytest.mark.parametrize("day", [days_ago(0), days_ago(-14)])
def test_a_visit_after_that_day_settles_it(day: str) -> None:
    visit = appointment(order="s-bone-treatment", day=day)
    assert not cards_with(visit, operated=1)

"""A year in the title of a palsy or an infection beside an onset of late.

Many systems write the day of recording as the onset.
"""

import pytest

from tests.chart_builders import days_ago, problem
from tests.patients.reassuring import card_of


def begun_lately(title):
    day = days_ago(5)
    return problem(
        "x", number="g", code={"text": title}, recordedDate=day, onsetDateTime=day
    )


@pytest.mark.parametrize(
    "title",
    [
        "transient leg weakness 2015",
        "history of sepsis 2010",
        "foot drop since 1990",
        "discitis 20 years ago",
    ],
)
def test_an_earlier_year_leaves_it_open_and_states_no_recent_day(title):
    card = card_of(begun_lately(title))
    assert "15 Nov" not in card["summary"]
    assert "not excluded" in card["detail"]
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize("title", ["discitis 2026", "discitis, after fusion 2015"])
def test_a_year_of_today_or_of_something_else_does_not(title):
    assert card_of(begun_lately(title))["summary"].startswith("Spinal infection")

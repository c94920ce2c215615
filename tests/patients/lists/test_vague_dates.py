"""Dates of a month or a year, and an event that came back: nothing is dropped."""

import pytest

from tests.chart_builders import (
    days_ago,
    measured,
    problem,
)
from tests.codes import ICD, codeable
from tests.patients.reassuring import cards_of, first_card


def newer(name, value, on):
    return measured(name, value, number="vague", days=2, effectiveDateTime=on)


@pytest.mark.parametrize("on", ["2026-11", "2026"])
@pytest.mark.parametrize(("name", "value"), [("bmd-t-score", -3.5), ("bmi", 16.0)])
def test_a_value_of_a_month_that_may_be_newer_is_named(name, value, on):
    detail = cards_of(newer(name, value, on))["rehabilitation"]["detail"]
    assert "its day is not recorded" in detail.partition("**Not known:**")[2]
    assert "below" not in detail


@pytest.mark.parametrize("on", ["2025-06", "2025"])
def test_a_value_of_an_earlier_year_is_older(on):
    """It is plausible beside the newer one of −1.5: a drug may have done that."""
    detail = cards_of(newer("bmd-t-score", -1.9, on))["rehabilitation"]["detail"]
    assert "below the usual" in detail


@pytest.mark.parametrize("again", ["recurrence", "relapse"])
@pytest.mark.parametrize("days", [0, 2, 10])
def test_a_sepsis_that_came_back_counts_from_its_own_onset(again, days):
    system = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    entry = problem(
        "A41.9",
        code=codeable(ICD, "A41.9"),
        onsetDateTime=days_ago(days),
        clinicalStatus=codeable(system, again),
    )
    entry.pop("recordedDate", None)
    card = cards_of(entry)["rehabilitation"]
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Sepsis (")


@pytest.mark.parametrize(
    ("on", "said"),
    [("2026", "(8 kg, 2026)"), ("2026-02", "(8 kg, Feb 2026)")],
)
def test_a_value_is_dated_no_more_exactly_than_it_was(on, said):
    weak = measured("grip-strength", 8, number="o-weak", effectiveDateTime=on)
    assert said in first_card(weak)["summary"]

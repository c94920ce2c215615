"""Harm of the days of an operation without a day that names its stay, or its order."""

from typing import Any

import pytest

from tests.chart_builders import days_ago
from tests.patients.inpatients import coded
from tests.patients.leaving import (
    act_ordered,
    summaries_after,
    titled,
)

HARM = [
    coded("I26.99", days=1),
    coded("S72.001A", days=1),
    coded("S22.080A", days=1),
    titled("Stroke"),
]
NO_DAY: dict[str, Any] = {"performedDateTime": None}
NOT_SURE: list[dict[str, Any]] = [
    {"status": "unknown"},
    {"status": "stopped"},
    {"status": "on-hold"},
    {"status": None},
    {"status": "weird"},
    {"code": {"text": "Planned kyphoplasty L1"}},
    {"status": "unknown", "performedPeriod": {}},
    {"status": "stopped", "encounter": {"reference": "https://a.b/Encounter/enc-1"}},
]


@pytest.mark.parametrize("harm", HARM, ids=lambda one: str(one["code"]))
@pytest.mark.parametrize("members", NOT_SURE, ids=str)
def test_one_that_names_this_stay_is_asked_about(
    members: dict[str, Any], harm: Any
) -> None:
    (summary,) = summaries_after(harm, **NO_DAY | members)
    assert summary.startswith("Leaving, perhaps after")


@pytest.mark.parametrize("members", NOT_SURE, ids=str)
def test_without_harm_it_asks_nothing(members: dict[str, Any]) -> None:
    assert not summaries_after(**NO_DAY | members)


@pytest.mark.parametrize("members", NOT_SURE, ids=str)
def test_harm_of_long_before_is_not_of_it(members: dict[str, Any]) -> None:
    old = coded("I26.99", days=40)
    assert not summaries_after(old, **NO_DAY | members)


def test_of_another_stay_it_needs_a_warning() -> None:
    members = {"status": "unknown", "encounter": {"reference": "Encounter/enc-7"}}
    assert not summaries_after(HARM[0], **NO_DAY | members)


def ordered_then(**members: Any) -> Any:
    """The order of the operation, carried out, without a day unless said."""
    days = {"status": "completed", "authoredOn": None}
    return act_ordered("Kyphoplasty L1", **days | members)


OF_ORDER: dict[str, Any] = {
    **NO_DAY,
    "encounter": None,
    "basedOn": [{"reference": "ServiceRequest/act"}],
}
TWO_DAYS = days_ago(2)


@pytest.mark.parametrize(
    "members",
    [
        {"occurrencePeriod": {"start": TWO_DAYS}},
        {"occurrenceDateTime": TWO_DAYS},
        {"occurrenceTiming": {"event": [TWO_DAYS]}},
        {"authoredOn": days_ago(200), "occurrenceDateTime": TWO_DAYS},
        {"authoredOn": days_ago(200), "occurrencePeriod": {"start": TWO_DAYS}},
        {"authoredOn": TWO_DAYS, "occurrenceDateTime": "2026-12-24"},
        {"authoredOn": "18.11.2026"},
        {"authoredOn": "18.11.2026", "occurrenceDateTime": TWO_DAYS},
        {"occurrenceDateTime": "18.11.2026"},
        {},
    ],
    ids=str,
)
@pytest.mark.parametrize("harm", HARM, ids=lambda one: str(one["code"]))
def test_the_day_for_which_its_order_asked_counts(
    harm: Any, members: dict[str, Any]
) -> None:
    (summary,) = summaries_after(harm, ordered_then(**members), **OF_ORDER)
    assert summary.startswith("Leaving, perhaps after")


@pytest.mark.parametrize(
    "members",
    [
        {"authoredOn": days_ago(200)},
        {"authoredOn": days_ago(200), "occurrenceDateTime": days_ago(190)},
    ],
    ids=str,
)
def test_an_order_of_long_ago_tells_nothing(
    members: dict[str, Any],
) -> None:
    assert not summaries_after(HARM[0], ordered_then(**members), **OF_ORDER)

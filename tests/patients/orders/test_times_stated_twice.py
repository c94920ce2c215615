"""An order of which several elements state its time, of which FHIR allows one."""

import pytest

from tests.chart_builders import (
    bed_rest,
    brace,
    cards_for,
    days_ago,
    kyphoplasty,
    labels,
    period,
    quiet_lists,
)
from tests.codes import UCUM


def weeks(count):
    return {"value": count, "unit": "wk", "system": UCUM, "code": "wk"}


def timing(*events, **repeat):
    return {"event": list(events), "repeat": repeat} if events else {"repeat": repeat}


def brace_card(order):
    return cards_for(quiet_lists(), kyphoplasty(), order).get("braceLimit")


@pytest.mark.parametrize(
    "times",
    [
        pytest.param(
            {
                "occurrencePeriod": period(0, 42),
                "occurrenceTiming": timing(boundsDuration=weeks(12)),
            },
            id="period and longer timing",
        ),
        pytest.param(
            {
                "occurrencePeriod": period(0, 84),
                "occurrenceTiming": timing(boundsDuration=weeks(6)),
            },
            id="period and shorter timing",
        ),
        pytest.param(
            {
                "occurrenceTiming": timing(
                    boundsDuration=weeks(12), boundsPeriod=period(0, 42)
                )
            },
            id="two bounds",
        ),
        pytest.param(
            {
                "occurrenceTiming": timing(
                    boundsDuration=weeks(6),
                    boundsRange={"low": weeks(6), "high": weeks(16)},
                )
            },
            id="a length and a range",
        ),
        pytest.param(
            {"occurrenceTiming": timing(days_ago(-100), boundsPeriod=period(0, 42))},
            id="a day after the period",
        ),
        pytest.param(
            {
                "occurrenceTiming": timing(
                    days_ago(0), days_ago(-100), boundsDuration=weeks(6)
                )
            },
            id="a day after the length",
        ),
        pytest.param(
            {
                "occurrencePeriod": period(0, 42),
                "occurrenceTiming": timing(boundsDuration=weeks(12)),
                "note": [{"text": "for 12 weeks"}],
            },
            id="the words agree with one",
        ),
    ],
)
def test_times_that_differ_are_asked_about(times):
    card = brace_card(brace(**times))
    assert card["summary"] == "TLSO: end date? Its times state different ends."
    assert not labels(card)


def test_times_that_all_keep_the_weeks_are_no_question():
    order = brace(
        occurrencePeriod=period(0, 42),
        occurrenceTiming=timing(boundsDuration=weeks(4)),
    )
    assert brace_card(order) is None


@pytest.mark.parametrize(
    "times",
    [
        {"occurrencePeriod": {}, "occurrenceTiming": timing(boundsDuration=weeks(12))},
        {
            "occurrenceDateTime": days_ago(0),
            "occurrenceTiming": timing(boundsDuration=weeks(12)),
        },
    ],
    ids=["empty period", "a date and a length"],
)
def test_the_one_length_counts(times):
    card = brace_card(brace(**times))
    assert card["summary"].startswith("TLSO for 12 weeks: off by 15 Jan")
    assert not any(one.get("isRecommended") for one in card.get("suggestions", ()))


@pytest.mark.parametrize("count", [3, 6])
def test_months_and_weeks_of_a_hospital_are_no_question(count):
    months = {"value": count, "unit": "mo", "system": UCUM, "code": "mo"}
    order = brace(
        occurrencePeriod=period(0, 28 * count),
        occurrenceTiming=timing(boundsDuration=months),
    )
    assert "different ends" not in brace_card(order)["summary"]


def test_the_longer_of_two_times_of_bed_rest_warns():
    card = brace_card(bed_rest(96, occurrencePeriod=period(0, 1)))
    assert card["summary"].startswith("Bed rest 96 h ordered")


def test_a_period_that_goes_on_has_no_end():
    order = brace(
        occurrencePeriod=period(0, None),
        occurrenceTiming=timing(boundsDuration=weeks(6)),
    )
    assert brace_card(order)["summary"].startswith("TLSO: no end date.")

"""A value to which times are given that lie farther apart than it may be old.

It is not known then which of them is that of the value: neither fresh nor too old.
"""

import pytest

from tests.chart_builders import days_ago, measured
from tests.patients.reassuring import first_card

LATELY = days_ago(5)
FAR = "its times lie far apart"
NOT_ONE = {"effectiveDateTime": None}


def timing(*events):
    return NOT_ONE | {"effectiveTiming": {"event": list(events)}}


def bounds(start, end):
    period = {"start": start, "end": end}
    return NOT_ONE | {"effectiveTiming": {"repeat": {"boundsPeriod": period}}}


def period(start, end):
    return NOT_ONE | {"effectivePeriod": {"start": start, "end": end}}


def issued(day, since):
    return {"effectiveDateTime": since, "issued": f"{day}T10:00:00Z"}


def card_with(name, value, times):
    others = {"bmd-t-score": -1.5, "bmi": 27}
    values = [measured(one, of) for one, of in others.items() if one != name]
    return first_card(measured(name, value, **times), *values)


@pytest.mark.parametrize(
    "times",
    [
        pytest.param(timing("2012-05-01", LATELY), id="events"),
        pytest.param(timing(LATELY, "2012-05-01"), id="events-backwards"),
        pytest.param(timing("2012", LATELY), id="a-year"),
        pytest.param(bounds("2012-05-01", LATELY), id="bounds"),
        pytest.param(period("2012-05-01", LATELY), id="period"),
        pytest.param(issued(LATELY, "2012-05-01"), id="issued"),
    ],
)
@pytest.mark.parametrize(
    ("name", "value", "title"),
    [
        ("bmd-t-score", -1.5, "T-score"),
        ("bmd-t-score", -3.2, "T-score"),
        ("bmi", 27, "BMI"),
        ("grip-strength", 30, "grip"),
    ],
)
def test_the_time_is_a_named_gap_and_the_value_reassures_nobody(
    name, value, title, times
):
    card = card_with(name, value, times)
    not_known = card["detail"].partition("**Not known:**")[2]
    assert f"{title} not used ({FAR}" in not_known
    assert "below the usual" not in card["detail"]
    assert "T −3.2" not in card["summary"]


@pytest.mark.parametrize(
    "times",
    [
        pytest.param(timing(days_ago(6), LATELY), id="events-of-a-week"),
        pytest.param(period(days_ago(20), LATELY), id="weeks"),
        pytest.param(issued(LATELY, days_ago(30)), id="issued-a-month-later"),
    ],
)
def test_times_of_one_examination_are_no_contradiction(times):
    card = card_with("bmd-t-score", -1.5, times)
    assert FAR not in card["detail"]
    assert "T −1.5" in card["summary"]


@pytest.mark.parametrize(
    "times",
    [
        pytest.param(timing("1998", "2012-05-01"), id="all-too-old"),
        pytest.param({"effectiveDateTime": "2012-05-01"}, id="one-day"),
    ],
)
def test_what_is_too_old_by_each_of_its_times_is_said_to_be_old(times):
    detail = card_with("bmd-t-score", -1.5, times)["detail"]
    assert "T-score of 2012 too old to use" in detail


def test_events_of_several_years_within_the_limit_make_it_no_fresh_value():
    times = timing(days_ago(1500), LATELY)
    assert "below the usual" not in card_with("bmd-t-score", -1.5, times)["detail"]


def test_an_old_value_that_was_sent_late_is_passed_over_beside_a_new_one():
    old = measured("bmd-t-score", -1.6, number="old", **issued(LATELY, "2012-05-01"))
    new = measured("bmd-t-score", -1.5)
    card = first_card(old, new, measured("bmi", 27))
    assert FAR not in card["detail"]
    assert "below the usual" in card["detail"]

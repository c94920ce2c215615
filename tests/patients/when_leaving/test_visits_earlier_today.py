"""A visit that was due before the patient leaves is none to come."""

import pytest

from tests.patients.leaving import appointment, kyphoplasty_done, leave, leaving_chart


def summaries(day):
    visit = appointment("Fracture liaison service", day=day)
    cards = leave(leaving_chart(kyphoplasty_done(), visit))
    return [one["summary"] for one in cards]


@pytest.mark.parametrize("hour", ["05:00", "08:30"])
def test_one_of_this_morning_settles_nothing(hour):
    (summary,) = summaries(f"2026-11-20T{hour}:00Z")
    assert "no bone drug" in summary


@pytest.mark.parametrize(
    "day", ["2026-11-20T09:30:00Z", "2026-11-20T16:00:00Z", "2026-11-20", "2026-11-23"]
)
def test_one_to_come_does(day):
    assert all("no bone drug" not in one for one in summaries(day))

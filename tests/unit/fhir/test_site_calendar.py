"""Dates and times of FHIR as days of a site."""

from copy import copy
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from cds_service.fhir.site_calendar import UTC_CALENDAR, SiteCalendar
from tests.builders import TODAY, findings_of, measure, terminology

SYDNEY = SiteCalendar(ZoneInfo("Australia/Sydney"))
NEW_YORK = SiteCalendar(ZoneInfo("America/New_York"))


@pytest.mark.parametrize(
    ("calendar", "written", "first", "last"),
    [
        pytest.param(
            SYDNEY, "2026-11-22", "2026-11-22", "2026-11-22", id="a-date-is-that-day"
        ),
        pytest.param(
            SYDNEY, "2026-11-21T21:00:00Z", "2026-11-22", "2026-11-22", id="morning"
        ),
        pytest.param(
            SYDNEY, "2026-11-21T12:59:59Z", "2026-11-21", "2026-11-21", id="last-second"
        ),
        pytest.param(
            SYDNEY,
            "2026-11-21T13:00:00Z",
            "2026-11-22",
            "2026-11-22",
            id="midnight-in-summer",
        ),
        pytest.param(
            SYDNEY, "2026-07-21T13:59:59Z", "2026-07-21", "2026-07-21", id="winter"
        ),
        pytest.param(
            SYDNEY, "2026-11-22T14:30:00", "2026-11-22", "2026-11-22", id="no-offset"
        ),
        pytest.param(
            NEW_YORK, "2026-11-21T04:30:00Z", "2026-11-20", "2026-11-20", id="evening"
        ),
        pytest.param(
            NEW_YORK,
            "2026-11-20T23:30:00-05:00",
            "2026-11-20",
            "2026-11-20",
            id="its-own-offset",
        ),
        pytest.param(
            UTC_CALENDAR,
            "2026-11-20T23:30:00-05:00",
            "2026-11-21",
            "2026-11-21",
            id="utc",
        ),
        pytest.param(SYDNEY, "2026", "2026-01-01", "2026-12-31", id="year"),
        pytest.param(SYDNEY, "2028-02", "2028-02-01", "2028-02-29", id="month"),
    ],
)
def test_a_date_or_time_covers_these_days_of_the_site(calendar, written, first, last):
    assert calendar.first_day(written) == date.fromisoformat(first)
    assert calendar.last_day(written) == date.fromisoformat(last)
    assert calendar.named_day(written) == (
        date.fromisoformat(first) if len(written) > len("2026-11") else None
    )


@pytest.mark.parametrize(
    "junk",
    [
        None,
        5,
        "",
        "today",
        "2026-13",
        "2026-02-30",
        "0001-01-01",
        "9999-12-31",
        "9999-12-31T23:59:59Z",
        "26-1-1",
    ],
)
def test_what_is_no_day_of_this_age_is_none(junk):
    for calendar in (SYDNEY, NEW_YORK, UTC_CALENDAR):
        assert calendar.moment(junk) is None
        assert calendar.last_day(junk) is None


def test_a_time_that_is_none_leaves_its_day():
    assert SYDNEY.moment("2026-11-20T25:00:00Z").day == date(2026, 11, 20)


def test_moments_of_any_offset_are_in_one_order():
    early, late = (
        SYDNEY.moment(f"2026-11-22T{rest}")
        for rest in ("09:00:00+11:00", "01:00:00+01:00")
    )
    assert early < late
    assert early.day == late.day


def test_today_and_noon_are_those_of_the_site():
    moment = datetime(2026, 11, 21, 21, tzinfo=UTC)
    assert (SYDNEY.day_of(moment), NEW_YORK.day_of(moment)) == (
        date(2026, 11, 22),
        date(2026, 11, 21),
    )
    assert SYDNEY.noon(TODAY).astimezone(UTC) == datetime(2026, 11, 20, 1, tzinfo=UTC)


def test_the_newest_day_of_t_scores_is_the_sites():
    """Two of one morning in Sydney, on either side of midnight in UTC: the lower counts, not the later."""
    lower = measure(
        "bmd-t-score", -3.2, effectiveDateTime="2026-11-18T23:30:00Z", id="lower"
    )
    later = measure(
        "bmd-t-score", -2.1, effectiveDateTime="2026-11-19T00:30:00Z", id="later"
    )
    there = copy(terminology())
    there.calendar = SYDNEY
    assert findings_of(lower, later, mapped=there).known["bmd-t-score"].value == -3.2
    assert findings_of(lower, later).known["bmd-t-score"].value == -2.1

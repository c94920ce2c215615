"""An operation that is done is not still to come: its day is mistyped."""

import pytest

from tests.patients.leaving import (
    kyphoplasty_done,
    summaries_after,
    summaries_beside,
    titled,
)

DEFICIT = "foot drop (19 Nov). Examine before leaving."
TO_COME = ["2026-11-21", "2026-12-18", "2027-11-18"]


@pytest.mark.parametrize("day", TO_COME)
@pytest.mark.parametrize("element", ["performedDateTime", "performedPeriod"])
def test_a_deficit_after_one_that_is_done_is_asked_about(day, element):
    dated = {"performedDateTime": None} | {
        element: {"start": day} if element == "performedPeriod" else day
    }
    (summary,) = summaries_after(titled("Foot drop"), **dated)
    assert summary.endswith(DEFICIT)
    assert day[:4] not in summary


@pytest.mark.parametrize("day", TO_COME)
def test_one_that_was_not_begun_gets_no_card(day):
    planned = {"status": "preparation", "performedDateTime": day}
    assert summaries_after(titled("Foot drop"), **planned) == []


@pytest.mark.parametrize("day", TO_COME)
@pytest.mark.parametrize("status", ["completed", "in-progress"])
def test_a_second_stage_to_come_is_no_entry_to_read(day, status):
    stage = kyphoplasty_done("L3", number="stage", status=status, performedDateTime=day)
    assert summaries_beside(stage) == []


@pytest.mark.parametrize("day", TO_COME)
def test_one_next_to_an_operation_of_years_ago_was_perhaps_done(day):
    earlier = kyphoplasty_done("L3", number="earlier", days=900)
    summaries = summaries_after(titled("Foot drop"), earlier, performedDateTime=day)
    assert [one.endswith(DEFICIT) for one in summaries] == [True]

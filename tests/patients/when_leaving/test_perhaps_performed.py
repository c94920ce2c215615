"""A kyphoplasty that may be of this stay: a warning is said, and nothing is selected.

The patient leaves on 20 November 2026; what was done since 21 October counts.
"""

import pytest

from tests.chart_builders import Asked, days_ago
from tests.codes import CPT, codeable
from tests.patients.inpatients import chart, coded, given
from tests.patients.leaving import kyphoplasty_done, leave

OTHER_STAY = {"reference": "Encounter/another"}
OVERDUE = given("denosumab", "M05BX04", 256)
PERHAPS = "Leaving, perhaps after kyphoplasty L1"

MAY_BE = [
    pytest.param({"status": "unknown"}, id="status unknown"),
    pytest.param({"status": "on-hold"}, id="on hold"),
    pytest.param({"status": "stopped"}, id="stopped"),
    pytest.param({"performedDateTime": "2026-12", "encounter": None}, id="December"),
    pytest.param({"code": {"text": "Planned kyphoplasty L1"}}, id="planned by title"),
    pytest.param(
        {"code": codeable(CPT, "22514", "Kyphoplasty (cancelled)")},
        id="cancelled by title",
    ),
    *(
        pytest.param({"performedDateTime": day, "encounter": stay}, id=name)
        for stay, of in ((None, "no stay"), (OTHER_STAY, "another stay"))
        for day, name in (
            ("2026-11", f"this month, {of}"),
            ("2026-10", f"last month, {of}"),
            ("2026", f"this year, {of}"),
        )
    ),
    pytest.param(
        {"performedDateTime": None, "encounter": None}, id="no day and no stay"
    ),
    pytest.param(
        {
            "performedDateTime": None,
            "performedString": "two days ago",
            "encounter": None,
        },
        id="a day in words",
    ),
    pytest.param(
        {
            "performedDateTime": None,
            "performedPeriod": {"start": "2026-09", "end": "2026-11"},
            "encounter": None,
        },
        id="months",
    ),
]
IS_NOT = [
    pytest.param({"status": "not-done"}, id="not done"),
    pytest.param({"status": "preparation"}, id="in preparation"),
    pytest.param({"performedDateTime": "2026-09", "encounter": None}, id="September"),
    pytest.param({"performedDateTime": "2025", "encounter": None}, id="last year"),
    pytest.param(
        {"status": "unknown", "performedDateTime": days_ago(31), "encounter": None},
        id="status unknown, long ago",
    ),
]


def record(members, *drugs):
    return chart(coded("M80.08XA", days=20), kyphoplasty_done(**members), *drugs)


@pytest.mark.parametrize("members", MAY_BE)
def test_what_may_have_been_done_is_warned_of(members):
    (card,) = leave(record(members, OVERDUE))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith(PERHAPS)
    assert "denosumab overdue (last 9 Mar 2026)" in card["summary"]
    offered = card.get("suggestions", ())
    assert not [one for one in offered if one.get("isRecommended")]


@pytest.mark.parametrize("members", MAY_BE)
def test_without_a_warning_it_makes_no_card(members):
    asked = Asked()
    assert leave(record(members), asked) == []
    (entry,) = asked.log.entries
    assert entry.content["order"]["isSure"] is False


@pytest.mark.parametrize("members", IS_NOT)
def test_what_cannot_be_of_now_makes_no_card(members):
    asked = Asked()
    assert leave(record(members, OVERDUE), asked) == []
    assert asked.log.entries == []


def test_a_day_of_this_stay_stays_certain():
    (card,) = leave(record({"performedDateTime": "2026-11"}, OVERDUE))
    assert card["summary"].startswith("Leaving after kyphoplasty L1: ")


def test_what_is_certain_comes_before_what_may_be():
    done = kyphoplasty_done("L3", number="sure")
    found = chart(
        coded("M80.08XA", days=20), kyphoplasty_done(status="unknown"), done, OVERDUE
    )
    (card,) = leave(found)
    assert card["summary"].startswith("Leaving after kyphoplasty L3 (18 Nov): ")

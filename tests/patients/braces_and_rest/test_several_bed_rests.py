"""Bed rest in several orders of one signing, or one after another."""

import pytest

from tests.chart_builders import (
    ask,
    bed_rest,
    by_topic,
    days_ago,
    kyphoplasty,
    order_sign,
    problem,
)
from tests.patients.reassuring import quiet_record


def rest_card(*drafts, record=()):
    body = order_sign(quiet_record(*record), kyphoplasty(), *drafts)
    return by_topic(ask(body)).get("braceLimit")


def from_day(day, hours=24):
    """Bed rest of so many hours from 8 o'clock on this day of November."""
    end = f"2026-11-{day + hours // 24}T{8 + hours % 24:02d}:00:00Z"
    period = {"start": f"2026-11-{day}T08:00:00Z", "end": end}
    members = {"occurrenceTiming": None, "occurrencePeriod": period}
    return bed_rest(None, number=f"bed-{day}", **members)


@pytest.mark.parametrize(
    ("drafts", "summary", "listed"),
    [
        pytest.param(
            [bed_rest(72), bed_rest(48, number="b"), bed_rest(96, number="c")],
            "3 orders of bed rest, longest stated 96 h;",
            "96 h, 72 h, 48 h",
            id="three-too-long",
        ),
        pytest.param(
            [bed_rest(12), bed_rest(72, number="b"), bed_rest(None, number="c")],
            "2 orders of bed rest, longest stated 72 h;",
            "72 h, no end time",
            id="one-of-them-routine",
        ),
        pytest.param(
            [bed_rest(None), bed_rest(None, number="b"), bed_rest(None, number="c")],
            "Bed rest without an end time is ordered;",
            "no end time (3 orders)",
            id="none-with-an-end",
        ),
    ],
)
def test_each_order_is_counted_and_listed(drafts, summary, listed):
    for order in (drafts, drafts[::-1]):
        card = rest_card(*order)
        assert card["summary"].startswith(summary)
        assert f"**Bed rest, order by order:** {listed}\n" in card["detail"]


def test_orders_one_after_another_are_added_up():
    card = rest_card(from_day(20), from_day(21), from_day(22))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Bed rest 72 h in 3 orders;")


def test_one_on_record_that_goes_on_today_is_added():
    before = from_day(19) | {"status": "active", "authoredOn": days_ago(1)}
    card = rest_card(from_day(20), record=[before])
    assert card["summary"].startswith("Bed rest 48 h in 2 orders;")


@pytest.mark.parametrize(
    "drafts",
    [
        pytest.param(
            [bed_rest(12), bed_rest(12, number="b"), bed_rest(12, number="c")],
            id="perhaps-the-same",
        ),
        pytest.param(
            [from_day(20, 10), from_day(21, 10), from_day(22, 10)], id="with-breaks"
        ),
        pytest.param([from_day(20), from_day(22)], id="a-day-between"),
    ],
)
def test_what_is_no_longer_together_than_routine_gets_no_card(drafts):
    assert rest_card(*drafts) is None


def test_one_order_alone_gains_no_line():
    assert "order by order" not in rest_card(bed_rest(72))["detail"]


def test_with_a_reason_the_surgeon_decides_and_each_is_listed():
    unstable = problem("M53.2X6", days=5)
    card = rest_card(bed_rest(72), bed_rest(48, number="b"), record=[unstable])
    assert "order by order:** 72 h, 48 h" in card["detail"]
    assert "the surgeon decides when" in card["detail"]

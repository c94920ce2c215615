"""A referral that is over, or begins in more than half a year, leaves warnings open."""

import pytest

from tests.chart_builders import (
    days_ago,
    drafted,
    measured,
    ordered,
    problem,
)
from tests.codes import ORDERS, codeable
from tests.patients.reassuring import first_card


def card_of(*record, drafts=()):
    hip = problem("S72.001A", days=90, onsetDateTime=days_ago(90))
    return first_card(measured("bmd-t-score", -1.5), hip, *record, drafts=drafts)


def referral(**members):
    return ordered("bone-treatment", **members)


def signed(**members):
    code = codeable(ORDERS, "bone-treatment")
    return drafted("ServiceRequest", "fls", code=code, **members)


def visit(start, end=None):
    said = {"start": days_ago(-start)}
    return said if end is None else said | {"end": days_ago(-end)}


@pytest.mark.parametrize(
    ("drafts", "record"),
    [
        pytest.param((), [referral(occurrencePeriod=visit(500))], id="in years"),
        pytest.param((), [referral(occurrenceDateTime=days_ago(-500))], id="a day"),
        pytest.param(
            (), [referral(occurrenceDateTime=days_ago(-200))], id="beyond half a year"
        ),
        pytest.param([signed(occurrencePeriod=visit(500))], (), id="signed now"),
        pytest.param([signed(occurrencePeriod=visit(-60, -30))], (), id="signed, over"),
    ],
)
def test_an_order_of_another_time_closes_nothing(drafts, record):
    assert card_of()["indicator"] == "warning"
    assert card_of(*record, drafts=drafts)["indicator"] == "warning"


@pytest.mark.parametrize(
    "written", [days_ago(-1), "2027-01-01", "2027-01-01T08:00:00Z", "2027-01", "2027"]
)
def test_an_order_dated_after_today_closes_nothing(written):
    late = referral(authoredOn=written)
    card = card_of(late)
    assert card["indicator"] == "warning"
    assert "order dated after today" in card["detail"]
    # One of now beside it counts as before.
    assert card_of(late, referral() | {"id": "of-now"})["indicator"] == "info"


@pytest.mark.parametrize("written", [days_ago(-1), "2027-01", "2027"])
def test_a_biopsy_dated_after_today_closes_nothing(written):
    met = problem("C79.51", days=30)
    late = ordered("biopsy", authoredOn=written)
    assert card_of(met, late)["summary"] == card_of(met)["summary"]
    assert card_of(met, ordered("biopsy"))["summary"] != card_of(met)["summary"]


@pytest.mark.parametrize("written", [days_ago(0), "2026-11", "2026"])
def test_an_order_that_may_be_of_today_is_not_dated_after_it(written):
    assert "after today" not in card_of(referral(authoredOn=written))["detail"]


@pytest.mark.parametrize(
    ("drafts", "record"),
    [
        pytest.param((), [referral()], id="no day"),
        pytest.param((), [referral(occurrencePeriod=visit(30))], id="next month"),
        pytest.param((), [referral(occurrencePeriod=visit(180))], id="in half a year"),
        pytest.param([signed(occurrencePeriod=visit(-1, 60))], (), id="runs now"),
    ],
)
def test_an_order_of_now_closes_it(drafts, record):
    assert card_of(*record, drafts=drafts)["indicator"] == "info"

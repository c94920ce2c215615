"""A home list has a tablet as taken, and a newer entry stopped it: nobody knows."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    days_ago,
    drafted,
    drug,
    kyphoplasty,
    of_patient,
    order_sign,
    ordered,
)
from tests.codes import ATC, codeable
from tests.patients.inpatients import ALENDRONATE, cards_by_topic, chart, coded
from tests.patients.leaving import leave, leaving_chart

TABLET = codeable(ATC, ALENDRONATE, "Alendronic acid 70 mg")


def statement(number, status, **members):
    return of_patient(
        "MedicationStatement",
        number,
        status=status,
        medicationCodeableConcept=TABLET,
        **members,
    )


def order(status, days):
    return drug(
        "losartan",
        number="b",
        days=days,
        status=status,
        medicationCodeableConcept=TABLET,
    )


def since(days, until=None):
    period = {"start": days_ago(days)}
    return period if until is None else period | {"end": days_ago(until)}


def summary(*entries):
    record = chart(coded("M80.08XA"), *entries)
    return cards_by_topic(record)["rehabilitation"]["summary"]


AT_HOME = statement("a", "active", effectivePeriod=since(60))


@pytest.mark.parametrize(
    "stop",
    [
        pytest.param(
            statement("b", "stopped", effectivePeriod=since(60, 2)), id="stopped"
        ),
        pytest.param(statement("b", "on-hold", effectivePeriod=since(2)), id="paused"),
        pytest.param(order("stopped", 3), id="order stopped"),
        pytest.param(order("on-hold", 3), id="order on hold"),
    ],
)
def test_a_tablet_that_was_stopped_since_does_not_continue(stop):
    words = summary(AT_HOME, stop)
    assert "ask" in words
    assert "continue" not in words


def test_one_that_was_stopped_before_goes_on():
    before = statement("b", "stopped", effectivePeriod=since(400, 90))
    assert "continue" in summary(AT_HOME, before)


def test_nobody_leaves_without_a_word_on_a_tablet_that_was_stopped_today():
    begun = statement("a", "active", effectivePeriod=since(1))
    stopped = statement("b", "stopped", effectivePeriod=since(1, 0))
    training = ordered("rehabilitation", days=1)
    (card,) = leave(leaving_chart(training, begun, stopped))
    assert "Ask" in card["summary"]


@pytest.mark.parametrize(
    "over",
    [
        pytest.param(
            statement("b", "completed", effectivePeriod=since(60, until=1)),
            id="a statement that is completed",
        ),
        pytest.param(order("stopped", 60), id="an order of the day it began"),
    ],
)
def test_an_end_of_another_kind_asks_as_well(over):
    words = summary(statement("a", "active", effectivePeriod=since(60)), over)
    assert "continue" not in words
    assert "lendronate" in words


def test_a_dose_that_two_orders_changed_goes_on():
    taken = statement("a", "active", effectivePeriod=since(60))
    other = order("active", 5) | {"id": "c"}
    assert "continue" in summary(taken, order("stopped", 5), other)


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"doNotPerform": True}, id="forbidden"),
        pytest.param({"status": "stopped"}, id="stopped"),
        pytest.param({"status": "cancelled"}, id="cancelled"),
        pytest.param({"status": "on-hold"}, id="on hold"),
    ],
)
def test_what_this_signing_stops_or_forbids_does_not_continue(members):
    draft = drafted("MedicationRequest", "x", medicationCodeableConcept=TABLET)
    body = order_sign(chart(coded("M80.08XA"), AT_HOME), kyphoplasty(), draft | members)
    words = by_topic(ask(body))["rehabilitation"]["summary"]
    assert "ask" in words
    assert "continue" not in words

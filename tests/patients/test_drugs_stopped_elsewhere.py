"""A home list has a tablet as taken, and a newer entry stopped it: nobody knows."""

import pytest

from tests.chart_builders import days_ago, drug, of_patient, ordered
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

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
from tests.codes import ATC, ORDERS, codeable
from tests.patients.inpatients import ALENDRONATE, cards_by_topic, chart, coded
from tests.patients.leaving import discharge, leave, leaving_chart
from tests.patients.reassuring import card_of

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


def _asking(kind, words):
    """A draft that asks something in words, where its type has them."""
    patient = {"reference": "Patient/pat-1"}
    said = {
        "Task": {"for": patient, "description": words},
        "CommunicationRequest": {
            "subject": patient,
            "payload": [{"contentString": words}],
        },
    }[kind]
    return {
        "resourceType": kind,
        "id": "x",
        "status": "draft",
        "intent": "order",
    } | said


def _signed_with(draft, *entries):
    record = chart(coded("M80.08XA"), *(entries or [AT_HOME]))
    body = order_sign(record, kyphoplasty(), draft)
    return by_topic(ask(body))["rehabilitation"]["summary"]


ASKED = [
    "Stop alendronate",
    "Please stop alendronate.",
    "Discontinue Fosamax",
    "Hold alendronate until seen",
    "Alendronate: do not give",
    "Take her off alendronate",
    "Stop all bisphosphonates",
    "Bitte Alendronat absetzen",
    "Alendronat pausieren",
    "Kein Alendronat mehr",
    "Arrêter l'alendronate",
]


@pytest.mark.parametrize("kind", ["Task", "CommunicationRequest"])
@pytest.mark.parametrize("words", ASKED)
def test_what_a_task_or_a_message_asks_to_stop_does_not_continue(kind, words):
    said = _signed_with(_asking(kind, words))
    assert "ask" in said
    assert "continue" not in said


@pytest.mark.parametrize(
    "task",
    [
        pytest.param(
            {"code": {"text": "Stop medication"}, "description": "Alendronate 70 mg"},
            id="in two elements",
        ),
        pytest.param(
            {
                "description": "Stop medication",
                "focus": {"reference": "MedicationStatement/a"},
            },
            id="by its focus",
        ),
        pytest.param(
            {
                "code": {"coding": [{"code": "abort"}]},
                "focus": {"reference": "MedicationStatement/a"},
            },
            id="by its code",
        ),
    ],
)
def test_a_task_may_say_in_parts_what_is_to_stop(task):
    draft = _asking("Task", "")
    del draft["description"]
    assert "continue" not in _signed_with(draft | task)


@pytest.mark.parametrize("kind", ["Task", "CommunicationRequest"])
@pytest.mark.parametrize(
    "words",
    [
        "Continue alendronate",
        "Do not stop alendronate",
        "Alendronat nicht absetzen",
        "Teach how alendronate is taken",
        "Alendronate started, not urgent",
        "Stop apixaban",
        "Stop smoking. Continue alendronate.",
        "Continue alendronate. Hold breakfast.",
    ],
)
def test_other_tasks_leave_the_drug_alone(kind, words):
    assert "continue" in _signed_with(_asking(kind, words))


@pytest.mark.parametrize(
    "draft",
    [
        drafted(
            "MedicationRequest",
            "x",
            medicationCodeableConcept=TABLET,
            doNotPerform=True,
        ),
        drafted(
            "MedicationRequest", "x", medicationCodeableConcept=TABLET, status="stopped"
        ),
        _asking("Task", "Stop alendronate"),
        _asking("CommunicationRequest", "Bitte Alendronat absetzen"),
    ],
    ids=["forbidden", "stopped", "task", "message"],
)
def test_a_discharge_that_is_signed_with_the_stop_asks(draft):
    begun = statement("a", "active", effectivePeriod=since(1))
    record = leaving_chart(ordered("rehabilitation", days=1), begun)
    home = drafted("ServiceRequest", "home", code=codeable(ORDERS, "discharge"))

    def summaries(*drafts):
        body = order_sign(record, home, *drafts)
        body["prefetch"] = discharge(record)["prefetch"]
        return [card["summary"] for card in ask(body)]

    assert summaries() == []
    (card,) = summaries(draft)
    assert "lendronate" in card
    assert "Does it go on?" in card


NEVER_TAKEN = drug("losartan", number="other")
FORBIDDEN = "A drug is forbidden in this signing: ask"


@pytest.mark.parametrize("kind", ["Task", "CommunicationRequest"])
@pytest.mark.parametrize("words", ["Alendronate: do not give", "Kein Alendronat mehr"])
def test_a_drug_that_was_never_taken_is_not_stopped(kind, words):
    said = _signed_with(_asking(kind, words), NEVER_TAKEN)
    assert said.startswith(FORBIDDEN)


@pytest.mark.parametrize("kind", ["Task", "CommunicationRequest"])
@pytest.mark.parametrize("words", ["Stop denosumab", "Denosumab pausieren"])
def test_who_stops_denosumab_knows_of_a_dose(kind, words):
    said = _signed_with(_asking(kind, words), NEVER_TAKEN)
    assert said.startswith("Denosumab on the list, last dose not found: ask")


@pytest.mark.parametrize("kind", ["Task", "CommunicationRequest"])
def test_who_forbids_denosumab_need_know_of_none(kind):
    said = _signed_with(_asking(kind, "Do not give denosumab"), NEVER_TAKEN)
    assert said.startswith(FORBIDDEN)


@pytest.mark.parametrize("title", ["Alendronate 70 mg", "Denosumab injection"])
def test_an_order_of_another_type_that_forbids_a_drug_is_said(title):
    draft = drafted("ServiceRequest", "x", code={"text": title}, doNotPerform=True)
    assert _signed_with(draft, NEVER_TAKEN).startswith(FORBIDDEN)


def test_an_order_that_forbids_something_else_forbids_no_drug():
    draft = drafted("ServiceRequest", "x", code={"text": "Massage"}, doNotPerform=True)
    assert "No bone drug" in _signed_with(draft, NEVER_TAKEN)


@pytest.mark.parametrize(
    ("words", "drug_named"),
    [
        ("알렌드로네이트 중단 2023", "Alendronate"),
        ("리세드로네이트 중단 2022", "Risedronate"),
        ("이반드로네이트 중단", "Ibandronate"),
        ("졸레드로네이트 중단", "Zoledronate"),
        ("Alendronian odstawiony 2023", "Alendronate"),
    ],
)
def test_a_drug_that_was_stopped_is_named_in_korean_and_polish(words, drug_named):
    stopped = statement("s", "active") | {"medicationCodeableConcept": {"text": words}}
    assert card_of(stopped)["summary"].startswith(drug_named)

"""An order may be written for a broken vertebra that the augmentation does not treat."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    kyphoplasty,
    measured,
    of_patient,
    order_sign,
)
from tests.codes import ICD, codeable
from tests.patients.reassuring import quiet_record

L1, L3 = codeable(ICD, "S32.010A"), codeable(ICD, "S32.030A")
INSIDE = {
    "resourceType": "Condition",
    "id": "inside",
    "subject": {"reference": "Patient/pat-1"},
    "code": L3,
}


def on_record(days, **members):
    return of_patient(
        "ServiceRequest",
        "other",
        status="active",
        intent="order",
        code={"text": "Full blood count"},
        authoredOn=days_ago(days),
        **members,
    )


def cards_of(*drafts, listed=()):
    record = quiet_record(measured("bmd-t-score", -1.5), *listed)
    return by_topic(ask(order_sign([*record, measured("bmi", 27)], *drafts)))


def is_reassuring(cards):
    return "below" in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param(kyphoplasty(reasonCode=[L1, L3]), id="codes"),
        pytest.param(
            kyphoplasty(reasonCode=[{"text": "Compression fractures L1 and L3"}]),
            id="words",
        ),
        pytest.param(
            kyphoplasty(contained=[INSIDE], reasonReference=[{"reference": "#inside"}]),
            id="inside the order",
        ),
    ],
)
def test_the_own_reason_of_another_vertebra_reassures_nobody(operation):
    cards = cards_of(operation)
    assert not is_reassuring(cards)
    assert "earlier vertebral fracture" in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("reason", [L1, {"text": "L1 compression fracture"}])
def test_the_own_reason_of_the_treated_vertebra_changes_nothing(reason):
    assert is_reassuring(cards_of(kyphoplasty(reasonCode=[reason])))


def test_the_reason_of_the_brace_reassures_nobody():
    cards = cards_of(kyphoplasty(), brace(reasonCode=[L3]))
    assert not is_reassuring(cards)


def test_the_reason_of_an_order_on_record_reassures_nobody_and_keeps_the_brace():
    cards = cards_of(kyphoplasty(), brace(), listed=[on_record(5, reasonCode=[L3])])
    assert not is_reassuring(cards)
    suggested = [
        one
        for topic, card in cards.items()
        for one in card.get("suggestions", ())
        if topic.startswith("brace")
    ]
    assert not any(one.get("isRecommended") for one in suggested)


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(on_record(5, reasonCode=[L1]), id="treated"),
        pytest.param(on_record(900, reasonCode=[L3]), id="years ago"),
    ],
)
def test_other_orders_on_record_change_nothing(order):
    assert is_reassuring(cards_of(kyphoplasty(), listed=[order]))

"""An augmentation on record that was ordered for another vertebra leaves a fracture open."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    kyphoplasty,
    order_sign,
    strong_and_nourished,
    vertebroplasty,
)

BELOW = "below the usual"


def on_record(order, days, status="active"):
    return {**order, "status": status, "authoredOn": days_ago(days)}


def detail_with(*entries):
    record = [*strong_and_nourished(), *entries]
    cards = by_topic(ask(order_sign(record, kyphoplasty(), brace())))
    return cards["rehabilitation"]["detail"]


IN_WORDS = kyphoplasty(None, number="other") | {"code": {"text": "Kyphoplasty T12"}}


@pytest.mark.parametrize(
    "order",
    [
        *(on_record(kyphoplasty("T12", number="other"), d) for d in (0, 20, 170)),
        *(
            on_record(kyphoplasty("T12", number="other"), d, "completed")
            for d in (3, 80, 300)
        ),
        on_record(vertebroplasty("T12"), 3),
        on_record(IN_WORDS, 3),
    ],
)
def test_another_vertebra_is_another_fracture(order):
    detail = detail_with(order)
    assert BELOW not in detail
    assert "earlier vertebral fracture not excluded" in detail


@pytest.mark.parametrize(
    "order",
    [
        on_record(kyphoplasty("L1", number="same"), 3),
        on_record(kyphoplasty("L1", number="same"), 3, "completed"),
        on_record(kyphoplasty("T12", number="void"), 3, "revoked"),
        on_record(kyphoplasty("T12", number="void"), 3, "entered-in-error"),
        on_record(kyphoplasty("T12", number="void", doNotPerform=True), 3),
        on_record(kyphoplasty(None, number="unsited"), 3),
    ],
)
def test_the_same_vertebra_or_a_void_order_is_none(order):
    assert BELOW in detail_with(order)

"""Bed rest that ends with an event: what stands after "until" is not ordered."""

import pytest

from tests.chart_builders import ask, by_topic, drafted, kyphoplasty, order_sign
from tests.patients.reassuring import reassuring_record


def brace_card(title):
    rest = drafted("ServiceRequest", "rest", code={"text": title})
    body = order_sign(reassuring_record(), kyphoplasty(), rest)
    return by_topic(ask(body)).get("braceLimit")


@pytest.mark.parametrize(
    "title",
    [
        "Bed rest until TLSO arrives",
        "Bedrest till brace is delivered",
        "Bettruhe bis Korsett geliefert",
        "Strict bed rest until TLSO",
    ],
)
def test_bed_rest_until_a_brace_comes_has_no_end_and_orders_no_brace(title):
    card = brace_card(title)
    assert card["summary"].startswith("Bed rest without an end time is ordered")
    assert "TLSO" not in card["summary"] + card["detail"]
    assert "brace" not in card["summary"].lower()
    assert not card.get("suggestions")


@pytest.mark.parametrize(
    "title", ["Bed rest until tomorrow, then TLSO", "TLSO and bed rest"]
)
def test_a_brace_after_the_bed_rest_is_ordered(title):
    assert "TLSO" in brace_card(title)["summary"]


def test_bed_rest_until_another_event_has_an_end():
    assert brace_card("Bed rest until seen by physiotherapy") is None

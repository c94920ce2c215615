"""Options are alternatives between which somebody chooses: no two fractures."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    drafted,
    kyphoplasty,
    order_sign,
)
from tests.codes import CPT, ORDERS, codeable
from tests.patients.reassuring import reassuring_record


def card_of(*drafts):
    return by_topic(ask(order_sign(reassuring_record(), *drafts)))["rehabilitation"]


def option(level, **members):
    return kyphoplasty(level, number=f"option-{level}", intent="option", **members)


@pytest.mark.parametrize(
    "drafts",
    [
        pytest.param((option("L1"), option("L3")), id="two options"),
        pytest.param((option("L1"), option("L3"), option("T12")), id="three options"),
        pytest.param((kyphoplasty("L1"), option("L3")), id="next to an order"),
        pytest.param(
            (kyphoplasty("L1"), option("L3"), option("T12")), id="two next to one"
        ),
    ],
)
def test_alternatives_are_no_two_fractures(drafts):
    card = card_of(*drafts)
    assert card["indicator"] == "info"
    assert "at once" not in card["summary"]
    assert "option" in card["detail"]
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize(
    "drafts",
    [
        pytest.param((option("L1"),), id="alone"),
        pytest.param((kyphoplasty("L1"), option("L1")), id="of the same vertebra"),
    ],
)
def test_an_option_of_the_treated_vertebra_changes_nothing(drafts):
    card, usual = card_of(*drafts), card_of(kyphoplasty("L1"))
    assert card["summary"] == usual["summary"]
    assert usual["detail"] in card["detail"]


@pytest.mark.parametrize(
    "intent",
    [
        "order",
        "original-order",
        "plan",
        "proposal",
        "directive",
        "reflex-order",
        "filler-order",
        "instance-order",
    ],
)
def test_other_intents_name_what_broke(intent):
    second = kyphoplasty("L3", number="second", intent=intent)
    card = card_of(kyphoplasty("L1"), second)
    assert card["summary"].startswith("Two fractures at once")


def test_options_inside_a_group_are_what_the_group_orders():
    group = drafted("RequestGroup", "set", contained=[option("L1"), option("L3")])
    assert card_of(group)["summary"].startswith("Two fractures at once")


def test_a_referral_that_is_an_option_arranges_nothing():
    code = codeable(ORDERS, "rehabilitation")
    order = drafted("ServiceRequest", "walk", code=code)
    assert card_of(kyphoplasty("L1"), order)["summary"].startswith("Rehabilitation is")
    card = card_of(kyphoplasty("L1"), {**order, "intent": "option"})
    assert card["summary"] == card_of(kyphoplasty("L1"))["summary"]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(option(None, code=codeable(CPT, "22515")), id="a further level"),
        pytest.param(option(None, code=codeable(CPT, "22514")), id="no vertebra"),
        pytest.param(option("L1", quantityQuantity={"value": 3}), id="three"),
    ],
)
def test_an_option_that_may_add_a_vertebra_reassures_nobody(other):
    card = card_of(kyphoplasty("L1"), other)
    assert "below the usual" not in card["detail"]

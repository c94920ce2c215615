"""A code, a class or a year next to the name of the operation says no more than it."""

import pytest

from tests.chart_builders import ask, by_topic, kyphoplasty, order_sign
from tests.patients.reassuring import REASSURING, reassuring_record

PLAIN = [
    *("22514 Kyphoplasty L1", "22513 - Kyphoplasty T12", "Kyphoplasty L1 (22514)"),
    *("CPT 22514 Kyphoplasty L1", "5-839.a0 Kyphoplastie LWK 1"),
    *("Kyphoplasty L1 with O-arm", "Kyphoplastie LWK 1 mit O-Arm"),
    *("Kyphoplasty L1 with O-arm navigation", "Kyphoplasty L1 OF3"),
    *("Kyphoplastie LWK 1 bei OF3-Fraktur", "Kyphoplasty L1 OF type 2"),
    *("Kyphoplasty T12, FLS day 3", "Kyphoplasty L1, FLS referral"),
    "Kyphoplasty L1 (2026)",
]
OPEN = [
    *("Kyphoplasty L1 OF5", "Kyphoplastie BWK 12 (OF 4)", "Kyphoplasty L1 OF3 lytic"),
    *(
        "63047 Kyphoplasty L1",
        "22514 Kyphoplasty L1, mass",
        "Kyphoplasty L1 O-arm spin",
    ),
    *("Kyphoplasty L1 with O-arm, abscess", "Kyphoplasty L1 (20265)"),
    *("Kyphoplasty L1, OF3, paraparesis", "22513 Kyphoplasty T12 metastasis"),
]
NONE = ["22513 Biopsy T12", "M17.9 Gonarthrose", "3-203 Native Computertomographie"]


def cards_of(title):
    order = kyphoplasty() | {"code": {"text": title}, "authoredOn": "2026-11-20"}
    del order["bodySite"]
    return by_topic(ask(order_sign(reassuring_record(), order)))


@pytest.mark.parametrize("title", PLAIN)
def test_a_code_a_class_or_a_year_leaves_nothing_open(title):
    card = cards_of(title)["rehabilitation"]
    assert REASSURING in f"{card['summary']} {card['detail']}"


@pytest.mark.parametrize("title", OPEN)
def test_what_else_a_title_says_stays_open(title):
    card = cards_of(title)["rehabilitation"]
    assert REASSURING not in f"{card['summary']} {card['detail']}"


@pytest.mark.parametrize("title", NONE)
def test_a_code_before_another_act_is_no_operation(title):
    assert cards_of(title) == {}

"""A title of a code of the operation and of levels alone is an order of it."""

import pytest

from tests.chart_builders import ask, by_topic, kyphoplasty, order_sign
from tests.patients.reassuring import reassuring_record

ORDERS = [
    *("22514 L1", "CPT 22514: L1", "22513 T12", "22510 T8", "0PU43JZ T8"),
    *("OPS 5-839.a0 LWK 1", "5-839.90 1. LWK", "0QU03JZ L1 and L2"),
]
OTHERS = [
    *("22612 L1", "72100 L1", "22514 MRI L1", "22514 L1 follow-up", "0QS03ZZ L1"),
    *("22514 L1 cancelled", "5-836.40 LWK 1", "99213 L1"),
]


def cards_of(title):
    order = kyphoplasty() | {"code": {"text": title}}
    del order["bodySite"]
    return by_topic(ask(order_sign(reassuring_record(), order)))


@pytest.mark.parametrize("title", ORDERS)
def test_a_code_next_to_a_level_is_the_operation(title):
    assert "rehabilitation" in cards_of(title)


@pytest.mark.parametrize("title", OTHERS)
def test_other_codes_and_other_words_are_not(title):
    assert cards_of(title) == {}


@pytest.mark.parametrize("title", ["22515 L1", "22514-22515 L1", "5-839.a1 LWK 1"])
def test_the_number_of_vertebrae_in_such_a_code_counts(title):
    summary = cards_of(title)["rehabilitation"]["summary"]
    assert summary.startswith("Two fractures")

"""A title that says "revision" behind the operation is of a vertebra filled before."""

import pytest

from tests.chart_builders import ask, by_topic, kyphoplasty, order_sign
from tests.patients.reassuring import reassuring_record

AGAIN = [
    *("Revision kyphoplasty L1", "Kyphoplasty L1 revision", "Kyphoplasty L1, revision"),
    *("Kyphoplastie LWK 1 Revision", "Kyphoplastie LWK 1, Revisionseingriff"),
    *("Cyphoplastie L1 révision", "Révision cyphoplastie L1"),
    *("Cifoplastia L1 revisión", "Cifoplastica L1 revisione"),
    *("Revisione cifoplastica L1", "Kyfoplastiek L1 revisie"),
]
NO_ORDER = [
    *("Revisión cifoplastia L1", "Kyphoplasty revision clinic", "Wound revision L1"),
]


def cards_of(title):
    order = kyphoplasty() | {"code": {"text": title}}
    del order["bodySite"]
    return by_topic(ask(order_sign(reassuring_record(), order)))


@pytest.mark.parametrize("title", AGAIN)
def test_a_revision_leaves_an_earlier_fracture_open(title):
    detail = cards_of(title)["rehabilitation"]["detail"]
    assert "earlier vertebral fracture not excluded" in detail


@pytest.mark.parametrize("title", NO_ORDER)
def test_a_check_up_is_no_operation(title):
    assert cards_of(title) == {}

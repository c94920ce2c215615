"""An order that does not name what it orders may be the very referral."""

import pytest

from tests.chart_builders import ask, by_topic, kyphoplasty, order_sign, ordered
from tests.patients.inpatients import chart, coded


def selected(*orders):
    record = chart(coded("M80.08XA", days=20), *orders)
    card = by_topic(ask(order_sign(record, kyphoplasty())))["rehabilitation"]
    return [
        one["label"] for one in card["suggestions"] if one.get("isRecommended") is True
    ]


def unnamed(kind, **members):
    order = ordered(kind, days=1) | members
    return {name: value for name, value in order.items() if name != "code"}


@pytest.mark.parametrize("kind", ["bone-treatment", "rehabilitation", "biopsy"])
def test_nothing_is_selected_next_to_an_order_without_a_name(kind):
    assert selected(unnamed(kind)) == []
    assert selected(unnamed(kind, status="unknown")) == []


def test_a_named_one_and_one_that_is_over_withhold_nothing():
    assert selected() == ["Refer to fracture liaison service"]
    assert selected(unnamed("biopsy", status="completed"))
    named = unnamed("biopsy", orderDetail=[{"text": "Full blood count"}])
    assert selected(named)
    assert selected(ordered("rehabilitation", days=1))

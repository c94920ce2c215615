"""Orders too long to be read whole reassure nobody, and select nothing."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    dose,
    drafted,
    kyphoplasty,
    order_sign,
    strong_and_nourished,
)
from tests.codes import ICD, codeable

PLAIN = codeable(ICD, "M54.50")
GRAVE = codeable(ICD, "C79.51")
MOST = 100  # items of a list, and orders inside groups
CUT = "**Not known:** Incomplete: "


def count_of_blood(number):
    title = {"text": "Full blood count"}
    return drafted("ServiceRequest", f"count-{number}", code=title)


def group(count, **last):
    """A group of plain orders, the last of which has these elements."""
    held = [count_of_blood(place) for place in range(count)]
    held[-1] |= last
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": one} for one in held],
    }


LONG = [
    pytest.param([kyphoplasty(reasonCode=[PLAIN] * MOST + [GRAVE])], id="reason"),
    pytest.param(
        [kyphoplasty(note=[{"text": "npo"}] * MOST + [{"text": "bone metastasis"}])],
        id="note",
    ),
    pytest.param(
        [kyphoplasty(), count_of_blood(1) | {"reasonCode": [PLAIN] * MOST + [GRAVE]}],
        id="reason of another order",
    ),
    pytest.param(
        [kyphoplasty(), group(MOST + 1, reasonCode=[GRAVE])], id="order in a group"
    ),
]


def cards_of(*drafts, record=()):
    answer = ask(order_sign([*strong_and_nourished(), *record], *drafts, brace()))
    return by_topic(answer)


def selected(cards):
    return [
        one["label"]
        for card in cards.values()
        for one in card.get("suggestions", ())
        if one.get("isRecommended")
    ]


@pytest.mark.parametrize("drafts", LONG)
def test_what_was_cut_off_an_order_reassures_nobody(drafts):
    cards = cards_of(*drafts)
    card = cards["rehabilitation"]
    assert "below the usual" not in card["detail"]
    assert "o bone drug" not in card["summary"]
    assert "none in" not in card["detail"]
    assert CUT in card["detail"]
    assert selected(cards) == []


@pytest.mark.parametrize("drafts", LONG)
def test_what_was_cut_off_an_order_takes_no_warning_away(drafts):
    late = dose("denosumab", days=256)
    assert cards_of(*drafts, record=[late])["rehabilitation"]["indicator"] == "warning"


def test_an_order_with_as_much_as_is_read_changes_nothing():
    plain = cards_of(kyphoplasty(reasonCode=[PLAIN]))
    full = cards_of(kyphoplasty(reasonCode=[PLAIN] * MOST), group(MOST))
    assert "below the usual" in full["rehabilitation"]["detail"]
    assert selected(full) == selected(plain)

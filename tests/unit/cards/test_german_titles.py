"""Titles of German order catalogues: what names the number of levels is plain."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    kyphoplasty,
    order_sign,
    strong_and_nourished,
)

OPEN = "the augmentation order (title)"


def said(title):
    order = kyphoplasty()
    order["code"]["text"] = title
    cards = ask(order_sign(strong_and_nourished(), order, brace()))
    return " ".join(card.get("detail", "") for card in cards)


@pytest.mark.parametrize(
    "title",
    [
        "Ballonkyphoplastie LWS 1 Segment",
        "Kyphoplastie 2 Segmente",
        "Ballonkyphoplastie LWS 1 Etage",
    ],
)
def test_the_number_of_levels_leaves_nothing_open(title):
    assert OPEN not in said(title)


@pytest.mark.parametrize(
    "title",
    ["Ballonkyphoplastie LWS 1 Segment bei Raumforderung", "Kyphoplastie Tumor"],
)
def test_what_else_a_title_says_is_named(title):
    assert "malignancy of bone not excluded" in said(title)

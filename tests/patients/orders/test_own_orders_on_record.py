"""The orders that our cards offered, signed and on record, are no diagnoses.

The referral to the fracture liaison service asks its reader for tumour and infection,
and the referral to rehabilitation for weak legs.
"""

import pytest

from tests.chart_builders import (
    ask,
    cards_for,
    kyphoplasty,
    order_sign,
    strong_and_nourished,
    thin_and_weak,
)


def signed_before():
    """What the card of a thin and weak patient offered, active on record."""
    cards = ask(order_sign(thin_and_weak(), kyphoplasty()))
    return [
        action["resource"] | {"id": f"{suggestion['uuid']}", "status": "active"}
        for card in cards
        for suggestion in card["suggestions"]
        for action in suggestion["actions"]
    ]


def line(card, name):
    return [said for said in card["detail"].splitlines() if f"**{name}" in said]


@pytest.mark.parametrize("place", [0, 1, 2], ids=["liaison", "rehab", "dietitian"])
def test_an_order_that_we_offered_opens_nothing(place):
    before = cards_for(strong_and_nourished(), kyphoplasty())["rehabilitation"]
    assert "below the usual" in before["detail"]
    order = signed_before()[place]
    after = cards_for([*strong_and_nourished(), order], kyphoplasty())["rehabilitation"]
    assert line(after, "Risk") == line(before, "Risk")
    assert line(after, "Not known") == line(before, "Not known") == []


def test_all_that_we_offered_is_arranged():
    """Nobody is asked again about a tumour that our own question named."""
    assert cards_for([*thin_and_weak(), *signed_before()], kyphoplasty()) == {}


def test_what_somebody_adds_to_our_order_is_read():
    order = signed_before()[0]
    order["note"] = [*order["note"], {"text": "Metastasis of L3 on the CT."}]
    card = cards_for([*strong_and_nourished(), order], kyphoplasty())["rehabilitation"]
    assert "below the usual" not in card["detail"]
    assert "malignan" in card["detail"]

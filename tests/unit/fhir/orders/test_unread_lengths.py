"""A length of time in a language that is not read is not called absent."""

import pytest

from tests.chart_builders import brace, cards_for, kyphoplasty, quiet_lists

OPEN = "no end date"
NOT_UNDERSTOOD = "A time in its words was not understood."


def card_of(note: str):
    """The card of a brace with this note."""
    draft = brace() | {"note": [{"text": note}]}
    return cards_for([*quiet_lists()], kyphoplasty(), draft)["braceLimit"]


@pytest.mark.parametrize(
    "note",
    [
        pytest.param("8 veckor", id="Swedish"),
        pytest.param("8 uker", id="Norwegian"),
        pytest.param("8 viikkoa", id="Finnish"),
        pytest.param("6-8 hafta", id="Turkish"),
        pytest.param("8 týdnů", id="Czech"),
        pytest.param("8 недель", id="Russian"),
        pytest.param("8 εβδομάδες", id="Greek"),
    ],
)
def test_a_length_that_is_not_understood_is_asked_for(note):
    card = card_of(note)
    assert NOT_UNDERSTOOD in card["summary"]
    assert OPEN not in card["summary"]
    assert not [one for one in card.get("suggestions", ()) if one.get("isRecommended")]


@pytest.mark.parametrize(
    "note", ["size 42 cm", "1 each", "3 point brace", "wear when up", "T12 and L1"]
)
def test_another_number_of_an_order_leaves_it_without_an_end(note):
    assert OPEN in card_of(note)["summary"]

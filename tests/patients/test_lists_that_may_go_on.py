"""A list whose next page cannot be reached reassures nobody, and chooses nothing."""

import pytest

from tests.chart_builders import ask, by_topic, kyphoplasty, order_sign
from tests.patients.reassuring import reassuring_record, selected
from tests.unit.fhir.gathering.test_further_pages import UNUSABLE


def cards_next_to(key, link):
    """The cards if the list of this prefetch key was sent with these links."""
    request = order_sign(reassuring_record(), kyphoplasty())
    page = request["prefetch"][key]
    page.pop("total", None)
    page["link"] = link
    return by_topic(ask(request))


@pytest.mark.parametrize("key", ["conditions", "medications"])
def test_a_list_that_ends_lets_the_card_say_below(key):
    cards = cards_next_to(key, [])
    assert "below the usual" in cards["rehabilitation"]["detail"]
    assert selected(cards)


@pytest.mark.parametrize("key", ["conditions", "medications"])
@pytest.mark.parametrize("link", UNUSABLE.values(), ids=UNUSABLE)
def test_a_list_that_may_go_on_is_named_and_reassures_nobody(key, link):
    cards = cards_next_to(key, link)
    card = cards["rehabilitation"]
    assert "below the usual" not in card["detail"]
    assert "none in" not in card["detail"]
    assert "incomplete" in card["detail"] or "not wholly" in card["detail"]
    assert not selected(cards)

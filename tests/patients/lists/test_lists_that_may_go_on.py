"""A list whose next page cannot be reached reassures nobody, and chooses nothing."""

import pytest

from tests.chart_builders import ask, by_topic, kyphoplasty, order_sign
from tests.next_pages import UNUSABLE
from tests.patients.reassuring import reassuring_record, selected


def cards_if(key, change):
    """The cards if the list of this prefetch key was sent with this change."""
    request = order_sign(reassuring_record(), kyphoplasty())
    page = request["prefetch"][key]
    page.pop("total", None)
    request["prefetch"][key] = change(page)
    return by_topic(ask(request))


def cards_next_to(key, link):
    """The cards if the list of this prefetch key was sent with these links."""
    return cards_if(key, lambda page: {**page, "link": link})


def assert_open(cards):
    """Assert that the card names the list, reassures nobody and chooses nothing."""
    detail = cards["rehabilitation"]["detail"]
    assert "below the usual" not in detail
    assert "none in" not in detail
    assert "incomplete" in detail or "not wholly" in detail
    assert not selected(cards)


@pytest.mark.parametrize("key", ["conditions", "medications"])
def test_a_list_that_ends_lets_the_card_say_below(key):
    cards = cards_next_to(key, [])
    assert "below the usual" in cards["rehabilitation"]["detail"]
    assert selected(cards)


@pytest.mark.parametrize("key", ["conditions", "medications"])
@pytest.mark.parametrize("link", UNUSABLE.values(), ids=UNUSABLE)
def test_a_list_that_may_go_on_is_named_and_reassures_nobody(key, link):
    assert_open(cards_next_to(key, link))


@pytest.mark.parametrize("key", ["conditions", "medications"])
def test_one_resource_in_place_of_a_list_is_not_all_there_is(key):
    assert_open(cards_if(key, lambda page: page["entry"][0]["resource"]))


@pytest.mark.parametrize("severity", ["warning", "Error", None])
@pytest.mark.parametrize("key", ["conditions", "medications", "procedures"])
def test_a_list_that_came_with_a_warning_reassures_nobody(key, severity):
    issue = {"severity": severity, "code": "processing"}
    told = {"resource": {"resourceType": "OperationOutcome", "issue": [issue]}}
    assert_open(cards_if(key, lambda page: {**page, "entry": [*page["entry"], told]}))


@pytest.mark.parametrize("key", ["conditions", "medications"])
def test_a_total_that_is_not_understood_reassures_nobody(key):
    assert_open(cards_if(key, lambda page: {**page, "total": "99+"}))

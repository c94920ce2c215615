"""A brace whose note names its last day without a year."""

import pytest

from tests.chart_builders import ask, brace, by_topic, kyphoplasty, order_sign
from tests.patients.reassuring import quiet_record


def brace_card(**members):
    body = order_sign(quiet_record(), kyphoplasty(), brace(**members))
    return by_topic(ask(body)).get("braceLimit")


@pytest.mark.parametrize(
    "words", ["until 24 Dec", "bis 24. Dezember", "12月24日まで", "do 24 grudnia"]
)
def test_a_brace_that_ends_within_eight_weeks_needs_no_other_end(words):
    assert brace_card(note=[{"text": words}]) is None


def test_a_later_day_is_named_and_the_earlier_end_not_selected():
    card = brace_card(note=[{"text": "until 24 February"}])
    assert card["summary"].startswith("TLSO until 24 Feb: off by 15 Jan")
    (offered,) = card["suggestions"]
    assert not offered.get("isRecommended")
    (action,) = offered["actions"]
    assert action["resource"]["note"] == [{"text": "until 15 Jan 2027"}]


def test_a_day_whose_year_is_not_known_is_no_end():
    card = brace_card(note=[{"text": "until 24 October"}])
    assert "A time in its words was not understood" in card["summary"]
    assert "suggestions" not in card


@pytest.mark.parametrize(
    "words", ["until follow-up in 6 weeks", "6 weeks post discharge"]
)
def test_an_event_with_a_length_is_called_an_event(words):
    card = brace_card(note=[{"text": words}])
    assert "Its words name an event, no day" in card["summary"]

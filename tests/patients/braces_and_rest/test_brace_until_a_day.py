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
    assert "Its words name an event, not a day" in card["summary"]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("until 12/15", id="month-day"),
        pytest.param("until 15/12/26", id="short-year"),
        pytest.param("off 15 Mar", id="off"),
        pytest.param("stop 15 Dec", id="stop"),
        pytest.param("d/c on Dec 15", id="discontinued"),
        pytest.param("last day 15 Dec", id="last-day"),
        pytest.param("by 15 Dec", id="by"),
        pytest.param("20 Nov - 20 Dec", id="span"),
        pytest.param("11/20-12/18", id="span-in-numbers"),
    ],
)
def test_a_day_that_is_not_read_offers_no_end(words):
    card = brace_card(note=[{"text": words}])
    assert "A time in its words was not understood" in card["summary"]
    assert "suggestions" not in card


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("Wear 24/7", id="always"),
        pytest.param("L1/2", id="levels"),
        pytest.param("x-ray 12/15", id="of-an-examination"),
    ],
)
def test_a_number_that_is_no_day_of_the_brace_leaves_the_end_offered(words):
    assert brace_card(note=[{"text": words}])["suggestions"]

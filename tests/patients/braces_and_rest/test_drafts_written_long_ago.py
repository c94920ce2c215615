"""A brace or bed rest that was written long ago and is signed now."""

import pytest

from tests.chart_builders import (
    bed_rest,
    brace,
    cards_for,
    days_ago,
    kyphoplasty,
    quiet_lists,
)


def brace_card(order):
    return cards_for(quiet_lists(), kyphoplasty(), order).get("braceLimit")


@pytest.mark.parametrize("days", [8, 30, 100, 290, 400, 2500])
def test_a_brace_is_worn_from_the_signing_on(days):
    card = brace_card(brace(authoredOn=days_ago(days)))
    assert card["summary"].startswith("TLSO: no end date. Off by 15 Jan (8 weeks)?")
    (suggestion,) = card["suggestions"]
    times = suggestion["actions"][0]["resource"]["occurrencePeriod"]
    assert times == {"start": days_ago(0), "end": "2027-01-15"}


def test_weeks_in_words_begin_at_the_signing():
    order = brace(authoredOn=days_ago(100), note=[{"text": "for 12 weeks"}])
    assert brace_card(order)["summary"].startswith("TLSO for 12 weeks: off by 15 Jan")


def test_a_brace_in_force_that_is_signed_again_was_worn():
    order = brace(authoredOn=days_ago(70), status="active")
    assert brace_card(order)["summary"] == "TLSO worn 10 weeks: still needed?"


def test_a_stated_start_counts():
    order = brace(occurrencePeriod={"start": days_ago(70)})
    assert brace_card(order)["summary"] == "TLSO worn 10 weeks: still needed?"


@pytest.mark.parametrize("days", [100, 300, 400])
def test_a_last_day_without_a_year_comes_after_the_signing(days):
    order = brace(authoredOn=days_ago(days), note=[{"text": "until 15 March"}])
    summary = brace_card(order)["summary"]
    assert summary.startswith("TLSO until 15 Mar: off by 15 Jan")


def test_a_last_day_without_a_year_that_is_past_is_asked():
    order = brace(authoredOn=days_ago(30), note=[{"text": "until 1 Nov"}])
    assert "end date?" in brace_card(order)["summary"]


def test_bed_rest_begins_at_the_signing():
    order = bed_rest(None, authoredOn=days_ago(10), note=[{"text": "until 2026-11-21"}])
    assert brace_card(order) is None

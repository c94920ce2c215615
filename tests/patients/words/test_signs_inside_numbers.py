"""Numbers in words with signs that nobody sees, or that may make them another number."""

import pytest

from tests.chart_builders import brace, cards_for, kyphoplasty, labels, quiet_lists
from tests.order_builders import terminology


def brace_card(words):
    order = brace(note=[{"text": words}])
    return cards_for(quiet_lists(), kyphoplasty(), order).get("braceLimit")


def treated(words):
    return terminology().levels.treated(words)


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("1\u200b2", id="space without width"),
        pytest.param("1\u00ad2", id="soft hyphen"),
        pytest.param("1\u200f2", id="mark from right to left"),
        pytest.param("1\u20602", id="word joiner"),
        pytest.param("１２", id="full width"),
        pytest.param("12\u00a0", id="blank that does not break"),
    ],
)
def test_a_length_is_read_as_it_is_seen(number):
    card = brace_card(f"TLSO for {number} weeks")
    assert card["summary"].startswith("TLSO for 12 weeks: off by 15 Jan")


@pytest.mark.parametrize(
    "number",
    [
        "\u202e21\u202c",
        "1\u202e2",
        "1\u20092",
        "1\u00a02",
        "1 2",
        "1\u00b2",
        "1\u03352",
        "1_2",
        "1&shy;2",
        "1<b></b>2",
        "1\u06622",
    ],
    ids=ascii,
)
def test_a_number_that_may_be_another_is_asked_about(number):
    card = brace_card(f"TLSO for {number} weeks")
    assert card["summary"] == (
        "TLSO: end date? A time in its words was not understood."
    )
    assert not labels(card)


def test_a_day_is_read_as_it_is_seen():
    card = brace_card("TLSO until 2027-0\u200b2-01")
    assert card["summary"].startswith("TLSO until 1 Feb: off by 15 Jan")


@pytest.mark.parametrize("words", ["T1\u200b2", "T1\u00ad2", "T\u200f12", "T１２"])
def test_a_vertebra_is_read_as_it_is_seen(words):
    assert treated(f"Kyphoplasty {words}") == ("T12",)


@pytest.mark.parametrize("words", ["T1\u20092", "T1\u202e2", "T1\u00b2"], ids=ascii)
def test_a_vertebra_that_may_be_another_is_not_read(words):
    assert treated(f"Kyphoplasty {words}") == ()


@pytest.mark.parametrize(
    "words",
    [
        "TLSO L1 12 weeks",
        "TLSO (L0456) 12 weeks",
        "Mieder LWK 1 12 Wochen",
        "TLSO L 1 12 weeks",
        "TLSO qty 1 12 weeks",
        "TLSO OF 3 12 weeks",
        "Mieder Gr. 2 12 Wochen",
        "TLSO 12\u202fweeks",
        "TLSO x12 wks",
    ],
    ids=ascii,
)
def test_an_ordinary_length_is_read(words):
    assert "12 weeks" in brace_card(words)["summary"]

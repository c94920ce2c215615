"""What is written as a problem's title next to a harmless code may say more than it."""

import tomllib
from pathlib import Path

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    kyphoplasty,
    measured,
    order_sign,
    patient,
    problem,
    quiet_lists,
)
from tests.codes import ICD, codeable

TITLES = tomllib.loads(
    Path(__file__).with_name("titles_next_to_codes.toml").read_text(encoding="utf-8")
)


def cards_with(code):
    listed = problem("x", number="listed", days=20, code=code)
    record = [patient(), *quiet_lists(), measured("bmd-t-score", -1.5), listed]
    record += [measured("bmi", 27)]
    return by_topic(ask(order_sign(record, kyphoplasty(), brace())))


def is_brace_chosen(cards):
    suggestions = [
        one
        for topic, card in cards.items()
        for one in card.get("suggestions", [])
        if topic.startswith("brace")
    ]
    return any(one.get("isRecommended") for one in suggestions)


@pytest.mark.parametrize("code", ["M54.50", "I10", "S32.010A", "M81.0"])
@pytest.mark.parametrize("title", TITLES["grave"])
def test_a_title_that_is_no_plain_name_reassures_nobody(title, code):
    cards = cards_with({**codeable(ICD, code), "text": title})
    assert "below" not in cards["rehabilitation"]["detail"]
    assert not is_brace_chosen(cards)


@pytest.mark.parametrize("title", ["Xyloprax zwibbel", "Pus at L1"])
def test_the_display_of_a_code_is_its_title_too(title):
    cards = cards_with(
        {"coding": [codeable(ICD, "I10")["coding"][0] | {"display": title}]}
    )
    assert "below" not in cards["rehabilitation"]["detail"]
    assert (
        "1 entry of the problem list not understood"
        in (cards["rehabilitation"]["detail"])
    )


@pytest.mark.parametrize(
    ("code", "title"),
    [
        pytest.param(code, title, id=f"{language}: {title}")
        for language, titles in TITLES["harmless"].items()
        for code, named in titles.items()
        for title in named
    ],
)
def test_the_ordinary_title_of_a_harmless_code_changes_nothing(code, title):
    cards = cards_with({**codeable(ICD, code), "text": title})
    assert "below" in cards["rehabilitation"]["detail"]
    assert is_brace_chosen(cards)

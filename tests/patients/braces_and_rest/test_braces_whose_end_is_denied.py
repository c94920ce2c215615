"""The words of a brace name another end than its dates, or none at all."""

from typing import Any

import pytest

from tests.chart_builders import days_ago
from tests.patients import braces

FOUR_WEEKS = {"start": days_ago(0), "end": days_ago(-28)}
DENIED = [
    *("until fused", "Wear until the fracture has healed", "Until mobilised"),
    *("Wear indefinitely", "ongoing", "lifelong", "Wear permanently", "no end date"),
    *("Continue until further notice", "until told otherwise", "long-term"),
    *("Bis zur knöchernen Durchbauung", "bis auf Weiteres", "dauerhaft tragen"),
    *("jusqu'à consolidation", "jusqu'à nouvel ordre", "indéfiniment"),
    *("hasta consolidación", "de forma indefinida", "fino a consolidazione"),
    *("a tempo indeterminato", "tot consolidatie", "voor onbepaalde tijd"),
    *("do zrostu kostnego", "bezterminowo", "骨癒合まで", "無期限", "长期佩戴"),
]
KEPT = [
    *("Wear when out of bed.", "Wear at all times except in bed", "for 4 weeks"),
    *("Wear until 10 Dec, then wean", "Length of need 99"),
    *("Porter en permanence sauf la nuit", "Dauerhaft tragen außer nachts"),
    *("Physiotherapy ongoing", "Patient has permanent pacemaker", "Not permanently"),
    "No end plate contact",
]


def signed_with(note: str, **members: Any) -> dict[str, Any]:
    """Return the cards of a brace that is signed for four weeks, by topic."""
    dates = {"occurrencePeriod": FOUR_WEEKS}
    return braces.signed_with(note, **dates | members)


def left_with(note: str) -> list[Any]:
    """Return the cards of somebody who leaves with a brace for four weeks."""
    return braces.left_with(note, occurrencePeriod=FOUR_WEEKS)


@pytest.mark.parametrize("note", DENIED)
def test_such_an_end_is_open_at_discharge(note: str) -> None:
    (card,) = left_with(note)
    assert card["summary"].endswith(": who ends the TLSO, and when?")


@pytest.mark.parametrize("note", DENIED)
def test_such_an_end_is_asked_at_the_signing(note: str) -> None:
    card = signed_with(note)["braceLimit"]
    assert card["summary"] == "TLSO: end date? Its times state different ends."
    assert not card.get("suggestions")


def test_so_is_a_length_in_words() -> None:
    cards = signed_with("For 6 weeks; wear indefinitely", occurrencePeriod=None)
    assert "different ends" in cards["braceLimit"]["summary"]


def test_a_time_that_was_not_understood_leaves_the_end_open() -> None:
    assert left_with("end of January")
    summary = signed_with("end of January")["braceLimit"]["summary"]
    assert summary == "TLSO: end date? A time in its words was not understood."


@pytest.mark.parametrize("note", KEPT)
def test_words_that_deny_no_end_bring_no_card(note: str) -> None:
    assert not left_with(note)
    assert "braceLimit" not in signed_with(note)


@pytest.mark.parametrize(
    "words",
    [
        *("8 Wochen dauerhaft tragen", "Tagsüber dauerhaft tragen, 8 Wochen"),
        *("Wear permanently for 6 weeks", "永久佩戴8周", "blijvend dragen 8 weken"),
        *("8 weeks, then remove permanently", "Do not wear indefinitely; 8 weeks"),
        *("8 weeks, not lifelong", "8周,不要长期佩戴", "nosić na stałe 8 tygodni"),
        *(
            "Kein Heben bis auf Weiteres, Mieder 8 Wochen",
            "8 weeks, no end-range flexion",
        ),
        "Non weight bearing until further notice; TLSO 6 weeks",
        "8 weeks, no end range flexion",
    ],
)
def test_words_that_deny_no_stated_length_bring_no_card(words: str) -> None:
    assert "braceLimit" not in signed_with(words, occurrencePeriod=None)


@pytest.mark.parametrize(
    "words",
    [
        *("8 weeks, then permanently", "8 Wochen, danach dauerhaft nachts"),
        *("8 weeks; do not remove until further notice", "8周,然后永久佩戴"),
        "8 weeks; no sitting without TLSO until further notice",
    ],
)
def test_words_that_deny_a_stated_length_still_do(words: str) -> None:
    card = signed_with(words, occurrencePeriod=None)["braceLimit"]
    assert "different ends" in card["summary"]

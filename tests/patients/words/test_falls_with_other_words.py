"""A partner, a state or a risk in the same title takes no fall from it."""

import pytest

from tests.patients.reassuring import cards_of, dated

REPEATED = (
    "Recurrent falls, partner informed",
    "Recurrent falls, angst",
    "Wiederholte Stürze, Angst zu gehen",
    "Wiederholte Stürze, Partner informiert",
    "Recidiverend vallen, partner ingelicht",
    "Recidiverend vallen, bang om te lopen",
    "반복적인 낙상, 어머니와 거주",
    "반복적인 낙상, 골절 위험",
)
HIGH = (
    "Sturz von der Leiter, Allgemeinzustand gut",
    "Sturz vom Dach, guter Zustand",
    "Fall from ladder, partner witnessed",
    "Val van ladder, partner was erbij",
    "Val van ladder, risico op bloeding",
    "지붕에서 추락, 출혈 위험",
    "지붕에서 추락, 침대 안정",
    "지붕에서 추락, 보행에 대한 두려움",
    "Upadek z drabiny na własnej posesji",
)
NONE = (
    "Moeder valt regelmatig",
    "Risico op recidiverend vallen",
    "Preventie van valincidenten",
    "Geen recidiverend vallen",
    "Vader gevallen van ladder",
    "Val van eigen hoogte",
    "어머니 반복 낙상",
    "반복 낙상 위험",
    "추락 주의",
    "추락에 대한 공포",
    "추락 공포",
    "반복 낙상에 대한 두려움",
    "Upadek z własnej wysokości",
)
REVIEW = "bone treatment review still applies"


def summaries_with(title: str) -> list[str]:
    cards = cards_of(dated({"text": title}, days=30))
    return [card["summary"] for card in cards.values()]


@pytest.mark.parametrize("title", REPEATED)
def test_repeated_falls_are_named(title: str) -> None:
    assert any("Repeated falls" in one for one in summaries_with(title))


@pytest.mark.parametrize("title", HIGH)
def test_a_fall_from_height_is_named(title: str) -> None:
    assert any(REVIEW in one for one in summaries_with(title))


@pytest.mark.parametrize("title", NONE)
def test_what_is_no_such_fall_is_not_named(title: str) -> None:
    summaries = summaries_with(title)
    assert not any("Repeated falls" in one or REVIEW in one for one in summaries)

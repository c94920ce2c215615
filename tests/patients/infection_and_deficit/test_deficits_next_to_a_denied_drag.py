"""A leg that is not dragged denies no deficit of the bladder or of another leg."""

import pytest

from tests.patients.leaving import leave, leaving_chart
from tests.patients.reassuring import cards_of, dated, imaging

DEFICIT = "New neurological deficit not excluded"
OPEN = [
    "schleift den Fuss und kann nicht urinieren",
    "zieht das Bein nach und kann nicht stehen",
    "zieht Bein nach nicht gehfähig",
    "sleept met been en kan niet plassen",
    "sleept rechterbeen kan niet meer lopen",
    "ne traîne plus la jambe mais ne peut plus uriner",
    "no arrastra la pierna pero no puede levantar el pie derecho",
    "non trascina la gamba ma non riesce a urinare",
    "nie ciągnie nogi ale nie może podnieść stopy",
    "no longer drags the foot but cannot pass urine",
    "足を引きずりながら歩く",
    "足を引きずらないと歩けない",
    "다리를 끌지 않으면 걸을 수 없음",
    "발 끌림 없으나 걸을 수 없음",
    "不得不拖着腿走",
    "不拖腿但不能站",
]
DENIED = [
    "never drags a foot",
    "zieht das linke Bein nicht mehr nach",
    "schleift den Fuß nicht",
    "ne traîne pas la jambe",
    "no arrastra la pierna",
    "non trascina la gamba",
    "trekt het been niet",
    "nie powłóczy nogą",
    "足の引きずりなし",
    "足を引きずらなくなった",
    "발 끌림 없음",
    "没有拖着脚走",
]


@pytest.mark.parametrize("words", OPEN)
def test_a_deficit_next_to_it_is_to_be_examined(words):
    card = cards_of(dated({"text": words}, days=30))["rehabilitation"]
    assert DEFICIT in card["summary"]


@pytest.mark.parametrize("words", DENIED)
def test_a_leg_that_is_not_dragged_is_no_deficit(words):
    card = cards_of(dated({"text": words}, days=30))["rehabilitation"]
    left = leave(leaving_chart(imaging(words, days=1)))
    assert DEFICIT not in card["summary"]
    assert not any("deficit" in one["summary"] for one in left)

"""Sides are abbreviated, and a leg is not lifted off the bed: a note of the ward asks."""

import pytest

from tests.patients.leaving import act_noting, summaries_beside

CANNOT = (
    "Unable to lift R foot|Pt unable to lift R leg off bed since this AM"
    "|Can't raise Lt leg off mattress|Unable to move (L) leg|dragging R foot"
    "|Kann Bein nicht von der Unterlage abheben|Ne décolle pas le talon du lit"
    "|Kan been niet van bed tillen|下肢をベッドから挙上できない|오른발을 끎"
)
CAN = (
    "Able to lift R foot off bed|Can lift both legs off bed"
    "|Unable to lift heavy objects|No dragging of R foot"
    "|Kann Bein problemlos von der Unterlage abheben"
    "|Décolle le talon du lit sans difficulté|Kan been goed van bed tillen"
    "|下肢挙上できる|발 끌림 없음|If unable to lift R foot, call the ward"
)


@pytest.mark.parametrize("words", CANNOT.split("|"))
def test_a_leg_that_is_not_lifted_asks(words: str) -> None:
    assert summaries_beside(act_noting(words))


@pytest.mark.parametrize("words", CAN.split("|"))
def test_one_that_is_lifted_asks_nothing(words: str) -> None:
    assert summaries_beside(act_noting(words)) == []

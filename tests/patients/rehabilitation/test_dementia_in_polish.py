"""A dementia that is named in Polish chooses no training (F24 leads, E10)."""

import pytest

from tests.patients.inpatients import worded
from tests.patients.reassuring import card_of
from tests.patients.training import FALLS, REFER, chosen

NAMED = [
    *("Otępienie", "Otępienie naczyniopochodne", "Zespół otępienny", "Demencja"),
    *("Ciężkie otępienie", "Otępienie w chorobie Alzheimera", "Demencja starcza"),
    *("Otępienie z ciałami Lewy'ego",),
]
OTHER = [
    *("Bez otępienia", "Lęk przed otępieniem", "Profilaktyka otępienia", "Tępy ból"),
    *("Ryzyko otępienia", "Pseudodemencja", "Otępienie u matki", "Depresja"),
]


@pytest.mark.parametrize("words", NAMED)
def test_it_chooses_no_training(words: str) -> None:
    assert REFER not in chosen(card_of(FALLS, worded(words, days=600)))


@pytest.mark.parametrize("words", NAMED)
def test_it_is_said(words: str) -> None:
    assert "dementia" in card_of(worded(words, days=600))["summary"].lower()


@pytest.mark.parametrize("words", OTHER)
def test_nothing_else_is_called_one(words: str) -> None:
    assert "dementia" not in card_of(worded(words, days=600))["summary"].lower()

"""A steroid whose start waits for something: nobody knows if it is taken."""

import pytest

from tests.patients.reassuring import card_of
from tests.patients.steroids import steroid

BELOW = "below the usual"
WAITING = [
    ("Prednisolone 5 mg", "start once dental review is done"),
    ("Prednisolone 5 mg, start once dental review is done", ""),
    ("Prednisolone 5 mg", "after rheumatology review"),
    ("Prednisolone 5 mg daily", "begin after dental check"),
    ("Prednisolone 5 mg daily", "pending dental review"),
    ("Prednisolone 5 mg", "daily, to start when workup is complete"),
    ("Prednisolone 5 mg", "once cleared by dentist"),
    ("Prednisolon 5 mg", "tgl., sobald Zahnsanierung abgeschlossen"),
    ("Prednisolon 5 mg", "erst nach Biopsie"),
    ("Prednisone 5 mg", "dès que le bilan dentaire est fait"),
    ("Prednisone 5 mg", "une fois le bilan terminé"),
    ("Prednisona 5 mg", "una vez realizada la biopsia"),
    ("Prednisone 5 mg", "non appena eseguita la biopsia"),
    ("Prednison 5 mg", "zodra de biopsie bekend is"),
]
TAKEN = [
    ("Prednisolone 5 mg", "once daily"),
    ("Prednisolone 5 mg", "daily, reduce after review"),
    ("Prednisolone 5 mg", "5 mg daily until clinic review"),
    ("Prednisolone 5 mg daily", "dental check yearly"),
    ("Prednisolone 5 mg", "daily after breakfast"),
    ("Prednisolone 5 mg", "daily, stop once symptoms are resolved"),
    ("Prednisolon 5 mg", "morgens, nach Kontrolle reduzieren"),
    ("Prednisone 5 mg", "une fois par jour"),
    ("Prednisona 5 mg", "una vez al día"),
]


@pytest.mark.parametrize(("name", "words"), WAITING)
def test_it_leaves_the_steroid_open(name, words):
    card = card_of(steroid(name, words))
    assert "systemic steroid not excluded" in card["detail"]
    assert BELOW not in card["detail"]
    assert " since " not in card["summary"]


@pytest.mark.parametrize(("name", "words"), TAKEN)
def test_one_that_is_taken_is_told(name, words):
    assert " since May 2026" in card_of(steroid(name, words))["summary"]

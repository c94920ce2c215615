"""Words of when and with what a steroid is taken do not say that it was not begun."""

import pytest

from tests.patients.reassuring import card_of
from tests.patients.steroids import steroid

TAKEN = [
    "Prednisolone 5 mg tablets, give once daily",
    "Prednisolone 5 mg to be given after food",
    "Prednisolone 5 mg give after breakfast daily",
    "Prednisolone 5 mg, start once daily",
    "Prednisolone 5 mg, give once in the morning",
    "Prednisolone 5 mg, begin once a day",
    "Prednisolone 5 mg, only given after meals",
    "Prednisone 5 mg; not to be used with NSAIDs",
    "Prednisone 5 mg daily, contraindicated NSAIDs",
    "Prednisolone 5 mg daily, not to be given at night",
    "Prednisolon 5 mg nach dem Frühstück beginnen",
    "Prednisolon 5 mg täglich, kontraindiziert NSAR",
    "Prednison 5 mg starten na ontbijt",
    "Prednisone 5 mg, à commencer après le petit-déjeuner",
    "Prednisona 5 mg, iniciar después del desayuno",
    "Prednisone 5 mg, iniziare dopo colazione",
    "Encorton 5 mg, podać po śniadaniu",
    "泼尼松 5mg 每日 饭后再服用",
]
NOT_BEGUN = [
    "Prednisolone 5 mg, to be given once the biopsy is back",
    "Prednisolone 5 mg, start after review",
    "Prednisolone 5 mg, give only once infection is excluded",
    "Prednisolone 5 mg, not to be used",
    "Prednisolone contraindicated (diabetes)",
    "Prednisolone contraindicated in this patient",
    "Prednisolon 5 mg nach Biopsie beginnen",
    "Prednison 5 mg starten na biopsie",
    "Prednisone 5 mg, à commencer après la biopsie",
]


@pytest.mark.parametrize("name", TAKEN)
def test_a_meal_a_time_of_day_or_another_drug_is_no_condition(name):
    assert " since Jun 2026" in card_of(steroid(name, days=150))["summary"]


@pytest.mark.parametrize("name", NOT_BEGUN)
def test_what_waits_or_is_forbidden_leads_nothing(name):
    assert " since " not in card_of(steroid(name, days=150))["summary"]

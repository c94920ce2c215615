"""A steroid of each day whose dosage speaks of one time, or of one single intake."""

import pytest

from tests.patients.reassuring import card_of
from tests.patients.steroids import steroid

EACH_DAY = [
    ("predniSONE Tablet 5 MG", "Give 1 tablet by mouth one time a day"),
    ("predniSONE Tablet 5 MG", "Give 3 tablet by mouth one time a day for PMR"),
    ("predniSONE Tablet 5 MG", "Give 1 tablet one time per day"),
    ("Dexamethasone Tablet 4 MG", "Give 1 tablet by mouth one time a week"),
    ("Prednisone 5 mg, comprimé", "en une prise unique le matin"),
    ("Prednisone 5 mg, comprimé", "prise unique quotidienne"),
    ("Prednisona 5 mg comprimidos", "en dosis única por la mañana"),
    ("Prednisona 5 mg comprimidos", "dosis única diaria"),
    ("Prednisone 5 mg compresse", "dose unica al mattino"),
    ("Prednisone 5 mg compresse", "dose unica giornaliera"),
]
ONCE = [
    ("predniSONE Tablet 5 MG", "Give 1 tablet by mouth one time only"),
    ("predniSONE Tablet 50 MG", "Give 1 tablet by mouth one time only for allergy"),
    ("predniSONE Tablet 50 MG", "one-time dose"),
    ("Prednisone 50 mg, comprimé", "prise unique le matin de l'intervention"),
    ("Prednisona 50 mg comprimidos", "dosis única por la mañana de la cirugía"),
    ("Prednisone 50 mg compresse", "dose unica al mattino dell'intervento"),
]


@pytest.mark.parametrize(("name", "words"), EACH_DAY)
def test_one_intake_of_each_day_is_a_steroid_in_use(name, words):
    assert "since May 2026" in card_of(steroid(name, words))["summary"]


@pytest.mark.parametrize(("name", "words"), ONCE)
def test_one_intake_in_all_is_not(name, words):
    assert "since May 2026" not in card_of(steroid(name, words))["summary"]

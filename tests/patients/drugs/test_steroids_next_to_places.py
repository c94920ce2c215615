"""A steroid that is swallowed stays one next to a word of a place or another drug."""

import pytest

from tests.codes import ATC, SCT
from tests.patients.reassuring import card_of
from tests.patients.steroids import steroid

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"

SWALLOWED = [
    ("Prednisolone 7.5 mg OD", ""),
    ("Prednisolone", "1 OD"),
    ("Prednisolone", "5 mg od"),
    ("Prednisolone", "5 mg 1x OD"),
    ("Prednisolone", "2.5 mg OS"),
    ("Medrol 4 mg", "1 cp os"),
    ("Prednisone", "10 mg daily, continue inhaler"),
    ("Prednisone", "5 mg daily. Rinse mouth after inhaler"),
    ("Prednison", "5 mg tgl., Inhalator weiter"),
    ("Cortancyl", "5 mg le matin; crème en plus"),
    ("Prednisolone", "5 mg daily, joint pain"),
    ("Prednisolon", "5 mg morgens, Knie"),
    ("Prednisolone 5 mg daily for skin", ""),
    ("Prednisolone 5 mg daily with food; eye exam yearly", ""),
    ("Prednisona 10 mg", "1 comp/24h; además colirio"),
    ("Prednisolon", "1dd5mg, zalf erbij"),
    ("Methylprednisolone 4 mg", "4 mg daily; nasal spray"),
    ("プレドニゾロン", "5mg/日 軟膏併用"),
    ("泼尼松", "5mg 每日一次，外用软膏另开"),
    ("Prednisolone 5 mg", "1 tablet OD; apply heat to knee"),
    ("Célestène 0,05 %, solution buvable", "40 gouttes le matin per os"),
    ("Prednisolone 5 mg daily", "dental review yearly"),
]
PUT = [
    ("Prednisolone acetate 1% eye drops, 1 drop OD QID", ""),
    ("Prednisolone acetate 1%", "OD"),
    ("Pred Forte OD", ""),
    ("Triamcinolone 40 mg knee", ""),
    ("Betamethasone cream", ""),
    ("Betamethasone", "apply to skin daily"),
    ("Prednisolone 20 mg daily, rectal", ""),
    ("Prednisolone 5 mg suppositories, one daily", ""),
    ("Prednisolon", "5 mg, täglich, Zäpfchen"),
    ("Prednisolone 20 mg", "20 mg daily per rectum"),
    ("Dexamethasone 1 mg/ml Augentropfen 3x tgl.", ""),
    ("Methylprednisolone 80 mg", "epidural L4/5"),
    ("Prednisolone 1%", "OD QID"),
    ("Dexamethasone 0.1%", "OD BID"),
    ("Prednisolone acetate 1%", "1 OS q2h"),
    ("Dexamethasone 1 mg/ml", "1 Tr. OD"),
    ("Dexaméthasone", "1 goutte OD"),
]
PUT_IN_H02 = [
    "apply to knee",
    "apply to left knee daily",
    "intra-articular",
    "into the joint",
    "40 mg into left shoulder",
    "Infiltration Schulter",
    "1 drop OD",
    "1 gtt OU",
]
UNKNOWN = [
    "Zorbixa 60 mg OD",
    "PDN 5mg OD",
    "Ostex 150 for joint and bone",
    "Bonact 70, joint pain",
    "Study drug; eye exam needed",
]


def coded(code, words):
    return steroid("", words, medicationCodeableConcept={"coding": [code]})


@pytest.mark.parametrize(("name", "words"), SWALLOWED)
def test_a_dose_or_an_oral_form_outweighs_a_word_of_a_place(name, words):
    card = card_of(steroid(name, words))
    assert "since May 2026" in card["summary"]
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize(
    "code",
    [
        {"system": ATC, "code": "H02AB06"},
        {"system": RXNORM, "code": "8640", "display": "prednisone"},
        {"system": SCT, "code": "116602009", "display": "Prednisolone (product)"},
    ],
)
@pytest.mark.parametrize("words", ["OD", "1 OD", "7.5 mg OD"])
def test_od_makes_no_eyes_of_a_coded_steroid(code, words):
    assert "since May 2026" in card_of(coded(code, words))["summary"]


def test_a_class_of_systemic_steroids_outweighs_a_word_of_the_eye():
    code = {"system": ATC, "code": "H02AB06"}
    card = card_of(coded(code, "see eye clinic, eye drops stay"))
    assert "since May 2026" in card["summary"]


def test_a_daily_dose_in_elements_outweighs_a_word_of_a_place():
    daily = {
        "doseAndRate": [{"doseQuantity": {"value": 5, "unit": "mg"}}],
        "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
    }
    dosage = [{"text": "knee joint", **daily}]
    card = card_of(steroid("Prednisone", dosageInstruction=dosage))
    assert "since May 2026" in card["summary"]


@pytest.mark.parametrize(("name", "words"), PUT)
def test_what_is_put_in_one_place_stays_local(name, words):
    card = card_of(steroid(name, words))
    assert card["summary"].startswith("No bone drug after a fragility fracture")
    assert "below the usual" in card["detail"]


@pytest.mark.parametrize("words", PUT_IN_H02)
def test_so_does_one_of_that_class_whose_dosage_is_of_a_place_alone(words):
    code = {"system": ATC, "code": "H02AB04"}
    order = steroid("", words, medicationCodeableConcept={"coding": [code]})
    assert " since " not in card_of(order)["summary"]


@pytest.mark.parametrize(
    ("unit", "code"),
    [("drop", "drop"), ("drops", ""), ("gtt", "gtt"), ("[drp]", "[drp]")],
)
def test_so_does_one_that_is_dosed_in_drops(unit, code):
    quantity = {"value": 1, "unit": unit, **({"code": code} if code else {})}
    elements = {
        "doseAndRate": [{"doseQuantity": quantity}],
        "timing": {"repeat": {"frequency": 4, "period": 1, "periodUnit": "d"}},
    }
    dosage = [{"text": "OD", **elements}]
    card = card_of(steroid("Prednisolone", dosageInstruction=dosage))
    assert " since " not in card["summary"]


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_word_of_a_place_makes_no_unknown_drug_known(name):
    card = card_of(steroid(name))
    assert "drugs that we do not know" in card["summary"]
    assert "below the usual" not in card["detail"]

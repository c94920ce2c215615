"""Everyday words on the problem list for a spread, an infection and a deficit."""

import pytest

from tests.chart_builders import problem
from tests.patients.reassuring import card_of


def listed(words):
    return card_of(problem("x", number="p", days=10, code={"text": words}))


def is_selected(card):
    return any(one.get("isRecommended") for one in card.get("suggestions", ()))


@pytest.mark.parametrize(
    "words",
    [
        "Bony mets",
        "Boney mets",
        "Known bony secondaries",
        "Sclerotic mets",
        "Known mets",
        "Liver lesions ?mets",
        "Knochenmetas",
        "Métas os",
        "M1 óseo",
    ],
)
def test_a_spread_is_named_and_no_review_chosen(words):
    card = listed(words)
    said = f"{card['summary']} {card['detail']}"
    assert "Bone metastasis" in said or "malignancy of bone not excluded" in said
    assert not is_selected(card)


@pytest.mark.parametrize(
    "words",
    [
        "Staph aureus in blood cultures",
        "Blood cultures grew MSSA",
        "Staph. aureus in der Blutkultur",
    ],
)
def test_germs_in_the_blood_are_an_infection(words):
    card = listed(words)
    assert card["summary"].startswith("Sepsis")
    assert not is_selected(card)


@pytest.mark.parametrize(
    "words", ["Double incontinence", "Off legs", "Blase-Mastdarm-Störung"]
)
def test_trouble_of_bladder_bowel_or_legs_leaves_a_deficit_open(words):
    card = listed(words)
    assert "neurological deficit not excluded" in card["detail"]


def test_weak_legs_lead():
    assert listed("Legs weak")["summary"].startswith("Leg weakness")


def test_a_cord_that_metastases_press_leaves_the_malignancy_open():
    card = listed("MSCC")
    assert card["summary"].startswith("Compression or injury of the spinal cord")
    assert not is_selected(card)


@pytest.mark.parametrize(
    "words",
    [
        "Exercise tolerance METS 4",
        "Known hypertension",
        "Double vision",
        "Legs swollen",
        "Blood cultures negative",
        "MRSA screen, blood culture negative",
        "Restless legs",
        "Bony spur",
    ],
)
def test_near_words_name_none_of_them(words):
    card = listed(words)
    said = f"{card['summary']} {card['detail']}"
    for named in ("metastasis", "Sepsis", "deficit not excluded", "Leg weakness"):
        assert named not in said
    assert "malignancy of bone not excluded" not in said

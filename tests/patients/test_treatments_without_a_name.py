"""A treatment of osteoporosis that no words name is asked about, and never none."""

import pytest

from tests.chart_builders import inpatient, problem
from tests.patients.reassuring import cards_of
from tests.patients.test_prose_of_reasons import order


def of_note(words):
    return problem("hypertension", number="noted", note=[{"text": words}])


def of_stay(words):
    return inpatient() | {"reasonCode": [{"text": words}]}


UNNAMED = [
    "osteoporosis meds held for dental",
    "osteoporosis medication held",
    "osteoporosis daily injection completed",
    "osteoporosis treatment",
    "bone density injection",
    "bone health injection",
    "last injection 8 months ago",
    "injection every 6 months",
    "6-monthly injection",
    "yearly infusion",
    "Osteoporosetherapie",
    "Osteoporosemedikation",
    "Spritze alle 6 Monate",
    "traitement de l'ostéoporose",
    "tratamiento osteoporosis",
    "terapia osteoporosi",
    "骨质疏松治疗",
    "骨粗鬆症治療",
    "osteoporose behandeling",
    "leczenie osteoporozy",
]


@pytest.mark.parametrize("entry", [order, of_note, of_stay])
@pytest.mark.parametrize("words", UNNAMED)
def test_a_treatment_that_nobody_names_is_asked_about(entry, words):
    card = cards_of(entry(words))["rehabilitation"]
    said = card["summary"] + card["detail"]
    assert "No bone drug" not in said
    assert "none in" not in said


@pytest.mark.parametrize(
    "words",
    [
        "Evaluation for osteoporosis treatment",
        "Osteoporosis treatment review",
        "B12 injection every 3 months",
        "Osteoporosis, conservative therapy failed",
        "Flu shot",
    ],
)
def test_what_is_no_treatment_of_osteoporosis_changes_nothing(words):
    card = cards_of(order(words))["rehabilitation"]
    assert "none in 1 medication entry" in card["detail"]

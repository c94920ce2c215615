"""A treatment of osteoporosis that no words name is asked about, and never none."""

import pytest

from tests.chart_builders import blood_count_for, inpatient, problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import cards_of


def of_note(words):
    return problem("hypertension", number="noted", note=[{"text": words}])


def of_list(words):
    """An entry of the problem list with this title next to the code of osteoporosis."""
    return problem("told", number="told", code=codeable(ICD, "M81.0") | {"text": words})


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
    "osteoporosis, failed oral therapy",
    "osteoporosis, on drug holiday",
    "drug holiday since 2023",
    "age-related osteoporosis, medication holiday",
    "osteoporosis: therapy completed 2022",
    "osteoporosis s/p infusion 2025",
    "osteoporosis, oral medication failed",
    "Osteoporose, Therapiepause seit 2023",
    "Osteoporose, Therapieversagen",
    "Osteoporose, Z. n. Infusion 2025",
    "ostéoporose, échec du traitement",
    "osteoporosis, vacaciones terapéuticas",
    "osteoporosi, pausa terapeutica",
    "osteoporose, behandeling gestopt",
    "osteoporoza, przerwa w leczeniu",
    "骨质疏松，药物假期",
    "骨粗鬆症、休薬中",
    "골다공증 휴약",
]


@pytest.mark.parametrize("entry", [blood_count_for, of_note, of_stay, of_list])
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
        "Osteoporosis, failed physical therapy",
        "Osteoporosis, facet injection",
        "Flu shot",
    ],
)
def test_what_is_no_treatment_of_osteoporosis_changes_nothing(words):
    card = cards_of(blood_count_for(words))["rehabilitation"]
    assert "none in 1 medication entry" in card["detail"]

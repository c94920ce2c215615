"""T1 and T2 in the technique of an image are sequences, and no broken vertebrae."""

import pytest

from tests.builders import terminology
from tests.patients.leaving import leave, leaving_chart
from tests.patients.reassuring import cards_of, imaging

REPORTS = [
    "Technique: sagittal T1, T2 and STIR. Findings: acute fracture of L1.",
    "Sagittal T1, T2 and STIR sequences. Acute compression fracture L1 with oedema.",
    "Sagittal T1 and T2-weighted images with acute fracture of L1.",
    "MRI T1/T2/STIR sagittal, T2 axial. Acute fracture L1.",
    "T1 tra, T2 sag, STIR. Acute fracture L1.",
    "Sagittale T1, T2 und STIR. Frische Fraktur LWK 1.",
    "T1- und T2-Wichtung sagittal. Frische Fraktur LWK 1.",
    "Séquences T1, T2 et STIR. Fracture récente L1.",
    "Secuencias T1, T2 y STIR. Fractura reciente de L1.",
    "Sequenze T1, T2 e STIR. Frattura recente di L1.",
    "Sagittale T1 en T2 STIR opnamen. Verse fractuur L1.",
    "Sekwencje T1, T2 i STIR. Świeże złamanie L1.",
]
VERTEBRAE = [
    ("Acute fracture of T1 and T2", ("T1", "T2")),
    ("Fracture of T2, STIR hyperintense", ("T2",)),
    ("Fractures T1 and T2 with STIR signal", ("T1", "T2")),
    ("T2 transverse process fracture", ("T2",)),
    ("Fractures of T11, T12 and STIR oedema", ("T11", "T12")),
    ("Kyphoplasty T1, T2", ("T1", "T2")),
    ("Fractures T1, T2 and L1", ("T1", "T2", "L1")),
    ("Frakturen T1 und T2", ("T1", "T2")),
]


@pytest.mark.parametrize("report", REPORTS)
def test_sequences_are_no_fractures(report):
    (card,) = leave(leaving_chart(imaging(report, days=1)))
    assert "fracture of" not in card["summary"]
    signed = cards_of(imaging(report, days=4))["rehabilitation"]
    assert "fractures at once" not in signed["summary"]
    assert terminology().levels.named(report) == ("L1",)


@pytest.mark.parametrize(("words", "levels"), VERTEBRAE)
def test_vertebrae_stay_what_they_are(words, levels):
    assert terminology().levels.named(words) == levels

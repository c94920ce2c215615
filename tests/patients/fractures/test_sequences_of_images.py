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
    "Séquences T1, T2. Fracture récente L1.",
    "Sagittal T1 and T2: acute fracture L1",
    "T1 sag, T2 sag, T2 tra. Acute fracture L1.",
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
    ("Sagittal T1 fracture", ("T1",)),
    ("Axial T2 vertebral body fracture", ("T2",)),
    ("T1 coronal split fracture", ("T1",)),
    ("Fracture of T2 on the axial view, T2 axial", ("T2",)),
    ("Fractures of T1 and T2, STIR hyperintense", ("T1", "T2")),
    ("Fractures of T1/T2, STIR oedema", ("T1", "T2")),
    ("Fraktur T1 axial", ("T1",)),
    ("Fractures T1 et T2, STIR positif", ("T1", "T2")),
    ("Fracturas T1 y T2, STIR", ("T1", "T2")),
    ("Frattura T2 e STIR iperintenso", ("T2",)),
    ("Fractuur T2 sagittaal", ("T2",)),
    ("Złamanie T1 i T2, STIR", ("T1", "T2")),
    ("Vertebroplasty T1 coronal", ("T1",)),
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

"""Usual words of reports name a tumour or an infection of the vertebra."""

import pytest

from tests.builders import terminology

BONE = frozenset({"malignancy", "malignancy-elsewhere", "spinal-infection"})


@pytest.mark.parametrize(
    "words",
    [
        "Tassement malin de L1.",
        "Tumorverdächtige Läsion LWK 1.",
        "Lesión tumoral en L1.",
        "Abszess im Psoas",
        "Fluid signal in L2/3 disc with adjacent endplate erosion.",
    ],
)
def test_a_report_in_usual_words_leaves_the_cause_open(words):
    assert terminology().text_concepts(words, BONE)


def test_a_tumour_of_this_vertebra_is_no_other_cancer():
    words = "L1 fracture suspicious for malignancy"
    assert "malignancy" in terminology().text_concepts(words, BONE)

"""A note on the problem list leaves open what nobody understood, whatever its code."""

import pytest

from tests.chart_builders import (
    problem,
)
from tests.codes import ICD, codeable
from tests.patients.reassuring import cards_of, end_is_selected, selected


def cards_with(words, code="M54.50"):
    noted = [{"text": words}] if words else []
    listed = problem("x", number="w", days=20, code=codeable(ICD, code), note=noted)
    return cards_of(listed)


@pytest.mark.parametrize("code", ["M54.50", "M81.0", "S32.010A", "I10"])
@pytest.mark.parametrize(
    "words",
    [
        "Tuberculosis of spine",
        "Loss of sphincter control",
        "Cannot move legs",
        "Marrow replacing process L1",
        "Known secondaries",
        "Facet dislocation T12/L1",
        "Long-term prednisone",
        "Epiduraler Abszess",
        "Corticothérapie au long cours",
        "Debilidad de las piernas",
        "长期服用泼尼松",
        "하반신마비",
        # What one sentence denies, the next one names.
        *("No foot drop. Leg weakness.", "Leg weakness. No foot drop."),
        *(
            "No leg weakness. yet foot drop",
            "No foot drop since cauda equina syndrome.",
        ),
    ],
)
def test_a_note_that_was_not_understood_reassures_nobody(code, words):
    cards = cards_with(words, code)
    assert "below" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize(
    "words",
    [
        "well controlled",
        "stable",
        "chronic",
        "on metformin",
        "fall at home",
        "right knee worse than left",
        "gut eingestellt",
        "stable sous traitement",
        "bien controlada",
        # A denial ends with a mark or without one.
        *("No leg weakness", "No leg weakness.", "No leg weakness. No foot drop."),
        *("Keine Beinschwäche.", "Pas de faiblesse des jambes."),
        *("Sin debilidad en las piernas.", "Senza debolezza agli arti inferiori."),
        *("No cord compression.", "No cord compression"),
    ],
)
def test_an_ordinary_note_changes_nothing(words):
    said, before = cards_with(words), cards_with("")
    assert "below" in said["rehabilitation"]["detail"]
    assert selected(said) == selected(before)

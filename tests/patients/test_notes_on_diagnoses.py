"""A note on the problem list leaves open what nobody understood, whatever its code."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    kyphoplasty,
    measured,
    order_sign,
    patient,
    problem,
    quiet_lists,
)
from tests.codes import ICD, codeable


def cards_with(words, code="M54.50"):
    noted = [{"text": words}] if words else []
    listed = problem("x", number="w", days=20, code=codeable(ICD, code), note=noted)
    record = [patient(), *quiet_lists(), measured("bmd-t-score", -1.5), listed]
    record += [measured("bmi", 27)]
    return by_topic(ask(order_sign(record, kyphoplasty(), brace())))


def chosen(cards):
    return [
        one["label"]
        for card in cards.values()
        for one in card.get("suggestions", [])
        if one.get("isRecommended")
    ]


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
    ],
)
def test_a_note_that_was_not_understood_reassures_nobody(code, words):
    cards = cards_with(words, code)
    assert "below" not in cards["rehabilitation"]["detail"]
    assert not [one for one in chosen(cards) if "TLSO" in one]


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
    ],
)
def test_an_ordinary_note_changes_nothing(words):
    said, before = cards_with(words), cards_with("")
    assert "below" in said["rehabilitation"]["detail"]
    assert chosen(said) == chosen(before)

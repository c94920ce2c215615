"""A drug that is to be stopped before the operation, in the note of its order."""

import pytest

from tests.chart_builders import kyphoplasty
from tests.patients.reassuring import REASSURING, card_of


@pytest.mark.parametrize(
    "words",
    [
        "Hold aspirin",
        "Stop aspirin",
        "Aspirin absetzen",
        "ASS absetzen",
        "Arrêter l'aspirine",
        "Suspender AAS",
        "Sospendere aspirina",
        "Aspirine stoppen",
    ],
)
def test_a_drug_to_be_stopped_is_plain(words):
    order = kyphoplasty(note=[{"text": words}])
    assert REASSURING in card_of(order=order)["detail"]


@pytest.mark.parametrize(
    "words", ["Denosumab absetzen", "Stop chemotherapy", "Arrêter la morphine, fièvre"]
)
def test_another_drug_is_not(words):
    order = kyphoplasty(note=[{"text": words}])
    assert REASSURING not in card_of(order=order)["detail"]

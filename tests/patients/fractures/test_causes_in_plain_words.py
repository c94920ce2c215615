"""Plain words beside a fracture that together tell of another cause of it."""

import pytest

from tests.chart_builders import kyphoplasty
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of, dated

FRACTURE = codeable(ICD, "M80.08XA")
TOLD = [
    "Calcium 3.2",
    "Fracture L1, Ca 3.1",
    "MRI first",
    "Repeat MRI first",
    "Pain at rest and at night",
    "Fracture L1, osteoporotic, biopsy",
]
PLAIN = ["Fracture L1", "MRI 11/2026", "Fracture L1, painful", "no biopsy"]


def titled(words):
    return dated(codeable(ICD, "M80.08XA", words), days=10)


def noted(words):
    return dated(FRACTURE, days=10, note=[{"text": words}])


@pytest.mark.parametrize("place", [titled, noted])
@pytest.mark.parametrize("words", TOLD)
def test_a_finding_in_plain_words_is_not_understood(words, place):
    detail = card_of(place(words), order=kyphoplasty())["detail"]
    assert "below the usual" not in detail


@pytest.mark.parametrize("place", [titled, noted])
@pytest.mark.parametrize("words", PLAIN)
def test_plain_words_are_understood(words, place):
    assert "below the usual" in card_of(place(words), order=kyphoplasty())["detail"]

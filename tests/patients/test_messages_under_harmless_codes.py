"""Texts of a harmless code that are no name of it, and what they leave open."""

import pytest

from tests.chart_builders import kyphoplasty
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of, dated


def detail_of(code, words):
    entry = dated(codeable(ICD, code, words), days=700)
    return card_of(entry, order=kyphoplasty())["detail"]


@pytest.mark.parametrize("code", ["M25.50", "Z71.9", "N40.0", "I10"])
@pytest.mark.parametrize(
    "words",
    ["Await biopsy", "Blood cultures pending", "Second fracture L3 not treated"],
)
def test_a_message_under_a_harmless_code_leaves_a_gap(code, words):
    assert "below the usual" not in detail_of(code, words)


@pytest.mark.parametrize("words", ["MGUS, progression suspected", "MGUS progressing"])
def test_an_mgus_in_progress_leaves_a_gap(words):
    assert "below the usual" not in detail_of("D47.2", words)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("D47.2", "MGUS"),
        ("D47.2", "MGUS stable"),
        ("D47.2", "MGUS, no progression"),
        ("I10", "Bluthochdruck"),
        ("I10", "art. Hypertonie"),
        ("M17.11", "OA right knee"),
        ("I25.10", "CAD s/p PCI 2012"),
        ("J30.1", "Allergische Rhinopathie durch Pollen"),
    ],
)
def test_a_name_of_a_harmless_code_leaves_none(code, words):
    assert "below the usual" in detail_of(code, words)

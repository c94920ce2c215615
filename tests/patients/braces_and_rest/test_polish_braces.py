"""Braces that a Polish title orders."""

import pytest

from tests.chart_builders import cards_for, drafted
from tests.patients.reassuring import reassuring_record


def cards(title):
    order = drafted("ServiceRequest", "kypho", code={"text": "Kyphoplasty L1"})
    brace = drafted("DeviceRequest", "brace", codeCodeableConcept={"text": title})
    return cards_for(reassuring_record(), order, brace)


@pytest.mark.parametrize(
    "title",
    [
        "Gorset Jewetta",
        "Gorset na odcinek lędźwiowy",
        "Sznurówka lędźwiowa",
        "Orteza tułowia",
        "Pas stabilizujący",
        "Pas stabilizujący kręgosłup lędźwiowy",
    ],
)
def test_a_polish_brace_without_an_end_has_its_card(title):
    assert "braceLimit" in cards(title)


@pytest.mark.parametrize(
    "title",
    [
        "Kołnierz szyjny",
        "Orteza kolana",
        "Pas stabilizujący kolano",
        "Pas stabilizujący ramię",
        "Pas stabilizujący obręcz barkową",
        "Opaska stabilizująca nadgarstek",
        "Opaska stabilizująca kciuk",
        "Opaska stabilizująca rzepkę",
        "Pas przepuklinowy stabilizujący",
    ],
)
def test_one_of_another_part_has_none(title):
    assert "braceLimit" not in cards(title)

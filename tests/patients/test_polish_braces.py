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
    ],
)
def test_a_polish_brace_without_an_end_has_its_card(title):
    assert "braceLimit" in cards(title)


@pytest.mark.parametrize("title", ["Kołnierz szyjny", "Orteza kolana"])
def test_one_of_another_part_has_none(title):
    assert "braceLimit" not in cards(title)

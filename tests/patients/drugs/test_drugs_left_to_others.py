"""A bone drug that another doctor is to begin is not settled before leaving."""

import pytest

from tests.chart_builders import days_ago, of_patient, ordered
from tests.patients.leaving import leave, leaving_chart

LEFT = [
    "Alendronat durch Hausarzt",
    "Alendronat über den Hausarzt",
    "Alendronate 70 mg by GP",
    "Alendronate, PCP to start",
    "Alendronate par le médecin traitant",
]
PLAIN = ["Alendronat 70 mg wöchentlich", "Alendronate 70 mg weekly with water"]


def leaving_with(name, dosage=""):
    order = of_patient(
        "MedicationRequest",
        "drug",
        status="active",
        intent="order",
        authoredOn=days_ago(0),
        medicationCodeableConcept={"text": name},
        dosageInstruction=[{"text": dosage}] if dosage else [],
    )
    return leave(leaving_chart(ordered("rehabilitation", days=1), order))


@pytest.mark.parametrize("words", LEFT)
def test_a_start_that_is_left_to_another_doctor_is_open(words):
    for cards in (leaving_with(words), leaving_with("Alendronate 70 mg", words)):
        (card,) = cards
        assert "Ask, then FLS by letter?" in card["summary"]


@pytest.mark.parametrize("words", PLAIN)
def test_a_plain_order_settles_it(words):
    assert leaving_with(words) == []

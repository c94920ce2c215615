"""Calcitonin is given for the pain of a fracture, and treats no bone for long."""

import pytest

from tests.chart_builders import days_ago, of_patient, ordered
from tests.codes import ATC, codeable
from tests.patients.inpatients import statement
from tests.patients.leaving import leave, leaving_chart
from tests.patients.reassuring import card_of


def prescribed(words, *, days=0, number="drug"):
    return of_patient(
        "MedicationRequest",
        number,
        status="active",
        intent="order",
        authoredOn=days_ago(days),
        medicationCodeableConcept=words if isinstance(words, dict) else {"text": words},
    )


CALCITONIN = [
    "Calcitonin nasal spray 200 IU daily",
    "鲑鱼降钙素注射液",
    "エルカトニン注射",
    "Elcatonin",
    codeable(ATC, "H05BA01"),
]


def leaving_with(*entries):
    return leave(leaving_chart(ordered("rehabilitation", days=1), *entries))


@pytest.mark.parametrize("words", CALCITONIN)
def test_its_order_settles_nothing_before_leaving(words):
    (card,) = leaving_with(prescribed(words))
    assert "Ask, then FLS by letter?" in card["summary"]


def test_nor_does_one_that_is_taken():
    (card,) = leaving_with(statement("calcitonin", "H05BA01", 1))
    assert "FLS by letter?" in card["summary"]


def test_next_to_it_a_drug_for_the_bone_counts():
    alendronate = prescribed("Alendronate 70 mg weekly", number="bone")
    assert leaving_with(prescribed("Elcatonin"), alendronate) == []


@pytest.mark.parametrize("days", [20, 100, 200])
def test_no_order_is_told_to_continue_it(days):
    summary = card_of(statement("calcitonin", "H05BA01", days))["summary"]
    assert "calcitonin" in summary.casefold()
    assert "review the drug" in summary
    assert "continue" not in summary

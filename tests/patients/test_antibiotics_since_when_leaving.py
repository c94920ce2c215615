"""Weeks of an antibiotic that began since the operation may be for an infected spine."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.patients.leaving import summaries_beside


def beside(drug, dose, days=1):
    order = of_patient(
        "MedicationRequest",
        "mr",
        status="active",
        intent="order",
        medicationCodeableConcept={"text": drug},
        authoredOn=days_ago(days),
        dosageInstruction=[{"text": dose}],
    )
    return summaries_beside(order)


@pytest.mark.parametrize(
    ("drug", "dose"),
    [
        ("Vancomycin", "1 g IV twice daily for 6 weeks"),
        ("Ceftriaxon", "2 g i.v. täglich über 6 Wochen"),
        ("Flucloxacillin", "2 g IV every 6 hours for 6 weeks"),
        ("Cefazolin", "2 g IV q8h for 42 days"),
    ],
)
def test_a_course_of_weeks_is_asked_about(drug, dose):
    (summary,) = beside(drug, dose)
    assert "spinal infection not excluded" in summary


@pytest.mark.parametrize(
    ("drug", "dose"),
    [
        ("Cefazolin", "2 g IV once"),
        ("Ceftriaxon", "2 g täglich für 7 Tage"),
        ("Flucloxacillin", "500 mg qds for 7 days"),
        ("Enoxaparin", "40 mg daily for 6 weeks"),
    ],
)
def test_some_days_or_another_drug_are_not(drug, dose):
    assert beside(drug, dose) == []


def test_nor_is_a_course_from_before_the_operation():
    assert beside("Vancomycin", "1 g IV twice daily for 6 weeks", days=30) == []

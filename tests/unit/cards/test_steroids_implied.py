"""Diagnoses that a patient has because of a systemic steroid leave open that there is none."""

import pytest

from tests.chart_builders import (
    brace,
    cards_for,
    kyphoplasty,
    problem,
    strong_and_nourished,
)
from tests.codes import ICD, codeable

GERMAN = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"


def card(system, code, **members):
    listed = problem("x", number="w", code=codeable(system, code), **members)
    record = (*strong_and_nourished(), listed)
    return cards_for(record, kyphoplasty(), brace())["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (ICD, "E24.2"),
        (ICD, "E27.3"),
        (ICD, "T38.0X5A"),
        (ICD, "T38.0X5D"),
        (GERMAN, "E24.2"),
        (GERMAN, "M81.48"),
        (GERMAN, "Y42.0"),
    ],
)
def test_a_consequence_of_steroids_is_named_and_reassures_nobody(system, code):
    said = card(system, code)
    assert "below" not in said
    assert "systemic steroid not excluded" in said


@pytest.mark.parametrize("code", ["E24.0", "E27.1", "T38.1X5A"])
def test_the_same_disease_of_another_cause_says_nothing_of_steroids(code):
    assert "steroid" not in card(ICD, code)


def test_a_consequence_that_is_over_is_past():
    said = card(ICD, "E24.2", status="resolved", abatementDateTime="2012-01-01")
    assert "steroid" not in said

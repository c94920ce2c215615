"""Harm in the site or stage of a diagnosis, and a vertebra in the operation's note."""

from typing import Any

import pytest

from tests.chart_builders import Resource, days_ago, problem
from tests.codes import ICD, SCT, codeable
from tests.patients.inpatients import coded
from tests.patients.leaving import cards_beside, summaries_after


def hypertension(days: int = 1, **members: Any) -> Resource:
    """A diagnosis of so many days ago that is everyday by itself."""
    begun = {"onsetDateTime": days_ago(days), "recordedDate": days_ago(days)}
    named = {"code": codeable(ICD, "I10", "Hypertension")}
    return problem("x", number="new", **named | begun | members)


def site(code: Any) -> dict[str, Any]:
    return {"bodySite": [code]}


def stage(code: Any, element: str = "summary") -> dict[str, Any]:
    return {"stage": [{element: code}]}


HIP = codeable(SCT, "5913000", "Fracture of neck of femur")


@pytest.mark.parametrize(
    "beside",
    [
        site({"text": "hip fracture"}),
        site({"text": "Beckenfraktur"}),
        site({"text": "fell out of bed"}),
        site(codeable(ICD, "S72.001A")),
        site(HIP),
        stage({"text": "fall on ward"}),
        stage({"text": "Pulmonary embolism"}),
        stage({"text": "Pulmonary embolism"}, "type"),
        stage(codeable(ICD, "I26.99")),
        stage(codeable(ICD, "S72.001A"), "type"),
    ],
)
def test_harm_in_a_site_or_a_stage_is_asked_about(beside):
    assert cards_beside(hypertension(**beside))


@pytest.mark.parametrize(
    "entry",
    [
        hypertension(**site({"text": "Heart"})),
        hypertension(**site({"text": "Left knee"})),
        hypertension(**site(codeable(SCT, "72696002", "Knee region structure"))),
        hypertension(**stage({"text": "mild"})),
        hypertension(days=400, **site({"text": "hip fracture"})),
        hypertension(days=400, **stage(codeable(ICD, "I26.99"))),
        coded("M54.50", days=1, **site({"text": "Lumbar spine"})),
    ],
)
def test_a_place_a_degree_or_an_older_diagnosis_is_not(entry):
    assert cards_beside(entry) == []


def after_note(words: str, *entries: Resource) -> list[str]:
    return summaries_after(*entries, note=[{"text": words}])


@pytest.mark.parametrize(
    "words",
    [
        *("T12 fracture", "Fracture of T12", "T12 VCF", "New T12 fracture"),
        *("BWK 12 Fraktur", "Frische Fraktur BWK 12", "Th12-Fraktur", "Fractura T12"),
        *("Frattura D12", "T12椎体骨折", "Kyphoplasty L1. T12 fracture."),
    ],
)
def test_another_vertebra_in_the_note_of_the_operation_is_asked_about(words):
    assert after_note(words)


@pytest.mark.parametrize(
    "words",
    [
        *("L1 fracture", "Fracture of L1", "L1 VCF", "LWK 1 Fraktur", "Fractura L1"),
        *("L1 compression fracture", "Kyphoplasty of L1 fracture", "8 ml of cement"),
    ],
)
def test_the_treated_one_is_not(words):
    assert after_note(words) == []


def test_nor_is_one_that_the_problem_list_names():
    listed = coded("S22.080A", days=400)
    assert after_note("T12 fracture", listed) == []

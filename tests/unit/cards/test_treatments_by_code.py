"""Procedures and orders by their code alone: what is treated is there, whatever the problem list says."""

import pytest

from tests.chart_builders import (
    cards_for,
    days_ago,
    kyphoplasty,
    of_patient,
    strong_and_nourished,
)
from tests.codes import CPT, codeable

OPS = "http://fhir.de/CodeSystem/bfarm/ops"
PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
CANCER = [
    (CPT, "77412"),
    (CPT, "96413"),
    (CPT, "20982"),
    (CPT, "63276"),
    (OPS, "8-522.d0"),
    (OPS, "8-542.11"),
    (OPS, "5-035.3"),
    (PCS, "DP0C0ZZ"),
    (PCS, "3E03305"),
]
INFECTION = [(CPT, "22010"), (CPT, "22015")]
DIALYSIS = [(OPS, "8-854.2"), (OPS, "8-857.0"), (PCS, "5A1D70Z")]


def done(system, code, days=40):
    members = {"status": "completed", "performedDateTime": days_ago(days)}
    return of_patient("Procedure", "x", code=codeable(system, code), **members)


def ordered(system, code):
    members = {"status": "active", "intent": "order", "authoredOn": days_ago(5)}
    return of_patient("ServiceRequest", "x", code=codeable(system, code), **members)


def detail(entry):
    card = cards_for((*strong_and_nourished(), entry), kyphoplasty())["rehabilitation"]
    return card["summary"] + card["detail"]


@pytest.mark.parametrize("make", [done, ordered])
@pytest.mark.parametrize(
    ("system", "code", "named"),
    [
        *((*one, "cancer within 5 years") for one in CANCER),
        *((*one, "spinal infection") for one in INFECTION),
        *((*one, "dialysis") for one in DIALYSIS),
    ],
)
def test_what_is_treated_reassures_nobody_and_is_named(make, system, code, named):
    said = detail(make(system, code)).lower()
    assert "below" not in said
    assert named in said.replace("severe kidney disease", "dialysis")


@pytest.mark.parametrize("code", ["45378", "96372", "77080"])
def test_other_codes_are_none_of_these(code):
    assert "not excluded" not in detail(done(CPT, code))


def test_a_cancer_that_was_treated_long_ago_is_one_line():
    said = detail(done(CPT, "77412", days=3000))
    assert "**Cancer over 5 years ago:** not excluded (2018)" in said
    assert "below" not in said

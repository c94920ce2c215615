"""Hydrocortisone that may only replace what the body lacks is no steroid treatment."""

import pytest

from tests.chart_builders import days_ago, of_patient, problem
from tests.codes import codeable
from tests.patients.reassuring import cards_of

ICD = "http://hl7.org/fhir/sid/icd-10-cm"


def hydrocortisone(*dosages, name="Hydrocortisone 10 mg tablet", **members):
    said = {
        "status": "active",
        "intent": "order",
        "authoredOn": days_ago(400),
        "medicationCodeableConcept": {"text": name},
        "dosageInstruction": [*dosages],
    }
    return of_patient("MedicationRequest", "hydrocortisone", **said | members)


def taken(mg, times):
    repeat = {"frequency": times, "period": 1, "periodUnit": "d"}
    dose = {"doseQuantity": {"value": mg, "unit": "mg"}}
    return {"timing": {"repeat": repeat}, "doseAndRate": [dose]}


def listed(code):
    return problem("x", number="listed", code=codeable(ICD, code))


ADDISON = listed("E27.1")
LONG_STEROID = listed("Z79.52")
PREDNISONE = of_patient(
    "MedicationRequest",
    "prednisone",
    status="active",
    intent="order",
    authoredOn=days_ago(200),
    medicationCodeableConcept={"text": "Prednisone 5 mg"},
)


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([hydrocortisone()], id="no dose"),
        pytest.param([hydrocortisone({"text": "1 tablet daily"})], id="in words"),
        pytest.param([hydrocortisone(taken(10, 2))], id="twice 10 mg"),
        pytest.param([hydrocortisone(taken(15, 1), taken(5, 1))], id="15 and 5 mg"),
        pytest.param([hydrocortisone(taken(20, 1)), ADDISON], id="diagnosis"),
    ],
)
def test_a_dose_that_may_be_replacement_is_named_as_that(entries):
    card = cards_of(*entries)["rehabilitation"]
    assert "rheumatology" not in card["summary"]
    assert "Hydrocortisone since" not in card["summary"]
    unknown = card["detail"].partition("**Not known:**")[2]
    assert "hydrocortisone may only replace the body's own" in unknown
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize(
    "dosages", [[taken(20, 2)], [taken(50, 1)], [taken(20, 1), taken(20, 1)]]
)
def test_a_dose_above_replacement_is_a_long_term_steroid(dosages):
    card = cards_of(hydrocortisone(*dosages))["rehabilitation"]
    assert card["summary"].startswith("Hydrocortisone since")


def test_another_steroid_next_to_it_leads():
    card = cards_of(hydrocortisone(taken(10, 2)), PREDNISONE, ADDISON)
    assert card["rehabilitation"]["summary"].startswith("Prednisone since")


def test_the_problem_list_decides_and_the_card_says_which_steroid():
    card = cards_of(hydrocortisone(taken(10, 2)), LONG_STEROID)["rehabilitation"]
    assert card["summary"].startswith("Long-term hydrocortisone")

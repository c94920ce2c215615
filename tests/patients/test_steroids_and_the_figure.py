"""A steroid of days, or as needed, is no input of the model's figure."""

import pytest

from tests.chart_builders import Resource, days_ago, measured, of_patient
from tests.codes import UCUM, codeable
from tests.patients.reassuring import first_card

CATEGORIES = "http://terminology.hl7.org/CodeSystem/medicationrequest-category"


def ordered(name: str, directions: str = "", **members: object) -> Resource:
    order = {
        "status": "completed",
        "intent": "order",
        "medicationCodeableConcept": {"text": name},
        "authoredOn": days_ago(100),
    }
    if directions:
        order["dosageInstruction"] = [{"text": directions}]
    return of_patient("MedicationRequest", "steroid", **{**order, **members})


def risk(*entries: Resource) -> str:
    values = measured("bmd-t-score", -2.7), measured("bmi", 24)
    detail = first_card(*values, *entries)["detail"]
    (line,) = (one for one in detail.splitlines() if "**Risk:**" in one)
    return line


WITHOUT = "about 1 in 8"
WITH = "about 1 in 4"
DEXAMETHASONE = "dexamethasone 4 mg injection"


@pytest.mark.parametrize(
    "order",
    [
        ordered(
            "predniSONE 10 mg",
            "Take 4 tablets daily for 3 days, then 2 tablets for 3 days, then stop.",
        ),
        ordered(
            DEXAMETHASONE,
            "4 mg, Intravenous, Once PRN, nausea",
            authoredOn=days_ago(2),
            category=[codeable(CATEGORIES, "inpatient")],
        ),
    ],
    ids=["taper", "against nausea"],
)
def test_a_steroid_that_is_over_changes_no_figure(order):
    assert WITHOUT in risk()
    assert WITHOUT in risk(order)


def test_one_on_the_list_as_needed_reassures_nobody_and_raises_nothing():
    line = risk(ordered(DEXAMETHASONE, status="active", authoredOn=days_ago(2)))
    assert WITHOUT not in line
    assert WITH not in line


def test_daily_prednisone_counts():
    assert WITH in risk(ordered("prednisone 10 mg", "1 tablet daily", status="active"))


def within(days: int) -> Resource:
    """A dosage with a length of its own."""
    length = {"value": days, "unit": "d", "system": UCUM, "code": "d"}
    return {"timing": {"repeat": {"boundsDuration": length}}}


OF_DAYS = [
    pytest.param(ordered("hydrocortisone 50 mg q6h IV x 48 h"), id="title"),
    pytest.param(
        ordered("hydrocortisone injection 100 mg", "50 mg q6h IV x 48 h"), id="words"
    ),
    pytest.param(ordered("prednisone 20 mg", "40 mg daily for 5 days"), id="burst"),
    pytest.param(
        ordered("prednisone 20 mg", dosageInstruction=[within(5)]), id="bounds"
    ),
]


@pytest.mark.parametrize("order", OF_DAYS)
def test_a_course_of_days_that_still_runs_raises_nothing(order):
    line = risk({**order, "status": "active", "authoredOn": days_ago(1)})
    assert "as usual" in line


GOES_ON = [
    pytest.param(ordered("prednisone 10 mg", "10 mg daily for 6 weeks"), id="weeks"),
    pytest.param(
        ordered("prednisone 20 mg", dosageInstruction=[within(60)]), id="bounds"
    ),
    pytest.param(
        ordered("prednisone 5 mg", "40 mg daily for 5 days, then 5 mg daily"),
        id="then daily",
    ),
    pytest.param(
        ordered(
            "prednisone 20 mg",
            "40 mg daily for 5 days",
            dispenseRequest={"numberOfRepeatsAllowed": 3},
        ),
        id="with refills",
    ),
    pytest.param(ordered("prednisone 5 mg daily, x 5 days held"), id="other words"),
]


@pytest.mark.parametrize("order", GOES_ON)
def test_a_longer_course_counts(order):
    assert WITH in risk({**order, "status": "active", "authoredOn": days_ago(1)})

"""A steroid that was renewed, changed or taken over is no steroid of a few weeks (F20).

Each prescription has its own day. If nothing says how long the drug was taken by then,
a course of months is not excluded.
"""

import pytest

from tests.chart_builders import days_ago, dispensed, of_patient
from tests.codes import UCUM, codeable
from tests.patients.reassuring import card_of

PREDNISOLONE = "prednisolone 5 mg tablet"
THERAPY = "http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy"


def ordered(days, status="active", title=PREDNISOLONE, directions="", **members):
    order = {
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": {"text": title},
        "authoredOn": days_ago(days),
    }
    if directions:
        order["dosageInstruction"] = [{"text": directions}]
    return of_patient("MedicationRequest", f"r{days}", **{**order, **members})


def supplied(days):
    return {"value": days, "unit": "d", "system": UCUM, "code": "d"}


def handed_over(days):
    return dispensed(
        {"text": PREDNISOLONE}, days=days, number=f"d{days}", daysSupply=supplied(28)
    )


def taken(start, end):
    return of_patient(
        "MedicationStatement",
        "taken",
        status="completed",
        medicationCodeableConcept={"text": PREDNISOLONE},
        effectivePeriod={"start": days_ago(start), "end": days_ago(end)},
    )


def names_long_steroid(card):
    return "long-term steroid not excluded" in card["detail"]


RENEWED = [
    pytest.param(
        [*(ordered(days, "completed") for days in (300, 210, 120)), ordered(30)],
        id="completed, then active",
    ),
    pytest.param(
        [*(ordered(days, "stopped") for days in (300, 210, 120)), ordered(30)],
        id="stopped, then active",
    ),
    pytest.param(
        [ordered(days, "completed") for days in (300, 210, 120, 30)],
        id="all completed",
    ),
    pytest.param(
        [ordered(200, "completed", "prednisolone 7.5 mg"), ordered(40)],
        id="another dose",
    ),
    pytest.param(
        [ordered(200, "completed"), ordered(40, title="methylprednisolone 4 mg")],
        id="another drug",
    ),
    pytest.param([handed_over(days) for days in (300, 210, 120, 30)], id="dispenses"),
]
TAKEN_OVER = [
    pytest.param(
        ordered(30, priorPrescription={"reference": "MedicationRequest/old"}),
        id="renews one that was not sent",
    ),
    pytest.param(
        ordered(30, basedOn=[{"reference": "MedicationRequest/old"}]), id="based on one"
    ),
    pytest.param(ordered(3, reportedBoolean=True), id="reported at admission"),
    pytest.param(
        ordered(3, reportedReference={"reference": "Patient/pat-1"}), id="by whom"
    ),
    pytest.param(ordered(3, intent="plan"), id="reported, in the US"),
    pytest.param(
        ordered(30, courseOfTherapyType=codeable(THERAPY, "continuous")),
        id="of continuous therapy",
    ),
    *(
        pytest.param(ordered(30, directions=words), id=words)
        for words in (
            "continue 5 mg daily",
            "5 mg daily, long-term",
            "5 mg täglich weiter",
            "poursuivre 5 mg par jour",
            "continuar 5 mg al día",
            "kontynuować 5 mg",
            "継続",
            "继续 5mg qd",
        )
    ),
]


@pytest.mark.parametrize("entries", RENEWED)
def test_renewed_prescriptions_leave_a_long_course_open(entries):
    card = card_of(*entries)
    assert names_long_steroid(card)
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize("entry", TAKEN_OVER)
def test_an_order_that_goes_on_with_an_older_one_leaves_it_open(entry):
    assert names_long_steroid(card_of(entry))


def test_supplies_that_follow_each_other_count_from_the_first():
    supply = {"dispenseRequest": {"expectedSupplyDuration": supplied(90)}}
    earlier = [ordered(days, "completed", **supply) for days in (300, 210, 120)]
    card = card_of(*earlier, ordered(30, **supply))
    assert card["summary"].startswith("Prednisolone since Jan 2026")


FIVE_DAYS = "40 mg daily for 5 days"
NO_COURSE_OF_MONTHS = [
    pytest.param([ordered(30)], id="one of a month"),
    pytest.param(
        [ordered(200, "completed", directions=FIVE_DAYS), ordered(30)],
        id="five days, half a year before",
    ),
    pytest.param([taken(300, 200), ordered(30)], id="ended, then begun anew"),
    pytest.param([ordered(500, "completed"), ordered(30)], id="over a year apart"),
    pytest.param(
        [ordered(30, directions="5 mg daily, discontinue if rash")], id="discontinue"
    ),
]


@pytest.mark.parametrize("entries", NO_COURSE_OF_MONTHS)
def test_what_says_when_it_ended_is_no_course_of_months(entries):
    card = card_of(*entries)
    assert not names_long_steroid(card)
    assert "since" not in card["summary"]

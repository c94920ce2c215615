"""A state or history that an order, a report or a procedure names by its code.

On the problem list it says what it is; elsewhere it leaves the same open.
"""

import pytest

from tests.chart_builders import brace, cards_for, days_ago, kyphoplasty, of_patient
from tests.codes import ATC, CPT, ICD, codeable
from tests.patients.reassuring import card_of, imaging, reassuring_record

FRACTURE = codeable(ICD, "S32.010A")
STEROID = "systemic steroid"
EARLIER = "earlier vertebral fracture"
FALLS = "repeated falls"
STATES = [
    ("Z79.52", STEROID),
    ("E24.2", STEROID),
    ("E27.3", STEROID),
    ("T38.0X5A", STEROID),
    ("Z91.81", FALLS),
    ("M48.54XS", EARLIER),
    ("S22.060S", EARLIER),
    ("Z87.310", EARLIER),
]


def reasons(code):
    return [FRACTURE, codeable(ICD, code)]


def ordered(**members):
    blood = {
        "status": "active",
        "intent": "order",
        "code": {"text": "Full blood count"},
    }
    return of_patient(
        "ServiceRequest", "count", authoredOn=days_ago(5), **blood | members
    )


def taken(**members):
    losartan = {"status": "active", "intent": "order", "authoredOn": days_ago(20)}
    losartan |= {"medicationCodeableConcept": codeable(ATC, "C09CA01")}
    return of_patient("MedicationRequest", "losartan", **losartan | members)


def done(**members):
    colonoscopy = {"status": "completed", "code": codeable(CPT, "45378")}
    colonoscopy |= {"performedDateTime": days_ago(20)}
    return of_patient("Procedure", "done", **colonoscopy | members)


def own(code):
    return cards_for(reassuring_record(), kyphoplasty(reasonCode=reasons(code)))


def of_brace(code):
    worn = brace(reasonCode=[codeable(ICD, code)])
    return cards_for(reassuring_record(), kyphoplasty(), worn)


def beside(entry):
    return {"rehabilitation": card_of(entry)}


PLACES = {
    "own reason": own,
    "reason of the brace": of_brace,
    "reason of an order": lambda code: beside(ordered(reasonCode=reasons(code))),
    "reason of a drug": lambda code: beside(taken(reasonCode=reasons(code))),
    "reason of a procedure": lambda code: beside(done(reasonCode=reasons(code))),
    "conclusion": lambda code: beside(imaging(conclusionCode=reasons(code))),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("code", "state"), STATES)
def test_a_state_that_is_named_elsewhere_is_open(code, state, place):
    detail = PLACES[place](code)["rehabilitation"]["detail"]
    assert "below the usual" not in detail
    assert state in detail.partition("**Not known:**")[2]


@pytest.mark.parametrize("place", PLACES)
def test_a_bone_drug_that_is_named_elsewhere_is_asked_about(place):
    card = PLACES[place]("Z79.83")["rehabilitation"]
    assert card["summary"].startswith("Bone drug recorded, not understood: ask")
    assert "none in" not in card["detail"]


@pytest.mark.parametrize("place", PLACES)
def test_the_reason_of_the_fracture_alone_leaves_nothing_open(place):
    detail = PLACES[place]("M81.0")["rehabilitation"]["detail"]
    assert "below the usual" in detail

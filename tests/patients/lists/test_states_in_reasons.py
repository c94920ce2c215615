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


def of_order(code):
    return beside(ordered(reasonCode=reasons(code)))


def of_drug(code):
    return beside(taken(reasonCode=reasons(code)))


def of_procedure(code):
    return beside(done(reasonCode=reasons(code)))


def of_conclusion(code):
    return beside(imaging(conclusionCode=reasons(code)))


# The cards of a patient whose record, or signing, names this code there.
PLACES = [
    pytest.param(own, id="own reason"),
    pytest.param(of_brace, id="reason of the brace"),
    pytest.param(of_order, id="reason of an order"),
    pytest.param(of_drug, id="reason of a drug"),
    pytest.param(of_procedure, id="reason of a procedure"),
    pytest.param(of_conclusion, id="conclusion"),
]


@pytest.mark.parametrize("cards_naming", PLACES)
@pytest.mark.parametrize(("code", "state"), STATES)
def test_a_state_that_is_named_elsewhere_is_open(code, state, cards_naming):
    detail = cards_naming(code)["rehabilitation"]["detail"]
    assert "below the usual" not in detail
    assert state in detail.partition("**Not known:**")[2]


@pytest.mark.parametrize("cards_naming", PLACES)
def test_a_bone_drug_that_is_named_elsewhere_is_asked_about(cards_naming):
    card = cards_naming("Z79.83")["rehabilitation"]
    assert card["summary"].startswith("Bone drug recorded, not understood: ask")
    assert "none in" not in card["detail"]


@pytest.mark.parametrize("cards_naming", PLACES)
def test_the_reason_of_the_fracture_alone_leaves_nothing_open(cards_naming):
    detail = cards_naming("M81.0")["rehabilitation"]["detail"]
    assert "below the usual" in detail

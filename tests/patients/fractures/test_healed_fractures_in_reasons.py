"""A healed fracture as a reason: its bone decides, if the title names it."""

import pytest

from tests.chart_builders import days_ago, kyphoplasty, of_patient
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of

HEALED = "Z87.81"
OF_ANOTHER_BONE = [
    "History of wrist fracture",
    "Personal history of healed traumatic fracture of left wrist",
    "History of rib fracture",
]
MAYBE_OF_A_VERTEBRA = [
    "",
    "Personal history of (healed) traumatic fracture",
    "History of fracture",
    "History of fracture of L1",
    "History of vertebral fracture",
    "History of ankle fracture and T8 fracture",
]
OPEN = "earlier vertebral fracture not excluded"


def reason(title):
    return codeable(ICD, HEALED, title) if title else codeable(ICD, HEALED)


def of_stay(title):
    inpatient = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    members = {"class": {"system": inpatient, "code": "IMP"}}
    stay = of_patient(
        "Encounter", "enc-1", status="in-progress", reasonCode=[reason(title)]
    )
    return card_of(stay | members)["detail"]


def of_order(title):
    said = {"status": "active", "intent": "order", "authoredOn": days_ago(5)}
    code = {"text": "X-ray lumbar spine"}
    order = of_patient("ServiceRequest", "o", code=code, **said)
    return card_of(order | {"reasonCode": [reason(title)]})["detail"]


def of_operation(title):
    return card_of(order=kyphoplasty(reasonCode=[reason(title)]))["detail"]


@pytest.mark.parametrize("detail_of", [of_stay, of_order, of_operation])
@pytest.mark.parametrize("title", MAYBE_OF_A_VERTEBRA)
def test_no_vertebra_is_excluded_by_a_healed_fracture(title, detail_of):
    detail = detail_of(title)
    assert OPEN in detail
    assert "below the usual" not in detail


@pytest.mark.parametrize("detail_of", [of_stay, of_order, of_operation])
@pytest.mark.parametrize("title", OF_ANOTHER_BONE)
def test_another_bone_is_no_vertebra(title, detail_of):
    detail = detail_of(title)
    assert "of which bone is not recorded" not in detail
    assert OPEN not in detail

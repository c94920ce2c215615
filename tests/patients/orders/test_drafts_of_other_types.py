"""Drafts of types that the service does not read count by their words."""

from typing import Any

import pytest

from tests.chart_builders import Resource, ask, brace, by_topic, kyphoplasty, order_sign
from tests.codes import ICD, codeable
from tests.patients.reassuring import Cards, end_is_selected, reassuring_record

PATIENT = {"reference": "Patient/pat-1", "display": "Ann Example"}
TASK_CODE = "http://hl7.org/fhir/CodeSystem/task-code"
FULFILL = codeable(TASK_CODE, "fulfill", "Fulfill the focal request")
REASSURING = "below the usual"


def _draft(kind: str, **members: Any) -> Resource:
    said = {"resourceType": kind, "id": "d", "status": "draft", "intent": "order"}
    whose = "patient" if kind in {"NutritionOrder", "Claim"} else "subject"
    return said | {whose: PATIENT} | members


def _diet(name: str, **members: Any) -> Resource:
    return _draft("NutritionOrder", oralDiet={"type": [{"text": name}]}, **members)


def _cards(draft: Resource) -> Cards:
    body = order_sign(reassuring_record(), kyphoplasty(), brace(), draft)
    return by_topic(ask(body))


METASTASIS = codeable(ICD, "C79.51")
GRAVE = [
    pytest.param(
        _diet("High protein diet", note=[{"text": "metastatic breast cancer"}]),
        id="note of a diet",
    ),
    pytest.param(_diet("Neutropenic diet"), id="diet of a chemotherapy"),
    pytest.param(_diet("Renal dialysis diet"), id="diet of a dialysis"),
    pytest.param(
        _draft("Task", description="Call oncology about spinal metastasis"), id="task"
    ),
    pytest.param(
        _draft("CommunicationRequest", payload=[{"contentString": "sepsis"}]),
        id="message",
    ),
    pytest.param(
        _draft("CommunicationRequest", reasonCode=[METASTASIS]), id="code of a reason"
    ),
    pytest.param(
        _draft("Claim", diagnosis=[{"diagnosisCodeableConcept": METASTASIS}]),
        id="diagnosis of a claim",
    ),
    pytest.param(
        _draft("RequestGroup", action=[{"title": "spinal metastasis"}]), id="group"
    ),
    pytest.param(_draft("Appointment", description="radiotherapy"), id="appointment"),
    pytest.param(_draft("CarePlan", title="Chemotherapy"), id="plan"),
    pytest.param(
        _draft("Procedure", code={"text": "Radiotherapy of the spine"}), id="procedure"
    ),
    pytest.param(_draft("Condition", code=METASTASIS), id="diagnosis"),
    pytest.param(
        _draft("DocumentReference", description="tumour board letter"), id="letter"
    ),
    pytest.param(
        _draft(
            "VisionPrescription",
            lensSpecification=[{"note": [{"text": "uveal melanoma"}]}],
        ),
        id="glasses",
    ),
]


@pytest.mark.parametrize("draft", GRAVE)
def test_grave_words_in_them_reassure_nobody(draft: Resource) -> None:
    assert REASSURING not in _cards(draft)["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "draft",
    [
        *[
            pytest.param(_diet(name), id=name)
            for name in (
                "High protein diet",
                "Regular diet",
                "Renal diet",
                "Diabetic diet",
                "Dysphagia level 2 diet",
                "NPO after midnight",
                "Vollkost",
                "Diabetikerkost",
            )
        ],
        pytest.param(
            _draft("Task", code=FULFILL, owner={"display": "Dr. Karl Krebs"}),
            id="task for an order",
        ),
        pytest.param(
            _draft(
                "Claim",
                provider={"display": "Cancer Center"},
                diagnosis=[{"diagnosisCodeableConcept": codeable(ICD, "M80.08XA")}],
            ),
            id="claim for the fracture",
        ),
        pytest.param(
            _draft("RequestGroup", action=[{"title": "Kyphoplasty postop orders"}]),
            id="set of orders",
        ),
        pytest.param(_draft("Appointment", description="follow-up visit"), id="visit"),
        pytest.param(
            _draft("Condition", code=codeable(ICD, "I10", "Hypertension")),
            id="harmless diagnosis",
        ),
    ],
)
def test_everyday_care_leaves_nothing_open(draft: Resource) -> None:
    cards = _cards(draft)
    assert REASSURING in cards["rehabilitation"]["detail"]


def test_an_everyday_diet_leaves_the_end_of_a_brace_selected() -> None:
    assert end_is_selected(_cards(_diet("Gluten-free diet")))


def test_the_card_counts_it_as_an_order() -> None:
    unnamed = _draft("Task", description="Tumour board") | {"id": ""}
    for draft in (_diet("Neutropenic diet"), unnamed):
        detail = _cards(draft)["rehabilitation"]["detail"]
        assert "an order not fully understood" in detail
        assert "problem list not understood" not in detail

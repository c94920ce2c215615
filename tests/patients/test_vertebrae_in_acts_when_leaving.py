"""Another broken vertebra that only an order since the operation names is read."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import SCT, codeable
from tests.patients.test_illnesses_when_leaving import cards_beside

ICD = "http://hl7.org/fhir/sid/icd-10-cm"
CPT = "http://www.ama-assn.org/go/cpt"
NAMES_HARM = "1 recent entry names an injury or grave illness. Read before leaving."


def ordered(title: Any, *, days: int = 1, **members: Any) -> Any:
    """An order of yesterday, the day after the operation at L1."""
    said = {
        "status": "active",
        "intent": "order",
        "authoredOn": days_ago(days),
        "code": {"text": title} if isinstance(title, str) else title,
    }
    return of_patient("ServiceRequest", "order", **said | members)


def coded_reason(code: str) -> dict[str, Any]:
    return {"reasonCode": [codeable(ICD, code)]}


def worded_reason(words: str) -> dict[str, Any]:
    return {"reasonCode": [{"text": words}]}


@pytest.mark.parametrize(
    "order",
    [
        ordered("MRI lumbar spine", **coded_reason("S32.020A")),
        ordered("MRI thoracic spine", **coded_reason("S22.080A")),
        ordered("Physiotherapy", **coded_reason("S22.060A")),
        ordered("CT LWS", **worded_reason("Neue Fraktur LWK 2")),
        ordered("X-ray lumbar spine", **worded_reason("New fracture L2")),
        ordered(
            "Neurosurgery referral",
            **worded_reason("New L2 compression fracture after kyphoplasty L1"),
        ),
        ordered("X-ray spine T8 fracture"),
        ordered(
            codeable(CPT, "22514"),
            bodySite=[codeable(SCT, "36470004")],
            **coded_reason("S32.030A"),
        ),
        ordered("Kyphoplasty L3"),
    ],
    ids=str,
)
def test_another_vertebra_is_read_before_leaving(order: Any) -> None:
    (card,) = cards_beside(order)
    assert card["summary"].endswith(NAMES_HARM)


@pytest.mark.parametrize(
    "order",
    [
        ordered("MRI lumbar spine", **coded_reason("S32.010A")),
        ordered("Physiotherapy", **coded_reason("M80.08XA")),
        ordered("X-ray lumbar spine", **worded_reason("Post kyphoplasty L1")),
        ordered("X-ray lumbar spine", **worded_reason("L1 fracture")),
        ordered("X-ray lumbar spine", **coded_reason("S32.010D")),
        ordered("X-ray thoracolumbar spine", **worded_reason("Check cement L1")),
        ordered(
            "Physiotherapy", **worded_reason("Kyphoplasty L1, old T8 fracture 2019")
        ),
        ordered("MRI L-spine", **worded_reason("L4/5 stenosis")),
        ordered("FLS referral", **worded_reason("Fragility fracture")),
        ordered("DXA", **worded_reason("Vertebral fracture")),
        ordered("Full blood count"),
        ordered("MRI lumbar spine", days=9, **coded_reason("S32.020A")),
    ],
    ids=str,
)
def test_the_treated_one_or_an_old_one_is_not(order: Any) -> None:
    assert not any(NAMES_HARM in card["summary"] for card in cards_beside(order))

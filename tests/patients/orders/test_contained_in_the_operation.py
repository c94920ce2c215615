"""Resources that the augmentation order itself contains: reports, orders, stays."""

import pytest

from tests.chart_builders import PATIENT, kyphoplasty
from tests.codes import ICD, codeable
from tests.patients.reassuring import cards_of

TITLE = {"text": "MRI lumbar spine"}


def holding(kind, *, element="supportingInfo", **members):
    """Return a kyphoplasty that contains a resource and refers to it."""
    inside = {"resourceType": kind, "id": "c", **members}
    inside["subject"] = {"reference": f"Patient/{PATIENT}"}
    beside = {element: [{"reference": "#c"}]} if element else {}
    return kyphoplasty(contained=[inside], **beside)


GRAVE = [
    pytest.param(
        "DiagnosticReport",
        {"status": "final", "code": TITLE, "conclusion": "Bone metastasis L1"},
        "malignancy of bone",
        id="report",
    ),
    pytest.param(
        "DiagnosticReport",
        {
            "status": "final",
            "code": TITLE,
            "conclusionCode": [codeable(ICD, "M46.46")],
        },
        "spinal infection",
        id="coded report",
    ),
    pytest.param(
        "Procedure",
        {"status": "completed", "code": {"text": "Resection of spinal metastasis"}},
        "malignancy of bone",
        id="procedure",
    ),
    pytest.param(
        "ServiceRequest",
        {
            "status": "active",
            "intent": "order",
            "code": {"text": "Radiotherapy for metastasis"},
        },
        "malignancy of bone",
        id="order",
    ),
    pytest.param(
        "Encounter",
        {"status": "finished", "reasonCode": [{"text": "Discitis"}]},
        "spinal infection",
        id="stay",
    ),
    pytest.param(
        "Media",
        {"status": "completed", "note": [{"text": "Lysis by metastasis L1"}]},
        "malignancy of bone",
        id="picture",
    ),
    pytest.param(
        "Observation",
        {"status": "final", "code": TITLE, "interpretation": [{"text": "Metastasis"}]},
        "malignancy of bone",
        id="value",
    ),
]


@pytest.mark.parametrize("element", ["supportingInfo", "reasonReference", ""])
@pytest.mark.parametrize(("kind", "members", "named"), GRAVE)
def test_what_the_operation_contains_is_read_as_in_any_other_order(
    kind, members, named, element
):
    card = cards_of(order=holding(kind, element=element, **members))["rehabilitation"]
    (line,) = [one for one in card["detail"].split("\n") if "**Not known:**" in one]
    assert named in line.partition("not excluded (the order's contained")[0]
    assert "below the usual" not in card["detail"]
    assert not any(one.get("isRecommended") for one in card.get("suggestions", ()))


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("Encounter", {"status": "in-progress", "reasonCode": [{"text": "Fall"}]}),
        ("Practitioner", {"name": [{"text": "Dr. Krebs"}]}),
        (
            "DiagnosticReport",
            {"status": "cancelled", "code": TITLE, "conclusion": "Bone metastasis L1"},
        ),
        (
            "DiagnosticReport",
            {
                "status": "final",
                "code": {"text": "X-ray lumbar spine"},
                "conclusion": "Osteoporotic compression fracture of L1.",
            },
        ),
        (
            "Observation",
            {
                "status": "final",
                "code": {"text": "Pain intensity"},
                "valueQuantity": {"value": 8},
            },
        ),
    ],
    ids=["stay", "surgeon", "void", "plain report", "value"],
)
def test_a_plain_entry_inside_the_operation_changes_nothing(kind, members):
    assert (
        "below the usual"
        in cards_of(order=holding(kind, **members))["rehabilitation"]["detail"]
    )

"""Raw orders as clients send them, small and readable."""

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from cds_service.core.orders import AugmentationOrder
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.orders.drafts import DraftOrders
from cds_service.fhir.orders.operations.augmentation import find_augmentation_order
from cds_service.fhir.orders.recognition import read_drafts
from cds_service.fhir.references import bases_of
from tests.builders import terminology as terminology  # noqa: PLC0414 - of orders as of records
from tests.codes import CPT, HCPCS, codeable

ROOT = Path(__file__).resolve().parents[1]
PATIENT = "pat-1"
SERVER = "https://ehr.example.org/fhir"


def order(
    code: Any, *, number: int = 1, kind: str = "ServiceRequest", **members: Any
) -> dict[str, Any]:
    """A draft order of the usual patient; members are FHIR elements, None takes one away."""
    whole = {
        "resourceType": kind,
        "id": f"draft-{number}",
        "status": "draft",
        "intent": "order",
        "code": code,
        "subject": {"reference": f"Patient/{PATIENT}"},
        "authoredOn": "2026-11-20",
        **members,
    }
    return {key: value for key, value in whole.items() if value is not None}


def cpt(code: str, *, number: int = 1, **members: Any) -> dict[str, Any]:
    return order(codeable(CPT, code), number=number, **members)


def worded(words: str, *, number: int = 1, **members: Any) -> dict[str, Any]:
    return order({"text": words}, number=number, **members)


def brace(code: Any = None, *, number: int = 1, **members: Any) -> dict[str, Any]:
    """A TLSO (L0456) as a DeviceRequest, valid R4."""
    chosen = {"codeCodeableConcept": code or codeable(HCPCS, "L0456")}
    if "codeReference" in members:
        chosen = {}
    return order(None, number=number, kind="DeviceRequest", **chosen, **members)


def bundle(*resources: Any) -> dict[str, Any]:
    """`context.draftOrders` without a Bundle type, as the public sandbox sends it."""
    return {
        "resourceType": "Bundle",
        "entry": [{"resource": resource} for resource in resources],
    }


def signing(draft_orders: Any, patient_id: str = PATIENT) -> DraftOrders:
    """The orders of a signing for the usual patient, or for this one."""
    return read_drafts(
        draft_orders, Person(patient_id, bases_of([SERVER])), terminology()
    )


def augmentation_in(title: str, **members: Any) -> AugmentationOrder | None:
    """Return the augmentation that a title orders; None if it orders none."""
    drafts = signing(bundle(worded(title, **members)))
    return find_augmentation_order(drafts, terminology())


# Names of elements, of orders and within them.
MEMBERS = (
    "entry",
    "resource",
    "resourceType",
    "fullUrl",
    "id",
    "status",
    "subject",
    "reference",
    "authoredOn",
    "doNotPerform",
    "code",
    "coding",
    "system",
    "text",
    "display",
    "orderDetail",
    "bodySite",
    "note",
    "reasonCode",
    "reasonReference",
    "contained",
    "codeCodeableConcept",
    "codeReference",
    "type",
    "deviceName",
    "item",
    "quantityQuantity",
    "value",
    "occurrencePeriod",
    "occurrenceTiming",
    "occurrenceDateTime",
    "repeat",
    "boundsDuration",
    "boundsPeriod",
    "start",
    "end",
)


def junk() -> st.SearchStrategy[Any]:
    """Any JSON, with the names of real members and a few real values in wrong places."""
    plain = (
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
    )
    real = st.sampled_from(
        [
            "22514",
            CPT,
            "draft",
            "L1",
            "2026-11-20",
            "9999-12-31",
            "ServiceRequest",
            "Kyphoplasty L1",
        ]
    )
    return st.recursive(
        plain | real,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4)
        ),
        max_leaves=25,
    )


def junk_members() -> st.SearchStrategy[dict[str, Any]]:
    """Members of an order, each holding anything but another type of resource."""
    return st.dictionaries(
        st.sampled_from(
            [name for name in MEMBERS if name not in {"resourceType", "subject"}]
        ),
        junk(),
    )

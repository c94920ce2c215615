"""A kyphoplasty as an EHR would draft it, and the request that signs it: for people who try the service."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from cds_service.core.data_file import read_json
from cds_service.fhir.orders.level_text import LEVELS
from cds_service.loading import data_root

CPT = "http://www.ama-assn.org/go/cpt"
OWN_ORDERS = "https://kyphoplasty-cds.org/fhir/CodeSystem/orders"
# By procedure and region. CPT numbers only: the descriptors are AMA copyright.
CPT_CODES = {
    "kyphoplasty": {"thoracic": "22513", "lumbar": "22514"},
    "vertebroplasty": {"thoracic": "22510", "lumbar": "22511"},
}
SURGEON = "Practitioner/sandbox"


def level_codings() -> dict[str, dict[str, str]]:
    """SNOMED CT coding of each vertebra T1 … L5, from the map by which body sites are read."""
    concept_map = read_json(data_root("mappings") / "conceptmap" / "vertebral-level.json")
    codings: dict[str, dict[str, str]] = {}
    for group in concept_map["group"]:
        for element in group["element"]:
            coding = {"system": group["source"], "code": element["code"]}
            codings.setdefault(element["target"][0]["code"], coding)
    return {level: codings[level] for level in LEVELS}


def region_of(level: str) -> str:
    """`thoracic` or `lumbar`: what the CPT numbers tell apart."""
    return "thoracic" if level.startswith("T") else "lumbar"


def procedure_coding(procedure: str | None, levels: Sequence[str]) -> dict[str, str]:
    """The order's code: as given (CPT number, or `system|code`), else kyphoplasty by the region of the first level."""
    if procedure is not None:
        system, _, code = procedure.rpartition("|")
        return {"system": system or CPT, "code": code}
    if not levels:
        return {"system": OWN_ORDERS, "code": "kyphoplasty"}  # no CPT number leaves the region open
    return {"system": CPT, "code": CPT_CODES["kyphoplasty"][region_of(levels[0])]}


def augmentation_order(patient_id: str, procedure: str | None, levels: Sequence[str], today: date) -> dict[str, Any]:
    """The draft order as an EHR would send it."""
    codings = level_codings()
    sites = [{"coding": [codings[level]], "text": level} for level in levels]
    return {
        "resourceType": "ServiceRequest",
        "id": str(uuid4()),
        "status": "draft",
        "intent": "order",
        "code": {"coding": [procedure_coding(procedure, levels)]},
        **({"bodySite": sites} if sites else {}),
        "subject": {"reference": f"Patient/{patient_id}"},
        "authoredOn": today.isoformat(),
        "requester": {"reference": SURGEON},
    }


def order_sign_body(patient_id: str, fhir_server: str, orders: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The request that signs these orders."""
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order} for order in orders]}
    return {
        "hook": "order-sign",
        "hookInstance": str(uuid4()),
        "fhirServer": fhir_server,
        "context": {"userId": SURGEON, "patientId": patient_id, "draftOrders": bundle},
    }

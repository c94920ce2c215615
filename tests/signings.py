"""Requests of an EHR as raw JSON: a kyphoplasty is signed, with the sample patients' records or with a few values."""

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from cds_service.samples import Sample, load_samples
from cds_service.samples.requests import order_sign_request
from tests.codes import CPT, LOINC, MEASURES, SCT, UCUM, codeable
from tests.live_service import TODAY

Json = dict[str, Any]
HOOK_INSTANCE = "7f4a2f0c-5a0e-4a52-9f4a-2f0c5a0e4a52"
TOKEN = {
    "access_token": "opaque-token-1",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "patient/*.read",
    "subject": "kyphoplasty-cds",
}


@cache
def samples() -> Mapping[str, Sample]:
    """The sample patients by short name, `p1` to `p9`."""
    return {sample.id.partition("-")[0]: sample for sample in load_samples(TODAY)}


def signing(
    name: str, templates: Mapping[str, str] | None = None, **members: Any
) -> Json:
    """The signing of a sample patient, over full prefetch where templates are given; members of None are left out."""
    body = {**deepcopy(order_sign_request(samples()[name], plan=templates)), **members}
    return {key: value for key, value in body.items() if value is not None}


def kyphoplasty(patient: str = "p1", **members: Any) -> Json:
    """A draft order for a kyphoplasty at L1; a member of None is left out."""
    order = {
        "resourceType": "ServiceRequest",
        "id": "draft-1",
        "status": "draft",
        "intent": "order",
        "code": codeable(CPT, "22514", "Kyphoplasty L1"),
        "bodySite": [codeable(SCT, "66794005", "L1")],
        "subject": {"reference": f"Patient/{patient}"},
        "authoredOn": TODAY.isoformat(),
        **members,
    }
    return {key: value for key, value in order.items() if value is not None}


def order_sign(*orders: Any, patient: str = "p1", **members: Any) -> Json:
    """A request that signs these orders; a member of None is left out."""
    entries = [{"resource": order} for order in orders]
    body: Json = {
        "hook": "order-sign",
        "hookInstance": HOOK_INSTANCE,
        "context": {
            "userId": "Practitioner/7",
            "patientId": patient,
            "draftOrders": {"resourceType": "Bundle", "entry": entries},
        },
        **members,
    }
    return {key: value for key, value in body.items() if value is not None}


def person(patient: str = "p1", **members: Any) -> Json:
    return {
        "resourceType": "Patient",
        "id": patient,
        "gender": "female",
        "birthDate": "1945-08-12",
        **members,
    }


def searchset(*resources: Any, **members: Any) -> Json:
    found: Json = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(resources),
        **members,
    }
    return found | (
        {"entry": [{"resource": one} for one in resources]} if resources else {}
    )


def empty_prefetch(templates: Mapping[str, str], **answers: Any) -> Json:
    """Every key answered: the patient, empty lists, no stay, and what is given here."""
    found = {
        key: searchset() if "?" in template else None
        for key, template in templates.items()
    }
    return {**found, "patient": person(), **answers}


def observed(
    number: str, code: str, value: float | None, unit: str | None, **members: Any
) -> Json:
    """A final Observation of patient p1 of last week; LOINC codes have a dash before their last digit."""
    system = LOINC if code[-2:-1] == "-" and code[0].isdigit() else MEASURES
    quantity = {"value": value} | (
        {"unit": unit, "system": UCUM, "code": unit} if unit else {}
    )
    whole = {
        "resourceType": "Observation",
        "id": number,
        "status": "final",
        "code": codeable(system, code),
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-11-13",
        "valueQuantity": quantity if value is not None else None,
        **members,
    }
    return {key: part for key, part in whole.items() if part is not None}

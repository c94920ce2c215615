"""A kyphoplasty as an EHR would draft it, and requests that sign orders.

They are made for samples, and for people who try the service.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from cds_service.core.data_file import data_root, read_json
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.mapping.codes.code_systems import CPT, ORDERS
from cds_service.fhir.mapping.levels.level_names import LEVELS
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.operations.augmentation import find_augmentation_order
from cds_service.fhir.orders.recognition import read_drafts
from cds_service.samples import Sample
from cds_service.samples.fhir_search import Resource, Store, hold
from cds_service.samples.fhir_server import searchset

SURGEON = "Practitioner/sample-surgeon"
# By procedure and region. CPT numbers only: the descriptors are AMA copyright.
CPT_CODES = {
    "kyphoplasty": {"thoracic": "22513", "lumbar": "22514"},
    "vertebroplasty": {"thoracic": "22510", "lumbar": "22511"},
}
USER = "Practitioner/sandbox"


def order_sign_request(
    sample: Sample,
    *,
    fhir_server: str | None = None,
    plan: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the body of one call; the same sample always has the same `hookInstance`.

    Args:
        sample: the patient and the orders being signed.
        fhir_server: base URL of a server with the record; without it, the service has
            only the prefetch.
        plan: prefetch templates by key, as discovery prints them. Each is answered from
            the sample's own record by the search of the embedded server, so that
            prefetch and live reads agree. Without it, no prefetch.
    """
    body: dict[str, Any] = {
        "hook": "order-sign",
        "hookInstance": str(
            uuid5(NAMESPACE_URL, f"https://kyphoplasty-cds.org/samples/{sample.id}")
        ),
        "context": {
            "userId": SURGEON,
            "patientId": sample.id,
            "draftOrders": sample.draft_orders,
        },
    }
    stays = [
        resource["id"]
        for resource in sample.resources
        if resource["resourceType"] == "Encounter"
    ]
    if stays:
        body["context"]["encounterId"] = stays[0]
    if fhir_server is not None:
        body["fhirServer"] = fhir_server
    if plan is not None:
        body["prefetch"] = answer_prefetch(
            plan,
            sample.resources,
            patient_id=sample.id,
            encounter_id="".join(stays[:1]),
        )
    return body


def discharge_request(
    sample: Sample,
    signed: Iterable[Resource],
    *,
    plan: Mapping[str, str],
    today: date,
    terminology: Terminology,
) -> dict[str, Any]:
    """Return the call of a discharge, as if what was signed had been done today.

    An augmentation becomes the procedure that was done; every other order is active.
    """
    stay = f"{sample.id}-stay"
    record = [dict(resource) for resource in sample.resources]
    for order in signed:
        if is_augmentation(order, terminology):
            record.append(_done(order, stay, today))
        else:
            record.append({**order, "status": "active"})
    prefetch = answer_prefetch(plan, record, patient_id=sample.id, encounter_id=stay)
    return {
        "hook": "encounter-discharge",
        "hookInstance": str(uuid4()),
        "context": {
            "userId": USER,
            "patientId": sample.id,
            "encounterId": stay,
        },
        "prefetch": prefetch,
    }


def _done(order: Resource, stay: str, today: date) -> dict[str, Any]:
    """Return the procedure of an augmentation order, done today in this stay."""
    shared = {
        key: order[key] for key in ("code", "bodySite", "subject") if key in order
    }
    return {
        "resourceType": "Procedure",
        "id": f"done-{order['id']}",
        "status": "completed",
        "performedDateTime": today.isoformat(),
        "encounter": {"reference": f"Encounter/{stay}"},
        **shared,
    }


def answer_prefetch(
    plan: Mapping[str, str],
    resources: Iterable[Resource],
    *,
    patient_id: str,
    encounter_id: str = "",
) -> dict[str, Any]:
    """Make the prefetch that an EHR sends for these templates.

    A resource (or null) for a read, a searchset for a search.
    """
    store = hold(resources)
    ids = {"{{context.patientId}}": patient_id}
    if encounter_id:
        ids["{{context.encounterId}}"] = encounter_id
    queries = {key: _filled(template, ids) for key, template in plan.items()}
    return {key: _answer(query, store) for key, query in queries.items()}


def _filled(template: str, ids: Mapping[str, str]) -> str:
    for token, value in ids.items():
        template = template.replace(token, value)
    return template


def _answer(query: str, store: Store) -> Any:
    resource_type, _, resource_id = query.partition("/")
    if "?" not in query:
        return store.read(resource_type, resource_id)
    resources = store.search(query)
    return searchset(resources, total=len(resources), links={"self": query})


# --- an order for people who try the service


def level_codings() -> dict[str, dict[str, str]]:
    """Return the SNOMED CT coding of each vertebra T1 … L5, by which sites are read."""
    concept_map = read_json(
        data_root("mappings") / "conceptmap" / "vertebral-level.json"
    )
    codings: dict[str, dict[str, str]] = {}
    for group in concept_map["group"]:
        for element in group["element"]:
            coding = {"system": group["source"], "code": element["code"]}
            codings.setdefault(element["target"][0]["code"], coding)
    return {level: codings[level] for level in LEVELS}


def region_of(level: str) -> str:
    """Return `thoracic` or `lumbar`: the CPT numbers differ by it."""
    return "thoracic" if level.startswith("T") else "lumbar"


def procedure_coding(procedure: str | None, levels: Sequence[str]) -> dict[str, str]:
    """Return the order's code as given, else kyphoplasty by region of the first level.

    It is given as CPT number or `system|code`.
    """
    if procedure is not None:
        system, _, code = procedure.rpartition("|")
        return {"system": system or CPT, "code": code}
    if not levels:
        # no CPT number leaves the region open
        return {"system": ORDERS, "code": "kyphoplasty"}
    return {"system": CPT, "code": CPT_CODES["kyphoplasty"][region_of(levels[0])]}


def augmentation_order(
    patient_id: str, procedure: str | None, levels: Sequence[str], today: date
) -> dict[str, Any]:
    """Return the draft order as an EHR would send it."""
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
        "requester": {"reference": USER},
    }


def is_augmentation(order: Mapping[str, Any], terminology: Terminology) -> bool:
    """Tell if the service takes this draft order for an augmentation."""
    draft = {**order, "subject": {"reference": "Patient/any"}}
    drafts = read_drafts({"entry": [{"resource": draft}]}, Person("any"), terminology)
    return find_augmentation_order(drafts, terminology) is not None


def fault_of_order(order: Mapping[str, Any], terminology: Terminology) -> str:
    """Say why this draft order is no augmentation for the service, if it is none."""
    if is_augmentation(order, terminology):
        return ""
    code = "|".join(order["code"]["coding"][0].values()).removeprefix(f"{CPT}|")
    return (
        f"{code}: no kyphoplasty or vertebroplasty that this service knows;"
        " a CPT number (22510 to 22515) or SYSTEM|CODE"
    )


def order_sign_body(
    patient_id: str, fhir_server: str, orders: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the request that signs these orders."""
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": order} for order in orders],
    }
    return {
        "hook": "order-sign",
        "hookInstance": str(uuid4()),
        "fhirServer": fhir_server,
        "context": {"userId": USER, "patientId": patient_id, "draftOrders": bundle},
    }

"""The order-sign request that an EHR would send for a sample patient, with or without prefetch."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cds_service.samples import Sample
from cds_service.samples.fhir_search import Resource, Store, hold
from cds_service.samples.fhir_server import searchset

SURGEON = "Practitioner/sample-surgeon"


def order_sign_request(
    sample: Sample, *, fhir_server: str | None = None, plan: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The body of one call; the same sample always has the same `hookInstance`.

    Args:
        sample: the patient and the orders being signed.
        fhir_server: base URL of a server with the record; without it, the service has only the prefetch.
        plan: prefetch templates by key, as discovery prints them. Each is answered from the sample's own record by
            the search of the embedded server, so that prefetch and live reads agree. Without it, no prefetch.
    """
    body: dict[str, Any] = {
        "hook": "order-sign",
        "hookInstance": str(uuid5(NAMESPACE_URL, f"https://kyphoplasty-cds.org/samples/{sample.id}")),
        "context": {"userId": SURGEON, "patientId": sample.id, "draftOrders": sample.draft_orders},
    }
    if fhir_server is not None:
        body["fhirServer"] = fhir_server
    if plan is not None:
        body["prefetch"] = answer_prefetch(plan, sample.resources, patient_id=sample.id)
    return body


def answer_prefetch(plan: Mapping[str, str], resources: Iterable[Resource], *, patient_id: str) -> dict[str, Any]:
    """The prefetch that an EHR sends for these templates: a resource (or null) for a read, a searchset for a search."""
    store = hold(resources)
    queries = {key: template.replace("{{context.patientId}}", patient_id) for key, template in plan.items()}
    return {key: _answer(query, store) for key, query in queries.items()}


def _answer(query: str, store: Store) -> Any:
    resource_type, _, resource_id = query.partition("/")
    if "?" not in query:
        return store.read(resource_type, resource_id)
    found = store.search(query)
    return searchset(found, total=len(found), links={"self": query})

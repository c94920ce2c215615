"""Tell which lists a FHIR server refused because it keeps none of them."""

from collections.abc import Mapping

from cds_service.errors import FhirReadError
from cds_service.fhir.gathering.fhir_reader import FhirReader
from cds_service.fhir.gathering.plan import PrefetchPlan, Template
from cds_service.fhir.gathering.query_results import QueryResult
from cds_service.fhir.raw_json import member, objects, text
from cds_service.outgoing.deadline import Deadline

# EHRs that store reported drugs as MedicationRequest do not support
# MedicationStatement, those without a pharmacy no MedicationDispense, few keep
# supplies, and they say so.
OFTEN_LACKING = frozenset(
    {"MedicationStatement", "MedicationDispense", "SupplyRequest"}
)
UNKNOWN_TYPE = frozenset({"http-404", "http-501", "not-supported"})
# Answers that leave it open if the server lacks a type; its CapabilityStatement tells.
# Not so a refusal (403): a list that may not be read is not empty.
LEAVES_OPEN = UNKNOWN_TYPE | {"http-400", "http-405"}
OUT_OF_SCOPE = "scope"


def kept_by_none(
    plan: PrefetchPlan,
    results: Mapping[str, QueryResult],
    fhir: FhirReader | None,
    until: Deadline,
) -> frozenset[str]:
    """Return the keys of types that the server refused because it has none.

    A token seldom covers a type that its server does not keep. A server that answered
    no query at all is not believed, nor a statement that lacks what was just read.
    """
    refused = [
        template
        for template in plan.templates
        if template.is_search and _is_refused(template, results[template.key])
    ]
    # Of these types the result is believed, of others the statement is asked.
    lacking = {
        template.key
        for template in refused
        if template.resource_type in OFTEN_LACKING
        and results[template.key].reason in UNKNOWN_TYPE
    }
    unclear = [one for one in refused if one.key not in lacking]
    stated = _kept_types(fhir, until) if unclear else frozenset()
    is_believed = stated and stated >= _read_types(plan, results)
    if is_believed:
        lacking |= {one.key for one in unclear if one.resource_type not in stated}
    return frozenset(lacking)


def _read_types(
    plan: PrefetchPlan, results: Mapping[str, QueryResult]
) -> frozenset[str]:
    """Return the types of which the server gave resources in this call."""
    read = {key for key, one in results.items() if one.origin == "fhir" and one.entries}
    return frozenset(one.resource_type for one in plan.templates if one.key in read)


def _is_refused(template: Template, result: QueryResult) -> bool:
    if result.state != "failed":
        return False
    is_out_of_scope = result.reason == OUT_OF_SCOPE and template.is_optional
    return is_out_of_scope or result.reason in LEAVES_OPEN


def _kept_types(fhir: FhirReader | None, until: Deadline) -> frozenset[str]:
    """Return the types of the server's CapabilityStatement; none if unreadable."""
    if fhir is None or until.left <= 0:
        return frozenset()
    try:
        (statement,) = fhir.fetch("metadata", until=until.ends).documents
    except FhirReadError:
        return frozenset()
    if member(statement, "resourceType") != "CapabilityStatement":
        return frozenset()
    servers = [
        server
        for server in objects(statement.get("rest"))
        if server.get("mode") != "client"
    ]
    return frozenset(
        text(resource.get("type"))
        for server in servers
        for resource in objects(server.get("resource"))
    )

"""Content of the sandbox page: a record's findings and gaps in words, and the orders that it can draft."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from cds_service.audit.chain import OneEntry
from cds_service.core.wording import GAP_REASONS, say_date
from cds_service.fhir.server.lookup import FoundPatient
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from cds_service.samples.requests import (
    CPT,
    CPT_CODES,
    OWN_ORDERS,
    augmentation_order,
    level_codings,
    order_sign_body,
    region_of,
)
from cds_service.service import Ports, Service
from cds_service.web.cds_api import Surroundings
from cds_service.web.fhir_access import check_fhir_server, open_reader

HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"


def patient_json(patient: FoundPatient) -> dict[str, str]:
    """A patient in a list."""
    details = (patient.gender, f"born {patient.birth_date}" if patient.birth_date else "", patient.id)
    return {"id": patient.id, "title": patient.name or "no name", "story": ", ".join(filter(None, details))}


def order_choices() -> dict[str, Any]:
    """The codes for the orders that the page can draft."""
    levels = [
        {"level": level, "region": region_of(level), "coding": coding} for level, coding in level_codings().items()
    ]
    procedures = {
        name: {region: {"system": CPT, "code": code} for region, code in codes.items()}
        for name, codes in CPT_CODES.items()
    }
    return {
        "levels": levels,
        "procedures": procedures,
        "brace": {"system": HCPCS, "code": "L0456"},
        "bedRest": {"system": OWN_ORDERS, "code": "bed-rest", "display": "Bed rest"},
    }


def describe_record(around: Surroundings, *, server: str, patient_id: str) -> dict[str, Any]:
    """Describe what the service finds in a record when a kyphoplasty is signed, by the same flow as for an EHR.

    Raises:
        CdsError: for the reasons for which the service would refuse the request.
    """
    hook = next(iter(around.service.hooks.values()))
    order = augmentation_order(patient_id, None, (), around.clock().date())
    asked = parse_request(order_sign_body(patient_id, server, [order]), hook.hook)
    check_fhir_server(asked, around.site, around.settings.fhir_servers)
    log = OneEntry()
    ports = Ports(
        clock=around.clock,
        fhir=open_reader(asked, around.connections),
        audit=log,
        deadline=Deadline.after(around.settings.deadline_seconds),
        base_url=around.base_url,
    )
    around.flow(around.service, hook, asked, ports)
    return _in_words(around.service, log.entry.content if log.entry is not None else {})


def _in_words(service: Service, content: Mapping[str, Any]) -> dict[str, Any]:
    of_record = {
        name for name, spec in service.finding_specs.items() if spec.kind != "order" and not spec.after_surgery
    }
    findings = [one for one in content.get("findings", ()) if one["name"] in of_record]
    gaps = [one for one in content.get("gaps", ()) if one["name"] in of_record]
    return {
        "findings": [_finding(service, one) for one in findings],
        "gaps": [{"title": service.wording.name(one["name"]), "reason": GAP_REASONS[one["reason"]]} for one in gaps],
        "record": content.get("record", {}),
    }


def _finding(service: Service, finding: Mapping[str, Any]) -> dict[str, str]:
    value, name = finding["value"], finding["name"]
    return {
        "title": service.wording.name(name),
        "value": _say(service, name, value, finding["unit"]),
        "date": say_date(date.fromisoformat(finding["date"])) if finding["date"] else "",
        "source": ", ".join(source["resource"] for source in finding["sources"]),
    }


def _say(service: Service, name: str, value: Any, unit: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return service.wording.number(name, value, unit) if isinstance(value, int | float) else str(value)

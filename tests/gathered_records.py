"""A record in short, as `tests/reading` writes it: read by the real path from prefetch to findings."""

import json
from collections.abc import Sequence
from itertools import chain
from typing import Any

import pytest

from cds_service.fhir.findings.chart import Chart, CountedDays
from cds_service.fhir.findings.extraction import extract_findings
from cds_service.fhir.gathering.gather import gather
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.orders.recognition import read_drafts
from cds_service.fhir.orders.referred import with_drafted_drugs
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from tests.chart_builders import HOOK, TODAY, open_service, order_sign

CERTAINTY = "http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit"
SUBJECT = {"reference": "Patient/pat-1"}
RADIOLOGY = {"coding": [{"system": "http://loinc.org", "code": "LP29684-5"}]}
DRUG, ASKED = (
    "medicationCodeableConcept",
    {"intent": "order", "authoredOn": "2026-10-01"},
)
SEEN = {"effectiveDateTime": "2026-10-20"}
# Lists of a case: the type of their resources, its element for the code, and what each
# says unless the case does.
TYPES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "reports": (
        "DiagnosticReport",
        "code",
        {"status": "final", "category": [RADIOLOGY], **SEEN},
    ),
    "studies": (
        "ImagingStudy",
        "",
        {"status": "available", "started": "2026-10-20T09:30:00Z"},
    ),
    "conditions": ("Condition", "code", {"status": "active"}),
    "procedures": ("Procedure", "code", {"status": "completed"}),
    "medications": ("MedicationRequest", DRUG, {"status": "active", **ASKED}),
    "drafts": ("MedicationRequest", DRUG, {"status": "draft", **ASKED}),
    "orders": ("ServiceRequest", "code", {"status": "active", "intent": "order"}),
    "administrations": ("MedicationAdministration", DRUG, {"status": "completed"}),
    "statements": ("MedicationStatement", DRUG, {"status": "active"}),
    "observations": (
        "Observation",
        "code",
        {"status": "final", "effectiveDateTime": "2026-11-02"},
    ),
}
CODED = frozenset({"system", "code", "display", "text", "certainty"})


def read(case: dict[str, Any]) -> Any:
    """Findings of the case's record."""
    service = open_service()
    listed = {
        kind: [
            resource(kind, one, f"{kind}-{number}")
            for number, one in enumerate(case.get(kind, ()))
        ]
        for kind in TYPES
    }
    drafts = listed.pop("drafts")
    resources = chain.from_iterable(listed.values())
    request = parse_request(
        json.dumps(order_sign(resources, *drafts, service=service)).encode(),
        "order-sign",
    )
    plan, terminology = service.hooks[HOOK].plan, service.terminology
    person = Person(request.context.patient_id)
    record = gather(
        request, plan, None, terminology, person, deadline=Deadline.after(60)
    )
    bundle = read_drafts(request.context.draft_orders, person, terminology)
    record = with_drafted_drugs(record, bundle, terminology, TODAY)
    return extract_findings(
        Chart(record, terminology, CountedDays(TODAY, TODAY, TODAY, TODAY)),
        service.finding_specs,
    )


def resource(kind: str, one: dict[str, Any], number: str) -> dict[str, Any]:
    """What a row says in short; a member that is no short word is FHIR's own."""
    resource_type, code, usual = TYPES[kind]
    said = {
        **usual,
        **{name: value for name, value in one.items() if name not in CODED},
    }
    whole = {"resourceType": resource_type, "id": number, "subject": SUBJECT}
    if code and not {"code_absent", "medicationReference"} & said.keys():
        whole[code] = concept(one)
    if said.pop("code_absent", False) and code == DRUG:
        whole["medicationReference"] = {"reference": "Medication/elsewhere"}
    if kind == "conditions":
        said["clinicalStatus"] = status_of("condition-clinical", said.pop("status"))
    if "verification" in said:
        said["verificationStatus"] = status_of(
            "condition-ver-status", said.pop("verification")
        )
    if "value" in said:
        unit = said.pop("unit")
        said["valueQuantity"] = {"value": said.pop("value"), "unit": unit, "code": unit}
    if "site" in said:
        said["bodySite"] = {"text": said.pop("site")}
    if "modality" in said:
        dicom = "http://dicom.nema.org/resources/ontology/DCM"
        said["modality"] = [{"system": dicom, "code": said.pop("modality")}]
    if said.pop("undated", False):
        del said["effectiveDateTime"]
    return {name: value for name, value in (whole | said).items() if value is not None}


def concept(one: dict[str, Any]) -> dict[str, Any]:
    """The code, in short or whole."""
    if isinstance(one.get("code"), dict):
        return dict(one["code"])
    coding = {name: one[name] for name in ("system", "code", "display") if name in one}
    if "certainty" in one:
        coding["extension"] = [
            {"url": CERTAINTY, "valueCoding": {"code": one["certainty"]}}
        ]
    return ({"coding": [coding]} if coding else {}) | (
        {"text": one["text"]} if "text" in one else {}
    )


def status_of(name: str, value: str) -> dict[str, Any]:
    return {
        "coding": [
            {"system": f"http://terminology.hl7.org/CodeSystem/{name}", "code": value}
        ]
    }


OPEN, NO, YES = "open", "no", "yes"


def each(why: str, source: str, cases: dict[str, Any]) -> list[Any]:
    """One parameter for each text; `why` and its source are for the reader of a failure."""
    return [
        pytest.param(text, expected, f"{why} [{source}]", id=f"{why[:30]}-{text}")
        for text, expected in cases.items()
    ]


def with_misses(cases: Sequence[Any], misses: dict[str, str]) -> list[Any]:
    """The cases, with those that are still read wrongly and why, by the end of the id.

    One that is read right fails, so that it is taken off the list.
    """
    found = {end: [one for one in cases if one.id.endswith(end)] for end in misses}
    assert all(len(ones) == 1 for ones in found.values()), found
    reasons = {found[end][0].id: why for end, why in misses.items()}
    return [
        pytest.param(
            *one.values,
            id=one.id,
            marks=pytest.mark.xfail(strict=True, reason=reasons[one.id]),
        )
        if one.id in reasons
        else one
        for one in cases
    ]


def said_of(name: str, **record: Any) -> str:
    """What the record says of a yes/no finding."""
    known = read(record).known.get(name)
    if known is None:
        return OPEN
    return YES if known.value is True else NO


BESIDE = [
    resource(
        "conditions",
        {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "I10"},
        "c",
    ),
    resource("medications", {"text": "Amlodipine 5 mg"}, "m"),
    resource("procedures", {"text": "Appendectomy", "performedDateTime": "2001"}, "p"),
]


def findings_beside(
    record: list[dict[str, Any]], beside: list[dict[str, Any]] = BESIDE
) -> Any:
    service = open_service()
    entries = [one | {"id": f"r{number}"} for number, one in enumerate(record)]
    body = order_sign([*beside, *entries], service=service)
    request = parse_request(json.dumps(body).encode(), "order-sign")
    plan, terms = service.hooks[HOOK].plan, service.terminology
    person = Person(request.context.patient_id)
    read = gather(request, plan, None, terms, person, deadline=Deadline.after(60))
    days = CountedDays(TODAY, TODAY, TODAY, TODAY)
    return extract_findings(Chart(read, terms, days), service.finding_specs)

"""Records as hospitals write them, read by the real path from prefetch to findings; each says why by which source."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cds_service.fhir.facts.chart import Chart
from cds_service.fhir.facts.findings import extract_findings
from cds_service.fhir.gathering.record import gather
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.orders.drafts import read_drafts
from cds_service.fhir.orders.referred import with_drafted_drugs
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from tests.chart_builders import HOOK, TODAY, open_service, order_sign

FOLDER = Path(__file__).parent
# What stands beside each text of `each`, by the kind of resource that `among` names.
BESIDE = {
    "conditions": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "I10"}],
    "medications": [{"text": "Amlodipine 5 mg"}],
    "procedures": [{"text": "Appendectomy", "performedDateTime": "2001-01-01"}],
    "reports": [],
}
CASES = [
    pytest.param(one, id=f"{path.stem}-{number}-{words or case['why'][:50]}")
    for path in sorted(FOLDER.glob("record-*.toml"))
    for number, case in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["case"], 1)
    for words in case.get("each", [""])
    for kind in [case.get("among", "conditions")]
    for one in [case | {kind: [*BESIDE[kind], {"text": words, **case.get("entry", {})}]} if words else case]
]
CERTAINTY = "http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit"
OURS = frozenset(
    {
        *("system", "code", "display", "text", "status", "verification", "certainty", "code_absent", "site"),
        *("modality", "undated"),
    }
)


@pytest.mark.parametrize("case", CASES)
def test_a_record_is_read_as_a_careful_person_reads_it(case):
    found = read(case)
    for name, expected in case["expect"].items():
        if expected == "gap":
            assert name in found.gaps, f"{name} is {found.known[name].value}: {case['why']}"
            continue
        if expected == "not no":
            assert name in found.gaps or found.known[name].value is True, f"{name} is no: {case['why']}"
            continue
        if expected == "not yes":
            assert name in found.gaps or found.known[name].value is False, f"{name} is yes: {case['why']}"
            continue
        assert name in found.known, f"{name}: {found.gaps[name].detail}: {case['why']}"
        value = found.known[name].value
        assert value == (expected if isinstance(expected, bool) else pytest.approx(expected, abs=0.05))
    for name, label in case.get("labels", {}).items():
        assert found.known[name].label == label
    for name, site in case.get("sites", {}).items():
        assert found.known[name].site == site


def test_there_are_cases_and_each_names_why_and_its_source():
    assert len(CASES) >= 170
    assert all(one.values[0]["why"] and one.values[0]["source"] and one.values[0]["expect"] for one in CASES)


def read(case: dict[str, Any]) -> Any:
    """Findings of the case's record."""
    service = open_service()
    resources = [built for kind, build in KINDS.items() for number, one in enumerate(case.get(kind, ()))
                 if (built := build(one, f"{kind}-{number}"))]  # fmt: skip
    drafts = [drug("MedicationRequest", one, f"draft-{number}") | {"status": "draft"}
              for number, one in enumerate(case.get("drafts", ()))]  # fmt: skip
    request = parse_request(json.dumps(order_sign(resources, *drafts, service=service)).encode(), "order-sign")
    plan, terminology = service.hooks[HOOK].plan, service.terminology
    person = Person(request.context.patient_id)
    record = gather(request, plan, None, terminology, person, deadline=Deadline.after(60))
    bundle = read_drafts(request.context.draft_orders, person)
    record = with_drafted_drugs(record, bundle, terminology)
    return extract_findings(Chart(record, terminology, today=TODAY, not_after=TODAY), service.finding_specs)


def codeable(one: dict[str, Any]) -> dict[str, Any] | None:
    if one.get("code_absent"):
        return None
    coding = {name: one[name] for name in ("system", "code", "display") if name in one}
    if "certainty" in one:
        coding["extension"] = [{"url": CERTAINTY, "valueCoding": {"code": one["certainty"]}}]
    return ({"coding": [coding]} if coding else {}) | ({"text": one["text"]} if "text" in one else {})


def resource(kind: str, one: dict[str, Any], number: str, **members: Any) -> dict[str, Any]:
    others = {name: value for name, value in one.items() if name not in OURS}
    whole = {"resourceType": kind, "id": number, "subject": {"reference": "Patient/pat-1"}, **members, **others}
    return {name: value for name, value in whole.items() if value is not None}


def status_of(name: str, value: str) -> dict[str, Any]:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{name}", "code": value}]}


def condition(one: dict[str, Any], number: str) -> dict[str, Any]:
    return resource(
        "Condition",
        one,
        number,
        code=codeable(one),
        clinicalStatus=status_of("condition-clinical", one.get("status", "active")),
        verificationStatus=status_of("condition-ver-status", one["verification"]) if "verification" in one else None,
    )


def drug(kind: str, one: dict[str, Any], number: str) -> dict[str, Any]:
    named = codeable(one) if "medicationReference" not in one and not one.get("code_absent") else None
    members: dict[str, Any] = {"status": one.get("status", "active"), "medicationCodeableConcept": named}
    if one.get("code_absent"):
        members["medicationReference"] = {"reference": "Medication/elsewhere"}
    if kind == "MedicationRequest":
        members |= {"intent": "order", "authoredOn": "2026-10-01"}
    return resource(kind, one, number, **members)


def observation(one: dict[str, Any], number: str) -> dict[str, Any]:
    plain = {name: value for name, value in one.items() if name not in ("value", "unit")}
    return resource(
        "Observation",
        plain,
        number,
        status=one.get("status", "final"),
        code=codeable(one),
        valueQuantity={"value": one["value"], "unit": one["unit"], "code": one["unit"]},
        bodySite={"text": one["site"]} if "site" in one else None,
        **({} if "effectiveDateTime" in one else {"effectiveDateTime": "2026-11-02"}),
    )


def procedure(one: dict[str, Any], number: str) -> dict[str, Any]:
    return resource("Procedure", one, number, status=one.get("status", "completed"), code=codeable(one))


def order(one: dict[str, Any], number: str) -> dict[str, Any]:
    status = one.get("status", "active")
    return resource("ServiceRequest", one, number, status=status, intent="order", code=codeable(one))


def report(one: dict[str, Any], number: str) -> dict[str, Any]:
    when = {} if "undated" in one or "effectiveDateTime" in one else {"effectiveDateTime": "2026-10-20"}
    radiology = {"coding": [{"system": "http://loinc.org", "code": "LP29684-5"}]}
    status = one.get("status", "final")
    return resource("DiagnosticReport", one, number, status=status, code=codeable(one), category=[radiology], **when)


def study(one: dict[str, Any], number: str) -> dict[str, Any]:
    modality = [{"system": "http://dicom.nema.org/resources/ontology/DCM", "code": one["modality"]}]
    return resource("ImagingStudy", one, number, status="available", modality=modality, started="2026-10-20T09:30:00Z")


KINDS = {
    "reports": report,
    "studies": study,
    "conditions": condition,
    "procedures": procedure,
    "medications": lambda one, number: drug("MedicationRequest", one, number),
    "orders": order,
    "administrations": lambda one, number: drug("MedicationAdministration", {"status": "completed", **one}, number),
    "statements": lambda one, number: drug("MedicationStatement", one, number),
    "observations": observation,
}

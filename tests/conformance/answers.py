"""Every kind of signing that gets cards: the sample patients, thin and broken records, odd orders, hostile texts."""

from collections.abc import Mapping
from typing import Any

from tests.signings import (
    Json,
    empty_prefetch,
    kyphoplasty,
    observed,
    order_sign,
    samples,
    searchset,
    signing,
)

HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
OUTCOME: Json = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
HOSTILE = (
    "<img src=x onerror=alert(1)> [press](javascript:alert(1)) ![x](http://evil.example/x.png) **bold**\n\n"
    "# head\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n    code\n\n<script>alert(2)</script> `tick` <b>b</b> &lt; http://evil.example/"
)
# Elements of FHIR that hold free text, or that a careless system fills with it.
FREE_TEXT = ("text", "display", "unit", "family", "given", "title", "patientInstruction", "description", "userSelected")


def every_kind_of_signing(templates: Mapping[str, str]) -> dict[str, Json]:
    """Requests by name; each must be answered with cards."""
    found = {f"sample {name}": signing(name, templates) for name in samples()}
    return found | {
        "empty record": order_sign(kyphoplasty(), prefetch=empty_prefetch(templates)),
        "order known by text alone": _by_text(templates),
        "two orders": _two_orders(templates),
        "half of the record failed": _half_failed(templates),
        "broken resources": _broken_resources(templates),
        "spinal metastasis": _on_record(templates, "C79.51"),
        "every exclusion at once": _on_record(templates, "C79.51", "M46.26", "S32.012A", "G83.4"),
        "end of life": _on_record(templates, "Z51.5"),
        "bed rest of a week": _bed_rest(templates),
        "brace after the procedure": _brace_after(templates),
        "hostile texts": _hostile(templates),
    }


def _by_text(templates: Mapping[str, str]) -> Json:
    order = kyphoplasty(code={"text": "Balloon kyphoplasty L1"}, bodySite=None)
    return order_sign(order, prefetch=empty_prefetch(templates))


def _two_orders(templates: Mapping[str, str]) -> Json:
    other = kyphoplasty(id="draft-2", code={"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "22510"}]})
    return order_sign(kyphoplasty(), other, prefetch=empty_prefetch(templates))


def _half_failed(templates: Mapping[str, str]) -> Json:
    request = signing("p1", templates)
    for key in ("boneDensity", "medications", "deviceRequests"):
        request["prefetch"][key] = OUTCOME
    return request


def _broken_resources(templates: Mapping[str, str]) -> Json:
    request = signing("p1", templates)
    for key in ("body", "imaging", "conditions"):
        request["prefetch"][key]["entry"][0]["resource"]["status"] = {"not": "a code"}
        request["prefetch"][key]["entry"][0]["resource"]["onsetDateTime"] = 7
    return request


def _on_record(templates: Mapping[str, str], *icd_codes: str) -> Json:
    """A signing for a patient with these active diagnoses."""
    clinical = {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}
    conditions = [
        {
            "resourceType": "Condition",
            "id": f"c{number}",
            "clinicalStatus": {"coding": [clinical]},
            "code": {"coding": [{"system": ICD, "code": code}]},
            "subject": {"reference": "Patient/p1"},
            "recordedDate": "2026-10-01",
        }
        for number, code in enumerate(icd_codes)
    ]
    return order_sign(kyphoplasty(), prefetch=empty_prefetch(templates, conditions=searchset(*conditions)))


def _bed_rest(templates: Mapping[str, str]) -> Json:
    rest = {
        "resourceType": "ServiceRequest",
        "id": "rest-1",
        "status": "draft",
        "intent": "order",
        "code": {"text": "Bed rest"},
        "subject": {"reference": "Patient/p1"},
        "occurrencePeriod": {"start": "2026-11-20", "end": "2026-11-27"},
    }
    return order_sign(kyphoplasty(), rest, prefetch=empty_prefetch(templates))


def brace(patient: str = "p1") -> Json:
    """A draft order for a thoracolumbar brace without an end."""
    return {
        "resourceType": "DeviceRequest",
        "id": "brace-1",
        "status": "draft",
        "intent": "order",
        "codeCodeableConcept": {"coding": [{"system": HCPCS, "code": "L0456"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "authoredOn": "2026-11-20",
    }


def _brace_after(templates: Mapping[str, str]) -> Json:
    procedure = {
        "resourceType": "Procedure",
        "id": "done-1",
        "status": "completed",
        "code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "22514"}]},
        "subject": {"reference": "Patient/p1"},
        "performedDateTime": "2026-11-03",
    }
    return order_sign(brace(), prefetch=empty_prefetch(templates, procedures=searchset(procedure)))


def _hostile(templates: Mapping[str, str]) -> Json:
    """Sample P1 with every free text replaced, and ids of drafts, user and encounter that are none."""
    request: Json = _with_hostile_texts(signing("p1", templates))
    context = request["context"]
    context["userId"] = f"Practitioner/{HOSTILE}"
    context["encounterId"] = HOSTILE
    order = context["draftOrders"]["entry"][0]["resource"]
    order["id"] = HOSTILE
    order["note"] = [{"text": HOSTILE}]
    again = kyphoplasty("p1-thin-high", id="<b>x</b>", bodySite=[{"text": f"L1 {HOSTILE}"}], code=order["code"])
    again["code"]["coding"][0]["display"] = HOSTILE
    context["draftOrders"]["entry"].append({"resource": again})
    of_p1 = {"subject": {"reference": "Patient/p1-thin-high"}}
    for strange in (
        observed("unit", "psoas-total-area", None, None, valueQuantity={"value": 9, "unit": HOSTILE}, **of_p1),
        observed("code", "vbq", 3.3, HOSTILE, **of_p1),
        observed("words", "pma-rate", None, None, valueString=HOSTILE, **of_p1),
    ):
        request["prefetch"]["imaging"]["entry"].append({"resource": strange})
    return request


def _with_hostile_texts(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _with_hostile_texts(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_hostile_texts(inner, name) for inner in value]
    return HOSTILE if isinstance(value, str) and name in FREE_TEXT else value

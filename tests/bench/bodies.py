"""What callers send, the same at every run of a day: as text in which `@P@` stands for the patient, `@H@` for the call.

The load generator puts another patient and another `hookInstance` into every call, so that no answer is a repeat.
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count, cycle, islice
from typing import Any

PATIENT, CALL = "@P@", "@H@"
LOINC, SCT, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
ICD, ATC = "http://hl7.org/fhir/sid/icd-10-cm", "http://www.whocc.no/atc"
MEASURES = "https://kyphoplasty-cds.org/fhir/CodeSystem/measures"
TODAY = date.today()  # noqa: DTZ011 - the service reads this machine's day too
Json = dict[str, Any]

# Twenty measurements that are read, by prefetch key: code, text, unit, value; older ones of some stand among them.
READ = {
    "boneDensity": (
        (LOINC, "38267-1", "DXA Lumbar spine T-score", "{T-score}", -3.2),
        (LOINC, "38267-1", "DXA Lumbar spine T-score", "{T-score}", -2.9),
        (LOINC, "38267-1", "DXA Lumbar spine T-score", "{T-score}", -2.7),
    ),
    "body": (
        (LOINC, "39156-5", "Body mass index", "kg/m2", 18.5),
        (LOINC, "39156-5", "Body mass index", "kg/m2", 18.9),
        (LOINC, "29463-7", "Body weight", "kg", 47.4),
        (LOINC, "29463-7", "Body weight", "kg", 48.3),
        (LOINC, "8302-2", "Body height", "cm", 160.0),
    ),
    "function": (
        (LOINC, "83174-3", "Grip strength", "kg", 12.0),
        (LOINC, "83174-3", "Grip strength", "kg", 13.5),
        (LOINC, "83172-7", "Gait speed", "m/s", 0.6),
        (LOINC, "83172-7", "Gait speed", "m/s", 0.7),
        (SCT, "895533005", "Mini Nutritional Assessment score", "{score}", 15.0),
    ),
    "imaging": (
        (MEASURES, "pma-rate", "Fatty part of paravertebral muscle", "%", 57.0),
        (MEASURES, "es-mf-fat-fraction", "Fat fraction, erector spinae and multifidus", "%", 46.0),
        (MEASURES, "psoas-fat-fraction", "Fat fraction, psoas", "%", 21.0),
        (MEASURES, "psoas-total-area", "Psoas area at L3", "cm2", 12.0),
        (MEASURES, "multifidus-smi", "Multifidus area by height squared", "mm2/m2", 310.0),
        (MEASURES, "vbq", "Vertebral bone quality score", "1", 3.1),
        (MEASURES, "ct-attenuation", "CT attenuation at L1", "[hnsf'U]", 74.0),
    ),
}
# What else such lists hold where an EHR answers by category: nothing of it is read.
OTHER = (
    (LOINC, "718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 12.4),
    (LOINC, "2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 0.9),
    (LOINC, "2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", 4.1),
    (LOINC, "2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", 139.0),
    (LOINC, "1751-7", "Albumin [Mass/volume] in Serum or Plasma", "g/dL", 3.6),
    (LOINC, "17861-6", "Calcium [Mass/volume] in Serum or Plasma", "mg/dL", 9.2),
    (LOINC, "8867-4", "Heart rate", "/min", 74.0),
    (LOINC, "8310-5", "Body temperature", "Cel", 36.7),
    (LOINC, "9279-1", "Respiratory rate", "/min", 15.0),
    (LOINC, "2708-6", "Oxygen saturation in Arterial blood", "%", 97.0),
)
OBSERVATIONS = 120
LISTS = (
    *("conditions", "medications", "administrations", "statements", "procedures", "serviceRequests"),
    *("deviceRequests", "supplyRequests", "diagnosticReports", "imagingStudies"),
)


def kyphoplasty_call() -> str:
    """The signing of a kyphoplasty and a brace over full prefetch: 120 Observations, of which we read twenty."""
    return _text(_call(*_kyphoplasty(), prefetch=_prefetch()))


def other_call() -> str:
    """The signing of an order that is not ours, without prefetch."""
    return _text(_call(_order("45378", "Colonoscopy")))


def _text(body: Json) -> str:
    return json.dumps(body, separators=(",", ":"))


def _call(*orders: Json, prefetch: Json | None = None) -> Json:
    drafts = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order} for order in orders]}
    body = {
        "hook": "order-sign",
        "hookInstance": CALL,
        "context": {"userId": "Practitioner/7", "patientId": PATIENT, "draftOrders": drafts},
    }
    return body | ({"prefetch": prefetch} if prefetch else {})


def _kyphoplasty() -> tuple[Json, Json]:
    """A kyphoplasty and a brace without an end: a card of the record, and one of the brace with its corrected order."""
    brace = _of_patient(
        "DeviceRequest",
        "draft-2",
        status="draft",
        intent="order",
        codeCodeableConcept={"coding": [{"system": HCPCS, "code": "L0456"}], "text": "TLSO"},
        authoredOn=TODAY.isoformat(),
    )
    return _order("22514", "Balloon kyphoplasty L1"), brace


def _order(code: str, text: str) -> Json:
    return _of_patient(
        "ServiceRequest",
        "draft-1",
        status="draft",
        intent="order",
        code={"coding": [{"system": CPT, "code": code}], "text": text},
        bodySite=[{"coding": [{"system": SCT, "code": "66794005"}], "text": "L1"}],
        authoredOn=TODAY.isoformat(),
    )


def _of_patient(kind: str, number: str, **members: Any) -> Json:
    return {"resourceType": kind, "id": number, "subject": {"reference": f"Patient/{PATIENT}"}, **members}


def _searchset(*resources: Json) -> Json:
    entries = [
        {
            "fullUrl": f"https://ehr.example.org/fhir/R4/{one['resourceType']}/{one['id']}",
            "resource": one,
            "search": {"mode": "match"},
        }
        for one in resources
    ]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries)} | (
        {"entry": entries} if entries else {}
    )


def _prefetch() -> Json:
    """Every key answered; Observations in equal parts."""
    birth = f"{TODAY.year - 81}-01-15"
    found: Json = {"patient": {"resourceType": "Patient", "id": PATIENT, "gender": "female", "birthDate": birth}}
    numbers = count(1)
    for key, rows in READ.items():
        others = islice(cycle(OTHER), OBSERVATIONS // len(READ) - len(rows))
        found[key] = _searchset(*(_whole(next(numbers), *row) for row in (*rows, *others)))
    return found | {key: _searchset(*_listed(key)) for key in LISTS}


def _whole(number: int, system: str, code: str, text: str, unit: str, value: float) -> Json:
    """An Observation as large EHRs write them, 1.3 KB."""
    at = f"{_day(number)}T08:{number % 60:02}:00+00:00"
    category = "http://terminology.hl7.org/CodeSystem/observation-category"
    meaning = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
    return _of_patient(
        "Observation",
        f"o{number}",
        meta={"versionId": "1", "lastUpdated": at, "profile": ["http://hl7.org/fhir/us/core/us-core-observation"]},
        identifier=[{"use": "official", "system": "https://ehr.example.org/result", "value": f"R{number:08}"}],
        status="final",
        category=[{"coding": [{"system": category, "code": "laboratory", "display": "Laboratory"}], "text": "Result"}],
        code={
            "coding": [
                {"system": system, "code": code, "display": text},
                {"system": "urn:oid:1.2.840.114350.1.13.0.1.7.2.768282", "code": f"{4000 + number}", "display": text},
            ],
            "text": text,
        },
        encounter={"reference": f"Encounter/e{number % 9}", "display": "Office visit"},
        effectiveDateTime=at,
        issued=at,
        performer=[{"reference": f"Practitioner/d{number % 5}", "type": "Practitioner", "display": "Laboratory"}],
        valueQuantity={"value": value, "unit": unit, "system": UCUM, "code": unit},
        interpretation=[{"coding": [{"system": meaning, "code": "N", "display": "Normal"}], "text": "Normal"}],
        referenceRange=[{"low": {"value": value - 5, "unit": unit}, "high": {"value": value + 5, "unit": unit}}],
    )


def _day(number: int) -> str:
    return (TODAY - timedelta(days=5 + number % 150)).isoformat()


def _listed(key: str) -> Iterator[Json]:
    """Short lists of a patient without anything that stops the procedure."""
    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    old = (TODAY - timedelta(days=700)).isoformat()
    if key == "conditions":
        for number, code in enumerate(("I10", "E11.9", "M81.0", "E78.5"), 1):
            coded = {"coding": [{"system": ICD, "code": code}]}
            yield _of_patient("Condition", f"c{number}", clinicalStatus=active, code=coded, recordedDate=old)
    if key == "medications":
        for number, code in enumerate(("C09CA01", "A10BA02", "C10AA05"), 1):
            coded = {"coding": [{"system": ATC, "code": code}]}
            yield _of_patient(
                "MedicationRequest",
                f"m{number}",
                status="active",
                intent="order",
                medicationCodeableConcept=coded,
                authoredOn=old,
            )
    if key == "procedures":
        coded = {"coding": [{"system": CPT, "code": "45378"}]}
        yield _of_patient("Procedure", "p1", status="completed", code=coded, performedDateTime=old)

"""A small record in which every value counts."""

from collections.abc import Mapping
from typing import Any

from tests.signings import empty_prefetch, kyphoplasty, observed, order_sign, searchset

HYPERTENSION = {
    "resourceType": "Condition",
    "id": "c1",
    "clinicalStatus": {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
    },
    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "I10"}]},
    "subject": {"reference": "Patient/p1"},
    "recordedDate": "2020-01-01",
}


def t_score(value: float | None = -2.8, unit: str | None = "{T-score}", **members: Any) -> dict[str, Any]:
    """A T-score of the lumbar spine of 1 May 2026; `on` is its date, members of None are left out."""
    code, number = members.pop("code", "38267-1"), members.pop("id", "t1")
    return observed(number, code, value, unit, effectiveDateTime=members.pop("on", "2026-05-01"), **members)


BMI = observed("bmi", "39156-5", 19.5, "kg/m2")
PMA = observed("pma", "pma-rate", 55, "%")
PSOAS = observed("psoas", "psoas-total-area", 12, "cm2")
FAT = observed("fat", "es-mf-fat-fraction", 50, "%")
VBQ = observed("vbq", "vbq", 2.9, "1")
RECORD = {"boneDensity": (t_score(),), "body": (BMI,), "imaging": (PMA, PSOAS, FAT, VBQ), "conditions": (HYPERTENSION,)}


def request_with(templates: Mapping[str, str], **answers: Any) -> dict[str, Any]:
    """The signing over this record; a key given here is answered by these resources, or by any JSON at all."""
    keys = {**RECORD, **answers}
    bundles = {key: searchset(*value) if isinstance(value, tuple) else value for key, value in keys.items()}
    return order_sign(kyphoplasty(), prefetch=empty_prefetch(templates, **bundles))

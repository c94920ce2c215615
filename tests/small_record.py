"""A small record in which every value counts."""

from collections.abc import Mapping
from typing import Any

from tests.codes import ICD, codeable
from tests.signings import empty_prefetch, kyphoplasty, observed, order_sign, searchset

HYPERTENSION = {
    "resourceType": "Condition",
    "id": "c1",
    "clinicalStatus": codeable(
        "http://terminology.hl7.org/CodeSystem/condition-clinical", "active"
    ),
    "code": codeable(ICD, "I10"),
    "subject": {"reference": "Patient/p1"},
    "recordedDate": "2020-01-01",
}
T_SCORE = observed("t1", "38267-1", -2.8, "{T-score}", effectiveDateTime="2026-05-01")
BMI = observed("bmi", "39156-5", 19.5, "kg/m2")
PMA = observed("pma", "pma-rate", 55, "%")
PSOAS = observed("psoas", "psoas-total-area", 12, "cm2")
FAT = observed("fat", "es-mf-fat-fraction", 50, "%")
VBQ = observed("vbq", "vbq", 2.9, "1")
RECORD = {
    "boneDensity": (T_SCORE,),
    "body": (BMI,),
    "imaging": (PMA, PSOAS, FAT, VBQ),
    "conditions": (HYPERTENSION,),
}


def request_with(templates: Mapping[str, str], **answers: Any) -> dict[str, Any]:
    """The signing over this record; a key given here is answered by these resources, or by any JSON at all."""
    keys = {**RECORD, **answers}
    bundles = {
        key: searchset(*value) if isinstance(value, tuple) else value
        for key, value in keys.items()
    }
    return order_sign(kyphoplasty(), prefetch=empty_prefetch(templates, **bundles))

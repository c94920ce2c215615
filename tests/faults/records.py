"""The record that the fault cases read, what they change of it, and what is being signed."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.chart_builders import (
    CPT,
    HOOK_INSTANCE,
    PATIENT,
    TODAY,
    bundle,
    codeable,
    days_ago,
    kyphoplasty,
    measured,
    of_patient,
    problem,
    thin_and_weak,
    vertebroplasty,
)

Resource = dict[str, Any]

IDENTIFIER = {"system": "https://ehr.example.org/mrn", "value": "4711"}
STRANGER = {"reference": "Patient/stranger"}
FOREIGN_VALUE = -7.77  # a T-score that stands in no record of this patient


def chart() -> list[Resource]:
    """A patient whose record says everything that the refracture study asks for."""
    first, *rest = thin_and_weak()
    return [{**first, "identifier": [IDENTIFIER]}, *map(_with_category, rest)]


def _with_category(resource: Resource) -> Resource:
    """Observations in the category that servers which demand one are asked for."""
    category = codeable("http://terminology.hl7.org/CodeSystem/observation-category", "survey")
    return {**resource, "category": [category]} if resource["resourceType"] == "Observation" else resource


def t_score(value: float, number: str, **members: Any) -> Resource:
    return measured("bmd-t-score", value, number=number, **members)


def _patient(**members: Any) -> list[Resource]:
    first, *rest = chart()
    return [{**first, **members}, *rest]


def _with(*more: Resource) -> list[Resource]:
    return [*chart(), *more]


def _statuses() -> list[Resource]:
    """The same value twice, an amended one, and four that must not count although they are newer or lower."""
    amended = [{**one, "status": "amended"} if one["id"] == "o-bmd-t-score" else one for one in chart()]
    odd = {"entered-in-error": 1, "cancelled": 2, "preliminary": 3}
    return [
        *amended,
        *(t_score(FOREIGN_VALUE, f"o-{status}", days=days, status=status) for status, days in odd.items()),
        t_score(FOREIGN_VALUE, "o-future", days=-30),
    ]


def _values() -> list[Resource]:
    """Values that cannot be used, newer than the one that can."""
    quantity = {"value": FOREIGN_VALUE}
    return _with(
        t_score(0, "o-comparator", days=1, valueQuantity={"value": FOREIGN_VALUE, "comparator": "<", "unit": "SD"}),
        t_score(0, "o-unit", days=2, valueQuantity={**quantity, "unit": "furlong", "code": "[fur_us]"}),
        t_score(0, "o-string", days=3, valueQuantity=None, valueString="very low"),
        t_score(0, "o-range", days=4, valueQuantity=None, valueRange={"low": quantity}),
        measured("bmi", 0, number="o-bare", days=1, valueQuantity={"value": 61.0}),
    )


# What a case's `record` may name; the chart as it is without one.
RECORDS: Mapping[str, Callable[[], list[Resource]]] = {
    "": chart,
    "no patient": lambda: chart()[1:],
    "patient not active": lambda: _patient(active=False),
    "patient merged": lambda: _patient(
        active=False, link=[{"type": "replaced-by", "other": {"reference": "Patient/new-1"}}]
    ),
    "another beside": lambda: _with({**chart()[0], "id": "new-1"}),
    "drug elsewhere": lambda: _with(
        of_patient(
            "MedicationRequest",
            "m-elsewhere",
            status="active",
            intent="order",
            medicationReference={"reference": "Medication/gone"},
            authoredOn=days_ago(50),
        )
    ),
    "odd statuses": _statuses,
    "odd values": _values,
}

# What a server may put among the entries of an answer (`adds NAME`).
EXTRAS: Mapping[str, list[Resource]] = {
    "a stranger's value": [t_score(FOREIGN_VALUE, "x-1", days=1, subject=STRANGER)],
    "a value of nobody": [t_score(FOREIGN_VALUE, "x-2", days=1, subject=None)],
    "a value of an unknown number": [
        t_score(FOREIGN_VALUE, "x-3", days=1, subject={"identifier": {**IDENTIFIER, "value": "4712"}})
    ],
    "a value of our number": [t_score(-3.2, "x-4", subject={"identifier": IDENTIFIER})],
    "the same value again": [t_score(-3.2, "o-bmd-t-score")],
    "a stranger's illness": [problem("spinal-infection", number="x-5", subject=STRANGER)],
}

# What the EHR may send for a key instead of the answer (`sends`).
SENT: Mapping[str, Any] = {
    "error outcome": {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "processing"}],
    },
    "outcome of lists": {"resourceType": "OperationOutcome", "issue": [{"severity": ["error"], "code": {}}]},
    "another patient": {"resourceType": "Patient", "id": "stranger"},
    "null": None,
}

_ORDER = kyphoplasty()
# What a case's `draft` may name.
DRAFTS: Mapping[str, Callable[[], list[Resource]]] = {
    "": lambda: [_ORDER],
    "decimals": lambda: [{**_ORDER, "quantityQuantity": {"value": 1.5}}],
    "no code": lambda: [{name: value for name, value in _ORDER.items() if name != "code"}],
    "both procedures": lambda: [_ORDER, vertebroplasty()],
    "unknown system": lambda: [{**_ORDER, "code": codeable("urn:local:orders", "K-17", "Balloon kyphoplasty L1")}],
    "unknown system, no words": lambda: [{**_ORDER, "code": codeable("urn:local:orders", "K-17")}],
    "words alone": lambda: [{**_ORDER, "code": {"text": "Balloon kyphoplasty L1"}}],
    "another order": lambda: [{**_ORDER, "code": codeable(CPT, "45378")}],
}


def draft_orders(name: str) -> Resource:
    """The Bundle that is being signed."""
    return bundle(*DRAFTS[name]())


def pulled(fhir_server: str) -> Resource:
    """An order-sign whose record has to be read from this server."""
    context = {"userId": "Practitioner/7", "patientId": PATIENT, "draftOrders": draft_orders("")}
    return {"hook": "order-sign", "hookInstance": HOOK_INSTANCE, "context": context, "fhirServer": fhir_server}


__all__ = [
    "DRAFTS",
    "EXTRAS",
    "FOREIGN_VALUE",
    "PATIENT",
    "RECORDS",
    "SENT",
    "TODAY",
    "chart",
    "draft_orders",
    "pulled",
]

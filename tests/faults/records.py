"""The record that the fault cases read, what they change of it, and what is being signed."""

from typing import Any

from tests.chart_builders import (
    HOOK_INSTANCE,
    PATIENT,
    bundle,
    kyphoplasty,
    measured,
    of_patient,
    problem,
    thin_and_weak,
    vertebroplasty,
)
from tests.codes import CPT, codeable

Resource = dict[str, Any]

NUMBERS = "https://ehr.example.org/mrn"
IDENTIFIER = {"system": NUMBERS, "value": "4711"}
FOREIGN_VALUE = -7.77  # a T-score that stands in no record of this patient
STRANGER = {"reference": "Patient/stranger"}
SURVEY = codeable(
    "http://terminology.hl7.org/CodeSystem/observation-category", "survey"
)
LOCAL = {"system": "urn:local:orders", "code": "K-17"}


def numbered(number: str, **members: Any) -> Resource:
    """A reference to whoever has this number in the hospital."""
    return {**members, "identifier": {"system": NUMBERS, "value": number}}


def foreign(number: str, *, days: int = 1, **members: Any) -> Resource:
    """A T-score that must not be read, newer than the patient's own."""
    return measured("bmd-t-score", FOREIGN_VALUE, number=number, days=days, **members)


def order_of(code: Resource) -> Resource:
    """A draft kyphoplasty of L1 with this code in place of its own."""
    return kyphoplasty() | {"code": code}


def without(resource: Resource, *names: str) -> Resource:
    return {name: part for name, part in resource.items() if name not in names}


# What a server may put among the entries of an answer (`adds NAME`).
EXTRAS: dict[str, list[Resource]] = {
    "a stranger's value": [foreign("x-1", subject=STRANGER)],
    "a value of nobody": [foreign("x-2", subject=None)],
    "a value of an unknown number": [foreign("x-3", subject=numbered("4712"))],
    "a value of our number": [
        measured("bmd-t-score", -3.2, number="x-4", subject=numbered("4711"))
    ],
    "the same value again": [measured("bmd-t-score", -3.2)],
    "a stranger's illness": [
        problem("spinal-infection", number="x-5", subject=STRANGER)
    ],
}
# What the EHR may send for a key instead of the answer (`sends`).
SENT: dict[str, Resource | None] = {
    "error outcome": {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "processing"}],
    },
    "outcome of lists": {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": ["error"], "code": {}}],
    },
    "another patient": {"resourceType": "Patient", "id": "stranger"},
    "null": None,
}
# What is signed.
DRAFTS: dict[str, list[Resource]] = {
    "": [kyphoplasty()],
    "decimals": [kyphoplasty(quantityQuantity={"value": 1.5})],
    "no code": [without(kyphoplasty(), "code")],
    "both procedures": [kyphoplasty(), vertebroplasty()],
    "unknown system": [order_of({"coding": [LOCAL], "text": "Balloon kyphoplasty L1"})],
    "unknown system, no words": [order_of({"coding": [LOCAL]})],
    "words alone": [order_of({"text": "Balloon kyphoplasty L1"})],
    "another order": [order_of(codeable(CPT, "45378"))],
}
EVIL = "http://127.0.0.3:{evil-port}/fhir"


def referred_drug(medication: str, number: str = "m-elsewhere") -> Resource:
    """A prescription whose drug is another resource."""
    return of_patient(
        "MedicationRequest",
        number,
        status="active",
        intent="order",
        medicationReference={"reference": medication},
        authoredOn="2026-10-01",
    )


# What a record has in place of what the chart has: other members of the Patient
# (`patient`) or of everything else (`each`), the Patient once more with other members
# (`patient-again`), without resources of these ids, or with more, which take the place
# of those of the same id.
RECORDS: dict[str, dict[str, Any]] = {
    "": {},
    "no patient": {"without": ["pat-1"]},
    "patient not active": {"patient": {"active": False}},
    "patient merged": {
        "patient": {
            "active": False,
            "link": [{"type": "replaced-by", "other": {"reference": "Patient/new-1"}}],
        }
    },
    "another beside": {"patient-again": {"id": "new-1"}},
    "drug elsewhere": {"more": [referred_drug("Medication/gone")]},
    # An amended value, and four that must not count although they are newer or lower.
    "odd statuses": {
        "more": [
            measured("bmd-t-score", -3.2, status="amended", category=[SURVEY]),
            foreign("o-entered-in-error", status="entered-in-error"),
            foreign("o-cancelled", days=2, status="cancelled"),
            foreign("o-preliminary", days=3, status="preliminary"),
            foreign("o-future", days=-30),
        ]
    },
    # Values that cannot be used, newer than the one that can.
    "odd values": {
        "more": [
            foreign(
                "o-comparator",
                valueQuantity={
                    "value": FOREIGN_VALUE,
                    "comparator": "<",
                    "unit": "SD",
                },
            ),
            foreign(
                "o-unit",
                days=2,
                valueQuantity={
                    "value": FOREIGN_VALUE,
                    "unit": "furlong",
                    "code": "[fur_us]",
                },
            ),
            foreign("o-string", days=3, valueQuantity=None, valueString="very low"),
            foreign(
                "o-range",
                days=4,
                valueQuantity=None,
                valueRange={"low": {"value": FOREIGN_VALUE}},
            ),
            measured("bmi", 0, number="o-bare", days=1, valueQuantity={"value": 61.0}),
        ]
    },
    # References, attachments and extensions that name a server which nobody may call.
    "pointing elsewhere": {
        "patient": {
            "photo": [{"contentType": "text/plain", "url": f"{EVIL}/Binary/1"}],
            "generalPractitioner": [{"reference": f"{EVIL}/Practitioner/1"}],
        },
        "each": {
            "extension": [
                {
                    "url": "https://example.org/more",
                    "valueUrl": f"{EVIL}/Observation/1",
                }
            ]
        },
        "more": [
            measured(
                "mna-score",
                24,
                number="o-focus",
                focus=[{"reference": f"{EVIL}/Condition/1"}],
            ),
            problem(
                "hypertension",
                number="c-evidence",
                evidence=[{"detail": [{"reference": f"{EVIL}/Binary/2"}]}],
            ),
            referred_drug(f"{EVIL}/Medication/1"),
        ],
    },
}


def chart() -> list[Resource]:
    """A patient whose record says everything that the refracture study asks for."""
    first, *rest = thin_and_weak()
    return [{**first, "identifier": [IDENTIFIER]}, *map(_with_category, rest)]


def _with_category(resource: Resource) -> Resource:
    """Observations in the category that servers which demand one are asked for."""
    return (
        {**resource, "category": [SURVEY]}
        if resource["resourceType"] == "Observation"
        else resource
    )


def record(name: str) -> list[Resource]:
    """The chart as this case has it; as it is where the name is empty."""
    changed = RECORDS[name]
    first, *rest = chart()
    more = [*changed.get("more", ())]
    if "patient-again" in changed:
        more.append(first | changed["patient-again"])
    gone = {*changed.get("without", ()), *(one["id"] for one in more)}
    whole = [
        first | changed.get("patient", {}),
        *(one | changed.get("each", {}) for one in rest),
    ]
    return [*(one for one in whole if one["id"] not in gone), *more]


def draft_orders(name: str) -> Resource:
    """The Bundle that is being signed."""
    return bundle(*DRAFTS[name])


def pulled(fhir_server: str, draft: str = "") -> Resource:
    """An order-sign whose record has to be read from this server."""
    context = {
        "userId": "Practitioner/7",
        "patientId": PATIENT,
        "draftOrders": draft_orders(draft),
    }
    return {
        "hook": "order-sign",
        "hookInstance": HOOK_INSTANCE,
        "context": context,
        "fhirServer": fhir_server,
    }

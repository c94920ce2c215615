"""The same chart, written otherwise: what a server's index, a second copy or another unit make of it."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from typing import Any

from tests.chart_builders import PATIENT, Resource, days_ago
from tests.codes import ATC, CPT, ICD, LOINC, UCUM, codeable

Body = dict[str, Any]
# By unit: another that means the same, and its number for one of this.
UNITS = {
    "kg": ("[lb_av]", 1 / 0.45359237),
    "m/s": ("cm/s", 100),
    "cm2": ("mm2", 100),
    "mm2/m2": ("cm2/m2", 0.01),
    "{T-score}": ("{SD}", 1),
    "[hnsf'U]": ("HU", 1),
    "kg/m2": ("kg/m²", 1),
    "{score}": ("points", 1),
}
# Lists of codings, statuses and categories have no order; names, lines and notes do.
UNORDERED = ("coding", "category", "entry")


def shuffled(body: Body, draw: random.Random) -> Body:
    """Mix entries and codings."""
    return _shuffled(body, draw)


def _shuffled(value: Any, draw: random.Random, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _shuffled(part, draw, name) for name, part in value.items()}
    if isinstance(value, list):
        parts = [_shuffled(part, draw) for part in value]
        return draw.sample(parts, len(parts)) if key in UNORDERED else parts
    return value


def duplicated(body: Body, draw: random.Random) -> Body:
    """Send some entries twice, as a server does that joins by a second table.

    The total is of what was found: one that counts an entry twice leaves the list open.
    """
    body = deepcopy(body)
    for bundle in bundles(body):
        entries = bundle.get("entry", [])
        for entry in draw.sample(entries, min(len(entries), 3)):
            entries.insert(draw.randint(0, len(entries)), deepcopy(entry))
    return body


def with_local_codings(body: Body, draw: random.Random) -> Body:
    """Add a local coding to every concept of the record, before or behind the one known."""
    body = deepcopy(body)
    local = {"system": "urn:oid:1.2.3.4.5", "code": f"L{draw.randint(1, 99)}"}
    for concept in _concepts(body["prefetch"]):
        concept["coding"].insert(draw.choice((0, len(concept["coding"]))), local)
    return body


def _concepts(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        if isinstance(value.get("coding"), list):
            yield value
        for part in value.values():
            yield from _concepts(part)
    if isinstance(value, list):
        for part in value:
            yield from _concepts(part)


def with_irrelevant(body: Body, draw: random.Random) -> Body:
    """Add to lists that are not empty what says nothing of bone, muscle or cement."""
    return _with(body, draw, IRRELEVANT)


def with_strangers(body: Body, draw: random.Random) -> Body:
    """Add entries of another patient: the card says that they were left out, and no more."""
    return _with(body, draw, STRANGERS)


def _with(
    body: Body, draw: random.Random, added: Sequence[tuple[str, Resource]]
) -> Body:
    body = deepcopy(body)
    for key, made in added:
        bundle = body["prefetch"].get(key)
        if (
            not isinstance(bundle, dict)
            or not bundle.get("entry")
            or draw.random() < 0.3
        ):
            continue
        where = draw.randint(0, len(bundle["entry"]))
        bundle["entry"].insert(where, {"resource": deepcopy(made)})
        if "total" in bundle:
            bundle["total"] += 1
    return body


def _other(kind: str, number: str, **members: Any) -> Resource:
    subject = {"reference": f"Patient/{PATIENT}"}
    return {
        "resourceType": kind,
        "id": f"other-{number}",
        "subject": subject,
        **members,
    }


def _test(code: str, words: str, value: float, unit: str) -> Resource:
    quantity = {"value": value, "unit": unit, "system": UCUM, "code": unit}
    return _other(
        "Observation",
        code,
        status="final",
        code=codeable(LOINC, code, words),
        effectiveDateTime=days_ago(2),
        valueQuantity=quantity,
    )


def _problem(code: str, words: str, **members: Any) -> Resource:
    system = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    return _other(
        "Condition",
        code,
        **{
            "code": codeable(ICD, code, words),
            "clinicalStatus": codeable(system, "active"),
            "recordedDate": days_ago(30),
        }
        | members,
    )


IRRELEVANT: tuple[tuple[str, Resource], ...] = (
    ("body", _test("8867-4", "Heart rate", 72, "/min")),
    ("function", _test("2823-3", "Potassium", 4.1, "mmol/L")),
    ("boneDensity", _test("718-7", "Haemoglobin", 13.1, "g/dL")),
    ("conditions", _problem("E78.5", "Hyperlipidaemia")),
    ("conditions", _problem("H25.9", "Cataract")),
    (
        "medications",
        _other(
            "MedicationRequest",
            "statin",
            status="active",
            intent="order",
            medicationCodeableConcept=codeable(ATC, "C10AA05", "Atorvastatin"),
            authoredOn=days_ago(40),
        ),
    ),
    (
        "procedures",
        _other(
            "Procedure",
            "appendix",
            status="completed",
            code=codeable(CPT, "44970", "Laparoscopic appendectomy"),
            performedDateTime=days_ago(4000),
        ),
    ),
    (
        "serviceRequests",
        _other(
            "ServiceRequest",
            "chest",
            status="active",
            intent="order",
            code=codeable(CPT, "71046", "Chest radiograph"),
            authoredOn=days_ago(3),
        ),
    ),
)

STRANGER = {"reference": "Patient/somebody-else"}
STRANGERS = tuple(
    (key, {**one, "subject": STRANGER, "id": f"strange-{one['id']}"})
    for key, one in (
        ("conditions", _problem("C90.00", "Multiple myeloma")),
        ("conditions", _problem("S72.001A", "Fracture of neck of femur")),
        ("boneDensity", _test("38267-1", "DXA T-score", -4.1, "{T-score}")),
        ("function", _test("83174-3", "Grip strength", 9, "kg")),
        (
            "medications",
            _other(
                "MedicationRequest",
                "bone",
                status="active",
                intent="order",
                medicationCodeableConcept=codeable(ATC, "M05BA04", "Alendronate"),
                authoredOn=days_ago(40),
            ),
        ),
    )
)


def in_other_units(body: Body, draw: random.Random) -> Body:
    """Write each quantity in another unit that is accepted for it."""
    body = deepcopy(body)
    for quantity in _quantities(body["prefetch"]):
        unit, factor = UNITS.get(quantity.get("code", ""), ("", 1))
        if unit and draw.random() < 0.7:
            number = float(f"{quantity['value'] * factor:.12g}")
            quantity.update(value=number, unit=unit, code=unit)
    return body


def _quantities(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        if isinstance(value.get("valueQuantity"), dict):
            yield value["valueQuantity"]
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _quantities(part)


def bundles(body: Body) -> Iterator[Any]:
    """All Bundles of a request, of the draft orders too."""
    yield body["context"]["draftOrders"]
    for part in body["prefetch"].values():
        if isinstance(part, dict) and part.get("resourceType") == "Bundle":
            yield part


def rewritten(body: Body, _draw: random.Random) -> Body:
    """Write the members of every object in another order."""
    return json.loads(json.dumps(body, sort_keys=True))


EQUAL: dict[str, Callable[[Body, random.Random], Body]] = {
    "shuffled": shuffled,
    "duplicated": duplicated,
    "with local codings": with_local_codings,
    "with irrelevant entries": with_irrelevant,
    "with strangers": with_strangers,
    "in other units": in_other_units,
    "with sorted members": rewritten,
}

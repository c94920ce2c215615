"""The record that the fault cases read, what they change of it, and what is being signed: `records.toml`."""

import tomllib
from pathlib import Path
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
from tests.codes import codeable
from tests.tables import built

Resource = dict[str, Any]

IDENTIFIER = {"system": "https://ehr.example.org/mrn", "value": "4711"}
FOREIGN_VALUE = -7.77  # a T-score that stands in no record of this patient


def order(
    level: str | None, *, number: str | None = "kypho", **members: Any
) -> Resource:
    """A draft kyphoplasty with these members in place of its own; one that is None is left out."""
    whole = kyphoplasty(level) | {"id": number} | members
    return {name: value for name, value in whole.items() if value is not None}


WORDS = {
    one.__name__: one for one in (measured, of_patient, problem, vertebroplasty)
} | {"kyphoplasty": order}
TABLES: dict[str, dict[str, Any]] = built(
    tomllib.loads(Path(__file__).with_name("records.toml").read_text(encoding="utf-8")),
    {"(none)": None, **WORDS},
)
EXTRAS, SENT = TABLES["extras"], TABLES["sent"]


def chart() -> list[Resource]:
    """A patient whose record says everything that the refracture study asks for."""
    first, *rest = thin_and_weak()
    return [{**first, "identifier": [IDENTIFIER]}, *map(_with_category, rest)]


def _with_category(resource: Resource) -> Resource:
    """Observations in the category that servers which demand one are asked for."""
    category = codeable(
        "http://terminology.hl7.org/CodeSystem/observation-category", "survey"
    )
    return (
        {**resource, "category": [category]}
        if resource["resourceType"] == "Observation"
        else resource
    )


def record(name: str) -> list[Resource]:
    """The chart as this case has it; as it is where the name is empty."""
    changed = TABLES["records"][name]
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
    return bundle(*TABLES["drafts"][name])


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

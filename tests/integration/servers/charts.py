"""The patients that every server is asked for: the project's samples, and public ones, each with an order to sign."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cds_service.samples import Sample, load_samples

TODAY = date(2026, 11, 20)
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared"
# Each on the day after its last T-score, when that is fresh.
PUBLIC = {
    "smart-synthea-alexia-senger": date(2018, 9, 22),
    "smart-synthea-chad-quigley": date(2012, 8, 17),
    "smart-synthea-parker-casper": date(2015, 10, 21),
    "smart-synthea-tracey-witting": date(2018, 9, 30),
    "uscore9-dxa-femur-amy": date(2021, 11, 11),
}
SAMPLES = tuple(sample.id for sample in load_samples(TODAY))
NAMES = (*SAMPLES, *PUBLIC)


@dataclass(frozen=True, slots=True)
class Chart:
    """A record, the orders being signed, and the day on which they are."""

    sample: Sample
    today: date


def chart(name: str) -> Chart:
    """The patient of this name; skips where the public ones are not at hand."""
    if name not in PUBLIC:
        return Chart(_samples()[name], TODAY)
    path = _public_file(name)
    if not path.exists():
        pytest.skip(f"the public patients are not here: {name} belongs into shared/data/fhir beside the repository")
    return Chart(_public_patient(path, PUBLIC[name]), PUBLIC[name])


def available_charts() -> tuple[Chart, ...]:
    """All that are at hand."""
    return tuple(chart(name) for name in NAMES if name not in PUBLIC or _public_file(name).exists())


def _public_file(name: str) -> Path:
    return SHARED / "data" / "fhir" / f"{name}.json"


@cache
def _samples() -> Mapping[str, Sample]:
    return {sample.id: sample for sample in load_samples(TODAY)}


def _public_patient(path: Path, today: date) -> Sample:
    bundle = json.loads(path.read_text(encoding="utf-8"))
    places = {
        entry["fullUrl"]: f"{entry['resource']['resourceType']}/{entry['resource']['id']}" for entry in bundle["entry"]
    }
    resources = [_with_references(entry["resource"], places) for entry in bundle["entry"]]
    patient_id = next(one["id"] for one in resources if one["resourceType"] == "Patient")
    return Sample(
        id=patient_id,
        title=path.stem,
        story="",
        resources=tuple(resources),
        draft_orders=orders_for(patient_id, today),
    )


def _with_references(value: Any, places: Mapping[str, str]) -> Any:
    """References to entries of the same bundle as `Type/id`."""
    if isinstance(value, list):
        return [_with_references(one, places) for one in value]
    if isinstance(value, dict):
        return {
            key: places.get(one, one) if key == "reference" else _with_references(one, places)
            for key, one in value.items()
        }
    return value


def orders_for(patient_id: str, today: date = TODAY) -> dict[str, Any]:
    """A kyphoplasty of L1, drafted on this day."""
    order = {
        "resourceType": "ServiceRequest",
        "id": "draft-kyphoplasty",
        "status": "draft",
        "intent": "order",
        "code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "22514"}], "text": "Kyphoplasty L1"},
        "bodySite": [{"coding": [{"system": "http://snomed.info/sct", "code": "66794005"}], "text": "L1"}],
        "subject": {"reference": f"Patient/{patient_id}"},
        "authoredOn": today.isoformat(),
    }
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order}]}

"""The patients that every server is asked for: the project's samples, each with an order to sign."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from cds_service.samples import Sample, load_samples

TODAY = date(2026, 11, 20)
NAMES = tuple(sample.id for sample in load_samples(TODAY))
LONG = "p1-thin-high"  # with more weights than one page of HAPI holds


@dataclass(frozen=True, slots=True)
class Chart:
    """A record, the orders being signed, and the day on which they are."""

    sample: Sample
    today: date


def chart(name: str) -> Chart:
    """The patient of this name."""
    sample = _samples()[name]
    return Chart(_with_old_weights(sample) if name == LONG else sample, TODAY)


def available_charts() -> tuple[Chart, ...]:
    """All of them."""
    return tuple(chart(name) for name in NAMES)


def _with_old_weights(sample: Sample) -> Sample:
    """Thirty weights of earlier years, which change no figure."""
    weights = [
        {
            "resourceType": "Observation",
            "id": f"{sample.id}-weight-{number}",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
            "subject": {"reference": f"Patient/{sample.id}"},
            "effectiveDateTime": f"20{10 + number // 12}-{number % 12 + 1:02}-01",
            "valueQuantity": {"value": 60, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
        }
        for number in range(30)
    ]
    return replace(sample, resources=(*sample.resources, *weights))


@cache
def _samples() -> Mapping[str, Sample]:
    return {sample.id: sample for sample in load_samples(TODAY)}


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

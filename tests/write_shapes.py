"""Writes `cds_service/fhir/shapes.json` from the classes of `fhir.resources.R4B`: `python -m tests.write_shapes`.

It holds the types that we read or write; a new one is added to `RESOURCES`.
"""

import json
from collections.abc import Mapping

from cds_service.fhir.classes import TypeShape, describe
from cds_service.fhir.shapes import FILE

RESOURCES = (
    "Appointment",
    "CodeSystem",
    "Communication",
    "ConceptMap",
    "Condition",
    "DeviceRequest",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "ImagingStudy",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Patient",
    "Procedure",
    "ServiceRequest",
    "SupplyRequest",
    "ValueSet",
)


def shapes() -> Mapping[str, TypeShape]:
    """All types, those inside others too, by name."""
    found: dict[str, TypeShape] = {}
    for resource_type in RESOURCES:
        found.update(describe(resource_type))
    return dict(sorted(found.items()))


def main() -> None:
    """Write the file."""
    FILE.write_text(json.dumps(shapes(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

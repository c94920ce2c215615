"""Reads one patient's record from a FHIR server as the lines of an export.

Nobody waits for it: it is for the nightly look at what was done (`loop`).
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from cds_service.errors import FhirReadError
from cds_service.fhir.gathering.fetching import FhirReader, read_apart
from cds_service.fhir.raw_json import member, text
from cds_service.fhir.references import Bases
from cds_service.population.bulk import SHARED, head_of, shared_names

WHOSE: Mapping[str, str] = {  # what is asked for, and by which parameter
    **dict.fromkeys(
        (
            *("MedicationRequest", "MedicationAdministration", "MedicationDispense"),
            *("MedicationStatement", "Procedure", "ServiceRequest", "DeviceRequest"),
            *("Encounter", "Appointment", "Condition"),
        ),
        "patient",
    ),
    "SupplyRequest": "subject",
}
PAGE = 100
# Medications and Devices of one patient; some servers keep one for each prescription
MOST_SHARED = 500


def read_lines(
    fhir: FhirReader, patient: str, bases: Bases, until: float
) -> tuple[list[bytes], frozenset[str]]:
    """Read the lines of a patient, and the types of which every line was read.

    What names another patient is left out. A list that fails, or is cut, counts as not
    read; what came of it is kept. An entry whose Medication could not be read is there
    all the same, of an unknown drug.

    Args:
        bases: of the server.
        until: monotonic time by which the reads must have ended.
    """
    whole: set[str] = set()
    lines_by_name: dict[str, bytes] = {}
    queries = {"Patient": f"Patient/{quote(patient)}"}
    queries |= {
        kind: f"{kind}?{whose}={quote(patient)}&_count={PAGE}"
        for kind, whose in WHOSE.items()
    }
    for kind, query in queries.items():
        try:
            read = read_apart(fhir, query, bases, until=until)
        except FhirReadError:
            continue
        if not read.note:
            whole.add(kind)
        for entry in (*read.entries, *read.others):
            lines_by_name |= _line_of(entry.resource, patient, bases)
    wanted = sorted(
        {name for line in lines_by_name.values() for name in shared_names(line)}
    )
    for name in wanted[:MOST_SHARED]:
        try:
            (document,) = fhir.fetch(name, until=until).documents
        except FhirReadError:
            continue
        if f"{member(document, 'resourceType')}/{member(document, 'id')}" == name:
            lines_by_name[name] = _line(document)
    return list(lines_by_name.values()), frozenset(whole)


def _line_of(raw: Mapping[str, Any], patient: str, bases: Bases) -> Mapping[str, bytes]:
    """Return the resource as a line by its name, if it is this patient's."""
    kind = text(raw.get("resourceType"))
    if kind not in {"Patient", *WHOSE, *SHARED}:
        return {}
    _, owner, name = head_of(raw, bases)
    if kind in SHARED:
        return {name: _line(raw)}
    return {f"{kind}/{text(raw.get('id'))}": _line(raw)} if owner == patient else {}


def _line(raw: Mapping[str, Any]) -> bytes:
    return json.dumps(raw).encode()

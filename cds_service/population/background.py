"""Read one patient's record from a FHIR server as the lines of an export.

It is for the nightly command `loop`, for which no caller waits.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal
from urllib.parse import quote

from cds_service.errors import FhirReadError
from cds_service.fhir.gathering.fetching import read_apart
from cds_service.fhir.gathering.fhir_reader import FhirReader
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.raw_json import member, text
from cds_service.fhir.references import Bases
from cds_service.population.bulk import SHARED, shared_names

# The types that are asked for, each with the search parameter that names the patient.
WHOSE: Mapping[str, str] = {
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
# Medications and Devices of one patient; some servers keep one for each prescription.
MOST_SHARED = 500


def read_lines(
    fhir: FhirReader, patient: str, bases: Bases, until: float
) -> tuple[list[bytes], frozenset[str]]:
    """Read the lines of a patient, and the types of which every line was read.

    Entries that name another patient are left out. A list that fails, is cut, or holds
    an entry whose patient is not clear counts as not read; its other entries are kept.
    An entry whose Medication could not be read is kept, as one of an unknown drug.

    Args:
        bases: bases of the server.
        until: monotonic time by which the reads must have ended.
    """
    whole: set[str] = set()
    unclear: set[str] = set()
    lines: dict[str, bytes] = {}
    person = Person(patient, bases)
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
        entries = (*read.entries, *read.others)
        if kind == "Patient":
            person = person.identified(next(iter(read.resources), None), entries)
        for entry in entries:
            place = _place_of(entry.resource, person)
            if place == "unclear":
                unclear.add(text(entry.resource.get("resourceType")))
            elif place == "ours":
                name = _name_of(entry.resource) or f"entry {len(lines)}"
                lines[name] = _line(entry.resource)
    lines |= _shared(fhir, lines.values(), until)
    return list(lines.values()), frozenset(whole - unclear)


def _shared(fhir: FhirReader, lines: Iterable[bytes], until: float) -> dict[str, bytes]:
    """Read the Medications and Devices that these lines name, as far as possible."""
    wanted = sorted({name for line in lines for name in shared_names(line)})
    found: dict[str, bytes] = {}
    for name in wanted[:MOST_SHARED]:
        try:
            (document,) = fhir.fetch(name, until=until).documents
        except FhirReadError:
            continue
        if f"{member(document, 'resourceType')}/{member(document, 'id')}" == name:
            found[name] = _line(document)
    return found


def _place_of(
    raw: Mapping[str, Any], person: Person
) -> Literal["ours", "another's", "unclear"]:
    """Tell if a resource is this patient's, as in the record of a call.

    It is unclear if the resource names no patient plainly: it may be this one's, so its
    list is not whole without it.
    """
    kind = text(raw.get("resourceType"))
    if kind in SHARED:
        return "ours"
    if kind not in WHOSE:
        is_ours = _name_of(raw) == f"Patient/{person.patient_id}"
        return "ours" if is_ours else "another's"
    if person.is_subject_of(raw):
        return "ours"
    return "another's" if person.is_of_another(raw) else "unclear"


def _name_of(raw: Mapping[str, Any]) -> str:
    """Return `Encounter/12`; empty without an id."""
    own_id = text(raw.get("id"))
    return f"{text(raw.get('resourceType'))}/{own_id}" if own_id else ""


def _line(raw: Mapping[str, Any]) -> bytes:
    return json.dumps(raw).encode()

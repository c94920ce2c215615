"""Ask a FHIR server for its software and its patients.

This is for a person who tries the service. The service itself does not need it: an EHR
names its server and its patient.
"""

import re
import time
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from cds_service.errors import CdsError, FhirReadError
from cds_service.fhir.gathering.fhir_reader import Fetched, FhirReader
from cds_service.fhir.raw_json import Json, member, objects, text
from cds_service.protocol.messages import is_fhir_id

MOST_SHOWN = 20  # patients in one search
# For one question to the server: if it hangs, time is left for the answer itself.
STEP_SECONDS = 6.0
RELEASES = {"0.": "DSTU1", "1.": "DSTU2", "3.": "STU3", "5.": "R5", "6.": "R6"}


class Browser(FhirReader, Protocol):
    """A reader that can stop after the first page of a search."""

    def first_page(self, query: str, *, until: float) -> Fetched:
        """Fetch the first page of a search.

        Raises:
            FhirReadError: there was no usable answer by this monotonic time.
        """
        ...


class LookUpFailed(CdsError):
    """The server cannot be read, or does not have the patient.

    The message is for people.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPatient:
    """One patient found by a search, with identifying details.

    They are for a terminal or a page, never for a log.
    """

    id: str
    name: str
    birth_date: str
    gender: str


@dataclass(frozen=True, slots=True)
class ServerIdentity:
    """A server's description of itself.

    Attributes:
        software: name and version; empty if not stated.
        fhir_version: `4.0.1`; empty if not stated.
        note: why the server could not be identified, or what is unusual; else empty.
    """

    software: str = ""
    fhir_version: str = ""
    note: str = ""


def _end_of_step(until: float) -> float:
    """Return the monotonic time by which one question must be answered."""
    return min(until, time.monotonic() + STEP_SECONDS)


# --- the server


def identify_server(fhir: FhirReader, *, until: float) -> ServerIdentity:
    """Read software and FHIR version from the server's CapabilityStatement.

    An unreadable statement is only noted: some servers hide it but answer everything
    else.

    Raises:
        LookUpFailed: the server cannot be reached, or its FHIR release is not R4.
    """
    try:
        statement = fhir.fetch("metadata", until=_end_of_step(until)).documents[0]
    except FhirReadError as error:
        if error.reason in {"address", "dns", "unreachable", "tls"}:
            cure = (
                ": check the address, and that it runs"
                if error.reason in {"dns", "unreachable"}
                else ""
            )
            fault = str(error)
            raise LookUpFailed(f"{fault[:1].upper()}{fault[1:]}{cure}.") from None
        return ServerIdentity(
            note=f"its CapabilityStatement could not be read: {error}"
        )
    # DSTU2 calls it Conformance.
    if statement.get("resourceType") not in {"CapabilityStatement", "Conformance"}:
        return ServerIdentity(
            note="its CapabilityStatement could not be read: it sent something else"
        )
    return _identity_in(statement)


def _identity_in(statement: Json) -> ServerIdentity:
    """Return the identity that a CapabilityStatement states.

    Raises:
        LookUpFailed: the FHIR release is not R4.
    """
    parts = [text(member(statement, "software", one)) for one in ("name", "version")]
    software = " ".join(filter(None, parts))
    version = text(statement.get("fhirVersion"))
    release = next(
        (name for start, name in RELEASES.items() if version.startswith(start)), None
    )
    if release is not None:
        raise LookUpFailed(
            f"The server speaks FHIR {release} ({version}); this service reads R4"
            " (4.0.1). Most servers have an R4 base of their own, often ending in /r4"
            " or /baseR4."
        )
    note = ""
    if not version.startswith("4.0"):
        note = f"it says {version or 'no FHIR version'}; it is read as R4 (4.0.1)"
    return ServerIdentity(software, version, note)


# --- the patient


def find_patients(
    fhir: Browser, wanted: str, *, until: float
) -> tuple[FoundPatient, ...]:
    """Find patients, at most `MOST_SHOWN`, whose name, identifier or id is this text.

    The first search that finds any decides.

    Raises:
        LookUpFailed: the server answered none of the searches.
    """
    until = _end_of_step(until)
    patients: dict[str, FoundPatient] = {}
    faults: list[FhirReadError] = []
    queries = _searches(wanted)
    for query in queries:
        try:
            patients |= {
                patient.id: patient
                for patient in _patients_in(fhir.first_page(query, until=until))
            }
        except FhirReadError as error:
            faults.append(error)
        if patients:
            break
    if len(faults) == len(queries):
        raise LookUpFailed(f"The server was asked for patients: {faults[0]}.")
    return tuple(patients.values())[:MOST_SHOWN]


def find_by_identifier(fhir: Browser, identifier: str, *, until: float) -> str:
    """Find the id of the one patient with this business identifier, a record number.

    A server may ignore a parameter that it does not know, and send other patients. So
    each answer is compared with the identifier.

    Raises:
        LookUpFailed: the server did not answer, or knows none, or several.
    """
    until = _end_of_step(until)
    wanted = identifier.strip()
    query = f"Patient?identifier={quote(wanted, safe='')}&_count=2"
    try:
        patients = _resources_in(fhir.first_page(query, until=until))
        ids = {text(one["id"]) for one in patients if _is_known_as(one, wanted)}
    except FhirReadError as error:
        raise LookUpFailed(f"The server was asked for the patient: {error}.") from None
    if len(ids) != 1:
        number = "several patients have" if ids else "no patient has"
        raise LookUpFailed(f"On this server {number} this identifier.")
    return ids.pop()


def _is_known_as(patient: Json, identifier: str) -> bool:
    """Tell if a Patient has this identifier: a value, or `system|value`."""
    system, bar, value = identifier.rpartition("|")
    return any(
        text(entry.get("value")) == value
        and (not bar or text(entry.get("system")) == system)
        for entry in objects(patient.get("identifier"))
    )


def _searches(wanted: str) -> list[str]:
    """Return the searches to try, in order.

    All words of a name must match. A text with a digit is tried as an identifier and as
    an id before it is tried as a name.
    """
    wanted = wanted.strip()
    words = [word for word in re.split(r"[\s,|\\$]+", wanted) if word]
    names = "&".join(f"name={quote(word, safe='')}" for word in words)
    by_name = f"Patient?{names}&_count={MOST_SHOWN}"
    by_identifier = f"Patient?identifier={quote(wanted, safe='')}&_count={MOST_SHOWN}"
    if not any(character.isdigit() for character in wanted):
        return [by_name, by_identifier]
    by_id = [f"Patient?_id={wanted}"] if is_fhir_id(wanted) else []
    return [by_identifier, *by_id, by_name]


def list_patients(fhir: Browser, *, until: float) -> tuple[FoundPatient, ...]:
    """List the server's first patients, whoever they are; may be empty.

    Raises:
        LookUpFailed: the server did not answer.
    """
    query = f"Patient?_count={MOST_SHOWN}"
    try:
        fetched = fhir.first_page(query, until=_end_of_step(until))
    except FhirReadError as error:
        raise LookUpFailed(f"The server was asked for patients: {error}.") from None
    return _patients_in(fetched)[:MOST_SHOWN]


def _patients_in(fetched: Fetched) -> tuple[FoundPatient, ...]:
    return tuple(map(describe_patient, _resources_in(fetched)))


def _resources_in(fetched: Fetched) -> tuple[Json, ...]:
    entries = (
        entry
        for document in fetched.documents
        for entry in objects(member(document, "entry"))
    )
    resources = (
        entry["resource"]
        for entry in entries
        if isinstance(entry.get("resource"), dict)
    )
    return tuple(
        resource
        for resource in resources
        if resource.get("resourceType") == "Patient" and is_fhir_id(resource.get("id"))
    )


def describe_patient(patient: Json) -> FoundPatient:
    """Return the details by which a person recognises this Patient (raw JSON)."""
    names = (_display_name(name) for name in objects(patient.get("name")))
    return FoundPatient(
        id=str(patient["id"]),
        name=next((name for name in names if name), ""),
        birth_date=text(patient.get("birthDate")),
        gender=text(patient.get("gender")),
    )


def _display_name(name: Json) -> str:
    given = name.get("given")
    given_names = given if isinstance(given, list) else []
    parts = map(text, (*given_names, name.get("family")))
    return text(name.get("text")).strip() or " ".join(filter(None, parts))


def check_patient(fhir: FhirReader, patient_id: str, *, until: float) -> None:
    """Check that the server has this patient; any other fault is passed over.

    Raises:
        LookUpFailed: the server says that there is no patient with this id.
    """
    try:
        fhir.fetch(f"Patient/{patient_id}", until=_end_of_step(until))
    except FhirReadError as error:
        if error.reason in {"http-404", "http-410"}:
            raise LookUpFailed(
                "The server has no patient of this id; --find NAME looks for one."
            ) from None

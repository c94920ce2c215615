"""Find what the record holds of the measure and day of a new value.

The reader of the record decides, whatever code a value has there: if it would say that
the two cannot both be right, neither counts, and the new one must not be written.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import NamedTuple

from cds_service.errors import CdsError, FhirReadError
from cds_service.fhir.entries.coded import read_code
from cds_service.fhir.entries.entry import Entry, read_entry
from cds_service.fhir.findings.chart import Chart, CountedDays
from cds_service.fhir.findings.extraction import extract_findings
from cds_service.fhir.gathering.fetching import read_apart
from cds_service.fhir.gathering.fhir_reader import FhirReader
from cds_service.fhir.gathering.record import PatientRecord, ReadOutcome
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.mapping.finding_specs import asked_codes
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.parsing import BrokenResource, parse_resource
from cds_service.fhir.raw_json import Json, text
from cds_service.measures.observations import (
    AT_ONCE,
    NOT_CONFIRMED,
    UNREAD,
    WITHDRAWN,
    Written,
    is_alone,
    place_in_words,
)
from cds_service.measures.values import NotTaken

ON_RECORD = (
    "the record holds {other} of the same day: neither would count. Take the wrong one"
    " back there (entered-in-error)"
)
NEW = "new-value"  # id of what is not on record yet
A_DAY = timedelta(days=1)
ANSWERS = {"true": "yes", "false": "no"}


class Rival(NamedTuple):
    """An Observation on record next to which a new value would not count.

    Attributes:
        printed: its value as the record prints it.
    """

    observation: Json
    printed: str


def without_rivals_on_record(
    reader: FhirReader,
    person: Person,
    written: Sequence[Written],
    terminology: Terminology,
    *,
    seconds: float,
) -> tuple[list[Written], list[NotTaken]]:
    """Keep the values that the record does not contradict.

    Args:
        seconds: for all queries together.

    Returns:
        the values to be written, and those that are refused for a value on record.

    Raises:
        CdsError: the server cannot be read.
    """
    until = time.monotonic() + seconds
    try:
        rivals = rivals_on_record(reader, person, written, terminology, until=until)
    except FhirReadError as error:
        raise CdsError(UNREAD.format(error=error)) from None
    refused = [
        _refused(candidate, rivals[candidate.identifier])
        for candidate in written
        if candidate.identifier in rivals
    ]
    return [value for value in written if value.identifier not in rivals], refused


def _refused(written: Written, rival: Rival) -> NotTaken:
    value = written.value
    what = f"{value.measure.name} {value.printed}{place_in_words(value)}"
    return NotTaken(value.where, what, ON_RECORD.format(other=rival.printed))


def rivals_on_record(
    reader: FhirReader,
    person: Person,
    written: Sequence[Written],
    terminology: Terminology,
    *,
    until: float,
) -> Mapping[str, Rival]:
    """Return the rival of each new value that has one on record, by identifier.

    Args:
        until: when reading has to end, by the monotonic clock.

    Raises:
        FhirReadError: the record cannot be read, or not all of it.
    """
    asked = [value for value in written if is_alone(value) and value.value.day]
    if not asked:
        return {}
    recorded = _recorded(reader, person, asked, terminology, until)
    rivals = (
        (value.identifier, _rival(value, recorded, terminology)) for value in asked
    )
    return {identifier: rival for identifier, rival in rivals if rival is not None}


def _rival(
    written: Written, recorded: Sequence[Json], terminology: Terminology
) -> Rival | None:
    """Return the first Observation that contradicts the new value, if any does."""
    # It is read as if a person had confirmed it, and without its identifier: a value
    # with the same one would count as a corrected copy.
    confirmed = {"id": NEW, "status": "final", "identifier": []}
    new = _entry_of({**written.observation, **confirmed}, written, terminology)
    for raw in recorded:
        moment = terminology.calendar.effective(raw)
        if moment is None or moment.day != written.value.day:
            continue
        with suppress(BrokenResource):
            accepted = parse_resource(raw, "Observation", terminology.calendar)
            there = _entry_of(accepted, written, terminology)
            if printed := _contradiction(written, new, there, terminology):
                return Rival(raw, printed)
    return None


def _recorded(
    reader: FhirReader,
    person: Person,
    asked: Sequence[Written],
    terminology: Terminology,
    until: float,
) -> list[Json]:
    """Read the patient's Observations that may be of these measures and days.

    They are asked for by every code that the reader knows for them.
    """
    days = {value.value.day for value in asked if value.value.day}
    # A time on record may be in another zone.
    first, last = min(days) - A_DAY, max(days) + A_DAY
    specs = {value.value.measure.name: value.value.measure.finding for value in asked}
    keys = {spec.key for spec in specs.values()}
    codes = sorted(
        {
            code
            for key in keys
            for code in asked_codes(specs, terminology, key, after_surgery=True)
        }
    )
    recorded = []
    for start in range(0, len(codes), AT_ONCE):
        wanted = ",".join(
            f"{system}|{code}" for system, code in codes[start : start + AT_ONCE]
        )
        query = (
            f"Observation?patient={person.patient_id}&code={wanted}"
            f"&date=ge{first}&date=le{last}"
        )
        read = read_apart(reader, query, person.bases, until=until)
        if read.is_cut:
            raise FhirReadError("incomplete", read.note.removeprefix("incomplete: "))
        recorded += [
            raw
            for raw in read.resources
            if person.is_subject_of(raw)
            and text(raw.get("status")) not in (*WITHDRAWN, *NOT_CONFIRMED)
        ]
    return recorded


def _entry_of(raw: Json, written: Written, terminology: Terminology) -> Entry:
    coded = read_code(raw, terminology)
    key = written.value.measure.finding.key
    return read_entry(coded, key, "fhir", coded.concepts, None, terminology)


def _contradiction(
    written: Written, new: Entry, there: Entry, terminology: Terminology
) -> str:
    """Return the recorded value if neither would count, as printed; else empty."""
    day, spec = written.value.day or date.min, written.value.measure.finding
    read = ReadOutcome("given", "fhir", entries=2)
    record = PatientRecord(reads={spec.key: read}, entries=(new, there))
    # A measure of after surgery counts only if the procedure was done.
    days = CountedDays(day, day, day, day, operated_on=day)
    chart = Chart(record, terminology, days)
    outcome = extract_findings(chart, {spec.name: spec}).gaps.get(spec.name)
    if outcome is None or outcome.reason != "conflicting":
        return ""
    values = (one for one in outcome.provenance if one.resource != new.reference)
    printed = next((value.printed for value in values), outcome.detail)
    return ANSWERS.get(printed, printed)

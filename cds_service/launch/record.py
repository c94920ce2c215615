"""Read a record for the launched worksheet.

This reads the patient, the measures on record, and the changes between two of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from cds_service.call import Service
from cds_service.core.findings import METHOD_NOT_RECORDED, Finding, Gap
from cds_service.core.vocabulary import FindingSpec
from cds_service.core.words.wording import number_text, with_unit
from cds_service.errors import FhirReadError
from cds_service.fhir.gathering.bundles import total_of
from cds_service.fhir.gathering.fetching import read_apart
from cds_service.fhir.gathering.fhir_reader import Fetched, FhirReader
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, member, objects, text
from cds_service.fhir.server.lookup import FoundPatient, describe_patient
from cds_service.measures.definitions import Measure, Measures
from cds_service.measures.observations import (
    NOT_CONFIRMED,
    WITHDRAWN,
    changes_between,
    measures_in,
    read_back,
)

NO_VALUE = "–"
NOT_COUNTED = "preliminary: not used until a person confirms it"
TAKEN_BACK = "was taken back"
SAME_WAY = "the same vertebra, method and device, as far as recorded"
ONLY_THESE = "the worksheet reads the patient and measurements alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRecord:
    """One measure that the record holds.

    Attributes:
        value: with its unit, for people.
        day: ISO 8601; empty if it has none.
        word: if the service reads it, or why not.
    """

    measure: Measure
    identifier: str
    status: str
    value: str
    level: str
    day: str
    word: str


class Pair(NamedTuple):
    """Two measurements of the back muscle, as the service compares them.

    Attributes:
        values: both with their days, the earlier first; none if they are not compared.
        change: with its unit; empty if they are not compared.
        word: if they were measured the same way, or why they are not compared.
    """

    title: str
    values: tuple[str, ...]
    change: str
    word: str


class RecordedMeasures(NamedTuple):
    """Our measures on record, newest first."""

    measures: Sequence[OnRecord] = ()
    pairs: Sequence[Pair] = ()


def read_person(reader: FhirReader, patient: str, *, until: float) -> Json:
    """Read the Patient of a launch.

    Raises:
        FhirReadError: it cannot be read, or the server sent another resource.
    """
    person = reader.fetch(f"Patient/{patient}", until=until).documents[0]
    if person.get("resourceType") != "Patient" or person.get("id") != patient:
        raise FhirReadError("not-the-patient", "the server sent another resource")
    return dict(person)


def describe(person: Json) -> FoundPatient:
    """Describe the patient by name, sex and birth: for the page, never for a log."""
    return describe_patient(person)


def read_measures(
    reader: FhirReader,
    person: Person,
    measures: Measures,
    service: Service,
    today: date,
    *,
    until: float,
) -> RecordedMeasures:
    """Read the measures on record that the worksheet defines, and their changes.

    Args:
        until: the moment by which to end, by `time.monotonic`.

    Raises:
        FhirReadError: they cannot be read, or not all of them.
    """
    query = f"Observation?patient={person.patient_id}&code={','.join(measures)}"
    read = read_apart(reader, query, person.bases, until=until)
    if read.is_cut:
        raise FhirReadError("incomplete", read.note.removeprefix("incomplete: "))
    ours = [raw for raw in read.resources if person.is_subject_of(raw)]
    recorded: list[OnRecord] = []
    for raw in ours:
        measure = _measure_of(raw, measures)
        if measure is not None:
            recorded.append(_on_record(raw, measure, service.terminology))
    recorded.sort(key=lambda value: value.day, reverse=True)
    return RecordedMeasures(recorded, _pairs(ours, service, today))


def _pairs(raws: Sequence[Json], service: Service, today: date) -> tuple[Pair, ...]:
    """Return each change between two measurements, as the service computes it."""
    left_out = (*WITHDRAWN, *NOT_CONFIRMED)
    counted = [raw for raw in raws if text(raw.get("status")) not in left_out]
    specs = service.finding_specs
    changes = changes_between(counted, service.terminology, specs, today)
    return tuple(_pair(specs[name], change) for name, change in changes.items())


def _pair(spec: FindingSpec, change: Finding | Gap) -> Pair:
    if isinstance(change, Gap):
        return Pair(spec.title, (), "", f"not compared: {change.why or change.detail}")
    values = tuple(source.printed for source in reversed(change.provenance))
    amount = number_text(float(change.value), spec.decimals)
    word = " ".join(change.concerns) or SAME_WAY
    return Pair(spec.title, values, f"{amount} %", word)


def _measure_of(raw: Json, measures: Measures) -> Measure | None:
    names = measures_in(raw)
    return next((measures[name] for name in names if name in measures), None)


def _on_record(raw: Json, measure: Measure, terminology: Terminology) -> OnRecord:
    moment = terminology.calendar.effective(raw)
    day = moment.day if moment else None
    status = text(raw.get("status"))
    identifiers = [
        text(identifier.get("value")) for identifier in objects(raw.get("identifier"))
    ]
    return OnRecord(
        measure=measure,
        identifier=identifiers[0] if identifiers else "",
        status=status,
        value=value_text(raw, measure),
        level=text(member(raw, "bodySite", "text")),
        day=day.isoformat() if day else "",
        word=_word(raw, measure, status, terminology, day),
    )


def value_text(raw: Json, measure: Measure) -> str:
    """Return the value of an Observation for people; a dash if it has none."""
    quantity = member(raw, "valueQuantity")
    if not isinstance(quantity, dict):
        answer = raw.get("valueBoolean")
        if not isinstance(answer, bool):
            return NO_VALUE
        return "yes" if answer else "no"
    amount, unit = quantity.get("value"), text(quantity.get("code"))
    if not isinstance(amount, int | float):
        return NO_VALUE
    number = number_text(float(amount), max(measure.finding.decimals, 1))
    return with_unit(number, unit)


def _word(
    raw: Json,
    measure: Measure,
    status: str,
    terminology: Terminology,
    day: date | None,
) -> str:
    """Tell people if the service reads this Observation, or why not."""
    if status in WITHDRAWN:
        return TAKEN_BACK
    if status in NOT_CONFIRMED:
        return NOT_COUNTED
    if day is None:
        return "does not read it: no day"
    known = read_back(measure, raw, terminology, day)
    if not isinstance(known, Finding):
        return f"does not read it: {known}"
    if METHOD_NOT_RECORDED in known.concerns:
        return "reads it; how it was measured is not recorded"
    return "reads it"


class SheetReader:
    """Reads the Patient and Observations, and adds values that are not on record yet.

    The flow of an order runs twice on it, to give the figure without the values of the
    worksheet and with them. Each query is sent to the server once.
    """

    def __init__(self, reader: FhirReader, values: Sequence[Json] = ()) -> None:
        self._reader = reader
        self._values = values
        self._fetched: dict[str, Fetched] = {}

    def with_values(self, values: Sequence[Json]) -> "SheetReader":
        """Return a reader of the same record with these Observations added."""
        reader = SheetReader(self._reader, values)
        reader._fetched = self._fetched
        return reader

    def fetch(self, query: str, *, until: float) -> Fetched:
        if not query.startswith(("Patient/", "Observation?")):
            raise FhirReadError("http-403", ONLY_THESE)
        if query not in self._fetched:
            self._fetched[query] = self._reader.fetch(query, until=until)
        fetched = self._fetched[query]
        if not self._values or not query.startswith("Observation?"):
            return fetched
        entries = [{"resource": value} for value in self._values]
        more = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
        first, *others = fetched.documents
        # The server did not count the added values.
        if isinstance(first, dict) and (total := total_of(first)) is not None:
            first = {**first, "total": total + len(entries)}
        return Fetched((first, *others, more), fetched.note)

    def follow(self, page: object, *, until: float) -> Fetched:
        return self._reader.follow(page, until=until)

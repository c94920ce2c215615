"""Write values that were measured elsewhere as FHIR R4 Observations.

The reader of the record has the last word: a value is written only if the service would
read the same value back.
"""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from cds_service import __version__
from cds_service.core.data_file import read_json
from cds_service.core.findings import Finding, Gap
from cds_service.core.vocabulary import (
    ChangeSpec,
    FindingSpec,
    NumberSpec,
    QuantitySpec,
    TScoreSpec,
)
from cds_service.errors import CdsError, FhirReadError
from cds_service.fhir.entries.coded import read_code
from cds_service.fhir.entries.entry import Entry, read_entry
from cds_service.fhir.findings.chart import Chart, CountedDays
from cds_service.fhir.findings.extraction import extract_findings
from cds_service.fhir.gathering.fetching import read_apart
from cds_service.fhir.gathering.fhir_reader import FhirReader
from cds_service.fhir.gathering.record import PatientRecord, ReadOutcome
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.mapping.codes.code_systems import MEASURES
from cds_service.fhir.mapping.files.overlay import files_in_force
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.parsing import BrokenResource, parse_resource
from cds_service.fhir.raw_json import Json, member, objects, text
from cds_service.measures.definitions import Measure
from cds_service.measures.values import Note, NotTaken, Remark, Reported, Source

METHODS = "https://kyphoplasty-cds.org/fhir/CodeSystem/measure-methods"
IDENTIFIERS = "https://kyphoplasty-cds.org/fhir/sid/measurement"
CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
PROVENANCE_TYPES = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
DICOM_OBJECTS = "urn:dicom:uid"

GIVEN = "measurements"  # the key of values that come from no query of ours
WITHDRAWN = ("entered-in-error", "cancelled")
NOT_CONFIRMED = ("preliminary", "registered")
MOST_WITHDRAWALS = 10  # of one value
AT_ONCE = 40  # identifiers in one search
NO_DAY = "the day of the examination is not known; --date says it"
NO_UNIT = "the unit does not fit: {unit}, not {wanted}"
TWO_VALUES = "{other} is of the same day too; which of them counts is not said"
TOO_OFTEN = "A value was withdrawn from the record many times; nothing was sent."
UNREAD = "What the server holds already could not be read: {error}."


@dataclass(frozen=True, slots=True)
class Written:
    """A value with the Observation that holds it.

    Attributes:
        confirmed: identifier of the same value once a person has confirmed it, if that
            is another.
    """

    value: Reported
    observation: Json
    confirmed: str = ""

    @property
    def identifier(self) -> str:
        return str(self.observation["identifier"][0]["value"])


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the values of one patient.

    Attributes:
        sites: code of each vertebra.
    """

    patient: str
    terminology: Terminology
    sites: Mapping[str, str]

    def write(self, value: Reported) -> Written | NotTaken:
        """Return the value as an Observation, or why the service would not read it."""
        what = f"{value.measure.name} {value.printed}"
        if value.day is None:
            return NotTaken(value.where, what, NO_DAY)
        amount = self._amount(value)
        if amount is None and value.number is not None:
            finding = value.measure.quantity
            accepted = finding.accept_units if finding else ()
            wanted = " or ".join(filter(None, accepted))
            why = NO_UNIT.format(unit=value.unit, wanted=wanted)
            return NotTaken(value.where, what, why)
        observation = self._observation(value, value.day, amount)
        if why := self._problem(value.measure, observation, value.day, amount):
            return NotTaken(value.where, what, why)
        confirmed = ""
        if value.confirmed_key:
            confirmed = self._identity(replace(value, key=value.confirmed_key), amount)
        return Written(value, observation, confirmed)

    def _amount(self, value: Reported) -> float | None:
        """Return the number in the finding's unit; None if the unit does not fit."""
        finding, units = value.measure.quantity, self.terminology.units
        if finding is None or value.number is None:
            return None
        unit = units.canonical(value.unit) if value.unit else finding.unit
        if unit is None or unit not in (*finding.accept_units, finding.unit):
            return None
        converted = units.convert(float(value.number), unit, finding.unit)
        return None if converted is None else round(converted, 9)

    def _observation(self, value: Reported, day: date, amount: float | None) -> Json:
        measure = value.measure
        unit = measure.finding.unit
        observation: dict[str, Any] = {
            "resourceType": "Observation",
            "identifier": [
                {"system": IDENTIFIERS, "value": self._identity(value, amount)}
            ],
            "status": "final" if value.is_verified else "preliminary",
            "category": [
                {"coding": [{"system": CATEGORIES, "code": measure.file.category}]}
            ],
            "code": code_of(measure),
            "subject": {"reference": f"Patient/{self.patient}"},
            "effectiveDateTime": day.isoformat(),
        }
        if amount is None:
            observation["valueBoolean"] = value.answer
        else:
            observation["valueQuantity"] = {
                "value": amount,
                "unit": unit,
                "system": UCUM,
                "code": unit,
            }
        if value.levels:
            observation["bodySite"] = self._site(value.levels)
        elif value.site:
            observation["bodySite"] = {"text": value.site}
        if value.method:
            observation["method"] = _method(value)
        if value.device:
            observation["device"] = {"display": value.device}
        if value.study:
            study = {"system": DICOM_OBJECTS, "value": f"urn:oid:{value.study}"}
            observation["derivedFrom"] = [{"type": "ImagingStudy", "identifier": study}]
        not_verified = [] if value.is_verified else [Remark(Note.NOT_VERIFIED)]
        remarks = [*value.remarks, *not_verified, *_not_recorded(value)]
        if remarks:
            sentences = " ".join(remark.sentence for remark in remarks)
            observation["note"] = [{"text": sentences}]
        return observation

    def _identity(self, value: Reported, amount: float | None) -> str:
        parts = [
            value.key,
            value.measure.name,
            value.answer if amount is None else amount,
            str(value.day),
            *filter(None, [value.site]),
        ]
        identity = json.dumps(
            [self.patient, *parts, value.levels, value.method, value.device],
            ensure_ascii=True,
        )
        return str(uuid5(NAMESPACE_URL, identity))

    def _site(self, levels: Sequence[str]) -> Json:
        """Name one vertebra by its code, several in words: a code is of one place."""
        if len(levels) > 2:
            return {"text": f"{levels[0]}-{levels[-1]}"}
        if len(levels) == 2:
            return {"text": "/".join(levels)}
        level = levels[0]
        return {
            "coding": [{"system": SNOMED, "code": self.sites[level]}],
            "text": level,
        }

    def _problem(
        self, measure: Measure, observation: Json, day: date, amount: float | None
    ) -> str:
        """Return why the service would not read this value so; empty if it would."""
        finding = measure.finding
        # It is not read at a signing, so only its limits can be checked.
        if finding.after_surgery:
            is_plausible = amount is None or finding.is_plausible(amount)
            return "" if is_plausible else "not plausible"
        known = read_back(measure, observation, self.terminology, day)
        if not isinstance(known, Finding):
            return known
        if amount is None:
            is_same = known.value == observation.get("valueBoolean")
        else:
            is_same = abs(float(known.value) - amount) < 1e-6
        return "" if is_same else "would be read as another value"


def read_back(
    measure: Measure, observation: Json, terminology: Terminology, day: date
) -> Finding | str:
    """Return the finding that this Observation alone makes, or why it makes none.

    A preliminary value is read as if a person had confirmed it.
    """
    finding = measure.finding
    raw = {**observation, "id": "imported", "status": "final"}
    coded = read_code(raw, terminology)
    entry = read_entry(coded, finding.key, "fhir", coded.concepts, None, terminology)
    record = PatientRecord(
        reads={finding.key: ReadOutcome("given", "fhir", entries=1)}, entries=(entry,)
    )
    chart = Chart(record, terminology, CountedDays(day, day, day, day))
    findings = extract_findings(chart, {finding.name: finding})
    known = findings.known.get(finding.name)
    if known:
        return known
    gap = findings.gaps[finding.name]
    return gap.why or gap.detail


def changes_between(
    observations: Sequence[Json],
    terminology: Terminology,
    specs: Mapping[str, FindingSpec],
    day: date,
) -> Mapping[str, Finding | Gap]:
    """Derive the changes between two measurements, as an order of this day would.

    Returns:
        The change of each measure that was taken at least twice, by the change's name.
        What is not valid R4 is left out, as it is when an order is read.
    """
    taken: list[Entry] = []
    for raw in observations:
        with suppress(BrokenResource):
            accepted = parse_resource(raw, "Observation", terminology.calendar)
            coded = read_code(accepted, terminology)
            entry = read_entry(coded, GIVEN, "fhir", coded.concepts, None, terminology)
            taken.append(entry)
    record = PatientRecord(
        reads={GIVEN: ReadOutcome("given", "fhir", entries=len(taken))},
        entries=tuple(taken),
    )
    chart = Chart(record, terminology, CountedDays(day, day, day, day))
    changes: dict[str, FindingSpec] = {}
    bases: dict[str, FindingSpec] = {}
    for name, spec in specs.items():
        base = specs.get(spec.of) if isinstance(spec, ChangeSpec) else None
        if (
            isinstance(base, QuantitySpec)
            and len(chart.readings_of(base.value_sets)) > 1
        ):
            changes[name], bases[base.name] = spec, base
    findings = extract_findings(chart, {**bases, **changes})
    return {name: findings.known.get(name) or findings.gaps[name] for name in changes}


def without_rivals(written: Sequence[Written]) -> tuple[list[Written], list[NotTaken]]:
    """Refuse values of one measure and day that differ, since none of them would count.

    Grip may be measured several times, and a T-score at several sites. Return the
    values that are kept, and the refused ones.
    """
    first = {candidate.identifier: candidate for candidate in reversed(written)}
    by_day: dict[tuple[str, date | None, str], list[Written]] = {}
    for candidate in reversed(first.values()):
        value = candidate.value
        is_sited = isinstance(value.measure.quantity, TScoreSpec)
        site = f"{value.site} {value.levels}" if is_sited else ""
        key = (value.measure.name, value.day, site)
        by_day.setdefault(key, []).append(candidate)
    taken: list[Written] = []
    refused: list[NotTaken] = []
    for of_day in by_day.values():
        amounts = {str(_value_of(candidate.observation)) for candidate in of_day}
        differ = len(amounts) > 1
        is_score = isinstance(of_day[0].value.measure.quantity, TScoreSpec)
        if not differ or not (is_score or is_alone(of_day[0])):
            taken += of_day if differ else of_day[:1]
            continue
        for candidate in of_day:
            other = next(rival.value for rival in of_day if rival is not candidate)
            value = candidate.value
            what = f"{value.measure.name} {value.printed}{place_in_words(value)}"
            refused.append(
                NotTaken(value.where, what, TWO_VALUES.format(other=other.printed))
            )
    return taken, refused


def place_in_words(value: Reported) -> str:
    return f" at {', '.join(value.levels)}" if value.levels else ""


def _value_of(observation: Json) -> Any:
    amount = member(observation, "valueQuantity", "value")
    return observation.get("valueBoolean") if amount is None else amount


def code_of(measure: Measure) -> Json:
    """Return the code of a measure: ours, then LOINC's."""
    own = {"system": MEASURES, "code": measure.name, "display": measure.display}
    return {
        "coding": [
            own,
            *({"system": LOINC, "code": code} for code in measure.file.loinc),
        ]
    }


def _method(value: Reported) -> Json:
    """Return the method in the source's words, with our code if it is the study's."""
    known = value.measure.file.method
    if known is None or value.method.strip().lower() not in (
        known.code,
        known.meaning.lower(),
    ):
        return {"text": value.method}
    coding = {"system": METHODS, "code": known.code, "display": known.meaning}
    return {"coding": [coding], "text": known.meaning}


def _not_recorded(value: Reported) -> list[Remark]:
    """List what a source of an imaging measure should say and does not."""
    if value.measure.file.category != "imaging":
        return []
    parts = {
        "the way of measuring": not value.method,
        "the vertebra": value.measure.has_level and not value.levels,
        "the tool": not value.device,
    }
    missing = [what for what, is_missing in parts.items() if is_missing]
    return [Remark(Note.NOT_RECORDED, ", ".join(missing))] if missing else []


def site_codes(folders: Sequence[Path]) -> Mapping[str, str]:
    """Return the SNOMED code of each vertebra.

    If `conceptmap/vertebral-level.json` has several, it is the first.
    """
    path = files_in_force(folders, "conceptmap", ".json")["vertebral-level"]
    codes: dict[str, str] = {}
    for group in read_json(path)["group"]:
        for element in group["element"]:
            if group["source"] == SNOMED:
                codes.setdefault(element["target"][0]["code"], element["code"])
    return codes


# --- what is sent


def transaction(
    written: Sequence[tuple[Source, Sequence[Written]]], at: datetime
) -> Json:
    """Make a transaction that creates what is not there; sent twice, it adds nothing.

    Args:
        written: the values of each source; each source that gave one has one
            Provenance.
        at: when they were imported.
    """
    entries: list[Json] = []
    for source, of_source in written:
        entries += [observation_entry(value) for value in of_source]
        if of_source:
            entries.append(_provenance_entry(of_source, source, at))
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def observation_entry(written: Written) -> Json:
    """Make the entry that creates this Observation if it is not there."""
    request = {
        "method": "POST",
        "url": "Observation",
        "ifNoneExist": f"identifier={IDENTIFIERS}|{written.identifier}",
    }
    return {
        "fullUrl": place_of(written),
        "resource": written.observation,
        "request": request,
    }


def agent(kind: str, who: Json) -> Json:
    """Make an agent of a Provenance, by its code of FHIR's participant types."""
    return {
        "type": {"coding": [{"system": PROVENANCE_TYPES, "code": kind}]},
        "who": who,
    }


def this_program() -> Json:
    """Return the agent that wrote the resources."""
    return agent("assembler", {"display": f"kyphoplasty-cds {__version__}"})


def place_of(written: Written) -> str:
    """Return where the Observation is until the server has given it an id."""
    return f"urn:uuid:{written.identifier}"


def _provenance_entry(written: Sequence[Written], source: Source, at: datetime) -> Json:
    targets = [{"reference": place_of(target)} for target in written]
    what = {
        "identifier": {"system": source.system, "value": source.identity},
        "display": source.kind,
    }
    resource = {
        "resourceType": "Provenance",
        "target": targets,
        "recorded": at.isoformat(timespec="seconds"),
        "agent": [this_program()],
        "entity": [{"role": "source", "what": what}],
    }
    # R4 has no search by which a Provenance could be created conditionally.
    request = {"method": "POST", "url": "Provenance"}
    place = uuid5(NAMESPACE_URL, written[0].identifier)
    return {"fullUrl": f"urn:uuid:{place}", "resource": resource, "request": request}


class Compared(NamedTuple):
    """Values as they may be written, and what the record holds of them.

    Attributes:
        written: a value that was withdrawn has another identifier.
        known: identifiers of those that are there.
    """

    written: Sequence[Written]
    known: frozenset[str]

    @property
    def new(self) -> list[Written]:
        return [value for value in self.written if value.identifier not in self.known]


def compare_with_record(
    reader: FhirReader, person: Person, written: Sequence[Written], *, seconds: float
) -> Compared:
    """Find which of these values are on this patient's record.

    A value that was withdrawn there does not count as on the record. It may be written
    again under another identifier: by its own the server would find the withdrawn one.
    A value that nobody has confirmed is on the record if the same value was confirmed.

    Raises:
        CdsError: the server cannot be read, or a value was withdrawn too often.
    """
    until = time.monotonic() + seconds
    compared = _compared(reader, person, written, until)
    twins = {
        value.identifier: _identified(value, value.confirmed)
        for value in compared.new
        if value.confirmed
    }
    if not twins:
        return compared
    confirmed = _compared(reader, person, [*twins.values()], until)
    known = {
        identifier
        for identifier, twin in zip(twins, confirmed.written, strict=True)
        if twin.identifier in confirmed.known
    }
    return Compared(compared.written, compared.known | known)


def _compared(
    reader: FhirReader, person: Person, written: Sequence[Written], until: float
) -> Compared:
    values, known = list(written), set[str]()
    asked = [value.identifier for value in values]
    for _ in range(MOST_WITHDRAWALS):
        present, withdrawn = _identifiers_on_record(reader, person, asked, until)
        known |= present
        missing = withdrawn - present
        if not missing:
            return Compared(values, frozenset(known))
        again = {
            value.identifier: _again(value)
            for value in values
            if value.identifier in missing
        }
        values = [again.get(value.identifier, value) for value in values]
        asked = [value.identifier for value in again.values()]
    raise CdsError(TOO_OFTEN)


def _again(written: Written) -> Written:
    """Return the same value with the identifier that follows its own."""
    name = str(uuid5(NAMESPACE_URL, f"{IDENTIFIERS}|{written.identifier}"))
    return _identified(written, name)


def _identified(written: Written, name: str) -> Written:
    identifier = [{"system": IDENTIFIERS, "value": name}]
    return replace(
        written, observation={**written.observation, "identifier": identifier}
    )


def _identifiers_on_record(
    reader: FhirReader, person: Person, identifiers: Sequence[str], until: float
) -> tuple[set[str], set[str]]:
    """Return which of these identifiers are on this patient's Observations.

    First those of Observations that count, then those of withdrawn ones.
    """
    present: set[str] = set()
    withdrawn: set[str] = set()
    for start in range(0, len(identifiers), AT_ONCE):
        names = identifiers[start : start + AT_ONCE]
        wanted = ",".join(quote(f"{IDENTIFIERS}|{name}", safe="") for name in names)
        query = f"Observation?identifier={wanted}&patient={person.patient_id}"
        # A server may pass over a parameter that it does not know.
        for resource in _observations(reader, person, query, until):
            of_kind = withdrawn if resource.get("status") in WITHDRAWN else present
            named = objects(resource.get("identifier"))
            of_kind |= {text(identifier.get("value")) for identifier in named}
    return present & {*identifiers}, withdrawn & {*identifiers}


def measures_in(observation: Json) -> list[str]:
    """List the measures of ours that this Observation is coded as."""
    codes = objects(member(observation, "code", "coding"))
    return [text(code.get("code")) for code in codes if code.get("system") == MEASURES]


def is_alone(written: Written) -> bool:
    """Tell if a measure can have only one value on a day (see `without_rivals`)."""
    quantity = written.value.measure.quantity
    return quantity is None or isinstance(quantity, NumberSpec)


def _observations(
    reader: FhirReader,
    person: Person,
    query: str,
    until: float,
) -> list[Json]:
    """Read this patient's Observations of a search.

    Raises:
        CdsError: the server cannot be read.
    """
    try:
        read = read_apart(reader, query, person.bases, until=until)
    except FhirReadError as error:
        raise CdsError(UNREAD.format(error=error)) from None
    return [raw for raw in read.resources if person.is_subject_of(raw)]

"""`kyphoplasty-cds import`: measurements made elsewhere become FHIR Observations.

Only numbers are read. The output says what was taken, and what was refused and why.
Names of patients are neither read nor printed.
"""

import json
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import click

from cds_service.commands import options
from cds_service.commands.terminal import clean
from cds_service.errors import CdsError, FhirReadError
from cds_service.fhir.gathering.patient_status import why_closed
from cds_service.fhir.gathering.subjects import Person, is_record_number
from cds_service.fhir.mapping.levels.level_names import in_order
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, member, objects, text
from cds_service.fhir.references import bases_of
from cds_service.fhir.server.client import FhirClient
from cds_service.fhir.server.lookup import check_patient
from cds_service.fhir.server.writing import send_each, send_transaction
from cds_service.loading import (
    calendar_of,
    load_measures_in_force,
    load_vocabulary,
    mapping_folders,
)
from cds_service.measures.observations import (
    Writer,
    Written,
    compare_with_record,
    site_codes,
    transaction,
    without_rivals,
)
from cds_service.measures.reading import files_of, read_source
from cds_service.measures.rivals import without_rivals_on_record
from cds_service.measures.table_rows import ImportContext
from cds_service.measures.values import (
    NotTaken,
    Reported,
    Source,
    Subject,
    Supplement,
    completed,
    read_number,
)
from cds_service.outgoing import Connections
from cds_service.outgoing.address import parse_base
from cds_service.settings import read_settings
from cds_service.site.folder import aliases_of_server

SECONDS = 30.0
OTHER_LEVEL = "at another level than --level names"
AHEAD = "the day lies in the future"
SEVERAL_PATIENTS = (
    "the sources are of more than one patient ({what}); import them one at a time"
)
OTHER_NUMBER = (
    "its patient ID is none of the identifiers of this patient on the server, and no"
    " birth date says that it is the same person. Nothing was imported: correct the ID"
    " in the file, or add the number to the patient's identifiers."
)
BIRTH_DATES_AGREE = (
    "its patient ID is none of the identifiers of this patient on the server; the birth"
    " dates agree"
)
NOT_COMPARED = (
    "it names no patient ID, and no birth date was compared: that it is of this patient"
    " is said by --patient alone"
)
OTHER_PATIENT = "of another patient: {what}"
ANOTHER = "The server has another resource for this patient's id; nothing was sent."
CLOSED = "This patient {why}; nothing was sent. Is it the right id?"


def _thickness(value: str) -> Decimal:
    number = read_number(value)
    if number is None or number[1] not in ("", "mm") or not 0 < number[0] <= 50:
        raise ValueError("not a thickness in mm")
    return number[0]


@click.command("import")
@click.argument(
    "sources", metavar="SOURCE…", nargs=-1, required=True, type=options.OLD_PATH
)
@click.option(
    "--patient", required=True, type=options.FHIR_ID, help="the patient's FHIR id"
)
@click.option(
    "--out", type=options.NEW_FILE, help="write the Observations as a transaction"
)
@click.option(
    "--fhir-server", type=options.BASE, help="base of a FHIR R4 server that takes them"
)
@click.option(
    "--single",
    is_flag=True,
    help="one create after the other, for a server that takes no transaction",
)
@click.option("--dry-run", is_flag=True, help="only say what would be taken")
@options.TOKEN_FILE
@click.option(
    "--date",
    "day",
    type=options.ReadBy("DAY", date.fromisoformat),
    help="of the examination",
)
@options.levels("that was measured")
@click.option(
    "--method", default="", help="how it was measured: 'unenhanced CT, 120 kV'"
)
@click.option(
    "--slice-thickness",
    "thickness",
    type=options.ReadBy("MM", _thickness),
    help="of the slice, in mm",
)
@options.SITE
@options.AS_JSON
@options.check_text
def import_measurements(*, as_json: bool, **words: Any) -> None:
    """Write measurements that were made elsewhere as FHIR Observations.

    Reads DICOM structured reports (TID 1500), tables of Comp2Comp and MuscleMap, and
    tables (CSV, Excel) whose columns are named as the findings are. --date, --level and
    --method say what a source does not.
    """
    has_target = words["out"] is not None or words["fhir_server"] is not None
    if not (has_target or words["dry_run"] or as_json):
        raise click.UsageError("one of --out, --fhir-server and --dry-run is needed")
    levels = in_order({*chain.from_iterable(words.pop("levels"))})
    stated = Supplement(
        day=words.pop("day"),
        levels=levels,
        method=words.pop("method").strip(),
        thickness=words.pop("thickness"),
    )
    wish = Wish(**words, stated=stated)
    outcome = _import_sources(wish)
    if as_json:
        options.print_json(outcome.to_json())
    else:
        _print_outcome(outcome)
    deliver(outcome, wish)
    if not outcome.taken:
        sys.exit(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The choices of the command line.

    Attributes:
        stated: day, levels and method, for a source that does not say them.
    """

    sources: tuple[Path, ...]
    patient: str
    out: Path | None
    fhir_server: str | None
    single: bool
    dry_run: bool
    token: str | None
    site: Path | None
    stated: Supplement


@dataclass(frozen=True, slots=True)
class Outcome:
    """The values of all sources, written or refused.

    Attributes:
        written: the values that were taken, by source.
        person: as the server's record names the patient; None without a server.
    """

    sources: Sequence[Source]
    written: Sequence[tuple[Source, Sequence[Written]]]
    refused: Sequence[NotTaken]
    person: Person | None = None

    @property
    def taken(self) -> list[Written]:
        return list(chain.from_iterable(written for _, written in self.written))

    def to_json(self) -> Json:
        return {
            "taken": [value.observation for value in self.taken],
            "refused": [refusal._asdict() for refusal in self.refused],
        }


def _import_sources(wish: Wish) -> Outcome:
    """Read all sources, and make an Observation of what the service would read back.

    Raises:
        CdsError: a source cannot be opened, the server cannot be read, or it is of
            another patient.
    """
    folder, _ = options.chosen_site(wish.site)
    folders = mapping_folders(folder)
    terminology = Terminology(*folders, calendar=calendar_of(folder))
    context = ImportContext(
        load_measures_in_force(folder),
        terminology,
        wish.patient,
        wish.stated,
        load_vocabulary(folder),
    )
    sources = [read_source(file, context) for file in files_of(wish.sources)]
    _refuse_several_patients(sources)
    person = None if wish.fhir_server is None else _check_person(wish, sources)
    writer = Writer(wish.patient, terminology, site_codes(folders))
    outcome = _outcome(sources, writer, wish.stated)
    if person is None:
        return outcome
    return _without_rivals_on_record(outcome, wish, person, terminology)


def _without_rivals_on_record(
    outcome: Outcome, wish: Wish, person: Person, terminology: Terminology
) -> Outcome:
    """Refuse what the server's record contradicts.

    Raises:
        CdsError: the server cannot be read.
    """
    reader = _fresh_reader(wish)
    refused = list(outcome.refused)
    written: list[tuple[Source, Sequence[Written]]] = []
    for source, values in outcome.written:
        taken, rivals = without_rivals_on_record(
            reader, person, values, terminology, seconds=SECONDS
        )
        refused += rivals
        if taken:
            written.append((source, taken))
    return Outcome(outcome.sources, written, refused, person)


def _fresh_reader(wish: Wish) -> FhirClient:
    """Return a client that gets no answer from the server's cache."""
    base = wish.fhir_server or ""
    return FhirClient(base, wish.token, connections=_connections(), is_fresh=True)


def _outcome(sources: Sequence[Source], writer: Writer, stated: Supplement) -> Outcome:
    """Write each value as an Observation, or refuse it.

    A value that two sources have is the first one's.
    """
    refused = list(chain.from_iterable(source.refused for source in sources))
    today = writer.terminology.calendar.day_of(datetime.now(UTC))
    written: list[tuple[Source, list[Written]]] = []
    for source in sources:
        of_source: list[Written] = []
        for value in source.reported:
            whole = completed(value, stated)
            result = (
                _refused_level(value, stated)
                or _refused_day(whole, today)
                or writer.write(whole)
            )
            if isinstance(result, Written):
                of_source.append(result)
            else:
                refused.append(result)
        written.append((source, of_source))
    taken, rivals = without_rivals(
        [*chain.from_iterable(of_source for _, of_source in written)]
    )
    named = {value.identifier for value in taken}
    groups: list[tuple[Source, Sequence[Written]]] = []
    for source, of_source in written:
        mine = [value for value in of_source if value.identifier in named]
        named -= {value.identifier for value in mine}
        if mine:
            groups.append((source, mine))
    return Outcome(sources, groups, [*refused, *rivals])


def _refused_level(value: Reported, stated: Supplement) -> NotTaken | None:
    """Refuse a value of a level that `--level` does not name."""
    is_compared = stated.levels and value.levels and value.measure.level_is_free
    if not is_compared or {*value.levels} <= {*stated.levels}:
        return None
    return NotTaken(value.where, f"{value.measure.name} {value.printed}", OTHER_LEVEL)


def _refused_day(value: Reported, today: date) -> NotTaken | None:
    """Refuse a day that is yet to come: it was mistyped."""
    if value.day is None or value.day <= today:
        return None
    named = f"{value.measure.name} {value.printed}, {value.day}"
    return NotTaken(value.where, named, AHEAD)


# --- whose it is


def _refuse_several_patients(sources: Sequence[Source]) -> None:
    """Compare the patients of the sources, in all that two of them state.

    Raises:
        CdsError: they differ.
    """
    people = [source.person for source in sources if source.person and source.reported]
    numbers = {person.identifier for person in people} - {""}
    marks: dict[str, Collection[object]] = {
        "issuers of the patient ID": {person.issuer for person in people} - {""},
        "birth dates": {person.born for person in people} - {None},
        "sexes": {person.sex for person in people} - {""},
    }
    named = [f"the {name}" for name, values in marks.items() if len(values) > 1]
    if len(numbers) > 1:
        raise CdsError(SEVERAL_PATIENTS.format(what=", ".join(sorted(numbers))))
    if named:
        what = f"{' and '.join(named)} differ"
        raise CdsError(SEVERAL_PATIENTS.format(what=what))


def _check_person(wish: Wish, sources: Sequence[Source]) -> Person:
    """Compare what the sources say of the patient with the server's Patient.

    Returns:
        the patient, in every form that the record uses.

    Raises:
        CdsError: the server cannot be read or has no such patient, or a source is of
            somebody else.
    """
    patient = _read_patient(wish)
    for source in sources:
        if source.person is not None and source.reported:
            _check_source(source.name, source.person, patient)
    base = wish.fhir_server or ""
    folder, _ = options.chosen_site(wish.site)
    bases = bases_of([base, *aliases_of_server(folder, base)])
    return Person(wish.patient, bases).identified(patient, ())


def _read_patient(wish: Wish) -> Json:
    """Read the server's Patient.

    Raises:
        CdsError: the server cannot be read, has no such patient, or nothing may be
            written for this one.
    """
    until = time.monotonic() + SECONDS
    reader = FhirClient(wish.fhir_server or "", wish.token, connections=_connections())
    check_patient(reader, wish.patient, until=until)
    try:
        documents = reader.fetch(f"Patient/{wish.patient}", until=until).documents
    except FhirReadError as error:
        raise CdsError(f"The patient could not be read: {error}.") from None
    patient: Json = documents[0]
    if patient.get("resourceType") != "Patient" or patient.get("id") != wish.patient:
        raise CdsError(ANOTHER)
    if why := why_closed(patient):
        raise CdsError(CLOSED.format(why=why))
    return patient


def _check_source(name: str, person: Subject, patient: Json) -> None:
    """Compare a source's patient with the server's; note what was not compared.

    Raises:
        CdsError: they differ.
    """
    if what := _contradiction(person, patient):
        raise CdsError(f"{name}: {OTHER_PATIENT.format(what=what)}")
    today = datetime.now(UTC).date().isoformat()
    if person.identifier in {patient["id"], *_record_numbers(patient, today)}:
        return
    if _has_same_birth_date(person, patient):
        note = BIRTH_DATES_AGREE
    elif person.identifier:
        raise CdsError(f"{name}: {OTHER_NUMBER}")
    else:
        note = NOT_COMPARED
    options.print_note(f"note: {name}: {note}")


def _record_numbers(patient: Json, today: str) -> Iterator[str]:
    """Yield the numbers by which this patient is known now.

    A policy, a passport or a number out of use may be somebody else's at the hospital
    that wrote the report.
    """
    for identifier in objects(member(patient, "identifier")):
        end = text(member(identifier, "period", "end"))[: len(today)]
        is_over = end != "" and end < today[: len(end)]
        if is_record_number(identifier) and not is_over:
            yield text(identifier.get("value"))


def _has_same_birth_date(person: Subject, patient: Json) -> bool:
    return person.born is not None and text(patient.get("birthDate")) == (
        person.born.isoformat()
    )


def _contradiction(person: Subject, patient: Json) -> str:
    """Say how this person differs from the server's Patient; empty if it does not."""
    born = text(patient.get("birthDate"))
    if person.born and not person.born.isoformat().startswith(born):
        return "the birth dates differ"
    sex = text(patient.get("gender"))
    if person.sex and sex in ("male", "female") and sex != person.sex:
        return "the sexes differ"
    return ""


# --- where it goes


def deliver(outcome: Outcome, wish: Wish) -> None:
    """Write the transaction to the file and the server that were named.

    Raises:
        CdsError: the file cannot be written, or the server took nothing.
    """
    if wish.dry_run or not outcome.taken:
        return
    if wish.out is not None:
        bundle = transaction(outcome.written, datetime.now(UTC))
        with options.writing_to(wish.out) as file:
            file.write(json.dumps(bundle, ensure_ascii=False, indent=1) + "\n")
        options.print_note(
            f"{wish.out}: {len(outcome.taken)} Observations, to be sent as one"
            " transaction"
        )
    if outcome.person is not None:
        _send(outcome, wish, outcome.person)


def _send(outcome: Outcome, wish: Wish, person: Person) -> None:
    """Send what is not on the server yet."""
    base = wish.fhir_server or ""
    if wish.token is not None and not parse_base(base).may_carry_tokens:
        options.print_note(
            "note: a token is not sent over plain http; the server is asked without it"
        )
    reader = _fresh_reader(wish)
    new: list[tuple[Source, Sequence[Written]]] = []
    for source, written in outcome.written:
        compared = compare_with_record(reader, person, written, seconds=SECONDS)
        if compared.new:
            new.append((source, compared.new))
    bundle = transaction(new, datetime.now(UTC))
    statuses: Sequence[str] = ()
    if bundle["entry"]:
        send = send_each if wish.single else send_transaction
        statuses = send(
            base, wish.token, bundle, connections=_connections(), seconds=SECONDS
        )
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    ours = [
        status
        for status, kind in zip(statuses, kinds, strict=True)
        if kind == "Observation"
    ]
    created = sum(status.startswith("201") for status in ours)
    options.print_note(
        f"{base}: {created} new, {len(outcome.taken) - created} there already"
    )


def _connections() -> Connections:
    return Connections(max_record_bytes=read_settings().max_record_bytes)


def _print_outcome(outcome: Outcome) -> None:
    """Print each source, each value that was taken, and each that was refused."""
    for source in outcome.sources:
        click.echo(clean(f"{source.name}: {source.kind or 'not recognised'}"))
    for value in outcome.taken:
        click.echo(clean(f"  taken    {_line(value)}"))
    for refused in outcome.refused:
        click.echo(clean(f"  refused  {refused.where}: {refused.what}: {refused.why}"))
    click.echo(f"{len(outcome.taken)} taken, {len(outcome.refused)} refused")


def _line(written: Written) -> str:
    value, observation = written.value, written.observation
    quantity = observation.get("valueQuantity")
    amount = (
        f"{quantity['value']:g} {quantity['code']}".removesuffix(" 1")
        if quantity
        else value.printed
    )
    site = text(member(observation, "bodySite", "text"))
    where = f" at {site}" if value.levels else ""
    status = ""
    if observation["status"] != "final":
        status = ", preliminary: a person has to confirm it"
    notes = [text(note.get("text")) for note in objects(observation.get("note"))]
    ending = f". {' '.join(notes)}" if notes else ""
    return (
        f"{value.measure.name} {amount}{where}, {value.day}{status}"
        f" ({value.where}){ending}"
    )

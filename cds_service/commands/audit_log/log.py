"""`kyphoplasty-cds audit`: list, show, verify, sign, export and purge the log.

Reads and exports are entries themselves; `verify` only reads.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click
from rich.text import Text
from sqlalchemy.exc import DBAPIError

from cds_service.audit.appending import Head, append_entries
from cds_service.audit.chain import AuditEntry, facts_of, seal
from cds_service.audit.checkpoint import make_checkpoint as sign_head
from cds_service.audit.checkpoint import own_signer, signer_of
from cds_service.audit.database import HEAD, Database
from cds_service.audit.database_faults import fault_words
from cds_service.audit.exporting import begin_export, export_lines
from cds_service.audit.purge import (
    HOW,
    count_purgeable,
    doubt_of_clock,
    has_checkpoint,
    purge_before,
)
from cds_service.audit.query import Query, patient_filter
from cds_service.audit.reader import AuditReader, ListedEntry, Stored
from cds_service.audit.store import utc_now
from cds_service.audit.verification.exported import verify_export
from cds_service.audit.verification.notes import (
    BadNote,
    Checkpoint,
    read_key,
    read_note,
)
from cds_service.audit.verification.rows import NoLog
from cds_service.audit.verification.walk import (
    Report,
    report_json,
    report_lines,
    verify_log,
)
from cds_service.commands import options
from cds_service.commands.terminal import clean, make_console, print_answer
from cds_service.errors import AuditUnavailable, CdsError, DataFileError
from cds_service.fhir.server import lookup
from cds_service.fhir.server.client import FhirClient
from cds_service.settings import Settings, read_settings

WAIT_SECONDS = 10.0  # a command may wait longer for the database than an answer may
MOST = 10_000
# Kinds of entries that a log has before any EHR calls.
OWN_KINDS = frozenset({"genesis", "read", "start", "stop"})
# Digits of an entry's number: more may not fit 64 bits.
MOST_DIGITS = 18

P = ParamSpec("P")
R = TypeVar("R")


def _of_identifier(command: Callable[P, R]) -> Callable[P, R]:
    """Add the options that lead from a record number to the patient's FHIR id."""
    for option in (
        options.TOKEN_FILE,
        click.option(
            "--fhir-server", type=options.BASE, help="server to ask about --identifier"
        ),
        click.option(
            "--identifier",
            metavar="[SYSTEM|]VALUE",
            help="record number of the patient, in place of --patient",
        ),
    ):
        command = option(command)
    return command


@click.command("list")
@click.option("--patient", metavar="ID", help="FHIR id, or a part: '*4711', '*47*'")
@_of_identifier
@click.option("--user", metavar="ID", help="entries of this user")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="KIND",
    help="answer, refusal, feedback, read, export, …",
)
@click.option("--hook-instance", metavar="ID", help="entries of this signing")
@click.option("--card", metavar="UUID", help="entries that show this card")
@options.OF_MODEL
@options.OF_VERSION
@options.OF_DIGEST
@options.SINCE
@options.UNTIL
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, MOST))
@click.option("--json", "as_json", is_flag=True, help="one JSON object a line")
@options.check_text
def list_entries(*, limit: int, as_json: bool, **criteria: Any) -> None:
    """List entries, newest first."""
    query = _query(**criteria)
    with log_database() as database:
        record_read(database, "list", query.to_json(), query.patient)
        entries = AuditReader(database).find(query, limit=limit).entries
        for entry in entries:
            members = {
                name: value
                for name, value in asdict(entry).items()
                if value not in (None, ())
            }
            line = json.dumps(members) if as_json else _entry_line(entry)
            click.echo(line)
        if not any(entry.kind not in OWN_KINDS for entry in entries):
            click.echo(
                f"no answer is listed; the log is {database.name}; to look into"
                " another, set KYPHOPLASTY_CDS_DATABASE_URL",
                err=True,
            )


@click.command("show")
@click.argument("entry", metavar="ID")
@click.option(
    "--replay",
    "wants_replay",
    is_flag=True,
    help="recompute the figures from the entry alone and compare",
)
@options.AS_JSON
@options.check_text
def show_entry(*, entry: str, wants_replay: bool, as_json: bool) -> None:
    """Show one entry, by id or number."""
    with log_database() as database:
        is_number = entry.isdecimal() and len(entry) <= MOST_DIGITS
        place = int(entry) if is_number else entry
        stored = AuditReader(database).entry(place)
        if stored is None:
            raise AuditUnavailable(f"There is no entry {entry}.")
        record_read(
            database, "show", {"entry": stored.id}, stored.patient, about=stored.id
        )
    document = _stored_json(stored)
    if wants_replay:
        document["replay"] = _replayed(stored)
    if as_json:
        options.print_json(document)
    else:
        _print_entry(document)
    if wants_replay and not document["replay"]["identical"]:
        sys.exit(1)


@click.command("verify")
@click.option(
    "--checkpoint",
    "notes",
    type=options.OLD_PATH,
    multiple=True,
    metavar="PATH",
    help="a signed checkpoint kept elsewhere, or a folder: every *.note in it",
)
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="KEY",
    help="the public key that must have signed, as `audit checkpoint` printed it",
)
@click.option(
    "--export",
    "exported",
    type=options.OLD_FILE,
    metavar="FILE",
    help="check an NDJSON export instead of the log; away from its log, give --key",
)
@click.option(
    "--record",
    "is_recorded",
    is_flag=True,
    help="write an entry that says when and what was verified, for the review pages",
)
@options.AS_JSON
@options.check_text
def verify(
    *,
    notes: tuple[Path, ...],
    keys: tuple[str, ...],
    exported: Path | None,
    is_recorded: bool,
    as_json: bool,
) -> None:
    """Check whether entries were changed, inserted, removed, reordered or cut off.

    Reads only, unless --record.
    """
    if is_recorded and exported is not None:
        raise click.UsageError("--record writes into the log: leave out --export")
    try:
        checkpoints = list(_checkpoints(notes))
        trusted = [read_key(key) for key in keys]
        if exported is not None:
            # Without changing the ends of lines: the manifest's hash covers them too.
            with exported.open(encoding="utf-8", errors="replace", newline="") as lines:
                report = verify_export(lines, trusted or [read_key(_own_key())])
        else:
            settings = read_settings()
            report = verify_log(
                settings.database_url,
                checkpoints,
                trusted,
                progress=_print_progress,
                retention_days=settings.retention_days,
            )
    except BadNote as error:
        raise DataFileError("--checkpoint/--key", "", str(error)) from None
    except NoLog as error:
        cure = "set this variable to the database that the service uses"
        raise DataFileError(
            "KYPHOPLASTY_CDS_DATABASE_URL", "", f"{error}; {cure}"
        ) from None
    if as_json:
        options.print_json(report_json(report))
    else:
        for line in report_lines(report):
            click.echo(line)
    if is_recorded:
        _record_verification(report, len(checkpoints))
    sys.exit(0 if report.is_whole else 1)


def _record_verification(report: Report, checkpoints: int) -> None:
    """Write down when the log was verified, and what was found."""
    content = {
        "entries": report.entries,
        "last": report.last,
        "hash": report.hash,
        "faultCount": report.fault_count,
        "checkpoints": checkpoints,
    }
    entry = AuditEntry(
        kind="verify",
        at=utc_now(),
        user=options.machine_user(),
        result="whole" if report.is_whole else "not-whole",
        content=content,
    )
    with log_database() as database, database.writing() as connection:
        append_entries(connection, [seal(entry)], utc_now)


def _checkpoints(paths: Iterable[Path]) -> Iterator[Checkpoint]:
    """Read the notes at these paths, and all notes of a folder.

    Raises:
        BadNote: a file is not a note, or a folder has none; the message names it.
    """
    for path in paths:
        files = sorted(path.glob("*.note")) if path.is_dir() else [path]
        if not files:
            # Without a note, a log that was cut off would look whole.
            raise BadNote(f"{path}: the folder has no *.note")
        for file in files:
            if fault := options.fault_of(file):
                raise BadNote(fault)
            try:
                yield read_note(file.read_text(encoding="utf-8", errors="replace"))
            except BadNote as error:
                raise BadNote(f"{file.name}: {error}") from None


@click.command("checkpoint")
@click.option(
    "--out", type=options.NEW_FILE, metavar="FILE", help="default: standard output"
)
@options.check_text
def make_checkpoint(out: Path | None) -> None:
    """Sign the head of the log: a short note to keep elsewhere."""
    with log_database() as database:
        key_file = read_settings().audit_key
        note = sign_head(database, key_file, utc_now)
        public = signer_of(database, key_file, utc_now).public_text
    with options.writing_to(out) as stream:
        stream.write(note)
    click.echo(f"key: {public}", err=True)


@click.command("export")
@click.option(
    "--format",
    "form",
    type=click.Choice(["ndjson", "csv", "fhir", "feedback"]),
    default="ndjson",
    show_default=True,
)
@options.SINCE
@options.UNTIL
@click.option("--patient", metavar="ID", help="FHIR id, or a part: '*4711', '*47*'")
@_of_identifier
@options.OF_MODEL
@options.OF_VERSION
@options.OF_DIGEST
@click.option(
    "--out", type=options.NEW_FILE, metavar="FILE", help="default: standard output"
)
@options.check_text
def export(form: Any, out: Path | None, **criteria: Any) -> None:
    """Export entries as NDJSON, CSV or FHIR AuditEvents.

    --format feedback has the columns of HTI-1.

    The last line is a signed manifest. The export is itself an entry of the log.
    """
    with log_database() as database:
        begun = begin_export(
            database,
            _query(**criteria),
            form,
            options.machine_user(),
            utc_now,
            read_settings().audit_key,
        )
        with options.writing_to(out) as stream:
            stream.writelines(export_lines(database, begun))


@click.command("purge")
@click.option(
    "--i-know",
    is_flag=True,
    help="needed if RETENTION_DAYS is less than 2192 days (six years)",
)
@click.option("--dry-run", is_flag=True, help="only count")
@click.option(
    "--delete-what-was-said-before",
    "confirmed",
    metavar="DAY",
    help=(
        "if a purge was refused because the clock may be wrong: the day that the"
        " refusal names. For a person who looked at a calendar, never for a timer"
    ),
)
@options.check_text
def purge(*, i_know: bool, dry_run: bool, confirmed: str | None) -> None:
    """Delete the payloads of entries older than RETENTION_DAYS.

    The chain of hashes stays, and shows which entries were purged.
    """
    kept_days, now = read_settings().retention_days, utc_now()
    if kept_days < Settings.model_fields["retention_days"].default and not i_know:
        raise click.UsageError(
            "RETENTION_DAYS is less than 2192 days (six years): add --i-know if that is"
            " lawful where you are"
        )
    before = now - timedelta(days=kept_days)
    with log_database() as database:
        count = count_purgeable(database, before)
        if count and not dry_run:
            if not has_checkpoint(database):
                raise CdsError(
                    f"Nothing was purged: no checkpoint covers these entries. {HOW}"
                )
            doubt = doubt_of_clock(database, now)
            if doubt and confirmed != f"{before:%Y-%m-%d}":
                again = (
                    f"if {now:%Y-%m-%d} is today, add --delete-what-was-said-before"
                    f" {before:%Y-%m-%d}"
                )
                raise CdsError(
                    f"The clock may be wrong: {doubt}. Nothing was purged; {again}."
                )
            count = purge_before(database, before, options.machine_user(), utc_now)
    verb = "would be purged" if dry_run else "purged"
    click.echo(f"{count} entries from before {before:%Y-%m-%d} {verb}")


@click.command("migrate")
@options.check_text
def migrate() -> None:
    """Create or update the tables of the log.

    `serve` does this itself if its role may.
    """
    with log_database(may_begin=True):
        click.echo(f"the tables are at step {HEAD}")


@contextmanager
def log_database(*, may_begin: bool = False) -> Iterator[Database]:
    """Yield the database of the log.

    With `may_begin` a new log begins if there is none, provided that a setting names
    the database.

    Raises:
        DataFileError: there is no log, and none may begin.
        AuditUnavailable: the database does not answer.
    """
    settings = read_settings()
    database = Database(settings.database_url, wait_seconds=WAIT_SECONDS)
    try:
        if not (may_begin and "database_url" in settings.model_fields_set):
            database.check_exists()
        elif not database.holds_log():
            click.echo(f"a new audit log begins in {database.name}", err=True)
        database.prepare()
        yield database
    except DBAPIError as error:
        raise AuditUnavailable(
            f"The audit log cannot be used: {fault_words(error)}"
            f" ({type(error).__name__})."
        ) from None
    finally:
        database.dispose()


def _own_key() -> str:
    """Return the public key of the log that is configured here."""
    with log_database() as database:
        return own_signer(database, read_settings().audit_key).public_text


def record_read(
    database: Database,
    what: str,
    criteria: Any,
    patient: str | None,
    about: str | None = None,
) -> Head:
    """Append an entry that says what this user has read.

    Args:
        database: the database of the log.
        what: the command.
        criteria: its filter, as JSON.
        patient: FHIR id of the patient whose entries were read; None for several.
        about: id of the entry that was read; None for a list.
    """
    content = {"command": what, "filter": criteria}
    entry = AuditEntry(
        kind="read",
        at=utc_now(),
        user=options.machine_user(),
        patient=patient,
        about=about,
        content=content,
    )
    with database.writing() as connection:
        return append_entries(connection, [seal(entry)], utc_now)


def check_period(since: datetime | None, until: datetime | None) -> None:
    """Refuse a period that holds nothing.

    A list without entries would look like a log without any.
    """
    if since and since.replace(tzinfo=UTC) > datetime.now(UTC):
        raise click.BadParameter("lies in the future", param_hint="--from")
    if since and until and until <= since:
        raise click.BadParameter("must lie after --from", param_hint="--to")


def _pop_patient(criteria: dict[str, Any]) -> dict[str, str]:
    """Take the options that name a patient out of the criteria.

    Return them as criteria of the query: a FHIR id, or a part of one. Only the FHIR
    server knows a record number: it is written neither to the log nor to the entry
    about this search.
    """
    identifier, server = criteria.pop("identifier"), criteria.pop("fhir_server")
    token, patient = criteria.pop("token"), criteria.get("patient")
    if identifier is None:
        return _patient_filter(patient) if patient else {}
    if patient or not server:
        raise click.UsageError(
            "--identifier needs --fhir-server, and is given without --patient"
        )
    fhir = FhirClient(server, token)
    until = time.monotonic() + WAIT_SECONDS
    return {"patient": lookup.find_by_identifier(fhir, identifier, until=until)}


def _patient_filter(text: str) -> dict[str, str]:
    try:
        return patient_filter(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--patient") from None


def _query(**criteria: Any) -> Query:
    by_patient = _pop_patient(criteria)
    criteria |= {"patient": None, **by_patient}
    check_period(criteria["since"], criteria["until"])
    if criteria.get("model_version") and not criteria.get("model"):
        raise click.UsageError("--model-version needs --model")
    for name in ("since", "until"):
        moment = criteria.get(name)
        criteria[name] = moment.replace(tzinfo=UTC) if moment else None
    return Query(**criteria)


def _replayed(stored: Stored) -> dict[str, Any]:
    # Loading all data in force is slow, and only this option needs it.
    from cds_service.loading import load_service  # noqa: PLC0415
    from cds_service.review.replay import NothingToReplay, replay  # noqa: PLC0415

    service = load_service(options.chosen_site()[0]).of(stored.client)
    try:
        replayed = replay(stored.content, service, stored.service_id)
    except NothingToReplay:
        raise AuditUnavailable(
            "The entry holds no figures: it is no answer, or what it said was purged."
        ) from None
    return {
        "identical": replayed.is_identical,
        "differences": list(replayed.differences),
        "notes": list(replayed.notes),
    }


def _print_progress(entries: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{entries} entries", err=True, nl=False)


def _entry_line(entry: ListedEntry) -> str:
    cells = (
        entry.kind,
        entry.patient,
        entry.user,
        entry.result,
        entry.reason,
        entry.refracture_band,
    )
    words = "  ".join(cell for cell in cells if cell)
    return clean(f"{entry.sequence:>8}  {entry.at}  {entry.id}  {words}")


def _stored_json(stored: Stored) -> dict[str, Any]:
    chain = {
        "commitment": stored.commitment,
        "previousHash": stored.previous_hash,
        "hash": stored.hash,
    }
    document = {
        "sequence": stored.sequence,
        "id": stored.id,
        "at": stored.at,
        "kind": stored.kind,
        "chain": chain,
    }
    if not stored.is_whole:
        return {**document, ("purged" if stored.body is None else "changed"): True}
    return {**document, "facts": facts_of(stored), "content": stored.content}


def _print_entry(document: Mapping[str, Any]) -> None:
    console = make_console()

    def print_lines(*lines: str) -> None:
        for line in lines:
            console.print(Text(clean(line), overflow="fold"))

    print_lines(
        f"entry {document['sequence']}  {document['id']}",
        f"{document['at']}  {document['kind']}",
    )
    if "content" not in document:
        print_lines(
            "what it said was purged after its retention, is missing, or was changed:"
            " `audit verify` tells which"
        )
        return
    print_lines(*(f"  {name}: {value}" for name, value in document["facts"].items()))
    if document["kind"] == "answer":
        print_answer(console, document["content"])
    else:
        print_lines(json.dumps(document["content"], indent=2))
    if replay := document.get("replay"):
        lines = (*replay["notes"], *replay["differences"])
        result = "identical" if replay["identical"] else "differs"
        print_lines(f"replay: {result}", *(f"  {line}" for line in lines))
    print_lines(f"hash {document['chain']['hash']}")

"""`kyphoplasty-cds loop`: finds in the record if what the cards asked for was done."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from cds_service.audit.appending import append_entries
from cds_service.audit.chain import seal
from cds_service.audit.database import Database
from cds_service.audit.reader import AuditReader
from cds_service.audit.signings import (
    Signing,
    answered_signings,
    begins,
    content_of,
    is_news,
    loop_entry,
)
from cds_service.audit.store import utc_now
from cds_service.call import Service
from cds_service.commands import options
from cds_service.commands.audit_log.log import check_period, log_database, record_read
from cds_service.core.earlier_cards.course_after_signing import (
    DAYS,
    JUDGED,
    NAMED,
    SETTLED,
    Course,
    State,
    knew_more,
)
from cds_service.core.words.wording import date_text
from cds_service.errors import CdsError
from cds_service.fhir.references import NO_BASE, bases_of
from cds_service.fhir.server.client import FhirClient
from cds_service.loading import load_service
from cds_service.outgoing import Connections
from cds_service.outgoing.address import parse_base
from cds_service.population.background import read_lines
from cds_service.population.bulk import SHARED, by_patient, export_files, type_of
from cds_service.population.outcomes.course_after_signing import read_course, row_of
from cds_service.population.scoring import Run
from cds_service.population.worklist import ALSO_READ, LOOP_OPEN, Row, write_worklist
from cds_service.settings import read_settings
from cds_service.site.clients import Client
from cds_service.site.folder import SiteFolder, aliases_of_server

SLOW_IN_A_ROW = 3
INCOMPLETE = (
    "the FHIR server answers too slowly: {cut} patients were not read whole and"
    " {skipped} not at all. What was read is written; run it again"
)
READ_SECONDS = 60.0  # for one patient; no caller waits
SAID: Mapping[State, str] = {
    "done": "with a bone drug or a visit within {days} days",
    "late": "with a bone drug or a visit later",
    "open": "with neither on record: names for the nurse",
    "unsure": "with neither on record, and a list or drug not read: names too",
    "died": "died without either",
    "waiting": "within their {days} days still",
    "not-read": "whose record is not in what was read",
}


@click.command("loop")
@click.argument("paths", metavar="[PATH…]", nargs=-1, type=options.OLD_PATH)
@click.option(
    "--days",
    default=DAYS,
    show_default=True,
    type=click.IntRange(1, 730),
    help="days within which a visit or a bone drug is in time",
)
@options.AS_OF
@options.SINCE
@options.UNTIL
@click.option("--client", metavar="ISSUER", help="signings of this EHR alone")
@click.option("--tenant", metavar="NAME", help="signings of this tenant alone")
@click.option(
    "--fhir-server",
    type=options.BASE,
    help="server that made the export; without PATH, server to read the records from",
)
@options.TOKEN_FILE
@click.option(
    "--worklist",
    type=options.NEW_FILE,
    metavar="F",
    help="who was neither seen nor treated: .csv, .ndjson or .json (FHIR)",
)
@options.AS_JSON
@options.check_text
def close_loop(
    *,
    paths: Sequence[Path],
    days: int,
    token: str | None,
    worklist: Path | None,
    as_json: bool,
    **choices: Any,
) -> None:
    """Read what was done after each answered signing, and write it into the log.

    It reads a Bulk Data export. Without one it asks the FHIR server, if the site
    allows that.
    """
    check_period(choices["since"], choices["until"])
    server = choices["fhir_server"]
    if not paths and not server:
        raise click.UsageError(
            "give the PATH of an export, or --fhir-server to read from a server"
        )
    folder, _ = options.chosen_site()
    if not paths:
        _check_background(folder, choices["client"], server)
    service = load_service(folder)
    today = options.today_at(service.calendar, choices["as_of"])
    with log_database() as database:
        signings = _signings(database, service, today, days, choices)
        bases = NO_BASE
        if server:
            bases = bases_of([server, *aliases_of_server(folder, server)])
        hook = service.signing_hook
        run = Run(service=service, hook=hook, as_of=today, bases=bases)
        if paths:
            reads = Reads(_from_export(signings, paths, run, days))
        else:
            signings = [signing for signing in signings if signing.state not in SETTLED]
            _check_callers(folder, signings, server)
            fhir = _open_server(folder, server, token)
            reads = _from_server(signings, fhir, run, days)
        if signings and not any(reads.courses.values()):
            raise CdsError(
                "none of the patients of these signings could be read; nothing was"
                " written. Is it the right export or server?"
            )
        looks = [
            _look(signing, reads.courses[signing.entry], days) for signing in signings
        ]
        _record(database, looks, today)
    _print_counts(looks, days, is_whole=reads.is_whole, as_json=as_json)
    if worklist:
        _write_list(looks, worklist, today)
    if not reads.is_whole:
        raise CdsError(INCOMPLETE.format(cut=reads.cut, skipped=reads.skipped))


def _signings(
    database: Database,
    service: Service,
    today: date,
    days: int,
    choices: Mapping[str, Any],
) -> list[Signing]:
    """Return the signings to look at; the look is an entry before anything is read."""
    period = {name: begins(choices[name]) for name in ("since", "until")}
    whose = {name: choices[name] for name in ("client", "tenant", "fhir_server")}
    record_read(
        database,
        "loop",
        {"days": days, "asOf": today.isoformat(), **period, **whose},
        None,
    )
    until = period["until"] or "9999"
    with AuditReader(database).reading() as connection:
        signings = answered_signings(connection, period["since"], until, days)
    day_of = service.calendar.day_of
    chosen = choose(
        signings, choices["client"], choices["tenant"], choices["fhir_server"]
    )
    return [signing for signing in chosen if day_of(signing.at) <= today]


@dataclass(frozen=True, slots=True)
class Look:
    """One signing, and its state now.

    Attributes:
        course: as read now; None if it was not read, or an earlier look knew more.
        content: the state and its days, as the log keeps them.
        is_kept: an earlier look knew more.
    """

    signing: Signing
    course: Course | None
    content: Mapping[str, Any]
    is_kept: bool

    @property
    def state(self) -> State:
        state: State = self.content["state"]
        return state


def _look(signing: Signing, course: Course | None, days: int) -> Look:
    content = content_of(course, days)
    has_unread_lists = course is not None and course.has_unread_lists
    if knew_more(signing.state, content["state"], has_unread_lists=has_unread_lists):
        return Look(signing, None, signing.last, is_kept=True)
    return Look(signing, course, content, is_kept=False)


def _write_list(looks: Sequence[Look], file: Path, today: date) -> None:
    """Write the nurse's list, in the order of the patients' ids."""
    rows = [(look.signing.patient, _row(look)) for look in looks if look.state in NAMED]
    listed = sorted(rows, key=lambda row: (row[0], row[1].since))
    write_worklist(listed, file, today, (LOOP_OPEN,))


def _row(look: Look) -> Row:
    card = _card(look.signing)
    if look.course is not None:
        return row_of(look.course, card)
    signed = date.fromisoformat(look.content["signed"])
    read_on = date_text(date.fromisoformat(look.content["asOf"]))
    text = f"Order signed {date_text(signed)}, card {card}; neither seen nor treated"
    return Row(
        LOOP_OPEN,
        signed.isoformat(),
        f"{text} as read on {read_on}; not read this time.",
        (),
    )


def _check_background(
    folder: SiteFolder | None, client: str | None, server: str
) -> None:
    """Refuse a server that the site does not allow to be read without a call.

    Raises:
        CdsError: no EHR of the site with this server has `background-reads`.
    """
    clients = folder.site.clients if folder else ()
    named = [ehr for ehr in clients if client in (None, ehr.issuer)]
    if not any(_bases_at_night(ehr) & {parse_base(server).url} for ehr in named):
        raise CdsError(
            f"{server}: site.toml has no [[clients]] with background-reads = true and"
            " this server among its fhir-servers"
        )


def _check_callers(
    folder: SiteFolder | None, signings: Sequence[Signing], server: str
) -> None:
    """Refuse to look for an EHR's patients on a server that is not theirs.

    The same id is another person there. A signing that named no server is of its EHR's
    only one.

    Raises:
        CdsError: this server is not that of a signing's EHR or tenant, or the site does
            not open it at night for that EHR.
    """
    clients = {ehr.issuer: ehr for ehr in folder.site.clients} if folder else {}
    for signing in signings:
        client = clients.get(signing.client or "")
        bases = _bases_at_night(client, signing.tenant) if client else frozenset()
        is_clear = signing.server is not None or len(bases) == 1
        if parse_base(server).url not in bases or not is_clear:
            raise CdsError(
                f"{server}: site.toml does not allow background-reads there for the"
                f" patients of {signing.client or 'open mode'}; name another EHR with"
                " --client"
            )


def _bases_at_night(client: Client, tenant: str | None = None) -> frozenset[str]:
    """Return the servers of an EHR, or its tenant, that may be read without a call."""
    servers = client.tenant_fhir_servers.get(tenant or "", client.fhir_servers)
    if not client.background_reads:
        return frozenset()
    return frozenset(parse_base(server).url for server in servers)


def choose(
    signings: Sequence[Signing],
    client: str | None,
    tenant: str | None,
    server: str | None,
) -> list[Signing]:
    """Choose the signings whose patients' ids the record has.

    Ids of another server are other people: two servers, or two EHRs, are never mixed.

    Raises:
        click.UsageError: there are several, and none is named.
    """
    chosen = [
        signing
        for signing in signings
        if client in (None, signing.client) and tenant in (None, signing.tenant)
    ]
    callers = {(signing.client, signing.tenant) for signing in chosen}
    if len(callers) > 1:
        names = sorted(
            " ".join(filter(None, caller)) or "no name" for caller in callers
        )
        raise click.UsageError(
            f"signings of several EHRs or tenants ({', '.join(names)}): name one with"
            " --client and --tenant"
        )
    servers = sorted({signing.server for signing in chosen if signing.server})
    if server is None and len(servers) > 1:
        raise click.UsageError(
            f"signings of several FHIR servers ({', '.join(servers)}): name the one"
            " that made the export with --fhir-server"
        )
    return [
        signing
        for signing in chosen
        if server is None or signing.server in (None, server)
    ]


# --- the record


@dataclass(frozen=True, slots=True)
class Reads:
    """The records of the patients of these signings, as far as they were read.

    Attributes:
        courses: by the signing's entry.
        cut: number of patients whose time ran out.
        skipped: number of patients for whom the server was not asked any more.
    """

    courses: Mapping[str, Course | None]
    cut: int = 0
    skipped: int = 0

    @property
    def is_whole(self) -> bool:
        return not (self.cut or self.skipped)


def _from_export(
    signings: Sequence[Signing], paths: Sequence[Path], run: Run, days: int
) -> dict[str, Course | None]:
    wanted: dict[str, list[Signing]] = {}
    for signing in signings:
        wanted.setdefault(signing.patient, []).append(signing)
    types = {template.resource_type for template in run.hook.plan.needed.templates}
    types |= ALSO_READ | SHARED
    files = export_files(paths, types)
    run = replace(run, exported=frozenset(filter(None, map(type_of, files))))
    courses: dict[str, Course | None] = {signing.entry: None for signing in signings}
    with TemporaryDirectory() as folder:
        place = Path(folder)
        lines_of = by_patient(files, place, types, _print_bad, run.bases)
        for patient, lines in lines_of:
            for signing in wanted.get(patient, ()):
                courses[signing.entry] = _course(signing, lines, run, days)
    return courses


def _print_bad(bad: object) -> None:
    options.print_note(str(bad))


def _open_server(
    folder: SiteFolder | None, base: str, token: str | None
) -> Callable[[], FhirClient]:
    """Make clients of this server, one for each patient."""
    allow_private = folder is not None and folder.site.fhir.allow_private_networks
    connections = Connections(
        allow_private=allow_private,
        allow_public_plain=False,
        max_record_bytes=read_settings().max_record_bytes,
    )
    return lambda: FhirClient(base, token, connections=connections, is_fresh=True)


def _from_server(
    signings: Sequence[Signing], fhir: Callable[[], FhirClient], run: Run, days: int
) -> Reads:
    """Read the patients one after another: the server has other work.

    A server that is too slow for several in a row is not asked any more.
    """
    courses: dict[str, Course | None] = {signing.entry: None for signing in signings}
    cut = in_a_row = 0
    for number, signing in enumerate(signings):
        if in_a_row == SLOW_IN_A_ROW:
            return Reads(courses, cut, len(signings) - number)
        until = time.monotonic() + READ_SECONDS
        lines, types = read_lines(fhir(), signing.patient, run.bases, until)
        of_patient = replace(run, exported=types)
        courses[signing.entry] = _course(signing, lines, of_patient, days)
        is_cut = time.monotonic() >= until
        cut += is_cut
        in_a_row = in_a_row + 1 if is_cut else 0
    return Reads(courses, cut)


def _course(
    signing: Signing, lines: Sequence[bytes], run: Run, days: int
) -> Course | None:
    run = replace(run, service=run.service.of(signing.client))
    signed = run.service.calendar.day_of(signing.at)
    return read_course(signing.patient, lines, run, signed, days)


# --- the log, and what is printed


def _record(database: Database, looks: Sequence[Look], today: date) -> None:
    """Append an entry for each signing of which something new was found."""
    user, now, day = options.machine_user(), utc_now(), today.isoformat()
    news = [
        seal(loop_entry(look.signing, look.content, now, user, day))
        for look in looks
        if not look.is_kept and is_news(look.signing, look.content)
    ]
    if news:
        with database.writing() as connection:
            append_entries(connection, news, utc_now)


def _card(signing: Signing) -> str:
    """Return the clinician's answer to the card, in words."""
    if signing.feedback == "overridden" and signing.reason:
        return f"overridden ({signing.reason})"
    return "not answered" if signing.feedback == "none" else signing.feedback


def _print_counts(
    looks: Sequence[Look], days: int, *, is_whole: bool, as_json: bool
) -> None:
    """Print the counts; the names are on the list alone."""
    counts = Counter(look.state for look in looks)
    if as_json:
        counted = {"signings": len(looks), "days": days, "states": counts}
        options.print_json(counted | {"complete": is_whole})
        return
    judged = sum(counts[state] for state in JUDGED)
    click.echo(f"{len(looks)} signings, {judged} to be judged:")
    for state, words in SAID.items():
        if counts[state] or state in ("done", "open"):
            click.echo(f"  {counts[state]} {words.format(days=days)}")

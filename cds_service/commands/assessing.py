"""`kyphoplasty-cds assess`: print the cards for a patient of any FHIR R4 server.

It builds the request of a signed kyphoplasty, and `service.answer` answers it: there is
no second path. The cards are not for treatment, so the audit entry stays in memory.
Patients' names go to the terminal and nowhere else.
"""

import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import click

from cds_service.audit.chain import OneEntry
from cds_service.call import Ports
from cds_service.commands import options
from cds_service.commands.terminal import make_console, print_response
from cds_service.errors import FhirReadError
from cds_service.fhir.gathering.fhir_reader import Fetched
from cds_service.fhir.mapping.levels.level_names import in_order
from cds_service.fhir.raw_json import member, objects
from cds_service.fhir.server import lookup
from cds_service.fhir.server.client import FhirClient
from cds_service.fhir.site_calendar import SiteCalendar
from cds_service.loading import load_service
from cds_service.outgoing import Connections
from cds_service.outgoing.address import parse_base
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import HookResponse, parse_request
from cds_service.samples.requests import (
    augmentation_order,
    fault_of_order,
    order_sign_body,
)
from cds_service.service import answer
from cds_service.settings import Settings, read_settings
from cds_service.site.clients import Capabilities
from cds_service.site.folder import SiteFolder

OLD_DAYS = 365
DATED = (
    "effectiveDateTime",
    "recordedDate",
    "onsetDateTime",
    "authoredOn",
    "performedDateTime",
    "issued",
)

WITHOUT_LEVEL = (
    "no --level: the fractured level is not known and enters no figure; --level L1"
    " names it"
)
WITHOUT_SERVICE = "the links of the cards need a running service; `serve` starts one"


@click.command("assess")
@click.option(
    "--fhir-server", required=True, type=options.BASE, help="base of a FHIR R4 server"
)
@click.option("--patient", type=options.FHIR_ID, help="the patient's FHIR id")
@click.option(
    "--find", metavar="NAME", help="look the patient up by name or identifier"
)
@click.option(
    "--procedure",
    metavar="CODE",
    help="CPT number or SYSTEM|CODE; default: a kyphoplasty",
)
@options.levels("to be treated, T1 to L5")
@click.argument("more_levels", nargs=-1, type=options.VERTEBRAE, metavar="")
@options.TOKEN_FILE
@options.AS_OF
@options.SITE
@options.CLIENT
@click.option("--json", "as_json", is_flag=True, help="print the CDS Hooks response")
@options.check_text
def assess_on_server(
    *,
    levels: Any,
    more_levels: Any,
    site: Path | None,
    client: str | None,
    as_json: bool,
    **words: Any,
) -> None:
    """Sign a kyphoplasty for a patient of any FHIR R4 server, and print the cards."""
    wish = Wish(
        levels=in_order({*chain.from_iterable((*levels, *more_levels))}), **words
    )
    if (wish.patient is None) == (not (wish.find or "").strip()):
        raise click.UsageError("exactly one of --patient and --find is needed")
    folder, capabilities = options.chosen_site(site, client)
    response = _assess_patient(
        wish, read_settings(deadline_seconds=20), folder, capabilities
    )
    if as_json:
        options.print_json(response.to_json())
    else:
        print_response(make_console(), response.to_json())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The request of the command line.

    Attributes:
        fhir_server: allowed because a person named it.
        patient: a FHIR id; None if `find` is to name the patient.
        find: a name or an identifier.
        procedure: a CPT number or `system|code`; kyphoplasty by the level when None.
        token: token for the server, for this run.
        as_of: the day that counts as today; the clock's when None.
    """

    fhir_server: str
    patient: str | None
    find: str | None
    procedure: str | None
    levels: tuple[str, ...]
    token: str | None
    as_of: date | None

    def order(self, patient_id: str, today: date) -> dict[str, Any]:
        return augmentation_order(patient_id, self.procedure, self.levels, today)


def _assess_patient(
    wish: Wish, settings: Settings, site: SiteFolder | None, capabilities: Capabilities
) -> HookResponse:
    """Check the server, find the patient, sign the order and answer it, in time.

    Raises:
        click.UsageError: the order is not an augmentation that this service knows.
        CdsError: the server, the patient or the record cannot be read.
    """
    service = load_service(site)
    hook = service.signing_hook
    calendar = service.calendar
    today = options.today_at(calendar, wish.as_of)
    if fault := fault_of_order(wish.order("any", today), service.terminology):
        raise click.UsageError(fault)
    deadline = Deadline.after(settings.deadline_seconds)
    until = deadline.for_reading().ends
    connections = Connections(max_record_bytes=settings.max_record_bytes)
    reader = PrintingReader(
        FhirClient(wish.fhir_server, wish.token, connections=connections)
    )

    _print_server(wish, reader, connections, until)
    patient_id = wish.patient or _find_one(reader, wish.find or "", until)
    lookup.check_patient(reader, patient_id, until=until)

    order = wish.order(patient_id, today)
    body = order_sign_body(patient_id, wish.fhir_server, [order])
    request = parse_request(body, hook.hook)
    reader.names = {
        query: template.key
        for template in hook.plan.templates
        if (query := template.query_for(request))
    }
    ports = Ports(
        clock=lambda: options.now_or_noon(wish.as_of, calendar),
        fhir=reader,
        audit=OneEntry(),
        is_of_earlier_day=wish.as_of is not None,
        deadline=deadline,
        base_url=settings.public_url or "http://127.0.0.1:8080",
        capabilities=capabilities,
    )
    response = answer(service, hook, request, ports)
    has_cards = bool(response.cards)
    if has_cards and not wish.levels:
        options.print_note(f"note: {WITHOUT_LEVEL}")
    for note in _notes(reader, wish, patient_id, calendar, has_cards=has_cards):
        options.print_note(f"note: {note}")
    if has_cards and settings.public_url is None:
        options.print_note(f"note: {WITHOUT_SERVICE}")
    return response


def _print_server(
    wish: Wish, reader: "PrintingReader", connections: Connections, until: float
) -> None:
    """Print what the server says of itself, and if it is asked without the token.

    Raises:
        LookUpFailed: it cannot be asked, or is no base of a FHIR server.
    """
    server = lookup.identify_server(reader, until=until)
    version = f", FHIR {server.fhir_version}" if server.fhir_version else ""
    note = f"; note: {server.note}" if server.note else ""
    options.print_note(
        f"{wish.fhir_server}: {server.software or 'unknown server'}{version}{note}"
    )
    if server.note:
        _look_below(wish, connections, until)
    if is_kept_back(wish.token, wish.fhir_server):
        options.print_note(
            "note: a token is not sent over plain http; the server is asked without it"
        )


def is_kept_back(token: str | None, base: str) -> bool:
    """Tell if there is a token and it is not sent.

    Plain http to another machine would show it.
    """
    return token is not None and not parse_base(base).may_carry_tokens


def _look_below(wish: Wish, connections: Connections, until: float) -> None:
    """Look for a FHIR server at /fhir below a base that does not describe itself.

    Raises:
        LookUpFailed: there is one; the message names it.
    """
    below = f"{wish.fhir_server}/fhir"
    try:
        server = lookup.identify_server(
            FhirClient(below, None, connections=connections), until=until
        )
    except lookup.LookUpFailed:
        return
    if not server.note:
        raise lookup.LookUpFailed(
            f"This is no base of a FHIR server, but {below} is one: say --fhir-server"
            f" {below}."
        )


def _notes(
    reader: "PrintingReader",
    wish: Wish,
    patient_id: str,
    calendar: SiteCalendar,
    *,
    has_cards: bool,
) -> Iterator[str]:
    """Yield what a person should know: the record is old, or the patient has died."""
    resources = list(reader.resources())
    today = options.today_at(calendar, wish.as_of)
    days = (day for resource in resources for day in _days(resource, calendar))
    newest = max((day for day in days if day <= today), default=None)
    if wish.as_of is None and newest is not None and (today - newest).days > OLD_DAYS:
        yield (
            f"the newest entry of this record is of {newest}; --as-of {newest} reads it"
            " as on that day"
        )
    patient = next(
        (
            resource
            for resource in resources
            if resource.get("resourceType") == "Patient"
            and resource.get("id") == patient_id
        ),
        {},
    )
    died = calendar.named_day(patient.get("deceasedDateTime"))
    if not has_cards and (died or patient.get("deceasedBoolean") is True):
        day = f" ({died})" if died else ""
        yield f"the record says that this patient has died{day}; no card is shown then"


def _days(resource: Mapping[str, Any], calendar: SiteCalendar) -> Iterator[date]:
    """Yield the days on which this entry was made or observed."""
    values = [resource.get(name) for name in DATED]
    periods = [resource.get(name) for name in ("effectivePeriod", "performedPeriod")]
    written = [
        *values,
        *(member(period, end) for period in periods for end in ("start", "end")),
    ]
    yield from filter(None, map(calendar.named_day, written))


def _find_one(fhir: lookup.Browser, wanted: str, until: float) -> str:
    """Return the id of the one patient of this name or identifier.

    Raises:
        LookUpFailed: there is none, or there are several.
    """
    patients = lookup.find_patients(fhir, wanted, until=until)
    if not patients:
        raise lookup.LookUpFailed(
            "The server found no patient of this name or identifier."
        )
    for patient in patients:
        details = (
            patient.name or "no name",
            patient.gender,
            f"born {patient.birth_date}" if patient.birth_date else "",
        )
        options.print_note(f"  {patient.id}  {', '.join(filter(None, details))}")
    if len(patients) > 1:
        count = (
            f"the first {lookup.MOST_SHOWN}"
            if len(patients) >= lookup.MOST_SHOWN
            else str(len(patients))
        )
        raise lookup.LookUpFailed(
            f"Several patients fit ({count} are listed above); choose one with"
            " --patient ID."
        )
    return patients[0].id


@dataclass(slots=True)
class PrintingReader:
    """A `FhirReader` that prints the result of every query, and sends none twice.

    Attributes:
        names: names by query, for those that have one.
    """

    fhir: lookup.Browser
    names: Mapping[str, str] = field(default_factory=dict)
    _read: dict[str, Fetched] = field(default_factory=dict)

    def fetch(self, query: str, *, until: float) -> Fetched:
        """Fetch the server's answer; a repeated query gets the earlier one."""
        if query not in self._read:
            self._read[query] = self._read_and_print(query, self.fhir.fetch, until)
        return self._read[query]

    def first_page(self, query: str, *, until: float) -> Fetched:
        return self._read_and_print(query, self.fhir.first_page, until)

    def follow(self, page: Any, *, until: float) -> Fetched:
        return self.fhir.follow(page, until=until)

    def resources(self) -> Iterator[Mapping[str, Any]]:
        for document in chain.from_iterable(
            fetched.documents for fetched in self._read.values()
        ):
            entries = objects(member(document, "entry"))
            resources = (
                [entry.get("resource") for entry in entries] if entries else [document]
            )
            yield from (
                resource for resource in resources if isinstance(resource, dict)
            )

    def _read_and_print(
        self, query: str, ask: Callable[..., Fetched], until: float
    ) -> Fetched:
        started = time.monotonic()
        try:
            fetched = ask(query, until=until)
        except FhirReadError as error:
            self._print_query(query, started, str(error))
            raise
        self._print_query(query, started, _size_words(fetched))
        return fetched

    def _print_query(self, query: str, started: float, result: str) -> None:
        if sys.stderr.isatty():
            kind = re.split(r"[/?]", query)[0]
            name = f"{kind} ({self.names[query]})" if query in self.names else kind
            options.print_note(
                f"  {name}: {result}, {time.monotonic() - started:.1f} s"
            )


def _size_words(fetched: Fetched) -> str:
    entries = sum(
        len(objects(member(document, "entry"))) for document in fetched.documents
    )
    is_bundle = any(
        member(document, "resourceType") == "Bundle" for document in fetched.documents
    )
    note = f" ({fetched.note})" if fetched.note else ""
    if not is_bundle:
        return f"read{note}"
    return f"{entries} entry{note}" if entries == 1 else f"{entries} entries{note}"

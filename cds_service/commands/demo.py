"""`kyphoplasty-cds demo`: sign every sample's order, show the cards.

The first patient that is shown whole also leaves the hospital.

A small FHIR server holds the patients, the service runs next to it, and each call goes
over HTTP without prefetch: the service reads the record itself.
"""

import secrets
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import click
from rich.console import Console

from cds_service.audit.store import AuditStore
from cds_service.call import Service
from cds_service.commands import options
from cds_service.commands.audit_log.accounts import account_entry, accounts_of
from cds_service.commands.connecting.calling import (
    CALL_SECONDS,
    CannotCall,
    Credentials,
    send,
)
from cds_service.commands.terminal import (
    add_summaries,
    make_console,
    print_response,
    print_title,
    summary_table,
)
from cds_service.fhir.site_calendar import UTC_CALENDAR
from cds_service.loading import load_measures_in_force, load_service, mapping_folders
from cds_service.measures.observations import Writer, site_codes
from cds_service.measures.worksheet import Outcome, Worksheet, load_sheet
from cds_service.samples import SITE_FOLDER, Sample, load_samples
from cds_service.samples.fhir_server import FhirServer, LocalServer, start_fhir_server
from cds_service.samples.requests import discharge_request, order_sign_request
from cds_service.settings import PREFIX, Settings
from cds_service.site.folder import load_site
from cds_service.web.app import create_app
from cds_service.web.logs import configure_logs

SERVICE = "kyphoplasty-order-sign"
LEAVING = "kyphoplasty-discharge"
REVIEWER = "demo"
FHIR_PORT = 8090  # of a kept server; the README's commands name it
# A small page, so that the service has to follow links.
PAGE_SIZE = 10
# Generous, since a small machine is slow right after installation: the demonstration is
# about cards, not deadlines. Shorter than the caller waits, so that the service can say
# what took too long.
DEADLINE_SECONDS = CALL_SECONDS - 5

DONE, FAILED, WRONG_USE = 0, 1, 2

Show = Callable[[Mapping[str, Any]], None]  # prints the cards of an answer


@click.command()
@click.option("--patient", metavar="ID", help="one sample patient; default: all")
@click.option(
    "--keep", is_flag=True, help="keep the servers running and print their addresses"
)
@options.check_text
def demo(*, patient: str | None, keep: bool) -> None:
    """Sign sample orders against a running service and print the cards."""
    configure_logs("ERROR")
    sys.exit(run_demo(patient=patient, keep=keep))


def run_demo(*, patient: str | None = None, keep: bool = False) -> int:
    """Show the cards of all sample patients, or of one; returns the exit code.

    Args:
        patient: id of a sample (`p1-thin-high`), or its beginning up to a dash (`p1`).
    """
    samples = load_samples(options.today_at(UTC_CALENDAR))  # the demo has no site
    chosen = choose_samples(samples, patient)
    if not chosen:
        options.print_note(
            f"no sample patient is called {patient!r}; there are:"
            f" {', '.join(sample.id for sample in samples)}"
        )
        return WRONG_USE
    with suppress(ValueError):  # not in the main thread
        # stop the service too, as on Ctrl-C
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _show_all(samples, chosen, make_console(), keep=keep)
    except KeyboardInterrupt:
        return DONE if keep else FAILED


def choose_samples(
    samples: Sequence[Sample], patient: str | None
) -> tuple[Sample, ...]:
    """Choose the samples: all, or the one with this id or short name."""
    return tuple(
        sample
        for sample in samples
        if patient in (None, sample.id, sample.id.partition("-")[0])
    )


def _show_all(
    samples: Sequence[Sample], chosen: Sequence[Sample], console: Console, *, keep: bool
) -> int:
    with ExitStack() as running:
        resources = (resource for sample in samples for resource in sample.resources)
        port = FHIR_PORT if keep else 0
        fhir = running.enter_context(
            start_fhir_server(resources, page_size=PAGE_SIZE, port=port)
        )
        services = {
            needs_site: running.enter_context(
                _running_service(fhir.url, needs_site=needs_site)
            )
            for needs_site in sorted({sample.needs_site for sample in chosen})
        }
        urls = {needs_site: service.url for needs_site, service in services.items()}
        plain = [sample for sample in chosen if not sample.worksheet]
        show = partial(print_response, console, with_addresses=keep)
        failures = [*_show_each(plain, services, fhir.url, console, show)]
        for sample in (sample for sample in chosen if sample.worksheet):
            failures += _show_measured(sample, services[False], fhir, console, show)
        for failure in failures:
            options.print_note(failure)
        print_addresses(console, urls, fhir.url, keep=keep)
        if keep:
            _print_reviewers(console, services.values())
            threading.Event().wait()
    return FAILED if failures else DONE


class _Running(NamedTuple):
    """A service on a free port, and the log that goes with it."""

    url: str
    log: AuditStore
    service: Service


@contextmanager
def _running_service(fhir_url: str, *, needs_site: bool) -> Iterator[_Running]:
    if sys.stderr.isatty():
        site_words = " with the sample site" if needs_site else ""
        options.print_note(f"starting the service{site_words} …")
    site = load_site(SITE_FOLDER) if needs_site else None
    service = load_service(site)
    with (
        TemporaryDirectory(prefix="kyphoplasty-cds-") as folder,
        closing(AuditStore(f"sqlite:///{folder}/audit.sqlite3")) as log,
    ):
        settings = Settings(deadline_seconds=DEADLINE_SECONDS, fhir_servers=(fhir_url,))
        with LocalServer(
            lambda url: create_app(
                service, settings, audit=log, base_url=url, site=site
            )
        ) as server:
            yield _Running(server.url, log, service)


def _show_each(
    chosen: Iterable[Sample],
    services: Mapping[bool, _Running],
    fhir_url: str,
    console: Console,
    show: Show,
) -> Iterator[str]:
    """Print story and cards of the first sample, and a table of the others.

    The first one also leaves, as if what was signed had been done today.

    Yields failures.
    """
    summaries = summary_table()
    for place, sample in enumerate(chosen):
        running = services[sample.needs_site]
        try:
            body = order_sign_request(sample, fhir_server=fhir_url)
            answer = call_service(running.url, body, has_card=sample.has_card)
        except CannotCall as error:
            yield f"{sample.id}: {error}"
            continue
        if place == 0:
            print_title(console, sample.title, sample.story)
            show(answer)
            yield from _show_leaving(sample, running, console, show)
        else:
            add_summaries(summaries, sample.id, answer)
    if summaries.row_count:
        print_title(
            console,
            "The other patients",
            "make demo PATIENT=p4 shows one of them whole, as above",
        )
        console.print(summaries)


def _show_leaving(
    sample: Sample, running: _Running, console: Console, show: Show
) -> Iterator[str]:
    """Print the card of the discharge, after what was signed was carried out.

    Yields failures.
    """
    signed = [one["resource"] for one in sample.draft_orders["entry"]]
    body = discharge_request(
        sample,
        signed,
        plan=running.service.leaving_hook.discovery["prefetch"],
        today=options.today_at(UTC_CALENDAR),
        terminology=running.service.terminology,
    )
    try:
        answer = call_service(running.url, body, hook=LEAVING, has_card=False)
    except CannotCall as error:
        yield f"{sample.id}, leaving: {error}"
        return
    print_title(
        console,
        f"{sample.title}: leaving",
        "The hook encounter-discharge, as if what was signed had been done today.",
    )
    show(answer)


def _show_measured(
    sample: Sample, running: _Running, fhir: FhirServer, console: Console, show: Show
) -> Iterator[str]:
    """Print the cards of a patient before and after the worksheet.

    The values are Observations as the worksheet saves them, removed afterwards.

    Yields failures.
    """
    outcome = _measured_on(sample, running.service)
    body = order_sign_request(sample, fhir_server=fhir.url)
    try:
        before = call_service(running.url, body)
        with fhir.holding(
            {**written.observation, "id": written.identifier}
            for written in outcome.written
        ):
            after = call_service(running.url, body)
    except CannotCall as error:
        yield f"{sample.id}: {error}"
        return
    print_title(console, f"{sample.title}: before", sample.story)
    show(before)
    print_title(console, f"{sample.title}: after", "What was measured, and saved:")
    for line in outcome.text.splitlines():
        console.print(f"  {line}")
    show(after)


def _measured_on(sample: Sample, service: Service) -> Outcome:
    """Return what the worksheet makes of the values of a sample."""
    writer = Writer(sample.id, service.terminology, site_codes(mapping_folders()))
    sheet = Worksheet(load_sheet(), load_measures_in_force(), writer)
    return sheet.outcome(sample.worksheet, options.today_at(UTC_CALENDAR))


def call_service(
    url: str, body: Mapping[str, Any], *, hook: str = SERVICE, has_card: bool = True
) -> Mapping[str, Any]:
    """Send one call and return the response.

    Args:
        hook: the id of the service that is called.
        has_card: an answer without cards is a failure.

    Raises:
        CannotCall: no answer that can be read, a status other than 200, or no card
            if one is due.
    """
    reply = send(url, hook, body, Credentials())
    if reply.status != 200:
        raise CannotCall(f"status {reply.status}: {str(reply.document)[:500]}")
    if has_card and not reply.cards:
        raise CannotCall(f"no card in the answer: {str(reply.document)[:500]}")
    document: Mapping[str, Any] = reply.document
    return document


def print_addresses(
    console: Console, urls: Mapping[bool, str], fhir_url: str, *, keep: bool
) -> None:
    """Print the addresses of servers that keep running, or that none does."""
    console.print()
    if not keep:
        console.print(
            "Stopped now; `make demo KEEP=1` keeps it running, with a page to sign"
            " orders on.",
            style="dim",
        )
        return
    for needs_site, url in urls.items():
        with_site = " with the sample site (an invented hospital)" if needs_site else ""
        console.print(f"Sandbox{with_site}: {url}/sandbox", soft_wrap=True)
    console.print(f"FHIR server: {fhir_url}", soft_wrap=True)
    if f":{FHIR_PORT}/" not in fhir_url:
        console.print(
            f"  port {FHIR_PORT}, which the documents name, is another program's here",
            soft_wrap=True,
        )


def _print_reviewers(console: Console, services: Iterable[_Running]) -> None:
    """Make a reviewer of each service; its log and its accounts end with it."""
    for url, log, _ in services:
        accounts, password = accounts_of(log.database), secrets.token_urlsafe(12)
        accounts.add(
            REVIEWER,
            "reviewer",
            password,
            entry=account_entry("added", REVIEWER, "reviewer"),
        )
        console.print(
            f"Review pages: {url}/audit, name {REVIEWER}, password {password}",
            soft_wrap=True,
        )
        console.print(
            f"  its log: export {PREFIX}DATABASE_URL={log.url}", soft_wrap=True
        )
    console.print("All run until you press Ctrl-C. Then the logs are deleted.")

"""`kyphoplasty-cds explain`: show one saved request step by step.

It runs `service.answer`, as the service itself does, and prints the audit entry instead
of keeping it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from cds_service.audit.chain import OneEntry
from cds_service.call import Ports, Service
from cds_service.cards.texts import SUMMARY_LENGTH
from cds_service.commands import options
from cds_service.commands.connecting.diagnosis import why_no_document
from cds_service.commands.terminal import clean, make_console, print_answer
from cds_service.core.braces.bracing import length_text
from cds_service.core.orders import SupportOrder
from cds_service.core.words.languages import ENGLISH, UnfinishedLanguage
from cds_service.errors import CdsError, EvidenceUnavailable, NotAllowed
from cds_service.fhir.gathering.fhir_reader import FhirReader
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import DraftOrders
from cds_service.fhir.orders.operations.augmentation import find_augmentation_order
from cds_service.fhir.orders.recognition import read_drafts
from cds_service.fhir.orders.support.signed_support import find_draft_support_orders
from cds_service.fhir.orders.worded_ends import texts_on_time
from cds_service.fhir.references import bases_of_call
from cds_service.loading import load_languages, load_service
from cds_service.outgoing import Connections
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.json_text import plain_numbers
from cds_service.protocol.messages import HookRequest, parse_request
from cds_service.service import answer
from cds_service.settings import Settings, read_settings
from cds_service.site.clients import EVERYTHING, Capabilities
from cds_service.site.folder import Site, SiteFolder
from cds_service.web.fhir_access import ClosedServer, check_fhir_server, open_reader


@click.command()
@click.argument("request_file", metavar="REQUEST.json", type=options.OLD_FILE)
@options.AS_OF
@options.FHIR_SERVERS
@options.SITE
@options.CLIENT
@click.option(
    "--language",
    default=ENGLISH,
    metavar="CODE",
    help="of the cards, on or not; texts that its file lacks are listed",
)
@options.AS_JSON
@options.check_text
def explain(
    *,
    request_file: Path,
    as_of: date | None,
    fhir_servers: tuple[str, ...],
    language: str,
    as_json: bool,
    **whose: Any,
) -> None:
    """Print what each step makes of one request."""
    settings = read_settings(fhir_servers=fhir_servers, deadline_seconds=20)
    folder, capabilities = options.chosen_site(whose["site"], whose["client"])
    explanation = explain_request(
        request_file, settings, as_of, folder, capabilities, _language(language, folder)
    )
    if as_json:
        options.print_json(explanation)
    else:
        _print_explanation(explanation)


def _language(code: str, site: SiteFolder | None) -> UnfinishedLanguage | None:
    """Choose the language of the cards; None for English."""
    if code == ENGLISH:
        return None
    known = load_languages(site)
    if code not in known:
        there_are = ", ".join(sorted({ENGLISH, *known}))
        raise click.BadParameter(f"there are: {there_are}", param_hint="--language")
    return UnfinishedLanguage.of(known[code])


def explain_request(
    request_file: Path,
    settings: Settings,
    today: date | None,
    site: SiteFolder | None = None,
    capabilities: Capabilities = EVERYTHING,
    language: UnfinishedLanguage | None = None,
) -> dict[str, Any]:
    """Return every step's result for a saved request, as JSON.

    The key `refused` is there if the service would answer 412, and says why. A FHIR
    server that may not be called is not asked: only what the request itself holds is
    explained then.

    Args:
        today: the day that counts as today; the clock's without it.
        site: its folder, as it is for the EHR that is meant.
        capabilities: what that EHR can apply.
        language: language of the cards; None for English.

    Raises:
        CdsError: as the service itself would refuse it.
    """
    service = _with_language(load_service(site), language)
    hook = service.signing_hook
    # A saved request may be of any EHR, so its hookInstance may have any form.
    request = parse_request(_document(request_file), hook.hook, "opaque")
    log = OneEntry()
    ports = Ports(
        clock=lambda: options.now_or_noon(today, service.calendar),
        is_of_earlier_day=today is not None,
        fhir=_reader(request, site.site if site else None, settings),
        audit=log,
        deadline=Deadline.after(settings.deadline_seconds),
        base_url=settings.public_url or "http://127.0.0.1:8080",
        capabilities=capabilities,
        language=language.language if language else ENGLISH,
    )
    try:
        response = answer(service, hook, request, ports)
    except EvidenceUnavailable as refusal:
        return {
            "orders": _orders(request, service.terminology),
            "refused": str(refusal),
            "cards": [],
        }
    explanation = dict(log.entry.content) if log.entry else {"orders": []}
    explanation["supportOrders"] = _support_orders(request, service.terminology)
    if words := _words_not_plain(request, service.terminology):
        explanation["wordsNotPlain"] = words
    if language:
        explanation["textsNotTranslated"] = language.lacking
    explanation["cards"] = plain_numbers(response.to_json()["cards"])
    return explanation


def _document(file: Path) -> bytes:
    """Read the file of a call.

    Raises:
        CdsError: it is no JSON; the message says what it is, and what to do.
    """
    content = file.read_bytes()
    if why := why_no_document(content):
        raise CdsError(f"{file} {why}")
    return content


def _with_language(service: Service, language: UnfinishedLanguage | None) -> Service:
    """Return the service with this language of cards alone."""
    if language is None:
        return service
    return replace(service, languages={language.language: language})


def _reader(
    request: HookRequest, site: Site | None, settings: Settings
) -> FhirReader | None:
    try:
        check_fhir_server(request, site, settings.fhir_servers)
    except NotAllowed:
        return ClosedServer(
            NotAllowed(
                "not sent, and --fhir-server does not name the server",
                reason="not-named",
            )
        )
    return open_reader(request, Connections(max_record_bytes=settings.max_record_bytes))


def _orders(request: HookRequest, terminology: Terminology) -> list[str]:
    order = find_augmentation_order(_drafts(request, terminology), terminology)
    return list(order.references) if order else []


def _drafts(request: HookRequest, terminology: Terminology) -> DraftOrders:
    context = request.context
    bases = bases_of_call([request.fhir_server], context.draft_orders, request.prefetch)
    person = Person(context.patient_id, bases)
    return read_drafts(context.draft_orders, person, terminology)


def _support_orders(request: HookRequest, terminology: Terminology) -> list[str]:
    """Write each brace, bed rest or referral of the signing, as it was read.

    For example: `DeviceRequest/order-2: TLSO (L0456), 12 weeks in words`.
    """
    orders = find_draft_support_orders(_drafts(request, terminology), terminology)
    return [f"{order.reference}: {', '.join(_parts_read(order))}" for order in orders]


def _parts_read(order: SupportOrder) -> Iterator[str]:
    """Yield the name of an order, its times, and its elements not understood."""
    yield order.title or order.kind
    if order.start:
        yield f"from {order.start}"
    if order.end:
        yield f"until {order.end}"
    elif order.hours:
        yield f"{length_text(order.hours)} in its times"
    words = order.worded
    if words.length:
        yield f"{words.length} in words"
    if words.day:
        yield f"until {words.day} in words"
    if words.kind not in ("nothing", "end"):
        yield f"its end in words: {words.kind}"
    if order.unread:
        yield f"not understood: {' '.join(order.unread)}"


def _words_not_plain(request: HookRequest, terminology: Terminology) -> list[str]:
    """List what brace orders say other than times and plain words.

    It is shown here alone, to whoever has the file.
    """
    plain = terminology.plain.braces
    words: list[str] = []
    for order in find_draft_support_orders(_drafts(request, terminology), terminology):
        if order.kind == "brace" and order.source:
            for text, _ in texts_on_time(order.source):
                words += plain.left_in(text)
    return list(dict.fromkeys(words))


def _print_explanation(explanation: Mapping[str, Any]) -> None:
    """Print the steps as tables, then the cards; or why there are none."""
    if refused := explanation.get("refused"):
        click.echo(
            f"1 order: {', '.join(explanation['orders'])}\n2 record: the service"
            f" answers 412. {clean(refused)}"
        )
    elif explanation.get("orders") or explanation["cards"]:
        print_answer(make_console(), explanation)
        if words := explanation.get("wordsNotPlain"):
            click.echo(
                f"Not plain in brace orders: {clean(', '.join(words))}. A site lists"
                " what is, in plain-words/."
            )
        _print_texts_not_translated(explanation)
    else:
        click.echo(
            "1 order: no kyphoplasty or vertebroplasty among the draft orders; the"
            " answer has no cards"
        )


def _print_texts_not_translated(explanation: Mapping[str, Any]) -> None:
    """List the texts that a language lacks, as lines of its file."""
    language = explanation.get("language", {})
    texts = explanation.get("textsNotTranslated", ())
    if texts:
        click.echo(
            f"The service says these cards in English: languages/{language['asked']}"
            f".toml lacks {len(texts)} of their texts."
        )
        for text in texts:
            click.echo(f'{json.dumps(clean(text), ensure_ascii=False)} = ""')
    elif language.get("asked") != language.get("used"):
        click.echo(
            "The service says these cards in English: a summary is longer than"
            f" {SUMMARY_LENGTH} characters in {language['asked']}, or a line lacks the"
            " colon and space that end its heading in English."
        )

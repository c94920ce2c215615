"""The CDS Hooks endpoints: discovery and service calls.

Parse the request, run the flow, answer in JSON.
"""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from cds_service.audit.chain import AuditLog, is_probe
from cds_service.audit.earlier_feedback import EarlierFeedback
from cds_service.audit.entry import missing_orders_entry
from cds_service.basis.links import Access, Links
from cds_service.call import LinkedPages, Ports, Service, ServiceHook
from cds_service.callers.verifying import Callers
from cds_service.cards.extension import EXTENSION
from cds_service.cards.grounds import topic_of
from cds_service.core.caller import NOBODY, Caller
from cds_service.core.handout.handout_settings import HandoutSettings
from cds_service.core.words.languages import ENGLISH
from cds_service.errors import (
    AuditUnavailable,
    NotAllowed,
    NotAuthenticated,
    TooBusy,
    UnknownService,
)
from cds_service.fhir.gathering.fhir_reader import FhirReader
from cds_service.outgoing import Connections
from cds_service.outgoing.deadline import Deadline
from cds_service.places import REFUSALS, CallPlace, Places
from cds_service.protocol.messages import (
    CONTEXTS,
    NO_CARDS,
    HookContext,
    HookRequest,
    HookResponse,
    parse_request,
)
from cds_service.service import NOTE_SECONDS
from cds_service.settings import PrefetchWish, Settings
from cds_service.site.clients import EVERYTHING, Capabilities, Client
from cds_service.site.folder import Site
from cds_service.web.errors import answer_error, caught, log_unexpected
from cds_service.web.exchange import Exchange
from cds_service.web.fhir_access import (
    ClosedServer,
    PlacedReader,
    aliases_of,
    check_fhir_server,
    check_right_to_server,
    open_reader,
)
from cds_service.web.logs import CALLS, UnauthenticatedCalls
from cds_service.web.metrics import Metrics
from cds_service.web.missing_orders import MissingOrders
from cds_service.web.refusals import log_unrecorded, record_refusal

CDS_PATH = "/cds-services"
LAUNCH_PATH = "/worksheet/launch"
ORDERS_MISSING = "orders-missing"
# For the entry of a call without a place to begin.
REFUSAL_SECONDS = 0.2
JSON_TYPE = "application/json; charset=utf-8"
Flow = Callable[[Service, ServiceHook, HookRequest, Ports], HookResponse]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """The parts, settings and ports that the routes of one process share.

    Attributes:
        flow: `service.answer`.
        clock: now, UTC.
        base_url: the URL at which EHRs reach this service, without a trailing slash.
        history: finds earlier feedback on cards; None if no log can be searched.
        callers: the EHRs that may call; None in open mode, where everyone may.
        reads: places for calls that read FHIR servers (`places.py`).
        words: places for the words of signed orders, likewise.
        links: makes addresses of basis pages; None if the log cannot be read.
    """

    service: Service
    settings: Settings
    site: Site | None
    flow: Flow
    clock: Callable[[], datetime]
    audit: AuditLog
    history: EarlierFeedback | None
    base_url: str
    connections: Connections
    metrics: Metrics
    callers: Callers | None
    unauthenticated: UnauthenticatedCalls
    missing_orders: MissingOrders
    reads: Places
    words: Places
    links: Links | None = None


def cds_routes(dependencies: Dependencies) -> Blueprint:
    routes = Blueprint("cds", __name__, url_prefix=CDS_PATH)

    @routes.get("")
    def discovery() -> Response:
        return respond(dependencies, partial(_discover, dependencies))

    @routes.post("/<service_id>")
    def call(service_id: str) -> Response:
        return respond(dependencies, partial(_call, dependencies, service_id))

    return routes


def respond(
    dependencies: Dependencies, act: Callable[[Exchange], Response]
) -> Response:
    """Answer the current request, or refuse it; count and log either."""
    # Flask documents this name: the request itself, and not its proxy.
    original = request._get_current_object  # type: ignore[attr-defined]  # noqa: SLF001
    exchange = Exchange(original())
    try:
        response = caught(partial(act, exchange))
        if isinstance(response, Exception):
            exchange.failure = None if isinstance(response, HTTPException) else response
            response = answer_error(response, exchange.hook_instance)
        status = response.status_code
        failure = caught(partial(_count_and_log, dependencies, exchange, status))
        # The answer still leaves: its audit entry is written already.
        if isinstance(failure, Exception):
            log_unexpected(failure)
        return response
    finally:
        exchange.end()


def _discover(dependencies: Dependencies, exchange: Exchange) -> Response:
    site = dependencies.site
    if site is not None and site.service.discovery == "closed":
        admit(dependencies, CDS_PATH, exchange)
    wish = dependencies.settings.prefetch
    service = dependencies.service.of(_known_caller(dependencies, exchange).client)
    services = [
        _discovery_entry(hook.discovery, wish) for hook in service.hooks.values()
    ]
    return json_response({"services": services})


def _known_caller(dependencies: Dependencies, exchange: Exchange) -> Caller:
    """Return the caller of discovery, if a valid token names one.

    The token is read only if the services of the EHRs differ.
    """
    if (
        not dependencies.service.of_clients
        or "Authorization" not in exchange.request.headers
        or exchange.caller != NOBODY
    ):
        return exchange.caller
    with suppress(NotAuthenticated):
        admit(dependencies, CDS_PATH, exchange)
    return exchange.caller


def _call(dependencies: Dependencies, service_id: str, exchange: Exchange) -> Response:
    exchange.service_id = "unknown"
    admit(dependencies, f"{CDS_PATH}/{service_id}", exchange)
    hooks = dependencies.service.of(exchange.caller.client).hooks
    if service_id not in hooks or not _is_for(hooks[service_id], exchange.client):
        raise UnknownService("No service has this id.")
    known = exchange.client.capabilities if exchange.client is not None else None
    return answer_admitted(
        dependencies, hooks[service_id], exchange, known or EVERYTHING
    )


def _is_for(hook: ServiceHook, client: Client | None) -> bool:
    """Tell if this EHR may call the service.

    The service of opened charts is for those EHRs alone whose settings turn it on.
    """
    if hook.hook == "patient-view" and (client is None or not client.patient_view):
        return False
    return hook.hook in CONTEXTS


def answer_admitted(
    dependencies: Dependencies,
    hook: ServiceHook,
    exchange: Exchange,
    capabilities: Capabilities,
) -> Response:
    """Answer a caller who was admitted.

    Args:
        capabilities: what the EHR can apply.
    """
    exchange.service_id = hook.id
    exchange.response = _run_flow(dependencies, hook, exchange, capabilities)
    return _json(exchange.response.text)


def admit(
    dependencies: Dependencies, path: str, exchange: Exchange, *also: str
) -> None:
    """Authenticate the caller of this path by the Authorization header.

    This comes before the body is read. In open mode no caller is authenticated. The
    address that the token's `aud` must name comes from settings, never from a request.

    Args:
        also: other paths that `aud` may name instead.

    Raises:
        NotAuthenticated: the caller is not known.
    """
    if dependencies.callers is None:
        return
    until = Deadline.after(dependencies.settings.deadline_seconds / 2)
    authorization = exchange.request.headers.get("Authorization")
    addresses = [dependencies.base_url + address for address in (path, *also)]
    exchange.client, exchange.caller = dependencies.callers.verify(
        authorization, addresses, until
    )


def _discovery_entry(entry: Mapping[str, Any], wish: PrefetchWish) -> dict[str, Any]:
    """Return the entry of discovery with the prefetch templates that settings allow.

    These are all, the Patient's alone, or none.
    """
    templates = {
        key: template
        for key, template in entry.get("prefetch", {}).items()
        if wish == "full" or (wish == "patient" and template.startswith("Patient/"))
    }
    others = {name: value for name, value in entry.items() if name != "prefetch"}
    return {**others, "prefetch": templates} if templates else others


def json_response(document: Any) -> Response:
    """Return the document as a JSON response.

    Raises:
        ValueError: it holds a number that is not finite, which is our own fault.
    """
    return _json(json.dumps(document, ensure_ascii=False, allow_nan=False))


def _json(body: str) -> Response:
    return Response(body, content_type=JSON_TYPE)


def _count_gaps(response: HookResponse) -> int:
    """Count the different findings that the cards name as missing."""
    names: set[str] = set()
    for card in response.cards:
        for assessment in (card.extension or {}).get(EXTENSION, ()):
            for model in assessment.get("models", ()):
                names |= {missing["name"] for missing in model.get("missing", ())}
    return len(names)


def _run_flow(
    dependencies: Dependencies,
    hook: ServiceHook,
    exchange: Exchange,
    capabilities: Capabilities,
) -> HookResponse:
    """Read the request, check the right to the FHIR server, run the flow."""
    deadline = exchange.deadline = deadline_of(dependencies, exchange)
    hook_request = _read_request(dependencies, hook, exchange, deadline)
    if dependencies.site is not None and dependencies.site.service.mode == "off":
        return NO_CARDS
    client, caller = exchange.client, exchange.caller
    reads = CallPlace(dependencies.reads, caller.client or "")
    words = CallPlace(dependencies.words, caller.client or "")
    closed = _closed_server(dependencies, hook_request, exchange)
    fhir = closed or _placed_reader(dependencies, hook_request, exchange, reads)
    ports = Ports(
        clock=dependencies.clock,
        fhir=fhir,
        audit=dependencies.audit,
        deadline=deadline,
        base_url=dependencies.base_url,
        history=dependencies.history,
        caller=caller,
        aliases=() if closed else aliases_of(hook_request, client),
        may_name_server=closed is None,
        capabilities=capabilities,
        is_shown=_is_shown(dependencies.site, hook_request.context, caller),
        linked=LinkedPages(
            basis=partial(_basis_url, dependencies, client, deadline),
            handout=partial(_handout_url, dependencies, client, deadline),
            worksheet=_worksheet_url(dependencies, client),
        ),
        handout=handout_settings(dependencies),
        language=_language(dependencies, client, exchange),
        take_words=words.take,
    )
    try:
        return dependencies.flow(
            dependencies.service.of(caller.client), hook, hook_request, ports
        )
    finally:
        reads.end()
        words.end()
        exchange.lacked = reads.name if reads.was_refused else ""


def _read_request(
    dependencies: Dependencies,
    hook: ServiceHook,
    exchange: Exchange,
    deadline: Deadline,
) -> HookRequest:
    """Read and parse the body, and note a call without the orders that it should have.

    Raises:
        CdsError: the body is no request of this hook, or the deadline has passed.
    """
    body = exchange.read_body()
    hook_request = parse_request(body, hook.hook, exchange.hook_instances)
    exchange.hook_request = hook_request
    deadline.check()
    exchange.hook_instance = hook_request.hook_instance
    context = hook_request.context
    is_real = not is_probe(context.user_id, context.patient_id)
    if context.CARRIES_ORDERS and is_real:
        is_missing = not context.has_orders
        _note_missing_orders(dependencies, hook.id, exchange, is_missing=is_missing)
    return hook_request


def _note_missing_orders(
    dependencies: Dependencies, hook_id: str, exchange: Exchange, *, is_missing: bool
) -> None:
    """Count a call that carries no draft orders, and now and then log the counts.

    Its answer has no card, as if another order had been signed: without the entry, a
    fault of the EHR would go unnoticed.
    """
    client = exchange.caller.client
    due = dependencies.missing_orders.note(client, is_missing=is_missing)
    if not is_missing:
        return
    exchange.reason = ORDERS_MISSING
    dependencies.metrics.orders_missing.inc()
    if due is None:
        return
    calls, missing = due
    entry = missing_orders_entry(
        dependencies.clock(), hook_id, exchange.caller, calls=calls, missing=missing
    )
    left = exchange.deadline.left if exchange.deadline is not None else NOTE_SECONDS
    seconds = min(NOTE_SECONDS, max(0.0, left))
    try:
        dependencies.audit.append(entry, Deadline.after(seconds))
    except AuditUnavailable:  # try again later: no card depends on it
        dependencies.missing_orders.keep(client, due)


def _is_shown(site: Site | None, context: HookContext, caller: Caller) -> bool:
    """Tell if the cards leave: the site shows them to this user, or it is a probe."""
    is_live = site is None or site.is_live_for(context.user_id, caller.client)
    return is_live or is_probe(context.user_id, context.patient_id)


def _basis_url(
    dependencies: Dependencies, client: Client | None, deadline: Deadline, entry_id: str
) -> str:
    """Return the address of an answer's basis page; empty if it may have no link."""
    if dependencies.links is None:
        return ""
    return dependencies.links.address(access_of(client), deadline, entry_id)


def _handout_url(
    dependencies: Dependencies, client: Client | None, deadline: Deadline, entry_id: str
) -> str:
    """Return the address of the page that the patient takes home, or an empty text."""
    if dependencies.links is None:
        return ""
    language = handout_settings(dependencies).language
    return dependencies.links.handout(access_of(client), deadline, entry_id, language)


def handout_settings(dependencies: Dependencies) -> HandoutSettings:
    """Return the site's settings of the patient's page; the defaults in open mode."""
    site = dependencies.site
    return HandoutSettings() if site is None else site.handout


def access_of(client: Client | None) -> Access | None:
    """Return the access to our pages that links of this EHR give; None if unknown."""
    if client is None or client.capabilities is None:
        return None
    return client.capabilities.links


def _language(
    dependencies: Dependencies, client: Client | None, exchange: Exchange
) -> str:
    """Choose the language of the cards: the EHR's setting, or what the call accepts."""
    if client is not None and client.language is not None:
        return client.language
    known = {ENGLISH, *dependencies.service.of(exchange.caller.client).languages}
    for tag, quality in exchange.request.accept_languages:
        # The preferred language comes first; `de-AT` is German.
        for name in (tag, tag.partition("-")[0].lower()):
            if quality and name in known:
                return name
    return ENGLISH


def _worksheet_url(dependencies: Dependencies, client: Client | None) -> str:
    """Return the worksheet's launch address for a card; empty if it has none."""
    app = client.worksheet if client is not None else None
    return f"{dependencies.base_url}{LAUNCH_PATH}" if app and app.in_cards else ""


def deadline_of(dependencies: Dependencies, exchange: Exchange) -> Deadline:
    """Return the deadline of the answer, sooner if the caller's EHR waits less long.

    It counts from the call's arrival: fetching the EHR's keys may have taken time.
    """
    own = exchange.client.deadline_seconds if exchange.client is not None else None
    longest = dependencies.settings.deadline_seconds
    return Deadline.after(min(own or longest, longest), began=exchange.began)


def _closed_server(
    dependencies: Dependencies, hook_request: HookRequest, exchange: Exchange
) -> ClosedServer | None:
    """Return a server that refuses every read, if the caller may not name this one.

    The call itself is not refused: an order may need no read.
    """
    try:
        if exchange.client is None:
            check_fhir_server(
                hook_request, dependencies.site, dependencies.settings.fhir_servers
            )
        else:
            check_right_to_server(hook_request, exchange.client, exchange.caller.tenant)
    except NotAllowed as refusal:
        return ClosedServer(refusal)
    return None


def _placed_reader(
    dependencies: Dependencies,
    hook_request: HookRequest,
    exchange: Exchange,
    reads: CallPlace,
) -> FhirReader | None:
    """Return a reader for the request's server, which takes a place while it reads.

    It does not use a token that was issued to another client; the log says so.
    """
    client_id = exchange.client.client_id if exchange.client is not None else None
    token = hook_request.fhir_authorization
    if token is not None and not token.is_for(client_id):
        exchange.reason = "fhir.token"
    reader = open_reader(hook_request, dependencies.connections, client_id)
    return PlacedReader(reader, reads) if reader else None


def _count_and_log(dependencies: Dependencies, exchange: Exchange, status: int) -> None:
    """Count the call, log it, and append the entry of a refusal."""
    if isinstance(exchange.failure, TooBusy):
        exchange.lacked = exchange.failure.places
    if exchange.lacked:
        dependencies.metrics.no_place.labels(exchange.lacked).inc()
    if exchange.service_id:
        if status >= 400 and exchange.body is not None:
            _record_refusal(dependencies, exchange, status)
        # After the entry, so that the time it took is counted too.
        _note_call(dependencies.metrics, exchange, status)
    # Each is counted; only now and then one is logged.
    if isinstance(exchange.failure, NotAuthenticated):
        dependencies.metrics.unauthenticated.labels(exchange.failure.reason).inc()
        service_id = _asked_service(dependencies, exchange)
        dependencies.unauthenticated.note(exchange.failure, service_id, exchange.trace)


def _record_refusal(
    dependencies: Dependencies, exchange: Exchange, status: int
) -> None:
    """Append the entry of a refusal, if the call was about an order of ours.

    Calls that got no place are recorded one at a time: more of them, waiting for the
    log, would take the threads of others.
    """
    terminology = dependencies.service.of(exchange.caller.client).terminology
    turn: AbstractContextManager[None] = nullcontext()
    if exchange.lacked:
        left = exchange.deadline.left if exchange.deadline is not None else 0.0
        turn = REFUSALS.held(Deadline.after(min(REFUSAL_SECONDS, left / 2)))
    try:
        with turn:
            record_refusal(
                dependencies.audit, terminology, exchange, status, dependencies.clock()
            )
    except TooBusy as error:
        dependencies.metrics.no_place.labels(error.places).inc()
        log_unrecorded(status)


def _asked_service(dependencies: Dependencies, exchange: Exchange) -> str:
    """Return the service id in the address if it is one of ours, else the noted one.

    A caller who is not known may write anything there.
    """
    service_id = (exchange.request.view_args or {}).get("service_id")
    services = (dependencies.service, *dependencies.service.of_clients.values())
    is_ours = any(service_id in service.hooks for service in services)
    return str(service_id) if is_ours else exchange.service_id


def _note_call(metrics: Metrics, exchange: Exchange, status: int) -> None:
    seconds = time.monotonic() - exchange.began
    metrics.calls(exchange.service_id, str(status)).inc()
    metrics.seconds(exchange.service_id).observe(seconds)
    for card in exchange.response.cards:
        metrics.cards.labels(exchange.service_id, topic_of(card), card.indicator).inc()
    if isinstance(exchange.failure, NotAuthenticated):
        return  # `_count_and_log` logs some of these
    fields: dict[str, Any] = {
        "event": "call",
        "service": exchange.service_id,
        "hookInstance": exchange.hook_instance,
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "cards": len(exchange.response.cards),
        "gaps": _count_gaps(exchange.response),
    }
    optional = {
        "client": exchange.caller.client,
        "reason": exchange.reason or getattr(exchange.failure, "reason", ""),
        "trace": exchange.trace,
    }
    fields |= {name: value for name, value in optional.items() if value}
    CALLS.info("call", extra={"fields": fields})

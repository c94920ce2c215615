"""The CDS Hooks endpoints: discovery and the call of a service. Parse, ask the flow, answer in JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, UnsupportedMediaType

from cds_service.audit.chain import AuditLog
from cds_service.core.caller import NOBODY
from cds_service.core.repeats import History
from cds_service.deadline import Deadline
from cds_service.errors import NotAuthenticated, TooManyCalls, UnknownService
from cds_service.fhir.gathering.record import FhirReader
from cds_service.fhir.server.client import Connections
from cds_service.protocol import CONTEXTS, HookRequest, HookResponse, parse_request
from cds_service.service import Ports, Service, ServiceHook
from cds_service.settings import PrefetchWish, Settings
from cds_service.site.clients import Client
from cds_service.site.folder import Site
from cds_service.web.fhir_access import check_fhir_server, check_right_to_server, open_reader
from cds_service.web.gate import Admitted, Gate
from cds_service.web.logs import log_call
from cds_service.web.metrics import Metrics
from cds_service.web.refusals import record_refusal
from cds_service.web.transport.arrival import ARRIVED
from cds_service.web.unauthenticated import UnauthenticatedCalls

CDS_PATH = "/cds-services"
ASSESSMENTS = "org.kyphoplasty-cds.assessments"
Flow = Callable[[Service, ServiceHook, HookRequest, Ports], HookResponse]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What every call of this process shares.

    Attributes:
        flow: `service.answer`.
        clock: now, UTC.
        base_url: where EHRs reach this service, without a slash at the end.
        gate: asks callers who they are.
    """

    service: Service
    settings: Settings
    site: Site | None
    flow: Flow
    clock: Callable[[], datetime]
    audit: AuditLog
    history: History
    base_url: str
    connections: Connections
    metrics: Metrics
    gate: Gate
    unauthenticated: UnauthenticatedCalls


def utc_now() -> datetime:
    """The clock of a running service."""
    return datetime.now(UTC)


def cds_routes(around: Surroundings) -> Blueprint:
    """Discovery, and one address for each service."""
    routes = Blueprint("cds", __name__, url_prefix=CDS_PATH)

    @routes.get("")
    def discovery() -> Response:
        if around.site is not None and around.site.service.discovery == "closed":
            around.gate.admit(CDS_PATH)
        wish = around.settings.prefetch
        return json_response(
            {"services": [discovery_entry(hook.discovery, wish) for hook in around.service.hooks.values()]}
        )

    @routes.post("/<service_id>")
    def call(service_id: str) -> Response:
        g.started, g.service_id = time.perf_counter(), "unknown"
        try:
            admitted = around.gate.admit(f"{CDS_PATH}/{service_id}")
        except TooManyCalls as refusal:
            g.service_id = service_id if service_id in around.service.hooks else "unknown"
            if refusal.is_recorded:
                with suppress(HTTPException):
                    read_body()  # for the record alone, which says who asked for what
            raise
        if service_id not in around.service.hooks or around.service.hooks[service_id].hook not in CONTEXTS:
            raise UnknownService("No service has this id.")
        g.service_id = service_id
        response = _answer(around, around.service.hooks[service_id], admitted)
        g.gaps = count_gaps(response)
        g.cards = tuple(
            (card.source.topic.code if card.source.topic else "", card.indicator) for card in response.cards
        )
        return json_response(response.to_json())

    @routes.after_app_request
    def note(response: Response) -> Response:
        if "service_id" in g:
            _note_call(around.metrics, response.status_code)
            if response.status_code >= 400 and "body" in g:
                _note_refusal(around, response.status_code)
        _note_unauthenticated(around)
        return response

    return routes


def discovery_entry(entry: Mapping[str, Any], wish: PrefetchWish) -> dict[str, Any]:
    """The entry as discovery shows it: with all prefetch templates, the Patient alone, or none."""
    templates = {
        key: template
        for key, template in entry.get("prefetch", {}).items()
        if wish == "full" or (wish == "patient" and template.startswith("Patient/"))
    }
    rest = {name: value for name, value in entry.items() if name != "prefetch"}
    return {**rest, "prefetch": templates} if templates else rest


def json_response(document: Any) -> Response:
    """The document as JSON; a number that is not finite is a fault of ours and never leaves."""
    body = json.dumps(document, ensure_ascii=False, allow_nan=False)
    return Response(body, content_type="application/json; charset=utf-8")


def count_gaps(response: HookResponse) -> int:
    """How many different findings the cards name as missing."""
    extensions = (card.extension or {} for card in response.cards)
    models = (
        model
        for extension in extensions
        for assessment in extension.get(ASSESSMENTS, ())
        for model in assessment.get("models", ())
    )
    return len({missing["name"] for model in models for missing in model.get("missing", ())})


def _answer(around: Surroundings, hook: ServiceHook, admitted: Admitted) -> HookResponse:
    """The answer to a caller that was admitted: body, context, its right to the FHIR server, then the flow."""
    deadline = deadline_of(around, admitted)
    raw = read_body()
    asked = parse_request(raw, hook.hook)
    deadline.check()
    g.hook_instance = asked.hook_instance
    client = admitted.settings
    if client is None:
        check_fhir_server(asked, around.site, around.settings.fhir_servers)
    else:
        check_right_to_server(asked, client, admitted.caller.tenant)
    ports = Ports(
        clock=around.clock,
        fhir=_reader(around, asked, client),
        audit=around.audit,
        deadline=deadline,
        base_url=around.base_url,
        history=around.history,
        caller=admitted.caller,
    )
    return around.flow(around.service, hook, asked, ports)


def deadline_of(around: Surroundings, admitted: Admitted) -> Deadline:
    """That of the answer to this call, from its arrival: it may have waited for its turn, and for keys."""
    seconds = admitted.window(around.settings.deadline_seconds)
    return Deadline.after(seconds, began=request.environ.get(ARRIVED))


def _reader(around: Surroundings, asked: HookRequest, client: Client | None) -> FhirReader | None:
    """A reader of the request's server; a token that was issued to somebody else stays unused, and that is said."""
    client_id = client.client_id if client is not None else None
    if asked.fhir_authorization is not None and not asked.fhir_authorization.is_for(client_id):
        g.reason = "fhir.token"
    return open_reader(asked, around.connections, client_id)


def read_body() -> bytes:
    """The body of a call, which must be plain JSON in UTF-8 and not too long."""
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    is_plain = request.headers.get("Content-Encoding", "identity").lower() == "identity"
    if not request.is_json or charset not in {"utf-8", "utf8"} or not is_plain:
        raise UnsupportedMediaType
    body = request.get_data(cache=False)
    if request.content_length is None and len(body) >= (request.max_content_length or 0):
        raise RequestEntityTooLarge  # a body of unannounced length is cut at the limit without a word
    g.body = body
    return body


def _note_refusal(around: Surroundings, status: int) -> None:
    record_refusal(
        around.audit,
        around.service.terminology,
        at=around.clock(),
        service_id=g.service_id,
        body=g.body,
        status=status,
        error=g.get("failure"),
        caller=g.get("caller", NOBODY),
    )


def _note_call(metrics: Metrics, status: int) -> None:
    seconds = time.perf_counter() - g.started
    cards = g.get("cards", ())
    metrics.count_call(g.service_id, status, seconds)
    for topic, indicator in cards:
        metrics.count_card(g.service_id, topic, indicator)
    failure = g.get("failure")
    if isinstance(failure, NotAuthenticated):
        return  # these are told seldom
    log_call(
        service=g.service_id,
        hook_instance=g.get("hook_instance", ""),
        status=status,
        milliseconds=seconds * 1000,
        cards=len(cards),
        gaps=g.get("gaps", 0),
        client=g.get("caller", NOBODY).client or "",
        reason=g.get("reason", "") or getattr(failure, "reason", ""),
    )


def _note_unauthenticated(around: Surroundings) -> None:
    """A caller that nobody knows costs a count and, now and then, a line."""
    failure = g.get("failure")
    if isinstance(failure, NotAuthenticated):
        around.metrics.count_unauthenticated(failure.reason)
        around.unauthenticated.note(failure, g.get("service_id", ""))
    else:
        around.unauthenticated.tell()

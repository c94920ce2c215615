"""The application: one service in force, its CDS Hooks endpoints and its pages."""

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest

from cds_service.audit.chain import AuditLog
from cds_service.audit.earlier_feedback import EarlierFeedback
from cds_service.audit.store import AuditStore, utc_now
from cds_service.audit.used_tokens import UsedTokens
from cds_service.basis.links import Links
from cds_service.call import Service
from cds_service.callers.verifying import Callers, KnownClient
from cds_service.outgoing import Connections
from cds_service.outgoing.address import is_ip_address, is_loopback_host
from cds_service.places import places_for_reads, places_for_words
from cds_service.review.access import Access
from cds_service.review.login import is_one_of
from cds_service.review.routes import Reviewing, review_routes
from cds_service.service import answer
from cds_service.settings import Settings
from cds_service.site.folder import SiteFolder
from cds_service.web.cds_api import CDS_PATH, Dependencies, Flow, cds_routes
from cds_service.web.errors import BROKEN_BODY, outcome, register_errors
from cds_service.web.exchange import PIECE
from cds_service.web.feedback_api import feedback_routes
from cds_service.web.health import health_routes
from cds_service.web.logs import UnauthenticatedCalls
from cds_service.web.metrics import CountedLog, Metrics
from cds_service.web.missing_orders import MissingOrders
from cds_service.web.pages.about import page_routes
from cds_service.web.pages.basis import basis_html, basis_routes
from cds_service.web.pages.handout import handout_routes
from cds_service.web.pages.launch import launch_routes
from cds_service.web.pages.sandbox import is_open, sandbox_routes
from cds_service.web.pages.worksheet import worksheet_routes

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action"
    " 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": CONTENT_POLICY,
    "Cache-Control": "no-store",
}
# key in `app.extensions` of the function that a process runs after the fork, before its
# first request
AT_WORKER_START = "at-worker-start"
ALLOWED_ORIGIN = "Access-Control-Allow-Origin"
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": "600",
}
SLASHES = re.compile(r"//+")
# Headers that are dropped: werkzeug fails on dates beyond the calendar, and files have
# an ETag.
UNREAD = (
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_UNMODIFIED_SINCE",
    "HTTP_IF_RANGE",
    "HTTP_RANGE",
)
HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{0,5})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """The parts that a server adds, and a test replaces.

    Attributes:
        listening: the URL at which the server listens.
        earlier: finds earlier feedback on cards; None asks the log, if it can be read.
        is_ending: the server is about to stop.
    """

    listening: str = ""
    earlier: EarlierFeedback | None = None
    clock: Callable[[], datetime] = utc_now
    flow: Flow = answer
    is_ending: Callable[[], bool] = field(default=lambda: False)


NORMAL = Wiring()


def create_app(
    service: Service,
    settings: Settings,
    *,
    audit: AuditLog,
    base_url: str,
    site: SiteFolder | None = None,
    wiring: Wiring = NORMAL,
) -> Flask:
    """Create the WSGI application.

    Nothing is read from disk after this, and nothing of a request is kept.

    Args:
        base_url: the URL at which EHRs reach this service.
        site: the site folder; None is open mode.

    Raises:
        DataFileError: a key file has no usable key.
    """
    app = Flask("cds_service.web")
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    dependencies = _make_dependencies(service, settings, audit, base_url, site, wiring)
    register_errors(app)
    _register_hosts(app, (settings.public_url or "", base_url, wiring.listening))
    if is_open(dependencies.site):
        _refuse_proxied(app, settings)
    app.before_request(_refuse_raw_bytes)
    app.before_request(_refuse_parts)
    app.before_request(_answer_preflight)
    store = _readable(audit)
    _register_pages(app, dependencies, site, has_review=store is not None)
    app.register_blueprint(health_routes(dependencies, audit, wiring.is_ending))
    if store is not None:
        _register_log_pages(app, dependencies, site, store)
    if dependencies.callers is not None:
        app.extensions[AT_WORKER_START] = dependencies.callers.prefetch
    origins = dependencies.site.site.allowed_origins if dependencies.site else None
    read_away = partial(_read_away, app.wsgi_app, settings)
    in_front = partial(_in_front, read_away, origins)
    app.wsgi_app = in_front  # type: ignore[method-assign]
    return app


def _make_dependencies(
    service: Service,
    settings: Settings,
    audit: AuditLog,
    base_url: str,
    site: SiteFolder | None,
    wiring: Wiring,
) -> Dependencies:
    """Collect what the pages and endpoints share.

    Raises:
        DataFileError: a key file has no usable key.
    """
    base_url = base_url.rstrip("/")
    metrics = _metrics_of(service)
    connections = _connections(settings, site)
    store = _readable(audit)
    return Dependencies(
        service=service,
        settings=settings,
        site=site.site if site else None,
        flow=wiring.flow,
        clock=wiring.clock,
        audit=CountedLog(audit, metrics),
        history=wiring.earlier or (EarlierFeedback(store) if store else None),
        base_url=base_url,
        connections=connections,
        metrics=metrics,
        callers=_callers(site, connections, store, metrics),
        unauthenticated=UnauthenticatedCalls(),
        missing_orders=MissingOrders(),
        reads=places_for_reads(settings.reads_of_one_ehr),
        words=places_for_words(settings.reads_of_one_ehr),
        links=Links(base_url, _link_key(settings, store)) if store else None,
    )


def _readable(audit: AuditLog) -> AuditStore | None:
    """Return the log if it can be read, and not only written; else None."""
    return audit if isinstance(audit, AuditStore) else None


def _connections(settings: Settings, site: SiteFolder | None) -> Connections:
    """Make the connections to other servers; open mode reaches private ones too."""
    return Connections(
        allow_private=site is None or site.site.fhir.allow_private_networks,
        allow_public_plain=site is None,
        max_record_bytes=settings.max_record_bytes,
    )


def _refuse_raw_bytes() -> None:
    """Refuse a query that is not UTF-8: no page could read its fields.

    Raises:
        BadRequest: it holds such bytes.
    """
    try:
        request.query_string.decode()
    except UnicodeDecodeError:
        raise BadRequest("The query of an address is text in UTF-8.") from None


def _refuse_parts() -> None:
    """Refuse a form that is sent in parts.

    No form of ours uploads a file, and a part may come without a name.

    Raises:
        BadRequest: the body is a `multipart` one.
    """
    is_in_parts = request.mimetype.startswith("multipart/")
    if is_in_parts and not _is_cds_path(request.path):
        raise BadRequest("A form of these pages is not sent in parts.")


PROXIED = (
    "A proxy brought this call from another machine, and this service asks nobody who"
    " they are: it is for its own machine alone. [[clients]] in site.toml names who may"
    " call."
)


def _refuse_proxied(app: Flask, settings: Settings) -> None:
    """Refuse in open mode what a proxy brings from elsewhere (403).

    Some proxies call us by a name of this machine, so that `Host` does not tell. Those
    that say for whom they call are believed in that alone.
    """

    @app.before_request
    def check_machine() -> Response | None:
        forwarded = request.headers.get("X-Forwarded-For", "")
        peer = request.remote_addr or ""
        if not forwarded or is_one_of(peer, settings.trusted_proxies):
            return None
        callers = [part.strip() for part in forwarded.split(",")]
        if not is_loopback_host(peer) or all(map(is_loopback_host, callers)):
            return None
        return outcome(403, "forbidden", PROXIED)


def _metrics_of(service: Service) -> Metrics:
    """Make the metrics, with what is in force and how its models have done so far."""
    metrics = Metrics()
    for part, digest in service.digests.items():
        # enough to tell versions apart
        metrics.in_force.labels(part, digest[:12]).set(1)
    for model, card in service.model_cards.items():
        for quarter in card.get("observedExpected", {}).get("quarters", ()):
            gauge = metrics.observed_expected.labels(model, quarter["quarter"])
            gauge.set(quarter["ratio"])
    return metrics


def _callers(
    site: SiteFolder | None,
    connections: Connections,
    store: AuditStore | None,
    metrics: Metrics,
) -> Callers | None:
    """Return the EHRs that may call; None in open mode.

    Raises:
        DataFileError: a key file has no usable key.
    """
    if site is None or not site.site.clients:
        return None
    clients = [
        KnownClient.of(client, site.path, connections) for client in site.site.clients
    ]
    log_url = store.url if store else None
    return Callers(clients, UsedTokens(log_url, on_unconfirmed=metrics.unconfirmed.inc))


def _register_pages(
    app: Flask, dependencies: Dependencies, site: SiteFolder | None, *, has_review: bool
) -> None:
    """Add the CDS services, and the pages that need no log."""
    app.register_blueprint(cds_routes(dependencies))
    app.register_blueprint(feedback_routes(dependencies))
    pages = page_routes(
        dependencies, has_sandbox=is_open(dependencies.site), has_review=has_review
    )
    app.register_blueprint(pages)
    app.register_blueprint(sandbox_routes(dependencies))
    app.register_blueprint(worksheet_routes(dependencies, site))


def _register_log_pages(
    app: Flask, dependencies: Dependencies, site: SiteFolder | None, store: AuditStore
) -> None:
    """Add the pages that need a log that can be read."""
    reviewing = Reviewing(
        service=dependencies.service,
        settings=dependencies.settings,
        store=store,
        audit=dependencies.audit,
        base_url=dependencies.base_url,
        connections=dependencies.connections,
        clock=dependencies.clock,
        count_login=lambda result: dependencies.metrics.logins.labels(result).inc(),
        site=site,
        basis=basis_html,
    )
    app.register_blueprint(review_routes(reviewing))
    app.register_blueprint(basis_routes(dependencies, store))
    app.register_blueprint(handout_routes(dependencies, store))
    access = Access(lambda: store.database, dependencies.clock)
    if (launches := launch_routes(dependencies, site, access)) is not None:
        app.register_blueprint(launches)


def _link_key(settings: Settings, audit: AuditStore) -> Callable[[float], bytes | None]:
    """Return a function that gets the key of the cards' links within some seconds.

    The operator's key is used if there is one, else that of the database.
    """
    if settings.link_key is None:
        return audit.link_key
    key = settings.link_key.read_bytes()
    return lambda _: key


def _in_front(
    wsgi_app: Callable[..., Iterable[bytes]],
    origins: Container[str] | None,
    environ: dict[str, Any],
    start_response: Callable[..., Any],
) -> Iterable[bytes]:
    """Tidy the path, drop the headers `UNREAD`, and add `HEADERS` to each response.

    Some clients build paths with doubled or trailing slashes; they count as the plain
    path. A redirect would not do: browsers follow none after a preflight. An encoded
    slash is not a slash: a path that contains one is not found.

    The headers are added here since an `after_request` takes as long as a step of the
    view.
    """
    path = SLASHES.sub("/", environ.get("PATH_INFO", ""))
    raw = environ.get("RAW_URI", "").partition("?")[0]
    if "%2f" in raw.lower():
        path = raw
    for name in UNREAD:
        environ.pop(name, None)
    path = environ["PATH_INFO"] = path.rstrip("/") or "/"
    for_browsers = _cors_headers(origins, environ) if _is_cds_path(path) else {}

    def start(status: str, headers: Sequence[tuple[str, str]], *fault: Any) -> Any:
        # some pages and cacheable files set their own
        own = {name for name, _ in headers}
        ours = (header for header in HEADERS.items() if header[0] not in own)
        return start_response(status, [*headers, *ours, *for_browsers.items()], *fault)

    return wsgi_app(environ, start)


def _read_away(
    wsgi_app: Callable[..., Iterable[bytes]],
    settings: Settings,
    environ: dict[str, Any],
    start_response: Callable[..., Any],
) -> Iterable[bytes]:
    """Read the rest of a body that a refusal left unread, before the answer is sent.

    Otherwise the connection would close while nginx still sends the body. nginx would
    then try another replica, and tell the caller that all are busy. This is done for
    our own proxies alone, since they hold the whole body: any other client may never
    send the rest.
    """
    answer = wsgi_app(environ, start_response)
    has_body = "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ
    peer = environ.get("REMOTE_ADDR", "")
    if has_body and is_one_of(peer, settings.trusted_proxies):
        left = settings.max_body_bytes
        with suppress(OSError, *BROKEN_BODY):
            while left > 0 and (piece := environ["wsgi.input"].read(PIECE)):
                left -= len(piece)
    return answer


def _is_cds_path(path: str) -> bool:
    return path == CDS_PATH or path.startswith(CDS_PATH + "/")


def _cors_headers(
    origins: Container[str] | None, environ: Mapping[str, Any]
) -> dict[str, str]:
    """Return the headers that let a client in a browser read responses, errors too.

    Args:
        origins: the allowed ones; None allows every origin, in open mode.
    """
    origin = environ.get("HTTP_ORIGIN", "")
    if origins is None:
        headers = {ALLOWED_ORIGIN: "*"}  # never with credentials
    elif origin in origins:
        headers = {"Vary": "Origin", ALLOWED_ORIGIN: origin}
    else:
        headers = {"Vary": "Origin"}
    is_preflight = environ["REQUEST_METHOD"] == "OPTIONS" and ALLOWED_ORIGIN in headers
    return headers | PREFLIGHT if is_preflight else headers


def _answer_preflight() -> Response | None:
    """Answer the question that a browser asks before a CDS call; it needs no token."""
    is_preflight = request.method == "OPTIONS" and _is_cds_path(request.path)
    return Response(status=204) if is_preflight else None


MISDIRECTED = (
    "This service is not called by this name; the setting PUBLIC_URL says by which"
    " it is."
)


def _register_hosts(app: Flask, urls: Iterable[str]) -> None:
    """Refuse a foreign `Host` (421), and HTTP/1.1 without one (400).

    Ours are the hosts of these URLs and those of this machine; ports are ignored. A
    service that listens on all addresses accepts every IP address, since an address,
    unlike a name, cannot be rebound.
    """
    names = {urlsplit(url).hostname or "" for url in urls if url}
    is_everywhere = bool(names & {"0.0.0.0", "::"})  # noqa: S104 - read, not bound

    def is_ours(host: str) -> bool:
        written = HOST.fullmatch(host)
        name = written[1].strip("[]").lower().removesuffix(".") if written else ""
        return name != "" and (
            name in names
            or is_loopback_host(name)
            or (is_everywhere and is_ip_address(name))
        )

    @app.before_request
    def check_host() -> Response | None:
        host = request.environ.get("HTTP_HOST")
        if host is None and request.environ.get("SERVER_PROTOCOL") == "HTTP/1.1":
            raise BadRequest
        # Health and metrics hold no patient, and probes call each replica by its own
        # address.
        is_for_probes = request.path.startswith(("/health/", "/metrics"))
        if host is None or is_ours(host) or is_for_probes:
            return None
        return outcome(421, "processing", MISDIRECTED)

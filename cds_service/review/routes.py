"""`/audit`: the review pages.

A reviewer finds entries, follows a patient, opens an entry as it was shown, and exports
entries. Every access is logged before the page is sent; otherwise the page is not
shown. Patients appear only by their ids.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from flask import (
    Blueprint,
    Response,
    g,
    make_response,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import BadRequest, HTTPException, NotFound
from werkzeug.wrappers import Response as AnyResponse

from cds_service.audit.appending import Clock
from cds_service.audit.chain import AuditLog
from cds_service.audit.exporting import (
    FORMATS,
    Export,
    Format,
    begin_export,
    export_lines,
)
from cds_service.audit.query import Query
from cds_service.audit.reader import Cursor
from cds_service.audit.store import AuditStore
from cds_service.call import Service
from cds_service.errors import AuditUnavailable, DataFileError
from cds_service.outgoing import Connections
from cds_service.protocol.messages import is_fhir_id
from cds_service.review.access import Access
from cds_service.review.accounts import Accounts
from cds_service.review.committee import figure_routes
from cds_service.review.desk import BasisPage, Desk
from cds_service.review.entry_page import entry_routes
from cds_service.review.filtering import CHOICES, read_filter, refuse_other_fields
from cds_service.review.issuer_login import issuer_login
from cds_service.review.login import (
    Gate,
    Login,
    forget_session,
    is_allowed,
    login_routes,
)
from cds_service.review.page_policy import STATIC, restrict
from cds_service.review.sessions import IDLE, PendingLogins, Sessions
from cds_service.review.words import register_words
from cds_service.settings import Settings
from cds_service.site.folder import SiteFolder

TIMELINE = 20  # entries of one page; each is read whole
CHUNK = 64 * 1024  # characters of an export sent at once, or a line more
# By format: media type, and the end of the file's name.
MEDIA: Mapping[Format, tuple[str, str]] = {
    "ndjson": ("application/x-ndjson", "ndjson"),
    "csv": ("text/csv; charset=utf-8", "csv"),
    "feedback": ("text/csv; charset=utf-8", "feedback.csv"),
    "fhir": ("application/fhir+ndjson", "fhir.ndjson"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewing:
    """Settings and stores that the review pages need.

    Attributes:
        audit: where access is recorded.
        base_url: the URL at which reviewers reach this service.
        basis: makes the page of the basis of an answer.
    """

    service: Service
    settings: Settings
    store: AuditStore
    audit: AuditLog
    base_url: str
    connections: Connections
    clock: Clock
    count_login: Callable[[Login], None]
    site: SiteFolder | None
    basis: BasisPage


def review_routes(reviewing: Reviewing) -> Blueprint:
    """Return all pages below `/audit`.

    Raises:
        DataFileError: the site's login cannot be used.
    """
    routes = Blueprint("review", __name__, url_prefix="/audit")
    site = reviewing.site
    gate = _gate_of(reviewing)
    desk = Desk(
        store=reviewing.store,
        gate=gate,
        service=reviewing.service,
        key_file=reviewing.settings.audit_key,
        scope_of=site.site.scope_of if site else lambda _: None,
        basis=reviewing.basis,
    )
    register_words(routes, desk.service.wording, desk.zone)
    routes.register_error_handler(HTTPException, _error_page)
    routes.register_error_handler(AuditUnavailable, _unavailable_page)
    login_routes(routes, gate)
    by_issuer = issuer_login(gate, site, reviewing.connections) if site else None
    if by_issuer:
        routes.get("/login/issuer", endpoint="start_login")(by_issuer.start)
        routes.get("/login/callback", endpoint="finish_login")(by_issuer.finish)
    _find_route(routes, desk)
    _timeline_route(routes, desk)
    entry_routes(routes, desk)
    figure_routes(routes, desk)
    _integrity_route(routes, desk)
    _export_route(routes, desk)
    _add_frame(routes)
    return routes


def _gate_of(reviewing: Reviewing) -> Gate:
    """Make the gate that lets reviewers in, by the site's rules of login."""
    store, site = reviewing.store, reviewing.site
    access = Access(lambda: store.database, reviewing.clock)
    login = site.site.review if site else None
    has_local = login is None or login.local_accounts
    rules = login.rules if login else None
    return Gate(
        accounts=Accounts(access),
        sessions=Sessions(access, rules=rules, has_local=has_local),
        pending=PendingLogins(access),
        audit=reviewing.audit,
        clock=reviewing.clock,
        base_url=reviewing.base_url,
        has_local=has_local,
        hospital=site.site.site.name if site and login else "",
        trusted_proxies=reviewing.settings.trusted_proxies,
        count=reviewing.count_login,
    )


def _add_frame(routes: Blueprint) -> None:
    """Add to all pages headers and the values of the layout, and the page of a 404."""
    restrict(routes, STATIC)

    @routes.context_processor
    def frame() -> dict[str, Any]:
        return {
            "reviewer": g.get("reviewer"),
            "may": is_allowed,
            "idle_minutes": int(IDLE.total_seconds() // 60),
        }

    @routes.route("/<path:_path>", methods=["GET", "POST"])
    def nothing(_path: str) -> str:
        raise NotFound("There is no such page.")


def _find_route(routes: Blueprint, desk: Desk) -> None:
    @routes.get("")
    def find() -> AnyResponse:
        if not is_allowed("patients"):
            return redirect(url_for("review.figures"), 303)
        wanted = read_filter(request.args, desk.zone)
        after = Cursor.parse(request.args.get("after", ""))
        # A form sends its empty fields too. Without them the address is short enough
        # for a bookmark.
        if not all(request.args.values()) and not wanted.faults:
            address = f"{url_for('review.find')}?{wanted.address}".rstrip("?")
            return redirect(address, 303)
        if wanted.is_of_readers:
            desk.gate.need("readers")
        if wanted.faults:
            form = render_template(
                "review-find.html", filter=wanted, choices=CHOICES, page=None
            )
            return make_response(form, 400)
        query = desk.within(wanted.query)
        page = desk.store.reader.find(query, after=after)
        outcome = {"query": query.to_json(), "count": len(page.entries)}
        desk.gate.note("find", patient=wanted.query.patient, content=outcome)
        remarks = desk.store.reader.about([entry.id for entry in page.entries])
        context = {
            "filter": wanted,
            "choices": CHOICES,
            "page": page,
            "remarks": remarks,
            "is_first": after is None,
        }
        return make_response(render_template("review-find.html", **context))


def _timeline_route(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/patients/<patient>")
    def timeline(patient: str) -> str:
        desk.gate.need("patients")
        refuse_other_fields(request.args, ("after",))
        # Any other text may be a name, which the log must not hold.
        if not is_fhir_id(patient):
            raise NotFound("There is no such patient.")
        after = Cursor.parse(request.args.get("after", ""))
        query = desk.within(Query(kinds=("answer", "refusal"), patient=patient))
        page = desk.store.reader.find(query, after=after, limit=TIMELINE)
        desk.gate.note(
            "timeline", patient=patient, content={"count": len(page.entries)}
        )
        ids = [entry.id for entry in page.entries]
        remarks = desk.store.reader.about(ids)
        contents = desk.store.reader.contents(ids)
        visits = [
            (entry, contents.get(entry.id, {}), remarks[entry.id])
            for entry in page.entries
        ]
        context = {
            "patient": patient,
            "visits": visits,
            "page": page,
            "is_first": after is None,
        }
        return render_template("review-patient.html", **context)


def _integrity_route(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/integrity")
    def integrity() -> str:
        refuse_other_fields(request.args, ())
        desk.gate.note("integrity")
        verified = desk.store.reader.find(Query(kinds=("verify",)), limit=1).entries
        last = desk.store.reader.entry(verified[0].sequence) if verified else None
        return render_template(
            "review-integrity.html",
            head=desk.store.reader.head(),
            state=desk.store.state(),
            verified=last,
        )


def _export_route(routes: Blueprint, desk: Desk) -> None:
    @routes.post("/export")
    def export() -> Response:
        desk.gate.need("patients")
        wanted = read_filter(request.form, desk.zone)
        file_format = request.form.get("format", "")
        if wanted.is_of_readers:
            desk.gate.need("readers")
        if wanted.faults or file_format not in FORMATS:
            raise BadRequest("This filter or format cannot be read.")
        reviewer = desk.gate.reviewer
        try:
            begun = begin_export(
                desk.store.database,
                desk.within(wanted.query),
                file_format,
                reviewer.name,
                desk.gate.clock,
                desk.key_file,
            )
        except (SQLAlchemyError, DataFileError) as error:
            raise AuditUnavailable(
                f"The export could not be recorded ({type(error).__name__})."
            ) from None
        media, ending = MEDIA[file_format]
        chunks = _chunks(desk, begun)
        # Read before the status is sent: a log that cannot be read is a 503.
        first = next(chunks)
        lines = stream_with_context(chain((first,), chunks))
        response = Response(lines, content_type=media)
        name = f"audit-{begun.at[:10]}-{begun.last}.{ending}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def _chunks(desk: Desk, export: Export) -> Iterator[str]:
    """Yield the text of an export in pieces of at least `CHUNK` characters."""
    lines: list[str] = []
    size = 0
    for line in export_lines(desk.store.database, export):
        lines.append(line)
        size += len(line)
        if size >= CHUNK:
            yield "".join(lines)
            lines, size = [], 0
    yield "".join(lines)


def _error_page(error: HTTPException) -> AnyResponse:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    page = render_template("review-error.html", status=status, why=error.description)
    return make_response(page, status)


def _unavailable_page(error: AuditUnavailable) -> AnyResponse:
    why = f"{error} Nothing is shown without an entry of it."
    # Without a reviewer, the layout does not read the log again.
    g.pop("reviewer", None)
    page = render_template("review-error.html", status=503, why=why)
    response = make_response(page, 503)
    response.headers["Retry-After"] = "1"
    forget_session(response)
    return response

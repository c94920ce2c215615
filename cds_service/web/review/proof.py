"""Integrity and export on the review pages: verify now, what earlier verifications found, entries as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import uuid4

from flask import Blueprint, Response, redirect, render_template, request, stream_with_context, url_for
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as AnyResponse

from cds_service.audit.chain import time_text
from cds_service.audit.exporting import FORMATS, Export, Format, begin_export, export_lines
from cds_service.audit.proving import check_range, check_whole
from cds_service.audit.reviewing import Verification
from cds_service.audit.verification.rows import NoLog
from cds_service.errors import AuditUnavailable, DataFileError
from cds_service.web.review.desk import Desk
from cds_service.web.review.filtering import read_filter

VERIFY_SECONDS = 20.0  # then a page says how far it came; `audit verify` has no limit
NAMED = 20
CHUNK = 64 * 1024
MEDIA: Mapping[Format, tuple[str, str]] = {
    "ndjson": ("application/x-ndjson", "ndjson"),
    "csv": ("text/csv; charset=utf-8", "csv"),
    "fhir": ("application/fhir+ndjson", "fhir.ndjson"),
}


def proof_routes(routes: Blueprint, desk: Desk) -> None:
    """Integrity and export."""

    @routes.get("/integrity")
    def integrity() -> str:
        desk.gate.note("integrity")
        head = desk.store.reader.head()
        return render_template(
            "review-integrity.html",
            head=head,
            state=desk.store.state(),
            history=desk.reviewing.verifications(20),
            seconds=int(VERIFY_SECONDS),
        )

    @routes.post("/integrity")
    def verify() -> AnyResponse:
        first, last = (_place(request.form.get(name, "")) for name in ("first", "last"))
        if first is not None and last is not None and first > last:
            raise BadRequest("A range begins with its smaller number.")
        desk.gate.note("verify", content={"first": first, "last": last})
        try:
            found = _verify(desk, first, last)
        except (NoLog, DBAPIError) as error:
            raise AuditUnavailable(f"The audit log could not be read ({type(error).__name__}).") from None
        desk.reviewing.remember(found)
        return redirect(url_for("review.integrity"), 303)

    @routes.post("/export")
    def export() -> AnyResponse:
        desk.gate.need("patients")
        wanted, form = read_filter(request.form), request.form.get("format", "")
        if wanted.asks_for_looks:
            desk.gate.need("readers")
        if wanted.faults or form not in FORMATS:
            raise BadRequest("This filter or format cannot be read.")
        reviewer = desk.gate.reviewer
        try:
            begun = begin_export(desk.store.database, wanted.query, form, reviewer.name, desk.gate.clock, desk.key_file)
        except (DBAPIError, DataFileError) as error:
            raise AuditUnavailable(f"The export could not be recorded ({type(error).__name__}).") from None
        media, ending = MEDIA[form]
        response = Response(stream_with_context(_chunks(desk, begun)), content_type=media)
        response.headers["Content-Disposition"] = f'attachment; filename="audit-{begun.at[:10]}-{begun.last}.{ending}"'
        return response


def _place(text: str) -> int | None:
    """A place in the log; None for none.

    Raises:
        BadRequest: it is something else.
    """
    if not text.strip():
        return None
    if not (text.strip().isdecimal() and len(text.strip()) < 19 and int(text) > 0):
        raise BadRequest("A range is two numbers of entries.")
    return int(text)


def _verify(desk: Desk, first: int | None, last: int | None) -> Verification:
    """The whole log, or the range."""
    at = time_text(desk.gate.clock())
    if first is None and last is None:
        report = check_whole(desk.database_url, seconds=VERIFY_SECONDS, retention_days=desk.retention_days)
        faults, begin, reached, count = report.faults, 1, report.last, report.fault_count
        outcome = "broken" if count else "stopped" if report.is_stopped else "whole"
    else:
        head = desk.store.reader.head().sequence
        if (first or 1) > head:
            raise BadRequest("The log has no such entry.")
        checked = check_range(desk.store.database, first or 1, min(last or head, head), seconds=VERIFY_SECONDS)
        faults, begin, reached, count = list(checked.faults), checked.first, checked.last, len(checked.faults)
        outcome = "broken" if count else "part"
    lines = [str(one) for one in faults[:NAMED]]
    lines += [f"and {count - NAMED} more; `kyphoplasty-cds audit verify` names them"] if count > NAMED else []
    return Verification(
        id=str(uuid4()),
        at=at,
        by=desk.gate.reviewer.name,
        first=begin,
        last=reached,
        outcome=outcome,
        found="\n".join(lines),
    )


def _chunks(desk: Desk, export: Export) -> Iterator[str]:
    """Lines of an export in pieces that are worth a packet."""
    piece: list[str] = []
    size = 0
    for line in export_lines(desk.store.database, export):
        piece.append(line)
        size += len(line)
        if size >= CHUNK:
            yield "".join(piece)
            piece, size = [], 0
    yield "".join(piece)

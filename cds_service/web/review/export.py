"""Integrity and export on the review pages: how the log is proved, and entries as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask import Blueprint, Response, render_template, request, stream_with_context
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import BadRequest

from cds_service.audit.exporting import FORMATS, Export, Format, begin_export, export_lines
from cds_service.errors import AuditUnavailable, DataFileError
from cds_service.web.review.desk import Desk
from cds_service.web.review.filtering import read_filter

CHUNK = 64 * 1024
MEDIA: Mapping[Format, tuple[str, str]] = {
    "ndjson": ("application/x-ndjson", "ndjson"),
    "csv": ("text/csv; charset=utf-8", "csv"),
    "fhir": ("application/fhir+ndjson", "fhir.ndjson"),
}


def export_routes(routes: Blueprint, desk: Desk) -> None:
    """Integrity and export."""

    @routes.get("/integrity")
    def integrity() -> str:
        desk.gate.note("integrity")
        return render_template("review-integrity.html", head=desk.store.reader.head(), state=desk.store.state())

    @routes.post("/export")
    def export() -> Response:
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

"""`/basis/…`: the page of one answer, for whoever holds the signed address of its card. No login, no name.

Each reading is a `read` entry about the answer, committed before the page is sent: it shows what the log holds.
"""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, render_template, request

from cds_service.audit.chain import AuditEntry
from cds_service.audit.reader import Stored
from cds_service.audit.store import LOOK_SECONDS, AuditStore
from cds_service.basis.links import entry_of, has_expired
from cds_service.basis.page import basis_page
from cds_service.errors import NotAllowed
from cds_service.review.replay import NothingToReplay
from cds_service.web.cds_api import Surroundings

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
REFUSED = (
    "This link does not open an answer: it is older than a day, was changed, or the answer is no longer kept."
    " The card itself holds all that is needed to decide; the audit log of the hospital has the answer."
)


def basis_routes(around: Surroundings, store: AuditStore) -> Blueprint:
    """The routes below `/basis`."""
    routes = Blueprint("basis", __name__, url_prefix="/basis")

    @routes.get("/<address>")
    def show(address: str) -> str:
        stored = _open(around, store, address)
        content = stored.content
        try:
            page = basis_page(content or {}, around.service)
        except NothingToReplay:
            raise NotAllowed(REFUSED) from None
        _note(around, stored, "basis")
        return render_template("basis.html", page=page, shown=stored.at, entry=stored.id)

    @routes.after_request
    def restrict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        return response

    return routes


def _open(around: Surroundings, store: AuditStore, address: str) -> Stored:
    """The answer that this address names.

    Raises:
        NotAllowed: it names none, no longer, or is not as we signed it; always with the same words.
    """
    key = around.links.key(LOOK_SECONDS) if around.links else None
    entry_id = entry_of(address, key) if key and not request.query_string else None
    stored = store.reader.entry(entry_id) if entry_id else None
    if stored is None or stored.kind != "answer" or has_expired(datetime.fromisoformat(stored.at), around.clock()):
        raise NotAllowed(REFUSED)
    return stored


def _note(around: Surroundings, stored: Stored, view: str) -> None:
    """Record who looked: nobody knows more than that they held the link.

    Raises:
        AuditUnavailable: the entry could not be written, and nothing is shown.
    """
    patient = stored.found.patient if stored.found else None
    around.audit.append(
        AuditEntry(kind="read", at=around.clock(), patient=patient, about=stored.id, content={"view": view})
    )

"""`/basis/…`: the page of one answer, for the holder of its card's signed address.

It asks for no login, so nobody knows who reads it. Each reading is a `read` entry about
the answer, committed before the page is sent. The page shows what the log holds.
"""

from collections.abc import Mapping

from flask import Blueprint, render_template, request

from cds_service.audit.reader import Stored
from cds_service.audit.store import AuditStore
from cds_service.basis.letter import letter_text
from cds_service.basis.links import entry_of
from cds_service.basis.page import basis_page
from cds_service.basis.what_if import Trial, controls_of, try_values
from cds_service.call import Service
from cds_service.core.words.languages import ENGLISH
from cds_service.errors import NotAllowed
from cds_service.review.replay import NothingToReplay, replay
from cds_service.web.cds_api import Dependencies
from cds_service.web.pages.linked_pages import (
    is_as_signed,
    linked_routes,
    note_reading,
    shown_answer,
    signing_key,
)

FORM_BYTES = 8192  # a dozen short fields
REFUSED = (
    "This link does not open an answer: it is older than a day, was changed or closed,"
    " or the answer is no longer kept. The card itself holds all that is needed to"
    " decide; the audit log of the hospital has the answer."
)


def basis_routes(dependencies: Dependencies, store: AuditStore) -> Blueprint:
    routes = linked_routes("basis")

    @routes.route("/<address>", methods=["GET", "POST"])
    def basis(address: str) -> str:
        stored = _open(dependencies, store, address)
        request.max_content_length = FORM_BYTES
        form = request.form if request.method == "POST" else None
        try:
            page = basis_html(stored, dependencies.service.of(stored.client), form)
        except NothingToReplay:
            raise NotAllowed(REFUSED) from None
        note_reading(
            dependencies, stored, {"view": "basis" if form is None else "what-if"}
        )
        return page

    return routes


def _open(dependencies: Dependencies, store: AuditStore, address: str) -> Stored:
    """Return the answer that this address names.

    Raises:
        NotAllowed: it names no answer, has expired, or was changed; always with the
            same words.
        AuditUnavailable: the log did not answer in time.
    """
    key = signing_key(dependencies)
    entry_id = entry_of(address, key) if key and is_as_signed(address) else None
    return shown_answer(dependencies, store, entry_id, REFUSED)


def basis_html(stored: Stored, service: Service, form: Mapping[str, str] | None) -> str:
    """Return the page of an answer, with the figures of a trial if one is asked for.

    If the script of the page asks, return the part with the trial alone.

    Args:
        form: the values of the trial; None without one.

    Raises:
        NothingToReplay: the entry holds no figures.
    """
    replayed = replay(stored.content, service, stored.service_id)
    trial = Trial(controls=controls_of(replayed.answer, service))
    if form is not None:
        trial = try_values(replayed.answer, service, form)
        if "part" in form:
            return render_template("basis-trial.html", trial=trial)
    content = stored.content
    page = basis_page(replayed, content, service)
    is_leaving = "leaving" in content
    return render_template(
        "basis.html",
        page=page,
        content=content,
        answered_at=stored.at,
        entry=stored.id,
        trial=trial,
        letter=letter_text(content["cards"]) if is_leaving else "",
        language=content.get("language", {}).get("used", ENGLISH),
    )

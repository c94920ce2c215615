"""Reviewers' work: marks and notes about an entry, the basis of an answer, and replay.

Marks and notes are entries themselves: none is ever changed, and a later one is added beside it.
"""

from collections.abc import Iterator

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response as AnyResponse

from cds_service.review.desk import Desk, open_entry
from cds_service.review.replay import NothingToReplay, Replay, replay
from cds_service.review.words import WORDS

LONGEST_NOTE = 2000
NO_FIGURES = "This entry holds no figures: it is no answer, they were purged, or another version made them."


def work_routes(routes: Blueprint, desk: Desk) -> None:
    """The routes for marks, notes, replay and basis."""

    @routes.post("/entries/<entry_id>/mark")
    def mark(entry_id: str) -> AnyResponse:
        stored = open_entry(desk, entry_id)
        chosen, note = request.form.get("mark", ""), request.form.get("note", "").strip()
        if (chosen and chosen not in WORDS["mark"]) or not (chosen or note) or len(note) > LONGEST_NOTE:
            raise BadRequest("Choose a mark or write a note of at most 2000 characters.")
        patient = stored.found.patient if stored.found else None
        content = {"text": note} if note else {}
        if chosen:
            desk.gate.note("mark", kind="mark", result=chosen, patient=patient, about=stored.id, content=content)
        else:
            desk.gate.note("note", kind="note", patient=patient, about=stored.id, content=content)
        return redirect(url_for("review.entry", entry_id=stored.id), 303)

    @routes.get("/entries/<entry_id>/replay", endpoint="replay")
    def replay_entry(entry_id: str) -> str:
        stored = open_entry(desk, entry_id)
        try:
            found = replay(stored.content, desk.service_for(stored), stored.found.service_id if stored.found else None)
        except NothingToReplay:
            raise NotFound(NO_FIGURES) from None
        patient = stored.found.patient if stored.found else None
        result = "identical" if found.is_identical else "differs"
        desk.gate.note("replay", result=result, patient=patient, about=stored.id)
        return render_template("review-replay.html", stored=stored, replay=found, rows=list(_rows_of(found)))

    @routes.route("/entries/<entry_id>/basis", methods=["GET", "POST"])
    def basis(entry_id: str) -> str:
        given = request.form if request.method == "POST" else None
        stored = open_entry(desk, entry_id, "basis" if given is None else "what-if")
        try:
            return desk.basis(stored, desk.service_for(stored), given)
        except NothingToReplay:
            raise NotFound(NO_FIGURES) from None


def _rows_of(found: Replay) -> Iterator[tuple[str, str]]:
    """The rows of a comparison: path, and what differs there."""
    for line in found.differences:
        place, _, words = line.partition(": ")
        yield place, words

"""The page of one entry.

Cards are shown as the log holds them, never rebuilt with today's texts. Only
paragraphs, lists and emphasis are rendered as markdown; everything else, including
links and HTML, stays text.

Marks and notes are entries themselves. None is ever changed; later ones are added.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from markdown_it import MarkdownIt
from markupsafe import Markup
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response as AnyResponse

from cds_service.core.earlier_cards.course_after_signing import STEPS
from cds_service.core.words.wording import GAP_REASONS
from cds_service.review.desk import Desk, open_entry
from cds_service.review.replay import NothingToReplay, replay
from cds_service.review.words import WORDS

LONGEST_NOTE = 2000  # characters
NO_FIGURES = (
    "This entry holds no figures: it is no answer, they were purged, or another version"
    " made them."
)
_SUBSET = MarkdownIt("zero").enable(["list", "emphasis", "escape", "newline"])
TONES: Mapping[str, tuple[str, str]] = {
    "info": ("i", "For information"),
    "warning": ("!", "Warning"),
    "critical": ("!", "Critical"),
}


def entry_routes(routes: Blueprint, desk: Desk) -> None:
    """Add the routes for one entry: content, marks, notes, replay and basis."""

    @routes.get("/entries/<entry_id>")
    def entry(entry_id: str) -> str:
        stored = open_entry(desk, entry_id, "entry")
        reader, content = desk.store.reader, stored.content
        remarks = reader.about([stored.id])[stored.id]
        contents = reader.contents([entry.id for entry in remarks])
        return render_template(
            "review-entry.html",
            stored=stored,
            content=content,
            cards=view_cards(content.get("cards", ())),
            remarks=[(entry, contents.get(entry.id, {})) for entry in remarks],
            marks=WORDS["mark"],
            steps=STEPS,
            reasons=GAP_REASONS,
        )

    @routes.post("/entries/<entry_id>/mark")
    def mark(entry_id: str) -> AnyResponse:
        stored = open_entry(desk, entry_id)
        chosen, note = _mark_in(request.form)
        desk.gate.note(
            "mark" if chosen else "note",
            result=chosen or None,
            patient=stored.patient,
            about=stored.id,
            content={"text": note} if note else {},
        )
        return redirect(url_for("review.entry", entry_id=stored.id), 303)

    @routes.get("/entries/<entry_id>/replay", endpoint="replay")
    def replay_entry(entry_id: str) -> str:
        stored = open_entry(desk, entry_id)
        service = desk.service.of(stored.client)
        try:
            replayed = replay(stored.content, service, stored.service_id)
        except NothingToReplay:
            raise NotFound(NO_FIGURES) from None
        result = "identical" if replayed.is_identical else "differs"
        # By row: the path of a figure, and its two values.
        rows = [line.split(": ", 1) for line in replayed.differences]
        desk.gate.note("replay", result=result, patient=stored.patient, about=stored.id)
        return render_template(
            "review-replay.html", stored=stored, replay=replayed, rows=rows
        )

    @routes.route("/entries/<entry_id>/basis", methods=["GET", "POST"])
    def basis(entry_id: str) -> str:
        form = request.form if request.method == "POST" else None
        stored = open_entry(desk, entry_id, "basis" if form is None else "what-if")
        try:
            return desk.basis(stored, desk.service.of(stored.client), form)
        except NothingToReplay:
            raise NotFound(NO_FIGURES) from None


def _mark_in(form: Mapping[str, str]) -> tuple[str, str]:
    """Return the mark and the note of a form; one of them may be empty.

    Raises:
        BadRequest: both are empty, the mark is not known, or the note is too long.
    """
    chosen, note = form.get("mark", ""), form.get("note", "").strip()
    is_known = not chosen or chosen in WORDS["mark"]
    has_content = chosen != "" or note != ""
    if not is_known or not has_content or len(note) > LONGEST_NOTE:
        raise BadRequest("Choose a mark or write a note of at most 2000 characters.")
    return chosen, note


def view_cards(cards: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the cards of an answer for the page, in the order shown.

    Texts are as logged; a link counts only if it leads to an http address.
    """
    return [_view(card) for card in cards]


def _view(card: Mapping[str, Any]) -> dict[str, Any]:
    source, indicator = card.get("source", {}), card.get("indicator", "info")
    sign, tone = TONES.get(indicator, ("i", str(indicator)))
    detail = _SUBSET.render(str(card.get("detail", "")))
    address = source.get("url")
    first = [("Source", _http_only(address))] if address else []
    links = [
        (link.get("label", ""), _http_only(link.get("url", "")))
        for link in card.get("links", ())
    ]
    return {
        "uuid": card.get("uuid", ""),
        "indicator": indicator if indicator in TONES else "info",
        "sign": sign,
        "tone": tone,
        "topic": _display(source.get("topic", {})),
        "summary": card.get("summary", ""),
        # HTML is off in the renderer, so that all of the text is escaped.
        "detail": Markup(detail),  # noqa: S704
        "suggestions": [
            _suggestion(suggestion) for suggestion in card.get("suggestions", ())
        ],
        "reasons": [_display(reason) for reason in card.get("overrideReasons", ())],
        "source": source.get("label", ""),
        "links": [*first, *links],
    }


def _suggestion(suggestion: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "uuid": suggestion.get("uuid", ""),
        "label": suggestion.get("label", ""),
        "recommended": bool(suggestion.get("isRecommended")),
        "actions": [
            {
                "type": action.get("type", ""),
                "resource": (action.get("resource") or {}).get("resourceType", ""),
            }
            for action in suggestion.get("actions", ())
        ],
    }


def _display(coding: Mapping[str, Any]) -> str:
    return str(coding.get("display") or coding.get("code") or "")


def _http_only(url: str) -> str:
    """Return the URL if it is http or https, else empty.

    The log may contain anything.
    """
    try:
        return url if urlsplit(url).scheme in ("http", "https") else ""
    except ValueError:
        return ""

"""Reviewers' work: marks and notes about an entry, the basis of an answer, replay and comparison.

Marks and notes are entries themselves: none is ever changed, and a later one is added beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response as AnyResponse

from cds_service.review.desk import Desk, content_of, open_entry
from cds_service.review.replay import NothingToReplay, Replay, replay
from cds_service.review.words import WORDS, say_share, say_value

LONGEST_NOTE = 2000
MISSING = "–"
NO_FIGURES = "This entry holds no figures: it is no answer, they were purged, or another version made them."
Pair = tuple[str, str]


def work_routes(routes: Blueprint, desk: Desk) -> None:
    """The routes for marks, notes, replay and comparison."""

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
            found = replay(content_of(stored), desk.service_for(stored))
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

    @routes.get("/compare")
    def compare() -> str:
        sides = [open_entry(desk, request.args.get(name, ""), "compare") for name in ("a", "b")]
        contents = [content_of(side) for side in sides]
        if any("assessments" not in content for content in contents):
            raise NotFound("Two answers can be compared, nothing else, and none that was purged.")
        return render_template(
            "review-compare.html",
            sides=list(zip(sides, contents, strict=True)),
            groups=[(title, _side_by_side(*map(part, contents))) for title, part in PARTS.items()],
        )


def _rows_of(found: Replay) -> Iterator[tuple[str, str]]:
    """The rows of a comparison: path, and what differs there."""
    for line in found.differences:
        place, _, words = line.partition(": ")
        yield place, words


def _side_by_side(then: Mapping[str, str], now: Mapping[str, str]) -> Sequence[tuple[str, Pair]]:
    """Rows by name, with differences first."""
    rows = [(name, (then.get(name, MISSING), now.get(name, MISSING))) for name in {**then, **now}]
    return sorted(rows, key=lambda row: row[1][0] == row[1][1])


def _figures(content: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for assessment in content["assessments"]:
        for model in assessment.get("models", ()):
            name = f"{assessment['outcome']}, {model['model']}"
            risk = say_share(model["risk"]) if "risk" in model else "no usable figure"
            found[name] = f"{risk} {model.get('band', '')} (known {say_share(model['inputsKnown'])})"
    return found


def _findings(content: Mapping[str, Any]) -> dict[str, str]:
    found = {one["name"]: say_value(one["value"], one["unit"]) for one in content["findings"]}
    return found | {one["name"]: f"gap: {one['reason']}" for one in content["gaps"]}


def _cards(content: Mapping[str, Any]) -> dict[str, str]:
    return {
        one["source"].get("topic", {}).get("code", ""): f"{one['indicator']}: {one['summary']}"
        for one in content["cards"]
    }


def _in_force(content: Mapping[str, Any]) -> dict[str, str]:
    models = {name: f"{one['version']} {one['digest'][:12]}" for name, one in content["models"].items()}
    return {**{name: str(value)[:12] for name, value in content["digests"].items()}, **models}


def _rules(content: Mapping[str, Any]) -> dict[str, str]:
    return {"recommendations": ", ".join(content["recommendations"]), "signals": ", ".join(content["signals"])}


PARTS = {
    "Cards": _cards,
    "Figures": _figures,
    "Findings and gaps": _findings,
    "What followed": _rules,
    "In force": _in_force,
}

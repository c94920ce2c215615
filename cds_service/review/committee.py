"""Figures for a committee: what fired, what was accepted or overridden and why, by month and recommendation.

Never by user. Counts of 1 to 4 are hidden. If a row or column has a single hidden count, the next smallest is hidden
too, since the total would reveal it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.exceptions import BadRequest

from cds_service.audit.counts import Counts, count_months
from cds_service.core.wording import MONTHS
from cds_service.review.desk import Desk
from cds_service.review.words import say_code

MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])")
SMALLEST = 5
HIDDEN = "< 5"  # one of 1 to 4
WITHHELD = "…"  # large enough, but it would reveal a hidden count
BY_MONTH = {
    "Answers": "answer",
    "Partial": "partial",
    "Refused": "refusal",
    "Cards": "shown",
    "Warnings": "warning",
    "Accepted": "accepted",
    "Overridden": "overridden",
}
# Of the pooled figure; "high" and "lower" are of answers under earlier rules, by studies.
BANDS = {
    "Above": "above",
    "Not different": "not-different",
    "Below": "below",
    "High (study)": "high",
    "Lower (study)": "lower",
    "No own figure": "none",
}
Rows = Sequence[tuple[str, Sequence[int]]]
Place = tuple[int, int]


def figure_routes(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/figures")
    def figures() -> str:
        since, until = _period(desk.gate.clock().date())
        with desk.store.reader.reading() as connection:
            counts = count_months(connection, since, until, desk.scope)
        desk.gate.note("figures", content={"since": since, "until": until})
        return render_template("review-figures.html", since=since, until=until, **_tables(counts, since, until))


def _period(today: date) -> tuple[str, str]:
    """First and last month from the URL; by default the year up to today.

    Raises:
        BadRequest: the URL contains something else.
    """
    until = request.args.get("until") or f"{today:%Y-%m}"
    since = request.args.get("since") or _months("0001-01", f"{today:%Y-%m}")[-12]
    if not MONTH.fullmatch(since) or not MONTH.fullmatch(until):
        raise BadRequest("A period is two months, 2026-05 and 2026-06.")
    return min(since, until), max(since, until)


def _months(since: str, until: str) -> list[str]:
    """The months of a period, at most the newest ten years."""
    first, last = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (since, until))
    return [f"{month // 12}-{month % 12 + 1:02}" for month in range(max(first, last - 119), last + 1)]


def _tables(counts: Counts, since: str, until: str) -> dict[str, Any]:
    """The tables of the page, and the numbers of answers that were lost and of entries that could not be read."""
    by_month: Counter[tuple[str, str]] = Counter()
    whole: Counter[tuple[str, str, str]] = Counter()
    for (month, topic, rule, name), count in counts.items():
        whole[topic, rule, name] += count
        if not rule:
            by_month[month, name] += count
    months = [
        (
            f"{MONTHS[int(month[5:]) - 1]} {month[:4]}",
            _with_unanswered([by_month[month, one] for one in BY_MONTH.values()]),
        )
        for month in _months(since, until)
    ]
    cards = [
        (say_code("topic", topic), _with_unanswered([whole[topic, "", name] for name in list(BY_MONTH.values())[3:]]))
        for topic in sorted({topic for topic, rule, _ in whole if topic and not rule})
    ]
    rules = [
        (rule, [whole[topic, rule, name] for name in ("fired", "accepted", "overridden")])
        for topic, rule in {(topic, rule) for topic, rule, _ in whole if rule}
    ]
    bands = [
        (title, [whole["", "", f"band:{outcome}:{band}"] for band in BANDS.values()])
        for outcome, title in (("refracture", "Refracture"), ("residual-pain", "Residual pain"))
    ]
    titles = (*BY_MONTH, "No feedback")
    return {
        "monthly": make_table("Month", titles, months, parts=[(5, 6, 7)], total="All months"),
        "cards": make_table("Card", titles[3:], cards, parts=[(2, 3, 4)], total="All cards"),
        "rules": make_table("Recommendation", ("Fired", "Accepted", "Overridden"), _most_first(rules)),
        "reasons": make_table("Reason", ("Overridden",), _named(whole, "reason:"), total="All"),
        "bands": make_table("Outcome", tuple(BANDS), bands, parts=[range(len(BANDS))]),
        "refusals": make_table("Reason", ("Times",), _named(whole, "refusal:"), total="All"),
        "lost": whole["", "", "lost"],
        "unread": whole["", "", "unread"],
    }


def _with_unanswered(values: Sequence[int]) -> list[int]:
    """Counts that end with cards shown, warnings, accepted and overridden; and the cards without feedback."""
    shown, _, accepted, overridden = values[-4:]
    return [*values, shown - accepted - overridden]


def _named(counts: Counter[tuple[str, str, str]], prefix: str) -> Rows:
    """Counts of whole cards and answers whose name begins so."""
    found = [
        (f"{say_code('topic', topic)}: " * bool(topic) + name.removeprefix(prefix), [count])
        for (topic, rule, name), count in counts.items()
        if name.startswith(prefix) and not rule
    ]
    return _most_first(found)


def _most_first(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: (-row[1][0], row[0]))


def make_table(
    title: str, columns: Sequence[str], rows: Rows, *, parts: Iterable[Sequence[int]] = (), total: str = ""
) -> dict[str, Any]:
    """A table for display: each row with its label, its cells, and the first count as a share of the largest.

    Args:
        parts: columns that add up to another one, so that a single hidden cell among them could be computed.
        total: label of the row of sums; without it there is no such row.
    """
    values = [list(cells) for _, cells in rows]
    hidden = _hide(values, parts, has_total=bool(total))
    most = max((cells[0] for row, cells in enumerate(values) if (row, 0) not in hidden), default=0) or 1
    shown = [
        (
            label,
            [
                WITHHELD if (row, column) in hidden and one >= SMALLEST else _say(one)
                for column, one in enumerate(cells)
            ],
            None if (row, 0) in hidden else cells[0] / most,
        )
        for row, (label, cells) in enumerate(rows)
    ]
    sums = [_say(sum(column)) for column in zip(*values, strict=True)] or [_say(0)] * len(columns)
    return {"title": title, "columns": columns, "rows": shown, "total": (total, sums) if total else None}


def _hide(values: Sequence[Sequence[int]], parts: Iterable[Sequence[int]], *, has_total: bool) -> set[Place]:
    """Hide small cells; while a line has a single hidden cell, hide one more, so that no sum reveals it."""
    hidden = {(row, at) for row, cells in enumerate(values) for at, value in enumerate(cells) if 0 < value < SMALLEST}
    lines = [[(row, at) for at in part] for part in parts for row in range(len(values))]
    if has_total and values:
        lines += [[(row, at) for row in range(len(values))] for at in range(len(values[0]))]
    while True:
        single = [line for line in lines if len(hidden.intersection(line)) == 1]
        others = [[(values[row][at], (row, at)) for row, at in line if values[row][at]] for line in single]
        more = {min(one for one in line if one[1] not in hidden)[1] for line in others if len(line) > 1}
        if not more:
            return hidden
        hidden |= more


def _say(value: int) -> str:
    return HIDDEN if 0 < value < SMALLEST else f"{value:,}".replace(",", "\u202f")

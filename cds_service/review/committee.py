"""Figures for a committee: what fired, what was accepted or overridden and why, by month and recommendation.

Never by user. Counts of 1 to 4 are hidden. If a row or column has a single hidden count, the next smallest is hidden
too, since the total would reveal it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as AnyResponse

from cds_service.audit.counts import Counts, count_fired, count_months
from cds_service.audit.query import Query
from cds_service.audit.reader import Stored
from cds_service.core.wording import MONTHS
from cds_service.review.desk import Desk, content_of
from cds_service.review.grid import Grid, make_grid, share
from cds_service.review.words import say_code

MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])")
LEAST_SHOWN = 50  # an acceptance rate from fewer cards means nothing
LEAST_WEEKLY = 10
TRUST = "disagreeWithEvidence"
InPeriod = Counter[tuple[str, str, str]]  # by topic, recommendation, name


def figure_routes(routes: Blueprint, desk: Desk) -> None:
    """The routes for the page of figures and for marking a period as reviewed."""

    @routes.get("/figures")
    def figures() -> str:
        today = desk.gate.clock().date()
        since, until = _period(today)
        with desk.store.reader.reading() as connection:
            counts = count_months(connection, since, until, desk.scope)
            fired = [count_fired(connection, *week, desk.scope) for week in _weeks(today)]
        desk.gate.note("figures", content={"since": since, "until": until})
        marked = desk.store.reader.find(Query(kinds=("mark",), result="period"), limit=100).entries
        marks = [(one, stored) for one in marked if (stored := _own_mark(desk, one.sequence))][:10]
        return render_template(
            "review-figures.html",
            since=since,
            until=until,
            flags=[*_flags(_in_period(counts)), *_weekly_flags(*fired, week=_weeks(today)[1][0])],
            marks=marks,
            **_tables(counts, since, until),
        )

    @routes.post("/figures/reviewed")
    def reviewed() -> AnyResponse:
        desk.gate.need("patients")
        since, until = request.form.get("since", ""), request.form.get("until", "")
        note = request.form.get("note", "").strip()
        if not (MONTH.fullmatch(since) and MONTH.fullmatch(until) and len(note) <= 2000):
            raise BadRequest("A period is two months, 2026-05 and 2026-06; a note has at most 2000 characters.")
        scope = desk.scope
        of = {"client": scope.client, "tenant": scope.tenant} if scope else {}
        content = {"since": since, "until": until, **of} | ({"text": note} if note else {})
        desk.gate.note("figures", kind="mark", result="period", content=content)
        return redirect(url_for("review.figures", since=since, until=until), 303)


def _own_mark(desk: Desk, sequence: int) -> Stored | None:
    """The mark of a period, if it was made by somebody who sees the same entries."""
    stored, scope = desk.store.reader.entry(sequence), desk.scope
    content = content_of(stored)
    is_own = scope is None or (content.get("client"), content.get("tenant")) == (scope.client, scope.tenant)
    return stored if is_own else None


def _period(today: date) -> tuple[str, str]:
    """First and last month from the URL; by default the year up to today.

    Raises:
        BadRequest: the URL contains something else.
    """
    until = request.args.get("until") or f"{today:%Y-%m}"
    since = request.args.get("since") or f"{_first_of(today, 11):%Y-%m}"
    if not MONTH.fullmatch(since) or not MONTH.fullmatch(until):
        raise BadRequest("A period is two months, 2026-05 and 2026-06.")
    return min(since, until), max(since, until)


def _first_of(day: date, months_before: int) -> date:
    months = day.year * 12 + day.month - 1 - months_before
    return date(months // 12, months % 12 + 1, 1)


def _in_period(counts: Counts) -> InPeriod:
    """All months together."""
    found: InPeriod = Counter()
    for (_, topic, rule, name), count in counts.items():
        found[topic, rule, name] += count
    return found


def _tables(counts: Counts, since: str, until: str) -> dict[str, object]:
    by_topic = _in_period(counts)
    return {
        "monthly": _by_month(counts, since, until),
        "cards": _by_card(by_topic),
        "rules": _by_rule(by_topic),
        "reasons": _named(by_topic, "reason:", "Reason", "Overridden"),
        "bands": _by_band(by_topic),
        "refusals": _named(by_topic, "refusal:", "Reason"),
        "lost": by_topic["", "", "lost"],
    }


def _by_month(found: Counts, since: str, until: str) -> Grid:
    counts: Counter[tuple[str, str]] = Counter()
    for (month, topic, rule, name), count in found.items():
        if not rule:
            counts[month, f"card:{name}" if topic else name] += count
    names = ("answer", "partial", "refusal", "card:shown", "card:warning", "card:accepted", "card:overridden")
    rows = []
    for month in _months(since, until):
        values = [counts[month, name] for name in names]
        rows.append((_say_month(month), [*values, values[3] - values[5] - values[6]]))
    titles = ("Answers", "Partial", "Refused", "Cards", "Warnings", "Accepted", "Overridden", "No feedback")
    return make_grid("Month", titles, rows, parts=[(5, 6, 7)], total="All months")


def _months(since: str, until: str) -> Iterator[str]:
    """The months of a period, at most the newest ten years."""
    last = date.fromisoformat(f"{until}-01")
    all_of_them = [f"{_first_of(last, back):%Y-%m}" for back in reversed(range(120)) if last.year * 12 - back > 12]
    return (month for month in all_of_them if month >= since)


def _say_month(month: str) -> str:
    return f"{MONTHS[int(month[5:]) - 1]} {month[:4]}"


def _by_card(counts: InPeriod) -> Grid:
    names = ("shown", "warning", "accepted", "overridden", "reason:none")
    rows = []
    for topic in sorted({topic for topic, rule, _ in counts if topic and not rule}):
        values = [counts[topic, "", name] for name in names]
        within = [sum(counts[topic, "", f"within:{name}"] for name in ("minute", "hour"))]
        rows.append((say_code("topic", topic), [*values, values[0] - values[2] - values[3], *within]))
    titles = (
        "Shown",
        "Warnings",
        "Accepted",
        "Overridden",
        "of these without reason",
        "No feedback",
        "Answered in 1 h",
    )
    return make_grid("Card", titles, rows, parts=[(2, 3, 5)], total="All cards")


def _by_rule(counts: InPeriod) -> Grid:
    answers = counts["", "", "answer"]
    rows = [
        (rule, [counts[topic, rule, name] for name in ("fired", "accepted", "overridden")])
        for topic, rule in sorted({(topic, rule) for topic, rule, _ in counts if rule})
    ]
    rows.sort(key=lambda row: -row[1][0])
    grid = make_grid("Recommendation", ("Fired", "Accepted", "Overridden"), rows)
    return grid.with_shares("per 100 answers", [share(row[1][0], answers) for row in rows], answers)


def _by_band(counts: InPeriod) -> Grid:
    titles = ("high", "above", "not-different", "lower", "none")
    rows = [
        (title, [counts["", "", f"band:{outcome}:{band}"] for band in titles])
        for outcome, title in (("refracture", "Refracture"), ("residual-pain", "Residual pain"))
    ]
    return make_grid("Outcome", ("High", "Above", "Not different", "Lower", "No figure"), rows, parts=[(0, 1, 2, 3, 4)])


def _named(counts: InPeriod, prefix: str, title: str, column: str = "Times") -> Grid:
    """Counts of whole cards and answers whose name begins so, the most first."""
    rows = [
        (f"{say_code('topic', topic)}: " * bool(topic) + name.removeprefix(prefix), [count])
        for (topic, rule, name), count in sorted(counts.items())
        if name.startswith(prefix) and not rule and count
    ]
    return make_grid(title, (column,), sorted(rows, key=lambda row: -row[1][0]), total="All")


def _weeks(today: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """Monday and Sunday of the last two complete weeks, the older first."""
    monday = today - timedelta(days=today.weekday() + 7)
    week = timedelta(days=6)
    return (monday - timedelta(days=7), monday - timedelta(days=1)), (monday, monday + week)


def _flags(counts: InPeriod) -> Iterator[str]:
    """What deserves attention: acceptance, trust, failures."""
    yield from _card_flags(counts)
    answers = counts["", "", "answer"]
    failures = sum(counts["", "", name] for name in ("refusal:failure", "refusal:deadline-passed", "lost"))
    if failures >= 5 and failures >= 0.02 * (answers + failures):
        yield f"{failures} answers failed, {share(failures, answers + failures)} of all."


def _card_flags(counts: InPeriod) -> Iterator[str]:
    for topic in sorted({topic for topic, rule, _ in counts if topic and not rule}):
        title = say_code("topic", topic)
        shown, accepted, overridden, distrust = (
            counts[topic, "", name] for name in ("shown", "accepted", "overridden", f"reason:{TRUST}")
        )
        if shown >= LEAST_SHOWN and accepted < 0.1 * shown:
            yield f"{title}: fewer than 1 in 10 cards are accepted."
        if distrust >= 5 and distrust >= 0.1 * overridden:
            yield f"{title}: {share(distrust, overridden)} of the overrides doubt the evidence."


def _weekly_flags(before: Counter[str], last: Counter[str], *, week: date) -> Iterator[str]:
    """Recommendations that fired far less or far more often than the week before.

    Args:
        before: how often each fired in the week before last.
        last: how often each fired in the last week.
        week: a day in the last week.
    """
    for rule, then in sorted(before.items()):
        if then >= LEAST_WEEKLY and abs(last[rule] - then) >= 0.5 * then:
            yield f"{rule}: fired {share(last[rule], then)} as often in the week {week:%G-W%V} as in the week before."

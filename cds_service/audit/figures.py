"""Running figures for a committee: how often each card and recommendation was shown and what users made of it.

A million entries cannot be counted while somebody waits, so each entry is counted once, in order, into a small table of
counts without any id. Feedback counts in the month of the answer that it is about, and of several on one card the last.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, MetaData, Row, SmallInteger, String, Table, func, select, update
from sqlalchemy.exc import DBAPIError

from cds_service.audit.database import Database, insert_of
from cds_service.audit.tables import CARDS, ENTRIES, PAYLOADS, PLACE, SEARCH
from cds_service.errors import AuditUnavailable

BATCH = 2000
COUNTED = ("answer", "refusal", "feedback", "gap")
WITHIN = (("minute", timedelta(minutes=1)), ("hour", timedelta(hours=1)), ("day", timedelta(days=1)))
_METADATA = MetaData()
FIGURES = Table(
    "audit_figure",
    _METADATA,
    Column("period", String(8), primary_key=True),
    Column("topic", String(32), primary_key=True),
    Column("rule", String(64), primary_key=True),
    Column("name", String(96), primary_key=True),
    Column("count", BigInteger, nullable=False),
)
STATE = Table(
    "audit_figure_state",
    _METADATA,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("counted_to", PLACE, nullable=False),
)
Key = tuple[str, str, str, str]  # period, topic, rule, name


@dataclass(frozen=True, slots=True)
class Figure:
    """One count.

    Attributes:
        period: `2026-05`, or `2026-W21` for what is compared week by week.
        topic: of cards; empty for whole answers.
        rule: recommendation; empty for whole cards.
        name: what was counted: `answer`, `partial`, `shown`, `fired`, `accepted`, `reason:patientDeclines`, …
    """

    period: str
    topic: str
    rule: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the counting is."""

    counted_to: int
    head: int

    @property
    def is_complete(self) -> bool:
        """Whether every entry is counted."""
        return self.counted_to >= self.head


class Figures:
    """Counts and counting of one database."""

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database

    def count_on(self, *, seconds: float, batch: int = BATCH) -> Progress:
        """Count entries that are new, for at most about so many seconds.

        The lock of the chain is held only to write counts. Of two that count the same, one throws its work away.

        Raises:
            AuditUnavailable: the database cannot be read.
        """
        until = time.monotonic() + seconds
        while True:
            try:
                with self._database().reading() as connection:
                    progress = _progress(connection)
                    counts, counted_to = _count_batch(connection, progress.counted_to, batch)
            except DBAPIError as error:
                raise AuditUnavailable(f"The audit log could not be read ({type(error).__name__}).") from None
            if counted_to == progress.counted_to or not self._keep(counts, progress.counted_to, counted_to):
                return progress
            if time.monotonic() > until:
                return Progress(counted_to, progress.head)

    def read(self, since: str, until: str) -> tuple[Figure, ...]:
        """Counts of these periods, both included: months, or weeks.

        Raises:
            AuditUnavailable: the database cannot be read.
        """
        wanted = select(FIGURES).where(FIGURES.c.period >= since, FIGURES.c.period <= until)
        is_week = FIGURES.c.period.contains("W")
        wanted = wanted.where(is_week if "W" in since else ~is_week)
        try:
            with self._database().reading() as connection:
                rows = connection.execute(wanted).all()
        except DBAPIError as error:
            raise AuditUnavailable(f"The audit log could not be read ({type(error).__name__}).") from None
        return tuple(Figure(*row) for row in rows)

    def _keep(self, counts: Mapping[Key, int], counted_from: int, counted_to: int) -> bool:
        """Whether the counts were added; not when another was faster or the database is busy."""
        try:
            with self._database().writing() as connection:
                begun = insert_of(connection, STATE).values(id=1, counted_to=0)
                connection.execute(begun.on_conflict_do_nothing())
                moved = update(STATE).where(STATE.c.counted_to == counted_from).values(counted_to=counted_to)
                if connection.execute(moved).rowcount != 1:
                    return False
                rows = [
                    dict(zip(("period", "topic", "rule", "name"), key, strict=True), count=count)
                    for key, count in counts.items()
                    if count
                ]
                if rows:
                    new = insert_of(connection, FIGURES)
                    added = {"count": FIGURES.c.count + new.excluded.count}
                    connection.execute(new.on_conflict_do_update(index_elements=FIGURES.primary_key, set_=added), rows)
        except DBAPIError:
            return False
        return True


def week_of(day: date) -> str:
    """`2026-W21`, by ISO 8601."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _progress(connection: Connection) -> Progress:
    counted_to = connection.scalar(select(STATE.c.counted_to)) or 0
    return Progress(counted_to, connection.scalar(select(func.max(ENTRIES.c.sequence))) or 0)


def _count_batch(connection: Connection, counted_to: int, batch: int) -> tuple[Mapping[Key, int], int]:
    """Counts of the next entries, and the last of them."""
    last = connection.scalar(select(func.max(ENTRIES.c.sequence)).where(ENTRIES.c.sequence <= counted_to + batch))
    if last is None or last <= counted_to:
        return {}, counted_to
    wanted = select(SEARCH).where(SEARCH.c.sequence > counted_to, SEARCH.c.sequence <= last)
    rows = connection.execute(wanted.where(SEARCH.c.kind.in_(COUNTED)).order_by(SEARCH.c.sequence)).all()
    counts: Counter[Key] = Counter()
    cards = _cards_of(connection, [row.sequence for row in rows if row.kind == "answer"])
    for row in rows:
        if row.kind == "answer":
            _count_answer(counts, row, cards.get(row.sequence, ()))
        elif row.kind == "refusal":
            counts[row.at[:7], "", "", "refusal"] += 1
            counts[row.at[:7], "", "", f"refusal:{row.reason or 'other'}"] += 1
    _count_feedback(connection, counts, [row for row in rows if row.kind == "feedback"])
    gaps = [row for row in rows if row.kind == "gap"]
    for row, content in _with_content(connection, gaps):
        counts[row.at[:7], "", "", "lost"] += int(content.get("lost", 0))
    return counts, last


def _count_answer(counts: Counter[Key], row: Row[Any], cards: Iterable[Row[Any]]) -> None:
    month, week = row.at[:7], week_of(date.fromisoformat(row.at[:10]))
    counts[month, "", "", "answer"] += 1
    counts[week, "", "", "answer"] += 1
    for name in ("partial", "warning"):
        counts[month, "", "", name] += getattr(row, name) or 0
    for outcome in ("refracture", "residual_pain"):
        band = getattr(row, f"{outcome}_band") or "none"
        counts[month, "", "", f"band:{outcome.replace('_', '-')}:{band}"] += 1
    for card in cards:
        counts[month, card.topic, "", "shown"] += 1
        counts[month, card.topic, "", "warning"] += card.indicator == "warning"
        for rule in card.rules.split():
            counts[month, card.topic, rule, "fired"] += 1
            counts[week, card.topic, rule, "fired"] += 1


def _count_feedback(connection: Connection, counts: Counter[Key], rows: Sequence[Row[Any]]) -> None:
    """Each takes the place of what was said about the same card before."""
    linked = [row for row in rows if row.about and row.card]
    for row in rows:
        counts[row.at[:7], "", "", "feedback-unlinked"] += not (row.about and row.card)
    if not linked:
        return
    shown = _answers_of(connection, {row.about for row in linked})
    cards = _cards_of(connection, [row.sequence for row in shown.values()])
    last = max(row.sequence for row in linked)
    wanted = select(SEARCH).where(SEARCH.c.card.in_({row.card for row in linked}), SEARCH.c.kind == "feedback")
    earlier = connection.execute(wanted.where(SEARCH.c.sequence <= last).order_by(SEARCH.c.sequence)).all()
    new = {row.sequence for row in linked}
    said: dict[str, Counter[Key]] = {}
    for row, content in _with_content(connection, earlier):
        answer = shown.get(row.about or "")
        if answer is None:
            continue
        card = next((one for one in cards.get(answer.sequence, ()) if one.card == row.card), None)
        says = _said(row, content, answer, card)
        if row.sequence in new:
            counts.subtract(said.get(row.card, Counter()))
            counts.update(says)
        said[row.card] = says


def _said(row: Row[Any], content: Mapping[str, Any], answer: Row[Any], card: Row[Any] | None) -> Counter[Key]:
    """What one feedback counts."""
    month, topic = answer.at[:7], card.topic if card else row.topic or ""
    counts: Counter[Key] = Counter({(month, topic, "", row.result): 1})
    if row.result == "overridden":
        counts[month, topic, "", f"reason:{row.reason or 'none'}"] += 1
    rules = content.get("acceptedRules", ()) if row.result == "accepted" else card.rules.split() if card else ()
    for rule in rules:
        counts[month, topic, rule, row.result] += 1
    waited = _moment(content.get("outcomeTimestamp") or row.at) - _moment(answer.at)
    within = next((name for name, most in WITHIN if waited <= most), "later")
    counts[month, topic, "", f"within:{within}"] += 1
    return counts


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _answers_of(connection: Connection, entry_ids: Iterable[str]) -> dict[str, Any]:
    joined = ENTRIES.join(SEARCH, SEARCH.c.sequence == ENTRIES.c.sequence)
    wanted = select(ENTRIES.c.entry_id, SEARCH.c.sequence, SEARCH.c.at).select_from(joined)
    found = connection.execute(wanted.where(ENTRIES.c.entry_id.in_(entry_ids), SEARCH.c.kind == "answer"))
    return {row.entry_id: row for row in found}


def _cards_of(connection: Connection, sequences: Sequence[int]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {}
    if sequences:
        wanted = select(CARDS).where(CARDS.c.sequence.in_(sequences)).order_by(CARDS.c.sequence, CARDS.c.position)
        for row in connection.execute(wanted):
            found.setdefault(row.sequence, []).append(row)
    return found


def _with_content(connection: Connection, rows: Sequence[Row[Any]]) -> Iterable[tuple[Row[Any], Mapping[str, Any]]]:
    """Rows with what their entries say."""
    if not rows:
        return []
    wanted = select(PAYLOADS.c.sequence, PAYLOADS.c.body).where(PAYLOADS.c.sequence.in_([row.sequence for row in rows]))
    bodies = {row.sequence: row.body for row in connection.execute(wanted)}
    return [(row, json.loads(bodies[row.sequence])["content"]) for row in rows if row.sequence in bodies]

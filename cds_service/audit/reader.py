"""Find entries, and read them.

A caller that shows an entry to somebody must append a `read` entry.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    exists,
    func,
    not_,
    or_,
    select,
)

from cds_service.audit.appending import Head, read_head
from cds_service.audit.chain import (
    FACTS,
    PROBE,
    PROBE_PATIENTS,
    SealedEntry,
    SearchFacts,
    ShownCard,
    facts_of,
)
from cds_service.audit.database import Database
from cds_service.audit.database_faults import read_or_unavailable
from cds_service.audit.query import Query, conditions_of
from cds_service.audit.tables import CARDS, ENTRIES, PAYLOADS, SEARCH

PAGE = 50  # entries
MOST_ABOUT = 500  # follow-up entries for one page
STREAM = 500  # entries read at a time
# Entries other than a probe's (`chain.is_probe`).
OF_PEOPLE = or_(
    SEARCH.c.user.is_distinct_from(PROBE),
    not_(
        func.coalesce(SEARCH.c.patient, "").startswith(PROBE_PATIENTS, autoescape=True)
    ),
)
# Every answer to an augmentation order for a living patient has this card; an answer to
# a brace order does not.
_ON_RISK = exists().where(
    CARDS.c.sequence == SEARCH.c.sequence, CARDS.c.topic == "rehabilitation"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEntry(SearchFacts):
    """One entry in a list: its position, and the values by which it is found.

    Attributes:
        at: RFC 3339, UTC, milliseconds.
        hash: hash of the entry in the chain.
    """

    sequence: int
    id: str
    at: str
    kind: str
    hash: str
    cards: tuple[ShownCard, ...]

    @property
    def cursor(self) -> "Cursor":
        """Return the cursor for continuing a list after this entry."""
        return Cursor(self.at, self.sequence)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in a list, newest first."""

    at: str
    sequence: int

    def __str__(self) -> str:
        return f"{self.at}~{self.sequence}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Parse a cursor; None for anything else."""
        at, _, sequence = text.partition("~")
        is_number = sequence.isdecimal() and len(sequence) < 19  # fits into 64 bits
        return cls(at, int(sequence)) if is_number else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list, newest first; `next` is None on the last."""

    entries: tuple[ListedEntry, ...]
    next: Cursor | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored(ListedEntry):
    """One complete entry; only its part of the chain if the payload is gone.

    Attributes:
        body: the payload as it is stored; None if it is gone.
    """

    format: int
    commitment: str
    previous_hash: str
    salt: str | None
    body: str | None

    @property
    def is_whole(self) -> bool:
        """Tell if the payload is there, and is what was written."""
        if self.salt is None or self.body is None:
            return False
        read = SealedEntry(
            id=self.id,
            kind=self.kind,
            at=self.at,
            salt=self.salt,
            facts=facts_of(self),
            cards=self.cards,
            body=self.body,
        )
        return read.commitment == self.commitment

    @property
    def content(self) -> Mapping[str, Any]:
        """Return the `AuditEntry.content`; empty if the payload is not whole."""
        return dict(json.loads(self.body or "")["content"]) if self.is_whole else {}


Entry = TypeVar("Entry", bound=ListedEntry)


class AuditReader:
    """Reads entries from one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(
        self, query: Query, *, after: Cursor | None = None, limit: int = PAGE
    ) -> Page:
        """Find one page of matching entries, newest first."""
        statement = (
            _select_listed(query)
            .order_by(SEARCH.c.at.desc(), SEARCH.c.sequence.desc())
            .limit(limit + 1)
        )
        if after is not None:
            statement = statement.where(
                or_(
                    SEARCH.c.at < after.at,
                    and_(SEARCH.c.at == after.at, SEARCH.c.sequence < after.sequence),
                )
            )
        with self.reading() as connection:
            rows = connection.execute(statement).all()
            entries = _with_cards(connection, rows[:limit], ListedEntry)
        following = entries[-1].cursor if len(rows) > limit else None
        return Page(entries=entries, next=following)

    def entry(self, wanted: str | int) -> Stored | None:
        """Read the entry with this id, or at this place of the chain."""
        column: ColumnElement[Any] = ENTRIES.c.entry_id
        if isinstance(wanted, int):
            column = ENTRIES.c.sequence
        with self.reading() as connection:
            return next(iter(stored_entries(connection, column == wanted)), None)

    def entries(self, ids: Collection[str]) -> tuple[Stored, ...]:
        """Read these entries, as far as they exist, in the order of the chain."""
        with self.reading() as connection:
            return tuple(stored_entries(connection, ENTRIES.c.entry_id.in_(ids)))

    def contents(self, ids: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
        return {entry.id: entry.content for entry in self.entries(ids)}

    def about(self, entry_ids: Collection[str]) -> Mapping[str, Sequence[ListedEntry]]:
        """Map ids of entries to the entries about them, oldest first.

        These are feedback, what was done, marks and notes.
        """
        entries: dict[str, list[ListedEntry]] = {entry_id: [] for entry_id in entry_ids}
        if not entries:
            return entries
        query = Query(kinds=("feedback", "loop", "mark", "note"))
        statement = (
            _select_listed(query)
            .where(SEARCH.c.about.in_(entries))
            .order_by(SEARCH.c.sequence)
            .limit(MOST_ABOUT)
        )
        with self.reading() as connection:
            rows = connection.execute(statement).all()
            listed = _with_cards(connection, rows, ListedEntry)
        for entry in listed:
            entries[entry.about or ""].append(entry)
        return entries

    def head(self) -> Head:
        with self.reading() as connection:
            return read_head(connection)

    def last_order_at(self) -> datetime | None:
        """Return the time of the last augmentation order that was not a probe's.

        If there was none, it is the time of the log's first entry.
        """
        is_order = or_(
            SEARCH.c.kind == "refusal", and_(SEARCH.c.kind == "answer", _ON_RISK)
        )
        newest = (
            select(SEARCH.c.at)
            .where(is_order, OF_PEOPLE)
            .order_by(SEARCH.c.at.desc())
            .limit(1)
        )
        first = select(ENTRIES.c.at).order_by(ENTRIES.c.sequence).limit(1)
        with self.reading() as connection:
            at = connection.scalar(newest) or connection.scalar(first)
        return None if at is None else datetime.fromisoformat(at)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that reads one snapshot of the log.

        Raises:
            AuditUnavailable: the database cannot be read.
        """
        with read_or_unavailable(), self._database.reading() as connection:
            yield connection


def _select_listed(query: Query) -> Select[Any]:
    """Select the matching entries as rows of `ListedEntry` without cards, unordered."""
    joined = SEARCH.join(ENTRIES, ENTRIES.c.sequence == SEARCH.c.sequence)
    statement = select(SEARCH, ENTRIES.c.entry_id, ENTRIES.c.hash).select_from(joined)
    return statement.where(*conditions_of(query))


def _with_cards(
    connection: Connection, rows: Sequence[Row[Any]], kind: type[Entry]
) -> tuple[Entry, ...]:
    """Return the rows as entries with their cards."""
    if not rows:
        return ()
    cards = _cards_of(connection, [row.sequence for row in rows])
    entries = []
    for row in rows:
        # The library's own name for its public mapping.
        values = dict(row._mapping)  # noqa: SLF001
        for name in ("partial", "warning"):
            values[name] = None if values[name] is None else bool(values[name])
        values["id"] = values.pop("entry_id")
        values["cards"] = tuple(cards.get(row.sequence, ()))
        entries.append(kind(**values))
    return tuple(entries)


def _cards_of(
    connection: Connection, sequences: Sequence[int]
) -> Mapping[int, Sequence[ShownCard]]:
    """Read the cards of these entries, in the order shown."""
    statement = (
        select(CARDS)
        .where(CARDS.c.sequence.in_(sequences))
        .order_by(CARDS.c.sequence, CARDS.c.position)
    )
    cards: dict[int, list[ShownCard]] = {}
    for row in connection.execute(statement):
        card = ShownCard(
            card=row.card,
            topic=row.topic,
            indicator=row.indicator,
            rules=tuple(row.rules.split()),
        )
        cards.setdefault(row.sequence, []).append(card)
    return cards


def stored_entries(
    connection: Connection, condition: ColumnElement[bool]
) -> Iterator[Stored]:
    """Yield complete entries in the order of the chain; read some hundreds at once."""
    joined = ENTRIES.outerjoin(PAYLOADS, PAYLOADS.c.sequence == ENTRIES.c.sequence)
    joined = joined.outerjoin(SEARCH, SEARCH.c.sequence == ENTRIES.c.sequence)
    columns = (
        *ENTRIES.c,
        PAYLOADS.c.salt,
        PAYLOADS.c.body,
        *(SEARCH.c[name] for name in FACTS),
    )
    last, has_more = 0, True
    while has_more:
        statement = (
            select(*columns)
            .select_from(joined)
            .where(condition, ENTRIES.c.sequence > last)
            .order_by(ENTRIES.c.sequence)
            .limit(STREAM)
        )
        rows = connection.execute(statement).all()
        yield from _with_cards(connection, rows, Stored)
        has_more = len(rows) == STREAM
        last = rows[-1].sequence if rows else last

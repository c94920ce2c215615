"""Appends sealed entries to the chain, inside a transaction that holds its lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, bindparam, func, insert, select

from cds_service import __version__
from cds_service.audit.chain import FORMAT, GENESIS, AuditEntry, SealedEntry, seal
from cds_service.audit.tables import CARDS, ENTRIES, PAYLOADS, SEARCH

Clock = Callable[[], datetime]
NUMBERS = frozenset({"status", "partial", "warning"})

# Built once: building a statement takes longer than SQLite takes to run it.
LAST = select(ENTRIES.c.sequence, ENTRIES.c.hash).order_by(ENTRIES.c.sequence.desc()).limit(1)
LAST_AND_KNOWN = select(ENTRIES.c.sequence, ENTRIES.c.hash, ENTRIES.c.entry_id).where(
    (ENTRIES.c.sequence == select(func.max(ENTRIES.c.sequence)).scalar_subquery())
    | ENTRIES.c.entry_id.in_(bindparam("ids", expanding=True))
)
INSERTS = {table: insert(table) for table in (ENTRIES, PAYLOADS, SEARCH, CARDS)}
FOUND_BY = tuple(SEARCH.columns.keys())


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of the chain; sequence 0 if there is none."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Appended:
    """The result of appending a batch.

    Attributes:
        first: sequence of the first appended entry; `last` - `first` + 1 entries were appended.
        known: number of entries that the chain held already, for example after a commit with unknown outcome.
    """

    first: int
    last: int
    known: int


def read_head(connection: Connection) -> Head:
    """The entry that the next one follows."""
    found = connection.execute(LAST).first()
    return Head(found.sequence, found.hash) if found else Head(0, GENESIS)


def append_entries(connection: Connection, entries: Sequence[SealedEntry], clock: Clock) -> Appended:
    """Append these entries in order, skipping those that the chain holds already.

    Every log begins with a genesis entry, which identifies it.
    """
    by_id = {entry.id: entry for entry in entries}
    head, held = _look_up(connection, by_id)
    new = [entry for entry in by_id.values() if entry.id not in held]
    known, count = len(entries) - len(new), len(new)
    if head.sequence == 0:
        new.insert(0, _genesis(datetime.fromisoformat(new[0].at) if new else clock()))
    rows = _Rows()
    for entry in new:
        head = rows.add(entry, head)
    rows.insert_into(connection)
    return Appended(first=head.sequence - count + 1, last=head.sequence, known=known)


def _look_up(connection: Connection, ids: Iterable[str]) -> tuple[Head, set[str]]:
    """The last entry, and the ids among these that the chain holds already."""
    rows = connection.execute(LAST_AND_KNOWN, {"ids": list(ids)}).all()
    last = max(rows, key=lambda row: row.sequence, default=None)
    head = Head(last.sequence, last.hash) if last is not None else Head(0, GENESIS)
    return head, {row.entry_id for row in rows}


def _genesis(now: datetime) -> SealedEntry:
    content = {"log": str(uuid4()), "format": FORMAT, "version": __version__}
    return seal(AuditEntry(kind="genesis", at=now, content=content))


class _Rows:
    """Collects the rows for each table, for one insert each."""

    def __init__(self) -> None:
        self._links: list[Mapping[str, Any]] = []
        self._payloads: list[Mapping[str, Any]] = []
        self._search: list[Mapping[str, Any]] = []
        self._cards: list[Mapping[str, Any]] = []

    def add(self, entry: SealedEntry, head: Head) -> Head:
        """Add an entry after this head, and return the new head."""
        sequence = head.sequence + 1
        link = entry.link(sequence, head.hash)
        self._links.append(
            {
                "sequence": sequence,
                "entry_id": entry.id,
                "at": entry.at,
                "kind": entry.kind,
                "format": FORMAT,
                "commitment": entry.commitment,
                "previous_hash": head.hash,
                "hash": link,
            }
        )
        self._payloads.append({"sequence": sequence, "salt": entry.salt, "body": entry.body})
        facts = {name: int(value) if name in NUMBERS else value for name, value in entry.facts.items()}
        self._search.append(
            {name: facts.get(name) for name in FOUND_BY} | {"sequence": sequence, "at": entry.at, "kind": entry.kind}
        )
        self._cards += (
            {
                "sequence": sequence,
                "position": position,
                "card": card.card,
                "topic": card.topic,
                "indicator": card.indicator,
                "rules": " ".join(card.rules),
            }
            for position, card in enumerate(entry.cards)
        )
        return Head(sequence, link)

    def insert_into(self, connection: Connection) -> None:
        """Insert the rows, the chain first: the other tables refer to it."""
        tables = ((ENTRIES, self._links), (PAYLOADS, self._payloads), (SEARCH, self._search), (CARDS, self._cards))
        for table, rows in tables:
            if rows:
                connection.execute(INSERTS[table], rows)

"""Append sealed entries to the chain, inside a transaction that holds its lock."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, TableClause, bindparam, func, insert, select

from cds_service import __version__
from cds_service.audit.chain import (
    FACTS,
    FORMAT,
    GENESIS,
    AuditEntry,
    SealedEntry,
    seal,
)
from cds_service.audit.tables import CARDS, ENTRIES, NUMBERS, PAYLOADS, SEARCH
from cds_service.errors import AuditUnavailable

Clock = Callable[[], datetime]

# Built once: building a statement takes longer than SQLite takes to run it.
LAST = (
    select(ENTRIES.c.sequence, ENTRIES.c.hash)
    .order_by(ENTRIES.c.sequence.desc())
    .limit(1)
)
LAST_AND_KNOWN = select(ENTRIES.c.sequence, ENTRIES.c.hash, ENTRIES.c.entry_id).where(
    (ENTRIES.c.sequence == select(func.max(ENTRIES.c.sequence)).scalar_subquery())
    | ENTRIES.c.entry_id.in_(bindparam("ids", expanding=True))
)
# In this order, since the rows of the other tables refer to those of the first.
INSERTS = {table: insert(table) for table in (ENTRIES, PAYLOADS, SEARCH, CARDS)}
# Number of rows after a place of the chain, by table.
WRITTEN = select(
    *(
        select(func.count())
        .select_from(table)
        .where(table.c.sequence > bindparam("before"))
        .scalar_subquery()
        for table in INSERTS
    )
)
NOT_KEPT = (
    "The database did not keep the rows of an entry: a trigger or rule of its owner."
)


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of the chain; sequence 0 if there is none."""

    sequence: int
    hash: str


def read_head(connection: Connection) -> Head:
    """Read the entry that the next one follows."""
    last = connection.execute(LAST).first()
    return Head(last.sequence, last.hash) if last else Head(0, GENESIS)


def append_entries(
    connection: Connection, entries: Sequence[SealedEntry], clock: Clock
) -> Head:
    """Append these entries in order, and return the new head.

    Entries that the chain holds already are skipped. An empty log first gets a genesis
    entry, which identifies it.

    Raises:
        AuditUnavailable: the database did not keep a row that it said it inserted.
    """
    by_id = {entry.id: entry for entry in entries}
    head, known = _look_up(connection, by_id)
    new = [entry for entry in by_id.values() if entry.id not in known]
    if head.sequence == 0:
        content = {"log": str(uuid4()), "format": FORMAT, "version": __version__}
        began = datetime.fromisoformat(new[0].at) if new else clock()
        new.insert(0, seal(AuditEntry(kind="genesis", at=began, content=content)))
    before = head.sequence
    rows: dict[TableClause, list[dict[str, Any]]] = {table: [] for table in INSERTS}
    for entry in new:
        head = Head(head.sequence + 1, _add_rows(rows, entry, head))
    for table, added in rows.items():
        if added:
            connection.execute(INSERTS[table], added)
    if new:
        written = connection.execute(WRITTEN, {"before": before}).one()
        inserted = tuple(len(rows[table]) for table in INSERTS)
        if tuple(written) != inserted:
            raise AuditUnavailable(NOT_KEPT)
    return head


def _look_up(connection: Connection, ids: Iterable[str]) -> tuple[Head, set[str]]:
    """Look up the last entry, and the ids among these that the chain holds already."""
    rows = connection.execute(LAST_AND_KNOWN, {"ids": list(ids)}).all()
    last = max(rows, key=lambda row: row.sequence, default=None)
    head = Head(last.sequence, last.hash) if last is not None else Head(0, GENESIS)
    return head, {row.entry_id for row in rows}


def _add_rows(
    rows: Mapping[TableClause, list[dict[str, Any]]], entry: SealedEntry, head: Head
) -> str:
    """Add the rows of an entry that follows this head, and return its hash."""
    place = {"sequence": head.sequence + 1}
    link = entry.link(head.sequence + 1, head.hash)
    named = {"at": entry.at, "kind": entry.kind}
    chained = {"commitment": entry.commitment, "previous_hash": head.hash, "hash": link}
    rows[ENTRIES].append(
        {**place, **named, "entry_id": entry.id, "format": FORMAT, **chained}
    )
    rows[PAYLOADS].append({**place, "salt": entry.salt, "body": entry.body})
    facts = {
        name: int(value) if name in NUMBERS else value
        for name, value in entry.facts.items()
    }
    rows[SEARCH].append({**dict.fromkeys(FACTS), **place, **named, **facts})
    for position, card in enumerate(entry.cards):
        rows[CARDS].append(
            {
                **place,
                "position": position,
                **asdict(card),
                "rules": " ".join(card.rules),
            }
        )
    return link

"""Deleting what entries say once its retention is over; the chain itself stays, and tells which went and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from cds_service.audit.appending import Clock, append_entries
from cds_service.audit.chain import LASTING, AuditEntry, seal, time_text
from cds_service.audit.database import Database
from cds_service.audit.tables import CARDS, ENTRIES, PAYLOADS, SEARCH

GROUP = 200  # entries for one commit: answers that are written meanwhile wait no longer than for that


def count_purgeable(database: Database, before: datetime) -> int:
    """How many payloads are older than this moment."""
    with database.reading() as connection:
        query = select(func.count()).select_from(ENTRIES.join(PAYLOADS, PAYLOADS.c.sequence == ENTRIES.c.sequence))
        return connection.scalar(query.where(ENTRIES.c.at < time_text(before), ENTRIES.c.kind.not_in(LASTING))) or 0


def purge_before(database: Database, before: datetime, user: str, clock: Clock) -> int:
    """Delete the payloads of all entries before this moment but those about the log itself; returns how many.

    Each group of them goes in one transaction with the `purge` entry that tells of it.
    """
    purged = last = 0
    while True:
        with database.writing() as connection:
            sequences = _purgeable(connection, before, last)
            if not sequences:
                break
            ranges = list(_ranges(sequences))
            content = {"before": time_text(before), "entries": len(sequences), "ranges": ranges}
            entry = AuditEntry(kind="purge", at=clock(), user=user, content=content)
            append_entries(connection, [seal(entry)], clock)
            for table in (CARDS, SEARCH, PAYLOADS):
                connection.execute(delete(table).where(table.c.sequence.in_(sequences)))
        purged, last = purged + len(sequences), sequences[-1]
    database.empty_journal()
    return purged


def _purgeable(connection: Connection, before: datetime, last: int) -> Sequence[int]:
    joined = ENTRIES.join(PAYLOADS, PAYLOADS.c.sequence == ENTRIES.c.sequence)
    query = select(ENTRIES.c.sequence).select_from(joined).where(ENTRIES.c.sequence > last)
    query = query.where(ENTRIES.c.at < time_text(before), ENTRIES.c.kind.not_in(LASTING))
    return connection.scalars(query.order_by(ENTRIES.c.sequence).limit(GROUP)).all()


def _ranges(sequences: Iterable[int]) -> Iterable[list[int]]:
    """`[first, last]` of each run of numbers."""
    found: list[list[int]] = []
    for sequence in sequences:
        if found and found[-1][1] == sequence - 1:
            found[-1][1] = sequence
        else:
            found.append([sequence, sequence])
    return found

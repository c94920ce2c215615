"""Purge payloads after their retention; the chain stays, and records the purge."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, groupby, pairwise

from sqlalchemy import ColumnElement, Connection, delete, func, select

from cds_service.audit.appending import Clock, Head, append_entries
from cds_service.audit.chain import GENESIS, LASTING, AuditEntry, seal, time_text
from cds_service.audit.database import Database
from cds_service.audit.tables import CARDS, ENTRIES, PAYLOADS, SEARCH
from cds_service.errors import CdsError

GROUP = 200  # entries for one commit, so that concurrent answers do not wait long
SILENCE = timedelta(days=1)  # since the newest entry and the newest checkpoint, at most
# A clock that jumped leaves days without entries: within the days looked back, no more
# than `GAP` may lie between two entries.
LOOK_BACK, GAP = timedelta(days=31), timedelta(days=7)
KEPT = ENTRIES.join(PAYLOADS, PAYLOADS.c.sequence == ENTRIES.c.sequence)
IN_JOURNAL = (
    "SQLite's journal still holds them, since a backup, an export or another command"
    " reads the log. Run `audit purge` again when it has ended."
)
HOW = "`audit checkpoint` first, and keep the note elsewhere."


def count_purgeable(database: Database, before: datetime) -> int:
    with database.reading() as connection:
        return _count(connection, before)


def has_checkpoint(database: Database) -> bool:
    with database.reading() as connection:
        return _newest_checkpoint(connection).sequence > 0


def doubt_of_clock(database: Database, now: datetime) -> str:
    """Return why the clock seems wrong, judged by the log; empty if it seems right.

    With a clock that is years ahead, a purge would delete everything. A checkpoint that
    a timer made by the same clock proves nothing: the log must also have entries on the
    days before it.
    """
    at, day = SEARCH.c.at, func.substr(SEARCH.c.at, 1, 10)
    begin = time_text(now - LOOK_BACK)
    # entries from a clock that was once ahead prove nothing
    is_past = SEARCH.c.at <= time_text(now)
    recent = (
        select(func.min(at), func.max(at))
        .where(at >= begin, is_past)
        .group_by(day)
        .order_by(day)
    )
    with database.reading() as connection:
        newest = {
            "entry": connection.scalar(select(func.max(at)).where(is_past)),
            "checkpoint": connection.scalar(
                select(func.max(at)).where(is_past, SEARCH.c.kind == "checkpoint")
            ),
        }
        before = connection.scalar(select(func.max(at)).where(at < begin))
        days = connection.execute(recent).all()
    for kind, last in newest.items():
        if last is None or now - datetime.fromisoformat(last) > SILENCE:
            return (
                f"the newest {kind} is of {last or 'no day'}, more than a day before"
                " this machine's clock"
            )
    moments = [
        datetime.fromisoformat(moment)
        for moment in (before, *chain.from_iterable(days))
        if moment is not None
    ]
    for earlier, later in pairwise(moments):
        if later - earlier > GAP:
            return (
                f"the log has no entry between {earlier:%Y-%m-%d} and {later:%Y-%m-%d},"
                " as if the clock had jumped"
            )
    return ""


def purge_before(database: Database, before: datetime, user: str, clock: Clock) -> int:
    """Delete the payloads of all entries before this time; return how many.

    Entries about the log itself keep theirs. Each group is deleted in one transaction
    with a `purge` entry, which names the newest checkpoint; that checkpoint covers them
    all.

    Raises:
        CdsError: there are entries to delete, but no later checkpoint; or SQLite's
            journal still holds what was deleted.
    """
    purged = last = 0
    while True:
        with database.writing() as connection:
            checkpoint = _newest_checkpoint(connection)
            sequences = _purgeable(connection, before, last, checkpoint.sequence)
            if not sequences:
                left = _count(connection, before)
                break
            content = {
                "before": time_text(before),
                "entries": len(sequences),
                "ranges": list(_ranges(sequences)),
                "checkpoint": {
                    "sequence": checkpoint.sequence,
                    "hash": checkpoint.hash,
                },
            }
            entry = AuditEntry(kind="purge", at=clock(), user=user, content=content)
            append_entries(connection, [seal(entry)], clock)
            for table in (CARDS, SEARCH, PAYLOADS):
                connection.execute(delete(table).where(table.c.sequence.in_(sequences)))
        purged, last = purged + len(sequences), sequences[-1]
    if not database.empty_journal():
        raise CdsError(f"{purged} entries purged; {IN_JOURNAL}")
    if left:
        raise CdsError(
            f"{purged} entries purged; no checkpoint covers {left} more: {HOW}"
        )
    return purged


def _newest_checkpoint(connection: Connection) -> Head:
    """Return the last checkpoint entry; sequence 0 if there is none."""
    newest = (
        select(func.max(SEARCH.c.sequence))
        .where(SEARCH.c.kind == "checkpoint")
        .scalar_subquery()
    )
    row = connection.execute(
        select(ENTRIES.c.sequence, ENTRIES.c.hash).where(ENTRIES.c.sequence == newest)
    ).first()
    return Head(row.sequence, row.hash) if row else Head(0, GENESIS)


def _count(connection: Connection, before: datetime) -> int:
    query = select(func.count()).select_from(KEPT).where(*_due_conditions(before))
    return connection.scalar(query) or 0


def _purgeable(
    connection: Connection, before: datetime, last: int, checkpoint: int
) -> Sequence[int]:
    query = select(ENTRIES.c.sequence).select_from(KEPT).where(*_due_conditions(before))
    query = query.where(ENTRIES.c.sequence > last, ENTRIES.c.sequence < checkpoint)
    return connection.scalars(query.order_by(ENTRIES.c.sequence).limit(GROUP)).all()


def _due_conditions(before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on entries whose payload may be deleted."""
    return (ENTRIES.c.at < time_text(before), ENTRIES.c.kind.not_in(LASTING))


def _ranges(sequences: Iterable[int]) -> Iterator[list[int]]:
    """Yield `[first, last]` of each run of consecutive numbers."""
    for _, run in groupby(enumerate(sequences), key=lambda pair: pair[1] - pair[0]):
        numbers = [sequence for _, sequence in run]
        yield [numbers[0], numbers[-1]]

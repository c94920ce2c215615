"""Whether a part of the log is what was written: one entry, or a range; judged by the verifier's own functions.

A whole log is walked by `verification.walk`. A part of it can show changes inside it, and that its entries follow each
other; it cannot show what was cut off behind it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, fields

from cds_service.audit.chain import FACTS, LASTING
from cds_service.audit.database import Database
from cds_service.audit.reading import Found, Stored, stored_entries
from cds_service.audit.tables import ENTRIES
from cds_service.audit.verification.faults import Fault, fault, hash_at, payload_fault
from cds_service.audit.verification.hashes import FIRST_PREVIOUS
from cds_service.audit.verification.rows import Row
from cds_service.audit.verification.walk import Report, verify_log


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a part of the log.

    Attributes:
        first: the first entry that was asked for.
        last: the last that was checked.
        is_stopped: the time was over before the last that was asked for.
    """

    first: int
    last: int
    is_stopped: bool
    faults: tuple[Fault, ...]


def check_range(database: Database, first: int, last: int, *, seconds: float) -> Checked:
    """Check these entries, both included, for at most so many seconds.

    Raises:
        DBAPIError: the database does not answer.
    """
    faults: list[Fault] = []
    until, reached, is_stopped = time.monotonic() + seconds, first - 1, False
    with database.reading() as connection:
        wanted = (ENTRIES.c.sequence >= first - 1) & (ENTRIES.c.sequence <= last)
        before: Stored | None = None
        for stored in stored_entries(connection, wanted):
            if stored.sequence >= first:
                faults += _faults_of(stored, before, expected=reached + 1)
                reached = stored.sequence
            before = stored
            if time.monotonic() > until:
                is_stopped = reached < last
                break
        if reached < last and not is_stopped:
            faults.append(fault("removed", reached + 1, "no longer there", last))
    return Checked(first, reached, is_stopped, tuple(faults))


def check_whole(database_url: str, *, seconds: float, retention_days: int) -> Report:
    """Walk the log from its first entry for at most so many seconds.

    Raises:
        NoLog: it cannot be read.
    """
    until = time.monotonic() + seconds
    return verify_log(database_url, retention_days=retention_days, is_over=lambda: time.monotonic() > until)


def check_entry(stored: Stored, before: Stored | None) -> tuple[Fault, ...]:
    """What is wrong with this entry, given the one before it; nothing where all holds."""
    return tuple(_faults_of(stored, before, expected=stored.sequence))


def _faults_of(stored: Stored, before: Stored | None, *, expected: int) -> Iterator[Fault]:
    row = _row_of(stored)
    if row.sequence != expected:
        yield fault("removed", expected, "no longer there", row.sequence - 1)
    if hash_at(row, row.sequence) != row.hash:
        yield fault("changed", row.sequence, "its fields do not give its hash")
    follows = before.hash if before else FIRST_PREVIOUS if row.sequence == 1 else None
    if row.sequence == expected and follows != row.previous_hash:
        yield fault("rewritten", row.sequence, "it does not follow the entry before")
    if row.body is None and row.kind in LASTING:
        yield fault("payload missing", row.sequence, "entries of this kind are never purged")
    if found := payload_fault(row):
        yield found


def _row_of(stored: Stored) -> Row:
    """The entry as the verifier reads it."""
    found = stored.found
    return Row(
        sequence=stored.sequence,
        entry_id=stored.id,
        at=stored.at,
        kind=stored.kind,
        format=str(stored.format),
        commitment=stored.commitment,
        previous_hash=stored.previous_hash,
        hash=stored.hash,
        salt=stored.salt,
        body=stored.body,
        facts=_facts_of(found) if found else None,
        copies=(found.at, found.kind) if found else None,
        cards=tuple((one.card, one.topic, one.indicator, " ".join(one.rules)) for one in found.cards) if found else (),
    )


def _facts_of(found: Found) -> dict[str, str]:
    names = {one.name for one in fields(found)} & set(FACTS)
    values = {name: getattr(found, name) for name in names}
    return {
        name: str(int(value)) if isinstance(value, int) else value
        for name, value in values.items()
        if value is not None
    }

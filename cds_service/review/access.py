"""Access to the tables of accounts and sessions.

Prepared at first use, with database errors as our own exceptions.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection

from cds_service.audit.appending import Clock, append_entries
from cds_service.audit.chain import AuditEntry, seal, time_text
from cds_service.audit.database import Database
from cds_service.audit.database_faults import read_or_unavailable

# How far the clocks of two replicas may be apart. A row from later than that is of a
# clock that was wrong, and would be in force until the right one reaches it.
CLOCKS_APART = timedelta(minutes=5)


class Access:
    """One database, with the caller's clock."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def note(self, connection: Connection, entry: AuditEntry | None) -> None:
        """Append an entry to the log, in one transaction with what it records."""
        if entry is not None:
            append_entries(connection, [seal(entry)], self._clock)

    def now(self, shift: timedelta = timedelta()) -> str:
        """Return the present time, or a later one, as the tables store it."""
        return time_text(self._clock() + shift)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a read-only transaction for some rows.

        Raises:
            AuditUnavailable: the database cannot be read, or not soon.
        """
        with (
            read_or_unavailable(),
            self._prepared().reading(is_short=True) as connection,
        ):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that is on disk when it ends.

        Raises:
            AuditUnavailable: the database cannot be written.
        """
        with read_or_unavailable(), self._prepared().writing() as connection:
            yield connection

    def _prepared(self) -> Database:
        database = self._database()
        database.prepare()
        return database


def digest_of(text: str) -> str:
    """Return the hexadecimal SHA-256 that the tables store in place of a secret."""
    return hashlib.sha256(text.encode()).hexdigest()

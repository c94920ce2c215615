"""The tables of accounts and sessions, reached as the log's own: prepared at first use, with errors in our words."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from cds_service.audit.appending import Clock, append_entries
from cds_service.audit.chain import AuditEntry, seal, time_text
from cds_service.audit.database import Database
from cds_service.errors import AuditUnavailable, DataFileError


class Access:
    """One database, and the clock of whoever asks."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        """Nothing is connected yet."""
        self._database = database
        self._clock = clock
        self._is_prepared = False

    def note(self, connection: Connection, entry: AuditEntry | None) -> None:
        """Put an entry at the end of the log, in the transaction of what it tells of."""
        if entry is not None:
            append_entries(connection, [seal(entry)], self._clock)

    def now(self, shift: timedelta = timedelta()) -> str:
        """This moment, or one so much later, as the tables keep it."""
        return time_text(self._clock() + shift)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that writes nothing.

        Raises:
            AuditUnavailable: the database cannot be read.
        """
        with _failing_as_ours(), self._prepared().reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is on disk once it ends.

        Raises:
            AuditUnavailable: the database cannot be written.
        """
        with _failing_as_ours(), self._prepared().writing() as connection:
            yield connection

    def _prepared(self) -> Database:
        database = self._database()
        if not self._is_prepared:
            database.prepare()
            self._is_prepared = True
        return database


@contextmanager
def _failing_as_ours() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise AuditUnavailable(f"The audit log could not be read ({type(error).__name__}).") from None
    except DataFileError as error:  # the database is another's by now: of a newer version
        raise AuditUnavailable(f"The audit log could not be read: {error}.") from None


def digest_of(text: str) -> str:
    """What the tables hold of a text that they must not hold: SHA-256, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()

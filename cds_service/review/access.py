"""Access to the tables of accounts and sessions: prepared at first use, with database errors as our own exceptions."""

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
    """One database, with the caller's clock."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        """Does not connect yet."""
        self._database = database
        self._clock = clock
        self._is_prepared = False

    def note(self, connection: Connection, entry: AuditEntry | None) -> None:
        """Append an entry to the log in the same transaction as the change that it records."""
        if entry is not None:
            append_entries(connection, [seal(entry)], self._clock)

    def now(self, shift: timedelta = timedelta()) -> str:
        """The present time, or a later one, as the tables store it."""
        return time_text(self._clock() + shift)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read-only transaction.

        Raises:
            AuditUnavailable: the database cannot be read.
        """
        with _failing_as_ours(), self._prepared().reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is on disk when it ends.

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
    except DataFileError as error:  # the database has meanwhile been migrated to a newer version
        raise AuditUnavailable(f"The audit log could not be read: {error}.") from None


def digest_of(text: str) -> str:
    """The hexadecimal SHA-256 that the tables store in place of a secret."""
    return hashlib.sha256(text.encode()).hexdigest()

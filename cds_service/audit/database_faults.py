"""Name the faults of the audit log's database, and tell which pass by themselves."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from cds_service.errors import AuditUnavailable, DataFileError

# Error codes of PostgreSQL (SQLSTATE). After a serialisation failure or a deadlock the
# transaction may be tried again.
_RETRIED_STATES = frozenset({"40001", "40P01"})
LOCK_NOT_AVAILABLE = "55P03"
INSUFFICIENT_PRIVILEGE = "42501"


@contextmanager
def read_or_unavailable() -> Iterator[None]:
    """Turn errors of the database into ours.

    Raises:
        AuditUnavailable: the database cannot be read, or has meanwhile been migrated to
            a newer version.
    """
    try:
        yield
    except SQLAlchemyError as error:
        raise AuditUnavailable(
            f"The audit log could not be read ({type(error).__name__})."
        ) from None
    except DataFileError as error:
        raise AuditUnavailable(f"The audit log could not be read: {error}.") from None


def is_transient(error: DBAPIError) -> bool:
    """Tell if the same transaction may succeed if it is retried at once.

    A lost connection is reopened.
    """
    return (
        isinstance(error, IntegrityError)
        or error.connection_invalidated
        or getattr(error.orig, "sqlstate", None) in _RETRIED_STATES
    )


def _is_busy(error: DBAPIError) -> bool:
    """Tell if another writer held the lock for too long; the database itself works."""
    # higher bits: the kind of busy
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    return (
        code == sqlite3.SQLITE_BUSY
        or getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE
    )


def is_forbidden(error: DBAPIError) -> bool:
    """Tell if the database role lacks a privilege."""
    return getattr(error.orig, "sqlstate", None) == INSUFFICIENT_PRIVILEGE


# Faults that last until an operator mends them, by the low byte of SQLite's code.
FILE_FAULTS = {
    sqlite3.SQLITE_CANTOPEN: (
        "the file of the log cannot be opened: look at its folder and rights, and if"
        " its disk is mounted read-only"
    ),
    sqlite3.SQLITE_READONLY: (
        "the file of the log is read-only: look at its rights, and if its disk is"
        " mounted read-only"
    ),
    sqlite3.SQLITE_NOTADB: "the file of the log is no SQLite database",
    sqlite3.SQLITE_CORRUPT: "the file of the log is damaged",
    sqlite3.SQLITE_FULL: "the disk of the log is full: make room on it",
    sqlite3.SQLITE_IOERR: "the disk of the log reports an error: look at the disk",
    sqlite3.SQLITE_PERM: "the file of the log may not be opened: look at its rights",
}
# The same of PostgreSQL, by its SQLSTATE.
SERVER_FAULTS = {
    "53100": "the disk of the database is full: make room on it",
    "53300": "the database has no free connection: see who holds them",
    "57P03": "the database is starting or stopping: try again in a minute",
    "3D000": "the server has no such database: look at the name in the address",
    "28P01": "the database refuses this password or this name: look at both",
    "28000": "the database refuses this login: look at its pg_hba.conf",
    "25006": "the database only lets read: it may be a standby",
    "XX001": "the database is damaged",
    "XX002": "the database is damaged",
}
# Before there is a connection the driver has no SQLSTATE: parts of what it or the
# server says, and what they mean. A server of another language is one that does not
# answer.
CONNECTION_FAULTS = {
    "failed to resolve host": (
        "the name of the database's server is not known: look at the address"
    ),
    "Connection refused": (
        "nothing listens at the address of the database: look at host and port, and if"
        " the server runs"
    ),
    "on socket": "there is no server at the socket of the database: look at its folder",
    "timeout expired": (
        "the server of the database cannot be reached in time: look at the network"
    ),
    "password authentication failed": SERVER_FAULTS["28P01"],
    "no password supplied": SERVER_FAULTS["28P01"],
    "no pg_hba.conf entry": SERVER_FAULTS["28000"],
    "too many clients": SERVER_FAULTS["53300"],
    "remaining connection slots": SERVER_FAULTS["53300"],
    "too many connections": SERVER_FAULTS["53300"],
    "is starting up": SERVER_FAULTS["57P03"],
    "is shutting down": SERVER_FAULTS["57P03"],
    "in recovery mode": SERVER_FAULTS["57P03"],
    "invalid connection option": (
        "the address of the database has an unknown option: check the part after its"
        " question mark"
    ),
    "certificate": (
        "the certificate of the database is not trusted: look at sslrootcert"
    ),
}
NO_DATABASE = re.compile(r'FATAL: +database "[^"]*" does not exist')
NO_ROLE = re.compile(r'FATAL: +role "[^"]*" does not exist')
NOT_ANSWERING = "the database does not answer"


def fault_words(error: DBAPIError) -> str:
    """Say what is wrong with the log's disk or address, and what to do.

    The words are our own: a driver's message may repeat a row or a password.
    """
    if is_failed_fsync(error):
        return "the disk did not confirm a write; a restart is needed"
    if is_forbidden(error):
        return (
            "the role of the service lacks a privilege in the database: `database.sql`"
            " and `protect.sql` give them"
        )
    if _is_busy(error):
        return "another writer holds the lock of the log"
    return _lasting_fault(error) or _connection_fault(error) or NOT_ANSWERING


def _connection_fault(error: DBAPIError) -> str:
    """Say why there is no connection to PostgreSQL; empty for other errors."""
    if getattr(error.orig, "sqlstate", None) or hasattr(error.orig, "sqlite_errorcode"):
        return ""
    text = str(error.orig)
    if NO_DATABASE.search(text):
        return SERVER_FAULTS["3D000"]
    if NO_ROLE.search(text):
        return SERVER_FAULTS["28P01"]
    faults = (words for part, words in CONNECTION_FAULTS.items() if part in text)
    return next(faults, "")


def _lasting_fault(error: DBAPIError) -> str:
    """Return the kind of a fault that only an operator mends; empty for other errors.

    The words are our own, and none of the driver's.
    """
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    state = getattr(error.orig, "sqlstate", None) or ""
    return FILE_FAULTS.get(code) or SERVER_FAULTS.get(state, "")


def is_failed_fsync(error: DBAPIError) -> bool:
    """Tell if an fsync failed.

    What is on disk is then unknown, and a retry proves nothing.
    """
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code in (sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC)

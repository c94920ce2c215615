"""One database of the audit log, SQLite or PostgreSQL: connections, the lock of the chain, migrations at start."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, ProgrammingError

from cds_service.errors import AuditUnavailable, DataFileError

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "audit_version"
HEAD = "0001"  # the newest step of `migrations/versions`
_LOCK = 0x6B63_6473_0001  # the advisory lock of the chain in PostgreSQL
_WRITES = "audit_writes"
_WAIT = "audit_wait"
PREPARE_SECONDS = 10.0  # several processes may start at once, and one of them makes the tables
# PostgreSQL: the transaction may be tried again (serialisation failure, deadlock).
_RETRIED_STATES = frozenset({"40001", "40P01"})
UNBOUNDED = -1  # as many connections as the server has threads; five stay open
LOCK_NOT_AVAILABLE = "55P03"
INSUFFICIENT_PRIVILEGE = "42501"


class TablesNotReady(AuditUnavailable):
    """The tables are not those that this program needs, and its role may not change them; says which are there."""


class LogMoved(AuditUnavailable):
    """What was written would go into a file that nobody finds any more; a restart is needed."""


Identity = tuple[int, int]  # of a file: device and inode


class Database:
    """The engine of one process; safe to make before a fork as long as nothing has been asked."""

    def __init__(
        self, url: str, *, wait_seconds: float = 2.0, is_synced: bool = True, identity: Identity | None = None
    ) -> None:
        """No connection is made yet.

        Args:
            url: SQLAlchemy URL.
            wait_seconds: for a lock, a connection, or one statement of a write.
            is_synced: a commit waits for the disk; otherwise a loss of power may undo the last ones, whole.
            identity: of the SQLite file that it must be; None takes the one that is first opened.

        Raises:
            DataFileError: the URL is none, or names no place where anything would last.
        """
        self.url = _parsed(url)
        if self.is_sqlite and self.file is None:
            raise DataFileError("DATABASE_URL", "", "an audit log needs a file: sqlite:///FILE")
        self._wait_seconds = wait_seconds
        self.identity = identity
        if self.is_sqlite:
            self._engine = _sqlite(self.url, wait_seconds, is_synced)
            event.listen(self._engine, "do_connect", self._open_file)
            event.listen(self._engine, "commit", self._check_file)
        else:
            self._engine = _postgresql(self.url, wait_seconds, is_synced)

    @property
    def is_sqlite(self) -> bool:
        """Else PostgreSQL."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """Where the SQLite database lies; None for PostgreSQL."""
        name = self.url.database
        return Path(name).resolve() if self.is_sqlite and name and name != ":memory:" else None

    def _open_file(self, _dialect: object, _record: object, arguments: list[Any], _options: object) -> None:
        """Make a new file its owner's alone, and know from now on which file it is.

        A file that exists is never opened here: closing it again would drop the locks of every connection that this
        process holds to it (POSIX), and the next program that closes it would take away the journal under our writes.
        SQLite gives the files beside it the same mode.
        """
        if self.identity is not None:
            self._check_file()
            return
        with suppress(OSError):  # it exists; or what is wrong with the place is said by the connection itself
            os.close(os.open(arguments[0], os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        self.identity = _identity(self.file)

    def _check_file(self, _connection: object = None) -> None:
        """Nothing is committed into a file that was moved away under us: its entries would be gone with it.

        Raises:
            LogMoved: the file at the place of the log is another, or none.
        """
        if self.identity is not None and _identity(self.file) != self.identity:
            raise LogMoved("The file of the log was moved away or replaced, a restart is needed.")

    def check_exists(self) -> None:
        """To be asked before anything else by who must not begin a log.

        Raises:
            DataFileError: SQLite, and there is no such file yet.
        """
        if self.file is not None and not self.file.is_file():
            raise DataFileError("DATABASE_URL", str(self.file), "there is no audit log")

    @contextmanager
    def writing(self, wait_seconds: float | None = None) -> Iterator[Connection]:
        """A transaction that holds the lock of the chain from its first statement until it is on disk."""
        wait = int(1000 * (self._wait_seconds if wait_seconds is None else wait_seconds))
        with self._engine.connect().execution_options(**{_WRITES: True, _WAIT: wait}) as connection, connection.begin():
            if not self.is_sqlite:
                connection.execute(text(f"SET LOCAL lock_timeout = {wait}"))
                # Its own statement: the head that is read next is seen as it is once the lock is ours.
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            yield connection

    @contextmanager
    def noting(self) -> Iterator[Connection]:
        """A short transaction beside the chain, whose lock it does not take."""
        with self._engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
            if not self.is_sqlite:
                wait = int(1000 * self._wait_seconds)
                connection.execute(text(f"SET LOCAL lock_timeout = {wait}"))
                connection.execute(text(f"SET LOCAL statement_timeout = {wait}"))
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database from its first query on, and writes nothing."""
        with self._engine.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)  # noqa: PLW2901
            with connection.begin():
                yield connection

    def prepare(self) -> None:
        """Bring the tables up to date; of several processes that start at once, one does it and the others wait.

        Raises:
            DataFileError: the database is of a newer version of this program.
            TablesNotReady: of an older one, or empty, and only its owner may change that.
            DBAPIError: it does not answer.
        """
        with self._engine.connect() as connection, connection.begin():
            found = _version(connection)
        if found != HEAD:
            try:
                with self.writing(PREPARE_SECONDS) as connection:
                    migrate(connection, _version(connection))
            except ProgrammingError as error:
                if not is_forbidden(error):
                    raise
                there = f"at step {found}" if found else "not there"
                needed = f"this program needs step {HEAD}: `audit migrate` as their owner"
                raise TablesNotReady(f"The tables of the log are {there}, {needed}.") from None

    def empty_journal(self) -> None:
        """After a purge: SQLite overwrites what is deleted, and here lets go of the older pages in its journal too."""
        if self.is_sqlite:
            connection = self._engine.raw_connection()
            try:
                connection.info.pop(_WAIT, None)  # another wait than that of transactions
                cursor = connection.cursor()
                cursor.execute(f"PRAGMA busy_timeout = {int(1000 * self._wait_seconds)}")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()

    def dispose(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def insert_of(connection: Connection, table: Table) -> Any:
    """An `insert` of this database that knows what to do where a row is there: `on_conflict_do_nothing`, `_do_update`.

    The other database's is not loaded: with its driver that takes a tenth of a start.
    """
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as of_sqlite  # noqa: PLC0415

        return of_sqlite(table)
    from sqlalchemy.dialects.postgresql import insert as of_postgresql  # noqa: PLC0415

    return of_postgresql(table)


def is_passing(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed when it is tried again at once: a lost connection is opened anew."""
    return (
        isinstance(error, IntegrityError)
        or error.connection_invalidated
        or getattr(error.orig, "sqlstate", None) in _RETRIED_STATES
    )


def is_busy(error: DBAPIError) -> bool:
    """Whether another writer held the lock for too long; the database itself is well."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # the rest says which kind of busy
    return code == sqlite3.SQLITE_BUSY or getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE


def is_forbidden(error: DBAPIError) -> bool:
    """Whether the role that asks lacks a privilege."""
    return getattr(error.orig, "sqlstate", None) == INSUFFICIENT_PRIVILEGE


def is_failed_fsync(error: DBAPIError) -> bool:
    """Whether the disk did not confirm a write: what it holds now is not known, and asking again proves nothing."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code in (sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC)


DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgresql+psycopg": "postgresql+psycopg"}


def _parsed(url: str) -> URL:
    """The URL with the driver that is installed; an error says nothing of it, since it may hold a password."""
    try:
        found = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        raise DataFileError("DATABASE_URL", "", "is no URL of a database: sqlite:///FILE or postgresql://…") from None
    if found.drivername not in DRIVERS:
        raise DataFileError("DATABASE_URL", "", "its driver is not installed: sqlite:///FILE or postgresql://…")
    return found.set(drivername=DRIVERS[found.drivername])


def _identity(file: Path | None) -> Identity | None:
    try:
        found = file.stat() if file is not None else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found is not None else None


def _sqlite(url: URL, wait_seconds: float, is_synced: bool) -> Engine:  # noqa: FBT001
    synchronous = "FULL" if is_synced else "NORMAL"
    engine = create_engine(url, connect_args={"timeout": PREPARE_SECONDS}, max_overflow=UNBOUNDED)

    @event.listens_for(engine, "connect")
    def make_durable(connection: Any, _record: object) -> None:
        """Readers do not block, an entry is on disk at commit, what is deleted is overwritten."""
        connection.isolation_level = None  # the driver would begin transactions by itself, and not before reads
        cursor = connection.cursor()
        for setting in ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {setting}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        wait = options.get(_WAIT, int(1000 * wait_seconds))
        if connection.info.get(_WAIT) != wait:  # as the last transaction of this connection set it
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {wait}")
            connection.info[_WAIT] = wait
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITES) else "BEGIN")

    return engine


def _postgresql(url: URL, wait_seconds: float, is_synced: bool) -> Engine:  # noqa: FBT001
    milliseconds = int(wait_seconds * 1000)
    options = {
        "connect_timeout": max(2, round(wait_seconds)),  # libpq knows none shorter
        "tcp_user_timeout": max(2000, milliseconds),
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "application_name": "kyphoplasty-cds",
    }
    engine = create_engine(url, connect_args=options, pool_pre_ping=True, max_overflow=UNBOUNDED)

    @event.listens_for(engine, "connect")
    def make_durable(connection: Any, _record: object) -> None:
        """A commit that returns is on disk, whatever the server's default says."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('synchronous_commit')")
            is_set = cursor.fetchone()[0] not in ("off", "local")
            if is_set != is_synced:
                cursor.execute(f"SET synchronous_commit = {'on' if is_synced else 'off'}")
        connection.commit()

    return engine


def _version(connection: Connection) -> str | None:
    """The last step that this database has seen; None when it is empty."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - our own name


def migrate(connection: Connection, found: str | None) -> None:
    """From the step that was found to the newest one, inside the transaction of the connection.

    Raises:
        DataFileError: the database is of a newer version of this program.
    """
    if found == HEAD:
        return
    from alembic import command  # noqa: PLC0415 - takes a moment to load, and is needed once in the life of a database
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise DataFileError("DATABASE_URL", "", f"the database is of a newer version of this program (step {found})")
    command.upgrade(config, HEAD)

"""The audit log's database, SQLite or PostgreSQL.

This file has its connections, the lock of the chain, and the migrations at start.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnClause,
    Connection,
    Engine,
    column,
    create_engine,
    event,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, ProgrammingError

from cds_service.audit.database_faults import is_forbidden
from cds_service.errors import AuditUnavailable, DataFileError
from cds_service.outgoing.address import is_loopback_host

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "audit_version"
HEAD = "0004"  # the newest step of `migrations/versions`
_LOCK = 0x6B63_6473_0001  # the advisory lock of the chain in PostgreSQL
_WRITES = "audit_writes"
_WAIT = "audit_wait"
# several processes may start at once, and one of them creates the tables
PREPARE_SECONDS = 10.0
LARGEST_PORT = 65535
UNBOUNDED = -1  # as many connections as the server has threads; five stay open
# Connections of one process to PostgreSQL, beyond the five that stay open. A server
# that hangs holds each thread that asked it, and no timeout of its own ends that. The
# other `THREADS` are for calls that ask nothing of it. nginx lets in twelve pages at
# once.
MOST_MORE = 11
# Modes of libpq that take plain text from a server that offers no TLS.
_UNDECIDED_MODES = frozenset({"allow", "prefer"})


class TablesNotReady(AuditUnavailable):
    """The tables are missing or outdated, and this role may not migrate them."""


class LogMoved(AuditUnavailable):
    """The database file was moved or replaced: writes would be lost until a restart."""


Identity = tuple[int, int]  # of a file: device and inode


class Database:
    """The database engine of one process.

    It may be made before a fork if nothing has been queried.
    """

    def __init__(
        self,
        url: str,
        *,
        wait_seconds: float = 2.0,
        is_synced: bool = True,
        identity: Identity | None = None,
    ) -> None:
        """Set up; the first query connects.

        Args:
            wait_seconds: limit for a lock, a connection, or one statement of a write.
            is_synced: commits wait for the disk; otherwise a power failure may undo the
                last ones entirely.
            identity: of the required SQLite file; None accepts the file that is opened
                first.

        Raises:
            DataFileError: the URL is invalid, or names no persistent storage.
        """
        self.url = _parsed(url)
        # The path of the SQLite database, as SQLite names the files next to it; None
        # for PostgreSQL.
        self.file = _file_of(self.url) if self.is_sqlite else None
        # A database shared in memory has a name, and no file either.
        is_in_memory = self.url.query.get("mode") == "memory"
        if self.is_sqlite and (self.file is None or is_in_memory):
            raise DataFileError(
                "DATABASE_URL", "", "an audit log needs a file: sqlite:///FILE"
            )
        self._wait_seconds = wait_seconds
        self._is_prepared = False
        self.identity = identity
        self._largest = 0  # size of SQLite's file, as seen at a commit
        try:
            self._engine = self._engine_of(wait_seconds, is_synced=is_synced)
        # The driver refuses an option; ValueError: it should be a number and is not.
        except (ArgumentError, ValueError):
            raise DataFileError(
                "DATABASE_URL",
                "",
                "is not the URL of a database: look at what follows its first slashes;"
                " write sqlite:///FILE or postgresql://…",
            ) from None
        if self.is_sqlite:
            event.listen(self._engine, "do_connect", self._open_file)
            event.listen(self._engine, "commit", self._check_files)
            event.listen(self._engine, "handle_error", _drop_read_only)

    def _engine_of(self, wait_seconds: float, *, is_synced: bool) -> Engine:
        """Make the engine of this URL.

        Raises:
            ArgumentError, ValueError: the driver does not accept a part of the URL.
        """
        if self.is_sqlite:
            return _sqlite(self.url, wait_seconds, is_synced)
        _check_server(self.url)
        return _postgresql(self.url, wait_seconds, is_synced=is_synced)

    @property
    def is_sqlite(self) -> bool:
        """Tell if this is SQLite; otherwise it is PostgreSQL."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def may_send_plain_text(self) -> bool:
        """Tell if libpq would send the log unencrypted to a server without TLS.

        That is its default, also for another machine. A URL, or PGSSLMODE, that says
        which it is was the operator's decision: `sslmode=disable` too.
        """
        if self.is_sqlite:
            return False
        from psycopg.pq import Conninfo  # noqa: PLC0415 - not loaded for SQLite

        options = {
            option.keyword.decode(): (option.val or b"").decode()
            for option in Conninfo.get_defaults()
        }
        options |= self._engine.dialect.create_connect_args(self.url)[1]
        if options["sslmode"] not in _UNDECIDED_MODES:
            return False
        hosts = (options["hostaddr"] or options["host"]).split(",")
        # No host is the local socket, and so is the path of a folder.
        return not all(
            not host or host.startswith("/") or is_loopback_host(host) for host in hosts
        )

    @property
    def name(self) -> str:
        """Return the URL for people: without its query, which may hold a password."""
        return self.url.set(query={}).render_as_string(hide_password=True)

    def _open_file(
        self, _dialect: object, _record: object, arguments: list[Any], _options: object
    ) -> None:
        """Create the file if it is missing, and remember its identity.

        Only its owner can read a new file; SQLite gives the files next to it the same
        mode. An existing file is never opened here: closing it would drop the locks of
        all connections of this process (POSIX), and the next program to close it would
        remove the journal during our writes.
        """
        if self.identity is not None:
            self._check_file()
            return
        # On an error the file exists, or the connection will report what is wrong.
        with suppress(OSError):
            flags = os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            os.close(os.open(arguments[0], flags, 0o600))
        self.identity = _identity(self.url.database)

    def _check_files(self, connection: Connection) -> None:
        """Refuse to commit if the file or its journal was moved, or the file cut.

        Raises:
            LogMoved: as `_check_file`, or the journal is not the one that this
                connection wrote to first.
        """
        self._check_file()
        self._check_size()
        if self.file is None or not connection.get_execution_options().get(_WRITES):
            return
        journal = _identity(self.file.with_name(f"{self.file.name}-wal"))
        if journal is None or connection.info.setdefault("journal", journal) != journal:
            raise LogMoved(
                "The journal of the log was moved away or replaced, a restart is"
                " needed."
            )

    def _check_size(self) -> None:
        """Refuse to go on if the file is smaller than at an earlier commit.

        SQLite makes it smaller in a VACUUM alone, and nothing here runs one. Its
        journal may be emptied at any time (see `begin` in `_sqlite`).

        Raises:
            LogMoved: something cut the file.
        """
        if self.file is None:
            return
        # Read before the size is: another thread may see a larger one meanwhile.
        largest = self._largest
        try:
            size = self.file.stat().st_size
        except OSError:
            size = 0
        if size < largest:
            raise LogMoved("The file of the log was cut, a restart is needed.")
        self._largest = size

    def _check_file(self) -> None:
        """Refuse to go on if the file was moved.

        Raises:
            LogMoved: the file at the log's path is missing or a different one.
        """
        if self.identity is not None and _identity(self.url.database) != self.identity:
            raise LogMoved(
                "The file of the log was moved away or replaced, a restart is needed."
            )

    def check_exists(self) -> None:
        """Check that there is a log, for callers that must not start a new one.

        Raises:
            DataFileError: the file does not exist, or the database has none of our
                tables.
        """
        if not self.holds_log():
            where = str(self.file) if self.file is not None else self.name
            cure = "set this variable to the database that the service uses"
            raise DataFileError(
                "KYPHOPLASTY_CDS_DATABASE_URL", where, f"there is no audit log; {cure}"
            )

    def holds_log(self) -> bool:
        """Tell if there is a log, of whatever version; nothing is created."""
        file = self.file
        if file is not None and not (file.is_file() and file.stat().st_size):
            return False
        with self._engine.connect() as connection, connection.begin():
            return _version(connection) is not None

    @contextmanager
    def writing(self, wait_seconds: float | None = None) -> Iterator[Connection]:
        """Open a transaction that holds the chain's lock from its first statement.

        It ends when all is on disk.

        Args:
            wait_seconds: limit for the lock; None is the limit of this database.
        """
        seconds = self._wait_seconds if wait_seconds is None else wait_seconds
        wait = int(1000 * seconds)
        options = {_WRITES: True, _WAIT: wait}
        with (
            self._engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            if not self.is_sqlite:
                connection.execute(text(f"SET LOCAL lock_timeout = {wait}"))
                # A separate statement, so that the next read sees the head as of when
                # we got the lock.
                connection.execute(
                    text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK}
                )
            yield connection

    @contextmanager
    def noting(self) -> Iterator[Connection]:
        """Open a short transaction outside the chain, without its lock."""
        with (
            self._engine.connect().execution_options(**{_WRITES: True}) as connection,
            connection.begin(),
        ):
            if not self.is_sqlite:
                self._limit(connection, "lock_timeout", "statement_timeout")
            yield connection

    @contextmanager
    def reading(self, *, is_short: bool = False) -> Iterator[Connection]:
        """Open a read-only transaction that sees one snapshot of the database.

        It waits for a lock no longer than a write does: a table may be locked for hours
        (VACUUM FULL), and the thread that waits for it could answer no other caller.

        Args:
            is_short: the same limit holds for each statement.
        """
        with self._engine.connect() as connection:
            if not self.is_sqlite:
                snapshot = {"isolation_level": "REPEATABLE READ"}
                connection.execution_options(**snapshot, postgresql_readonly=True)
            with connection.begin():
                if not self.is_sqlite:
                    self._limit(connection, "lock_timeout")
                    if is_short:
                        self._limit(connection, "statement_timeout")
                yield connection

    def _limit(self, connection: Connection, *names: str) -> None:
        """Set these timeouts of PostgreSQL for this transaction."""
        wait = int(1000 * self._wait_seconds)
        for name in names:
            connection.execute(text(f"SET LOCAL {name} = {wait}"))

    def prepare(self) -> None:
        """Migrate the tables, once.

        If several processes start at once, one does it and the others wait.

        Raises:
            DataFileError: the database belongs to a newer version of this program.
            TablesNotReady: it is empty or belongs to an older version, and only its
                owner may migrate it.
            DBAPIError: it does not answer.
        """
        if self._is_prepared:
            return
        with self._engine.connect() as connection, connection.begin():
            version = _version(connection)
        if version != HEAD:
            try:
                with self.writing(PREPARE_SECONDS) as connection:
                    migrate(connection, _version(connection))
            except ProgrammingError as error:
                if not is_forbidden(error):
                    raise
                state = f"are at step {version}" if version else "do not exist"
                needed = (
                    f"this program needs step {HEAD}: let the owner of the database run"
                    " `audit migrate`"
                )
                raise TablesNotReady(
                    f"The tables of the log {state}, {needed}."
                ) from None
        self._is_prepared = True

    def empty_journal(self) -> bool:
        """Empty SQLite's journal after a purge; tell if it is empty now.

        Deleted rows are overwritten, but old pages remain in the journal as long as
        another connection reads them.
        """
        if not self.is_sqlite:
            return True
        wait = int(1000 * self._wait_seconds)
        connection = self._engine.raw_connection()
        try:
            connection.info.pop(_WAIT, None)  # forget the transactions' timeout
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout = {wait}")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            answer = cursor.fetchone()
            return answer is not None and answer[0] == 0  # 1: it is being read
        finally:
            connection.close()

    def dispose(self) -> None:
        self._engine.dispose()


def _drop_read_only(context: ExceptionContext) -> None:
    """Give up connections that may only read.

    SQLite opens a file without the right to write for reading alone, and such a
    connection never writes, whoever owns the file later.
    """
    code = getattr(context.original_exception, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_READONLY:
        context.is_disconnect = True


DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def _parsed(url: str) -> URL:
    """Return the URL with the installed driver.

    Errors do not repeat it, since it may hold a password.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: the port is not a number
        raise DataFileError(
            "DATABASE_URL",
            "",
            "is not the URL of a database: write sqlite:///FILE or postgresql://…",
        ) from None
    if parsed.drivername not in DRIVERS:
        raise DataFileError(
            "DATABASE_URL",
            "",
            "names a driver that is not here: write sqlite:///FILE or postgresql://…",
        )
    return parsed.set(drivername=DRIVERS[parsed.drivername])


def _file_of(url: URL) -> Path | None:
    """Return the path of SQLite's file; None if there is none.

    Raises:
        DataFileError: no file may have this path.
    """
    name = url.database
    if not name or ":memory:" in name:
        return None
    try:
        path = Path(name).resolve()
        path.exists()
    except ValueError:
        raise DataFileError(
            "DATABASE_URL", "", "names a file with a NUL character: name another"
        ) from None
    except (OSError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or "its links lead in a circle"
        raise DataFileError(
            "DATABASE_URL", name, f"cannot be the file of the log ({why}): name another"
        ) from None
    return path


def _check_server(url: URL) -> None:
    """Check what the driver of PostgreSQL takes for a server only when it connects.

    Raises:
        ValueError: a host name or a port is not valid.
    """
    hosts = [url.host or "", *_listed(url, "host")]
    for host in hosts:
        # A folder of sockets begins with a slash.
        if not host.startswith("/"):
            host.encode("idna")
    ports = [str(url.port or ""), *_listed(url, "port")]
    for port in filter(None, ports):
        if not 0 < int(port) <= LARGEST_PORT:
            raise ValueError("no port")


def _listed(url: URL, name: str) -> list[str]:
    """Return the values of an option, given several times or as a list."""
    values = url.query.get(name, ())
    texts = (values,) if isinstance(values, str) else values
    return [part for text in texts for part in text.split(",")]


def _identity(file: str | Path | None) -> Identity | None:
    """Return the identity of the file that this path leads to now, through any links.

    It is None if there is no such file.
    """
    try:
        status = Path(file).stat() if file is not None else None
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if status is not None else None


def _sqlite(url: URL, wait_seconds: float, is_synced: bool) -> Engine:  # noqa: FBT001
    synchronous = "FULL" if is_synced else "NORMAL"
    engine = create_engine(
        url, connect_args={"timeout": PREPARE_SECONDS}, max_overflow=UNBOUNDED
    )

    @event.listens_for(engine, "connect")
    def make_durable(connection: Any, _record: object) -> None:
        """Configure SQLite.

        Readers do not block, commits are on disk, deleted rows are overwritten.
        """
        # the driver would begin transactions itself, but not before reads
        connection.isolation_level = None
        cursor = connection.cursor()
        for setting in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            "secure_delete=ON",
        ):
            cursor.execute(f"PRAGMA {setting}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        wait = options.get(_WAIT, int(1000 * wait_seconds))
        # The last transaction of this connection may have set another timeout.
        if connection.info.get(_WAIT) != wait:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {wait}")
            connection.info[_WAIT] = wait
        is_write = bool(options.get(_WRITES))
        if is_write:
            # Pages in memory would hide that somebody cut the journal in place, and
            # SQLite would write past its end: the chain's head is read from the disk.
            connection.exec_driver_sql("PRAGMA shrink_memory")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")

    return engine


def _postgresql(url: URL, wait_seconds: float, *, is_synced: bool) -> Engine:
    milliseconds = int(wait_seconds * 1000)
    options = {
        "connect_timeout": max(2, round(wait_seconds)),  # libpq's minimum
        "tcp_user_timeout": max(2000, milliseconds),
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "application_name": "kyphoplasty-cds",
    }
    engine = create_engine(
        url,
        connect_args=options,
        pool_pre_ping=True,
        max_overflow=MOST_MORE,
        pool_timeout=wait_seconds,
    )

    @event.listens_for(engine, "connect")
    def make_durable(connection: Any, _record: object) -> None:
        """Make commits wait for the disk, whatever the server's default."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('synchronous_commit')")
            is_set = cursor.fetchone()[0] not in ("off", "local")
            if is_set != is_synced:
                state = "on" if is_synced else "off"
                cursor.execute(f"SET synchronous_commit = {state}")
        connection.commit()

    return engine


def _version(connection: Connection) -> str | None:
    """Return the last migration applied to this database; None if it is empty."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    version: ColumnClause[str] = column("version_num")
    query = select(version).select_from(table(VERSION_TABLE))
    return connection.execute(query).scalar()


def migrate(connection: Connection, version: str | None) -> None:
    """Migrate to the newest version, inside the connection's transaction.

    Raises:
        DataFileError: the database belongs to a newer version of this program.
    """
    if version == HEAD:
        return
    # Takes a moment to load, and is needed once in the life of a database.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {
        step.revision for step in ScriptDirectory.from_config(config).walk_revisions()
    }
    if version is not None and version not in known:
        raise DataFileError(
            "DATABASE_URL",
            "",
            f"a newer version of this program made the database (step {version}): run"
            " that version",
        )
    command.upgrade(config, HEAD)

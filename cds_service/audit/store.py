"""The audit log of a running process: an entry is committed, and on disk, before its answer leaves."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import NAMESPACE_OID, uuid4, uuid5

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from cds_service.audit.appending import Clock, append_entries
from cds_service.audit.chain import AuditEntry, AuditState, SealedEntry, seal
from cds_service.audit.database import (
    Database,
    Identity,
    LogMoved,
    TablesNotReady,
    is_busy,
    is_failed_fsync,
    is_forbidden,
    is_passing,
)
from cds_service.audit.reader import AuditReader
from cds_service.deadline import Deadline
from cds_service.errors import AuditUnavailable, CdsError

LOG = logging.getLogger("kyphoplasty_cds.audit")
WAIT_SECONDS = 2.0  # for the lock of the chain and for the commit, where no deadline says less
FIRST_SECONDS = 10.0  # the first entry of a process may have to wait until another one has made the tables
SEND_SECONDS = 0.1  # of an answer's time, for sending it
LEAST_SECONDS = 0.1  # whatever the time: a refusal for want of time is recorded too
LOOK_SECONDS = 1.0  # readiness waits no longer for the database
CLOSE_SECONDS = 5.0
TRIES = 4
Result = TypeVar("Result")


def utc_now() -> datetime:
    """The clock of a running service."""
    return datetime.now(UTC)


class _Abandoned(Exception):
    """The answer was refused meanwhile, so its entry must not say that it was shown."""


class AuditStore:
    """An `AuditLog` over SQLAlchemy. One for each process; a fork begins anew by itself.

    One thread writes, one transaction for each entry. The threads of requests wait for it, none beyond its deadline,
    even if a commit hangs.
    """

    def __init__(self, database_url: str, *, wait_seconds: float = WAIT_SECONDS, clock: Clock = utc_now) -> None:
        """Nothing is opened before the first entry or `open_with`.

        Args:
            database_url: SQLAlchemy URL.
            wait_seconds: how long an entry waits for the database at most.
            clock: of the log's own entries.
        """
        self.url = database_url
        self._wait_seconds = wait_seconds
        self._clock = clock
        self._opening: list[SealedEntry] = []  # come first, once; other processes may bring the same
        self._lock = threading.Lock()
        self._open(None)

    def _open(self, identity: Identity | None) -> None:
        self._process = os.getpid()
        self._writer: ThreadPoolExecutor | None = None
        self.database = Database(self.url, wait_seconds=self._wait_seconds, identity=identity)
        self.reader = AuditReader(self.database)
        self._is_prepared = False
        self._is_broken = False
        self._trouble = ""
        self._lost: list[str] = []  # moments of answers that no entry tells of; the writing thread alone changes it
        self._left = 0  # so many of them are in the file for the next process
        self._tells_file = False

    def append(self, entry: AuditEntry, until: Deadline | None = None) -> None:
        """Keep the entry; when this returns it is on disk.

        An answer that is not kept in time is not shown, so its entry is given up. Any other entry stays true and is
        written as soon as the database allows.

        Args:
            entry: with its id.
            until: the deadline of the answer.

        Raises:
            AuditUnavailable: the database did not confirm it in time.
        """
        sealed, is_over = seal(entry), threading.Event()
        seconds = self._wait_seconds if self._is_prepared else max(FIRST_SECONDS, self._wait_seconds)
        if until is not None:
            seconds = min(seconds, max(LEAST_SECONDS, until.left - SEND_SECONDS))
        ends = time.monotonic() + seconds
        try:
            self._submit(lambda: self._keep(sealed, ends, is_over)).result(seconds)
        except Exception:  # noqa: BLE001 - said in the log by the thread that met it
            if entry.kind == "answer":
                is_over.set()
            raise AuditUnavailable("The audit entry could not be written.") from None

    def open_with(self, entry: AuditEntry) -> None:
        """Prepare the database and append this entry first; now if it answers, else once it does.

        Called before a fork: no connection and no thread is left open.

        Raises:
            DataFileError: the database is of a newer version of this program.
        """
        self._opening.append(seal(entry))
        try:
            self.database.prepare()
            with self.database.writing() as connection:
                append_entries(connection, self._opening, self._clock)
        except (DBAPIError, TablesNotReady) as error:
            self._say_trouble(error)
        finally:
            self.database.dispose()

    def state(self) -> AuditState:
        """Whether an entry would be kept now; what was lost is told first."""
        try:
            self._submit(self._look).result(LOOK_SECONDS)
        except TimeoutError:
            return AuditState(False, "the database has not answered yet", len(self._lost))
        except Exception as error:  # noqa: BLE001 - said in words
            return AuditState(False, self._trouble or _words_for(error), len(self._lost))
        return AuditState(is_ready=True)

    def close(self) -> None:
        """Write what waits and close everything."""
        with self._lock:
            writer, self._writer = self._writer, None
        if writer is not None and self._process == os.getpid():
            with suppress(Exception):  # said in the log by the thread that met it
                writer.submit(self._look if self._lost or self._opening else _nothing).result(CLOSE_SECONDS)
            writer.shutdown(wait=False)
        self.database.dispose()

    def _submit(self, act: Callable[[], Result]) -> Future[Result]:
        """Do this in the writing thread of this process.

        Raises:
            AuditUnavailable: the system gives no thread now.
        """
        with self._lock:
            if self._process != os.getpid():  # a thread and its connections do not survive a fork
                self._open(self.database.identity)  # the file that was opened before the fork, and no other
            if self._writer is None:
                self._writer = ThreadPoolExecutor(1, "audit-writer")
            try:
                return self._writer.submit(act)
            except RuntimeError:
                raise AuditUnavailable("The system gives no thread to write the log with.") from None

    # --- in the writing thread

    def _keep(self, entry: SealedEntry, ends: float, is_over: threading.Event) -> None:
        try:
            self._commit([entry], max(LEAST_SECONDS, ends - time.monotonic()), is_over)
            if is_over.is_set():  # the commit took too long: the answer is in the log, and was not shown
                LOG.warning("audit-late", extra={"fields": {"event": "audit-late", "entry": entry.id}})
                late = AuditEntry(kind="gap", at=self._clock(), about=entry.id, content={"notShown": 1})
                self._commit([seal(late)], self._wait_seconds)
        except Exception as error:
            if not isinstance(error, _Abandoned):
                self._say_trouble(error)
            self._lose(entry)
            raise

    def _look(self) -> None:
        """Ask the database, and tell what has to be told."""
        try:
            self._prepare()
            if self._lost or self._opening:
                self._commit([], self._wait_seconds)
            self.reader.head()
            self._trouble = ""
        except Exception as error:
            self._say_trouble(error)
            raise

    def _prepare(self) -> None:
        if self._is_broken:
            raise AuditUnavailable(self._trouble)
        if not self._is_prepared:
            self.database.prepare()
            told = self._told_by_file()
            self._opening, self._tells_file = [*told, *self._opening], bool(told)
            self._is_prepared = True

    def _commit(self, entries: Sequence[SealedEntry], wait: float, is_over: threading.Event | None = None) -> None:
        """One transaction; tried again where that may help, an entry that is there already is not doubled."""
        self._prepare()
        lost, opening = list(self._lost), list(self._opening)
        gap = [seal(_gap_entry(lost, self._clock()))] if lost else []
        for left in reversed(range(TRIES)):
            try:
                with self.database.writing(wait) as connection:
                    append_entries(connection, [*opening, *gap, *entries], self._clock)
                    if is_over is not None and is_over.is_set():
                        raise _Abandoned
            except DBAPIError as error:
                if left == 0 or not is_passing(error):
                    raise
            else:
                break
        del self._lost[: len(lost)]
        self._opening.clear()
        self._trouble = ""
        if self._tells_file and (file := self._lost_file()) is not None:
            file.unlink(missing_ok=True)
            self._tells_file = False

    def _lose(self, entry: SealedEntry) -> None:
        """Remember that this entry could not be kept, until a `gap` entry says so."""
        self._lost.append(entry.at)
        if self._is_broken and (file := self._lost_file()) is not None:
            with suppress(OSError), file.open("a", encoding="ascii") as lines:
                lines.writelines(f"{at}\n" for at in self._lost[self._left :])
                self._left = len(self._lost)

    def _lost_file(self) -> Path | None:
        """Where a process that may write no more leaves its losses for the next one; None for PostgreSQL."""
        file = self.database.file
        return file.with_name(f"{file.name}.lost") if file is not None else None

    def _told_by_file(self) -> list[SealedEntry]:
        """What a process left that could write no more. Several may find it: its id lets the chain take it once."""
        try:
            text = file.read_text(encoding="ascii") if (file := self._lost_file()) is not None else ""
        except FileNotFoundError:
            return []
        return [seal(_gap_entry(text.split(), self._clock(), str(uuid5(NAMESPACE_OID, text))))] if text else []

    def _say_trouble(self, error: Exception) -> None:
        """Say in the log what is wrong, once; a failed fsync or a file that was moved away ends all writing."""
        if self._is_broken:
            return
        self._is_broken = isinstance(error, LogMoved) or (isinstance(error, DBAPIError) and is_failed_fsync(error))
        trouble = _words_for(error)
        if trouble != self._trouble:
            event = "audit-broken" if self._is_broken else "audit-down"
            fields = {"event": event, "kind": type(error).__name__, "detail": trouble}
            unexpected = {} if isinstance(error, (SQLAlchemyError, CdsError, OSError)) else {"failure": error}
            LOG.error(event, extra={"fields": fields, **unexpected})
        self._trouble = trouble


def _gap_entry(moments: Sequence[str], at: datetime, entry_id: str | None = None) -> AuditEntry:
    """The entry about answers that were refused at these moments since no entry could be written."""
    content = {"lost": len(moments), "since": min(moments), "until": max(moments)}
    return AuditEntry(kind="gap", at=at, content=content, id=entry_id or str(uuid4()))


def _words_for(error: Exception) -> str:
    """What is wrong, for whoever runs the service. The message of a driver may repeat the row: only its kind counts."""
    if isinstance(error, CdsError):
        return str(error).removesuffix(".")
    if isinstance(error, DBAPIError):
        if is_failed_fsync(error):
            return "the disk did not confirm a write; a restart is needed"
        if is_forbidden(error):
            return (
                "the role of the service lacks a privilege in the database: `database.sql` and `protect.sql` give them"
            )
        return "another writer holds the lock of the log" if is_busy(error) else "the database does not answer"
    return "the database does not answer" if isinstance(error, SQLAlchemyError) else "an unexpected error of the log"


def _nothing() -> None:
    """What waits before it in the thread has been done."""

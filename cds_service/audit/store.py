"""The audit log of a running process.

An entry is committed and on disk before its answer is sent.
"""

import logging
import math
import os
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import NAMESPACE_OID, uuid4, uuid5

from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from cds_service.audit import database, database_faults
from cds_service.audit.appending import Clock, append_entries
from cds_service.audit.chain import AuditEntry, AuditState, SealedEntry, seal
from cds_service.audit.reader import AuditReader
from cds_service.audit.tables import LINK_KEY
from cds_service.errors import AuditUnavailable, CdsError
from cds_service.outgoing.deadline import Deadline

LOG = logging.getLogger("kyphoplasty_cds.audit")
WAIT_SECONDS = 2.0  # for the chain's lock and the commit, unless a deadline is shorter
# A process's first entry may have to wait until another process has made the tables.
FIRST_SECONDS = 10.0
SEND_SECONDS = 0.1  # of an answer's time, reserved for sending it
LEAST_SECONDS = 0.1  # for any entry: a refusal for lack of time is recorded too
# After this time beyond its own, a transaction hangs: those after it would only hang
# behind it, each with a thread that could answer another caller.
HANG_SECONDS = 1.0
LOOK_SECONDS = 1.0  # for the readiness check
CLOSE_SECONDS = 5.0  # for the last entries of a process
TRIES = 4  # of one transaction
UNEXPECTED = "an unexpected error of the log"
NEW_LINK_KEY = text(
    "INSERT INTO audit_link_key (id, key) VALUES (1, :key) ON CONFLICT DO NOTHING"
)
Result = TypeVar("Result")


def utc_now() -> datetime:
    return datetime.now(UTC)


class _Abandoned(Exception):
    """The answer was refused meanwhile, so no entry may say that it was shown."""


class AuditStore:
    """An `AuditLog` over SQLAlchemy, one for each process.

    One thread writes each entry in its own transaction, or those of one call together.
    Request threads wait for it, but never beyond their deadline, even if a commit
    hangs, and not at all while an earlier one does. After a fork, the new process opens
    its own connections and thread.

    What becomes of an entry for which no request waits any more:

    | the request gives up | an answer                       | any other entry |
    |----------------------|---------------------------------|-----------------|
    | before the commit    | is abandoned, and lost          | is written      |
    | during the commit    | is written, and a `gap` entry   | is written      |
    |                      | says that it was not shown      |                 |

    An entry is lost too if the database fails. The next transaction begins with one
    `gap` entry for all that were lost since the last one.
    """

    def __init__(
        self,
        database_url: str,
        *,
        wait_seconds: float = WAIT_SECONDS,
        clock: Clock = utc_now,
    ) -> None:
        """Set up; the database is opened at the first entry or by `open_with`.

        Args:
            wait_seconds: how long an entry waits for the database at most.
        """
        self.url = database_url
        self._wait_seconds = wait_seconds
        self._clock = clock
        # Entries to be written before all others. Other processes may have the same
        # ones; their ids prevent duplicates.
        self._opening: list[SealedEntry] = []
        self._lock = threading.Lock()
        self._open(None)

    def _open(self, identity: database.Identity | None) -> None:
        """Set up this process; connections and thread are opened when first needed.

        Args:
            identity: of the SQLite file opened before a fork; None at the start.
        """
        self._process = os.getpid()
        self._writer: ThreadPoolExecutor | None = None
        self.database = database.Database(
            self.url, wait_seconds=self._wait_seconds, identity=identity
        )
        self.reader = AuditReader(self.database)
        self._is_prepared = False
        self._is_broken = False  # nothing more can be written until a restart
        self._trouble = ""  # what is wrong now, in words for operators
        # Times of entries that could not be written; only the writing thread changes
        # them.
        self._lost: list[str] = []
        # When the transaction in work should be over, by `time.monotonic`.
        self._over_at = math.inf
        self._has_waited = False  # the last one failed after a long wait
        self._lost_in_file = 0  # how many of `_lost` are in the file of losses
        self._reports_file = False  # `_opening` has the losses of an earlier process
        self._link_key: bytes | None = None

    def append(self, entry: AuditEntry, until: Deadline | None = None) -> None:
        """Store the entry; when this returns, it is on disk.

        An answer that is not recorded in time is not shown, so its entry is abandoned.
        Any other entry remains true and is written as soon as the database allows.

        Args:
            entry: to be stored; a repeat with the same id is stored once.
            until: the deadline of the answer that waits for it; None waits for the
                log's own limit.

        Raises:
            AuditUnavailable: the database did not confirm it in time.
        """
        self.append_together([entry], until)

    def append_together(
        self, entries: Sequence[AuditEntry], until: Deadline | None = None
    ) -> None:
        """Store these entries in one transaction.

        Raises:
            AuditUnavailable: the database did not confirm them in time.
        """
        sealed, abandoned = [seal(entry) for entry in entries], threading.Event()
        seconds = self._wait_seconds
        if not self._is_prepared:
            seconds = max(FIRST_SECONDS, seconds)
        if until is not None:
            seconds = min(seconds, max(LEAST_SECONDS, until.left - SEND_SECONDS))
        if self._hangs():
            seconds = 0.0
        ends = time.monotonic() + seconds
        try:
            writing = self._submit(lambda: self._write_or_lose(sealed, ends, abandoned))
            writing.result(seconds)
        except Exception:  # noqa: BLE001 - logged by the writing thread
            if any(entry.kind == "answer" for entry in entries):
                abandoned.set()
            raise AuditUnavailable("The audit entry could not be written.") from None

    def open_with(self, entry: AuditEntry) -> None:
        """Prepare the database and append this entry before all others.

        If the database does not answer now, the entry is written as soon as it does.
        This is called before a fork, so it leaves no connection or thread open.

        Raises:
            DataFileError: the database belongs to a newer version of this program.
        """
        self._opening.append(seal(entry))
        try:
            self.database.prepare()
            with self.database.writing() as connection:
                append_entries(connection, self._opening, self._clock)
        except (DBAPIError, database.TablesNotReady) as error:
            self._log_trouble(error)
        finally:
            self.database.dispose()

    def link_key(self, seconds: float = LOOK_SECONDS) -> bytes | None:
        """Return the key that signs addresses of basis pages; None if not read in time.

        The first process that needs it makes it; all workers and replicas share it.
        Once read, it is kept in memory.
        """
        if self._link_key is None or self._process != os.getpid():
            # The entry of the answer meets the same trouble, and logs it.
            with suppress(Exception):
                self._link_key = self._submit(self._read_link_key).result(
                    max(0.0, seconds)
                )
        return self._link_key

    def state(self) -> AuditState:
        """Tell if entries can be written now; lost entries are recorded first."""
        try:
            self._submit(self._look).result(LOOK_SECONDS)
        except TimeoutError:
            trouble = "the database has not answered yet"
        except Exception as error:  # noqa: BLE001 - the state says what is wrong
            trouble = self._trouble or _words_for(error)
        else:
            return AuditState(is_ready=True)
        return AuditState(is_ready=False, trouble=trouble, lost=len(self._lost))

    def close(self) -> None:
        """Write pending entries and close everything."""
        with self._lock:
            writer, self._writer = self._writer, None
        if writer is not None and self._process == os.getpid():
            last_task = self._look if self._lost or self._opening else lambda: None
            with suppress(Exception):  # logged by the writing thread
                writer.submit(last_task).result(CLOSE_SECONDS)
            writer.shutdown(wait=False)
        self.database.dispose()

    def _submit(self, act: Callable[[], Result]) -> Future[Result]:
        """Run this in the writing thread of this process.

        Raises:
            AuditUnavailable: no thread can be started.
        """
        with self._lock:
            # A thread and its connections do not survive a fork.
            if self._process != os.getpid():
                self._open(self.database.identity)  # the same file as before the fork
            if self._writer is None:
                self._writer = ThreadPoolExecutor(1, "audit-writer")
            try:
                return self._writer.submit(act)
            except RuntimeError:
                raise AuditUnavailable(
                    "The system gives no thread to write the log with."
                ) from None

    def _hangs(self) -> bool:
        """Tell if a transaction is in work that hangs, or is likely to.

        It is if the one before it failed only after a long wait: it finds out if the
        database answers again.
        """
        if self._has_waited and self._over_at < math.inf:
            return True
        return time.monotonic() > self._over_at + HANG_SECONDS

    # --- in the writing thread

    def _write_or_lose(
        self, entries: Sequence[SealedEntry], ends: float, abandoned: threading.Event
    ) -> None:
        """Write entries of one call, or remember that they are lost.

        Args:
            ends: until when to wait for the database, by `time.monotonic`.
            abandoned: set by the request's thread once it has refused the answer.
        """
        seconds = max(LEAST_SECONDS, ends - time.monotonic())
        began = time.monotonic()
        self._over_at = began + seconds
        try:
            self._write(entries, seconds, abandoned)
            self._has_waited = False
            # The commit took too long: the answer is in the log, and was not shown.
            if abandoned.is_set():
                self._write_not_shown(entries)
        except Exception as error:
            if not isinstance(error, _Abandoned):
                self._has_waited = time.monotonic() - began > HANG_SECONDS
                self._log_trouble(error)
            for entry in entries:
                if entry.kind != "near-miss":  # no answer was refused for lack of it
                    self._lose(entry)
            raise
        finally:
            self._over_at = math.inf

    def _write_not_shown(self, answers: Sequence[SealedEntry]) -> None:
        """Write for each of these answers that it was not shown."""
        for answer in answers:
            fields = {"event": "audit-late", "entry": answer.id}
            LOG.warning("audit-late", extra={"fields": fields})
        gaps = [
            AuditEntry(
                kind="gap",
                at=self._clock(),
                about=answer.id,
                content={"notShown": 1},
            )
            for answer in answers
        ]
        self._write([seal(gap) for gap in gaps], self._wait_seconds)

    def _look(self) -> None:
        """Write what is due, and read the head of the log."""
        try:
            self._prepare()
            if self._lost or self._opening:
                self._write([], self._wait_seconds)
            self.reader.head()
            self._trouble = ""
        except Exception as error:
            self._log_trouble(error)
            raise

    def _read_link_key(self) -> bytes:
        self._prepare()
        with self.database.noting() as connection:
            connection.execute(NEW_LINK_KEY, {"key": secrets.token_hex(32)})
            return bytes.fromhex(
                connection.execute(select(LINK_KEY.c.key)).scalar_one()
            )

    def _prepare(self) -> None:
        """Prepare the database once, and take over an earlier process's losses.

        Raises:
            AuditUnavailable: nothing more can be written.
        """
        if self._is_broken:
            raise AuditUnavailable(self._trouble)
        if not self._is_prepared:
            self.database.prepare()
            losses = self._losses_in_file()
            self._opening, self._reports_file = [*losses, *self._opening], bool(losses)
            self._is_prepared = True

    def _write(
        self,
        entries: Sequence[SealedEntry],
        wait: float,
        abandoned: threading.Event | None = None,
    ) -> None:
        """Write in one transaction what is due, and then these entries.

        Due are the entries of the opening, and one for the losses. What is in the log
        already is not written twice.

        Args:
            entries: may be none, to write only what is due.
            wait: seconds to wait for the database.
            abandoned: as in `_write_or_lose`; None if no answer waits.

        Raises:
            _Abandoned: the answer was refused before the commit.
        """
        # After a database hung, entries abandoned in the queue are not written.
        _refuse_abandoned(abandoned)
        self._prepare()
        lost, opening = list(self._lost), list(self._opening)
        gap = [seal(_gap_entry(lost, self._clock()))] if lost else []
        self._commit([*opening, *gap, *entries], wait, abandoned)
        del self._lost[: len(lost)]
        self._opening.clear()
        self._trouble = ""
        if self._reports_file and (file := self._lost_file()) is not None:
            file.unlink(missing_ok=True)
            self._reports_file = False

    def _commit(
        self,
        entries: Sequence[SealedEntry],
        wait: float,
        abandoned: threading.Event | None,
    ) -> None:
        """Commit these entries together, with retries if they may help."""
        for left in reversed(range(TRIES)):
            try:
                with self.database.writing(wait) as connection:
                    append_entries(connection, entries, self._clock)
                    _refuse_abandoned(abandoned)  # nothing is committed then
            except DBAPIError as error:
                if left == 0 or not database_faults.is_transient(error):
                    raise
            else:
                return

    def _lose(self, entry: SealedEntry) -> None:
        """Remember that this entry could not be written; a `gap` entry will say so.

        A broken process writes no more, so it leaves the times in the file of losses.
        """
        self._lost.append(entry.at)
        if self._is_broken and (file := self._lost_file()) is not None:
            with suppress(OSError), file.open("a", encoding="ascii") as lines:
                lines.writelines(f"{at}\n" for at in self._lost[self._lost_in_file :])
                self._lost_in_file = len(self._lost)

    def _lost_file(self) -> Path | None:
        """Return the file of losses; None for PostgreSQL.

        A process that can no longer write to the log writes here, for the next one.
        """
        file = self.database.file
        return file.with_name(f"{file.name}.lost") if file is not None else None

    def _losses_in_file(self) -> list[SealedEntry]:
        """Return the losses of an earlier process as one entry, if there are any.

        Several processes may read them; the id made of the times prevents duplicates.
        """
        file = self._lost_file()
        if file is None:
            return []
        try:
            times = file.read_text(encoding="ascii")
        except FileNotFoundError:
            return []
        if not times:
            return []
        entry_id = str(uuid5(NAMESPACE_OID, times))
        return [seal(_gap_entry(times.split(), self._clock(), entry_id))]

    def _log_trouble(self, error: Exception) -> None:
        """Log once what is wrong; a failed fsync or a moved file ends all writing."""
        if self._is_broken:
            return
        self._is_broken = isinstance(error, database.LogMoved) or (
            isinstance(error, DBAPIError) and database_faults.is_failed_fsync(error)
        )
        trouble = _words_for(error)
        if trouble != self._trouble:
            event = "audit-broken" if self._is_broken else "audit-down"
            fields = {"event": event, "kind": type(error).__name__, "detail": trouble}
            unexpected = (
                {}
                if isinstance(error, (SQLAlchemyError, CdsError, OSError))
                else {"failure": error}
            )
            LOG.error(event, extra={"fields": fields, **unexpected})
        self._trouble = trouble


def _refuse_abandoned(abandoned: threading.Event | None) -> None:
    """Raise if the answer that waited was refused meanwhile."""
    if abandoned is not None and abandoned.is_set():
        raise _Abandoned


def _gap_entry(
    moments: Sequence[str], at: datetime, entry_id: str | None = None
) -> AuditEntry:
    """Make the entry of answers refused at these times for want of an entry."""
    content = {"lost": len(moments), "since": min(moments), "until": max(moments)}
    return AuditEntry(kind="gap", at=at, content=content, id=entry_id or str(uuid4()))


def _words_for(error: Exception) -> str:
    """Say what is wrong, for operators.

    A driver's message may repeat the row, so it is not used.
    """
    if isinstance(error, CdsError):
        return str(error).removesuffix(".")
    if isinstance(error, DBAPIError):
        return database_faults.fault_words(error)
    is_expected = isinstance(error, SQLAlchemyError)
    return database_faults.NOT_ANSWERING if is_expected else UNEXPECTED

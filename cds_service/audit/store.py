"""The audit log of a running process: every entry on disk before its answer leaves, in the database or in the spool."""

from __future__ import annotations

import logging
import os
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from cds_service.audit.appending import Clock, append_entries
from cds_service.audit.chain import AuditEntry, AuditState, SealedEntry, seal
from cds_service.audit.database import Database, Identity, TablesNotReady
from cds_service.audit.reading import AuditReader
from cds_service.audit.spool import MAX_BYTES, Spool, SpoolFull
from cds_service.audit.writer import GroupWriter, NotWritten
from cds_service.deadline import Deadline
from cds_service.errors import AuditUnavailable

LOG = logging.getLogger("kyphoplasty_cds.audit")
SHARE_SECONDS = 0.3  # of an answer's time, for the database; then the spool takes the entry
ASKED_SECONDS = 1.0  # for a process that has just begun, until it is known whether the database answers
FIRST_SECONDS = 5.0  # the first entry of a process may have to wait for the tables


def utc_now() -> datetime:
    """The clock of a running service."""
    return datetime.now(UTC)


class AuditStore:
    """An `AuditLog` over SQLAlchemy. One for each process; a fork begins anew by itself."""

    def __init__(
        self,
        database_url: str,
        *,
        spool_folder: Path | None = None,
        spool_bytes: int = MAX_BYTES,
        share_seconds: float = SHARE_SECONDS,
        clock: Clock = utc_now,
    ) -> None:
        """Nothing is opened before the first entry or `prepare`.

        Args:
            database_url: SQLAlchemy URL.
            spool_folder: the second device; beside the SQLite file without it, none for other databases.
            spool_bytes: of one process, at most.
            share_seconds: how long an answer waits for the database.
            clock: of the log's own entries.
        """
        self.url = database_url
        self._share_seconds = share_seconds
        self._clock = clock
        self._spool_folder = spool_folder
        self._spool_bytes = spool_bytes
        self._opening: SealedEntry | None = None
        self._lock = threading.Lock()
        self._process = 0
        self._open(None)

    def _open(self, identity: Identity | None) -> None:
        self.database = Database(self.url, wait_seconds=max(self._share_seconds, 0.3), identity=identity)
        self.reader = AuditReader(self.database)
        self._spool = Spool(self._spool_folder or _folder_beside(self.database.file), max_bytes=self._spool_bytes)
        self._writer: GroupWriter | None = None
        self._process = os.getpid()

    def append(self, entry: AuditEntry, until: Deadline | None = None) -> None:
        """Keep the entry; when this returns it is on disk, in the chain or in the spool that is merged into it.

        Args:
            entry: with its id.
            until: the deadline of the answer; what the database has not confirmed in time goes to the spool.

        Raises:
            AuditUnavailable: neither took it in time.
        """
        sealed = seal(entry)
        writer = self._writing()
        is_first = not writer.is_prepared and not writer.is_down
        try:
            writer.write(sealed, max(self._share_seconds, FIRST_SECONDS) if is_first else self._share_seconds, until)
        except NotWritten:
            pass
        else:
            return
        if writer.is_prepared and not writer.is_broken:
            try:
                self._spool.keep(sealed)
            except (SpoolFull, OSError):
                pass
            else:
                writer.wake()
                return
        writer.lose(sealed)
        raise AuditUnavailable("The audit entry could not be written.")

    def open_with(self, entry: AuditEntry) -> None:
        """Prepare the database and append this entry first; now if it answers, else once it does.

        Called before a fork: no connection and no thread is left open. Every process that follows brings the entry
        along, and the chain takes it once.

        Raises:
            DataFileError: the database is of a newer version of this program.
        """
        self._opening = seal(entry)
        try:
            self.database.prepare()
            with self.database.writing() as connection:
                append_entries(connection, [self._opening], self._clock)
        except (DBAPIError, TablesNotReady) as error:
            fields = {"event": "audit-down", "kind": type(error).__name__}  # a driver's text may repeat a password
            if isinstance(error, TablesNotReady):
                fields["detail"] = str(error)
            LOG.error("audit-down", extra={"fields": fields})  # noqa: TRY400
        finally:
            self.database.dispose()

    def begin(self) -> None:
        """Ask the database beside the first requests of this process: from then on the spool may stand in for it."""
        with suppress(AuditUnavailable):  # the system gives no thread now; the first entry asks again
            self._writing()

    def state(self) -> AuditState:
        """Whether an entry would be kept now."""
        try:
            writer = self._writing()
        except AuditUnavailable as error:
            return AuditState(False, str(error), self._spool.state().size)
        writer.look()
        spool, lost = self._spool.state(), writer.lost
        if writer.is_broken:
            return AuditState(False, writer.trouble, spool.size, lost)
        if lost:
            return AuditState(False, "entries could not be written", spool.size, lost)
        if not writer.wait_until_asked(ASKED_SECONDS):
            return AuditState(False, "the database has not answered yet", spool.size, lost)
        if writer.is_down and not (writer.is_prepared and spool.is_open):
            return AuditState(False, writer.trouble, spool.size, lost)
        return AuditState(True, f"{writer.trouble}, entries are spooled" if writer.is_down else "", spool.size)

    def close(self) -> None:
        """Write what waits and close everything."""
        with self._lock:
            if self._process == os.getpid() and self._writer is not None:
                self._writer.close()
            self._writer = None
            self._spool.close()
            self.database.dispose()

    def _writing(self) -> GroupWriter:
        """The writer of this process: a thread and its connections do not survive a fork.

        Raises:
            AuditUnavailable: the system gives no thread now.
        """
        with self._lock:
            if self._process != os.getpid():
                self._open(self.database.identity)  # the file that was opened before the fork, and no other
            if self._writer is None:
                try:
                    self._writer = GroupWriter(self.database, self._spool, self._clock, self._opening)
                except RuntimeError:
                    raise AuditUnavailable("The audit log has no thread to write with.") from None
            return self._writer


def _folder_beside(file: Path | None) -> Path | None:
    return None if file is None else file.with_name(f"{file.name}.spool")

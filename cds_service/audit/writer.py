"""One thread for each process that writes entries in groups: many waiting requests share one commit.

It also writes what waits in the spool once the database answers again, and tells what was lost meanwhile.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from cds_service.audit.appending import Clock, append_entries
from cds_service.audit.chain import SealedEntry
from cds_service.audit.database import Database, LogMoved, is_busy, is_failed_fsync, is_forbidden, is_passing
from cds_service.audit.spool import gap_entry
from cds_service.deadline import Deadline
from cds_service.errors import CdsError

LOG = logging.getLogger("kyphoplasty_cds.audit")
GROUP = 64  # entries for one commit
TRIES = 3
COMMIT_SECONDS = 1.0  # a request waits so much longer for a commit that has begun
SPOOL_SECONDS = 0.1  # of an answer's time, for the spool where the database takes too long
LEAST_SECONDS = 0.03  # whatever the time: else each refusal for want of time would go to the spool
LOOK_SECONDS = 2.0  # after which readiness is looked at anew
PAUSE_SECONDS = 0.5  # between two looks at a database that did not answer


class NotWritten(Exception):
    """The database did not confirm the entry in time; whether it holds it is not known."""


class Backlog(Protocol):
    """Entries that wait on a second device for the database."""

    def has_waiting(self) -> bool:
        """Whether there is anything to be merged."""
        ...

    def merge_some(self, database: Database, clock: Clock) -> None:
        """Put the next of what waits at the end of the chain, in one commit; when all is on disk it is forgotten."""
        ...

    def let_go(self) -> None:
        """Nothing more is merged here."""
        ...

    def note_lost(self, moments: Sequence[str]) -> None:
        """Remember across a restart when entries could not be kept; none forgets them."""
        ...


class _Ticket:
    """One entry on its way, with the request that waits for it."""

    def __init__(self, entry: SealedEntry) -> None:
        self.entry = entry
        self.is_over = threading.Event()
        self.is_written = False
        self._lock = threading.Lock()
        self._is_begun = False
        self._is_abandoned = False

    def begin(self) -> bool:
        """The writer takes it into its transaction, unless nobody waits for it any more."""
        with self._lock:
            self._is_begun = not self._is_abandoned
            return self._is_begun

    def abandon(self) -> bool:
        """The request waits no longer, unless its entry is just being committed."""
        with self._lock:
            self._is_abandoned = not self._is_begun
            return self._is_abandoned


class GroupWriter:
    """The writer of one process; its thread starts with the first entry and ends with `close`."""

    def __init__(self, database: Database, backlog: Backlog, clock: Clock, opening: SealedEntry | None = None) -> None:
        """The thread starts at once and prepares the database.

        Args:
            database: of this process.
            backlog: is merged whenever it holds something.
            clock: of the log's own entries.
            opening: comes first; other processes may bring the same.
        """
        self._database = database
        self._backlog = backlog
        self._clock = clock
        self._queue: deque[_Ticket] = deque()
        self._changed = threading.Condition()
        self._is_closed = False
        self._ends = 0.0  # monotonic, of merging, once it is closed
        self._busy_since: float | None = None
        self._answered = time.monotonic()
        self._has_to_look = True
        self._opening = [opening] if opening is not None else []
        self._has_asked = threading.Event()
        self._lost: list[str] = []  # moments of answers that were refused since no entry could be written
        self.is_prepared = False
        self.is_down = False
        self.is_broken = False
        self.trouble = ""  # why it is down
        self._thread = threading.Thread(target=self._run, name="audit-writer", daemon=True)
        self._thread.start()

    @property
    def lost(self) -> int:
        """Entries that no device took and that no `gap` entry tells of yet."""
        return len(self._lost)

    def write(self, entry: SealedEntry, seconds: float, until: Deadline | None = None) -> None:
        """Return when the entry is on disk.

        Args:
            entry: goes into the next group.
            seconds: until its commit must have begun.
            until: the deadline of the answer; neither wait goes beyond it.

        Raises:
            NotWritten: it is not, as far as is known, after these seconds, or the database is known not to answer.
        """
        with self._changed:
            is_stuck = self._busy_since is not None and time.monotonic() - self._busy_since > seconds
            if self.is_down or self.is_broken or self._is_closed or is_stuck:
                raise NotWritten
            ticket = _Ticket(entry)
            self._queue.append(ticket)
            self._changed.notify()
        if not ticket.is_over.wait(_wait(seconds, until)) and not ticket.abandon():
            ticket.is_over.wait(_wait(COMMIT_SECONDS, until))
        if not ticket.is_written:
            raise NotWritten

    def lose(self, entry: SealedEntry) -> None:
        """Remember that this entry could not be kept anywhere, until a `gap` entry says so."""
        with self._changed:
            self._lost.append(entry.at)
            self._backlog.note_lost(self._lost)
            self._changed.notify()

    def wake(self) -> None:
        """Something waits in the spool."""
        with self._changed:
            self._changed.notify()

    def look(self) -> None:
        """See whether the database still answers, if that is not known from a moment ago."""
        with self._changed:
            if time.monotonic() - self._answered > LOOK_SECONDS:
                self._has_to_look = True
                self._changed.notify()

    def wait_until_asked(self, seconds: float) -> bool:
        """Wait so long until the database has answered, or failed to, once; whether it has."""
        return self._has_asked.wait(seconds)

    def close(self, seconds: float = 5.0) -> None:
        """Write what waits, and end; of the backlog as much as these seconds allow."""
        with self._changed:
            self._is_closed, self._ends = True, time.monotonic() + seconds
            self._changed.notify()
        self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            group = self._next_group()
            if group is None:
                self._backlog.let_go()
                return
            try:
                self._write_group(group)
            except Exception as error:  # noqa: BLE001 - noted; a thread that is gone would keep nothing any more
                self._note_failure(error)
            else:
                self.is_prepared, self.is_down = True, False
                self._answered = time.monotonic()
            finally:
                self._finish(group)

    def _next_group(self) -> list[_Ticket] | None:
        """Those that wait, at most a group; empty when only the backlog waits; None at the end."""
        with self._changed:
            if self.is_down:
                self._changed.wait_for(lambda: self._is_closed, PAUSE_SECONDS)
            else:
                self._changed.wait_for(self._has_work)
            if self.is_broken or (self._is_closed and (self.is_down or not self._has_rest())):
                return None
            group = [self._queue.popleft() for _ in range(min(GROUP, len(self._queue)))]
            self._busy_since = time.monotonic()
            return group

    def _has_rest(self) -> bool:
        """Whether a closed writer goes on."""
        return bool(self._queue) or (time.monotonic() < self._ends and self._backlog.has_waiting())

    def _has_work(self) -> bool:
        return bool(self._queue or self._is_closed or self._lost or self._has_to_look) or self._backlog.has_waiting()

    def _write_group(self, group: Sequence[_Ticket]) -> None:
        if not self.is_prepared:
            self._database.prepare()
        if self._backlog.has_waiting():
            self._backlog.merge_some(self._database, self._clock)  # requests do not wait for all of it
        lost = [] if self._backlog.has_waiting() else list(self._lost)  # told behind all that was kept meanwhile
        more = [gap_entry(len(lost), min(lost), max(lost), self._clock)] if lost else []
        if self._opening or group or more or self.is_down or self._has_to_look:
            self._append(group, more)
        self._opening.clear()
        self._has_to_look = False
        with self._changed:
            del self._lost[: len(lost)]
            if lost:
                self._backlog.note_lost(self._lost)

    def _append(self, group: Sequence[_Ticket], more: Sequence[SealedEntry]) -> None:
        """One transaction, tried again where another writer was in the way."""
        for left in reversed(range(TRIES + 1)):
            try:
                with self._database.writing() as connection:
                    taken = [ticket for ticket in group if ticket.begin()]
                    entries = [*self._opening, *(ticket.entry for ticket in taken), *more]
                    append_entries(connection, entries, self._clock)
            except DBAPIError as error:
                if left == 0 or not is_passing(error):
                    raise
            else:
                for ticket in taken:
                    ticket.is_written = True
                return

    def _note_failure(self, error: Exception) -> None:
        """Later requests do not wait for a database that does not answer; one that is busy is well."""
        if isinstance(error, DBAPIError) and self.is_prepared and is_busy(error):
            LOG.warning("audit-busy", extra={"fields": {"event": "audit-busy"}})
            return
        if isinstance(error, LogMoved) or (isinstance(error, DBAPIError) and is_failed_fsync(error)):
            self.is_broken = True
        self.trouble = _trouble(error)
        if not self.is_down:
            event = "audit-broken" if self.is_broken else "audit-down"
            fields = {"event": event, "kind": type(error).__name__, "detail": self.trouble}
            unexpected = {} if isinstance(error, (SQLAlchemyError, CdsError, OSError)) else {"failure": error}
            LOG.error(event, extra={"fields": fields, **unexpected})
        self.is_down = True

    def _finish(self, group: Sequence[_Ticket]) -> None:
        with self._changed:
            self._busy_since = None
            waiting = [*group, *self._queue] if self.is_down else group
            if self.is_down:
                self._queue.clear()
            for ticket in waiting:
                ticket.is_over.set()
        self._has_asked.set()


def _trouble(error: Exception) -> str:
    """What is wrong, for whoever runs the service. The message of a driver may repeat the row: only its kind counts."""
    if isinstance(error, CdsError):
        return str(error).removesuffix(".")
    if isinstance(error, DBAPIError) and is_failed_fsync(error):
        return "the disk did not confirm a write; a restart is needed"
    if isinstance(error, DBAPIError) and is_forbidden(error):
        return "the role of the service lacks a privilege in the database: `database.sql` and `protect.sql` give them"
    if isinstance(error, OSError):
        return "the spool cannot be read"
    return "the database does not answer" if isinstance(error, SQLAlchemyError) else "an unexpected error of the writer"


def _wait(seconds: float, until: Deadline | None) -> float:
    """So long, or until the deadline is near."""
    return seconds if until is None else min(seconds, max(LEAST_SECONDS, until.left - SPOOL_SECONDS))

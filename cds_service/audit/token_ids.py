"""Used tokens in the database, shared by all replicas: a thread of each process notes them in groups, unsynced.

Every signature of a hospital brings a token, so that a note costs no wait for the disk: a loss of power may forget the
last ones, the end of a process none. Where the database does not answer in time, nobody waits for it.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from cds_service.audit.database import Database, insert_of, is_busy
from cds_service.audit.tables import TOKENS
from cds_service.errors import CdsError

LOG = logging.getLogger("kyphoplasty_cds.audit")
GROUP = 128  # tokens for one commit
MOST_OWED = 50_000  # that wait while the database does not answer
PAUSE_SECONDS = 2.0
PRUNE_SECONDS = 600.0
GRACE_SECONDS = 3600  # kept beyond their end, so that a clock that was put right meanwhile forgets none


@dataclass(eq=False, slots=True)
class _Ticket:
    """One token on its way; `is_new` stays None until the database has said."""

    digest: str
    expires: int
    is_new: bool | None = None
    over: threading.Event = field(default_factory=threading.Event)


class TokenIds:
    """The table of used tokens. One for each process; a fork begins anew by itself."""

    def __init__(self, database_url: str, *, wait_seconds: float = 1.0) -> None:
        """Nothing is opened before the first token.

        Args:
            database_url: of the audit log.
            wait_seconds: for a lock of the database; callers wait as long as they say.
        """
        self._url = database_url
        self._wait_seconds = wait_seconds
        self._starting = threading.Lock()
        self._process = 0

    def add(self, digest: str, expires: int, *, now: float, seconds: float) -> bool | None:
        """Whether this token is new to all replicas; None when the database does not say so within these seconds.

        Args:
            digest: of issuer and jti.
            expires: when it may be forgotten, in seconds since 1970.
            now: in seconds since 1970.
            seconds: that the caller can wait.
        """
        self.start()
        self._now = now
        ticket = _Ticket(digest, expires)
        with self._changed:
            self._queue.append(ticket)
            self._changed.notify()
            is_down = self._is_down
        if not is_down:
            ticket.over.wait(max(0.0, seconds))
        return ticket.is_new

    def start(self) -> None:
        """Connect, in a thread, unless that was done in this process."""
        if self._process == os.getpid():
            return
        with self._starting:
            if self._process == os.getpid():
                return
            self._database = Database(self._url, wait_seconds=self._wait_seconds, is_synced=False)
            self._queue: deque[_Ticket] = deque(maxlen=MOST_OWED)
            self._changed = threading.Condition()
            self._is_down = False
            self._is_prepared = False
            self._now = 0.0
            self._pruned = float("-inf")
            threading.Thread(target=self._run, name="token-ids", daemon=True).start()
            self._process = os.getpid()

    def _run(self) -> None:
        group: Sequence[_Ticket] = ()  # none at first: this connects, and makes the tables where there are none
        while True:
            try:
                self._note(group)
            except (SQLAlchemyError, CdsError, OSError) as error:
                self._keep_for_later(group, error)
            else:
                self._say_back()
            for ticket in group:
                ticket.over.set()
            group = self._next_group()

    def _next_group(self) -> Sequence[_Ticket]:
        with self._changed:
            if self._is_down:
                self._changed.wait_for(lambda: False, PAUSE_SECONDS)
            self._changed.wait_for(lambda: self._queue)
            return [self._queue.popleft() for _ in range(min(GROUP, len(self._queue)))]

    def _note(self, group: Sequence[_Ticket]) -> None:
        if not self._is_prepared:
            self._database.prepare()
            self._is_prepared = True
        with self._database.noting() as connection:
            found = [self._is_new(connection, ticket) for ticket in group]
            self._prune(connection)
        for ticket, is_new in zip(group, found, strict=True):
            ticket.is_new = is_new

    def _is_new(self, connection: Connection, ticket: _Ticket) -> bool:
        row = insert_of(connection, TOKENS).values(digest=ticket.digest, expires=ticket.expires)
        row = row.on_conflict_do_nothing()
        return connection.scalar(row.returning(TOKENS.c.digest)) is not None

    def _prune(self, connection: Connection) -> None:
        if self._now and time.monotonic() - self._pruned > PRUNE_SECONDS:
            connection.execute(delete(TOKENS).where(TOKENS.c.expires < int(self._now) - GRACE_SECONDS))
            self._pruned = time.monotonic()

    def _keep_for_later(self, group: Sequence[_Ticket], error: Exception) -> None:
        """Nobody waits for these any more, but the other replicas shall know them once the database answers."""
        with self._changed:
            self._queue.extendleft(reversed([_Ticket(ticket.digest, ticket.expires) for ticket in group]))
            waiting, was_down = list(self._queue), self._is_down
            self._is_down = not (isinstance(error, DBAPIError) and is_busy(error))
        for ticket in waiting:
            ticket.over.set()
        if not was_down:  # the message of a driver may repeat the row, so only its kind is said
            LOG.error("token-ids-down", extra={"fields": {"event": "token-ids-down", "kind": type(error).__name__}})
        with suppress(SQLAlchemyError):
            self._database.dispose()

    def _say_back(self) -> None:
        if self._is_down:
            LOG.warning("token-ids-back", extra={"fields": {"event": "token-ids-back"}})
            self._is_down = False

"""Detect reused tokens.

It looks in this process's memory first, then in a table that all replicas share.

Every signing in a hospital sends a token, so recording one does not wait for the disk.
A power failure may lose the last tokens; the end of a process loses none.
"""

import hashlib
import heapq
import json
import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from sqlalchemy import delete, text
from sqlalchemy.exc import SQLAlchemyError

from cds_service.audit.database import Database
from cds_service.audit.tables import TOKENS
from cds_service.errors import CdsError
from cds_service.outgoing.deadline import Deadline

LOG = logging.getLogger("kyphoplasty_cds.audit")
PRUNE_SECONDS = 600.0
LEAST_SECONDS = 0.05  # for the table, however little time is left
GRACE_SECONDS = 3600  # kept beyond expiry, so that a corrected clock forgets none
NEW_TOKEN = text(
    "INSERT INTO audit_token (digest, expires) VALUES (:digest, :expires) ON CONFLICT"
    " DO NOTHING RETURNING digest"
)


class UsedTokens:
    """Used tokens, until they expire.

    One thread queries the table, so that a hanging database delays only one caller.
    """

    def __init__(
        self,
        database_url: str | None,
        *,
        wait_seconds: float = 1.0,
        on_unconfirmed: Callable[[], None] = lambda: None,
    ) -> None:
        """Set up; the database is opened at the first token.

        Args:
            database_url: the audit log's; None for a single process without a
                persistent log.
            wait_seconds: limit for a database lock; callers set their own limits.
            on_unconfirmed: called if only this process's memory could be asked.
        """
        self._url = database_url
        self._wait_seconds = wait_seconds
        self._on_unconfirmed = on_unconfirmed
        self._lock = threading.Lock()
        self._ends: list[tuple[int, str]] = []
        self._used: set[str] = set()
        self._process = 0
        self._late: Future[bool] | None = None

    def is_new(
        self, issuer: str, jti: str, *, expires: int, now: float, until: Deadline
    ) -> bool:
        """Tell if this token was never used before, and record it as used.

        Args:
            jti: the token's id, unique for the issuer.
            expires: when it may be forgotten, in seconds since 1970.
            now: in seconds since 1970.
        """
        digest = hashlib.sha256(json.dumps([issuer, jti]).encode()).hexdigest()
        if not self._remember(digest, expires, now):
            return False
        if self._url is None:
            return True
        is_new = self.add(
            digest, expires, now=now, seconds=max(LEAST_SECONDS, until.left / 4)
        )
        if is_new is None:
            self._on_unconfirmed()
        return is_new is not False

    def _remember(self, digest: str, expires: int, now: float) -> bool:
        with self._lock:
            while self._ends and self._ends[0][0] < now:
                self._used.discard(heapq.heappop(self._ends)[1])
            if digest in self._used:
                return False
            self._used.add(digest)
            heapq.heappush(self._ends, (expires, digest))
            return True

    def add(
        self, digest: str, expires: int, *, now: float, seconds: float
    ) -> bool | None:
        """Put the token into the table, and tell if it was new there.

        The result is None if the database does not answer in time, or fails.
        """
        self.start()
        if self._late is not None and not self._late.done():
            return None
        try:
            answer = self._thread.submit(self._note, digest, expires, now)
            return answer.result(max(0.0, seconds))
        except TimeoutError:
            self._late = answer
            self._log_down("timeout")
        # RuntimeError: no thread can be started.
        except (SQLAlchemyError, CdsError, OSError, RuntimeError) as error:
            # The type alone: the message of a driver may repeat the row.
            self._log_down(type(error).__name__)
        return None

    def start(self) -> None:
        """Start in this process, if not started yet, without a query.

        A forked process starts anew.
        """
        with self._lock:
            if self._url is not None and self._process != os.getpid():
                self._database = Database(
                    self._url, wait_seconds=self._wait_seconds, is_synced=False
                )
                self._thread = ThreadPoolExecutor(1, "used-tokens")
                self._late = None
                self._is_down = False
                self._pruned = float("-inf")
                self._process = os.getpid()

    def _note(self, digest: str, expires: int, now: float) -> bool:
        self._database.prepare()
        with self._database.noting() as connection:
            is_new = (
                connection.scalar(NEW_TOKEN, {"digest": digest, "expires": expires})
                is not None
            )
            if time.monotonic() - self._pruned > PRUNE_SECONDS:
                connection.execute(
                    delete(TOKENS).where(TOKENS.c.expires < int(now) - GRACE_SECONDS)
                )
                self._pruned = time.monotonic()
        if self._is_down:
            LOG.warning("token-ids-back", extra={"fields": {"event": "token-ids-back"}})
            self._is_down = False
        return is_new

    def _log_down(self, kind: str) -> None:
        if not self._is_down:
            LOG.error(
                "token-ids-down",
                extra={"fields": {"event": "token-ids-down", "kind": kind}},
            )
            self._is_down = True

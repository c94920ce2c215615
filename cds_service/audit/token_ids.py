"""Records used tokens in the log's database, shared by all workers and replicas.

Every signing in a hospital sends a token, so recording it does not wait for the disk: a power failure may lose the last
ones; the end of a process loses none.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

from sqlalchemy import delete, text
from sqlalchemy.exc import SQLAlchemyError

from cds_service.audit.database import Database
from cds_service.audit.tables import TOKENS
from cds_service.errors import CdsError

LOG = logging.getLogger("kyphoplasty_cds.audit")
PRUNE_SECONDS = 600.0
NEW_TOKEN = text(
    "INSERT INTO audit_token (digest, expires) VALUES (:digest, :expires) ON CONFLICT DO NOTHING RETURNING digest"
)
GRACE_SECONDS = 3600  # kept beyond expiry, so that a corrected clock forgets none


class TokenIds:
    """The table of used tokens, one object for each process; after a fork it starts afresh.

    One thread queries the database, so that a hanging database delays only one caller.
    """

    def __init__(self, database_url: str, *, wait_seconds: float = 1.0) -> None:
        """Opens nothing before the first token.

        Args:
            database_url: the audit log's.
            wait_seconds: limit for a database lock; callers set their own limits.
        """
        self._url = database_url
        self._wait_seconds = wait_seconds
        self._starting = threading.Lock()
        self._process = 0
        self._late: Future[bool] | None = None

    def add(self, digest: str, expires: int, *, now: float, seconds: float) -> bool | None:
        """Record a token; whether it is new to all replicas, or None if the database does not answer in time.

        Args:
            digest: of issuer and jti.
            expires: when it may be forgotten, in seconds since 1970.
            now: in seconds since 1970.
            seconds: how long the caller can wait.
        """
        self.start()
        if self._late is not None and not self._late.done():
            return None
        try:
            asked = self._thread.submit(self._note, digest, expires, now)
            return asked.result(max(0.0, seconds))
        except TimeoutError:
            self._late = asked
            self._say_down("timeout")
        except (SQLAlchemyError, CdsError, OSError, RuntimeError) as error:  # RuntimeError: no thread can be started
            self._say_down(type(error).__name__)  # the message of a driver may repeat the row
        return None

    def start(self) -> None:
        """Start in this process, if not started yet; queries nothing."""
        with self._starting:
            if self._process != os.getpid():
                self._database = Database(self._url, wait_seconds=self._wait_seconds, is_synced=False)
                self._thread = ThreadPoolExecutor(1, "token-ids")
                self._late = None
                self._is_prepared = self._is_down = False
                self._pruned = float("-inf")
                self._process = os.getpid()

    def _note(self, digest: str, expires: int, now: float) -> bool:
        if not self._is_prepared:
            self._database.prepare()
            self._is_prepared = True
        with self._database.noting() as connection:
            is_new = connection.scalar(NEW_TOKEN, {"digest": digest, "expires": expires}) is not None
            if time.monotonic() - self._pruned > PRUNE_SECONDS:
                connection.execute(delete(TOKENS).where(TOKENS.c.expires < int(now) - GRACE_SECONDS))
                self._pruned = time.monotonic()
        if self._is_down:
            LOG.warning("token-ids-back", extra={"fields": {"event": "token-ids-back"}})
            self._is_down = False
        return is_new

    def _say_down(self, kind: str) -> None:
        if not self._is_down:
            LOG.error("token-ids-down", extra={"fields": {"event": "token-ids-down", "kind": kind}})
            self._is_down = True

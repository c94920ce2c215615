"""Detects reused tokens: in this process's memory first, then in the table that all replicas share."""

from __future__ import annotations

import hashlib
import heapq
import json
import threading
from collections.abc import Callable

from cds_service.audit.token_ids import TokenIds
from cds_service.outgoing.deadline import Deadline

LEAST_SECONDS = 0.05  # for the table, however little time is left


class Replays:
    """Used tokens, until they expire."""

    def __init__(self, shared: TokenIds | None, on_unconfirmed: Callable[[], None] = lambda: None) -> None:
        """Start without used tokens.

        Args:
            shared: the shared table; None for a single process without a persistent log.
            on_unconfirmed: called if only this process's memory could be checked.
        """
        self._shared = shared
        self._on_unconfirmed = on_unconfirmed
        self._lock = threading.Lock()
        self._ends: list[tuple[int, str]] = []
        self._used: set[str] = set()

    def start(self) -> None:
        """Start the shared table; called in each process after the fork, before its first call."""
        if self._shared is not None:
            self._shared.start()

    def is_new(self, issuer: str, jti: str, *, expires: int, now: float, until: Deadline) -> bool:
        """Whether this token was never used before; records it as used.

        Args:
            issuer: the token's issuer.
            jti: the token's id, unique for the issuer.
            expires: when it may be forgotten, in seconds since 1970.
            now: in seconds since 1970.
            until: the deadline of the answer.
        """
        digest = _digest(issuer, jti)
        if not self._remember(digest, expires, now):
            return False
        if self._shared is None:
            return True
        found = self._shared.add(digest, expires, now=now, seconds=max(LEAST_SECONDS, until.left / 4))
        if found is None:
            self._on_unconfirmed()
        return found is not False

    def _remember(self, digest: str, expires: int, now: float) -> bool:
        with self._lock:
            while self._ends and self._ends[0][0] < now:
                self._used.discard(heapq.heappop(self._ends)[1])
            if digest in self._used:
                return False
            self._used.add(digest)
            heapq.heappush(self._ends, (expires, digest))
            return True


def _digest(issuer: str, jti: str) -> str:
    return hashlib.sha256(json.dumps([issuer, jti]).encode()).hexdigest()

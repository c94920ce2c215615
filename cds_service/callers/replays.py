"""Whether a token was used before: the memory of this process first, then the table that all replicas share."""

from __future__ import annotations

import hashlib
import heapq
import json
import threading
from collections.abc import Callable
from typing import Protocol

from cds_service.deadline import Deadline

LEAST_SECONDS = 0.05  # for the table, however late it is


class UsedTokens(Protocol):
    """The table that all replicas share."""

    def start(self) -> None:
        """Connect, without waiting for it."""
        ...

    def add(self, digest: str, expires: int, *, now: float, seconds: float) -> bool | None:
        """Whether this token is new; None when nobody could say so in these seconds."""
        ...


class Replays:
    """Used tokens, until they are past."""

    def __init__(self, shared: UsedTokens | None, on_unconfirmed: Callable[[], None] = lambda: None) -> None:
        """No token was used yet.

        Args:
            shared: None where there is one process, without a log that lasts.
            on_unconfirmed: called when the memory of this process decided alone.
        """
        self._shared = shared
        self._on_unconfirmed = on_unconfirmed
        self._lock = threading.Lock()
        self._ends: list[tuple[int, str]] = []
        self._used: set[str] = set()

    def start(self) -> None:
        """What a process does before its first call, once it has forked."""
        if self._shared is not None:
            self._shared.start()

    def is_new(self, issuer: str, jti: str, *, expires: int, now: float, until: Deadline) -> bool:
        """Whether this token was never used, which from now on it was.

        Args:
            issuer: whose id it is.
            jti: its id, unique for the issuer.
            expires: when it may be forgotten, in seconds since 1970.
            now: in seconds since 1970.
            until: of the answer.
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

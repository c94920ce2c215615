"""How many calls a minute an issuer may make, counted in each process by itself."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable


class Rate:
    """A minute's calls, which may come at once; they come back one by one, evenly."""

    def __init__(self, per_minute: int, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """All calls of a minute are there.

        Args:
            per_minute: at least 1.
            monotonic: in seconds.
        """
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._left = float(per_minute)
        self._at = monotonic()

    def take(self) -> int:
        """0 when the call may be made, else the whole seconds after which the next one may."""
        with self._lock:
            now = self._monotonic()
            self._left = min(self._per_minute, self._left + (now - self._at) * self._per_minute / 60)
            self._at = now
            if self._left >= 1:
                self._left -= 1
                return 0
            return math.ceil((1 - self._left) * 60 / self._per_minute)

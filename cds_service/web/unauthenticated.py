"""Logs unauthenticated calls: the first of each minute one by one, the others as one line with counts.

At level DEBUG every call has a line.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable

from cds_service.errors import NotAuthenticated

CALLS = logging.getLogger("kyphoplasty_cds.calls")
SHOWN = 10  # a minute, of each process
MINUTE = 60.0


class UnauthenticatedCalls:
    """Unauthenticated calls of one process. They are not audited, or anyone could fill the log."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Start without calls."""
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._began = float("-inf")
        self._shown = 0
        self._untold: Counter[str] = Counter()

    def note(self, error: NotAuthenticated, service_id: str) -> None:
        """Record one refused call. Its claims are shortened already, and the log escapes them."""
        self.tell()
        with self._lock:
            if self._monotonic() - self._began >= MINUTE:
                self._began, self._shown = self._monotonic(), 0
            self._shown += 1
            is_shown = self._shown <= SHOWN
            if not is_shown:
                self._untold[error.reason] += 1
        fields = {"event": "unauthenticated", "service": service_id, "reason": error.reason}
        claimed = {"iss": error.issuer, "kid": error.kid}
        fields |= {name: value for name, value in claimed.items() if value}
        CALLS.log(logging.WARNING if is_shown else logging.DEBUG, "unauthenticated", extra={"fields": fields})

    def tell(self) -> None:
        """Log one line for the calls that were not shown, once their minute is over."""
        if not self._untold or self._monotonic() - self._began < MINUTE:
            return
        with self._lock:
            reasons, self._untold = self._untold, Counter()
        if reasons:
            fields = {"event": "unauthenticated-more", "calls": reasons.total(), "reasons": dict(reasons)}
            CALLS.warning("unauthenticated-more", extra={"fields": fields})

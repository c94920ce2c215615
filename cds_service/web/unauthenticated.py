"""Calls by nobody we know, in the log: the first of a minute one by one, the others as one line of counts.

Whoever sets the level DEBUG gets a line for each.
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
    """The calls of one process; they are no entries of the audit log, or anybody could fill it."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """None yet."""
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._began = float("-inf")
        self._shown = 0
        self._untold: Counter[str] = Counter()

    def note(self, error: NotAuthenticated, service_id: str) -> None:
        """One call was refused; what it claims of itself is cut already, and escaped by the log."""
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
        """One line for what was not shown, once its minute is over."""
        if not self._untold or self._monotonic() - self._began < MINUTE:
            return
        with self._lock:
            reasons, self._untold = self._untold, Counter()
        if reasons:
            fields = {"event": "unauthenticated-more", "calls": reasons.total(), "reasons": dict(reasons)}
            CALLS.warning("unauthenticated-more", extra={"fields": fields})

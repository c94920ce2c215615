"""Count calls of an order hook that carry no draft order, by EHR.

Such a call gets no card, so an EHR that never sends its orders looks as if it had none
of ours. Now and then the log gets an entry with the counts.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

HOUR = 3600.0  # between two entries about one EHR, seconds
# numbers of calls without orders after which an entry is written at once
FIRST = frozenset({1, 10, 100, 1000})


@dataclass(slots=True)
class _Count:
    """The calls of one EHR.

    Attributes:
        calls: all since the last entry.
        missing: those without orders since the last entry.
        in_all: those without orders since the process began.
        written: when the last entry was due, by the clock `monotonic`.
    """

    calls: int = 0
    missing: int = 0
    in_all: int = 0
    written: float = float("-inf")


class MissingOrders:
    """Counts of one process: its calls, and those without orders."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._of: dict[str | None, _Count] = {}

    def note(self, client: str | None, *, is_missing: bool) -> tuple[int, int] | None:
        """Count a call of this EHR.

        Returns:
            Calls since the last entry and those of them without orders, if an entry is
            due.
        """
        with self._lock:
            count = self._of.setdefault(client, _Count())
            count.calls += 1
            if not is_missing:
                return None
            count.missing += 1
            count.in_all += 1
            now = self._monotonic()
            if count.in_all not in FIRST and now - count.written < HOUR:
                return None
            due = (count.calls, count.missing)
            count.calls = count.missing = 0
            count.written = now
            return due

    def keep(self, client: str | None, due: tuple[int, int]) -> None:
        """Keep for the next entry what could not be written."""
        with self._lock:
            count = self._of[client]
            count.calls += due[0]
            count.missing += due[1]

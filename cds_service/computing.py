"""One answer of a process computes at a time, and whoever waits for something else lets another one compute.

Threads of one interpreter do not compute side by side anyway, they only hinder each other: and most of all the thread
that receives, which needs the interpreter again after every call of a socket.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 0.1  # some answers' worth of computing; a large one holds up nobody for longer


class Turn:
    """The turn to compute, which one thread has at a time."""

    def __init__(self, patience_seconds: float) -> None:
        """Nobody has it.

        Args:
            patience_seconds: who waited so long for one turn takes it over, as one that waits for something unforeseen
                must not keep all others; both compute then.
        """
        self._lock = threading.Lock()
        self._guard = threading.Lock()  # of the two below
        self._holder: int | None = None
        self._number = 0  # of turns that began
        self._patience_seconds = patience_seconds

    @contextmanager
    def computing(self) -> Iterator[None]:
        """Until the end of the block this thread computes."""
        self._take()
        try:
            yield
        finally:
            self._give()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Until the end of the block this thread waits for others; one that has no turn just waits."""
        has_it = self._give()
        try:
            yield
        finally:
            if has_it:
                self._take()

    def _take(self) -> None:
        before = self._number
        has_waited_for_it = self._lock.acquire(timeout=self._patience_seconds)
        with self._guard:
            if has_waited_for_it or self._is_stuck_since(before):
                self._holder = threading.get_ident()
                self._number += 1

    def _is_stuck_since(self, number: int) -> bool:
        """Whether one turn took all the time: it is taken over, so that one that hangs costs patience once."""
        return self._holder is not None and self._number == number

    def _give(self) -> bool:
        with self._guard:
            has_it = self._holder == threading.get_ident()
            if has_it:
                self._holder = None
                self._lock.release()
            return has_it


TURN = Turn(PATIENCE_SECONDS)

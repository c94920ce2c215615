"""What another server publishes, its keys for example: fetched behind the calls that need it, one fetch at a time.

Who asks never waits for what is known and fresh, and for all else as long as it says: the fetch goes on behind the
call, and what it brings serves the next.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from cds_service.deadline import Deadline

WAITERS = 4  # calls that wait at once: whoever asks for what is not there must not hold all threads
AHEAD_SECONDS = 300.0  # what is older is fetched anew behind a call
MAX_AGE_SECONDS = 600.0  # after the last fetch, whatever came of it; then a call waits for the next
UNASKED_SECONDS = 3600.0  # after the last fetch; then nothing is believed before the next has ended
KEPT_SECONDS = 24 * 3600.0  # while fetches fail
PAUSE_SECONDS = 60.0  # between two fetches, whatever is asked for
FIRST_PAUSE_SECONDS = 10.0  # as long as there is nothing at all

Thing = TypeVar("Thing")
Monotonic = Callable[[], float]


class NotPublished(Exception):
    """The fetch brought nothing.

    Attributes:
        reason: short machine word, for example `timeout`, `http-500`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Published(Generic[Thing]):
    """One thing at one address.

    Attributes:
        fault: why the last fetch failed; empty when it did not.
    """

    def __init__(
        self,
        fetch: Callable[[], Thing],
        on_fault: Callable[[str], None] = lambda _: None,
        *,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        """Nothing is fetched yet.

        Args:
            fetch: raises `NotPublished`; it has a deadline of its own.
            on_fault: told why a fetch failed.
            monotonic: in seconds.
        """
        self.fault = ""
        self._fetch = fetch
        self._on_fault = on_fault
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._thing: Thing | None = None
        self._fetched = self._asked = self._tried = float("-inf")  # it came; a fetch ended; a fetch began
        self._fetching: threading.Event | None = None
        self._waiting = threading.BoundedSemaphore(WAITERS)

    @property
    def known(self) -> Thing | None:
        """What was fetched last, however old."""
        return self._thing

    def get(self, until: Deadline, is_enough: Callable[[Thing], bool] = lambda _: True) -> Thing | None:
        """The thing in force, fetched anew where it is old or not enough, if that may be done and is in time.

        Args:
            until: of the wait.
            is_enough: whether what is known has what is looked for.
        """
        with self._lock:
            now = self._monotonic()
            lacks = self._thing is None or not is_enough(self._thing)
            fetching = self._begin() if lacks or now - self._fetched > AHEAD_SECONDS else None
            has_to_wait = lacks or now - self._asked > MAX_AGE_SECONDS
        if fetching is not None and has_to_wait and self._waiting.acquire(blocking=False):
            try:
                fetching.wait(max(0.0, until.left))
            finally:
                self._waiting.release()
        with self._lock:
            now = self._monotonic()
            is_believed = now - self._asked <= UNASKED_SECONDS and now - self._fetched <= KEPT_SECONDS
            return self._thing if is_believed else None

    def prefetch(self) -> None:
        """Begin the first fetch, without waiting for it."""
        with self._lock:
            self._begin()

    def _begin(self) -> threading.Event | None:
        """The fetch that goes on, or a new one; None where it is too early for another. The lock is held."""
        if self._fetching is not None:
            return self._fetching
        now = self._monotonic()
        if now - self._tried < (FIRST_PAUSE_SECONDS if self._thing is None else PAUSE_SECONDS):
            return None
        self._tried = now
        over = threading.Event()
        try:
            threading.Thread(target=self._run, args=(over,), name="published", daemon=True).start()
        except RuntimeError:  # no thread to be had now: as if the address did not answer
            self._note_fault("no-thread")
            return None
        self._fetching = over  # after the start; the fetch itself waits for the lock before it takes it away
        return over

    def _run(self, over: threading.Event) -> None:
        found: Thing | None = None
        fault = "failure"  # of ours, unless the fetch says what was wrong
        try:
            found = self._fetch()
        except NotPublished as error:
            fault = error.reason
        finally:
            if found is None:
                self._note_fault(fault)
            with self._lock:
                self._asked = self._monotonic()
                if found is not None:
                    self._thing, self._fetched, self.fault = found, self._asked, ""
                self._fetching = None
            over.set()

    def _note_fault(self, reason: str) -> None:
        self.fault = reason
        self._on_fault(reason)

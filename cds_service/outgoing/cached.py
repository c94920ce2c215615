"""Caches what another server publishes, such as keys; refreshes it in the background.

Fresh values never block. Whoever needs a newer value waits as long as it says; the
fetch goes on behind the call, and what it brings serves the next.
"""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from cds_service.errors import CallFailed
from cds_service.outgoing.deadline import Deadline

WAITERS = 4  # calls that wait at once: a server that hangs must not hold all threads
FRESH_SECONDS = 300.0  # an older value is refreshed in the background
# since the last fetch ended, whatever came of it; then a call waits for the next
MAX_AGE_SECONDS = 600.0
# since the last fetch ended; then the value is not used before the next has ended
UNASKED_SECONDS = 3600.0
KEPT_SECONDS = 24 * 3600.0  # since the value came, while fetches fail
PAUSE_SECONDS = 60.0  # between two fetches, whatever is asked for
FIRST_PAUSE_SECONDS = 10.0  # as long as there is no value

Thing = TypeVar("Thing")
Monotonic = Callable[[], float]


class Cached(Generic[Thing]):
    """One value at one address.

    Attributes:
        last: the value fetched last, however old.
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
            fetch: raises `CallFailed`; it has a deadline of its own.
        """
        self.last: Thing | None = None
        self.fault = ""
        self._fetch = fetch
        self._on_fault = on_fault
        self._monotonic = monotonic
        self._lock = threading.Lock()
        # the value came; a fetch ended; a fetch began
        self._fetched = self._ended = self._tried = float("-inf")
        self._fetching: threading.Event | None = None
        self._waiting = threading.BoundedSemaphore(WAITERS)

    def get(
        self, until: Deadline, is_enough: Callable[[Thing], bool] = lambda _: True
    ) -> Thing | None:
        """Return the value in force, refreshed first if it is old and there is time.

        Args:
            is_enough: tells if the cached value has what is looked for.
        """
        with self._lock:
            now = self._monotonic()
            lacks = self.last is None or not is_enough(self.last)
            fetching = (
                self._begin() if lacks or now - self._fetched > FRESH_SECONDS else None
            )
            has_to_wait = lacks or now - self._ended > MAX_AGE_SECONDS
        if (
            fetching is not None
            and has_to_wait
            and self._waiting.acquire(blocking=False)
        ):
            try:
                fetching.wait(max(0.0, until.left))
            finally:
                self._waiting.release()
        with self._lock:
            now = self._monotonic()
            is_in_force = (
                now - self._ended <= UNASKED_SECONDS
                and now - self._fetched <= KEPT_SECONDS
            )
            return self.last if is_in_force else None

    def prefetch(self) -> None:
        """Begin the first fetch, without waiting for it."""
        with self._lock:
            self._begin()

    def _begin(self) -> threading.Event | None:
        """Return the fetch that goes on, or a new one; the caller holds the lock.

        The result is None if it is too early for another.
        """
        if self._fetching is not None:
            return self._fetching
        now = self._monotonic()
        if now - self._tried < (
            FIRST_PAUSE_SECONDS if self.last is None else PAUSE_SECONDS
        ):
            return None
        self._tried = now
        over = threading.Event()
        try:
            threading.Thread(
                target=self._run, args=(over,), name="cached", daemon=True
            ).start()
        except RuntimeError:  # no thread can be started now
            self._note_fault("no-thread")
            return None
        # after the start; the fetch itself waits for the lock before it takes it away
        self._fetching = over
        return over

    def _run(self, over: threading.Event) -> None:
        thing: Thing | None = None
        fault = "failure"  # of ours, unless the fetch says what was wrong
        try:
            thing = self._fetch()
        except CallFailed as error:
            fault = error.reason
        finally:
            if thing is None:
                self._note_fault(fault)
            with self._lock:
                self._ended = self._monotonic()
                if thing is not None:
                    self.last, self._fetched, self.fault = thing, self._ended, ""
                self._fetching = None
            over.set()

    def _note_fault(self, reason: str) -> None:
        self.fault = reason
        self._on_fault(reason)

"""Cache what another server publishes, such as keys, and refresh it in the background.

A fresh value is returned at once. A call that needs a newer one waits until its
deadline; the fetch goes on in its thread, and serves the next call.
"""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from cds_service.errors import CallFailed
from cds_service.outgoing.deadline import Deadline

WAITERS = 4  # calls that wait at once: a server that hangs must not hold all threads
FRESH_SECONDS = 300.0  # an older value is refreshed in the background
# Since the last fetch ended, even if it failed: from then on a call waits for the next.
MAX_AGE_SECONDS = 600.0
# Since the last fetch ended: from then on the value is not used until the next ended.
UNASKED_SECONDS = 3600.0
KEPT_SECONDS = 24 * 3600.0  # since the value came, if all fetches fail
PAUSE_SECONDS = 60.0  # between the beginnings of two fetches
FIRST_PAUSE_SECONDS = 10.0  # the same while there is no value

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
        """Begin without a value.

        Args:
            fetch: fetches the value, within its own time; raises `CallFailed`.
            on_fault: is told why a fetch failed.
            monotonic: the clock.
        """
        self.last: Thing | None = None
        self.fault = ""
        self._fetch = fetch
        self._on_fault = on_fault
        self._monotonic = monotonic
        self._lock = threading.Lock()
        # the times when the value came, when a fetch ended, and when one began
        self._fetched = self._ended = self._tried = float("-inf")
        self._fetching: threading.Event | None = None
        self._waiting = threading.BoundedSemaphore(WAITERS)

    def get(
        self, until: Deadline, is_enough: Callable[[Thing], bool] = lambda _: True
    ) -> Thing | None:
        """Return the value in force, refreshed first if it is old and there is time.

        Args:
            until: deadline of the wait.
            is_enough: tells if the cached value has what is looked for; if not, a newer
                one is waited for.
        """
        with self._lock:
            now = self._monotonic()
            lacks = self.last is None or not is_enough(self.last)
            is_old = now - self._fetched > FRESH_SECONDS
            fetching = self._begin() if lacks or is_old else None
            has_to_wait = lacks or now - self._ended > MAX_AGE_SECONDS
        awaited = fetching if has_to_wait else None
        if awaited is not None and self._waiting.acquire(blocking=False):
            try:
                awaited.wait(max(0.0, until.left))
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
        """Begin a fetch, without waiting for it."""
        with self._lock:
            self._begin()

    def _begin(self) -> threading.Event | None:
        """Return the fetch that goes on, or a new one; None if it is too early for one.

        The caller holds the lock.
        """
        if self._fetching is not None:
            return self._fetching
        now = self._monotonic()
        pause = FIRST_PAUSE_SECONDS if self.last is None else PAUSE_SECONDS
        if now - self._tried < pause:
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
        fault = "failure"  # for any error of ours; the fetch names its own
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

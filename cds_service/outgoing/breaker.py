"""A circuit breaker, which stops calls to a FHIR server that does not answer."""

import random
import threading
import time
from collections import deque
from collections.abc import Callable

WINDOW_SECONDS = 10.0
LEAST_CALLS = 10
FAILING_SHARE = 0.5
# One patient's record can make a server fail: that says nothing about the others.
LEAST_PATIENTS = 3
REST_SECONDS = 5.0
# share of the rest, more or less, so that workers do not all try at the same moment
REST_JITTER = 0.2


class Breaker:
    """Stops the calls to a server that did not answer for several patients.

    They stop if there were ten calls or more in the last ten seconds, half of them or
    more had no answer, and these were about three patients or more. After a rest one
    call tries. An error that the server sends is an answer: it is this patient's gap. A
    call is one question with its retry, so a second try that is answered is enough.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Let calls pass at first."""
        self._clock = clock
        self._lock = threading.Lock()
        # the time of each call, and the patient of one without an answer
        self._calls: deque[tuple[float, str | None]] = deque()
        self._rests_until: float | None = None  # calls pass while it is None
        self._is_trying = False

    def admits(self) -> bool:
        """Tell if a call may be made now.

        After a rest one may. The next has to wait for its result, or for another rest.
        """
        with self._lock:
            if self._rests_until is None:
                return True
            if self._clock() < self._rests_until:
                return False
            self._rests_until, self._is_trying = self._clock() + _rest_seconds(), True
            return True

    def note(self, patient: str, *, failed: bool) -> None:
        """Note if a call about this patient had an answer."""
        with self._lock:
            now = self._clock()
            if self._rests_until is None:
                unanswered = patient if failed else None
                self._calls.append((now, unanswered))
                while self._calls[0][0] < now - WINDOW_SECONDS:
                    self._calls.popleft()
                if failed and self._is_failing():
                    self._rests_until = now + _rest_seconds()
            elif self._is_trying:
                self._is_trying = False
                self._calls.clear()
                if not failed:
                    self._rests_until = None

    def _is_failing(self) -> bool:
        patients = [patient for _, patient in self._calls if patient is not None]
        is_often = len(patients) >= FAILING_SHARE * len(self._calls)
        is_for_several = len(set(patients)) >= LEAST_PATIENTS
        return len(self._calls) >= LEAST_CALLS and is_often and is_for_several


def _rest_seconds() -> float:
    # The random number spreads load, and is no secret.
    share = random.uniform(1 - REST_JITTER, 1 + REST_JITTER)  # noqa: S311
    return REST_SECONDS * share

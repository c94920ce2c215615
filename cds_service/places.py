"""Limit what calls may take of a worker together; all such limits are listed here.

| places | taken by | in a worker | of one EHR | if none is free |
|---|---|---|---|---|
| `BODIES` | a large body until its answer: memory | 1 | | waits, then 503 |
| `reads` | a call from its first read on: a thread | | 4 | its reads fail at once |
| `words` | orders of a signing: processor | 10,000 characters | 5,000 | 503 at once |
| `RECORDS` | a record being understood: processor | 4 | 3 | waits, then 503 |
| `FEEDBACK` | the entries of a feedback call: the log | | 1 | waits 1 s, then 503 |
| `REFUSALS` | the entry of a call without a place | 1 | | waits 0.2 s, no entry |

An order that is not ours takes a place only if its body is large. The site sets
`reads`, and `words` follows from it.

nginx (`limit_conn`) and the threads of gunicorn count calls, and know neither the EHR,
which may have several addresses, nor what a call takes. `threading.BoundedSemaphore`
has neither weights nor EHRs.
"""

import math
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

from cds_service.errors import TooBusy
from cds_service.outgoing.deadline import Deadline

NAMES = ("bodies", "reads", "words", "records", "feedback", "refusals")
# The most that a signing weighs, in characters: one that weighed more would find no
# place at all. Usual orders have a few hundred.
MANY_WORDS = 2000
# The EHR whose call this thread answers
_CLIENT: ContextVar[str] = ContextVar("client", default="")


class Places:
    """A number of places in this process, for all calls and for those of one EHR.

    Attributes:
        name: one of `NAMES`, for the log and the metrics.
    """

    def __init__(
        self, name: str, most: float = math.inf, *, of_one: float = math.inf
    ) -> None:
        """Give `most` places to all calls, and `of_one` of them to those of one EHR."""
        self.name = name
        self._most, self._of_one = most, of_one
        self._taken: Counter[str] = Counter()  # by EHR
        self._changed = threading.Condition()

    def take(
        self, weight: int = 1, client: str = "", until: Deadline | None = None
    ) -> None:
        """Take as many places as the call weighs.

        Args:
            weight: at most `most` and `of_one`.
            client: id of the calling EHR.
            until: how long to wait for them; None does not wait.

        Raises:
            TooBusy: not so many are free.
        """
        has_room = partial(self._has_room, weight, client)
        seconds = max(until.left, 0.0) if until is not None else 0.0
        with self._changed:
            if not self._changed.wait_for(has_room, seconds):
                raise TooBusy(self.name)
            self._taken[client] += weight

    def free(self, weight: int = 1, client: str = "") -> None:
        with self._changed:
            self._taken[client] -= weight
            if not self._taken[client]:
                del self._taken[client]
            self._changed.notify_all()

    @contextmanager
    def held(self, until: Deadline) -> Iterator[None]:
        """Wait for a place, and hold it during the block.

        It counts for the EHR of `places_counted_for`.

        Raises:
            TooBusy: none was free in time.
        """
        client = _CLIENT.get()
        self.take(client=client, until=until)
        try:
            yield
        finally:
            self.free(client=client)

    def _has_room(self, weight: int, client: str) -> bool:
        of_all, of_client = self._taken.total(), self._taken[client]
        return of_all + weight <= self._most and of_client + weight <= self._of_one


@contextmanager
def places_counted_for(client: str) -> Iterator[None]:
    """Count the places that this thread holds during the block as this EHR's."""
    token = _CLIENT.set(client)
    try:
        yield
    finally:
        _CLIENT.reset(token)


class CallPlace:
    """The places of one kind that one call holds, from its first need to its end.

    Attributes:
        was_refused: it needed some, and there were not enough.
    """

    def __init__(self, places: Places, client: str = "") -> None:
        self._places, self._client = places, client
        self._lock = threading.Lock()  # several threads read for one call
        self._weight: int | None = None  # not asked for yet
        self.was_refused = False

    @property
    def name(self) -> str:
        return self._places.name

    def take(self, weight: int = 1, until: Deadline | None = None) -> None:
        """Take them, once: the first try decides for the whole call.

        Raises:
            TooBusy: it has none.
        """
        with self._lock:
            if self._weight is None:
                # refused, until `take` has returned
                self._weight, self.was_refused = 0, True
                self._places.take(weight, self._client, until)
                self._weight, self.was_refused = weight, False
            if not self._weight:
                raise TooBusy(self.name)

    def end(self) -> None:
        """Free them: the call is answered."""
        with self._lock:
            if self._weight:
                self._places.free(self._weight, self._client)
            self._weight = 0


def places_for_reads(of_one_ehr: int) -> Places:
    """Return the places of calls that read FHIR servers."""
    return Places("reads", of_one=of_one_ehr)


def places_for_words(reads_of_one_ehr: int) -> Places:
    """Return the places of the words of orders, as many as two EHRs may take.

    One EHR gets half of `MANY_WORDS` for each of its places for reads, and as many once
    more: usual signings find room next to the longest ones.
    """
    of_one = MANY_WORDS // 2 * (reads_of_one_ehr + 1)
    return Places("words", 2 * of_one, of_one=of_one)


# A body that is parsed takes some thirty times its bytes.
BODIES = Places("bodies", 1)
# Threads share one core: of a dozen long records all would be late. Four of the longest
# at once are answered within three seconds. One is always left to another EHR.
RECORDS = Places("records", 4, of_one=3)
# One transaction of hundreds of entries; the entry of a signing waits for it.
FEEDBACK = Places("feedback", of_one=1)
# Each entry waits for the database, with a thread that others need.
REFUSALS = Places("refusals", 1)

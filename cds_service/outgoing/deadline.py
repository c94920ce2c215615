"""The deadline of an answer on a monotonic clock, shared by all its steps."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Self

from cds_service.errors import DeadlinePassed

# seconds kept for all that follows the fetching of the record
KEPT_SECONDS = 0.7
# the part of `KEPT_SECONDS` that is kept for figures, cards and the audit entry
KEPT_FOR_CARDS = 0.6
# seconds kept for the refusal of a call whose orders take too long, and for its entry
KEPT_FOR_REFUSAL = 0.6
# seconds kept for the audit entry, or for the refusal of a call whose record takes too
# long
KEPT_FOR_ENTRY = 0.2
# seconds kept for handing on what was read, while a later page or one of several
# searches is still waited for
KEPT_FOR_HANDING_ON = 0.2
STALE_SECONDS = 1.0
# The shortest deadline that a site may set: some EHRs wait no longer. What is kept
# above leaves little of it for the record, and answers may say that it was not read.
LEAST_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Deadline:
    """The time span of one answer, or of a part of it.

    Attributes:
        began: monotonic time, in seconds.
        ends: monotonic time, in seconds.
    """

    began: float
    ends: float

    @classmethod
    def after(cls, seconds: float, *, began: float | None = None) -> Self:
        """Return the deadline so many seconds after `began`; None is now."""
        start = time.monotonic() if began is None else began
        return cls(start, start + seconds)

    @property
    def passed(self) -> float:
        """Return the seconds since it began."""
        return time.monotonic() - self.began

    @property
    def left(self) -> float:
        """Return the seconds that are left; negative once it has passed."""
        return self.ends - time.monotonic()

    @property
    def share_left(self) -> float:
        """Return the time that is left as a share of the whole, 0 to 1."""
        whole = self.ends - self.began
        return max(0.0, self.left) / whole if whole > 0 else 0.0

    @property
    def is_stale(self) -> bool:
        """Tell if it passed so long ago that the process must have stalled."""
        return self.left < -STALE_SECONDS

    def check(self) -> None:
        """Check that there is time left.

        Raises:
            DeadlinePassed: there is none; the caller no longer waits for an answer.
        """
        if time.monotonic() >= self.ends:
            raise DeadlinePassed("The time for this answer is over.")

    def half_of_rest(self) -> "Deadline":
        """Return the first half of what is left, for work that may be left out."""
        return replace(self, ends=self.ends - max(0.0, self.left) / 2)

    def for_more(self) -> "Deadline":
        """Return the part for reading more of a list; the rest is to hand on the list.

        Whoever waits for the list waits no longer than this deadline.
        """
        kept = min(KEPT_FOR_HANDING_ON, (self.ends - self.began) / 10)
        return replace(self, ends=self.ends - kept)

    def for_reading(self) -> "Deadline":
        """Return the part for fetching the record; the rest is for all that follows."""
        return self._without_last(KEPT_SECONDS)

    def for_orders(self) -> "Deadline":
        """Return the part for reading the orders; the rest is to refuse the call."""
        return self._without_last(KEPT_FOR_REFUSAL)

    def for_understanding(self) -> "Deadline":
        """Return the part for understanding the record; the rest is for the cards."""
        return self._without_last(KEPT_FOR_CARDS)

    def for_cards(self) -> "Deadline":
        """Return the part for all up to the cards; the rest is to log or to refuse."""
        return self._without_last(KEPT_FOR_ENTRY)

    def _without_last(self, kept: float) -> "Deadline":
        """Return the part before the last seconds, or the first half of a short one."""
        seconds = self.ends - self.began
        return replace(self, ends=self.began + max(seconds - kept, seconds / 2))


# The deadline of the answer on which this thread works. It is checked before each text
# is read, since an order or a record may have any number of texts.
_LIMIT: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def limited_by(deadline: Deadline) -> Iterator[None]:
    """Check this deadline before every text that is read inside."""
    token = _LIMIT.set(deadline)
    try:
        yield
    finally:
        _LIMIT.reset(token)


def check_time() -> None:
    """Check that the answer on which this thread works has time left.

    Raises:
        DeadlinePassed: there is none.
    """
    deadline = _LIMIT.get()
    if deadline is not None:
        deadline.check()

"""Whether this machine's clock is wrong: genuine tokens that are refused for their time, one after the other."""

from __future__ import annotations

from collections import deque
from multiprocessing.sharedctypes import RawValue

from cds_service.callers.claims import SKEW_SECONDS

ENOUGH = 5  # in a row


class ClockWatch:
    """Counts, for all workers together, tokens in a row that are refused and whose `iat` deviates the same way.

    A token counts once: whoever has a single old one cannot make the service look ill with it.
    """

    def __init__(self) -> None:
        """Nothing is known; made before the workers fork, which share the count."""
        self._row = RawValue("i", 0)  # below 0 while this clock seems to be behind
        self._counted: deque[str] = deque(maxlen=4 * ENOUGH)

    def note_refused(self, token_id: str, ahead_seconds: float) -> None:
        """A genuine token was refused for its time.

        Args:
            token_id: that a token keeps when it is sent again.
            ahead_seconds: how much this clock is later than the token's `iat`.
        """
        if abs(ahead_seconds) <= SKEW_SECONDS or token_id in self._counted:
            return
        self._counted.append(token_id)
        step = 1 if ahead_seconds > 0 else -1
        row = self._row.value
        self._row.value = row + step if row * step >= 0 else step

    def note_good(self) -> None:
        """A token was good for its time."""
        if self._row.value:
            self._row.value = 0

    @property
    def is_wrong(self) -> bool:
        """Whether the clock, or that of every caller, is wrong."""
        return bool(abs(self._row.value) >= ENOUGH)

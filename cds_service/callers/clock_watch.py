"""Whether this machine's clock is wrong: genuine tokens that are refused for their time, one after the other."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from multiprocessing.sharedctypes import RawArray, RawValue

from cds_service.callers.claims import SKEW_SECONDS

ENOUGH = 5  # in a row
REMEMBERED = 4 * ENOUGH  # tokens
# After so long without another one the service is asked again: where readiness has taken it from its callers, no good
# token could ever say that the clock is right by now.
REST_SECONDS = 120.0


class ClockWatch:
    """Counts, for all workers together, tokens in a row that are refused and whose `iat` deviates the same way.

    A token counts once: whoever has a single old one cannot make the service look ill with it.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Nothing is known; made before the workers fork, which share all of it.

        Args:
            monotonic: in seconds, the same for all processes of this machine.
        """
        self._monotonic = monotonic
        self._row = RawValue("i", 0)  # below 0 while this clock seems to be behind
        self._counted = RawArray("Q", REMEMBERED)  # digests of tokens, the oldest of which gives place to the next
        self._next = RawValue("i", 0)
        self._refused = RawValue("d", float("-inf"))  # when the last one was counted

    def note_refused(self, token_id: str, ahead_seconds: float) -> None:
        """A genuine token was refused for its time.

        Args:
            token_id: that a token keeps when it is sent again.
            ahead_seconds: how much this clock is later than the token's `iat`.
        """
        digest = _digest(token_id)
        if abs(ahead_seconds) <= SKEW_SECONDS or digest in self._counted:
            return
        self._counted[self._next.value] = digest
        self._next.value = (self._next.value + 1) % REMEMBERED
        self._refused.value = self._monotonic()
        step = 1 if ahead_seconds > 0 else -1
        row = self._row.value
        self._row.value = row + step if row * step >= 0 else step

    def note_good(self) -> None:
        """A token was good for its time."""
        if self._row.value:
            self._row.value = 0

    @property
    def is_wrong(self) -> bool:
        """Whether the clock, or that of every caller, is wrong as far as the last minutes say."""
        is_recent = self._monotonic() - self._refused.value < REST_SECONDS
        return bool(abs(self._row.value) >= ENOUGH and is_recent)


def _digest(token_id: str) -> int:
    return int.from_bytes(hashlib.sha256(token_id.encode("utf-8", "surrogatepass")).digest()[:8])

"""What the server sent away before anybody answered it: counted each time, said in the log now and then."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any

LOG = logging.getLogger("kyphoplasty_cds.server")
SAY_SECONDS = 10.0
METRICS = "kyphoplasty_cds.metrics"  # in the extensions of the application


class Tally:
    """Of one worker."""

    def __init__(self, app: Any) -> None:
        """Count in the metrics of this application, where it has any."""
        self._metrics = getattr(app, "extensions", {}).get(METRICS)
        self._unsaid: Counter[tuple[int, str]] = Counter()
        self._said = 0.0

    def count(self, status: int, reason: str) -> None:
        """One more; status 0 where nothing was answered."""
        self._unsaid[status, reason] += 1
        if self._metrics is not None:
            self._metrics.count_sent_away(status, reason)

    def say(self, now: float, *, is_last: bool = False) -> None:
        """A line for each reason, at most every few seconds: a flood is not answered with a flood of lines."""
        if not self._unsaid or (now - self._said < SAY_SECONDS and not is_last):
            return
        self._said = now
        for (status, reason), number in self._unsaid.items():
            fields = {"event": "sent-away", "status": status, "reason": reason, "requests": number}
            LOG.warning("sent-away", extra={"fields": fields})
        self._unsaid.clear()

"""Check, entry by entry, that missing payloads were properly purged.

The rules are in docs/audit-format.md, "Purging".
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cds_service.audit.verification.faults import Fault, content_of, fault
from cds_service.audit.verification.rows import Row

DAY = 86_400_000  # milliseconds; all times here are milliseconds since 1970
# in place of a time that cannot be read
YOUNGEST, OLDEST = 2**62, -(2**62)
UNTOLD = "no purge entry tells of it"


@dataclass(frozen=True, slots=True)
class Purged:
    """One run of the purge, according to its entries.

    Attributes:
        user: who ran it.
        on: day on which it ran.
        before: time before which it deleted all payloads.
        checkpoint: sequence of the checkpoint that preceded it.
    """

    user: str
    on: str
    before: str
    checkpoint: int


class Purges:
    """The missing payloads that a walk has seen, and the purges that explain them."""

    def __init__(self, retention_days: int) -> None:
        """Start empty.

        Args:
            retention_days: younger payloads must not have been purged, whatever the
                purge itself says.
        """
        self.by_purge: Counter[Purged] = Counter()
        self.count = 0  # properly purged payloads
        self._kept_for = retention_days * DAY
        self._now = int(time.time() * 1000)
        # by the sequence of an entry without a payload: the time it was written
        self._missing: dict[int, int] = {}
        # those of them that a purge names
        self._explained: set[int] = set()
        self._checkpoints: dict[int, str] = {}

    def note_missing(self, row: Row) -> None:
        self._missing[row.sequence] = _moment(row.at, YOUNGEST)

    def note_checkpoint(self, row: Row) -> None:
        self._checkpoints[row.sequence] = row.hash

    def note_purge(self, row: Row) -> Iterator[Fault]:
        """Yield the faults of a purge entry.

        It names only earlier entries, so all their missing payloads are noted by now.
        """
        content = content_of(row)
        named, ranges = content.get("checkpoint"), _ranges(content.get("ranges"))
        named = named if isinstance(named, dict) else {}
        place = named.get("sequence")
        link = named.get("hash")
        if not isinstance(place, int) or self._checkpoints.get(place) != link:
            detail = "it names no checkpoint that was made before it"
            yield fault("purge", row.sequence, detail)
            return
        if not ranges or max(last for _, last in ranges) >= place:
            detail = "it names no entries, or some that its checkpoint does not cover"
            yield fault("purge", row.sequence, detail)
            return
        before = str(content.get("before"))
        old_enough = min(_moment(row.at, OLDEST), self._now) - self._kept_for
        limit = min(_moment(before, OLDEST), old_enough)
        count = 0
        for first, last in ranges:
            count += last - first + 1
            # Forged ranges may be endless: do not count through them.
            is_possible = count <= len(self._missing)
            yield from self._explain(
                first, last, limit, row.sequence, is_possible=is_possible
            )
        user = (row.facts or {}).get("user", "")
        self.by_purge[Purged(user, row.at[:10], before, place)] += count

    def _explain(
        self, first: int, last: int, limit: int, purge: int, *, is_possible: bool
    ) -> Iterator[Fault]:
        """Yield the faults of one range of a purge.

        Its payloads must be gone, old enough, and named by no other purge.

        Args:
            limit: time before which they must have been written.
            purge: sequence of the purge entry.
            is_possible: the range is not longer than the missing payloads are many.
        """
        gone: list[int] = []
        if is_possible:
            gone = [
                number for number in range(first, last + 1) if number in self._missing
            ]
        if len(gone) != last - first + 1:
            detail = (
                f"it says that entries {first} to {last} were purged: some were not"
            )
            yield fault("purge", purge, detail)
        if not self._explained.isdisjoint(gone):
            yield fault("purge", purge, "it names entries that another purge names")
        for number in gone:
            if self._missing[number] < limit:
                self.count += 1
            else:
                detail = f"too young to be purged by entry {purge}"
                yield fault("payload missing", number, detail)
        self._explained.update(gone)

    def unexplained(self) -> Iterator[Fault]:
        """Yield, after the last entry, the missing payloads that no purge names."""
        return (
            fault("payload missing", number, UNTOLD)
            for number in self._missing
            if number not in self._explained
        )


def _ranges(ranges: Any) -> list[tuple[int, int]]:
    """Return the `[first, last]` ranges of a purge entry; none if one is malformed."""
    if not isinstance(ranges, list) or not all(_is_range(item) for item in ranges):
        return []
    return [(first, last) for first, last in ranges]


def _is_range(item: Any) -> bool:
    return (
        isinstance(item, list)
        and len(item) == 2
        and all(type(n) is int for n in item)
        and 0 < item[0] <= item[1]
    )


def _moment(text: str, otherwise: int) -> int:
    """Return a time as milliseconds since 1970, or `otherwise` if it is no time."""
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return otherwise

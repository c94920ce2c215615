"""Whether what is missing was purged as it may be (docs/audit-format.md, "Purging"): one merge of two sorted lists."""

from __future__ import annotations

import time
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from cds_service.audit.verification.faults import Fault, content_of, fault
from cds_service.audit.verification.rows import Row

DAY = 86_400_000  # milliseconds; all moments here are milliseconds since 1970
YOUNGEST, OLDEST = 2**62, -(2**62)
UNTOLD = "no purge entry tells of it"


@dataclass(frozen=True, slots=True)
class Purged:
    """What one run of the purge deleted, as its entries say: by whom, on which day, everything before which moment.

    Attributes:
        checkpoint: sequence of the checkpoint that was made before.
    """

    user: str
    on: str
    before: str
    checkpoint: int


@dataclass(frozen=True, slots=True)
class _Range:
    """Entries that the purge entry `purge` names; `limit` is the age that they must have."""

    first: int
    last: int
    limit: int
    purge: int


class Purges:
    """What a walk has seen of missing payloads, and of the purges that tell of them."""

    def __init__(self, retention_days: int) -> None:
        """Nothing was seen.

        Args:
            retention_days: what was younger than this was not to be purged, whatever the purge itself says.
        """
        self.told: Counter[Purged] = Counter()
        self.count = 0  # missing payloads that were purged as they may be; known once `faults` is over
        self._kept = retention_days * DAY
        self._now = int(time.time() * 1000)
        self._missing, self._times = array("q"), array("q")  # a million of them take 16 MB
        self._ranges: list[_Range] = []
        self._checkpoints: dict[int, str] = {}

    def note_missing(self, row: Row) -> None:
        """An entry without its payload; told in the order of the entries."""
        self._missing.append(row.sequence)
        self._times.append(_moment(row.at, YOUNGEST))

    def note_checkpoint(self, row: Row) -> None:
        """A checkpoint on which a later purge may rest."""
        self._checkpoints[row.sequence] = row.hash

    def note_purge(self, row: Row) -> Fault | None:
        """A purge, and what is wrong with it; what it names counts as purged only where nothing is."""
        content = content_of(row)
        named, ranges = content.get("checkpoint"), _ranges(content.get("ranges"))
        place = named.get("sequence") if isinstance(named, dict) else None
        if (
            not isinstance(named, dict)
            or not isinstance(place, int)
            or self._checkpoints.get(place) != named.get("hash")
        ):
            return fault("purge", row.sequence, "it names no checkpoint that was made before it")
        if not ranges or max(last for _, last in ranges) >= place:
            return fault("purge", row.sequence, "it names no entries, or some that its checkpoint does not cover")
        before = str(content.get("before"))
        old_enough = min(_moment(row.at, OLDEST), self._now) - self._kept
        limit = min(_moment(before, OLDEST), old_enough)
        self._ranges += (_Range(first, last, limit, row.sequence) for first, last in ranges)
        user = (row.facts or {}).get("user", "")
        self.told[Purged(user, row.at[:10], before, place)] += sum(last - first + 1 for first, last in ranges)
        return None

    def faults(self) -> Iterator[Fault]:
        """What is missing and was not to be purged, and what a purge names and is there; once all entries were seen."""
        ranges, end = [], 0
        for one in sorted(self._ranges, key=lambda one: (one.first, one.purge)):
            if one.first <= end:
                yield fault("purge", one.purge, "it names entries that another purge names")
            else:
                ranges.append(one)
                end = one.last
        found = [0] * len(ranges)
        judged = enumerate(self._judged(ranges, found))
        for (_, why), run in groupby(judged, key=lambda one: (one[1][0] - one[0], one[1][1])):
            places = [sequence for _, (sequence, _) in run]
            if why:
                yield fault("payload missing", places[0], why, places[-1])
            else:
                self.count += len(places)
        for one, count in zip(ranges, found, strict=True):
            if count != one.last - one.first + 1:
                yield fault("purge", one.purge, f"entries {one.first} to {one.last} are not all gone, as it says")

    def _judged(self, ranges: Sequence[_Range], found: list[int]) -> Iterator[tuple[int, str]]:
        """Each missing payload, and why it should not be missing; counts in `found` those of each range."""
        place = 0
        for sequence, at in zip(self._missing, self._times, strict=True):
            while place < len(ranges) and ranges[place].last < sequence:
                place += 1
            if place == len(ranges) or sequence < ranges[place].first:
                yield sequence, UNTOLD
                continue
            found[place] += 1
            is_due = at < ranges[place].limit
            yield sequence, "" if is_due else f"too young to be purged by entry {ranges[place].purge}"


def _ranges(found: Any) -> list[tuple[int, int]]:
    """`[first, last]` of a purge entry; none where one of them is not as it is written."""
    if not isinstance(found, list) or not all(_is_range(one) for one in found):
        return []
    return [(first, last) for first, last in found]


def _is_range(one: Any) -> bool:
    return isinstance(one, list) and len(one) == 2 and all(type(n) is int for n in one) and 0 < one[0] <= one[1]


def _moment(text: str, otherwise: int) -> int:
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return otherwise

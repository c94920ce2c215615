"""Checks that missing payloads were properly purged (docs/audit-format.md, "Purging"), by merging two sorted lists."""

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

DAY = 86_400_000  # milliseconds; all times here are milliseconds since 1970
YOUNGEST, OLDEST = 2**62, -(2**62)
UNTOLD = "no purge entry tells of it"


@dataclass(frozen=True, slots=True)
class Purged:
    """One run of the purge, according to its entries: by whom, on which day, and everything before which time.

    Attributes:
        checkpoint: sequence of the checkpoint that preceded it.
    """

    user: str
    on: str
    before: str
    checkpoint: int


@dataclass(frozen=True, slots=True)
class _Range:
    """The entries that the purge entry `purge` names; they must be older than `limit`."""

    first: int
    last: int
    limit: int
    purge: int


class Purges:
    """The missing payloads that a walk has seen, and the purges that explain them."""

    def __init__(self, retention_days: int) -> None:
        """Start empty.

        Args:
            retention_days: younger payloads must not have been purged, whatever the purge itself says.
        """
        self.told: Counter[Purged] = Counter()
        self.count = 0  # properly purged payloads; known once `faults` has run
        self._kept = retention_days * DAY
        self._now = int(time.time() * 1000)
        self._missing, self._times = array("q"), array("q")  # a million take 16 MB
        self._ranges: list[_Range] = []
        self._checkpoints: dict[int, str] = {}

    def note_missing(self, row: Row) -> None:
        """Note an entry without a payload; call in the order of the entries."""
        self._missing.append(row.sequence)
        self._times.append(_moment(row.at, YOUNGEST))

    def note_checkpoint(self, row: Row) -> None:
        """Note a checkpoint that a later purge may rely on."""
        self._checkpoints[row.sequence] = row.hash

    def note_purge(self, row: Row) -> Fault | None:
        """Note a purge and return its faults; the entries that it names count as purged only if there are none."""
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
        """After the last entry: missing payloads that no purge covers, and purged payloads that still exist."""
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
        """Each missing payload, with why it should not be missing; counts those of each range in `found`."""
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
    """The `[first, last]` ranges of a purge entry; none if any of them is malformed."""
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

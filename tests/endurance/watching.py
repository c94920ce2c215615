"""Memory and open files of the workers over time, and how long this machine lets a thread wait for nothing."""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from statistics import median

from tests.bench.running import Running, descriptors, machine_seconds, megabytes, tree_seconds

HOLDING_SECONDS = 30  # what it comes back to within these it holds: a login's password alone takes 64 MB for a moment
SETTLING_SECONDS = 240  # a young worker still fills its caches: threads, statements, pages, what codes mean
LEAST_LOOKS = 10  # in so many seconds: with fewer a password may be in all of them
STALL_SECONDS = 0.03


@dataclass(frozen=True)
class Sample:
    """Of one worker at one moment.

    Attributes:
        megabytes: with its part of what workers share, which grows as the others make pages their own, or end.
        resident: with all of it, so that only what is new makes it grow.
    """

    at: float
    megabytes: float
    resident: float
    descriptors: int


class Watch:
    """Looks at the workers from outside, every few seconds, while all of them are there.

    Attributes:
        stalls: when, and for how many seconds, a thread of this process slept longer than it had asked for.
        foreign: share of the processors that other programs than this run had meanwhile; known once it has ended.
    """

    def __init__(self, service: Running, *, every: float = 2.0) -> None:
        self._service = service
        self._every = every
        self._count = len(service.workers())
        self._samples: dict[int, list[Sample]] = defaultdict(list)
        self.stalls: list[tuple[float, float]] = []
        self._began = time.monotonic(), machine_seconds(), tree_seconds(os.getpid())
        self.foreign = 0.0
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=act, daemon=True) for act in (self._look, self._doze)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End it; a second time changes nothing."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        for thread in self._threads:
            thread.join(30)
        began, machine, ours = self._began
        others = (machine_seconds() - machine) - (tree_seconds(os.getpid()) - ours)
        self.foreign = max(0.0, others / ((time.monotonic() - began) * (os.cpu_count() or 1)))

    def stalled(self, began: float, ended: float) -> float:
        """Seconds in this span in which this process itself did not run."""
        return sum(seconds for at, seconds in self.stalls if began <= at <= ended)

    def slopes(self, since: float) -> tuple[float, float] | None:
        """Megabytes and descriptors that a worker gains in a minute; None where none was watched long enough.

        Each worker by least squares over the least of every half minute since this moment, its first minutes aside; the
        mean by duration.
        """
        found = []
        for samples in self._samples.values():
            least = _least([one for one in samples if one.at >= max(since, samples[0].at + SETTLING_SECONDS)])
            if len(least) >= 4:
                minutes = [one.at / 60 for one in least]
                gains = (
                    _slope(minutes, [one.resident for one in least]),
                    _slope(minutes, [one.descriptors for one in least]),
                )
                found.append((least[-1].at - least[0].at, gains))
        whole = sum(seconds for seconds, _ in found)
        if not whole:
            return None
        memory, files = (sum(seconds * gains[place] for seconds, gains in found) / whole for place in (0, 1))
        return memory, files

    @property
    def usual(self) -> float:
        """The memory of a worker, in megabytes: the median."""
        return median([one.megabytes for each in self._samples.values() for one in each] or [0.0])

    @property
    def highest(self) -> tuple[float, int]:
        """The most memory, in megabytes, and the most descriptors that any worker had."""
        samples = [one for each in self._samples.values() for one in each]
        return max((one.megabytes for one in samples), default=0.0), max(
            (one.descriptors for one in samples), default=0
        )

    def _look(self) -> None:
        while not self._stopped.wait(self._every):
            workers = self._service.workers()
            if len(workers) < self._count:
                continue  # what they shared counts for those that are left
            for worker in workers:
                size = megabytes(worker)
                if size:
                    resident = megabytes(worker, "Rss")
                    self._samples[worker].append(Sample(time.monotonic(), size, resident, descriptors(worker)))

    def _doze(self) -> None:
        while not self._stopped.is_set():
            before = time.monotonic()
            time.sleep(0.01)
            late = time.monotonic() - before - 0.01
            if late > STALL_SECONDS:
                self.stalls.append((before, late))


def _least(samples: list[Sample]) -> list[Sample]:
    """The least of every half minute that was looked at often."""
    spans: dict[float, list[Sample]] = defaultdict(list)
    for one in samples:
        spans[one.at // HOLDING_SECONDS].append(one)
    return [
        Sample(
            at=(span + 0.5) * HOLDING_SECONDS,
            megabytes=min(one.megabytes for one in within),
            resident=min(one.resident for one in within),
            descriptors=min(one.descriptors for one in within),
        )
        for span, within in sorted(spans.items())
        if len(within) >= LEAST_LOOKS
    ]


def _slope(times: list[float], values: list[float]) -> float:
    middle, usual = sum(times) / len(times), sum(values) / len(values)
    spread = sum((one - middle) ** 2 for one in times)
    return sum((at - middle) * (value - usual) for at, value in zip(times, values, strict=True)) / spread

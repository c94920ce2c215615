"""Counts for operators in Prometheus format.

Labels are services, statuses and topics, never ids.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    values,
)
from prometheus_client.multiprocess import MultiProcessCollector

from cds_service.audit.chain import AuditEntry, AuditLog, AuditState
from cds_service.errors import AuditUnavailable
from cds_service.fhir.near_misses import Kind as NearMissKind
from cds_service.outgoing.deadline import Deadline
from cds_service.places import NAMES as PLACES
from cds_service.review.login import LOGINS

PREFIX = "kyphoplasty_cds"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0)
# the library's own switch; `share_between_workers` sets it
_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# The files of one process that counts: the types of metrics, gauges by their mode. A
# hundred metrics take a twentieth of one.
SHARED_KINDS = ("counter", "gauge_max", "gauge_mostrecent", "histogram")
SHARED_BYTES = 256 * 1024


class SharedCounts:
    """Which of the shared files this process writes: the parent those of number 0."""

    def __init__(self) -> None:
        self._writer = 0

    def writer(self) -> int:
        """Return the number of this process among those that count."""
        return self._writer

    def write_as(self, writer: int) -> None:
        """Go on in the files of this number; no living process has it."""
        self._writer = writer


class Metrics:
    """The metrics of one application, by prometheus_client.

    `calls` and `seconds` keep their children by their labels.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._make_counts_of_calls()
        self._make_counts_of_faults()
        self._make_gauges()
        self._begin_at_zero()

    def _make_counts_of_calls(self) -> None:
        # Cached for each call: the library looks labels up under a lock.
        self.calls = cache(
            self._count("calls", "Calls of a service", "service", "status").labels
        )
        seconds = Histogram(
            f"{PREFIX}_call_seconds",
            "Time of one call",
            ["service"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self.seconds = cache(seconds.labels)
        self.cards = self._count(
            "cards", "Cards answered", "service", "topic", "indicator"
        )
        self.entries = self._count(
            "audit_entries", "Entries of the audit log", "kind", "kept"
        )
        self.logins = self._count(
            "logins",
            "Tries to log in to the review pages: opened, denied, locked",
            "result",
        )

    def _make_counts_of_faults(self) -> None:
        self.unauthenticated = self._count(
            "unauthenticated", "Calls of unknown callers", "reason"
        )
        self.unconfirmed = self._count(
            "tokens_unconfirmed",
            "Tokens that only the memory of one process was checked for",
        )
        self.near_misses = self._count(
            "near_misses",
            "Codes that are not known on what looks like an order or a T-score",
            "kind",
        )
        self.orders_missing = self._count(
            "orders_missing", "Calls that carried no draft orders at all"
        )
        self.no_place = self._count(
            "no_place", "Calls that found no place in their worker", "places"
        )

    def _make_gauges(self) -> None:
        self.silence = self._gauge(
            "hours_since_order",
            "Hours since the last augmentation order of a person, or since the log"
            " began; NaN if not known",
        )
        self.overdue = self._gauge(
            "reviews_overdue",
            "Rules and guidelines whose review date has passed",
            "part",
        )
        self.in_force = self._gauge(
            "in_force",
            "Digests of what is in force, 1 each: replicas that differ answer"
            " differently",
            "part",
            "digest",
            of_workers="max",
        )
        self.observed_expected = self._gauge(
            "observed_expected",
            "Observed / expected events of a quarter's local patients, as the site last"
            " measured it",
            "model",
            "quarter",
        )

    def _begin_at_zero(self) -> None:
        """Create the labels that alerts use.

        Prometheus sees no increase in a count that begins at 1.
        """
        for result in LOGINS:
            self.logins.labels(result)
        for kind in ("answer", "refusal", "feedback"):
            self.entries.labels(kind, "lost")
        for miss in get_args(NearMissKind):
            self.near_misses.labels(miss)
        for places in PLACES:
            self.no_place.labels(places)

    def _count(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"{PREFIX}_{name}", text, labels, registry=self._registry)

    def _gauge(
        self,
        name: str,
        text: str,
        *labels: str,
        of_workers: Literal["mostrecent", "max"] = "mostrecent",
    ) -> Gauge:
        return Gauge(
            f"{PREFIX}_{name}",
            text,
            labels,
            registry=self._registry,
            multiprocess_mode=of_workers,
        )

    def text(self) -> bytes:
        """Return all metrics as text, summed over the workers if they share them."""
        if _FOLDER not in os.environ:
            return generate_latest(self._registry)
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        return generate_latest(shared)


class CountedLog:
    """An audit log whose entries are counted."""

    def __init__(self, log: AuditLog, metrics: Metrics) -> None:
        self._log = log
        self._metrics = metrics

    def append(self, entry: AuditEntry, until: Deadline | None = None) -> None:
        for miss in entry.content.get("nearMisses", ()):
            self._metrics.near_misses.labels(miss["kind"]).inc()
        with self._counted([entry]):
            self._log.append(entry, until)

    def append_together(
        self, entries: Sequence[AuditEntry], until: Deadline | None = None
    ) -> None:
        with self._counted(entries):
            self._log.append_together(entries, until)

    @contextmanager
    def _counted(self, entries: Sequence[AuditEntry]) -> Iterator[None]:
        result = "kept"
        try:
            yield
        except AuditUnavailable:
            result = "lost"
            raise
        finally:
            for entry in entries:
                self._metrics.entries.labels(entry.kind, result).inc()

    def state(self) -> AuditState:
        return self._log.state()


def share_between_workers(folder: Path, workers: int) -> SharedCounts:
    """Keep metrics in files in this folder, so that any worker can report those of all.

    Must be called before a `Metrics` is created. The library makes files that grow when
    they are written: on a full disk that would end the process (SIGBUS). So ours have
    their room from the start, and a new worker goes on with the files of a former one.

    Raises:
        OSError: the disk has no room for them.
    """
    shared = SharedCounts()
    for writer in range(workers + 1):
        for kind in SHARED_KINDS:
            with (folder / f"{kind}_{writer}.db").open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, SHARED_BYTES)
    os.environ[_FOLDER] = str(folder)
    values.ValueClass = values.MultiProcessValue(  # type: ignore[no-untyped-call]
        shared.writer
    )
    return shared

"""Counts for operators in Prometheus format; labels are services, statuses and topics, never ids."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

from cds_service.audit.chain import AuditEntry, AuditLog, AuditState
from cds_service.errors import AuditUnavailable
from cds_service.fhir.near_misses import Kind as NearMissKind
from cds_service.outgoing.deadline import Deadline
from cds_service.review.login import LOGINS, Login

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0)
_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the library's own switch; `share_between_workers` sets it


class Metrics:
    """The metrics of one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._calls = Counter(
            "kyphoplasty_cds_calls", "Calls of a service", ["service", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "kyphoplasty_cds_call_seconds", "Time of one call", ["service"], buckets=SECONDS, registry=self._registry
        )
        self._cards = Counter(
            "kyphoplasty_cds_cards", "Cards answered", ["service", "topic", "indicator"], registry=self._registry
        )

        self._entries = Counter(
            "kyphoplasty_cds_audit_entries", "Entries of the audit log", ["kind", "kept"], registry=self._registry
        )

        self._unauthenticated = Counter(
            "kyphoplasty_cds_unauthenticated", "Calls by nobody we know", ["reason"], registry=self._registry
        )
        self._logins = Counter(
            "kyphoplasty_cds_logins",
            "Tries to log in to the review pages: opened, denied, locked",
            ["result"],
            registry=self._registry,
        )
        # Created at the start: Prometheus sees no increase in a count that begins at 1, and alerts use these.
        for result in LOGINS:
            self._logins.labels(result)
        for kind in ("answer", "refusal", "feedback"):
            self._entries.labels(kind, "lost")
        self._unconfirmed = Counter(
            "kyphoplasty_cds_tokens_unconfirmed",
            "Tokens that the memory of one process alone took for new",
            registry=self._registry,
        )

        self._near_misses = Counter(
            "kyphoplasty_cds_near_misses",
            "Codes that are not known on what looks like an order or a T-score",
            ["kind"],
            registry=self._registry,
        )
        for kind in get_args(NearMissKind):
            self._near_misses.labels(kind)
        self._silence = Gauge(
            "kyphoplasty_cds_hours_since_order",
            "Hours since the last augmentation order of a person, or since the log began; NaN if not known",
            registry=self._registry,
            multiprocess_mode="mostrecent",
        )
        self._overdue = Gauge(
            "kyphoplasty_cds_reviews_overdue",
            "Rules and guidelines whose review date has passed",
            ["part"],
            registry=self._registry,
            multiprocess_mode="mostrecent",
        )

        self._in_force = Gauge(
            "kyphoplasty_cds_in_force",
            "Digests of what is in force, 1 each: replicas that differ answer differently",
            ["part", "digest"],
            registry=self._registry,
            multiprocess_mode="max",
        )

    def say_in_force(self, digests: Mapping[str, str]) -> None:
        """Publish the digests of the data in force; the first 12 characters distinguish versions."""
        for part, digest in digests.items():
            self._in_force.labels(part, digest[:12]).set(1)

    def count_near_miss(self, kind: str) -> None:
        """Count a code that is not known on what looks like one of ours."""
        self._near_misses.labels(kind).inc()

    def say_silence(self, hours: float | None) -> None:
        """Publish for how long no augmentation order has come; None if it is not known."""
        self._silence.set(math.nan if hours is None else hours)

    def say_overdue(self, counts: Mapping[str, int]) -> None:
        """Publish how many reviews are overdue, by part of the hooks."""
        for part, count in counts.items():
            self._overdue.labels(part).set(count)

    def count_unauthenticated(self, reason: str) -> None:
        """Count a call that was refused because its caller is not known."""
        self._unauthenticated.labels(reason).inc()

    def count_login(self, result: Login) -> None:
        """Count a login attempt: a session began, name and password did not match, or there were too many attempts."""
        self._logins.labels(result).inc()

    def count_unconfirmed_token(self) -> None:
        """Count a token for which the database did not say in time whether it was used before."""
        self._unconfirmed.inc()

    def count_call(self, service: str, status: int, seconds: float) -> None:
        """Count a call that ended with this status."""
        self._calls.labels(service, str(status)).inc()
        self._seconds.labels(service).observe(seconds)

    def count_card(self, service: str, topic: str, indicator: str) -> None:
        """Count a card in an answer."""
        self._cards.labels(service, topic, indicator).inc()

    def count_entry(self, kind: str, *, is_kept: bool) -> None:
        """Count an audit entry that was written, or could not be."""
        self._entries.labels(kind, "kept" if is_kept else "lost").inc()

    def text(self) -> bytes:
        """All metrics as text, summed over the workers if they share them."""
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
        """Like the log itself."""
        for one in entry.content.get("nearMisses", ()):
            self._metrics.count_near_miss(one["kind"])
        try:
            self._log.append(entry, until)
        except AuditUnavailable:
            self._metrics.count_entry(entry.kind, is_kept=False)
            raise
        self._metrics.count_entry(entry.kind, is_kept=True)

    def state(self) -> AuditState:
        """Like the log itself."""
        return self._log.state()


def share_between_workers(folder: Path) -> None:
    """Keep metrics in files in this folder, so that any worker can report those of all.

    Must be called before a `Metrics` is created.
    """
    os.environ[_FOLDER] = str(folder)
    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]

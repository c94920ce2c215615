"""Liveness, readiness and metrics for operators."""

import math
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from flask import Blueprint, Response

from cds_service import __version__
from cds_service.audit.chain import AuditLog, AuditState
from cds_service.audit.store import LOOK_SECONDS, AuditStore
from cds_service.call import Service
from cds_service.errors import AuditUnavailable
from cds_service.fhir.gathering.parallel import run_side_by_side
from cds_service.outgoing.deadline import Deadline
from cds_service.web.cds_api import Dependencies, json_response
from cds_service.web.metrics import CONTENT_TYPE

LEAST_FREE = 0.05  # free share of the log's disk


def health_routes(
    dependencies: Dependencies, audit: AuditLog, is_ending: Callable[[], bool]
) -> Blueprint:
    """Return the routes for health and metrics.

    A failing FHIR server, or a caller with a wrong clock, shows only in the metrics. If
    either made the service not ready, all other callers would lose it.
    """
    routes = Blueprint("health", __name__)
    service, metrics, clock = (
        dependencies.service,
        dependencies.metrics,
        dependencies.clock,
    )
    # None if the log is not a file on this machine.
    file = audit.database.file if isinstance(audit, AuditStore) else None

    @routes.get("/health/live")
    def live() -> Response:
        return json_response({"status": "live"})

    @routes.get("/health/ready")
    def ready() -> Response:
        log = audit.state()
        reasons = _why_not_ready(log, file, is_ending=is_ending())
        response = json_response(
            {
                "status": "not ready" if reasons else "ready",
                "reasons": reasons,
                "version": __version__,
                "digests": dict(service.digests),
                "audit": {"trouble": log.trouble, "lost": log.lost},
                "overdue": _overdue(service, service.calendar.day_of(clock())),
            }
        )
        response.status_code = 503 if reasons else 200
        return response

    @routes.get("/metrics")
    def counts() -> Response:
        metrics.silence.set(_hours_since_order(audit, clock()))
        for part, ids in _overdue(service, service.calendar.day_of(clock())).items():
            metrics.overdue.labels(part).set(len(ids))
        return Response(metrics.text(), content_type=CONTENT_TYPE)

    return routes


def _why_not_ready(log: AuditState, file: Path | None, *, is_ending: bool) -> list[str]:
    """List why the service should get no requests now.

    Args:
        log: the state of the audit log.
        file: its file; None if it is not on this machine.
        is_ending: the server is about to stop.
    """
    is_full = file is not None and _share_free(file.parent) < LEAST_FREE
    faults = {
        "the server is about to stop": is_ending,
        "the disk of the audit log is nearly full": is_full,
        log.trouble: not log.is_ready,
    }
    return [words for words, holds in faults.items() if holds]


def _overdue(service: Service, today: date) -> dict[str, list[str]]:
    """Return the ids of what is overdue for review, by part of the hooks.

    The service answers all the same.
    """
    overdue: dict[str, list[str]] = {}
    for hook in service.hooks.values():
        for part, ids in hook.overdue(today).items():
            overdue.setdefault(part, []).extend(ids)
    return overdue


def _hours_since_order(audit: AuditLog, now: datetime) -> float:
    """Return the hours since the last augmentation order.

    It is NaN if the log cannot be searched, or not in time.
    """
    if not isinstance(audit, AuditStore):
        return math.nan
    try:
        at = run_side_by_side(
            {"last": audit.reader.last_order_at}, Deadline.after(LOOK_SECONDS)
        ).get("last")
    except AuditUnavailable:
        return math.nan
    return math.nan if at is None else max(0.0, (now - at).total_seconds() / 3600)


def _share_free(folder: Path) -> float:
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return 0.0  # no entry can be written to an unreadable folder
    return usage.free / usage.total

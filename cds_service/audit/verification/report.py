"""What a verification found, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from cds_service.audit.verification.walk import Report


def report_lines(report: Report) -> Iterator[str]:
    """One line for each fault, then the sum."""
    for found in report.faults:
        yield str(found)
    if report.fault_count > len(report.faults):
        yield f"and {report.fault_count - len(report.faults)} more"
    for one, count in report.purges.items():
        user, on, before = (ascii(text)[1:-1] for text in (one.user, one.on, one.before[:10]))  # of a stranger, perhaps
        yield f"purge: {count} entries of before {before} by {user} on {on}, after checkpoint {one.checkpoint}"
    for note in report.notes:
        yield f"note: {note}"
    verdict = "whole" if report.is_whole else f"NOT whole: {report.fault_count} faults"
    purged = f", {report.purged} of them purged" if report.purged else ""
    yield f"{verdict}: {report.entries} entries{purged}; the last is {report.last}, {report.hash}"


def report_json(report: Report) -> dict[str, Any]:
    """The same as data."""
    faults = [
        {"what": one.what, "first": one.sequence, "last": one.last, "detail": one.detail} for one in report.faults
    ]
    return {
        "whole": report.is_whole,
        "log": report.log,
        "entries": report.entries,
        "purged": report.purged,
        "last": report.last,
        "hash": report.hash,
        "faultCount": report.fault_count,
        "faults": faults,
        "purges": [asdict(one) | {"entries": count} for one, count in report.purges.items()],
        "notes": report.notes,
    }

"""Finds what the record leaves open; it forbids "under the usual" (docs/cards.md, E3).

"Nothing is open" is judged here and nowhere else. It means that every list was read
whole, every value that was seen was used, and what a reassuring figure needs is known.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

from cds_service.core.derived import MNA_AT_RISK
from cds_service.core.findings import Finding, Findings, Gap, RecordState, Value
from cds_service.core.grave_findings import EXCLUDING, RAISING_LISTED
from cds_service.core.sarcopenia import STUDY, sex_of
from cds_service.core.study_result import BONE

# What a figure under the usual needs: an unrecorded low weight must not reassure.
NEEDED = ("age", "sex", "bmi")
# The findings that the pooled model's inputs are made from.
INPUTS = (
    *(*NEEDED, *BONE, "prior-vertebral-fracture", "prior-augmentation"),
    *("long-term-steroid", "steroid-use", "level-count", "sarcopenia"),
)
# What the inputs are computed from: a value of these, seen and not used, is open.
SOURCES = (
    *("weight", "height", "grip-strength", "gait-speed"),
    *("appendicular-muscle-index", "appendicular-lean-mass"),
)
SEVERE_EGFR = 30.0
SEVERELY_FRAIL = 7  # Clinical Frailty Scale, of 9
# Measured facts that raise the risk apart from the model (F21, F22, F24), each with a
# test for values that do. A value that is too old is open only if it was one of them.
RAISING: Mapping[str, Callable[[Value], bool]] = {
    "egfr": lambda value: float(value) < SEVERE_EGFR,
    "mna-score": lambda value: float(value) < MNA_AT_RISK,
    "mna-category": lambda value: value == "C",
    "frailty-score": lambda value: float(value) >= SEVERELY_FRAIL,
}
NOT_USABLE = frozenset(
    {
        *("no-value", "unit-unknown", "out-of-range", "conflicting", "not-final"),
        *("other-method", "undated", "future"),
    }
)
# Lists that every such patient has entries on: an empty one was not kept.
KEPT = frozenset({"conditions"})
# Used, though measured long ago or not in the required way: it may raise a figure, but
# never takes one below the usual.
UNSURE = "unsure"
# Nothing was there, or what was there says nothing of the finding.
SILENT = frozenset({"absent", "undetermined"})


class OpenPoint(NamedTuple):
    """Something of the record that might raise the figure, had it been read or used.

    Attributes:
        name: a finding, or a part of the record.
        why: of a part: `not-read`, `incomplete`, `unreadable` or `empty`. Of a finding:
            why it is no input, or `unsure` if it is one and must not reassure.
    """

    name: str
    why: str


def find_open_points(
    findings: Findings, record: RecordState, inputs: Collection[Finding] = ()
) -> tuple[OpenPoint, ...]:
    """List what is open; a figure under the usual needs this list to be empty.

    Args:
        findings: findings of the patient.
        record: which lists were read, and how far.
        inputs: the findings that the figure rests on.
    """
    points = (
        *(OpenPoint(part, "not-read") for part in record.unread),
        *(OpenPoint(part, "incomplete") for part in record.incomplete),
        *((OpenPoint("record", "unreadable"),) if record.unreadable else ()),
        *(OpenPoint(part, "empty") for part in record.empty if part in KEPT),
        *_needed(findings),
        *_gaps(findings),
        *_passed_over(findings),
        *(
            OpenPoint(finding.name, UNSURE)
            for finding in inputs
            if not finding.may_reassure
        ),
    )
    return tuple(dict.fromkeys(points))


def _needed(findings: Findings) -> Iterator[OpenPoint]:
    yield from (
        OpenPoint(name, "absent") for name in NEEDED if name not in findings.known
    )
    if not any(name in findings.known for name in BONE):
        yield OpenPoint(BONE[0], "absent")


def _gaps(findings: Findings) -> Iterator[OpenPoint]:
    for name in INPUTS:
        gap = findings.gaps.get(name)
        if gap is not None and (gap.provenance or gap.reason not in SILENT):
            yield OpenPoint(name, gap.reason)
    for name in RAISING:
        gap = findings.gaps.get(name)
        if gap and (gap.reason in NOT_USABLE or _is_raising(name, gap)):
            yield OpenPoint(name, gap.reason)
    for name in SOURCES:
        gap = findings.gaps.get(name)
        if gap is not None and gap.reason == "conflicting":
            yield OpenPoint(name, gap.reason)
    yield from _weak_once(findings)
    for name in (*EXCLUDING, *RAISING_LISTED):
        gap = findings.gaps.get(name)
        if gap is None or is_settled(name, findings):
            continue
        if gap.provenance or gap.reason == "not-read":
            yield OpenPoint(name, gap.reason)


def _is_raising(name: str, gap: Gap) -> bool:
    """Tell if a value that is too old to use was one that raises the risk."""
    return gap.reason == "stale" and gap.value is not None and RAISING[name](gap.value)


def _weak_once(findings: Findings) -> Iterator[OpenPoint]:
    """Yield old measures of sarcopenia that were low, if it is not known itself."""
    if "sarcopenia" in findings.known:
        return
    for name, limit in STUDY.limits.items():
        gap = findings.gaps.get(name)
        if gap is None or gap.reason != "stale" or gap.value is None:
            continue
        if limit.is_low(float(gap.value), sex_of(findings.known)) is not False:
            yield OpenPoint(name, gap.reason)


def is_settled(name: str, findings: Findings) -> bool:
    """Tell if a measured value answers what the list leaves open."""
    egfr = findings.known.get("egfr")
    return (
        name == "severe-kidney-disease"
        and egfr is not None
        and float(egfr.value) >= SEVERE_EGFR
        and egfr.may_reassure
    )


def _passed_over(findings: Findings) -> Iterator[OpenPoint]:
    """Yield values that were seen and not used, even if another one was.

    Densities, other look-alikes and entries that are over say nothing: their reason is
    `absent`.
    """
    for value in findings.passed_over:
        if value.name in (*INPUTS, *SOURCES) and value.reason not in SILENT:
            yield OpenPoint(value.name, value.reason)
        if value.name in RAISING and value.reason in NOT_USABLE:
            yield OpenPoint(value.name, value.reason)

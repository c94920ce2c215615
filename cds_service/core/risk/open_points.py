"""Find the points that the record leaves open.

With one of them no figure under the usual is said (docs/cards.md, E3). "Nothing open"
means that every list was read whole, every value that was seen was used, and all that a
reassuring figure needs is known. It is judged here and nowhere else.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

from cds_service.core.derivations.computed import MNA_MALNOURISHED
from cds_service.core.derivations.sarcopenia import STUDY, sex_of
from cds_service.core.findings import Finding, Findings, Gap, RecordState, Value
from cds_service.core.models.study_result import BONE_FINDINGS
from cds_service.core.risk.grave_findings import EXCLUDING, RAISING_LISTED

# A figure under the usual needs these: an unrecorded low weight must not reassure.
NEEDED = ("age", "sex", "bmi")
# The findings that the pooled model's inputs are made from.
INPUTS = (
    *NEEDED,
    *BONE_FINDINGS,
    "prior-vertebral-fracture",
    "prior-augmentation",
    "long-term-steroid",
    "steroid-use",
    "level-count",
    "sarcopenia",
)
# The values that inputs are computed from.
SOURCES = (
    "weight",
    "height",
    "grip-strength",
    "gait-speed",
    "appendicular-muscle-index",
    "appendicular-lean-mass",
)
SEVERE_EGFR = 30.0  # mL/min/1.73 m²; lower is severe
LOW_CLEARANCE = 30.0  # mL/min; labels of bone drugs warn of less than 30 to 35
SEVERELY_FRAIL = 7  # Clinical Frailty Scale, 1 to 9; from here up
# Measures that raise the risk apart from the model (F21, F22, F24), each with the test
# for such a value. A value that is too old is open only if it passed this test.
RAISING_VALUES: Mapping[str, Callable[[Value], bool]] = {
    "egfr": lambda value: float(value) < SEVERE_EGFR,
    "creatinine-clearance": lambda value: float(value) < LOW_CLEARANCE,
    "mna-score": lambda value: float(value) < MNA_MALNOURISHED,
    "mna-category": lambda value: value == "C",
    "frailty-score": lambda value: float(value) >= SEVERELY_FRAIL,
}
# What tells if the kidneys fail, which forbids some bone drugs (F21).
KIDNEYS = frozenset(
    {
        "egfr",
        "creatinine-clearance",
        "severe-kidney-disease",
        "acute-kidney-failure",
    }
)
# Reasons of a value that was seen and could not be used, whatever it was.
NOT_USABLE = frozenset(
    {
        "no-value",
        "unit-unknown",
        "out-of-range",
        "conflicting",
        "not-final",
        "other-method",
        "undated",
        "future",
    }
)
# Lists on which every such patient has entries: an empty one was not kept.
KEPT = frozenset({"conditions"})
# Of an input that is old, or not known to be measured as required: it may raise a
# figure, but never takes one below the usual.
UNSURE = "unsure"
# Reasons of a gap without any value: nothing was there, or nothing that decides.
SILENT = frozenset({"absent", "undetermined"})


class OpenPoint(NamedTuple):
    """A part of the record, or a finding, that might raise the figure.

    Attributes:
        name: a finding, or a part of the record by its prefetch key.
        why: of a part: `not-read`, `incomplete`, `unreadable` or `empty`. Of a finding:
            the reason why it is no input, or `unsure` if it is one and must not
            reassure.
    """

    name: str
    why: str


def find_open_points(
    findings: Findings, record: RecordState, inputs: Collection[Finding] = ()
) -> tuple[OpenPoint, ...]:
    """List what is open; a figure under the usual needs this list to be empty.

    Args:
        record: the parts of the record that were read, and those that were not.
        inputs: the findings on which the figure rests.
    """
    points = [
        *_unread_parts(record),
        *_needed(findings),
        *_gaps(findings),
        *_passed_over(findings),
    ]
    points += (
        OpenPoint(finding.name, UNSURE)
        for finding in inputs
        if not finding.may_reassure
    )
    return tuple(dict.fromkeys(points))


def _unread_parts(record: RecordState) -> Iterator[OpenPoint]:
    for part in record.unread:
        yield OpenPoint(part, "not-read")
    for part in record.incomplete:
        yield OpenPoint(part, "incomplete")
    if record.unreadable:
        yield OpenPoint("record", "unreadable")
    for part in record.empty:
        if part in KEPT:
            yield OpenPoint(part, "empty")


def _needed(findings: Findings) -> Iterator[OpenPoint]:
    for name in NEEDED:
        if name not in findings.known:
            yield OpenPoint(name, "absent")
    if not any(name in findings.known for name in BONE_FINDINGS):
        yield OpenPoint(BONE_FINDINGS[0], "absent")


def _gaps(findings: Findings) -> Iterator[OpenPoint]:
    """Yield gaps in which a value, or an entry, may be that raises the figure."""
    for name in INPUTS:
        gap = findings.gaps.get(name)
        if gap and (gap.provenance or gap.reason not in SILENT):
            yield OpenPoint(name, gap.reason)
    for name in RAISING_VALUES:
        gap = findings.gaps.get(name)
        if gap and (gap.reason in NOT_USABLE or _is_raising(name, gap)):
            yield OpenPoint(name, gap.reason)
    for name in SOURCES:
        gap = findings.gaps.get(name)
        if gap and gap.reason == "conflicting":
            yield OpenPoint(name, gap.reason)
    yield from _once_low(findings)
    yield from _once_cancer(findings)
    for name in (*EXCLUDING, *RAISING_LISTED):
        gap = findings.gaps.get(name)
        if gap is None or is_settled(name, findings):
            continue
        if gap.provenance or gap.reason == "not-read":
            yield OpenPoint(name, gap.reason)


def _is_raising(name: str, gap: Gap) -> bool:
    """Tell if a value that is too old to use was one that raises the risk."""
    return (
        gap.reason == "stale"
        and gap.value is not None
        and RAISING_VALUES[name](gap.value)
    )


def _once_low(findings: Findings) -> Iterator[OpenPoint]:
    """Yield measures that are too old and were low, if sarcopenia is not known."""
    if "sarcopenia" in findings.known:
        return
    for name, limit in STUDY.limits.items():
        gap = findings.gaps.get(name)
        if gap is None or gap.reason != "stale" or gap.value is None:
            continue
        if limit.is_low(float(gap.value), sex_of(findings.known)) is not False:
            yield OpenPoint(name, gap.reason)


def _once_cancer(findings: Findings) -> Iterator[OpenPoint]:
    """Yield an operation or report of long ago that may be of a cancer (E9)."""
    gap = findings.gaps.get("old-cancer")
    if gap and gap.observed:
        yield OpenPoint("old-cancer", gap.reason)


def are_kidneys_open(findings: Findings) -> bool:
    """Tell if the record holds something on the kidneys that may mean their failure.

    A list that was not read says nothing of them.
    """
    egfr = findings.known.get("egfr")
    if egfr is not None:
        return not egfr.may_reassure
    return any(
        point.name in KIDNEYS and point.why != "not-read"
        for point in (*_gaps(findings), *_passed_over(findings))
    )


def is_settled(name: str, findings: Findings) -> bool:
    """Tell if a measured value decides a finding that the list leaves open."""
    egfr = findings.known.get("egfr")
    return (
        name == "severe-kidney-disease"
        and egfr is not None
        and float(egfr.value) >= SEVERE_EGFR
        and egfr.may_reassure
    )


def _passed_over(findings: Findings) -> Iterator[OpenPoint]:
    """Yield values that were seen and not used, even if another one was.

    Densities and other look-alikes, and entries that are over, have the reason `absent`
    and say nothing.
    """
    for value in findings.passed_over:
        if value.name in (*INPUTS, *SOURCES) and value.reason not in SILENT:
            yield OpenPoint(value.name, value.reason)
        if value.name in RAISING_VALUES and value.reason in NOT_USABLE:
            yield OpenPoint(value.name, value.reason)

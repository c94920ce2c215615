"""Each study's inclusion and exclusion criteria against this patient (evidence page, "Applicability").

Four results besides "inside": outside (named beside the figure), no-figure (none from this study), absolute (none from
any), not checkable (named, never taken for inside).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cds_service.core.facts import Findings
from cds_service.core.study import Study

# Fracture from malignancy or infection, high-energy or unstable fracture, neurological deficit: no figure from any
# study (evidence page, "Applicability" and last row of "Recommendations").
ABSOLUTE = ("malignancy", "spinal-infection", "unstable-fracture", "neurological-deficit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A criterion that the patient does not meet, or that could not be checked.

    Attributes:
        text: the criterion in the study's words, "patients on steroids were excluded".
    """

    finding: str
    severity: Literal["outside", "no-figure", "absolute", "not-checkable"]
    text: str


def check(study: Study, findings: Findings) -> tuple[Violation, ...]:
    """Every criterion of the study that is not plainly met, in the order of its file."""
    found = []
    for criterion in study.applicability:
        finding = findings.known.get(criterion.finding)
        if finding is None:
            found.append(Violation(finding=criterion.finding, severity="not-checkable", text=criterion.text))
        elif not criterion.require.is_met(finding.value):
            found.append(Violation(finding=criterion.finding, severity=criterion.severity, text=criterion.text))
    return tuple(found)


def doubtful_exclusions(findings: Findings) -> tuple[str, ...]:
    """Names of exclusions that the record speaks of without deciding: cancer elsewhere, a condition only in words."""
    return tuple(name for name in ABSOLUTE if name in findings.gaps and findings.gaps[name].seen)


def absolute_exclusions(findings: Findings) -> tuple[str, ...]:
    """Names of the findings on record that take this fracture out of every study."""
    return tuple(name for name in ABSOLUTE if findings.is_true(name))

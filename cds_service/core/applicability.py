"""Each study's inclusion and exclusion criteria against this patient (docs/evidence.md, "Which figure is shown").

Besides "inside" there are four results: outside (named beside the figure), no-figure (no figure from this study),
absolute (no figure from any study), not checkable (named, never treated as inside).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cds_service.core.facts import Findings
from cds_service.core.study import Study

# Fracture from malignancy or infection, high-energy or unstable fracture, neurological deficit: no figure from any
# study (evidence.md, "Which figure is shown" and "What the recommendations rest on").
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
    """Every criterion that is violated or cannot be checked, in the order of the study file."""
    found = []
    for criterion in study.applicability:
        finding = findings.known.get(criterion.finding)
        if finding is None:
            found.append(Violation(finding=criterion.finding, severity="not-checkable", text=criterion.text))
        elif not criterion.require.is_met(finding.value):
            found.append(Violation(finding=criterion.finding, severity=criterion.severity, text=criterion.text))
    return tuple(found)


def doubtful_exclusions(findings: Findings) -> tuple[str, ...]:
    """Names of exclusions that the record mentions without deciding: cancer elsewhere, a condition in words only."""
    return tuple(name for name in ABSOLUTE if name in findings.gaps and findings.gaps[name].seen)


def absolute_exclusions(findings: Findings) -> tuple[str, ...]:
    """Names of known findings that exclude this fracture from every study."""
    return tuple(name for name in ABSOLUTE if findings.is_true(name))

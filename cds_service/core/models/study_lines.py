"""The line that a study may add for a patient who is one of its own."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cds_service.core.findings import Finding
from cds_service.core.models.inputs import PSOAS_MUSCLE, PSOAS_TOTAL
from cds_service.core.models.prediction import risk_at
from cds_service.core.models.study_result import ModelResult
from cds_service.core.models.study_tables import Outcome
from cds_service.core.site_values.policy import Policy

# Inputs that are never explained: it would read as advice on the treatment.
TREATMENTS = frozenset({"procedure", "cement-diffused", "local-kyphosis-post"})
# Inputs that are explained together, never one against the other: muscle is a part of
# the total (studies/residual-pain-2025.toml).
PSOAS = (PSOAS_TOTAL, PSOAS_MUSCLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyLine:
    """One study's line on the card (docs/evidence.md, "Which figure is shown").

    Attributes:
        words: its figure as a step of the ladder, `more than 1 in 2`.
        average: its average with the same procedure as a step, `1 in 3`.
        drivers: the inputs that raise the figure, strongest first, in groups that are
            explained together; never a treatment.
        unknown_criteria: criteria of the study that could not be checked, in its words.
    """

    result: ModelResult
    words: str
    average: str
    drivers: tuple[tuple[Finding, ...], ...]
    unknown_criteria: tuple[str, ...]


def study_line(
    result: ModelResult, policy: Policy, words_of: Callable[[float], str]
) -> StudyLine | None:
    """Make the line for a patient who meets all criteria and is above the average.

    None if too little is known, if a value is held or doubtful, or if the figure is not
    at least a step above the average: no study reassures.

    Args:
        words_of: gives the step of the ladder nearest to a risk, 0..1.
    """
    prediction = result.prediction
    if not result.is_shown or not result.is_wholly_inside or result.is_doubtful:
        return None
    if prediction.inputs_known < policy.showing.inputs_on_card:
        return None
    words, average = words_of(prediction.risk), words_of(result.reference)
    if prediction.risk <= result.reference or words == average:
        return None
    return StudyLine(
        result=result,
        words=words,
        average=average.removeprefix("about "),
        drivers=_drivers_of(result),
        unknown_criteria=tuple(
            violation.text
            for violation in result.violations
            if violation.severity == "not-checkable"
        ),
    )


def _drivers_of(result: ModelResult) -> tuple[tuple[Finding, ...], ...]:
    """Find the inputs that clearly raise the figure, strongest first."""
    prediction = result.prediction
    drivers: list[tuple[float, tuple[Finding, ...]]] = []
    for group in explained_together(result.inputs):
        effect = sum(prediction.effects[finding.name] for finding in group)
        is_clear = any(prediction.has_clear_effect[finding.name] for finding in group)
        if effect > 0 and is_clear:
            drivers.append((effect, group))
    drivers.sort(key=lambda driver: -driver[0])
    return tuple(group for _, group in drivers)


def explained_together(inputs: Iterable[Finding]) -> tuple[tuple[Finding, ...], ...]:
    """List each input by itself, the collinear ones of the psoas together.

    Treatments are left out.
    """
    explained = [finding for finding in inputs if finding.name not in TREATMENTS]
    psoas = tuple(finding for finding in explained if finding.name in PSOAS)
    single = [(finding,) for finding in explained if finding.name not in PSOAS]
    return (*single, *((psoas,) if psoas else ()))


def has_disagreement(
    results: Sequence[ModelResult], outcome: Outcome, policy: Policy
) -> bool:
    """Tell if two studies that the patient belongs to contradict each other.

    They lie on opposite sides of their own averages, or far apart on a common baseline.
    """
    own_results = [
        result for result in results if result.is_shown and result.is_wholly_inside
    ]
    if len(own_results) < 2:
        return False
    if len({result.prediction.risk >= result.reference for result in own_results}) > 1:
        return True
    common = policy.pooled_incidence.of(outcome)
    risks = [result.prediction.risk for result in own_results]
    if common is not None:
        risks = [
            risk_at(result.prediction, result.model.study, common)
            for result in own_results
        ]
    return max(risks) - min(risks) >= policy.showing.disagreement

"""Assess both outcomes of one patient by the pooled model and the studies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from cds_service.core.findings import Findings, RecordState
from cds_service.core.models.pooled import PooledModel
from cds_service.core.models.pooled_result import (
    FRAGILITY_AGE,
    PooledResult,
    find_pooled_result,
    steps_moved,
)
from cds_service.core.models.prediction import LogisticModel
from cds_service.core.models.strata import (
    Marker,
    Stratum,
    compare_with_marker,
    place_in_strata,
)
from cds_service.core.models.study import MarkerStudy, StrataStudy, Study
from cds_service.core.models.study_lines import StudyLine, has_disagreement, study_line
from cds_service.core.models.study_result import ABSOLUTE, ModelResult, apply_model
from cds_service.core.models.study_tables import Outcome
from cds_service.core.risk.open_points import OpenPoint, find_open_points
from cds_service.core.risk.risk_words import RiskWords, pain_words
from cds_service.core.site_values.policy import Policy

OUTCOMES: tuple[Outcome, ...] = ("refracture", "residual-pain")
Status = Literal["assessed", "insufficient-data", "not-applicable"]
LOW_T_SCORE = -3.0  # from here down no card says "below" (E3)
# Findings with which there is no figure at all: the fracture has another cause than
# weak bone, or other care goes before (docs/cards.md, E3).
EXCLUDED = (
    *ABSOLUTE,
    "bone-malignancy",
    "recent-cancer",
    "active-cancer",
    "sepsis",
    "spinal-instability",
    "end-of-life",
)


class OutcomeAssessment(NamedTuple):
    """The results of the studies for one outcome.

    Attributes:
        models: the results of all logistic studies of the outcome; those that the
            patient belongs to come first, then those with most inputs known. Empty if
            no figure applies.
        disagreement: two studies that the patient belongs to contradict each other.
        supporting: the rates of studies that have no model.
        doubts: findings that the record names without deciding them, and of which each
            would forbid every figure.
    """

    outcome: Outcome
    models: tuple[ModelResult, ...] = ()
    disagreement: bool = False
    supporting: tuple[Stratum, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Both outcomes of one patient, with all that limits their figures.

    Attributes:
        marker: the change between two MRIs; None if they cannot be compared.
        pooled: the figure for refracture that a card says; None if the fracture is
            excluded, or the patient is under 50.
        excluded_by: findings that take the fracture out of every figure; one of them
            may be `age`.
        study_lines: the lines that studies have on the card, of refracture first.
        open_points: the points that the record leaves open; with one of them no figure
            under the usual is said.
        pain: the words for lasting pain; None if nothing is said of it.
    """

    outcomes: tuple[OutcomeAssessment, ...]
    marker: Marker | None
    pooled: PooledResult | None
    excluded_by: tuple[str, ...]
    study_lines: tuple[StudyLine, ...]
    open_points: tuple[OpenPoint, ...]
    pain: RiskWords | None

    def of(self, outcome: Outcome) -> OutcomeAssessment:
        """Return the results of the studies for one outcome."""
        return next(part for part in self.outcomes if part.outcome == outcome)

    def status_of(self, outcome: Outcome) -> Status:
        """Return `assessed` if the patient has an own figure, else the reason."""
        if self.excluded_by:
            return "not-applicable"
        if outcome == "refracture":
            is_own = self.pooled is not None and self.pooled.figure.is_personal
        else:
            is_own = any(result.is_shown for result in self.of(outcome).models)
        return "assessed" if is_own else "insufficient-data"

    def has_open_points(self) -> bool:
        """Tell if the record leaves open anything that might raise the figure."""
        return bool(self.open_points)

    def may_say_below(self) -> bool:
        """Tell if the figure may be called below the usual, facts aside (E3)."""
        if self.pooled is None or self.open_points:
            return False
        t_score = self.pooled.known.get("t")
        is_low = t_score is not None and t_score <= LOW_T_SCORE
        return self.pooled.figure.band == "below" and not is_low

    def gain_of(self, supplies: Iterable[str]) -> int:
        """Count the steps by which the best of these findings could move the figure."""
        if self.pooled is None:
            return 0
        moved = (steps_moved(self.pooled, name) for name in supplies)
        return max(moved, default=0)


def assess(
    findings: Findings,
    record: RecordState,
    models: Mapping[str, LogisticModel],
    pooled: PooledModel,
    studies: Mapping[str, Study],
    policy: Policy,
) -> Assessment:
    """Assess both outcomes of a patient at the baselines in force.

    Args:
        models: the logistic studies with their tables, by id.
        studies: all single studies, by id.
    """
    excluded_by = exclusions(findings)
    if excluded_by:
        return Assessment(
            outcomes=tuple(OutcomeAssessment(outcome=outcome) for outcome in OUTCOMES),
            marker=None,
            pooled=None,
            excluded_by=excluded_by,
            study_lines=(),
            open_points=find_open_points(findings, record),
            pain=None,
        )
    outcomes = tuple(
        _assess_outcome(outcome, findings, models, studies, policy)
        for outcome in OUTCOMES
    )
    marker_studies = (
        study for study in studies.values() if isinstance(study, MarkerStudy)
    )
    changes = (compare_with_marker(study, findings) for study in marker_studies)
    pooled_result = _pooled(pooled, findings, policy)
    return Assessment(
        outcomes=outcomes,
        marker=next(filter(None, changes), None),
        pooled=pooled_result,
        excluded_by=(),
        study_lines=_study_lines(outcomes, pooled, policy),
        open_points=find_open_points(findings, record, pooled_result.inputs),
        pain=pain_words(findings),
    )


def exclusions(findings: Findings) -> tuple[str, ...]:
    """Name the known findings that take the patient out of every figure."""
    excluded = [name for name in EXCLUDED if findings.is_true(name)]
    age = findings.number("age")
    if age is not None and age < FRAGILITY_AGE:
        excluded.append("age")
    return tuple(excluded)


def _pooled(model: PooledModel, findings: Findings, policy: Policy) -> PooledResult:
    recalibration = policy.recalibration.get(model.study.id)
    baseline = model.baseline_of(policy.baseline.refracture, recalibration)
    return find_pooled_result(model, findings, baseline)


def _study_lines(
    outcomes: Sequence[OutcomeAssessment], pooled: PooledModel, policy: Policy
) -> tuple[StudyLine, ...]:
    lines = (
        study_line(result, policy, pooled.words_of)
        for outcome in outcomes
        if not outcome.doubts
        for result in outcome.models
    )
    return tuple(filter(None, lines))


def _assess_outcome(
    outcome: Outcome,
    findings: Findings,
    models: Mapping[str, LogisticModel],
    studies: Mapping[str, Study],
    policy: Policy,
) -> OutcomeAssessment:
    gaps = [findings.gaps[name] for name in ABSOLUTE if name in findings.gaps]
    # Any entry that leaves an exclusion open forbids "lower", also one that was not
    # understood. One that names it takes the studies' lines off the card as well.
    has_doubt = any(gap.provenance for gap in gaps)
    doubts = tuple(gap.name for gap in gaps if gap.is_mentioned)
    results = [
        apply_model(model, findings, policy, has_doubt=has_doubt)
        for _, model in sorted(models.items())
        if model.study.outcome == outcome
    ]
    results.sort(
        key=lambda result: (
            not result.is_wholly_inside,
            -result.prediction.inputs_known,
        )
    )

    strata = (study for study in studies.values() if isinstance(study, StrataStudy))
    supporting = (place_in_strata(study, outcome, findings) for study in strata)
    return OutcomeAssessment(
        outcome=outcome,
        models=tuple(results),
        disagreement=has_disagreement(results, outcome, policy),
        supporting=tuple(filter(None, supporting)),
        doubts=doubts,
    )

"""Per outcome: which study speaks, what it says, which band, what disagrees, and what each missing input would add."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cds_service.core.applicability import Violation, absolute_exclusions, check, doubtful_exclusions
from cds_service.core.facts import Finding, Findings
from cds_service.core.policy import Policy
from cds_service.core.prediction import LogisticModel, Prediction, predict, risk_at
from cds_service.core.strata import Marker, Stratum, compare_with_marker, place_in_strata
from cds_service.core.study import MarkerStudy, StrataStudy, Study

Outcome = Literal["refracture", "residual-pain"]
OUTCOMES: tuple[Outcome, ...] = ("refracture", "residual-pain")
Band = Literal["lower", "not-different", "above", "high"]
Status = Literal["assessed", "insufficient-data", "not-applicable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelResult:
    """What one logistic study says of this patient.

    Attributes:
        prediction: at the baseline in force.
        baseline: incidence in force, 0..1: the site's where set, else the cohort's.
        shown: enough inputs are known for a probability to be said (evidence page, "Which model speaks").
        band: None when nothing is shown.
        pooled_risk: at the pooled incidence of the literature, 0..1; None where a site baseline is set or none known.
        without_held: the same without the values that were held on the reassuring side; None when none was, or when
            too little is known without them.
        inputs: the record's findings that entered.
    """

    model: LogisticModel
    prediction: Prediction
    baseline: float
    baseline_source: Literal["study", "site"]
    shown: bool
    band: Band | None
    violations: tuple[Violation, ...]
    pooled_risk: float | None
    without_held: Prediction | None
    inputs: tuple[Finding, ...]

    @property
    def is_outside(self) -> bool:
        """The patient does not meet one of the study's criteria."""
        return _is_outside(self.violations)

    @property
    def rests_on_bone(self) -> bool:
        """A T-score or a CT attenuation is among what is known; without either a refracture figure says little."""
        return any(finding.name in ("bmd-t-score", "ct-attenuation") for finding in self.inputs)

    @property
    def is_complete(self) -> bool:
        """Nothing that could be known before surgery is missing, and no value was held on the reassuring side."""
        return not self.prediction.gains and not self.has_reassuring_hold

    @property
    def has_reassuring_hold(self) -> bool:
        """A value lies beyond what the study can say, on the side that would reassure."""
        return self.prediction.has_reassuring_hold

    def is_printable(self, width: float) -> bool:
        """A percentage may stand in a summary: both ranges at most so wide, nothing held to reassure (rule D1)."""
        ranges = (self.prediction.study_uncertainty, self.prediction.if_measured)
        is_narrow = all(one is None or one[1] - one[0] <= width for one in ranges)
        return self.shown and is_narrow and not self.has_reassuring_hold


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeAssessment:
    """One outcome: who speaks for it and what stands beside.

    Attributes:
        models: every logistic study of the outcome, the headline first; empty when not applicable.
        excluded_by: findings that take the fracture out of every study.
        doubts: findings that would, and that the record leaves open although it holds something about them.
    """

    outcome: Outcome
    status: Status
    headline: ModelResult | None
    models: tuple[ModelResult, ...]
    disagreement: bool
    supporting: tuple[Stratum, ...]
    excluded_by: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Both outcomes, and what repeated MRIs show where there are any."""

    outcomes: tuple[OutcomeAssessment, ...]
    marker: Marker | None

    def of(self, outcome: Outcome) -> OutcomeAssessment:
        """The assessment of one outcome."""
        return next(one for one in self.outcomes if one.outcome == outcome)

    def gain_of(self, supplies: Iterable[str]) -> float:
        """What knowing these inputs would add to a refracture figure, as share of a model's information, 0..1.

        The greatest over the studies of the outcome; 0 when the headline needs nothing more. Residual pain alone
        never asks for a measurement: its figures stay too wide to act on (cards, section 3, "Noise").
        """
        refracture = self.of("refracture")
        if refracture.headline is not None and refracture.headline.is_complete:
            return 0.0
        wanted = frozenset(supplies)
        return max((_gain(result, wanted) for result in refracture.models), default=0.0)


def _gain(result: ModelResult, wanted: frozenset[str]) -> float:
    known = frozenset(finding.name for finding in result.inputs)
    supplied = wanted & frozenset(result.prediction.gains)
    return result.model.inputs_known(known | supplied) - result.prediction.inputs_known


def assess(
    findings: Findings,
    models: Mapping[str, LogisticModel],
    studies: Mapping[str, Study],
    policy: Policy,
) -> Assessment:
    """What the five studies say of this patient."""
    excluded_by = absolute_exclusions(findings)
    if findings.is_true("end-of-life"):
        excluded_by = (*excluded_by, "end-of-life")
    outcomes = tuple(_assess_outcome(outcome, findings, models, studies, policy, excluded_by) for outcome in OUTCOMES)
    markers = [study for study in studies.values() if isinstance(study, MarkerStudy)]
    marker = None if excluded_by else next(filter(None, (compare_with_marker(one, findings) for one in markers)), None)
    return Assessment(outcomes=outcomes, marker=marker)


def _assess_outcome(
    outcome: Outcome,
    findings: Findings,
    models: Mapping[str, LogisticModel],
    studies: Mapping[str, Study],
    policy: Policy,
    excluded_by: tuple[str, ...],
) -> OutcomeAssessment:
    if excluded_by:
        return OutcomeAssessment(
            outcome=outcome,
            status="not-applicable",
            headline=None,
            models=(),
            disagreement=False,
            supporting=(),
            excluded_by=excluded_by,
        )
    doubts = doubtful_exclusions(findings)
    of_outcome = [model for _, model in sorted(models.items()) if model.study.outcome == outcome]
    results = [_apply(model, findings, policy, has_doubt=bool(doubts)) for model in of_outcome]
    headline = choose_headline(results, policy)
    others = sorted((one for one in results if one is not headline), key=lambda one: -one.prediction.inputs_known)
    strata = [study for study in studies.values() if isinstance(study, StrataStudy)]
    return OutcomeAssessment(
        outcome=outcome,
        status="assessed" if headline else "insufficient-data",
        headline=headline,
        models=(*((headline,) if headline else ()), *others),
        disagreement=_disagree([one for one in results if one.shown], outcome, policy),
        supporting=tuple(filter(None, (place_in_strata(study, outcome, findings) for study in strata))),
        doubts=doubts,
    )


def _apply(model: LogisticModel, findings: Findings, policy: Policy, *, has_doubt: bool) -> ModelResult:
    study = model.study
    inputs = tuple(findings.known[name] for name in study.input_names if name in findings.known)
    values = {finding.name: finding.value for finding in inputs}
    site = policy.baseline.of(study.outcome)
    prediction = predict(model, values, site_incidence=site)
    pooled = policy.pooled_incidence.of(study.outcome) if site is None else None
    shown = prediction.inputs_known >= policy.showing.inputs_known
    violations = check(study, findings)
    return ModelResult(
        model=model,
        prediction=prediction,
        baseline=prediction.baseline.incidence,
        baseline_source=prediction.baseline.source,
        shown=shown,
        band=_band(prediction, policy, may_reassure=not (has_doubt or _is_outside(violations))) if shown else None,
        violations=violations,
        pooled_risk=risk_at(prediction, study, pooled) if pooled is not None and shown else None,
        without_held=_without_held(model, values, prediction, site, policy),
        inputs=inputs,
    )


def _without_held(
    model: LogisticModel,
    values: Mapping[str, float | bool | str],
    prediction: Prediction,
    site: float | None,
    policy: Policy,
) -> Prediction | None:
    if not prediction.has_reassuring_hold:
        return None
    held = prediction.held
    rest = {name: value for name, value in values.items() if name not in held or held[name].side != "reassuring"}
    without = predict(model, rest, site_incidence=site)
    return without if without.inputs_known >= policy.showing.inputs_known else None


def _is_outside(violations: Sequence[Violation]) -> bool:
    return any(violation.severity != "not-checkable" for violation in violations)


def _band(prediction: Prediction, policy: Policy, *, may_reassure: bool) -> Band:
    """The band against the baseline in force (evidence page, "Bands"); asymmetric on purpose.

    Args:
        may_reassure: the patient meets the study's criteria, and nothing on record may be what all studies excluded;
            else the figure is never called lower.
    """
    risk, baseline = prediction.risk, prediction.baseline.incidence
    if risk >= policy.bands.high_ratio * baseline or risk >= policy.bands.high_risk:
        return "high"
    if risk >= baseline:
        return "above"
    ranges = (prediction.study_uncertainty, prediction.if_measured)
    is_below = all(one is None or one[1] < baseline for one in ranges)
    return "lower" if is_below and may_reassure and not prediction.has_reassuring_hold else "not-different"


def choose_headline(results: Sequence[ModelResult], policy: Policy) -> ModelResult | None:
    """The study that speaks for an outcome (evidence page, "Which model speaks"), or None when too little is known.

    First those whose criteria the patient meets (unknown counts as met), then the highest share of inputs known; near
    ties go to the validated study.
    """
    shown = [result for result in results if result.shown]
    candidates = [result for result in shown if not result.is_outside] or shown
    if not candidates:
        return None
    best = max(candidates, key=lambda result: (result.prediction.inputs_known, result.model.study.id))
    for result in candidates:
        behind = best.prediction.inputs_known - result.prediction.inputs_known
        if result.model.study.id == policy.showing.preferred_in_tie and behind <= policy.showing.near_tie:
            return result
    return best


def _disagree(shown: Sequence[ModelResult], outcome: Outcome, policy: Policy) -> bool:
    """Two figures on opposite sides of their own study's average, or far apart on a common baseline."""
    if len(shown) < 2:
        return False
    sides = {result.prediction.risk >= result.baseline for result in shown}
    if len(sides) > 1:
        return True
    is_own = policy.baseline.of(outcome) is None
    on_common = [result.pooled_risk if is_own else result.prediction.risk for result in shown]
    risks = [risk for risk in on_common if risk is not None]
    return bool(risks) and max(risks) - min(risks) >= policy.showing.disagreement

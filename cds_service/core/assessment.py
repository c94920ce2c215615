"""For each outcome: the headline study, its figure and band, disagreement, and what each missing input would add."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

from cds_service.core.facts import Finding, Findings, Gap, Value
from cds_service.core.inputs import fits
from cds_service.core.policy import Policy
from cds_service.core.pooled import PooledFigure
from cds_service.core.prediction import LogisticModel, Prediction, predict, risk_at
from cds_service.core.strata import Marker, Stratum, compare_with_marker, place_in_strata
from cds_service.core.study import LogisticStudy, MarkerStudy, Outcome, StrataStudy, Study
from cds_service.core.wording import COARSE_FROM, coarse_percent

OUTCOMES: tuple[Outcome, ...] = ("refracture", "residual-pain")
Band = Literal["lower", "not-different", "above", "high"]
Status = Literal["assessed", "insufficient-data", "not-applicable"]
Why = Literal["held", "outside", "not-known", "criterion-not-known", "aged", "open"]
SILENCES_PRINT = frozenset({"held", "outside", "not-known", "aged"})
SILENCES_WARNING = frozenset({"held", "outside", "not-known", "criterion-not-known"})
BONE = ("bmd-t-score", "ct-attenuation")  # what a refracture figure rests on
LEVEL = "tl-junction"  # reports differ even in its direction, so no "lower" hangs on it


# Fracture from malignancy or infection, high-energy or unstable fracture, neurological deficit: no figure from any
# study (docs/evidence.md, "Which figure is shown" and "What the recommendations rest on").
ABSOLUTE = ("malignancy", "spinal-infection", "high-energy-cause", "unstable-fracture", "neurological-deficit")


class Violation(NamedTuple):
    """A criterion that the patient does not meet, or that could not be checked.

    Attributes:
        text: the criterion in the study's words, "patients on steroids were excluded".
    """

    finding: str
    severity: Literal["outside", "no-figure", "absolute", "not-checkable"]
    text: str


def check(study: Study, findings: Findings) -> tuple[Violation, ...]:
    """Every criterion that is violated or cannot be checked, in the order of the study file."""
    found = [(one, findings.known.get(one.finding)) for one in study.applicability]
    return tuple(
        Violation(one.finding, one.severity if finding else "not-checkable", one.text)
        for one, finding in found
        if finding is None or not one.require.is_met(finding.value)
    )


def open_exclusions(study: Study, findings: Findings) -> tuple[str, ...]:
    """Names of a study's exclusions that the record mentions without deciding, or that could not be read."""
    gaps = ((one.finding, findings.gaps.get(one.finding)) for one in study.applicability if one.require.equals is False)
    return tuple(name for name, gap in gaps if gap is not None and (gap.seen or gap.reason == "not-read"))


def absolute_exclusions(findings: Findings) -> tuple[str, ...]:
    """Names of known findings that exclude this fracture from every study."""
    return tuple(name for name in ABSOLUTE if findings.is_true(name))


class Silence(NamedTuple):
    """A finding that keeps a figure out of summaries, or keeps it from being a warning, and why.

    Attributes:
        why: `held`: its value lies beyond what the study can say, on the side that would reassure. `outside`: it fails
            a criterion, or was seen (stale, other method) beyond the study's range or criteria. `not-known`: without
            it nobody knows whether the patient lies inside the study's range. `criterion-not-known`: nor whether a
            criterion is met that a warning hangs on. `aged`: older than fresh or than usable, two values contradict,
            or it is not known how it was measured. `open`: it would put the patient outside, and the record leaves it
            open; only a figure that alarms may be said then.
    """

    finding: str
    why: Why


class ModelResult(NamedTuple):
    """The result of one logistic study for this patient.

    Attributes:
        prediction: at the baseline in force.
        inputs_wanted: share of the model's information from which on a figure is shown, 0..1.
        shown: a probability may be said: enough inputs are known, and the study held such patients at all
            (docs/evidence.md, "Which figure is shown").
        band: None when nothing is shown.
        pooled_risk: at the pooled incidence of the literature, 0..1; None where a site baseline is set or none known.
        inputs: the findings that entered the model.
        unusable: findings on record that are no input at this site, each with the reason.
        silenced_by: what keeps the figure out of a summary, or from being a warning; each finding once.
        may_warn: the figure may make a card a warning (evidence.md): it is high, its study uncertainty lies
            above the baseline, a T-score or HU is known, and nothing on record puts the patient outside the study.
    """

    model: LogisticModel
    prediction: Prediction
    inputs_wanted: float
    shown: bool
    band: Band | None
    violations: tuple[Violation, ...]
    pooled_risk: float | None
    inputs: tuple[Finding, ...]
    unusable: tuple[Gap, ...]
    silenced_by: tuple[Silence, ...]
    may_warn: bool

    @property
    def reference(self) -> float:
        """Average of the study's patients with the same procedure, 0..1, at the baseline in force."""
        return self.prediction.reference

    @property
    def is_outside(self) -> bool:
        """The patient does not meet one of the study's criteria."""
        return _is_outside(self.violations)

    @property
    def not_studied(self) -> tuple[Violation, ...]:
        """Why this study gives no figure whatever is measured: it held no such patients."""
        return tuple(one for one in self.violations if one.severity == "no-figure")

    @property
    def without_held(self) -> Prediction | None:
        """The same without the values that were held on the reassuring side.

        None when none was, or when too little is known without them.
        """
        if not self.prediction.has_reassuring_hold:
            return None
        held, baseline = self.prediction.held, self.prediction.baseline
        rest = {
            name: held[name].value if name in held else used
            for name, used in self.prediction.used.items()
            if name not in held or held[name].side != "reassuring"
        }
        site = baseline.incidence if baseline.source == "site" else None
        without = predict(self.model, rest, site_incidence=site, recalibration=baseline.recalibration)
        return without if without.inputs_known >= self.inputs_wanted else None

    @property
    def stays_unusable(self) -> bool:
        """No measurement makes the figure usable: the patient is known to be outside the study."""
        return any(one.why in ("held", "outside") for one in self.silenced_by) or bool(self.not_studied)

    def is_printable(self, width: float) -> bool:
        """A percentage may stand in a summary: both ranges at most so wide, and nothing that silences it.

        Args:
            width: 0..1.
        """
        is_narrow = all(high - low <= width for low, high in self.prediction.ranges)
        return self.shown and is_narrow and not any(one.why in SILENCES_PRINT for one in self.silenced_by)


class OutcomeAssessment(NamedTuple):
    """One outcome: its headline study and the others beside it.

    Attributes:
        models: every logistic study of the outcome, the headline first; empty when not applicable.
        excluded_by: findings that take the fracture out of every study.
        doubts: findings that would, and that the record leaves open although it holds something about them.
        left_open: the same for the headline study's own exclusions, where a figure could be said that does not alarm.
        is_usable: the headline's figure may stand in a summary; no doubt and no other study forbids it.
    """

    outcome: Outcome
    status: Status
    headline: ModelResult | None = None
    models: tuple[ModelResult, ...] = ()
    disagreement: bool = False
    supporting: tuple[Stratum, ...] = ()
    excluded_by: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    left_open: tuple[str, ...] = ()
    is_usable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledResult:
    """The pooled model's figure of this patient, with what it rests on.

    Attributes:
        inputs: the findings that entered the model; with T-score and HU known, the one
            that the figure rests on.
        missing: findings that would be an input and are not known, averaged over.
        concerns: whole sentences about these values.
    """

    figure: PooledFigure
    inputs: tuple[Finding, ...]
    missing: tuple[str, ...]
    concerns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyLine:
    """What one study may say on the card of a patient who is one of its own.

    Only above the study's average (docs/evidence.md, "Which model speaks").

    Attributes:
        words: its figure as a step of the ladder, `more than 1 in 2`.
        average: its average of the same procedure, `1 in 3`.
        drivers: the inputs that raise the figure, strongest first, those explained as
            one together; never a treatment.
        unknown_criteria: criteria of the study that could not be checked, in its words.
    """

    result: ModelResult
    words: str
    average: str
    drivers: tuple[tuple[Finding, ...], ...]
    unknown_criteria: tuple[str, ...]


class OpenPoint(NamedTuple):
    """Something of the record that might raise the figure, had it been read or used.

    Attributes:
        name: a finding, or a part of the record.
        why: `not-read`, `incomplete`, or the reason why a value that was seen is no input.
    """

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Both outcomes, and the change between repeated MRIs if there are any.

    Attributes:
        pooled: the figure that speaks for refracture; None if the fracture is excluded, or
            the patient is under 50.
        excluded_by: findings that take the fracture out of every figure; `age` if it does.
        study_lines: what studies may say on the card, those of refracture first.
        open_points: what the record leaves open, so that nothing under the usual is said.
        inputs_usable: share of a model's information from which on its figures are mostly narrow enough to use, 0..1.
    """

    outcomes: tuple[OutcomeAssessment, ...]
    marker: Marker | None
    inputs_usable: float
    pooled: PooledResult | None = None
    excluded_by: tuple[str, ...] = ()
    study_lines: tuple[StudyLine, ...] = ()
    open_points: tuple[OpenPoint, ...] = ()

    def has_open_input(self) -> bool:
        """Report anything unread, or seen and not used, that a figure could rest on."""
        return bool(self.open_points)

    def of(self, outcome: Outcome) -> OutcomeAssessment:
        """The assessment of one outcome."""
        return next(one for one in self.outcomes if one.outcome == outcome)

    def gain_of(self, supplies: Iterable[str]) -> float:
        """What knowing these inputs would add to a refracture figure, as share of a model's information, 0..1.

        The greatest over the studies whose figure would become usable by it; 0 when there is a usable figure already,
        two that disagree, or one that an open exclusion keeps from being said. Residual pain alone never asks for a
        measurement: its figures stay too wide to act on.
        """
        refracture = self.of("refracture")
        wanted = frozenset(supplies)
        if not wanted or refracture.is_usable or refracture.disagreement or refracture.left_open:
            return 0.0
        return max((_gain(result, wanted, self.inputs_usable) for result in refracture.models), default=0.0)


def _gain(result: ModelResult, wanted: frozenset[str], usable: float) -> float:
    known = frozenset(finding.name for finding in result.inputs)
    supplied = wanted & frozenset(result.prediction.gains)
    after = result.model.inputs_known(known | supplied)
    unknown = {one.finding for one in result.silenced_by if one.why in ("not-known", "aged")}
    if result.stays_unusable or after < usable or unknown - supplied:
        return 0.0
    return after - result.prediction.inputs_known


def assess(
    findings: Findings,
    models: Mapping[str, LogisticModel],
    studies: Mapping[str, Study],
    policy: Policy,
) -> Assessment:
    """Assess both outcomes of this patient from the five studies."""
    excluded_by = absolute_exclusions(findings)
    if findings.is_true("end-of-life"):
        excluded_by = (*excluded_by, "end-of-life")
    outcomes = tuple(_assess_outcome(outcome, findings, models, studies, policy, excluded_by) for outcome in OUTCOMES)
    markers = [study for study in studies.values() if isinstance(study, MarkerStudy)]
    marker = None if excluded_by else next(filter(None, (compare_with_marker(one, findings) for one in markers)), None)
    return Assessment(outcomes=outcomes, marker=marker, inputs_usable=policy.showing.inputs_usable)


def _assess_outcome(
    outcome: Outcome,
    findings: Findings,
    models: Mapping[str, LogisticModel],
    studies: Mapping[str, Study],
    policy: Policy,
    excluded_by: tuple[str, ...],
) -> OutcomeAssessment:
    if excluded_by:
        return OutcomeAssessment(outcome=outcome, status="not-applicable", excluded_by=excluded_by)
    # What the record mentions without deciding: cancer elsewhere, a condition in words only.
    doubts = tuple(name for name in ABSOLUTE if name in findings.gaps and findings.gaps[name].seen)
    of_outcome = [model for _, model in sorted(models.items()) if model.study.outcome == outcome]
    results = [apply_model(model, findings, policy, has_doubt=bool(doubts)) for model in of_outcome]
    headline = choose_headline(results, policy)
    others = sorted((one for one in results if one is not headline), key=lambda one: -one.prediction.inputs_known)
    strata = [study for study in studies.values() if isinstance(study, StrataStudy)]
    disagreement = _disagree([one for one in results if one.shown], outcome, policy)
    is_printable = headline is not None and headline.is_printable(policy.showing.summary_width)
    alarms = headline is not None and headline.band in ("above", "high")
    silenced_by = headline.silenced_by if headline is not None and is_printable and not alarms else ()
    left_open = tuple(one.finding for one in silenced_by if one.why == "open")
    return OutcomeAssessment(
        outcome=outcome,
        status="assessed" if headline else "insufficient-data",
        headline=headline,
        models=(*((headline,) if headline else ()), *others),
        disagreement=disagreement,
        supporting=tuple(filter(None, (place_in_strata(study, outcome, findings) for study in strata))),
        doubts=doubts,
        left_open=left_open,
        # A figure that alarms is shown although another study disagrees: without that study it would be shown too.
        is_usable=is_printable and not doubts and not left_open and (alarms or not disagreement),
    )


def apply_model(model: LogisticModel, findings: Findings, policy: Policy, *, has_doubt: bool = False) -> ModelResult:
    """What one study says of this patient, at the baseline in force."""
    study = model.study
    unusable = _unusable(study, findings, policy)
    left_out = {gap.name for gap in unusable}
    names = [name for name in study.input_names if name not in left_out]
    inputs = tuple(findings.known[name] for name in names if name in findings.known)
    values = {finding.name: _on_study_scale(study, finding, policy) for finding in inputs}
    site = policy.baseline.of(study.outcome, study.cohort.horizon_months)
    recalibration = policy.recalibration.get(study.id)
    figure_of = partial(predict, model, site_incidence=site, recalibration=recalibration)
    prediction = figure_of(values)
    seen = _seen_values(study, names, findings)
    with_seen = figure_of({**values, **seen}) if seen else None
    violations = check(study, findings)
    silenced_by = _silences(study, findings, inputs, prediction, with_seen, violations)
    shown = prediction.inputs_known >= policy.showing.inputs_known and not any(
        one.severity == "no-figure" for one in violations
    )
    spoken = (prediction, *((with_seen,) if with_seen else ()))
    has_bone = any(finding.name in BONE for finding in inputs)
    may_be_lower = (
        shown
        and has_bone
        and not has_doubt
        and not _is_outside(violations)
        and not any(one.why in SILENCES_PRINT or one.why == "open" for one in silenced_by)
        and all(map(_is_below, spoken))
    )
    if may_be_lower and LEVEL in values:
        may_be_lower = _is_below(figure_of({name: value for name, value in values.items() if name != LEVEL}))
    pooled = policy.pooled_incidence.of(study.outcome) if prediction.baseline.source == "study" else None
    return ModelResult(
        model=model,
        prediction=prediction,
        inputs_wanted=policy.showing.inputs_known,
        shown=shown,
        band=_band(prediction, policy, may_be_lower=may_be_lower) if shown else None,
        violations=violations,
        pooled_risk=risk_at(prediction, study, pooled) if pooled is not None and shown else None,
        inputs=inputs,
        unusable=unusable,
        silenced_by=silenced_by,
        may_warn=shown
        and has_bone
        and all(_is_surely_high(one, policy) for one in spoken)
        and not any(one.why in SILENCES_WARNING for one in silenced_by),
    )


def _unusable(study: LogisticStudy, findings: Findings, policy: Policy) -> tuple[Gap, ...]:
    """Findings that depend on the scanner and for which the site gives no reference."""
    known = [findings.known[one.finding] for one in study.inputs if one.per_site and one.finding in findings.known]
    return tuple(
        Gap(
            name=finding.name,
            reason="other-method",
            detail="without this site's reference",
            seen=finding.provenance,
            value=finding.value,
            observed=finding.observed,
        )
        for finding in known
        if policy.reference.of(finding.name) is None
    )


def _on_study_scale(study: LogisticStudy, finding: Finding, policy: Policy) -> Value:
    """The value on the scale of the study.

    What depends on the scanner is put as far from the study's patients without the outcome, in SDs, as it lies from
    the site's own.
    """
    scale = policy.reference.of(finding.name)
    if scale is None:
        return finding.value
    predictor = next(one for one in study.inputs if one.finding == finding.name)
    group = predictor.no_event
    if not predictor.per_site or group is None or group.mean is None or group.sd is None:
        return finding.value
    return group.mean + group.sd * (float(finding.value) - scale.mean) / scale.sd


def _seen_values(study: LogisticStudy, names: Collection[str], findings: Findings) -> Mapping[str, Value]:
    """Values of inputs that were seen and are no input (stale, other method), where they are of the input's kind."""
    return {
        one.finding: gap.value
        for one in study.inputs
        if not one.per_site
        and one.finding in names
        and (gap := findings.gaps.get(one.finding)) is not None
        and gap.value is not None
        and fits(one, gap.value)
    }


def _silences(
    study: LogisticStudy,
    findings: Findings,
    inputs: Sequence[Finding],
    prediction: Prediction,
    with_seen: Prediction | None,
    violations: Sequence[Violation],
) -> tuple[Silence, ...]:
    """What keeps the figure out of a summary or from being a warning; the gravest reason of each finding."""
    seen = {name: gap.value for name, gap in findings.gaps.items() if gap.value is not None}
    found: list[tuple[str, Why]] = [(name, "held") for name, one in prediction.held.items() if one.side == "reassuring"]
    found += [(one.finding, "outside") for one in violations if one.severity == "outside"]
    found += [(name, "outside") for name in (with_seen.held if with_seen else ()) if name in seen]
    found += [
        (one.finding, "outside")
        for one in study.applicability
        if one.finding in seen and not one.require.is_met(seen[one.finding])
    ]
    known = {finding.name for finding in inputs}
    found += [(one.finding, "not-known") for one in study.inputs if one.needed and one.finding not in known]
    found += [
        (one.finding, "criterion-not-known")
        for one in study.applicability
        if one.needed and one.finding not in findings.known
    ]
    found += [(finding.name, "aged") for finding in inputs if not finding.may_reassure]
    found += [(name, "open") for name in open_exclusions(study, findings)]
    gaps = ((name, findings.gaps.get(name)) for name in study.input_names)
    found += [
        (name, "aged")
        for name, gap in gaps
        if gap and (gap.reason == "conflicting" or (gap.reason == "stale" and gap.value is not None))
    ]
    gravest: dict[str, Why] = {}
    for name, why in found:
        gravest.setdefault(name, why)
    return tuple(Silence(finding=name, why=why) for name, why in gravest.items())


def _is_outside(violations: Sequence[Violation]) -> bool:
    return any(violation.severity != "not-checkable" for violation in violations)


def _band(prediction: Prediction, policy: Policy, *, may_be_lower: bool) -> Band:
    """The band (evidence.md, "Which figure is shown"); asymmetric on purpose.

    Args:
        may_be_lower: the figure lies below the reference, and so it would with values that are no input, and without
            the level; nothing is held, old or doubtful, a T-score or HU is known, and the patient is one of the
            study's.
    """
    if is_visibly_above(prediction.risk, prediction.reference, policy):
        return "high" if _is_high(prediction, policy) else "above"
    return "lower" if may_be_lower else "not-different"


def _is_below(prediction: Prediction) -> bool:
    """Whether the figure with all its uncertainty lies below the reference."""
    return all(high < prediction.reference for _, high in prediction.ranges)


def is_visibly_above(risk: float, reference: float, policy: Policy) -> bool:
    """Above by a difference that a reader sees after rounding. Shares 0..1."""
    figure, average = coarse_percent(risk), coarse_percent(reference)
    points = policy.bands.above_points if figure >= COARSE_FROM else policy.bands.above_points_small
    return figure - average >= round(points * 100)


def _is_high(prediction: Prediction, policy: Policy) -> bool:
    risk, baseline = prediction.risk, prediction.baseline.incidence
    return risk >= policy.bands.high_ratio * baseline or risk >= policy.bands.high_risk


def _is_surely_high(prediction: Prediction, policy: Policy) -> bool:
    """High, and the study uncertainty's lower end lies above the baseline."""
    return (
        is_visibly_above(prediction.risk, prediction.reference, policy)
        and _is_high(prediction, policy)
        and prediction.study_uncertainty[0] > prediction.baseline.incidence
    )


def choose_headline(results: Sequence[ModelResult], policy: Policy) -> ModelResult | None:
    """The headline study of an outcome (evidence.md, "Which figure is shown"), or None when too little is known.

    Studies whose criteria the patient meets come first (unknown counts as met), then the highest share of inputs known.
    Near ties go to the validated study.
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
    if len({result.prediction.risk >= result.reference for result in shown}) > 1:
        return True
    common = policy.pooled_incidence.of(outcome)
    risks = [
        result.prediction.risk if common is None else risk_at(result.prediction, result.model.study, common)
        for result in shown
    ]
    return max(risks) - min(risks) >= policy.showing.disagreement

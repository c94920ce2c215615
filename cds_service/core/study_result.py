"""Applies a logistic study to a patient: criteria, figure, band, limits."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Literal, NamedTuple

from cds_service.core.findings import Finding, Findings, Gap, Value
from cds_service.core.inputs import fits
from cds_service.core.policy import Policy
from cds_service.core.prediction import LogisticModel, Prediction, predict, risk_at
from cds_service.core.study import LogisticStudy, Study

Band = Literal["lower", "not-different", "above", "high"]
Why = Literal[
    "held", "outside", "not-known", "criterion-not-known", "aged", "open", "unread"
]
# These forbid "lower": a value that reassures may not be this patient's.
FORBIDS_LOWER = frozenset({"held", "outside", "not-known", "aged", "open", "unread"})
# A study with one of these says nothing on a card; an unread list leaves a criterion
# unknown, which the card says.
DOUBTFUL = FORBIDS_LOWER - {"unread"}
SMALL_RISK = 0.1  # under it a smaller difference is visible
BONE = ("bmd-t-score", "ct-attenuation")  # what a refracture figure rests on
LEVEL = "tl-junction"  # reports differ even in its direction, so no "lower" rests on it


# Fracture from malignancy or infection, high-energy or unstable fracture, neurological
# deficit: no figure from any study (docs/evidence.md, "Which figure is shown" and "What
# the recommendations rest on").
ABSOLUTE = (
    "malignancy",
    "spinal-infection",
    "high-energy-cause",
    "unstable-fracture",
    "neurological-deficit",
)


class Violation(NamedTuple):
    """A criterion that the patient does not meet, or that could not be checked.

    Attributes:
        text: the criterion in the study's words, "patients on steroids were excluded".
    """

    finding: str
    severity: Literal["outside", "no-figure", "absolute", "not-checkable"]
    text: str


def check(study: Study, findings: Findings) -> tuple[Violation, ...]:
    """List the criteria that are violated or cannot be checked, in order."""
    violations = []
    for criterion in study.applicability:
        name, text = criterion.finding, criterion.text
        finding = findings.known.get(name)
        if finding is None:
            violations.append(Violation(name, "not-checkable", text))
        elif not criterion.require.is_met(finding.value):
            violations.append(Violation(name, criterion.severity, text))
    return tuple(violations)


def open_exclusions(study: Study, findings: Findings) -> tuple["Silence", ...]:
    """List the exclusions that the record leaves open: undecided, or not read."""
    silences = []
    for criterion in study.applicability:
        gap = findings.gaps.get(criterion.finding)
        if gap is None or criterion.require.equals is not False:
            continue
        if gap.is_mentioned:
            silences.append(Silence(gap.name, "open"))
        elif gap.reason in ("not-read", "not-understood"):
            silences.append(Silence(gap.name, "unread"))
    return tuple(silences)


def absolute_exclusions(findings: Findings) -> tuple[str, ...]:
    """Name the known findings that exclude this fracture from every study."""
    return tuple(name for name in ABSOLUTE if findings.is_true(name))


class Silence(NamedTuple):
    """A finding that keeps a figure from being lower, or a study off the card.

    Attributes:
        why: `held`: its value lies beyond what the study can say, on the side that
            would reassure. `outside`: it fails a criterion, or was seen (stale, other
            method) beyond the study's range or criteria. `not-known`: without it the
            patient may lie outside the study's range. `criterion-not-known`: without it
            a criterion may not be met. `aged`: older than fresh or usable, two values
            contradict, or it is not known how it was measured. `open`: it would put the
            patient outside, and the record mentions it without deciding. `unread`: the
            same, and its list could not be read, or was not understood whole.
    """

    finding: str
    why: Why


class ModelResult(NamedTuple):
    """The result of one logistic study for this patient.

    Attributes:
        prediction: at the baseline in force.
        is_shown: a probability may be said: enough inputs are known, and the study held
            such patients at all (docs/evidence.md, "Which figure is shown").
        band: None if nothing is shown.
        pooled_risk: at the pooled incidence of the literature, 0..1; None if a site
            baseline is set or none known.
        inputs: the findings that entered the model.
        unusable: findings on record that are no input at this site, each with the
            reason.
        silenced_by: what keeps the figure from being lower, or off the card; each
            finding once.
    """

    model: LogisticModel
    prediction: Prediction
    is_shown: bool
    band: Band | None
    violations: tuple[Violation, ...]
    pooled_risk: float | None
    inputs: tuple[Finding, ...]
    unusable: tuple[Gap, ...]
    silenced_by: tuple[Silence, ...]

    @property
    def reference(self) -> float:
        """Return the average with this procedure, at the baseline in force."""
        return self.prediction.reference

    @property
    def is_outside(self) -> bool:
        """Tell if the patient does not meet one of the study's criteria."""
        return _is_outside(self.violations)

    @property
    def is_theirs(self) -> bool:
        """Tell if every known criterion is met, also by values too old to use."""
        return not self.is_outside and all(
            silence.why != "outside" for silence in self.silenced_by
        )

    @property
    def is_doubtful(self) -> bool:
        """Tell if a value is held, aged or contradicted, or an exclusion left open."""
        is_silenced = any(silence.why in DOUBTFUL for silence in self.silenced_by)
        return is_silenced or bool(self.prediction.held)

    @property
    def not_studied(self) -> tuple[Violation, ...]:
        """List why this study gives no figure at all: it held no such patients."""
        return tuple(
            violation
            for violation in self.violations
            if violation.severity == "no-figure"
        )

    @property
    def is_uncertainly_above(self) -> bool:
        """Tell if the figure is above the average, which its uncertainty includes."""
        low = self.prediction.study_uncertainty[0]
        return (
            self.band == "not-different"
            and self.prediction.risk > self.reference >= low
        )


def apply_model(
    model: LogisticModel, findings: Findings, policy: Policy, *, has_doubt: bool = False
) -> ModelResult:
    """Return what one study says of this patient, at the baseline in force.

    Args:
        has_doubt: the record mentions, without deciding, what excludes the fracture.
    """
    study = model.study
    unusable = _unusable(study, findings, policy)
    left_out = {gap.name for gap in unusable}
    names = [name for name in study.input_names if name not in left_out]
    inputs = tuple(findings.known[name] for name in names if name in findings.known)
    values = {
        finding.name: _on_study_scale(study, finding, policy) for finding in inputs
    }
    site = policy.baseline.of(study.outcome, study.cohort.horizon_months)
    recalibration = policy.recalibration.get(study.id)
    figure_of = partial(
        predict, model, site_incidence=site, recalibration=recalibration
    )
    prediction = figure_of(values)
    seen_values = _seen_values(study, names, findings)
    with_seen = figure_of({**values, **seen_values}) if seen_values else None
    violations = check(study, findings)
    silenced_by = _silences(study, findings, inputs, prediction, with_seen, violations)
    is_studied = all(violation.severity != "no-figure" for violation in violations)
    has_enough = prediction.inputs_known >= policy.showing.inputs_known
    is_shown = has_enough and is_studied
    predictions = (prediction, *((with_seen,) if with_seen else ()))
    has_bone = any(finding.name in BONE for finding in inputs)
    may_be_lower = (
        is_shown
        and has_bone
        and not has_doubt
        and not _is_outside(violations)
        and not any(silence.why in FORBIDS_LOWER for silence in silenced_by)
        and all(map(_is_below, predictions))
    )
    if may_be_lower and LEVEL in values:
        others = {name: value for name, value in values.items() if name != LEVEL}
        may_be_lower = _is_below(figure_of(others))
    band = pooled_risk = None
    if is_shown:
        band = _band(prediction, policy, may_be_lower=may_be_lower)
        pooled_risk = _pooled_risk(prediction, study, policy)
    return ModelResult(
        model=model,
        prediction=prediction,
        is_shown=is_shown,
        band=band,
        violations=violations,
        pooled_risk=pooled_risk,
        inputs=inputs,
        unusable=unusable,
        silenced_by=silenced_by,
    )


def _pooled_risk(
    prediction: Prediction, study: LogisticStudy, policy: Policy
) -> float | None:
    incidence = policy.pooled_incidence.of(study.outcome)
    if prediction.baseline.source != "study" or incidence is None:
        return None
    return risk_at(prediction, study, incidence)


def _unusable(
    study: LogisticStudy, findings: Findings, policy: Policy
) -> tuple[Gap, ...]:
    """List findings that depend on the scanner, if the site gives no reference."""
    per_site = [
        findings.known[predictor.finding]
        for predictor in study.inputs
        if predictor.per_site and predictor.finding in findings.known
    ]
    return tuple(
        Gap(
            name=finding.name,
            reason="other-method",
            detail="without this site's reference",
            provenance=finding.provenance,
            value=finding.value,
            observed=finding.observed,
        )
        for finding in per_site
        if policy.reference.of(finding.name) is None
    )


def _on_study_scale(study: LogisticStudy, finding: Finding, policy: Policy) -> Value:
    """Return the value on the scale of the study.

    What depends on the scanner is put as far from the study's patients without the
    outcome, in SDs, as it lies from the site's own.
    """
    scale = policy.reference.of(finding.name)
    if scale is None:
        return finding.value
    predictor = next(
        predictor for predictor in study.inputs if predictor.finding == finding.name
    )
    group = predictor.no_event
    if (
        not predictor.per_site
        or group is None
        or group.mean is None
        or group.sd is None
    ):
        return finding.value
    return group.mean + group.sd * (float(finding.value) - scale.mean) / scale.sd


def _seen_values(
    study: LogisticStudy, names: Collection[str], findings: Findings
) -> Mapping[str, Value]:
    """List values that were seen and not used (stale, other method), by finding.

    Those that the study's predictor could take are listed, but for what depends on the
    scanner.
    """
    return {
        predictor.finding: gap.value
        for predictor in study.inputs
        if not predictor.per_site
        and predictor.finding in names
        and (gap := findings.gaps.get(predictor.finding)) is not None
        and gap.value is not None
        and fits(predictor, gap.value)
    }


def _silences(
    study: LogisticStudy,
    findings: Findings,
    inputs: Sequence[Finding],
    prediction: Prediction,
    with_seen: Prediction | None,
    violations: Sequence[Violation],
) -> tuple[Silence, ...]:
    """Find what keeps the figure up, or off the card; the gravest of each finding."""
    seen_values = {
        name: gap.value for name, gap in findings.gaps.items() if gap.value is not None
    }
    silences: list[tuple[str, Why]] = [
        (name, "held")
        for name, held_value in prediction.held.items()
        if held_value.side == "reassuring"
    ]
    silences += [
        (violation.finding, "outside")
        for violation in violations
        if violation.severity == "outside"
    ]
    silences += [
        (name, "outside")
        for name in (with_seen.held if with_seen else ())
        if name in seen_values
    ]
    silences += [
        (criterion.finding, "outside")
        for criterion in study.applicability
        if criterion.finding in seen_values
        and not criterion.require.is_met(seen_values[criterion.finding])
    ]
    known_names = {finding.name for finding in inputs}
    silences += [
        (predictor.finding, "not-known")
        for predictor in study.inputs
        if predictor.needed and predictor.finding not in known_names
    ]
    silences += [
        (criterion.finding, "criterion-not-known")
        for criterion in study.applicability
        if criterion.needed and criterion.finding not in findings.known
    ]
    silences += [
        (finding.name, "aged") for finding in inputs if not finding.may_reassure
    ]
    silences += open_exclusions(study, findings)
    gaps = ((name, findings.gaps.get(name)) for name in study.input_names)
    silences += [
        (name, "aged")
        for name, gap in gaps
        if gap
        and (
            gap.reason == "conflicting"
            or (gap.reason == "stale" and gap.value is not None)
        )
    ]
    gravest: dict[str, Why] = {}
    for name, why in silences:
        gravest.setdefault(name, why)
    return tuple(Silence(finding=name, why=why) for name, why in gravest.items())


def _is_outside(violations: Sequence[Violation]) -> bool:
    return any(violation.severity != "not-checkable" for violation in violations)


def _band(prediction: Prediction, policy: Policy, *, may_be_lower: bool) -> Band:
    """Return the band (docs/evidence.md, "Bands"), compared unrounded.

    It is asymmetric on purpose.

    Args:
        may_be_lower: the figure lies below the reference, and so it would with values
            that are no input, and without the level; nothing is held, old or doubtful,
            a T-score or HU is known, and the patient is one of the study's.
    """
    if is_visibly_above(prediction.risk, prediction.reference, policy):
        if _is_high(prediction, policy):
            return "high"
        if prediction.study_uncertainty[0] > prediction.reference:
            return "above"
    return "lower" if may_be_lower else "not-different"


def _is_below(prediction: Prediction) -> bool:
    """Tell if the figure with all its uncertainty lies below the reference."""
    return all(high < prediction.reference for _, high in prediction.ranges)


def is_visibly_above(risk: float, reference: float, policy: Policy) -> bool:
    """Tell if a reader would see the difference. Shares 0..1."""
    bands = policy.bands
    points = bands.above_points if risk >= SMALL_RISK else bands.above_points_small
    return risk - reference >= points


def _is_high(prediction: Prediction, policy: Policy) -> bool:
    risk, baseline = prediction.risk, prediction.baseline.incidence
    return risk >= policy.bands.high_ratio * baseline or risk >= policy.bands.high_risk

"""Apply a logistic study to a patient: criteria, figure, band, limits.

docs/evidence.md, "Which figure is shown", has the rules.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Literal, NamedTuple

from cds_service.core.findings import Finding, Findings, Gap, Value
from cds_service.core.models.inputs import fits
from cds_service.core.models.logistic_study import LogisticStudy
from cds_service.core.models.prediction import (
    LogisticModel,
    Prediction,
    predict,
    risk_at,
)
from cds_service.core.models.study import Study
from cds_service.core.site_values.policy import Policy

Band = Literal["lower", "not-different", "above", "high"]
Why = Literal[
    "held", "outside", "not-known", "criterion-not-known", "unsure", "open", "unread"
]
# The table of `Obstacle` explains both sets.
FORBIDS_LOWER = frozenset({"held", "outside", "not-known", "unsure", "open", "unread"})
FORBIDS_LINE = FORBIDS_LOWER - {"unread"}
SMALL_RISK = 0.1  # 0..1; for a figure under it a smaller difference is visible
# A refracture figure rests on one of them.
BONE_FINDINGS = ("bmd-t-score", "ct-attenuation")
# No "lower" rests on the level: reports differ even in the direction of its effect.
LEVEL = "tl-junction"
# With one of these no study gives a figure: malignancy, infection, a high-energy or an
# unstable fracture, a neurological deficit.
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


class Obstacle(NamedTuple):
    """A finding that limits what may be said of a study's figure, and the reason.

    It never changes the figure. It forbids two things: to call the figure lower
    (`FORBIDS_LOWER`), and to give the study a line on a card (`FORBIDS_LINE`).

    | why                   | "lower" | line | the finding                           |
    |-----------------------|---------|------|---------------------------------------|
    | `held`                | no      | no   | is beyond the range, and reassures    |
    | `outside`             | no      | no   | is not as in the study's patients     |
    | `not-known`           | no      | no   | is an input that is needed            |
    | `unsure`              | no      | no   | is old, conflicting, method not known |
    | `open`                | no      | no   | is an exclusion, named and undecided  |
    | `unread`              | no      | yes  | is an exclusion, its list is not read |
    | `criterion-not-known` | yes     | yes  | is a criterion that is needed         |

    `outside` is also said of a value that was seen and is no input (stale, of another
    method). `needed` means: without it the patient may lie outside the study. `unread`
    includes a list that was not understood whole. The line names each criterion that
    is not known, so the last two do not forbid it.
    """

    finding: str
    why: Why


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


def absolute_exclusions(findings: Findings) -> tuple[str, ...]:
    """Name the known findings that exclude this fracture from every study."""
    return tuple(name for name in ABSOLUTE if findings.is_true(name))


class ModelResult(NamedTuple):
    """The result of one logistic study for this patient.

    Attributes:
        prediction: the figure at the baseline in force.
        is_shown: a probability may be said: enough inputs are known, and the study had
            such patients.
        band: None if nothing is shown.
        violations: criteria that are not met, or could not be checked.
        pooled_risk: the risk at the pooled incidence of the literature, 0..1; None if a
            site's own is in force, or no pooled one is known.
        inputs: the findings that entered the model.
        unusable: findings on record that are no input at this site, each with the
            reason.
        obstacles: each finding that limits what may be said of the figure, once.
    """

    model: LogisticModel
    prediction: Prediction
    is_shown: bool
    band: Band | None
    violations: tuple[Violation, ...]
    pooled_risk: float | None
    inputs: tuple[Finding, ...]
    unusable: tuple[Gap, ...]
    obstacles: tuple[Obstacle, ...]

    @property
    def reference(self) -> float:
        """Return the average of the same procedure at the baseline in force, 0..1."""
        return self.prediction.reference

    @property
    def is_outside(self) -> bool:
        """Tell if the patient does not meet one of the study's criteria."""
        return _is_outside(self.violations)

    @property
    def is_wholly_inside(self) -> bool:
        """Tell if every known criterion is met, also by values that are no input."""
        return not self.is_outside and all(
            obstacle.why != "outside" for obstacle in self.obstacles
        )

    @property
    def is_doubtful(self) -> bool:
        """Tell if a value is held or in doubt, or an exclusion is left open."""
        has_obstacle = any(one.why in FORBIDS_LINE for one in self.obstacles)
        return has_obstacle or bool(self.prediction.held)

    @property
    def not_studied(self) -> tuple[Violation, ...]:
        """List the violated criteria without which the study gives no figure."""
        return tuple(
            violation
            for violation in self.violations
            if violation.severity == "no-figure"
        )

    @property
    def is_uncertainly_above(self) -> bool:
        """Tell if the figure is above the average, which its uncertainty includes."""
        low, _ = self.prediction.study_uncertainty
        is_above = self.prediction.risk > self.reference >= low
        return self.band == "not-different" and is_above


def apply_model(
    model: LogisticModel, findings: Findings, policy: Policy, *, has_doubt: bool = False
) -> ModelResult:
    """Return the result of one study for this patient, at the baseline in force.

    The figure is always that of the known inputs. A band and a pooled risk are added
    only if it may be shown. Other figures of the patient are tried for one purpose: the
    band is "lower" only if all of them are.

    Args:
        has_doubt: an entry of the record leaves open an exclusion of every figure.
    """
    study = model.study
    figure_of = partial(
        predict,
        model,
        site_incidence=policy.baseline.of(study.outcome, study.cohort.horizon_months),
        recalibration=policy.recalibration.get(study.id),
    )
    unusable = _unusable(study, findings, policy)
    left_out = {gap.name for gap in unusable}
    names = [name for name in study.input_names if name not in left_out]
    inputs = tuple(findings.known[name] for name in names if name in findings.known)
    values = {
        finding.name: _on_study_scale(study, finding, policy) for finding in inputs
    }
    prediction = figure_of(values)
    unused = _unused_values(study, names, findings)
    with_unused = figure_of({**values, **unused}) if unused else None
    violations = check(study, findings)
    obstacles = _obstacles(study, findings, inputs, prediction, with_unused, violations)

    is_shown = _may_be_shown(prediction, violations, policy)
    band = pooled_risk = None
    if is_shown:
        is_lower = False
        if not has_doubt and _may_be_lower(inputs, violations, obstacles):
            figures = prediction, with_unused, _without_level(values, figure_of)
            is_lower = all(map(_is_below, filter(None, figures)))
        band = _band(prediction, policy, is_lower=is_lower)
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
        obstacles=obstacles,
    )


def _without_level(
    values: Mapping[str, Value], figure_of: Callable[[Mapping[str, Value]], Prediction]
) -> Prediction | None:
    """Return the figure without the treated level; None if the level is not known."""
    if LEVEL not in values:
        return None
    return figure_of({name: value for name, value in values.items() if name != LEVEL})


def _may_be_shown(
    prediction: Prediction, violations: Sequence[Violation], policy: Policy
) -> bool:
    """Tell if enough inputs are known, and the study had such patients."""
    is_studied = all(violation.severity != "no-figure" for violation in violations)
    return is_studied and prediction.inputs_known >= policy.showing.inputs_known


def _may_be_lower(
    inputs: Sequence[Finding],
    violations: Sequence[Violation],
    obstacles: Sequence[Obstacle],
) -> bool:
    """Tell if the figure may be called lower, provided that it is.

    A T-score or HU is an input, the patient is one of the study's, and no obstacle
    forbids it.
    """
    has_bone = any(finding.name in BONE_FINDINGS for finding in inputs)
    is_forbidden = any(obstacle.why in FORBIDS_LOWER for obstacle in obstacles)
    return has_bone and not is_forbidden and not _is_outside(violations)


def _pooled_risk(
    prediction: Prediction, study: LogisticStudy, policy: Policy
) -> float | None:
    """Return the risk at the pooled incidence, unless a site's own is in force."""
    incidence = policy.pooled_incidence.of(study.outcome)
    if prediction.baseline.source != "study" or incidence is None:
        return None
    return risk_at(prediction, study, incidence)


def _unusable(
    study: LogisticStudy, findings: Findings, policy: Policy
) -> tuple[Gap, ...]:
    """List known values that are no input here.

    They depend on the scanner, and the site gives no reference for them.
    """
    gaps = []
    for predictor in study.inputs:
        finding = findings.known.get(predictor.finding)
        if finding is None or not predictor.per_site:
            continue
        if policy.reference.of(finding.name) is None:
            gap = Gap(
                name=finding.name,
                reason="other-method",
                detail="without this site's reference",
                provenance=finding.provenance,
                value=finding.value,
                observed=finding.observed,
            )
            gaps.append(gap)
    return tuple(gaps)


def _on_study_scale(study: LogisticStudy, finding: Finding, policy: Policy) -> Value:
    """Return the value on the scale of the study.

    A value that depends on the scanner keeps its distance, in SDs, from the mean of the
    patients without the outcome: the site's before, the study's afterwards.
    """
    scale = policy.reference.of(finding.name)
    if scale is None:
        return finding.value
    predictor = next(
        predictor for predictor in study.inputs if predictor.finding == finding.name
    )
    group = predictor.no_event
    if not predictor.per_site or group is None:
        return finding.value
    if group.mean is None or group.sd is None:
        return finding.value
    return group.mean + group.sd * (float(finding.value) - scale.mean) / scale.sd


def _unused_values(
    study: LogisticStudy, names: Collection[str], findings: Findings
) -> Mapping[str, Value]:
    """Return values that were seen and are no input (stale, other method), by finding.

    Values that the predictor could not take, or that depend on the scanner, are left
    out.
    """
    values: dict[str, Value] = {}
    for predictor in study.inputs:
        gap = findings.gaps.get(predictor.finding)
        if gap is None or gap.value is None or predictor.finding not in names:
            continue
        if not predictor.per_site and fits(predictor, gap.value):
            values[predictor.finding] = gap.value
    return values


def _obstacles(
    study: LogisticStudy,
    findings: Findings,
    inputs: Sequence[Finding],
    prediction: Prediction,
    with_unused: Prediction | None,
    violations: Sequence[Violation],
) -> tuple[Obstacle, ...]:
    """List the obstacles of a figure: of each finding the first in this order."""
    held = (
        Obstacle(name, "held")
        for name, held_value in prediction.held.items()
        if held_value.side == "reassuring"
    )
    obstacles = (
        *held,
        *_outside(study, findings, with_unused, violations),
        *_not_known(study, findings, inputs),
        *(Obstacle(one.name, "unsure") for one in inputs if not one.may_reassure),
        *_open_exclusions(study, findings),
        *_old_or_conflicting(study, findings),
    )
    first: dict[str, Obstacle] = {}
    for obstacle in obstacles:
        first.setdefault(obstacle.finding, obstacle)
    return tuple(first.values())


def _outside(
    study: LogisticStudy,
    findings: Findings,
    with_unused: Prediction | None,
    violations: Sequence[Violation],
) -> Iterator[Obstacle]:
    """Yield findings unlike those of the study's patients, unused values included."""
    unused = {
        name: gap.value for name, gap in findings.gaps.items() if gap.value is not None
    }
    for violation in violations:
        if violation.severity == "outside":
            yield Obstacle(violation.finding, "outside")
    for name in with_unused.held if with_unused else ():
        if name in unused:
            yield Obstacle(name, "outside")
    for criterion in study.applicability:
        name = criterion.finding
        if name in unused and not criterion.require.is_met(unused[name]):
            yield Obstacle(name, "outside")


def _not_known(
    study: LogisticStudy, findings: Findings, inputs: Sequence[Finding]
) -> Iterator[Obstacle]:
    """Yield needed inputs and criteria that are not known."""
    known = {finding.name for finding in inputs}
    for predictor in study.inputs:
        if predictor.needed and predictor.finding not in known:
            yield Obstacle(predictor.finding, "not-known")
    for criterion in study.applicability:
        if criterion.needed and criterion.finding not in findings.known:
            yield Obstacle(criterion.finding, "criterion-not-known")


def _open_exclusions(study: LogisticStudy, findings: Findings) -> Iterator[Obstacle]:
    """Yield exclusions that the record leaves open: undecided, or not read."""
    for criterion in study.applicability:
        gap = findings.gaps.get(criterion.finding)
        if gap is None or criterion.require.equals is not False:
            continue
        if gap.is_mentioned:
            yield Obstacle(gap.name, "open")
        elif gap.reason in ("not-read", "not-understood"):
            yield Obstacle(gap.name, "unread")


def _old_or_conflicting(study: LogisticStudy, findings: Findings) -> Iterator[Obstacle]:
    """Yield missing inputs of which a value is too old, or two contradict."""
    for name in study.input_names:
        gap = findings.gaps.get(name)
        if gap is None:
            continue
        is_stale = gap.reason == "stale" and gap.value is not None
        if is_stale or gap.reason == "conflicting":
            yield Obstacle(name, "unsure")


def _is_outside(violations: Sequence[Violation]) -> bool:
    return any(violation.severity != "not-checkable" for violation in violations)


def _band(prediction: Prediction, policy: Policy, *, is_lower: bool) -> Band:
    """Return the band; shares are compared unrounded.

    It is asymmetric on purpose: "lower" needs more than "above" does.

    Args:
        is_lower: nothing forbids "lower", and every figure tried is below the average.
    """
    if is_visibly_above(prediction.risk, prediction.reference, policy):
        if _is_high(prediction, policy):
            return "high"
        if prediction.study_uncertainty[0] > prediction.reference:
            return "above"
    return "lower" if is_lower else "not-different"


def _is_below(prediction: Prediction) -> bool:
    """Tell if the upper ends of all ranges of the figure lie below the reference."""
    return all(high < prediction.reference for _, high in prediction.ranges)


def is_visibly_above(risk: float, reference: float, policy: Policy) -> bool:
    """Tell if a reader would see the difference of two shares, 0..1."""
    bands = policy.bands
    points = bands.above_points if risk >= SMALL_RISK else bands.above_points_small
    return risk - reference >= points


def _is_high(prediction: Prediction, policy: Policy) -> bool:
    risk, baseline = prediction.risk, prediction.baseline.incidence
    return risk >= policy.bands.high_ratio * baseline or risk >= policy.bands.high_risk

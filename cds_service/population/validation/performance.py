"""Measure how well probabilities fit outcomes.

The measures are the usual ones of external validation, each with its interval.

The sources of the measures and of the rules are named where they are used; the tests
compare each with statsmodels, scikit-learn, dcurves, or a published example.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Annotated, NamedTuple

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray
from pydantic import BaseModel, Field
from pydantic.alias_generators import to_camel
from scipy.special import expit  # type: ignore[import-untyped]
from sklearn.metrics import brier_score_loss, roc_auc_score
from statsmodels.nonparametric.smoothers_lowess import lowess

from cds_service.core.models.strata import wilson_interval
from cds_service.core.models.study_tables import Z_95, Interval
from cds_service.studies.cohort import solve_intercept

Vector = NDArray[np.float64]

FEWEST = 20  # events, and patients without: below, no slope: policy (docs/validate.md)
# Of each, for a validation to be trusted (Collins 2016, doi 10.1002/sim.6787).
ENOUGH = 100
THRESHOLDS = tuple(round(0.01 * step, 2) for step in range(1, 61))
MOST_GROUPS = 10
SMALLEST_GROUP = 20  # patients of one point of the calibration curve
NEAREST = 1e-12
TOO_FEW = f"fewer than {FEWEST} patients with or without the outcome"
FEWER_THAN_TWO = "fewer than 2 patients with or without the outcome"
ALL_OR_NONE = (
    "observedExpected, calibrationIntercept, auc: all or none of the patients have the"
    " outcome"
)
ALIKE = "all patients have the same figure"
SEPARATED = (
    "the figures separate those with the outcome from those without, which gives no"
    " interval"
)
UNSURE = (
    f"fewer than {ENOUGH} patients with or without the outcome: the intervals are wide,"
    " and none of it is a validation to rely on (Collins 2016, doi 10.1002/sim.6787)"
)


class _Measure(BaseModel, frozen=True, alias_generator=to_camel, populate_by_name=True):
    """A part of the JSON of `validate --json`."""


class Estimate(_Measure):
    """A measure with its 95 % interval."""

    value: float
    interval: Interval

    def __str__(self) -> str:
        value, low, high = (
            f"{number:z.2f}".replace("-", "−")
            for number in (self.value, *self.interval)
        )
        return f"{value} ({low} to {high})"


class CurvePoint(_Measure):
    """One group of the calibration curve.

    Attributes:
        predicted: mean figure, 0..1.
        observed: share with the outcome, 0..1.
        interval: Wilson interval of the share.
        n: number of patients.
    """

    predicted: float
    observed: float
    interval: Interval
    n: int


class NetBenefit(_Measure):
    """Net benefit of acting on figures at or above a threshold, and of acting on all.

    Acting on none has the net benefit 0.
    """

    threshold: float
    model: float
    all: float


class Performance(_Measure):
    """The measures of one set of patients.

    A measure that the data cannot carry is None, with the reason in `notes`.

    Attributes:
        expected: number of events that the figures add up to.
        share: share with the outcome, 0..1; weighted if patients were.
        mean_figure: mean figure of the model, 0..1; likewise.
        observed_expected: events / expected; interval on the log scale (Debray 2017,
            doi 10.1136/bmj.i6460).
        calibration_intercept: log odds by which the figures are too low, the slope held
            at 1.
        calibration_slope: slope of the outcome on the log odds of the figure; under 1
            the figures are too extreme.
        auc: area under the ROC curve; interval by DeLong 1988.
        smooth: a lowess line through the outcomes, figure and share, for the plot.
    """

    n: int
    events: int
    expected: float
    share: float | None
    mean_figure: float | None
    observed_expected: Estimate | None
    calibration_intercept: Estimate | None
    calibration_slope: Estimate | None
    auc: Estimate | None
    brier: float | None
    calibration_curve: tuple[CurvePoint, ...]
    smooth: Annotated[tuple[tuple[float, float], ...], Field(exclude=True)]
    decision_curve: tuple[NetBenefit, ...]
    notes: tuple[str, ...]


def measure(
    outcome: Sequence[bool], risk: Sequence[float], weight: Vector | None = None
) -> Performance:
    """Measure figures, 0..1, against outcomes.

    Args:
        weight: weight of each patient, if some represent others that were lost
            (`follow_up.censoring_weights`). Errors are then robust ones.
    """
    events_at = np.asarray(outcome, dtype=np.float64)
    shares = np.asarray(risk, dtype=np.float64)
    n, events = len(events_at), int(events_at.sum())
    expected = float(shares.sum() if weight is None else weight @ shares)
    scarce = min(events, n - events)
    slope = calibration_slope(events_at, shares, weight) if scarce >= FEWEST else None
    auc = auc_delong(events_at, shares, weight) if scarce > 1 else None
    lacking = [
        name
        for name, figure in (("calibrationSlope", slope), ("auc", auc))
        if figure is None
    ]
    return Performance(
        n=n,
        events=events,
        expected=expected,
        share=float(np.average(events_at, weights=weight)) if n else None,
        mean_figure=float(np.average(shares, weights=weight)) if n else None,
        observed_expected=(
            observed_expected(events_at, shares, weight) if scarce else None
        ),
        calibration_intercept=(
            calibration_intercept(events_at, shares, weight) if scarce else None
        ),
        calibration_slope=slope,
        auc=auc,
        brier=(
            float(brier_score_loss(events_at, shares, sample_weight=weight))
            if n
            else None
        ),
        calibration_curve=calibration_groups(events_at, shares, weight),
        # Lowess knows no weights.
        smooth=(
            _smooth(events_at, shares) if scarce >= FEWEST and weight is None else ()
        ),
        decision_curve=decision_curve(events_at, shares, weight) if n else (),
        notes=tuple(
            _notes(scarce, lacking, are_alike=_are_alike(_log_odds_of(shares)))
        ),
    )


def _notes(scarce: int, lacking: Sequence[str], *, are_alike: bool) -> Iterator[str]:
    """Yield why a figure is missing, or little worth.

    Args:
        scarce: patients with an event, or without one, whichever are fewer.
        lacking: the figures that are missing.
        are_alike: the risks hardly differ.
    """
    if scarce == 0:
        yield ALL_OR_NONE
    if "calibrationSlope" in lacking:
        few = TOO_FEW if scarce < FEWEST else SEPARATED
        yield f"calibrationSlope: {ALIKE if are_alike else few}"
    if "auc" in lacking and scarce > 0:
        few = FEWER_THAN_TWO if scarce < 2 else SEPARATED
        yield f"auc: {ALIKE if are_alike else few}"
    if scarce < ENOUGH:
        yield UNSURE


def observed_expected(
    outcome: Vector, risk: Vector, weight: Vector | None = None
) -> Estimate:
    """Compute events / expected; ln(O/E) has variance (1 - O/n) / O (Debray 2017).

    Weights make it the variance of the weighted share.
    """
    weights = np.ones(len(outcome)) if weight is None else weight
    events, expected = float(weights @ outcome), float(weights @ risk)
    share = events / float(weights.sum())
    error = math.sqrt(float(weights**2 @ (outcome - share) ** 2)) / events
    ratio, margin = events / expected, Z_95 * error
    return Estimate(
        value=ratio, interval=(ratio * math.exp(-margin), ratio * math.exp(margin))
    )


def _log_odds_of(risk: Vector) -> Vector:
    """Return the log odds of figures.

    0 and 1, which no model of ours gives, get those of the nearest figures that have
    any.
    """
    share = np.clip(risk, NEAREST, 1 - NEAREST)
    return np.log(share / (1 - share))


def _are_alike(log_odds: Vector) -> bool:
    return not len(log_odds) or float(np.ptp(log_odds)) < 1e-9


def _within(value: float, error: float) -> Estimate:
    return Estimate(value=value, interval=(value - Z_95 * error, value + Z_95 * error))


def calibration_intercept(
    outcome: Vector, risk: Vector, weight: Vector | None = None
) -> Estimate:
    """Fit a logistic model with the log odds of the figure as offset.

    Its intercept is the calibration in the large.
    """
    return _within(*fit_intercept(outcome, _log_odds_of(risk), weight))


def calibration_slope(
    outcome: Vector, risk: Vector, weight: Vector | None = None
) -> Estimate | None:
    """Fit a logistic model on the figure's log odds; None if it cannot be fitted."""
    fit = fit_logistic(outcome, _log_odds_of(risk), weight)
    return fit and fit.slope_estimate


class LogisticFit(NamedTuple):
    """Intercept and slope with their covariance."""

    intercept: float
    slope: float
    covariance: tuple[tuple[float, float], tuple[float, float]]

    @property
    def slope_estimate(self) -> Estimate:
        """Return the slope with its 95 % interval (Wald)."""
        return _within(self.slope, math.sqrt(self.covariance[1][1]))


def fit_logistic(
    outcome: Vector, log_odds: Vector, weight: Vector | None = None
) -> LogisticFit | None:
    """Fit a logistic recalibration; None if the likelihood has no maximum.

    It has none if all figures or all outcomes are equal, or if the figures separate the
    outcomes but for ties (Albert 1984, doi 10.1093/biomet/71.1.1). With weights the
    covariance is the robust one.
    """
    if _are_alike(log_odds) or _are_alike(outcome):
        return None
    with_it, without = log_odds[outcome == 1], log_odds[outcome == 0]
    if with_it.min() >= without.max() or without.min() >= with_it.max():
        return None
    model = sm.GLM(
        outcome,
        sm.add_constant(log_odds),
        family=sm.families.Binomial(),
        var_weights=weight,
    )
    fit = model.fit(cov_type="nonrobust" if weight is None else "HC0")
    (constant, both), (_, squared) = np.asarray(fit.cov_params()).tolist()
    return LogisticFit(
        float(fit.params[0]), float(fit.params[1]), ((constant, both), (both, squared))
    )


def fit_intercept(
    outcome: Vector, log_odds: Vector, weight: Vector | None = None
) -> tuple[float, float]:
    """Fit the intercept, the slope held at 1; return it with its standard error.

    With this intercept as many events are expected as were observed. Reweighted least
    squares runs away if figures are extreme and wrong, so it is not used.
    """
    share = float(np.average(outcome, weights=weight))
    value = solve_intercept(log_odds, share, weight)
    risk = expit(value + log_odds)
    if weight is None:
        return value, 1 / math.sqrt(float(risk @ (1 - risk)))
    scores, information = weight * (outcome - risk), float(weight @ (risk * (1 - risk)))
    return value, math.sqrt(float(scores @ scores)) / information


def auc_delong(
    outcome: Vector, risk: Vector, weight: Vector | None = None
) -> Estimate | None:
    """Compute the area under the ROC curve, with its interval cut at 0 and 1.

    The variance follows from the placements of each group (DeLong 1988). A placement is
    the share of the other group below a figure, ties half; it is found in sorted
    figures, since pairs would need memory for n squared. The result is None if the
    groups do not overlap: the variance is then 0, and the interval would claim to be
    certain.
    """
    weights = np.ones(len(outcome)) if weight is None else weight
    area = float(roc_auc_score(outcome, risk, sample_weight=weight))
    variance = 0.0
    for value in (1, 0):
        group, others = outcome == value, outcome != value
        placed = _placements(risk[group], risk[others], weights[others])
        share = weights[group] / weights[group].sum()
        spread = (placed - share @ placed) ** 2
        # As many degrees of freedom as DeLong's unweighted variance has.
        freedom = 1 - float(share @ share)
        variance += float(share**2 @ spread) / freedom if freedom > 0 else 0.0
    if variance < NEAREST**2:  # but for rounding
        return None
    low, high = _within(area, math.sqrt(variance)).interval
    return Estimate(value=area, interval=(max(0.0, low), min(1.0, high)))


def _placements(group: Vector, others: Vector, weight: Vector) -> Vector:
    """Return the share of the others' weight below each figure, ties half."""
    order = np.argsort(others)
    ranked, summed = others[order], np.concatenate([[0.0], np.cumsum(weight[order])])
    below = summed[np.searchsorted(ranked, group)]
    at_most = summed[np.searchsorted(ranked, group, side="right")]
    placed: Vector = (below + at_most) / 2 / summed[-1]
    return placed


def calibration_groups(
    outcome: Vector, risk: Vector, weight: Vector | None = None
) -> tuple[CurvePoint, ...]:
    """Form groups of about equal size by figure; equal figures stay together.

    There are at most 10, of at least 20 patients each.
    """
    weights = np.ones(len(outcome)) if weight is None else weight
    most = min(MOST_GROUPS, len(risk) // SMALLEST_GROUP)
    starts: list[float] = []  # the lowest figure of each group
    size, left = len(risk), len(risk)  # of the last group; not yet in a group
    for figure, count in zip(*np.unique(risk, return_counts=True), strict=True):
        if most > 1 and size >= len(risk) / most and left >= SMALLEST_GROUP:
            starts.append(float(figure))
            size = 0
        size, left = size + count, left - count
    place = np.searchsorted(starts, risk, side="right")
    if len(starts) < 2:
        return ()
    points = []
    for group in range(1, len(starts) + 1):
        members = place == group
        shares = weights[members]
        mean = float(np.average(risk[members], weights=shares))
        share = float(np.average(outcome[members], weights=shares))
        # With unequal weights, patients count for fewer (Kish).
        effective = float(shares.sum() ** 2 / (shares @ shares))
        interval = wilson_interval(share * effective, effective)
        n = int(members.sum())
        points.append(
            CurvePoint(predicted=mean, observed=share, interval=interval, n=n)
        )
    return tuple(points)


def _smooth(outcome: Vector, risk: Vector) -> tuple[tuple[float, float], ...]:
    if len(np.unique(risk)) < SMALLEST_GROUP:
        return ()
    line = lowess(outcome, risk, frac=2 / 3, it=0, delta=0.01 * float(np.ptp(risk)))
    steps = np.unique(np.linspace(0, len(line) - 1, 60).astype(int))
    return tuple(
        (float(x), min(1.0, max(0.0, float(y))))
        for x, y in line[steps]
        if math.isfinite(y)
    )


def decision_curve(
    outcome: Vector, risk: Vector, weight: Vector | None = None
) -> tuple[NetBenefit, ...]:
    """Compute TP/n - FP/n x t/(1 - t) at each threshold t.

    Vickers 2006, doi 10.1177/0272989X06295361.
    """
    weights = np.ones(len(outcome)) if weight is None else weight
    n, prevalence = float(weights.sum()), float(np.average(outcome, weights=weights))
    points = []
    for threshold in THRESHOLDS:
        acted = risk >= threshold
        odds = threshold / (1 - threshold)
        weights_acted = weights[acted]
        true = float(weights_acted @ outcome[acted])
        false = float(weights_acted @ (1 - outcome[acted]))
        benefit = true / n - false / n * odds
        of_all = prevalence - (1 - prevalence) * odds
        points.append(NetBenefit(threshold=threshold, model=benefit, all=of_all))
    return tuple(points)

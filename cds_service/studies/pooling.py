"""One mean from published results, and how hospitals differ (docs/pooled.md, 1).

Build time only.

A meta-analysis weighs 1 / SE², a hospital 1 / (SE² + tau²). Tau is Paule and Mandel's,
over the hospitals; from few hospitals it is never taken as less than half the mean.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq  # type: ignore[import-untyped]

from cds_service.core.pooled_study import Entry, Rate
from cds_service.core.pooled_table import LeftOut, Pooled, PooledCoefficient

ENOUGH_HOSPITALS = 5  # from here on their differences are taken as found
LEAST_SHARE = 0.5  # of the mean; below so many hospitals tau is at least that
OUT_OF_TAU, OUT_OF_MEAN = 2.0, 3.0  # SD from the rest
STABLE = 1e-12
MOST_ROUNDS = 10_000
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its standard error, and tau; in log odds."""

    mean: float
    se: float
    tau: float

    def to_table(self) -> Pooled:
        """Return it as the table holds it."""
        return Pooled(mean=self.mean, se=self.se, tau=self.tau)


def pool_entries(entries: Sequence[Entry]) -> PooledCoefficient:
    """Pool the coefficient of one input; the farthest hospital may be left out."""
    left_out = _farthest(entries)
    pooled = _pool(entries, left_out)
    return PooledCoefficient(
        mean=pooled.mean,
        se=pooled.se,
        tau=pooled.tau,
        left_out=left_out,
        all_in=_pool(entries, None).to_table(),
    )


def pool_rates(rates: Sequence[Rate]) -> Pooled:
    """Return the log odds of the incidence; every source is one hospital."""
    log_odds = np.array(
        [math.log(rate.events / (rate.patients - rate.events)) for rate in rates]
    )
    variances = np.array(
        [1 / rate.events + 1 / (rate.patients - rate.events) for rate in rates]
    )
    tau = paule_mandel(log_odds, variances)
    weights = 1 / (variances + tau**2)
    return Pooled(
        mean=float(weights @ log_odds / weights.sum()),
        se=float(weights.sum() ** -0.5),
        tau=tau,
    )


def paule_mandel(values: NDArray[np.float64], variances: NDArray[np.float64]) -> float:
    """Find tau with which the weighted squares add to one less than the values."""

    def excess(squared: float) -> float:
        weights = 1 / (variances + squared)
        mean = weights @ values / weights.sum()
        return float(weights @ (values - mean) ** 2) - (len(values) - 1)

    if len(values) < 2 or excess(0.0) <= 0:
        return 0.0
    widest = float(np.ptp(values)) ** 2  # with so much nothing is in excess
    return math.sqrt(brentq(excess, 0.0, widest, xtol=STABLE))


def _farthest(entries: Sequence[Entry]) -> LeftOut | None:
    """Find the hospital farther from the others than chance explains."""
    distances = {
        entry.study: _distance(entry, entries)
        for entry in entries
        if entry.design == "cohort"
    }
    study = max(distances, key=lambda name: distances[name], default="")
    if not study or distances[study] <= OUT_OF_TAU:
        return None
    return LeftOut(
        study=study, distance=distances[study], of_mean=distances[study] > OUT_OF_MEAN
    )


def _distance(hospital: Entry, entries: Sequence[Entry]) -> float:
    """Measure, in SD, the distance from the result without this hospital."""
    others = [entry for entry in entries if entry is not hospital]
    if not any(entry.design == "cohort" for entry in others) or not any(
        entry.in_mean for entry in others
    ):
        return 0.0
    pooled = _pool(others, None)
    return abs(hospital.log_odds - pooled.mean) / math.sqrt(
        hospital.se**2 + pooled.tau**2 + pooled.se**2
    )


def _pool(entries: Sequence[Entry], left_out: LeftOut | None) -> Estimate:
    hospitals = [entry for entry in entries if entry.design == "cohort"]
    set_aside = {left_out.study} if left_out else NOBODY
    counted_hospitals = [
        hospital for hospital in hospitals if hospital.study not in set_aside
    ]
    tau = paule_mandel(
        np.array([hospital.log_odds for hospital in counted_hospitals]),
        np.array([hospital.se**2 for hospital in counted_hospitals], dtype=np.float64),
    )
    if len(hospitals) < ENOUGH_HOSPITALS:
        tau = _at_least_half_the_mean(
            [entry for entry in entries if entry.study not in set_aside], tau
        )
    remaining = [
        entry
        for entry in entries
        if not (left_out and left_out.of_mean and entry.study == left_out.study)
    ]
    return Estimate(*_mean(remaining, tau), tau)


def _at_least_half_the_mean(entries: Sequence[Entry], estimate: float) -> float:
    """Raise tau to half the mean that it gives itself, repeated until both stay."""
    if not any(entry.in_mean for entry in entries):
        return estimate
    tau = estimate
    for _ in range(MOST_ROUNDS):
        raised = max(estimate, LEAST_SHARE * abs(_mean(entries, tau)[0]))
        if abs(raised - tau) < STABLE:
            return raised
        tau = raised
    raise ArithmeticError("the least difference between hospitals does not settle")


def _mean(entries: Sequence[Entry], tau: float) -> tuple[float, float]:
    """Return the mean of the entries that enter it, and its standard error."""
    in_mean = [entry for entry in entries if entry.in_mean]
    values = np.array([entry.log_odds for entry in in_mean])
    weights = np.array(
        [
            1 / (entry.se**2 + (tau**2 if entry.design == "cohort" else 0.0))
            for entry in in_mean
        ]
    )
    return float(weights @ values / weights.sum()), float(weights.sum() ** -0.5)

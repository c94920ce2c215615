"""Pool published results to a mean, its error, and tau (docs/pooled.md, step 1).

Build time only. All numbers are log odds, for one unit of the input.

A meta-analysis weighs 1 / SE², a hospital (a cohort) 1 / (SE² + tau²). Tau, the SD
between hospitals, is that of Paule and Mandel. From fewer than five hospitals it is at
least half the mean.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq  # type: ignore[import-untyped]

from cds_service.core.models.pooled_study import Entry, Rate
from cds_service.core.models.pooled_table import LeftOut, Pooled, PooledCoefficient

ENOUGH_HOSPITALS = 5  # from so many on, tau is taken as found
LEAST_SHARE = 0.5  # of the mean: tau from fewer hospitals is at least this
# SD from the rest, beyond which a hospital leaves tau, or the mean too.
OUT_OF_TAU, OUT_OF_MEAN = 2.0, 3.0
STABLE = 1e-12
MOST_ROUNDS = 10_000


def pool_entries(entries: Sequence[Entry]) -> PooledCoefficient:
    """Pool the coefficient of one input; the farthest hospital may be left out."""
    left_out = _farthest(entries)
    pooled = _pool(entries, left_out)
    return PooledCoefficient(
        mean=pooled.mean,
        se=pooled.se,
        tau=pooled.tau,
        left_out=left_out,
        all_in=_pool(entries, None),
    )


def pool_rates(rates: Sequence[Rate]) -> Pooled:
    """Pool the baseline incidence, as log odds; every source is one hospital."""
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
    """Find tau, the SD between these values beyond their own variances.

    With weights 1 / (variance + tau²) the weighted squared distances from the weighted
    mean add to one less than the number of values. 0 if they add to less without tau.

    Args:
        values: one for each hospital.
        variances: SE² of each value.
    """

    def excess(tau_squared: float) -> float:
        weights = 1 / (variances + tau_squared)
        mean = weights @ values / weights.sum()
        return float(weights @ (values - mean) ** 2) - (len(values) - 1)

    if len(values) < 2 or excess(0.0) <= 0:
        return 0.0
    # With tau as wide as their whole range the values never differ too much.
    widest = float(np.ptp(values)) ** 2
    return math.sqrt(brentq(excess, 0.0, widest, xtol=STABLE))


def _farthest(entries: Sequence[Entry]) -> LeftOut | None:
    """Find the hospital farthest from the rest; None if it lies within 2 SD."""
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
    """Measure the distance of a hospital from the result without it, in SD.

    It is |b - M| / √(SE² + tau² + SE_M²). It is 0 if no other hospital is left to
    compare with, or no other entry in the mean.
    """
    others = [entry for entry in entries if entry is not hospital]
    has_hospital = any(entry.design == "cohort" for entry in others)
    has_mean = any(entry.in_mean for entry in others)
    if not (has_hospital and has_mean):
        return 0.0
    pooled = _pool(others, None)
    error = math.sqrt(hospital.se**2 + pooled.tau**2 + pooled.se**2)
    return abs(hospital.log_odds - pooled.mean) / error


def _pool(entries: Sequence[Entry], left_out: LeftOut | None) -> Pooled:
    """Pool the entries without the hospital that is left out."""
    of_tau = list(entries)
    of_mean = list(entries)
    if left_out:
        of_tau = [entry for entry in entries if entry.study != left_out.study]
    if left_out and left_out.of_mean:
        of_mean = of_tau
    tau = _tau(of_tau)
    # A hospital that is left out was seen all the same: it counts as one of five.
    hospitals = [entry for entry in entries if entry.design == "cohort"]
    if len(hospitals) < ENOUGH_HOSPITALS:
        tau = _at_least_half_the_mean(of_tau, tau)
    mean, error = _mean(of_mean, tau)
    return Pooled(mean=mean, se=error, tau=tau)


def _tau(entries: Sequence[Entry]) -> float:
    hospitals = [entry for entry in entries if entry.design == "cohort"]
    return paule_mandel(
        np.array([hospital.log_odds for hospital in hospitals]),
        np.array([hospital.se**2 for hospital in hospitals], dtype=np.float64),
    )


def _at_least_half_the_mean(entries: Sequence[Entry], estimate: float) -> float:
    """Raise tau to half the mean.

    The mean depends on tau through the weights, so both are repeated until tau stays.

    Args:
        estimate: tau of Paule and Mandel.
    """
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
    variances = np.array([entry.se**2 for entry in in_mean])
    is_hospital = np.array([entry.design == "cohort" for entry in in_mean])
    weights = 1 / (variances + np.where(is_hospital, tau**2, 0.0))
    return float(weights @ values / weights.sum()), float(weights.sum() ** -0.5)

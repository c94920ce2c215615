"""Pool a model's performance across hospitals: mean, and range of the next hospital.

Random effects with Paule and Mandel's tau, the interval of Hartung and Knapp for the
mean, and the prediction interval with k - 2 degrees of freedom (Riley 2011, doi
10.1136/bmj.d549; Debray 2017, doi 10.1136/bmj.i6460).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from scipy.stats import t as student  # type: ignore[import-untyped]
from statsmodels.stats.meta_analysis import combine_effects

from cds_service.core.models.study_tables import Z_95, Interval
from cds_service.population.validation.performance import FEWEST, Estimate, Performance

FEWEST_HOSPITALS = 3  # from here on a prediction interval has a degree of freedom
Measure = Literal["observedExpected", "calibrationIntercept", "calibrationSlope", "auc"]
MEASURES: Mapping[Measure, str] = {
    "observedExpected": "observed / expected",
    "calibrationIntercept": "intercept",
    "calibrationSlope": "slope",
    "auc": "AUC",
}


class Result(NamedTuple):
    """One hospital's measure, with its standard error, on the scale of pooling."""

    value: float
    error: float


class Pooled(NamedTuple):
    """One measure over all hospitals, on its own scale.

    Attributes:
        interval: 95 % of the mean.
        next_hospital: 95 % of what one more hospital would find.
        tau: SD between hospitals, on the scale of pooling.
        hospitals: number of hospitals with this measure.
    """

    mean: float
    interval: Interval
    next_hospital: Interval
    tau: float
    hospitals: int


class AcrossHospitals(NamedTuple):
    """Every measure that at least three hospitals carry."""

    pooled: Mapping[Measure, Pooled]

    def to_json(self) -> dict[str, Any]:
        """Return the JSON that `validate --json` prints."""
        return {
            name: {
                "mean": result.mean,
                "interval": result.interval,
                "nextHospital": result.next_hospital,
                "tau": result.tau,
                "hospitals": result.hospitals,
            }
            for name, result in self.pooled.items()
        }


def across_hospitals(hospitals: Mapping[str, Performance]) -> AcrossHospitals | None:
    """Pool the measures of hospitals; None if fewer than three carry any."""
    results = [results_of(hospital) for hospital in hospitals.values()]
    return pool_results(results)


def pool_results(
    hospitals: Sequence[Mapping[Measure, Result]],
) -> AcrossHospitals | None:
    """Pool each measure that at least three hospitals carry; None if there is none."""
    pooled = {}
    for name in SCALES:
        results = [measures[name] for measures in hospitals if name in measures]
        if len(results) >= FEWEST_HOSPITALS:
            pooled[name] = _pool(name, results)
    return AcrossHospitals(pooled) if pooled else None


def results_of(hospital: Performance) -> dict[Measure, Result]:
    """Return the measures of one hospital on the scale of pooling.

    There are none if it has too few events.
    """
    if min(hospital.events, hospital.n - hospital.events) < FEWEST:
        return {}
    estimates: dict[Measure, Estimate | None] = {
        "observedExpected": hospital.observed_expected,
        "calibrationIntercept": hospital.calibration_intercept,
        "calibrationSlope": hospital.calibration_slope,
        "auc": hospital.auc,
    }
    return {
        name: _on_scale(name, estimate)
        for name, estimate in estimates.items()
        if estimate
    }


def _identity(value: float) -> float:
    return value


def _logit(value: float) -> float:
    inside = min(max(value, 1e-6), 1 - 1e-6)
    return math.log(inside / (1 - inside))


def _expit(value: float) -> float:
    return 1 / (1 + math.exp(-value))


# The function to the scale of pooling, and its inverse.
Scale = tuple[Callable[[float], float], Callable[[float], float]]
SCALES: Mapping[Measure, Scale] = {
    "observedExpected": (math.log, math.exp),
    "calibrationIntercept": (_identity, _identity),
    "calibrationSlope": (_identity, _identity),
    "auc": (_logit, _expit),
}


def _on_scale(name: Measure, estimate: Estimate) -> Result:
    to_scale, _ = SCALES[name]
    low, high = (to_scale(end) for end in estimate.interval)
    return Result(to_scale(estimate.value), (high - low) / (2 * Z_95))


def _pool(name: Measure, hospitals: Sequence[Result]) -> Pooled:
    values = np.array([result.value for result in hospitals])
    variances = np.array([result.error**2 for result in hospitals])
    combined = combine_effects(values, variances, method_re="iterated", use_t=True)
    mean, tau2 = float(combined.mean_effect_re), max(0.0, float(combined.tau2))
    error = float(combined.sd_eff_w_re_hksj)
    margin = float(student.ppf(0.975, len(values) - 1)) * error
    spread = float(student.ppf(0.975, len(values) - 2)) * math.sqrt(tau2 + error**2)
    _, back = SCALES[name]
    return Pooled(
        mean=back(mean),
        interval=(back(mean - margin), back(mean + margin)),
        next_hospital=(back(mean - spread), back(mean + spread)),
        tau=math.sqrt(tau2),
        hospitals=len(values),
    )

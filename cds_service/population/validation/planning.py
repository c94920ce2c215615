"""Plan how many patients a local validation needs.

Riley 2021, doi 10.1002/sim.9025, with the target widths of its authors' program
(pmvalsampsize): 95 % intervals of observed / expected and of the slope 0.2 wide, of the
AUC 0.1 wide. Collins 2016 asks for at least 100 patients with and 100 without the
outcome.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq  # type: ignore[import-untyped]
from scipy.special import expit  # type: ignore[import-untyped]

from cds_service.core.models.pooled import PooledModel
from cds_service.core.models.study_tables import Z_95
from cds_service.population.validation.performance import ENOUGH
from cds_service.studies.cohort import solve_intercept
from cds_service.studies.pooled_model import make_population, used_betas

Vector = NDArray[np.float64]
RATIO_WIDTH, SLOPE_WIDTH, AUC_WIDTH = 0.2, 0.2, 0.1
WIDER = 2  # times as wide: enough to see that a model is far off
POINTS = 2**12
MOST_PATIENTS = 10**7


class Predictor(NamedTuple):
    """The log odds of a population, with weights that add to 1."""

    log_odds: Vector
    weights: Vector

    @property
    def incidence(self) -> float:
        return float(self.weights @ expit(self.log_odds))


class Need(NamedTuple):
    """Patients for one measure, and the events that they bring on average."""

    measure: str
    width: float
    patients: int
    events: int


class Plan(NamedTuple):
    """The patients that a validation at this incidence needs.

    Attributes:
        auc: the AUC that the model would have if it were right here.
        needs: by measure; the largest decides.
        rough: the same with intervals twice as wide.
    """

    incidence: float
    auc: float
    needs: tuple[Need, ...]
    rough: tuple[Need, ...]

    @property
    def patients(self) -> int:
        """Return the number that serves every measure."""
        return max(need.patients for need in self.needs)


def plan_validation(pooled: PooledModel, incidence: float) -> Plan:
    """Plan the validation of the pooled model if this share has the outcome.

    Args:
        incidence: 0..1, within the model's time.
    """
    predictor = predictor_at(pooled, incidence)
    auc = _auc_of(predictor)
    return Plan(
        incidence=incidence,
        auc=auc,
        needs=_needs(predictor, auc, 1),
        rough=_needs(predictor, auc, WIDER),
    )


def predictor_at(pooled: PooledModel, incidence: float) -> Predictor:
    """Make the log odds of the model's own patients, shifted to this incidence."""
    population = make_population(pooled.study, "t", POINTS)
    betas = used_betas(pooled.study, pooled.table.coefficients, "t")
    log_odds = population.values @ betas
    shift = solve_intercept(log_odds, incidence, population.weights)
    return Predictor(log_odds + shift, population.weights)


def _auc_of(predictor: Predictor) -> float:
    """Compute the AUC of right figures, by pairs with and without the outcome."""
    order = np.argsort(predictor.log_odds)
    risk = expit(predictor.log_odds[order])
    with_it = predictor.weights[order] * risk
    without = predictor.weights[order] * (1 - risk)
    below = np.cumsum(without) - without / 2
    return float(with_it @ below / (with_it.sum() * without.sum()))


def _needs(predictor: Predictor, auc: float, wider: float) -> tuple[Need, ...]:
    share = predictor.incidence
    widths = (
        (
            "observed / expected",
            RATIO_WIDTH,
            _patients_for_ratio(share, RATIO_WIDTH * wider),
        ),
        ("slope", SLOPE_WIDTH, _patients_for_slope(predictor, SLOPE_WIDTH * wider)),
        ("AUC", AUC_WIDTH, patients_for_auc(auc, share, AUC_WIDTH * wider)),
        ("100 with and without", 0.0, math.ceil(ENOUGH / min(share, 1 - share))),
    )
    return tuple(
        Need(name, width * wider, patients, round(patients * share))
        for name, width, patients in widths
    )


def _patients_for_ratio(share: float, width: float) -> int:
    """Count patients for so wide an interval of observed / expected around 1."""
    # The interval is symmetric in logs: its width is 2 sinh(1.96 SE).
    error = math.asinh(width / 2) / Z_95
    return math.ceil((1 - share) / (share * error**2))


def _patients_for_slope(predictor: Predictor, width: float) -> int:
    """Count patients for so wide an interval of the calibration slope around 1."""
    risk = expit(predictor.log_odds)
    information = predictor.weights * risk * (1 - risk)
    first = float(information.sum())
    mixed = float(information @ predictor.log_odds)
    second = float(information @ predictor.log_odds**2)
    error = width / (2 * Z_95)
    return math.ceil(first / (error**2 * (first * second - mixed**2)))


def patients_for_auc(auc: float, share: float, width: float) -> int:
    """Count patients for so wide an interval of the AUC.

    The standard error is Newcombe's.
    """

    def excess(patients: float) -> float:
        half = patients / 2 - 1
        spread = 1 + half * (1 - auc) / (2 - auc) + half * auc / (1 + auc)
        variance = auc * (1 - auc) * spread / (patients**2 * share * (1 - share))
        return 2 * Z_95 * math.sqrt(variance) - width

    return math.ceil(float(brentq(excess, 10, MOST_PATIENTS)))

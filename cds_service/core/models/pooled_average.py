"""Average the pooled model over the inputs of a patient that are not known.

Steps 4 and 5 of docs/pooled.md. One model has one bone input, T-score or HU. Whatever
depends only on which inputs are known is computed once and kept: a patient with an
average record then costs some thousand small terms.

Shapes: k inputs with one bone input, of which the first c are continuous (T or HU, BMI,
age); r rows, one for each patient that this one may be.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cds_service.core.models.pooled_study import SARCOPENIA, Bone, PooledStudy
from cds_service.core.models.pooled_table import PooledTable
from cds_service.core.models.prediction import logit
from cds_service.core.models.reduced_tables import Matrix, Vector

# Nine points of Gauss-Hermite for a standard normal; the weights add to 1.
NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
NODE_WEIGHTS = NODE_WEIGHTS / NODE_WEIGHTS.sum()
Columns = NDArray[np.intp]


class Centre(NamedTuple):
    """The intercept of the model, and its average patient, at one baseline.

    Attributes:
        intercept: log odds at all inputs 0 (a of step 3).
        means: mean of each input, weighted by p(1 - p) (m of step 3); k values in the
            order of the model.
    """

    intercept: float
    means: Vector


class Estimate(NamedTuple):
    """A figure with one bone input.

    Attributes:
        log_odds: log odds of the risk.
        error: standard error of these log odds against the average of the same hospital
            (s_rel of step 5).
    """

    bone: Bone
    log_odds: float
    error: float


@dataclass(frozen=True, slots=True)
class _Grid:
    """The rows for one set of known inputs, before the values of a patient are known.

    A row is one patient that this one may be: a point of Gauss-Hermite for each unknown
    continuous input, with one answer to each unknown yes/no input.

    Attributes:
        names: names of the known inputs, by column.
        known: columns of the known continuous inputs.
        unknown: columns of the unknown continuous inputs.
        known_spread: mean and SD of the known ones, in their units.
        unknown_spread: mean and SD of the unknown ones, in their units.
        unknown_held: lowest and highest value of the unknown ones, in their units.
        regression: coefficients of the unknown standardised inputs on the known ones;
            one row for each known, one column for each unknown.
        deviations: distances of the unknown inputs from that regression, in SD; one row
            for each of r, one column for each unknown.
        values: r x k; the answers to the unknown yes/no inputs, all else 0.
        weights: r values: how likely each row is; that of sarcopenia is not yet in.
        has_sarcopenia: r answers; None if it is known.
    """

    names: Mapping[int, str]
    known: Columns
    unknown: Columns
    known_spread: tuple[Vector, Vector]
    unknown_spread: tuple[Vector, Vector]
    unknown_held: tuple[Vector, Vector]
    regression: Matrix
    deviations: Matrix
    values: Matrix
    weights: Vector
    has_sarcopenia: NDArray[np.bool_] | None


@dataclass(frozen=True, slots=True)
class _Terms:
    """The model with one bone input; all arrays are in the order of `names`.

    Attributes:
        names: the k inputs, the c continuous ones first.
        betas: k coefficients as used, after shrinking, log odds per unit.
        variances: k variances of the coefficients in a new hospital, se² + tau².
        means: c means over the population.
        sds: c standard deviations over the population.
        held: c x 2, the lowest and the highest value used.
        correlation: c x c, of the continuous inputs.
        shifts: c values, log odds of sarcopenia per SD of a continuous input.
    """

    names: tuple[str, ...]
    betas: Vector
    variances: Vector
    means: Vector
    sds: Vector
    held: Matrix
    correlation: Matrix
    shifts: Vector


@dataclass(frozen=True, slots=True)
class Averaging:
    """The pooled model's numbers in the form in which a patient needs them."""

    study: PooledStudy
    table: PooledTable
    _terms: dict[Bone, _Terms] = field(default_factory=dict, repr=False)
    _grids: dict[tuple[Bone, frozenset[str]], _Grid] = field(
        default_factory=dict, repr=False
    )
    _centres: dict[tuple[Bone, float], Centre] = field(default_factory=dict, repr=False)

    def centre(self, bone: Bone, baseline: float) -> Centre:
        """Interpolate intercept and means at a baseline (log odds)."""
        centre = self._centres.get((bone, baseline))
        if centre is None:
            rows = self.table.centres[bone]
            means = [
                np.interp(baseline, rows.log_odds, rows.means[name])
                for name in self.study.names(bone)
            ]
            intercept = float(np.interp(baseline, rows.log_odds, rows.intercepts))
            centre = self._centres[bone, baseline] = Centre(intercept, np.array(means))
        return centre

    def estimate(
        self, bone: Bone, used: Mapping[str, float], baseline: float
    ) -> Estimate:
        """Estimate the figure with this bone input, and its error (steps 4 and 5).

        The figure is P = Σ w·p over the rows. By the delta method its log odds have the
        gradient g = Σ w·p(1 - p)(x - m) / (P(1 - P)) in the coefficients, and the
        variance Σ g²(se² + tau²).

        Args:
            bone: the bone input that enters; the other one is ignored.
            used: known inputs, after holding.
            baseline: log odds of the incidence.
        """
        terms, centre = self._terms_of(bone), self.centre(bone, baseline)
        patients, weights = self._patients(bone, used)
        risks = _risks(patients, terms, centre)
        risk = float(weights @ risks)
        slopes = weights * risks * (1 - risks) / (risk * (1 - risk))
        gradient = slopes @ patients - slopes.sum() * centre.means
        error = math.sqrt(float(gradient**2 @ terms.variances))
        return Estimate(bone, logit(risk), error)

    def log_odds(self, bone: Bone, used: Mapping[str, float], baseline: float) -> float:
        """Return the log odds of that figure, without its error."""
        patients, weights = self._patients(bone, used)
        risks = _risks(patients, self._terms_of(bone), self.centre(bone, baseline))
        return logit(float(weights @ risks))

    def _patients(self, bone: Bone, used: Mapping[str, float]) -> tuple[Matrix, Vector]:
        """List every patient that this one may be: r x k values, r weights."""
        terms = self._terms_of(bone)
        grid = self._grid(bone, frozenset(used).intersection(terms.names))
        values = grid.values.copy()
        for column, name in grid.names.items():
            values[:, column] = used[name]
        scores = np.empty((len(values), len(terms.means)))  # standardised values
        mean, sd = grid.known_spread
        scores[:, grid.known] = (values[:, grid.known] - mean) / sd
        if len(grid.unknown):
            standardised = grid.deviations + scores[:, grid.known] @ grid.regression
            (mean, sd), (lowest, highest) = grid.unknown_spread, grid.unknown_held
            # Sarcopenia follows the score as it is; the coefficient takes it held.
            scores[:, grid.unknown] = standardised
            values[:, grid.unknown] = np.minimum(
                np.maximum(mean + sd * standardised, lowest), highest
            )
        if grid.has_sarcopenia is None:
            return values, grid.weights
        share = self.study.sarcopenia_share(scores @ terms.shifts)
        answers = np.where(grid.has_sarcopenia, share, 1 - share)
        return values, grid.weights * answers

    def _grid(self, bone: Bone, known: frozenset[str]) -> _Grid:
        """Return the rows for this set of known inputs; made at first use."""
        grid = self._grids.get((bone, known))
        if grid is None:
            grid = self._grids[bone, known] = _make_grid(
                self.study, self._terms_of(bone), known
            )
        return grid

    def _terms_of(self, bone: Bone) -> _Terms:
        terms = self._terms.get(bone)
        if terms is None:
            terms = self._terms[bone] = _make_terms(self.study, self.table, bone)
        return terms


def _risks(patients: Matrix, terms: _Terms, centre: Centre) -> Vector:
    """Return the risk of each row, 0..1."""
    return np.asarray(1 / (1 + np.exp(-(centre.intercept + patients @ terms.betas))))


def _make_terms(study: PooledStudy, table: PooledTable, bone: Bone) -> _Terms:
    names, numbers = study.names(bone), study.numbers_with(bone)
    shift = study.sarcopenia_shift
    return _Terms(
        names=names,
        betas=np.array(
            [study.shrink * table.coefficients[name].mean for name in names]
        ),
        variances=np.array([table.coefficients[name].variance for name in names]),
        means=np.array([number.mean for number in numbers]),
        sds=np.array([number.sd for number in numbers]),
        held=np.array([number.held for number in numbers]),
        correlation=study.correlations(bone),
        shifts=np.array([shift.of(number.id) for number in numbers]),
    )


def _make_grid(study: PooledStudy, terms: _Terms, known: frozenset[str]) -> _Grid:
    """Make the rows for a set of known inputs (step 4).

    Given the known continuous inputs, the unknown ones are normal, with the mean of
    their regression on the known and the covariance that is left. Each of their points
    is repeated for every combination of answers to the unknown yes/no inputs.
    """
    numbers = range(len(terms.means))
    known_columns = [column for column in numbers if terms.names[column] in known]
    unknown_columns = [column for column in numbers if terms.names[column] not in known]
    regression, covariance = _given_known(terms, known_columns, unknown_columns)

    points, point_weights = _normal_points(len(unknown_columns))
    deviations = points @ np.linalg.cholesky(covariance).T
    unknown_yes_no = [name for name in terms.names[len(numbers) :] if name not in known]
    answers = np.array(list(product((0.0, 1.0), repeat=len(unknown_yes_no))))

    values = np.zeros((len(points) * len(answers), len(terms.names)))
    weights = np.repeat(point_weights, len(answers))
    for number, name in enumerate(unknown_yes_no):
        answer = np.tile(answers[:, number], len(points))
        values[:, terms.names.index(name)] = answer
        # The share of sarcopenia follows the other values: `Averaging._patients`.
        if name != SARCOPENIA:
            share = study.yes_no_by_id[name].unrecorded
            weights = weights * np.where(answer == 1, share, 1 - share)
    has_sarcopenia = None
    if SARCOPENIA not in known:
        has_sarcopenia = values[:, terms.names.index(SARCOPENIA)] == 1
    return _Grid(
        names={
            column: name for column, name in enumerate(terms.names) if name in known
        },
        known=np.array(known_columns, dtype=np.intp),
        unknown=np.array(unknown_columns, dtype=np.intp),
        known_spread=(terms.means[known_columns], terms.sds[known_columns]),
        unknown_spread=(terms.means[unknown_columns], terms.sds[unknown_columns]),
        unknown_held=(terms.held[unknown_columns, 0], terms.held[unknown_columns, 1]),
        regression=regression,
        deviations=np.repeat(deviations, len(answers), axis=0),
        values=values,
        weights=weights,
        has_sarcopenia=has_sarcopenia,
    )


def _given_known(
    terms: _Terms, known: list[int], unknown: list[int]
) -> tuple[Matrix, Matrix]:
    """Regress the unknown standardised inputs on the known ones.

    Returns:
        The coefficients, one row for each known and one column for each unknown input,
        and the covariance that the regression leaves.
    """
    across = terms.correlation[np.ix_(known, unknown)]
    regression = np.asarray(
        np.linalg.solve(terms.correlation[np.ix_(known, known)], across),
        dtype=np.float64,
    )
    covariance = terms.correlation[np.ix_(unknown, unknown)] - across.T @ regression
    return regression, covariance


def _normal_points(inputs: int) -> tuple[Matrix, Vector]:
    """Return 9 ** inputs points of a standard normal, with their weights."""
    points = np.array(list(product(NODES.tolist(), repeat=inputs)))
    weights = np.prod(np.array(list(product(NODE_WEIGHTS, repeat=inputs))), axis=1)
    return points, np.asarray(weights)

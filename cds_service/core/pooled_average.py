"""Average the pooled model over what is not known of a patient (docs/pooled.md).

What follows from the set of known inputs alone is kept, so that an average record costs
some thousand small terms.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cds_service.core.pooled_study import SARCOPENIA, Bone, PooledStudy
from cds_service.core.pooled_table import PooledTable
from cds_service.core.prediction import logit
from cds_service.core.table import Matrix, Vector

NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
NODE_WEIGHTS = NODE_WEIGHTS / NODE_WEIGHTS.sum()
Columns = NDArray[np.intp]


class Centre(NamedTuple):
    """The place of the model at a baseline, with one bone input.

    Attributes:
        intercept: log odds at all inputs 0.
        means: mean of each input, in the order of the model.
    """

    intercept: float
    means: Vector


class Estimate(NamedTuple):
    """A figure with one bone input.

    Attributes:
        log_odds: log odds of the risk.
        error: standard error of the place in the same hospital, log odds.
    """

    bone: Bone
    log_odds: float
    error: float


@dataclass(frozen=True, slots=True)
class _Grid:
    """Everything that a patient of whom these inputs are known may be, a row each.

    Attributes:
        names: names of the inputs with a value, by column.
        known: continuous inputs with a value, by column.
        open: continuous inputs without one, by column.
        known_spread: mean and SD of the known ones.
        open_spread: mean and SD of the open ones.
        open_held: lowest and highest value of the open ones.
        regression: from known standardised values to the open ones.
        deviations: deviations of the open inputs from that, standardised.
        values: values of the yes/no inputs without a value; the other columns are 0.
        weights: weights of the rows, before sarcopenia has its own.
        has_sarcopenia: by row, if it is not known.
    """

    names: Mapping[int, str]
    known: Columns
    open: Columns
    known_spread: tuple[Vector, Vector]
    open_spread: tuple[Vector, Vector]
    open_held: tuple[Vector, Vector]
    regression: Matrix
    deviations: Matrix
    values: Matrix
    weights: Vector
    has_sarcopenia: NDArray[np.bool_] | None


@dataclass(frozen=True, slots=True)
class _Terms:
    """The model with one bone input; columns are in the order of `names`.

    Attributes:
        variances: variances of the coefficients in a new hospital.
        correlation: correlation of the continuous inputs, which come first.
        shifts: log odds of sarcopenia per SD of the continuous inputs.
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
        """Return the figure with this bone input.

        Args:
            bone: whose coefficient enters; the other one is left alone.
            used: known inputs, after holding.
            baseline: log odds of the incidence.
        """
        terms, centre = self._of(bone), self.centre(bone, baseline)
        patients, weights = self._patients(bone, used)
        risks = _risks(patients, terms, centre)
        risk = float(weights @ risks)
        moved = weights * risks * (1 - risks) / (risk * (1 - risk))
        gradient = moved @ patients - moved.sum() * centre.means
        return Estimate(
            bone, logit(risk), math.sqrt(float(gradient**2 @ terms.variances))
        )

    def log_odds(self, bone: Bone, used: Mapping[str, float], baseline: float) -> float:
        """Return the log odds of that figure alone."""
        patients, weights = self._patients(bone, used)
        risks = _risks(patients, self._of(bone), self.centre(bone, baseline))
        return logit(float(weights @ risks))

    def _patients(self, bone: Bone, used: Mapping[str, float]) -> tuple[Matrix, Vector]:
        """List every patient that this one may be, a row each, with its weight."""
        terms = self._of(bone)
        grid = self._grid(bone, frozenset(used).intersection(terms.names))
        values = grid.values.copy()
        for column, name in grid.names.items():
            values[:, column] = used[name]
        scores = np.empty((len(values), len(terms.means)))
        mean, sd = grid.known_spread
        scores[:, grid.known] = (values[:, grid.known] - mean) / sd
        if len(grid.open):
            standardised = grid.deviations + scores[:, grid.known] @ grid.regression
            (mean, sd), (lowest, highest) = grid.open_spread, grid.open_held
            scores[:, grid.open] = standardised
            values[:, grid.open] = np.minimum(
                np.maximum(mean + sd * standardised, lowest), highest
            )
        if grid.has_sarcopenia is None:
            return values, grid.weights
        yes = self.study.sarcopenia_share(scores @ terms.shifts)
        return values, grid.weights * np.where(grid.has_sarcopenia, yes, 1 - yes)

    def _grid(self, bone: Bone, known: frozenset[str]) -> _Grid:
        """Return the rows for this set of known inputs; made at first use."""
        grid = self._grids.get((bone, known))
        if grid is None:
            grid = self._grids[bone, known] = _make_grid(
                self.study, self._of(bone), known
            )
        return grid

    def _of(self, bone: Bone) -> _Terms:
        terms = self._terms.get(bone)
        if terms is None:
            terms = self._terms[bone] = _make_terms(self.study, self.table, bone)
        return terms


def _risks(patients: Matrix, terms: _Terms, centre: Centre) -> Vector:
    """Return the risk of each patient, 0..1."""
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
    numbers = range(len(terms.means))
    known_columns = [column for column in numbers if terms.names[column] in known]
    open_columns = [column for column in numbers if terms.names[column] not in known]
    across = terms.correlation[np.ix_(known_columns, open_columns)]
    regression = np.asarray(
        np.linalg.solve(
            terms.correlation[np.ix_(known_columns, known_columns)], across
        ),
        dtype=np.float64,
    )
    spread = (
        terms.correlation[np.ix_(open_columns, open_columns)] - across.T @ regression
    )
    points = np.array(list(product(NODES.tolist(), repeat=len(open_columns))))
    deviations = points @ np.linalg.cholesky(spread).T
    of_points = np.prod(
        np.array(list(product(NODE_WEIGHTS, repeat=len(open_columns)))), axis=1
    )
    open_names = [name for name in terms.names[len(numbers) :] if name not in known]
    answers = np.array(list(product((0.0, 1.0), repeat=len(open_names))))
    rows = len(points) * len(answers)
    values = np.zeros((rows, len(terms.names)))
    weights = np.repeat(of_points, len(answers))
    for column, name in enumerate(open_names):
        answer = np.tile(answers[:, column], len(points))
        values[:, terms.names.index(name)] = answer
        if name != SARCOPENIA:  # its share depends on the others
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
        open=np.array(open_columns, dtype=np.intp),
        known_spread=(terms.means[known_columns], terms.sds[known_columns]),
        open_spread=(terms.means[open_columns], terms.sds[open_columns]),
        open_held=(terms.held[open_columns, 0], terms.held[open_columns, 1]),
        regression=regression,
        deviations=np.repeat(deviations, len(answers), axis=0),
        values=values,
        weights=weights,
        has_sarcopenia=has_sarcopenia,
    )

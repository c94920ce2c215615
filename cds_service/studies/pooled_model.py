"""Build the table of the pooled model from its file (docs/pooled.md, steps 1 to 3).

Build time only.
"""

from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtri  # type: ignore[import-untyped]

from cds_service.core.models.pooled_study import BONES, SARCOPENIA, Bone, PooledStudy
from cds_service.core.models.pooled_table import (
    Centres,
    PooledCoefficient,
    PooledTable,
    write_pooled_table,
)
from cds_service.core.models.study_files import load_pooled_study
from cds_service.loading import REDUCED, STUDIES, load_vocabulary
from cds_service.studies.cohort import SEED, spread_points
from cds_service.studies.pooling import pool_entries, pool_rates

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
POINTS = 2**15
BASELINES = np.arange(-50, 16) / 10  # log odds: 0.7 to 82 %; the service interpolates
CLOSE = 1e-12
MOST_STEPS = 100


class Population(NamedTuple):
    """Patients with one bone input, each with every combination of the yes/no inputs.

    Attributes:
        names: names of the k inputs, one column each.
        values: one row for each patient and combination, k columns; yes is 1.
        weights: share of the population that a row represents; they add to 1.
    """

    names: tuple[str, ...]
    values: Matrix
    weights: Vector


def build_pooled_table(
    say: Callable[[str], None] | None = None, folder: Path = REDUCED
) -> None:
    """Build and write the table of the pooled model in force."""
    study = load_pooled_study(STUDIES, load_vocabulary())
    write_pooled_table(pooled_table(study, say), folder)


def pooled_table(
    study: PooledStudy,
    say: Callable[[str], None] | None = None,
    *,
    points: int = POINTS,
) -> PooledTable:
    """Return the table of the pooled model.

    Args:
        points: number of points of the population, a power of 2.
    """
    coefficients = {
        study_input.id: pool_entries(study_input.entries)
        for study_input in study.inputs
    }
    centres = {}
    for bone in BONES:
        centres[bone] = _find_centres(
            make_population(study, bone, points), used_betas(study, coefficients, bone)
        )
        if say is not None:
            say(f"{study.id}: population with {study.numbers_with(bone)[0].title}")
    return PooledTable(
        study=study.id,
        study_digest=study.table_digest,
        seed=SEED,
        points=points,
        baseline=pool_rates(study.rates),
        coefficients=coefficients,
        centres=centres,
    )


def used_betas(
    study: PooledStudy, pooled: Mapping[str, PooledCoefficient], bone: Bone
) -> Vector:
    """Return the coefficients that a figure uses, in the order of the inputs."""
    return np.array([study.shrink * pooled[name].mean for name in study.names(bone)])


def make_population(study: PooledStudy, bone: Bone, points: int) -> Population:
    """Make the patients of a hospital of whom nothing is known (step 3).

    The continuous inputs are Sobol points of a normal distribution, each held in its
    range. Every point is repeated for all combinations of answers, weighted by their
    probability. Sarcopenia follows the standardised inputs before they are held.

    Args:
        points: a power of 2.
    """
    numbers = study.numbers_with(bone)
    spread = spread_points(
        [number.id for number in numbers], points, f"{study.id}/{bone}", SEED
    )
    normal = ndtri(np.column_stack([spread[number.id] for number in numbers]))
    scores = normal @ np.linalg.cholesky(study.correlations(bone)).T
    means = np.array([number.mean for number in numbers])
    sds = np.array([number.sd for number in numbers])
    held = np.array([number.held for number in numbers])
    continuous = np.clip(means + sds * scores, held[:, 0], held[:, 1])
    sarcopenia = study.sarcopenia_share(
        scores @ [study.sarcopenia_shift.of(number.id) for number in numbers]
    )
    values, weights = [], []
    for answers in product((0.0, 1.0), repeat=len(study.yes_no)):
        weight = np.full(points, 1 / points)
        for predictor, answer in zip(study.yes_no, answers, strict=True):
            share = sarcopenia if predictor.id == SARCOPENIA else predictor.share
            weight = weight * (share if answer else 1 - share)
        weights.append(weight)
        values.append(np.column_stack([continuous, np.tile(answers, (points, 1))]))
    return Population(
        names=study.names(bone),
        values=np.vstack(values),
        weights=np.concatenate(weights),
    )


def _find_centres(population: Population, betas: Vector) -> Centres:
    """Find intercept and mean inputs at every baseline (step 3).

    The intercept makes the mean risk the baseline. The means weigh each patient by
    p(1 - p).

    Args:
        betas: k coefficients as used, log odds per unit.
    """
    predictor = population.values @ betas
    intercept = float(BASELINES[0]) - float(population.weights @ predictor)
    intercepts = []
    means = []
    for baseline in expit(BASELINES):
        # The intercept of the baseline before is a start close by.
        intercept = _solve(predictor, population.weights, float(baseline), intercept)
        risk = expit(intercept + predictor)
        slopes = population.weights * risk * (1 - risk)
        intercepts.append(intercept)
        means.append(slopes @ population.values / slopes.sum())
    columns = zip(*np.array(means).tolist(), strict=True)
    return Centres(
        log_odds=tuple(BASELINES.tolist()),
        intercepts=tuple(intercepts),
        means=dict(zip(population.names, columns, strict=True)),
    )


def _solve(predictor: Vector, weights: Vector, baseline: float, start: float) -> float:
    """Find the intercept with which the mean risk is the baseline, by Newton.

    Args:
        predictor: log odds of each row without the intercept.
        baseline: 0..1.
        start: a first guess of the intercept.

    Raises:
        ArithmeticError: none was found.
    """
    intercept = start
    target = np.log(baseline / (1 - baseline))
    for _ in range(MOST_STEPS):
        risk = expit(intercept + predictor)
        mean = float(weights @ risk)
        slope = float(weights @ (risk * (1 - risk))) / (mean * (1 - mean))
        step = (target - np.log(mean / (1 - mean))) / slope
        intercept += float(step)
        if abs(step) < CLOSE:
            return intercept
    raise ArithmeticError("the intercept of the pooled model is not found")

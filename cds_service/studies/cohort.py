"""Rebuild a study's cohort from its printed tables (docs/evidence.md, steps 1 to 3).

Build time only: the service never draws anything. The draws are a scrambled Sobol
sequence, which is spread more evenly than random numbers. With 40,000 of them the terms
of the reduced models vary with the seed by 0.3 %; with random numbers by 3 %.

Shapes: n draws, and k terms of the printed model.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import brentq, root  # type: ignore[import-untyped]
from scipy.special import expit, ndtri, softmax  # type: ignore[import-untyped]
from scipy.stats import qmc  # type: ignore[import-untyped]

from cds_service.core.models.logistic_study import (
    LogisticStudy,
    Predictor,
    Statistics,
    Term,
)
from cds_service.core.models.reduced_tables import Matrix, Vector

SEED = 2022
SOBOL_BITS = 30
RAKING_TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Rebuilt patients; all arrays are read-only.

    Attributes:
        terms: the k terms of the printed model.
        input_names: findings that a figure uses. The cohort has columns of the others
            too (`Predictor.raking_only`).
        incidence: share of the study's patients with the outcome, 0..1.
        intercept: of the printed model, log odds.
        inputs: n x k, in the units of the study; yes is 1.
        weights: n shares of the cohort that the rows represent; they add to 1.
        linear_predictor: n log odds by the printed model: intercept + Σ beta x input.
        risk: n risks by the printed model, 0..1.
    """

    terms: tuple[Term, ...]
    input_names: tuple[str, ...]
    incidence: float
    intercept: float
    inputs: Matrix
    weights: Vector
    linear_predictor: Vector
    risk: Vector

    @property
    def means(self) -> Vector:
        """Return the k weighted means of the inputs."""
        return self.weights @ self.inputs

    @property
    def effective_share(self) -> float:
        """Return the effective sample after weighting, as share of the draws, 0..1."""
        return float(1 / (self.weights @ self.weights) / len(self.weights))


def rebuild_cohort(
    study: LogisticStudy, *, draws: int | None = None, seed: int = SEED
) -> Cohort:
    """Rebuild the cohort, with its intercept but not yet weighted (steps 1 and 2).

    Within each outcome group the inputs are independent, with the printed
    distributions; the groups are mixed in the printed ratio.

    Args:
        draws: number of patients; the study's own by default.
    """
    draws = draws or study.draws
    inputs = np.vstack(
        [
            _draw_group(study, group, size, seed)
            for group, size in _group_sizes(study, draws).items()
        ]
    )
    slopes = np.array([term.beta for term in study.terms])
    intercept = solve_intercept(inputs @ slopes, study.incidence)
    predictor = intercept + inputs @ slopes
    cohort = Cohort(
        terms=study.terms,
        input_names=study.input_names,
        incidence=study.incidence,
        intercept=intercept,
        inputs=inputs,
        weights=np.full(draws, 1 / draws),
        linear_predictor=predictor,
        risk=expit(predictor),
    )
    return _read_only(cohort)


def solve_intercept(
    without_intercept: Vector, incidence: float, weight: Vector | None = None
) -> float:
    """Find the intercept with which the mean risk is the incidence (step 2).

    It is exact to machine precision.

    Args:
        without_intercept: log odds of each patient without the intercept.
        incidence: 0..1.
        weight: of each patient; all count alike by default.
    """

    def excess(intercept: float) -> float:
        risk = expit(intercept + without_intercept)
        return float(np.average(risk, weights=weight)) - incidence

    return float(brentq(excess, -500, 500, xtol=1e-14))


def rake(cohort: Cohort, study: LogisticStudy) -> Cohort:
    """Weigh the cohort so that its printed model gives the printed tables back.

    This is step 3. If the study prints no groups, the weights stay even.

    Raises:
        ArithmeticError: no weights satisfy the tables.
    """
    if all("all" in predictor.groups for predictor in study.predictors):
        return cohort
    try:
        weights = weights_satisfying(score_conditions(cohort, study))
    except ArithmeticError:
        raise ArithmeticError(
            f"{study.id}: no weights satisfy the printed tables"
        ) from None
    return _read_only(replace(cohort, weights=weights))


def weights_satisfying(conditions: Matrix) -> Vector:
    """Find weights with which the mean of every column is 0.

    They are proportional to exp(λ'h), h the row of a patient. λ minimises the log of
    Σ exp(λ'h), which is convex: its gradient is the weighted mean of h.

    Args:
        conditions: one row for each patient, one column for each condition.

    Raises:
        ArithmeticError: there are none.
    """
    conditions = conditions / conditions.std(axis=0)

    def weights(multipliers: Vector) -> Vector:
        return np.asarray(softmax(conditions @ multipliers))

    def curvature(multipliers: Vector) -> Matrix:
        gradient = weights(multipliers) @ conditions
        return (conditions * weights(multipliers)[:, None]).T @ conditions - np.outer(
            gradient, gradient
        )

    start = np.zeros(conditions.shape[1])
    solution = root(
        lambda multipliers: weights(multipliers) @ conditions,
        start,
        jac=curvature,
        options={"xtol": RAKING_TOLERANCE},
    )
    # Without a solution the weights run to a single patient.
    if float(np.abs(solution.fun).max()) > RAKING_TOLERANCE:
        raise ArithmeticError("no weights satisfy the conditions")
    return weights(solution.x)


def score_conditions(cohort: Cohort, study: LogisticStudy) -> Matrix:
    """Return the conditions of the raking; the weighted mean of each column must be 0.

    With risk p, the columns are p - incidence; for each term p(x - mean) of the group
    with the outcome, and (1 - p)(x - mean) of the group without it; for each continuous
    term also p((x - mean)² - sd²), and the same with 1 - p.
    """
    risk = cohort.risk
    columns = [risk - study.incidence]
    moments = [
        pair
        for predictor in study.predictors
        for pair in _printed_moments(predictor, study)
    ]
    for values, (event, no_event) in zip(cohort.inputs.T, moments, strict=True):
        for share, (mean, sd) in ((risk, event), (1 - risk, no_event)):
            columns.append(share * (values - mean))
            if sd is not None:
                columns.append(share * ((values - mean) ** 2 - sd**2))
    return np.column_stack(columns)


Moments = tuple[float, float | None]  # mean and SD; no SD of a share


def _printed_moments(
    predictor: Predictor, study: LogisticStudy
) -> list[tuple[Moments, Moments]]:
    """Pair the moments of the groups with and without the outcome, for each term."""
    sizes = _printed_sizes(study)
    event, no_event = (
        _moments(predictor.groups[group], sizes[group])
        for group in ("event", "no_event")
    )
    words = predictor.words[1:] or ("",)
    return [(event[word], no_event[word]) for word in words]


def _moments(group: Statistics, size: int) -> Mapping[str, Moments]:
    """Return the moments of a group by word; "" if the input is no category."""
    if group.counts is not None:
        return {word: (count / size, None) for word, count in group.counts.items()}
    if group.count is not None:
        return {"": (group.count / size, None)}
    return {"": (group.mean or 0.0, group.sd)}


def _printed_sizes(study: LogisticStudy) -> Mapping[str, int]:
    """Return the number of the study's patients in each group."""
    cohort = study.cohort
    return {
        "event": cohort.events,
        "no_event": cohort.n - cohort.events,
        "all": cohort.n,
    }


def _group_sizes(study: LogisticStudy, draws: int) -> Mapping[str, int]:
    """Return the draws in each group, in the printed ratio."""
    if "all" in study.predictors[0].groups:
        return {"all": draws}
    events = round(draws * study.incidence)
    return {"event": events, "no_event": draws - events}


def _draw_group(study: LogisticStudy, group: str, size: int, seed: int) -> Matrix:
    """Draw the patients of one group: size x k."""
    statistics: dict[str, Statistics] = {
        predictor.finding: predictor.groups[group]
        for predictor in study.predictors
        if predictor.identity is None
    }
    if group != "all":
        statistics |= {
            auxiliary.finding: (
                auxiliary.event if group == "event" else auxiliary.no_event
            )
            for auxiliary in study.auxiliaries
        }
    # Sorted: the draws must not depend on the order of a file.
    names = sorted(statistics)
    spread = spread_points(names, size, f"{study.id}/{group}", seed)
    printed_size = _printed_sizes(study)[group]
    values = {
        name: _place(spread[name], statistics[name], printed_size) for name in names
    }
    columns = []
    for predictor in study.predictors:
        if predictor.identity is not None:
            columns.append(IDENTITIES[predictor.identity](values)[""])
        else:
            columns.extend(
                values[predictor.finding][word] for word in predictor.words[1:] or ("",)
            )
    return np.column_stack(columns)


Values = Mapping[str, Mapping[str, Vector]]  # by finding and word


def _psoas_muscle_area(values: Values) -> Mapping[str, Vector]:
    """Compute the muscle area, cm²: total area x (1 - fat / 100), fat in %."""
    total, fat = values["psoas-total-area"][""], values["psoas-fat-fraction"][""]
    return {"": total * (1 - fat / 100)}


IDENTITIES: Mapping[str, Callable[[Values], Mapping[str, Vector]]] = {
    "psoas-muscle-area": _psoas_muscle_area
}


def _place(uniform: Vector, group: Statistics, size: int) -> Mapping[str, Vector]:
    """Map uniform points 0..1 to a printed distribution, by word.

    A category has a vector of 0 and 1 for each word; other inputs have one vector,
    under "".
    """
    if group.counts is not None:
        words = sorted(group.counts)
        bounds = np.cumsum([group.counts[word] / size for word in words])[:-1]
        word_at = np.searchsorted(bounds, uniform, side="right")
        return {
            word: (word_at == number).astype(float) for number, word in enumerate(words)
        }
    if group.count is not None:
        return {"": (uniform < group.count / size).astype(float)}
    return {"": (group.mean or 0.0) + (group.sd or 0.0) * ndtri(uniform)}


def spread_points(
    names: list[str], size: int, stream: str, seed: int
) -> Mapping[str, Vector]:
    """Spread points evenly over 0..1 in each dimension: a scrambled Sobol sequence.

    Args:
        names: of the dimensions.
        size: number of points.
        stream: name of the sequence; another name gives other points.
    """
    words = np.frombuffer(hashlib.sha256(stream.encode()).digest(), dtype="<u4")
    random = np.random.default_rng([seed, *words.tolist()])
    sequence = qmc.Sobol(len(names), scramble=True, bits=SOBOL_BITS, rng=random)
    points = sequence.random_base2((size - 1).bit_length())[:size]
    # Half of the smallest step: no point is exactly 0, of which no normal value exists.
    points += 2.0 ** -(SOBOL_BITS + 1)
    return dict(zip(names, points.T, strict=True))


def _read_only(cohort: Cohort) -> Cohort:
    for array in (cohort.inputs, cohort.weights, cohort.linear_predictor, cohort.risk):
        array.setflags(write=False)
    return cohort

"""Worlds in which a study's printed tables are true, and which differ in what the paper does not print.

Each is a large population with weights: the printed means, SDs and counts of both
outcome groups hold in it exactly, and so does the printed model. How inputs hang
together within a group, which shape they have, and (in the curved world) how the risk
really runs, is the world's own. Our reconstruction assumes independence, normal shapes,
and the printed model.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from cds_service.core.findings import Value
from cds_service.core.models.logistic_study import LogisticStudy, Predictor, Statistics
from cds_service.core.models.prediction import ReducedModel
from cds_service.studies.cohort import (
    IDENTITIES,
    Cohort,
    expit,
    score_conditions,
    solve_intercept,
    weights_satisfying,
)

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
FLOORS = (0.06, 0.05, 0.04, 0.03, 0.02, 0.01, 0.005)
Shape = Callable[[Vector], Vector]  # uniform 0..1 -> mean 0, SD 1


def normal(share: Vector) -> Vector:
    return stats.norm.ppf(share)


def skewed(share: Vector) -> Vector:
    """Gamma with shape 4: skewness 1."""
    return (stats.gamma.ppf(share, 4) - 4) / 2


def heavy(share: Vector) -> Vector:
    """Student's t with 5 degrees of freedom: every fourteenth patient beyond two SDs, some far."""
    return stats.t.ppf(share, 5) / np.sqrt(5 / 3)


def flat(share: Vector) -> Vector:
    """Uniform: nobody beyond 1.73 SDs."""
    return (share - 0.5) * np.sqrt(12)


def two_kinds(share: Vector) -> Vector:
    """Two kinds of patients, 1.7 SDs apart."""
    grid = np.linspace(-4, 4, 4001)
    away, spread = 0.85, np.sqrt(1 - 0.85**2)
    below = (
        stats.norm.cdf(grid, -away, spread) + stats.norm.cdf(grid, away, spread)
    ) / 2
    return np.interp(share, below, grid)


@dataclass(frozen=True, kw_only=True)
class World:
    """What the paper leaves open.

    Attributes:
        differs: from our assumptions, in words.
        shape: of every continuous input within its group.
        related: correlation of the inputs' ranks within a group, towards frailty where
            `aligned`, else every second
            input the other way.
        curved: the risk flattens at a floor and a ceiling; between them it is so steep
            that a logistic model fitted in
            this world has the printed coefficients.
    """

    differs: str
    shape: Shape = normal
    related: float = 0.0
    aligned: bool = True
    curved: bool = False


WORLDS: Mapping[str, World] = {
    "as assumed": World(
        differs="nothing: independent within groups, normal, the printed model"
    ),
    "related": World(
        differs="the frail are frail in everything: drawn with rank correlation 0.3 within groups",
        related=0.3,
    ),
    "opposed": World(
        differs="every second input runs the other way: drawn with rank correlation 0.2",
        related=0.2,
        aligned=False,
    ),
    "skewed": World(differs="skewed inputs (skewness 1)", shape=skewed),
    "heavy": World(differs="heavy tails (t, 5 degrees of freedom)", shape=heavy),
    "flat": World(differs="no tails (uniform)", shape=flat),
    "two kinds": World(
        differs="two kinds of patients in each group, 1.7 SDs apart", shape=two_kinds
    ),
    "curved": World(
        differs="the risk has a floor and a ceiling, and is steeper between than printed",
        curved=True,
    ),
}


@dataclass(frozen=True, kw_only=True)
class Population:
    """A world's patients for one study.

    Attributes:
        inputs: one column for each term of the printed model.
        weights: add to 1.
        risk: the true one, 0..1.
        effective_share: of the weights; small where the world had to be bent far.
        floor: of the true risk, 0..1; 0 where it is the printed model's.
    """

    study: LogisticStudy
    inputs: Matrix
    weights: Vector
    risk: Vector
    effective_share: float
    floor: float

    def column(self, name: str) -> Vector:
        return self.inputs[:, [term.name for term in self.study.terms].index(name)]

    def score(self, model: ReducedModel) -> Vector:
        """The linear predictor of each patient, without its intercept."""
        return (
            np.column_stack([self.column(term) for term in model.terms])
            @ model.coefficients
        )

    def draw(
        self, n: int, random: np.random.Generator
    ) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Rows of n patients, and their outcomes."""
        rows = random.choice(len(self.weights), n, p=self.weights)
        return rows, random.random(n) < self.risk[rows]

    def values(self, row: int) -> dict[str, Value]:
        """All inputs that a figure uses of one patient, as a record would give them."""
        cells = dict(
            zip(
                (term.name for term in self.study.terms),
                self.inputs[row].tolist(),
                strict=True,
            )
        )
        return {one.finding: _value(one, cells) for one in self.study.inputs}


def _value(predictor: Predictor, cells: Mapping[str, float]) -> Value:
    if predictor.kind == "category":
        several = len(predictor.levels) > 1
        names = (
            (f"{predictor.finding}={one.level}" if several else predictor.finding)
            for one in predictor.levels
        )
        chosen = [
            one.level
            for one, name in zip(predictor.levels, names, strict=True)
            if cells[name] == 1
        ]
        return chosen[0] if chosen else predictor.words[0]
    return (
        bool(cells[predictor.finding])
        if predictor.kind == "yes-no"
        else cells[predictor.finding]
    )


def populate(study: LogisticStudy, world: World, *, size: int, seed: int) -> Population:
    """The world's population for this study; of a curved one with the highest floor that the printed tables allow.

    Raises:
        ArithmeticError: no weights give the printed tables back.
    """
    for floor in FLOORS if world.curved else (0.0,):
        try:
            return _populate(study, world, floor, size, seed)
        except ArithmeticError:
            continue
    raise ArithmeticError(f"{study.id}: no such world gives the printed tables back")


def _populate(
    study: LogisticStudy, world: World, floor: float, size: int, seed: int
) -> Population:
    has_groups = "all" not in study.predictors[0].groups
    inputs = draw_patients(study, world, size, seed)
    slopes = np.array([term.beta for term in study.terms])
    printed = expit(solve_intercept(inputs @ slopes, study.incidence) + inputs @ slopes)
    risk = _curved(inputs, printed, study, floor) if floor else printed
    as_cohort = Cohort(
        terms=study.terms,
        input_names=study.input_names,
        incidence=study.incidence,
        intercept=0.0,
        inputs=inputs,
        weights=np.full(size, 1 / size),
        linear_predictor=np.zeros(size),
        risk=risk,
    )
    conditions = (
        score_conditions(as_cohort, study)
        if has_groups
        else _moments(study, inputs, risk)
    )
    if floor:  # fitted in this world, a logistic model has the printed coefficients
        conditions = np.column_stack(
            [
                conditions,
                (risk - printed)[:, None] * np.column_stack([np.ones(size), inputs]),
            ]
        )
    weights = weights_satisfying(conditions)
    return Population(
        study=study,
        inputs=inputs,
        weights=weights,
        risk=risk,
        effective_share=float(1 / (weights @ weights) / size),
        floor=floor,
    )


def draw_patients(study: LogisticStudy, world: World, size: int, seed: int) -> Matrix:
    """Patients of the printed groups, before any weight makes the tables hold."""
    random = np.random.default_rng(seed)
    events = round(size * study.incidence)
    has_groups = "all" not in study.predictors[0].groups
    groups = (
        {"event": events, "no_event": size - events} if has_groups else {"all": size}
    )
    return np.vstack(
        [_draw(study, world, group, count, random) for group, count in groups.items()]
    )


def _curved(
    inputs: Matrix, printed: Vector, study: LogisticStudy, floor: float
) -> Vector:
    """Between floor and ceiling a steeper logistic curve, to which the printed model is the best straight fit."""
    centre, scale = inputs.mean(axis=0), inputs.std(axis=0)
    design = np.column_stack([np.ones(len(inputs)), (inputs - centre) / scale])
    slopes = np.array([term.beta for term in study.terms]) * scale

    def risk_at(coefficients: Vector) -> Vector:
        return floor + (1 - 2 * floor) * expit(design @ coefficients)

    def score(coefficients: Vector) -> Vector:
        return (risk_at(coefficients) - printed) @ design / len(inputs)

    for steeper in (1.2, 1.6, 2.5):
        first = np.array(
            [
                solve_intercept(design[:, 1:] @ (steeper * slopes), study.incidence),
                *(steeper * slopes),
            ]
        )
        found = optimize.root(score, first, method="lm")
        if found.success and float(np.abs(found.fun).max()) < 1e-9:
            return risk_at(found.x)
    raise ArithmeticError("no curved risk has the printed model as its straight fit")


def _moments(study: LogisticStudy, inputs: Matrix, risk: Vector) -> Matrix:
    """Of a study that prints no groups: incidence, means, SDs and shares of all patients."""
    columns = [risk - study.incidence]
    for values, term in zip(inputs.T, study.terms, strict=True):
        predictor = next(one for one in study.predictors if one.finding == term.finding)
        printed = predictor.groups["all"]
        if printed.counts is not None and term.word is not None:
            columns.append(values - printed.counts[term.word] / study.cohort.n)
        else:
            columns += [
                values - (printed.mean or 0),
                (values - (printed.mean or 0)) ** 2 - (printed.sd or 0) ** 2,
            ]
    return np.column_stack(columns)


def _draw(
    study: LogisticStudy,
    world: World,
    group: str,
    size: int,
    random: np.random.Generator,
) -> Matrix:
    drawn: dict[str, Statistics] = {
        one.finding: one.groups[group]
        for one in study.predictors
        if one.identity is None
    }
    if group != "all":
        drawn |= {
            one.finding: one.event if group == "event" else one.no_event
            for one in study.auxiliaries
        }
    common = random.standard_normal(size)
    values = {}
    for place, (name, printed) in enumerate(drawn.items()):
        sign = _towards_frailty(study, name) * (1 if world.aligned or place % 2 else -1)
        own = random.standard_normal(size)
        ranks = stats.norm.cdf(
            np.sqrt(world.related) * sign * common + np.sqrt(1 - world.related) * own
        )
        values[name] = _place(
            np.clip(ranks, 1e-9, 1 - 1e-9), printed, _size(study, group), world.shape
        )
    columns = []
    for predictor in study.predictors:
        if predictor.identity is not None:
            columns.append(IDENTITIES[predictor.identity](values)[""])
        else:
            columns += [
                values[predictor.finding][word] for word in predictor.words[1:] or ("",)
            ]
    return np.column_stack(columns)


def _size(study: LogisticStudy, group: str) -> int:
    return {
        "event": study.cohort.events,
        "no_event": study.cohort.n - study.cohort.events,
        "all": study.cohort.n,
    }[group]


def _place(
    ranks: Vector, printed: Statistics, size: int, shape: Shape
) -> dict[str, Vector]:
    """Ranks laid on what is printed; of a category and of yes/no the high ranks are the later words and yes."""
    if printed.counts is not None:
        bounds = np.cumsum([count / size for count in printed.counts.values()])[:-1]
        at = np.searchsorted(bounds, ranks, side="right")
        return {
            word: (at == place).astype(float)
            for place, word in enumerate(printed.counts)
        }
    if printed.count is not None:
        return {"": (ranks > 1 - printed.count / size).astype(float)}
    return {"": (printed.mean or 0) + (printed.sd or 0) * shape(ranks)}


def _towards_frailty(study: LogisticStudy, name: str) -> int:
    """1 where more of it goes with the outcome, by the printed groups, else by the coefficient."""
    both = next(
        (one.event, one.no_event)
        for one in (*study.predictors, *study.auxiliaries)
        if one.finding == name
    )
    if both[0] is None or both[1] is None:
        return (
            1
            if next(term.beta for term in study.terms if term.finding == name) > 0
            else -1
        )
    level = partial(_level, study)
    return 1 if level(both[0], "event") > level(both[1], "no_event") else -1


def _level(study: LogisticStudy, printed: Statistics, group: str) -> float:
    if printed.counts is not None:
        return 1 - next(iter(printed.counts.values())) / _size(study, group)
    return (
        printed.count / _size(study, group)
        if printed.count is not None
        else printed.mean or 0.0
    )

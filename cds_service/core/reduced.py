"""Reduced models: what a model with only the known inputs would have said in the cohort (steps 4-7).

Build time only, and the only place besides recalibration where scikit-learn is used. The service reads the tables
that `build_tables` writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from types import MappingProxyType

import numpy as np
from sklearn.linear_model import LogisticRegression

from cds_service.core.cohort import DRAWS, SEED, Cohort, Matrix, Vector, expit, rake, rebuild_cohort
from cds_service.core.study import LogisticStudy, Study
from cds_service.core.table import PERCENTILES, ReducedModel, ReducedTable, write_table

Say = Callable[[str], None]  # one line of progress
SETS_A_LINE = 32


def build_tables(
    studies: Mapping[str, Study],
    folder: Path,
    say: Say | None = None,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> None:
    """Build and write the table of every logistic study; `say` is told the progress line by line."""
    for study in studies.values():
        if isinstance(study, LogisticStudy):
            write_table(build_table(study, say, draws=draws, seed=seed), folder)


def build_table(study: LogisticStudy, say: Say | None = None, *, draws: int = DRAWS, seed: int = SEED) -> ReducedTable:
    """The table of one study, for every subset of its inputs."""
    cohort = rake(rebuild_cohort(study, draws=draws, seed=seed), study)
    ratios = error_ratios(cohort, study.cohort.n)
    subsets = list(_subsets(study.input_names))
    models = {}
    for done, known in enumerate(subsets, start=1):
        model = reduced_model(cohort, frozenset(known), study.cohort.n)
        models[frozenset(known)] = _widen(model, ratios)
        if say is not None and (done % SETS_A_LINE == 0 or done == len(subsets)):
            say(f"{study.id}: {done} of {len(subsets)} reduced models")
    return ReducedTable(
        study_id=study.id,
        study_digest=study.digest,
        seed=seed,
        draws=draws,
        effective_share=cohort.effective_share,
        incidence=study.incidence,
        intercept=cohort.intercept,
        means=MappingProxyType(dict(zip(_names(cohort), cohort.means.tolist(), strict=True))),
        ranges=MappingProxyType(study_ranges(cohort, study)),
        error_ratios=MappingProxyType(ratios),
        models=MappingProxyType(models),
    )


def _subsets(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for size in range(len(names) + 1):
        yield from combinations(names, size)


def _names(cohort: Cohort) -> tuple[str, ...]:
    return tuple(term.name for term in cohort.terms)


def reduced_model(cohort: Cohort, known: frozenset[str], patients: int) -> ReducedModel:
    """The reduced model of one set of known inputs (steps 4, 6 and 7), not yet widened to the printed errors.

    With all inputs known it is the printed model itself.

    Args:
        cohort: raked.
        known: names of inputs of the study; a name the study does not use is refused.
        patients: the study's number of patients, for the covariance.

    Raises:
        ValueError: the study does not use this name.
    """
    order = tuple(dict.fromkeys(term.finding for term in cohort.terms))
    if known - set(order):
        raise ValueError(f"no input of this study: {', '.join(sorted(known - set(order)))}")
    columns = [at for at, term in enumerate(cohort.terms) if term.finding in known]
    centred = cohort.inputs[:, columns] - cohort.means[columns]
    if len(columns) == len(cohort.terms):
        coefficients = np.array([term.beta for term in cohort.terms])
        level = cohort.intercept + float(cohort.means @ coefficients)
    else:
        level, coefficients = fit_fractional(centred, cohort.risk, cohort.weights)
    predictor = level + centred @ coefficients
    return ReducedModel(
        known=tuple(name for name in order if name in known),
        terms=tuple(cohort.terms[at].name for at in columns),
        inputs_known=inputs_known(cohort, columns),
        intercept=level - float(cohort.means[columns] @ coefficients),
        coefficients=coefficients,
        covariance=_covariance(centred, predictor, cohort.weights, patients),
        distance=float(cohort.weights @ (cohort.linear_predictor - predictor) ** 2),
    )


def fit_fractional(centred: Matrix, outcome: Vector, weights: Vector) -> tuple[float, Vector]:
    """Weighted logistic regression of a fractional outcome: log odds at the means, and one coefficient per column.

    Each row stands twice, as yes with weight w·p and as no with weight w·(1 - p): the same likelihood.
    """
    level = float(np.log(weights @ outcome / (weights @ (1 - outcome))))
    if centred.shape[1] == 0:
        return level, np.zeros(0)
    scale = np.sqrt(weights @ centred**2)
    rows = np.vstack([centred, centred]) / scale
    yes = np.repeat([1, 0], len(outcome))
    shares = np.concatenate([weights * outcome, weights * (1 - outcome)]) * len(outcome)
    # C = infinity is no penalty; the name penalty=None is going away in scikit-learn 1.10.
    fit = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12, max_iter=200)
    fit.fit(rows, yes, sample_weight=shares)
    return float(fit.intercept_[0]), np.asarray(fit.coef_[0] / scale, dtype=np.float64)


def _covariance(centred: Matrix, predictor: Vector, weights: Vector, patients: int) -> Matrix:
    """(X'WX)^-1 / n of centred intercept and coefficients, W = weight x q (1 - q), for the study's patients."""
    design = np.column_stack([np.ones(len(centred)), centred])
    risk = expit(predictor)
    information = (design * (weights * risk * (1 - risk))[:, None]).T @ design
    return np.asarray(np.linalg.inv(information) / patients)


def inputs_known(cohort: Cohort, columns: Sequence[int]) -> float:
    """Share of the model's information that these columns carry, 0..1 (step 7).

    R² of the weighted regression of the full linear predictor on them in the raked cohort. It depends on which inputs
    are known, not on their values, and never falls when one is added. It says nothing about the study's quality.
    """
    if len(columns) == len(cohort.terms):
        return 1.0
    centred = cohort.inputs - cohort.means
    covariance = (centred * cohort.weights[:, None]).T @ centred
    slopes = np.array([term.beta for term in cohort.terms])
    shared = covariance @ slopes
    part = list(columns)
    explained = shared[part] @ np.linalg.solve(covariance[np.ix_(part, part)], shared[part]) if part else 0.0
    return float(explained / (slopes @ shared))


def error_ratios(cohort: Cohort, patients: int) -> dict[str, float]:
    """Printed standard error over that of the full model's information, for each term (step 5).

    Nothing of the printed errors went into the cohort, so ratios near 1 are the best check of the reconstruction.
    """
    full = reduced_model(cohort, frozenset(term.finding for term in cohort.terms), patients)
    errors = np.sqrt(np.diag(full.covariance))[1:]
    return {term.name: term.standard_error / float(error) for term, error in zip(cohort.terms, errors, strict=True)}


def _widen(model: ReducedModel, ratios: Mapping[str, float]) -> ReducedModel:
    """D·V·D with D = max(1, printed / information): never narrower than printed (step 5)."""
    scale = np.array([1.0, *(max(1.0, ratios[name]) for name in model.terms)])
    return replace(model, covariance=model.covariance * np.outer(scale, scale))


def study_ranges(cohort: Cohort, study: LogisticStudy) -> dict[str, tuple[float, float, float, float]]:
    """Percentiles 0.5, 5, 95 and 99.5 of each continuous input in the weighted cohort (step 8)."""
    shares = [percentile / 100 for percentile in PERCENTILES]
    ranges = {}
    for term, values in zip(cohort.terms, cohort.inputs.T, strict=True):
        predictor = next(one for one in study.predictors if one.finding == term.finding)
        if predictor.kind == "number":
            ends = np.quantile(values, shares, weights=cohort.weights, method="inverted_cdf")
            ranges[term.finding] = (float(ends[0]), float(ends[1]), float(ends[2]), float(ends[3]))
    return ranges

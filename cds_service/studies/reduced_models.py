"""Fit the reduced models: the study's model with only some inputs known.

Steps 4 to 8 of docs/evidence.md. Build time only; the service reads the tables that
`build_tables` writes. scikit-learn is used here and in recalibration alone.

Shapes: n patients of the rebuilt cohort, and t terms of the known inputs.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.special import expit  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression

from cds_service.core.models.inputs import PSOAS_FAT, PSOAS_MUSCLE, PSOAS_TOTAL
from cds_service.core.models.logistic_study import LogisticStudy
from cds_service.core.models.reduced_tables import (
    PERCENTILES,
    Ends,
    Matrix,
    ReducedModel,
    ReducedTable,
    Vector,
    write_table,
)
from cds_service.core.models.study import Study
from cds_service.core.models.study_files import load_studies
from cds_service.loading import REDUCED, STUDIES, load_vocabulary
from cds_service.studies.cohort import SEED, Cohort, rake, rebuild_cohort

Say = Callable[[str], None]  # one line of progress
SETS_A_LINE = 32  # reduced models for a line of progress
SAME_RISK = 1e-9  # 4r(1 - r) of patients whose risks differ by rounding alone


def build_tables(
    say: Say | None = None,
    folder: Path = REDUCED,
    *,
    studies: Mapping[str, Study] | None = None,
    draws: int | None = None,
) -> None:
    """Build and write the tables of all logistic studies.

    Args:
        say: is given the progress.
    """
    for study in (studies or load_studies(STUDIES, load_vocabulary())).values():
        if isinstance(study, LogisticStudy):
            write_table(build_table(study, say, draws=draws), folder)


def build_table(
    study: LogisticStudy,
    say: Say | None = None,
    *,
    draws: int | None = None,
    seed: int = SEED,
) -> ReducedTable:
    """Build the table of one study, for every subset of its inputs.

    Args:
        draws: patients of the rebuilt cohort; the study's own number by default.
    """
    cohort = rake(rebuild_cohort(study, draws=draws, seed=seed), study)
    ratios = error_ratios(cohort, study.cohort.n)
    names = study.input_names
    subsets = [
        known for size in range(len(names) + 1) for known in combinations(names, size)
    ]
    full = full_predictor(cohort)
    models = []
    for count, known in enumerate(subsets, start=1):
        model = reduced_model(cohort, frozenset(known), study.cohort.n, full=full)
        models.append(widen(model, ratios))
        if say is not None and (count % SETS_A_LINE == 0 or count == len(subsets)):
            say(f"{study.id}: {count} of {len(subsets)} reduced models")
    return ReducedTable(
        study=study.id,
        study_digest=study.table_digest,
        seed=seed,
        draws=len(cohort.weights),
        effective_share=cohort.effective_share,
        incidence=study.incidence,
        intercept=cohort.intercept,
        means=dict(zip(_names(cohort), cohort.means.tolist(), strict=True)),
        ranges=_study_ranges(cohort, study),
        error_ratios=ratios,
        references=_procedure_averages(cohort, study),
        sets=tuple(models),
    )


def _names(cohort: Cohort) -> tuple[str, ...]:
    return tuple(term.name for term in cohort.terms)


def _columns(cohort: Cohort, known: Collection[str]) -> list[int]:
    return [number for number, term in enumerate(cohort.terms) if term.finding in known]


def reduced_model(
    cohort: Cohort,
    known: frozenset[str],
    patients: int,
    *,
    full: Vector | None = None,
) -> ReducedModel:
    """Fit the model of one set of known inputs, not widened to the printed errors.

    With all printed inputs known it is the printed model itself.

    Args:
        cohort: raked.
        known: findings that the study's figures use.
        patients: the study's number of patients, for the covariance.
        full: n log odds of the model with all inputs, if they were computed before.

    Raises:
        ValueError: the study's figures do not use one of the names.
    """
    if foreign := known - set(cohort.input_names):
        raise ValueError(f"no input of this study: {', '.join(sorted(foreign))}")
    full = full_predictor(cohort) if full is None else full
    columns = _columns(cohort, known)
    level, coefficients, predictor = _fit(cohort, columns)
    squares = (full - predictor) ** 2
    return ReducedModel(
        known=tuple(name for name in cohort.input_names if name in known),
        inputs_known=inputs_known(cohort, columns, full),
        intercept=level - float(cohort.means[columns] @ coefficients),
        by_term={
            cohort.terms[number].name: float(coefficient)
            for number, coefficient in zip(columns, coefficients, strict=True)
        },
        covariance=_covariance(cohort, columns, predictor, patients),
        distance=float(cohort.weights @ squares),
        distance_line=distance_line(squares, expit(predictor), cohort.weights),
    )


def full_predictor(cohort: Cohort) -> Vector:
    """Compute n log odds by the model with all inputs that a figure uses."""
    return _fit(cohort, _columns(cohort, cohort.input_names))[2]


def _fit(cohort: Cohort, columns: Sequence[int]) -> tuple[float, Vector, Vector]:
    """Fit the model of some columns to the risk of the printed model (step 4).

    Returns:
        The log odds at the cohort's means, t coefficients, and n log odds.
    """
    part = list(columns)
    centred = cohort.inputs[:, part] - cohort.means[part]
    if len(part) == len(cohort.terms):
        coefficients = np.array([term.beta for term in cohort.terms])
        level = cohort.intercept + float(cohort.means @ coefficients)
    else:
        level, coefficients = fit_fractional(centred, cohort.risk, cohort.weights)
    return level, coefficients, level + centred @ coefficients


def distance_line(
    squares: Vector,
    risk: Vector,
    weights: Vector,
) -> tuple[float, float]:
    """Regress the squared distance on 4r(1 - r), weighted: m0 and m1 (step 6).

    Args:
        squares: n squared distances between the log odds of full and reduced model.
        risk: n risks r by the reduced model, 0..1.
        weights: n weights.
    """
    place = 4 * risk * (1 - risk)
    # With nothing known all patients have one risk, but for rounding.
    if np.ptp(place) < SAME_RISK:
        return float(weights @ squares), 0.0
    from_mean = place - weights @ place
    slope = float(weights @ (from_mean * squares)) / float(weights @ from_mean**2)
    return float(weights @ squares) - slope * float(weights @ place), slope


def _procedure_averages(cohort: Cohort, study: LogisticStudy) -> dict[str, float]:
    """Average the risk of patients with the same procedure, by procedure.

    Bands compare with it. Empty if the study had one procedure alone.
    """
    procedures = (part for part in study.inputs if part.finding == "procedure")
    predictor = next(procedures, None)
    if predictor is None:
        return {}
    columns = {
        cohort.terms[number].word: cohort.inputs[:, number]
        for number in _columns(cohort, {"procedure"})
    }
    shares = {
        word: columns.get(word, 1 - sum(columns.values())) * cohort.weights
        for word in predictor.words
    }
    return {
        word: float(share @ cohort.risk / share.sum()) for word, share in shares.items()
    }


def fit_fractional(
    centred: Matrix,
    outcome: Vector,
    weights: Vector,
) -> tuple[float, Vector]:
    """Fit a weighted logistic regression of a fractional outcome.

    Each row enters twice, as yes with weight w·p and as no with weight w·(1 - p): the
    likelihood is the same.

    Args:
        centred: n x t inputs, with mean 0.
        outcome: n fractions p, 0..1.
        weights: n weights w.

    Returns:
        The log odds at the means, and t coefficients.
    """
    level = float(np.log(weights @ outcome / (weights @ (1 - outcome))))
    if centred.shape[1] == 0:
        return level, np.zeros(0)
    scale = np.sqrt(weights @ centred**2)
    rows = np.vstack([centred, centred]) / scale
    yes = np.repeat([1, 0], len(outcome))
    shares = np.concatenate([weights * outcome, weights * (1 - outcome)]) * len(outcome)
    # C = infinity is no penalty; the name penalty=None is going away in scikit-learn
    # 1.10.
    fit = LogisticRegression(
        C=np.inf, solver="newton-cholesky", tol=1e-12, max_iter=200
    )
    fit.fit(rows, yes, sample_weight=shares)
    return float(fit.intercept_[0]), np.asarray(fit.coef_[0] / scale, dtype=np.float64)


def _covariance(
    cohort: Cohort,
    columns: Sequence[int],
    predictor: Vector,
    patients: int,
) -> Matrix:
    """Return the covariance of level and coefficients, (1 + t) x (1 + t) (step 4).

    It is (X'WX)⁻¹ / patients, with centred inputs X and W = weight x q(1 - q).

    Args:
        predictor: n log odds of the fitted risk q.
        patients: number of the study's patients.
    """
    part = list(columns)
    design = np.column_stack(
        [np.ones(len(predictor)), cohort.inputs[:, part] - cohort.means[part]]
    )
    risk = expit(predictor)
    information = (design * (cohort.weights * risk * (1 - risk))[:, None]).T @ design
    return np.asarray(np.linalg.inv(information) / patients)


def inputs_known(cohort: Cohort, columns: Sequence[int], full: Vector) -> float:
    """Compute the share of the model's information in these columns (step 7).

    It is R² of the weighted regression of the full log odds on them in the raked
    cohort. It depends on which inputs are known, not on their values, and never falls
    when one is added. It says nothing about the study's quality.

    Args:
        full: n log odds of the model with all inputs.
    """
    part = list(columns)
    if part == _columns(cohort, cohort.input_names):
        return 1.0
    if not part:
        return 0.0
    centred = cohort.inputs[:, part] - cohort.means[part]
    from_mean = full - cohort.weights @ full
    weighted = centred * cohort.weights[:, None]
    covariance, shared = weighted.T @ centred, weighted.T @ from_mean
    explained = shared @ np.linalg.solve(covariance, shared)
    return float(explained / (cohort.weights @ from_mean**2))


def error_ratios(cohort: Cohort, patients: int) -> dict[str, float]:
    """Divide each printed standard error by the one from the cohort (step 5).

    No printed error went into the cohort. So ratios near 1 are the best check of the
    reconstruction.
    """
    columns = range(len(cohort.terms))
    errors = np.sqrt(
        np.diag(_covariance(cohort, columns, cohort.linear_predictor, patients))
    )[1:]
    return {
        term.name: term.standard_error / float(error)
        for term, error in zip(cohort.terms, errors, strict=True)
    }


def widen(model: ReducedModel, ratios: Mapping[str, float]) -> ReducedModel:
    """Widen the covariance V to the printed standard errors (step 5).

    It becomes D·V·D, with 1 for the intercept and max(1, ratio) for a term on the
    diagonal of D.

    Args:
        ratios: of `error_ratios`.
    """
    scale = np.array([1.0, *(max(1.0, ratios[name]) for name in model.terms)])
    return model.model_copy(
        update={"covariance": model.covariance * np.outer(scale, scale)}
    )


def _study_ranges(cohort: Cohort, study: LogisticStudy) -> dict[str, Ends]:
    """Return percentiles 0.5, 5, 95 and 99.5 of each continuous input (step 8).

    Those of the share of fat in the psoas, in %, are added: if the total area is known,
    the muscle is held by that share.
    """
    values = dict(zip(_names(cohort), cohort.inputs.T, strict=True))
    ranges = {
        study_input.finding: _ends(values[study_input.finding], cohort)
        for study_input in study.inputs
        if study_input.kind == "number"
    }
    if PSOAS_MUSCLE in ranges:
        fat = 100 * (1 - values[PSOAS_MUSCLE] / values[PSOAS_TOTAL])
        ranges[PSOAS_FAT] = _ends(fat, cohort)
    return ranges


def _ends(values: Vector, cohort: Cohort) -> Ends:
    shares = [percentile / 100 for percentile in PERCENTILES]
    ends = np.quantile(values, shares, weights=cohort.weights, method="inverted_cdf")
    return float(ends[0]), float(ends[1]), float(ends[2]), float(ends[3])

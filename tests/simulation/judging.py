"""What the service's figures are worth in a world where the truth is known.

The figures come from the live code (`predict` and the shipped tables), the measures
from `validate`.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from cds_service.core.findings import Value
from cds_service.core.models.logistic_study import (
    LevelCoefficient,
    LogisticStudy,
    Predictor,
    Statistics,
)
from cds_service.core.models.prediction import Z_95, LogisticModel, predict
from cds_service.population.validation.performance import Performance, measure
from cds_service.studies.cohort import expit, rake, rebuild_cohort
from cds_service.studies.reduced_models import (
    error_ratios,
    fit_fractional,
    full_predictor,
    reduced_model,
    widen,
)
from tests.simulation.worlds import Population

Vector = NDArray[np.float64]
Known = frozenset[str]

# How often a record holds each input (policy of this simulation; P3 of the card
# examples is the usual record).
ON_RECORD: Mapping[str, float] = {
    "bmi": 0.9, "diabetes": 0.95, "sarcopenia": 0.2, "pma-rate": 0.1, "bmd-t-score": 0.7, "tl-junction": 0.95,
    "procedure": 1.0, "ct-attenuation": 0.6, "multifidus-smi": 0.1,
    "fascia-injury": 0.3, "vbq": 0.3, "psoas-muscle-area": 0.4, "psoas-total-area": 0.5, "es-mf-fat-fraction": 0.5,
}  # fmt: skip
LOW = 0.05  # a figure under it is low
SHOWN_FROM = 0.5  # share of the inputs known from which a figure is shown
REBUILT = 8192  # draws of a cohort that is rebuilt for one simulated study
# Sets of known inputs by which the study uncertainty is judged: all, and what records
# hold.
TYPICAL: Mapping[str, Sequence[Known]] = {
    "sarcopenia-pvm-2022": [
        frozenset({"bmd-t-score", "tl-junction"}),
        frozenset({"bmi", "diabetes", "bmd-t-score", "tl-junction"}),
    ],
    "nvcf-nomogram-2024": [frozenset({"procedure", "ct-attenuation"})],
    "residual-pain-2025": [frozenset({"psoas-total-area", "es-mf-fat-fraction"})],
}


def judge_figures(
    world: Population, model: LogisticModel, n: int, random: np.random.Generator
) -> dict[str, Any]:
    """Calibration with all inputs and with those on record; how often the if-measured range holds the full figure."""
    rows, outcome = world.draw(n, random)
    full, some = [], []
    for row in rows:
        values = world.values(int(row))
        full.append(predict(model, values, site_incidence=None))
        some.append(predict(model, _on_record(values, random), site_incidence=None))
    full_risk = np.array([one.risk for one in full])
    lacking = np.array(
        [one.inputs_known < 1 and one.inputs_known >= SHOWN_FROM for one in some]
    )
    risk = np.array([one.risk for one in some])
    inside = np.array(
        [one.if_measured is not None and one.if_measured[0] <= all_known.risk <= one.if_measured[1]
         for one, all_known in zip(some, full, strict=True)]
    )  # fmt: skip
    thirds = np.quantile(risk[lacking], [1 / 3, 2 / 3])
    place = np.searchsorted(thirds, risk)
    low = full_risk < LOW
    truth = world.risk[rows]
    return {
        "full": _performance(measure(list(outcome), list(full_risk))),
        "asRecorded": _performance(
            measure(list(outcome[lacking]), list(risk[lacking]))
        ),
        "shareShown": float((risk >= 0)[lacking].size / n),
        "meanError": float(np.abs(full_risk - truth).mean()),
        "lowFigures": {
            "said": float(full_risk[low].mean()),
            "true": float(truth[low].mean()),
        }
        if low.any()
        else None,
        "ifMeasured": {
            "all": float(inside[lacking].mean()),
            **{
                name: float(inside[lacking & (place == third)].mean())
                for third, name in enumerate(("lowThird", "middleThird", "highThird"))
            },
        },
    }


def _on_record(
    values: Mapping[str, Value], random: np.random.Generator
) -> dict[str, Value]:
    return {
        name: value
        for name, value in values.items()
        if random.random() < ON_RECORD.get(name, 0.0)
    }


def judge_selection(
    world: Population, model: LogisticModel, n: int, random: np.random.Generator
) -> dict[str, Any]:
    """The same where those at higher risk are measured three times as often: what is missing is then no chance."""
    rows, outcome = world.draw(n, random)
    middle = float(np.median(world.risk[rows]))
    kept, risk = [], []
    for row, event in zip(rows, outcome, strict=True):
        often = 1.0 if world.risk[row] > middle else 1 / 3
        values = world.values(int(row))
        known = {
            name: one
            for name, one in values.items()
            if random.random() < often * ON_RECORD.get(name, 0.0)
        }
        found = predict(model, known, site_incidence=None)
        if SHOWN_FROM <= found.inputs_known < 1:
            kept.append(event)
            risk.append(found.risk)
    return _performance(measure(kept, risk))


def _performance(found: Performance) -> dict[str, Any]:
    return {
        "n": found.n,
        "events": found.events,
        "observedExpected": _pair(found.observed_expected),
        "intercept": _pair(found.calibration_intercept),
        "slope": _pair(found.calibration_slope),
        "auc": _pair(found.auc),
    }


def _pair(found: Any) -> list[float] | None:
    return (
        None
        if found is None
        else [round(found.value, 3), *(round(end, 3) for end in found.interval)]
    )


def judge_ranking(
    world: Population, model: LogisticModel, n: int, random: np.random.Generator
) -> float:
    """Rank correlation, over all sets of inputs, of inputs known with the AUC that the set's figures reach."""
    rows, _ = world.draw(n, random)
    shares, areas = [], []
    usable = [one.finding for one in world.study.inputs if one.known_at_order_sign]
    for size in range(1, len(usable) + 1):
        for known in combinations(usable, size):
            reduced = model.reduced(frozenset(known))
            shares.append(reduced.inputs_known)
            areas.append(find_soft_auc(world.risk[rows], world.score(reduced)[rows]))
    return float(spearmanr(shares, areas).statistic)


def find_soft_auc(risk: Vector, score: Vector, weights: Vector | float = 1.0) -> float:
    """Area under the ROC curve when each patient is a case with their true risk."""
    both, weight = (
        np.concatenate([score, score]),
        np.concatenate([weights * risk, weights * (1 - risk)]),
    )
    return float(
        roc_auc_score(np.repeat([1, 0], len(risk)), both, sample_weight=weight)
    )


def judge_studies(
    world: Population, studies: int, n: int, random: np.random.Generator
) -> dict[str, Any]:
    """The study done again and again in this world, each time printed, rebuilt and asked.

    Coverage: how often the study uncertainty holds the figure that a study without end
    would give the same patient. Overfitting: the slope of the refitted model in new
    patients; 1 were none.
    """
    study = world.study
    sets = [frozenset(study.input_names), *TYPICAL[study.id]]
    rows, _ = world.draw(n, random)
    endless = [_endless(world, known, rows) for known in sets]
    held: list[list[float]] = [[] for _ in sets]
    slopes, apparent, failed = [], [], 0
    for _ in range(studies):
        again = print_again(world, random)
        if again is None:
            failed += 1
            continue
        printed, fitted, own_auc = again
        slopes.append(_slope_of(fitted[0], world, rows))
        apparent.append(own_auc)
        try:
            intervals = _intervals(printed, sets, world, rows)
        except (ArithmeticError, np.linalg.LinAlgError):
            failed += 1
            continue
        for place, ((low, high), truth) in enumerate(
            zip(intervals, endless, strict=True)
        ):
            held[place].append(float(((low <= truth) & (truth <= high)).mean()))
    if not held[0]:
        raise SystemExit(
            f"{study.id}: none of {studies} repeated studies can be fitted and rebuilt; ask for more"
        )
    return {
        "studies": studies,
        "notRebuilt": failed,
        "coverage": {
            _say(known, study): _mean_of(one)
            for known, one in zip(sets, held, strict=True)
        },
        "refitSlope": _mean_of(slopes),
        "apparentAuc": [
            round(float(one), 3) for one in np.quantile(apparent, [0.5, 0.025, 0.975])
        ],
    }


def _mean_of(values: Sequence[float]) -> list[float]:
    """With its standard error."""
    return [
        round(float(one), 3)
        for one in (np.mean(values), np.std(values) / np.sqrt(len(values)))
    ]


def _say(known: Known, study: LogisticStudy) -> str:
    return (
        "all"
        if known == frozenset(study.input_names)
        else ", ".join(x for x in study.input_names if x in known)
    )


def _columns(study: LogisticStudy, known: Known) -> list[int]:
    return [at for at, term in enumerate(study.terms) if term.finding in known]


def _endless(world: Population, known: Known, rows: NDArray[np.intp]) -> Vector:
    """The straight fit on these inputs in the whole world: what the study's interval is an interval for."""
    part = world.inputs[:, _columns(world.study, known)]
    centre = world.weights @ part
    level, coefficients = fit_fractional(part - centre, world.risk, world.weights)
    return expit(level + (part[rows] - centre) @ coefficients)


def print_again(
    world: Population, random: np.random.Generator
) -> tuple[LogisticStudy, tuple[Vector, float], float] | None:
    """A study of the same size in this world, as its paper would print it; None if its model cannot be fitted."""
    study = world.study
    rows, outcome = world.draw(study.cohort.n, random)
    inputs = world.inputs[rows]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            fit = sm.GLM(
                outcome.astype(float),
                sm.add_constant(inputs),
                family=sm.families.Binomial(),
            ).fit()
        except (Warning, np.linalg.LinAlgError, ValueError):
            return None
    if float(np.abs(fit.bse).max()) > 50:
        return None
    betas = dict(
        zip(
            (term.name for term in study.terms),
            zip(fit.params[1:], fit.bse[1:], strict=True),
            strict=True,
        )
    )
    cells = dict(zip((term.name for term in study.terms), inputs.T, strict=True))
    predictors = tuple(
        _printed(one, study, betas, cells, outcome) for one in study.predictors
    )
    cohort = study.cohort.model_copy(update={"events": int(outcome.sum())})
    again = study.model_copy(update={"predictors": predictors, "cohort": cohort})
    return (
        again,
        (fit.params[1:], fit.params[0]),
        float(roc_auc_score(outcome, inputs @ fit.params[1:])),
    )


def _printed(
    predictor: Predictor,
    study: LogisticStudy,
    betas: Mapping[str, tuple[float, float]],
    cells: Mapping[str, Vector],
    outcome: NDArray[np.bool_],
) -> Predictor:
    terms = [term for term in study.terms if term.finding == predictor.finding]
    groups = (
        {"all": np.ones(len(outcome), bool)}
        if predictor.all
        else {"event": outcome, "no_event": ~outcome}
    )
    update: dict[str, Any] = {
        name: _statistics(
            predictor, {term.word or "": cells[term.name][members] for term in terms}
        )
        for name, members in groups.items()
    }
    if predictor.levels:
        update["levels"] = tuple(
            LevelCoefficient(
                level=str(term.word), beta=betas[term.name][0], se=betas[term.name][1]
            )
            for term in terms
        )
    else:
        update |= {
            "beta": betas[predictor.finding][0],
            "se": betas[predictor.finding][1],
            "ci": None,
            "wald": None,
        }
    return predictor.model_copy(update=update)


def _statistics(predictor: Predictor, cells: Mapping[str, Vector]) -> Statistics:
    if predictor.levels:
        counts = {word: int(cells[word].sum()) for word in predictor.words[1:]}
        total = len(next(iter(cells.values())))
        return Statistics(
            counts={predictor.words[0]: total - sum(counts.values()), **counts}
        )
    (values,) = cells.values()
    if predictor.kind == "yes-no":
        return Statistics(count=int(values.sum()))
    return Statistics(mean=float(values.mean()), sd=float(values.std(ddof=1)))


def _intervals(
    printed: LogisticStudy,
    sets: Sequence[Known],
    world: Population,
    rows: NDArray[np.intp],
) -> list[tuple[Vector, Vector]]:
    """The study uncertainty of each patient, by the reconstruction of what was printed (evidence page, step 5)."""
    cohort = rake(rebuild_cohort(printed, draws=REBUILT), printed)
    ratios, full = error_ratios(cohort, printed.cohort.n), full_predictor(cohort)
    found = []
    for known in sets:
        model = widen(reduced_model(cohort, known, printed.cohort.n, full=full), ratios)
        part = _columns(printed, known)
        cells = world.inputs[rows][:, part]
        design = np.column_stack([np.ones(len(rows)), cells - cohort.means[part]])
        margin = Z_95 * np.sqrt(
            np.einsum("ij,jk,ik->i", design, model.covariance, design)
        )
        level = model.intercept + cells @ model.coefficients
        found.append((expit(level - margin), expit(level + margin)))
    return found


def _slope_of(coefficients: Vector, world: Population, rows: NDArray[np.intp]) -> float:
    """Calibration slope of a refitted model among new patients of the world."""
    score = world.inputs[rows] @ coefficients
    _, slope = fit_fractional(
        (score - score.mean())[:, None],
        world.risk[rows],
        np.full(len(rows), 1 / len(rows)),
    )
    return float(slope[0])


def judge_site(
    world: Population, model: LogisticModel, n: int, random: np.random.Generator
) -> dict[str, Any]:
    """A site with half the incidence whose patients with and without the outcome each look like the study's."""
    site = model.study.incidence / 2
    share = world.risk * site / model.study.incidence
    rest = (1 - world.risk) * (1 - site) / (1 - model.study.incidence)
    weights = world.weights * (share + rest)
    moved = replace(world, weights=weights / weights.sum(), risk=share / (share + rest))
    rows, outcome = moved.draw(n, random)
    risk = [
        predict(
            model, _on_record(moved.values(int(row)), random), site_incidence=site
        ).risk
        for row in rows
    ]
    return _performance(measure(list(outcome), risk))


def chance_of_auc(
    world: Population,
    model: LogisticModel,
    n: int,
    events: int,
    random: np.random.Generator,
) -> list[float]:
    """Median and 95 % range of the AUC of the true model in sets of n patients with so many events."""
    score = world.score(model.reduced(frozenset(world.study.input_names)))
    cases = world.weights * world.risk / (world.weights @ world.risk)
    controls = world.weights * (1 - world.risk) / (world.weights @ (1 - world.risk))
    areas = []
    for _ in range(2000):
        chosen = [
            random.choice(score, events, p=cases),
            random.choice(score, n - events, p=controls),
        ]
        areas.append(
            roc_auc_score(
                np.repeat([1, 0], [events, n - events]), np.concatenate(chosen)
            )
        )
    return [round(float(one), 3) for one in np.quantile(areas, [0.5, 0.025, 0.975])]


def auc_of_one(world: Population, name: str) -> float:
    """AUC of one input alone, whichever way it runs."""
    area = find_soft_auc(world.risk, world.column(name), world.weights)
    return round(max(area, 1 - area), 3)

"""What the pooled model is worth in simulated hospitals, where every patient's true risk is known.

A world says how strong the effects are on average and what share has a new fracture.
Each of its hospitals has effects of its own, and patients of its own. The figures come
from the live code; the T-score is known with an error. Next to the pooled model stands
a study's, which is one hospital's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from cds_service.core.findings import Value
from cds_service.core.models.pooled import PooledFigure, PooledModel
from cds_service.core.models.prediction import LogisticModel, predict
from cds_service.core.site_values.policy import SiteIncidence
from cds_service.population.validation.performance import fit_logistic
from cds_service.studies.cohort import expit, solve_intercept
from cds_service.studies.pooled_model import make_population
from tests.simulation.worlds import WORLDS, Population, populate

Vector = NDArray[np.float64]
STUDY = "sarcopenia-pvm-2022"
ERROR_OF_T = 0.4  # SD of a recorded T-score around the true one
POINTS = 2**12
SIZE = 40_000  # patients of the study's own world
# inputs of both models
SHARED = {"t": "bmd-t-score", "bmi": "bmi", "sarcopenia": "sarcopenia"}
MONTHS = 24


Gaps = Literal["none", "by chance", "high risk", "low risk"]
# How often a record holds an input. Of an earlier fracture it holds no "no".
ON_RECORD = {"t": 0.7, "bmi": 0.9, "fracture": 0.5, "sarcopenia": 0.2}
SELDOM = 1 / 3  # how often the others are measured, of that


class Hospital(NamedTuple):
    """Patients as a record gives them, and what is true of them.

    Attributes:
        known: inputs of the pooled model, a patient each.
        of_study: inputs of the study.
        risk: the true one, 0..1.
    """

    known: Sequence[Mapping[str, float]]
    of_study: Sequence[Mapping[str, Value]]
    risk: Vector


@dataclass(frozen=True, kw_only=True)
class PooledWorld:
    """One row of the table.

    Attributes:
        strength: of the pooled effects as published; None in the study's own world.
        incidence: 0..1 in every hospital; None where each draws its own.
        correlation: of continuous inputs, in place of that of the model's population.
        gaps: what of a patient is on record.
    """

    name: str
    strength: float | None
    incidence: float | None
    correlation: Mapping[str, float] | None = None
    gaps: Gaps = "none"


POOLED_WORLDS = (
    PooledWorld(name="published effects", strength=1.0, incidence=None),
    *(
        PooledWorld(name="published effects", strength=1.0, incidence=share)
        for share in (0.08, 0.17, 0.30)
    ),
    PooledWorld(
        name="six tenths of the published effects", strength=0.6, incidence=None
    ),
    PooledWorld(name="no effects on average", strength=0.0, incidence=None),
    *(
        PooledWorld(name=f"{STUDY}'s own", strength=None, incidence=share)
        for share in (0.346, 0.08, 0.17, 0.30)
    ),
)
# Outside what the model assumes of its population; nobody gave figures for these.
WORLDS_BEYOND = (
    PooledWorld(
        name="published effects, inputs not related",
        strength=1.0,
        incidence=None,
        correlation=dict.fromkeys(
            ("age_bmi", "age_t", "age_hu", "bmi_t", "bmi_hu", "t_hu"), 0.0
        ),
    ),
    PooledWorld(
        name="published effects, the old thin and of weak bone",
        strength=1.0,
        incidence=None,
        correlation={"age_bmi": -0.4, "age_t": -0.5, "bmi_t": 0.5},
    ),
    PooledWorld(
        name="published effects, as records hold them",
        strength=1.0,
        incidence=None,
        gaps="by chance",
    ),
    PooledWorld(
        name="published effects, those at high risk measured three times as often",
        strength=1.0,
        incidence=None,
        gaps="high risk",
    ),
    PooledWorld(
        name="published effects, those at low risk measured three times as often",
        strength=1.0,
        incidence=None,
        gaps="low risk",
    ),
    PooledWorld(
        name="six tenths of the effects, the old thin and of weak bone, those at high"
        " risk measured three times as often",
        strength=0.6,
        incidence=0.08,
        correlation={"age_bmi": -0.4, "age_t": -0.5, "bmi_t": 0.5},
        gaps="high risk",
    ),
)


def judge_world(
    world: PooledWorld,
    pooled: PooledModel,
    study: LogisticModel,
    hospitals: int,
    patients: int,
    seed: int,
) -> dict[str, Any]:
    """Means over the world's hospitals: slope, AUC and error of both models, and what the intervals cover."""
    random = np.random.default_rng(seed)
    draw = _drawing(world, pooled, study)
    found = [
        _judge(draw(patients, random), pooled, study, random) for _ in range(hospitals)
    ]
    rows = {
        name: [one[name] for one in found if one.get(name) is not None]
        for name in NAMES
    }
    mean = {
        name: float(np.mean(values)) if values else None
        for name, values in rows.items()
    }
    return {
        "world": world.name,
        "incidence": "drawn"
        if world.incidence is None
        else f"{100 * world.incidence:.3g} %",
        "slope": _pair(mean, "slope"),
        "auc": _pair(mean, "auc"),
        "errorPoints": _pair(mean, "error", 1),
        "newHospitalCovers": round(mean["new"], 2),
        "sameHospitalCovers": round(mean["same"], 2),
        **{
            f"{band}Times": round(mean[band], 2)
            for band in ("above", "below")
            if mean[band] is not None
        },
    }


NAMES = (
    "slope",
    "slope of study",
    "auc",
    "auc of study",
    "error",
    "error of study",
    "new",
    "same",
    "above",
    "below",
)


def _pair(mean: Mapping[str, Any], name: str, digits: int = 2) -> dict[str, float]:
    return {
        "pooled": round(mean[name], digits),
        "study": round(mean[f"{name} of study"], digits),
    }


def _judge(
    hospital: Hospital,
    pooled: PooledModel,
    study: LogisticModel,
    random: np.random.Generator,
) -> dict[str, float | None]:
    """One hospital.

    The error is that after its own events are known; slopes and intervals are before.
    """
    outcome = (random.random(len(hospital.risk)) < hospital.risk).astype(float)
    events, truth = int(outcome.sum()), hospital.risk
    if not 0 < events < len(outcome):
        return {}
    site = pooled.baseline_of(
        SiteIncidence(events=events, patients=len(outcome), months=MONTHS)
    )
    new = [pooled.figure(known) for known in hospital.known]
    own = [pooled.figure(known, site) for known in hospital.known]
    theirs = [
        predict(study, known, site_incidence=events / len(outcome))
        for known in hospital.of_study
    ]
    figures = {
        "": _log_odds(new),
        " of study": np.array([one.log_odds for one in theirs]),
    }
    found: dict[str, float | None] = {}
    for model, log_odds in figures.items():
        fit = fit_logistic(outcome, log_odds)
        found[f"slope{model}"] = fit.slope if fit else None
        found[f"auc{model}"] = float(roc_auc_score(outcome, log_odds))
    for model, risks in (
        ("", [one.risk for one in own]),
        (" of study", [one.risk for one in theirs]),
    ):
        found[f"error{model}"] = 100 * float(np.abs(np.array(risks) - truth).mean())
    average = pooled.baseline_of().log_odds - np.log(truth.mean() / (1 - truth.mean()))
    # of a hospital with the pooled average
    moved = 1 / (1 + np.exp(-(np.log(truth / (1 - truth)) + average)))
    found["new"] = _covered([one.new_hospital for one in new], truth)
    found["same"] = _covered([one.same_hospital for one in new], moved)
    for band in ("above", "below"):
        inside = np.array([one.band == band for one in new])
        found[band] = (
            float(truth[inside].mean() / truth.mean()) if inside.any() else None
        )
    return found


def _log_odds(figures: Sequence[PooledFigure]) -> Vector:
    return np.array([one.log_odds for one in figures])


def _covered(intervals: Sequence[tuple[float, float]], truth: Vector) -> float:
    low, high = np.array(intervals).T
    return float(((low <= truth) & (truth <= high)).mean())


# --- drawing hospitals


def _drawing(
    world: PooledWorld, pooled: PooledModel, study: LogisticModel
) -> Callable[[int, np.random.Generator], Hospital]:
    if world.strength is None:
        place = populate(study.study, WORLDS["as assumed"], size=SIZE, seed=1)
        return partial(_hospital_of_study, _at_incidence(place, world.incidence))
    pairs = pooled.study.correlation.model_copy(update=dict(world.correlation or {}))
    patients = pooled.study.model_copy(update={"correlation": pairs})
    population = make_population(patients, "t", POINTS)
    return partial(_hospital, world, pooled, population)


def _hospital(
    world: PooledWorld,
    pooled: PooledModel,
    population: Any,
    n: int,
    random: np.random.Generator,
) -> Hospital:
    """Patients of the model's population, with this hospital's own effects and incidence."""
    coefficients = [pooled.table.coefficients[name] for name in population.names]
    means, taus = np.array([[one.mean, one.tau] for one in coefficients]).T
    effects = random.normal((world.strength or 0.0) * means, taus)
    baseline = pooled.table.baseline
    incidence = world.incidence or float(
        expit(np.array(random.normal(baseline.mean, baseline.tau)))
    )
    rows = population.values[
        random.choice(len(population.weights), n, p=population.weights)
    ]
    risk = expit(solve_intercept(rows @ effects, incidence) + rows @ effects)
    patients = [dict(zip(population.names, row, strict=True)) for row in rows.tolist()]
    known = _on_record(patients, world.gaps, risk, random)
    return Hospital(*_recorded(known, random), risk)


def _on_record(
    patients: Sequence[dict[str, float]],
    gaps: Gaps,
    risk: Vector,
    random: np.random.Generator,
) -> Sequence[dict[str, float]]:
    """What a record holds of each; not by chance where the risk decides."""
    if gaps == "none":
        return patients
    middle = float(np.median(risk))
    kept = []
    for one, own in zip(patients, risk.tolist(), strict=True):
        is_often = gaps == "by chance" or (gaps == "high risk") == (own > middle)
        often = 1.0 if is_often else SELDOM
        known = {
            name: value
            for name, value in one.items()
            if random.random() < (often * ON_RECORD[name] if name in ON_RECORD else 1.0)
        }
        if known.get("fracture") == 0:
            del known["fracture"]
        kept.append(known)
    return kept


def _hospital_of_study(
    place: Population, n: int, random: np.random.Generator
) -> Hospital:
    """Patients of the study's own world, of whom the shared inputs are known."""
    rows, _ = place.draw(n, random)
    values = [place.values(int(row)) for row in rows]
    known = [
        {name: float(one[finding]) for name, finding in SHARED.items()}
        for one in values
    ]
    return Hospital(*_recorded(known, random), place.risk[rows])


def _recorded(
    patients: Sequence[dict[str, float]], random: np.random.Generator
) -> tuple[Sequence[Mapping[str, float]], Sequence[Mapping[str, Value]]]:
    """As a record gives them: the T-score with its error; and those of the study."""
    for one, error in zip(
        patients, random.normal(0, ERROR_OF_T, len(patients)), strict=True
    ):
        if "t" in one:
            one["t"] += float(error)
    of_study = [
        {
            finding: bool(one[name]) if name == "sarcopenia" else one[name]
            for name, finding in SHARED.items()
            if name in one
        }
        for one in patients
    ]
    return patients, of_study


def _at_incidence(place: Population, incidence: float | None) -> Population:
    """The world where another share has the outcome, and patients given their outcome look alike."""
    own = float(place.weights @ place.risk)
    wanted = own if incidence is None else incidence
    share, rest = place.risk * wanted / own, (1 - place.risk) * (1 - wanted) / (1 - own)
    weights = place.weights * (share + rest)
    return Population(
        study=place.study,
        inputs=place.inputs,
        weights=weights / weights.sum(),
        risk=share / (share + rest),
        effective_share=place.effective_share,
        floor=place.floor,
    )

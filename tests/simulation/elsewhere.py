"""What a study's figures are worth where its printed tables do not hold.

Other hospitals: inputs that hang together otherwise, T-scores with an error, effects as
small as external validations found them, another incidence that nobody set, and values
that are not missing by chance. The figures come from the live code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.optimize import brentq

from cds_service.core.findings import Value
from cds_service.core.models.logistic_study import LogisticStudy
from cds_service.core.models.prediction import LogisticModel, predict
from cds_service.population.validation.performance import Performance, measure
from cds_service.population.validation.verdict import RATIO, SLOPE
from cds_service.studies.cohort import expit, solve_intercept
from tests.simulation.judging import ON_RECORD, SHOWN_FROM, find_soft_auc
from tests.simulation.worlds import WORLDS, Population, World, draw_patients, populate

T_SCORE = "bmd-t-score"
ERROR_OF_T = 0.4  # SD of a recorded T-score around the true one
# Middle of 0.52 to 0.74, external validations (Dai 2024, doi
# 10.1007/s00586-024-08274-x).
AUC_ELSEWHERE = 0.63
SELDOM = 1 / 3  # how often the others are measured, of ON_RECORD

Measured = Literal["by chance", "high risk", "low risk"]


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A hospital unlike the study's.

    Attributes:
        differs: in words.
        related: correlation of the inputs' ranks, towards frailty; None where they hang
            together as in the study.
        auc: that all inputs reach; None where the effects are the printed ones.
        times_incidence: of the study's, and the service is not told.
        error_of_t: SD of the recorded T-score around the true one.
        measured: whose values are on record.
    """

    differs: str
    related: float | None = None
    auc: float | None = None
    times_incidence: float = 1.0
    error_of_t: float = 0.0
    measured: Measured = "by chance"


ELSEWHERE: Mapping[str, Elsewhere] = {
    "related more": Elsewhere(
        differs="the frail are frail in everything (rank correlation 0.6)",
        related=0.6,
    ),
    "T-score error": Elsewhere(
        differs="T-scores are recorded with an error of 0.4 (SD)",
        error_of_t=ERROR_OF_T,
    ),
    "smaller effects": Elsewhere(
        differs="effects are so small that all inputs reach an AUC of 0.63, the middle"
        " of what external validations found (0.52 to 0.74, Dai 2024)",
        auc=AUC_ELSEWHERE,
    ),
    "half the incidence": Elsewhere(
        differs="half as many have the outcome, and no `[baseline]` is set",
        times_incidence=0.5,
    ),
    "more incidence": Elsewhere(
        differs="half as many again have the outcome, and no `[baseline]` is set",
        times_incidence=1.5,
    ),
    "the ill measured": Elsewhere(
        differs="those at higher risk are measured three times as often",
        measured="high risk",
    ),
    "the well measured": Elsewhere(
        differs="those at lower risk are measured three times as often",
        measured="low risk",
    ),
    "all at once": Elsewhere(
        differs="all of this is so: rank correlation 0.6, AUC 0.63, half the incidence,"
        " those at higher risk measured three times as often, and an error of 0.4 of"
        " a T-score",
        related=0.6,
        auc=AUC_ELSEWHERE,
        times_incidence=0.5,
        error_of_t=ERROR_OF_T,
        measured="high risk",
    ),
}


def differences() -> dict[str, str]:
    """How each world differs, in words."""
    return {name: world.differs for name, world in ELSEWHERE.items()}


def worlds_for(study: LogisticStudy) -> Mapping[str, Elsewhere]:
    """Those that say something of this study: an error of T needs a T-score."""
    has_t = T_SCORE in study.input_names
    return {
        name: world
        for name, world in ELSEWHERE.items()
        if has_t or name != "T-score error"
    }


def judge_elsewhere(
    world: Elsewhere, model: LogisticModel, n: int, size: int, seed: int
) -> dict[str, Any]:
    """Calibration with all inputs and as recorded, and what "8 in 10" is worth."""
    random = np.random.default_rng(seed)
    place = move(world, model.study, size, seed)
    rows, outcome = place.draw(n, random)
    middle = float(np.median(place.risk[rows]))
    full, some, kept, inside = [], [], [], []
    for row, event in zip(rows.tolist(), outcome.tolist(), strict=True):
        true = place.values(row)
        given = _with_error(true, world.error_of_t, random)
        is_high = place.risk[row] > middle
        known = _recorded(given, world.measured, random, is_high=is_high)
        found = predict(model, known, site_incidence=None)
        full.append(predict(model, given, site_incidence=None).risk)
        if found.if_measured is not None and found.inputs_known >= SHOWN_FROM:
            low, high = found.if_measured
            measured = predict(model, true, site_incidence=None).risk
            inside.append(low <= measured <= high)
            some.append(found.risk)
            kept.append(event)
    return {
        "full": _row(measure(outcome.tolist(), full)),
        "asRecorded": _row(measure(kept, some)),
        "ifMeasured": round(float(np.mean(inside)), 3),
    }


def move(world: Elsewhere, study: LogisticStudy, size: int, seed: int) -> Population:
    """The study's patients as they are in this world."""
    inputs = _inputs(world, study, size, seed)
    slopes = np.array([term.beta for term in study.terms])
    score = inputs @ slopes
    incidence = study.incidence * world.times_incidence
    if world.auc is not None:
        wanted = world.auc

        def excess(factor: float) -> float:
            return find_soft_auc(_risk(factor * score, incidence), score) - wanted

        score = float(brentq(excess, 1e-3, 1.0, xtol=1e-4)) * score
    return Population(
        study=study,
        inputs=inputs,
        weights=np.full(size, 1 / size),
        risk=_risk(score, incidence),
        effective_share=1.0,
        floor=0.0,
    )


def _risk(score: Any, incidence: float) -> Any:
    return expit(solve_intercept(score, incidence) + score)


def _inputs(world: Elsewhere, study: LogisticStudy, size: int, seed: int) -> Any:
    if world.related is not None:
        related = World(differs=world.differs, related=world.related)
        return draw_patients(study, related, size, seed)
    place = populate(study, WORLDS["as assumed"], size=size, seed=seed)
    chosen = np.random.default_rng(seed).choice(size, size, p=place.weights)
    return place.inputs[chosen]


def _with_error(
    values: Mapping[str, Value], error: float, random: np.random.Generator
) -> dict[str, Value]:
    given = dict(values)
    if error and T_SCORE in given:
        given[T_SCORE] = float(given[T_SCORE]) + float(random.normal(0, error))
    return given


def _recorded(
    values: Mapping[str, Value],
    measured: Measured,
    random: np.random.Generator,
    *,
    is_high: bool,
) -> dict[str, Value]:
    is_often = measured == "by chance" or (measured == "high risk") == is_high
    often = 1.0 if is_often else SELDOM
    return {
        name: value
        for name, value in values.items()
        if random.random() < often * ON_RECORD.get(name, 0.0)
    }


def _row(found: Performance) -> dict[str, Any]:
    estimates = {
        "observedExpected": found.observed_expected,
        "slope": found.calibration_slope,
        "auc": found.auc,
    }
    return {"n": found.n, "events": found.events} | {
        name: round(one.value, 2) if one else None for name, one in estimates.items()
    }


def failures(worlds: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The worlds in which a validation would say "do not use it here", in sentences.

    By the limits of `validate`, on figures as recorded. And where "8 in 10" is less.
    """
    failed = []
    for name, found in worlds.items():
        some = found["asRecorded"]
        wrong = [
            f"{said} {some[key]:.2f}"
            for key, said, (low, high) in (
                ("slope", "slope", SLOPE),
                ("observedExpected", "observed / expected", RATIO),
            )
            if some[key] is not None and not low <= some[key] <= high
        ]
        if wrong:
            failed.append(f"{ELSEWHERE[name].differs} ({', '.join(wrong)})")
    held = {name: found["ifMeasured"] for name, found in worlds.items()}
    least = min(held, key=lambda name: held[name])
    lines = [f"Fails in simulated hospitals where {one}." for one in failed]
    if not failed:
        lines = ["Failed in none of the simulated hospitals unlike the study's."]
    lines.append(
        "The if-measured range is for patients like the study's, with right values: in"
        " hospitals unlike it, it held the figure of all inputs in"
        f" {min(held.values()):.2f} to {max(held.values()):.2f} of patients (it says"
        f" 0.80), least often where {ELSEWHERE[least].differs}."
    )
    return lines

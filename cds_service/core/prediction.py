"""One patient's figure from one study's reduced models, in closed form (evidence page, steps 5-10).

Nothing is drawn or fitted here; numpy is used for a few small products.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np

from cds_service.core.facts import Value
from cds_service.core.inputs import Held, encode_inputs, hold_inputs
from cds_service.core.study import LogisticStudy, Study, Term
from cds_service.core.table import ReducedModel, ReducedTable, Vector, read_table

Interval = tuple[float, float]
Z_95 = 1.96
EIGHT_IN_TEN = (0.1, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The incidence in force, 0..1, and by how much it moves every figure, log odds (step 10)."""

    incidence: float
    source: Literal["study", "site"]
    shift: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What one study says of one patient.

    Attributes:
        risk: 0..1 within the study's horizon; unrounded and beyond floor and ceiling too.
        study_uncertainty: 95 %, from the study's size.
        if_measured: where 8 in 10 such patients would stand once all inputs were known; None when all are.
        inputs_known: 0..1.
        held: by finding.
        floor: below it a text says "under"; rule of three, whole percent.
        ceiling: above it a text says "over".
        coefficients_in_use: of the reduced model in use, log odds per unit, by term (`mna-category=B`).
        clear: by known finding, whether its effect's 95 % interval leaves out 0; else "no clear effect in the study".
        effects: by known finding, coefficient in use x (value used - cohort mean), log odds.
        gains: share of the model's information that each missing input would add, by finding; only what can be known
            before the procedure.
        missing: the findings in `gains`, in the order of the study.
        unknown_until_after: missing inputs that are known only after the procedure.
    """

    study_id: str
    risk: float
    study_uncertainty: Interval
    if_measured: Interval | None
    inputs_known: float
    held: Mapping[str, Held]
    floor: float
    ceiling: float
    coefficients_in_use: Mapping[str, float]
    clear: Mapping[str, bool]
    effects: Mapping[str, float]
    gains: Mapping[str, float]
    missing: tuple[str, ...]
    unknown_until_after: tuple[str, ...]
    baseline: Baseline

    @property
    def baseline_shift(self) -> float:
        """Log odds by which the baseline in force moves this figure; 0 at the study's own."""
        return self.baseline.shift


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """A study with the table of its reduced models."""

    study: LogisticStudy
    table: ReducedTable

    def inputs_known(self, known: frozenset[str]) -> float:
        """Share of the model's information that these inputs carry, 0..1.

        Raises:
            ValueError: the study does not use one of the names.
        """
        return self.reduced(known).inputs_known

    def reduced(self, known: frozenset[str]) -> ReducedModel:
        """The reduced model of this set of known inputs.

        Raises:
            ValueError: the study does not use one of the names.
        """
        model = self.table.models.get(known)
        if model is None:
            foreign = sorted(known - set(self.study.input_names))
            raise ValueError(f"{self.study.id} does not use {', '.join(foreign)}")
        return model


def load_models(studies: Mapping[str, Study], folder: Path) -> Mapping[str, LogisticModel]:
    """Every logistic study with its table, by id.

    Raises:
        DataFileError: a table is missing or stale.
    """
    return MappingProxyType(
        {
            study.id: LogisticModel(study, read_table(study, folder))
            for study in studies.values()
            if isinstance(study, LogisticStudy)
        }
    )


def predict(model: LogisticModel, inputs: Mapping[str, Value], *, site_incidence: float | None) -> Prediction:
    """The figure for a patient with these inputs.

    Args:
        model: a study with its table.
        inputs: known inputs by finding, in the study's units: bool for yes/no, a word for categories, else a number.
        site_incidence: 0..1, moves the figure to what this site observes; None keeps the study's.

    Raises:
        ValueError: the study does not use a name, a value is of the wrong kind or not finite, or the incidence is not
            between 0 and 1.
    """
    reduced = model.reduced(frozenset(inputs))
    terms = [term for term in model.study.terms if term.finding in inputs]
    held = hold_inputs(model.study, model.table, reduced, inputs)
    values = encode_inputs(model.study, terms, {**inputs, **{name: one.used for name, one in held.items()}})
    distances = values - np.array([model.table.means[term.name] for term in terms])
    baseline = _baseline(model.study, site_incidence)
    log_odds = reduced.intercept + float(reduced.coefficients @ values) + baseline.shift
    gains = _gains(model, reduced)
    floor, ceiling = print_limits(model.study)
    return Prediction(
        study_id=model.study.id,
        risk=expit(log_odds),
        study_uncertainty=_study_uncertainty(log_odds, reduced, distances),
        if_measured=_if_measured(log_odds, reduced.distance) if len(inputs) < len(model.study.predictors) else None,
        inputs_known=reduced.inputs_known,
        held=MappingProxyType(held),
        floor=floor,
        ceiling=ceiling,
        coefficients_in_use=MappingProxyType(dict(zip(reduced.terms, reduced.coefficients.tolist(), strict=True))),
        clear=MappingProxyType(_clear(model, reduced, terms, distances)),
        effects=MappingProxyType(_effects(reduced, terms, distances)),
        gains=MappingProxyType(gains),
        missing=tuple(gains),
        unknown_until_after=tuple(
            one.finding for one in model.study.predictors if not one.known_at_order_sign and one.finding not in inputs
        ),
        baseline=baseline,
    )


def expit(log_odds: float) -> float:
    """Probability, 0..1, without overflow."""
    if log_odds >= 0:
        return 1 / (1 + math.exp(-log_odds))
    return math.exp(log_odds) / (1 + math.exp(log_odds))


def logit(probability: float) -> float:
    """Log odds."""
    return math.log(probability / (1 - probability))


def _baseline(study: LogisticStudy, site_incidence: float | None) -> Baseline:
    """Step 10: a site's own incidence moves every figure by the difference of the log odds."""
    if site_incidence is None:
        return Baseline(incidence=study.incidence, source="study", shift=0.0)
    if not 0 < site_incidence < 1:
        raise ValueError(f"an incidence of {site_incidence} is not between 0 and 1")
    return Baseline(incidence=site_incidence, source="site", shift=logit(site_incidence) - logit(study.incidence))


def _study_uncertainty(log_odds: float, reduced: ReducedModel, distances: Vector) -> Interval:
    """Step 5: expit(log odds ± 1.96 sqrt(x'Vx)), x centred at the cohort means."""
    point = np.concatenate([[1.0], distances])
    margin = Z_95 * math.sqrt(float(point @ reduced.covariance @ point))
    return expit(log_odds - margin), expit(log_odds + margin)


def _if_measured(log_odds: float, distance: float) -> Interval:
    """Step 6: 10th and 90th percentile of what the figure would be once all is measured.

    Its log odds follow p·N(log odds + d/2, d) + (1 - p)·N(log odds - d/2, d), d = 2(sqrt(1 + distance) - 1), whose
    mean risk is the risk itself: measuring cannot on average change the figure.
    """
    spread = 2 * (math.sqrt(1 + distance) - 1)
    if spread <= 0:
        return expit(log_odds), expit(log_odds)
    low, high = (_mixture_percentile(share, log_odds, spread) for share in EIGHT_IN_TEN)
    return expit(low), expit(high)


def _mixture_percentile(share: float, log_odds: float, spread: float) -> float:
    risk, deviation = expit(log_odds), math.sqrt(spread)
    low, high = log_odds - spread / 2 - 10 * deviation, log_odds + spread / 2 + 10 * deviation
    while low < (middle := (low + high) / 2) < high:
        upper = _normal_share((middle - log_odds - spread / 2) / deviation)
        lower = _normal_share((middle - log_odds + spread / 2) / deviation)
        too_low = risk * upper + (1 - risk) * lower < share
        low, high = (middle, high) if too_low else (low, middle)
    return middle


def _normal_share(deviations: float) -> float:
    return math.erfc(-deviations / math.sqrt(2)) / 2


def _effects(reduced: ReducedModel, terms: list[Term], distances: Vector) -> dict[str, float]:
    effects: dict[str, float] = {}
    for term, effect in zip(terms, (reduced.coefficients * distances).tolist(), strict=True):
        effects[term.finding] = effects.get(term.finding, 0.0) + effect
    return effects


def _clear(model: LogisticModel, reduced: ReducedModel, terms: list[Term], distances: Vector) -> dict[str, bool]:
    """Whether the 95 % interval of each finding's effect leaves out 0.

    The errors are those of the coefficients in use at the printed scale, also where the figure's own interval is wider
    than printed: with all inputs known an effect is clear exactly where the paper's interval leaves out 0. For one term
    that is the interval of its coefficient. A category's effect is that of the patient's word against the cohort's mix
    of words, so its terms are taken together.
    """
    clear = {}
    scale = np.array([min(1.0, model.table.error_ratios[term.name]) for term in terms])
    covariance = reduced.covariance[1:, 1:] * np.outer(scale, scale)
    for finding in dict.fromkeys(term.finding for term in terms):
        at = [column for column, term in enumerate(terms) if term.finding == finding]
        point = distances[at] if len(at) > 1 else np.ones(1)
        effect = float(reduced.coefficients[at] @ point)
        clear[finding] = abs(effect) > Z_95 * math.sqrt(float(point @ covariance[np.ix_(at, at)] @ point))
    return clear


def _gains(model: LogisticModel, reduced: ReducedModel) -> dict[str, float]:
    """What each missing input would add to the inputs known; only what can be known before the procedure."""
    known = frozenset(reduced.known)
    return {
        one.finding: max(0.0, model.inputs_known(known | {one.finding}) - reduced.inputs_known)
        for one in model.study.predictors
        if one.known_at_order_sign and one.finding not in known
    }


def print_limits(study: LogisticStudy) -> Interval:
    """Floor and ceiling of print, 0..1, in whole percent (step 9).

    Rule of three: with no event among n patients, the rate may still be 3 / n.
    """
    events, others = study.cohort.events, study.cohort.n - study.cohort.events
    return round(3 / others, 2), round(1 - 3 / events, 2)

"""One patient's figure from a study's reduced models.

Steps 5 to 10 of docs/evidence.md ("From printed tables to a probability"). Nothing is
drawn or fitted here; numpy is used for a few small products. t is the number of terms
that the known inputs have in the model: one each, a category one for each word but its
reference.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np

from cds_service.core.findings import Value
from cds_service.core.models.inputs import Held, encode_inputs, hold_inputs
from cds_service.core.models.logistic_study import LogisticStudy, Term
from cds_service.core.models.reduced_tables import (
    Matrix,
    ReducedModel,
    ReducedTable,
    Vector,
    read_table,
)
from cds_service.core.models.study import Study
from cds_service.core.models.study_tables import Z_95, Interval
from cds_service.core.site_values.recalibration import Recalibration

EIGHT_IN_TEN = (0.1, 0.9)
# Log odds: a step of Newton's this small is the last. It leaves an error of about its
# square.
CLOSE = 1e-10
MOST_STEPS = 200  # a handful are needed
ROOT_2, ROOT_2PI = math.sqrt(2), math.sqrt(2 * math.pi)


def expit(log_odds: float) -> float:
    """Return the probability, 0..1, without overflow."""
    if log_odds >= 0:
        return 1 / (1 + math.exp(-log_odds))
    return math.exp(log_odds) / (1 + math.exp(log_odds))


def logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


def if_measured(log_odds: float, distance: float) -> Interval:
    """Return 10th and 90th percentile of the figure once all is measured (step 6).

    With risk p and log odds η now, those of the measured figure are taken to follow
    p·N(η + d/2, d) + (1 - p)·N(η - d/2, d), where d = 2(√(1 + distance) - 1). The mean
    risk of this distribution is p: on average measuring does not change the figure.

    Args:
        log_odds: of the figure now.
        distance: squared distance between the log odds of full and reduced model.
    """
    spread = 2 * (math.sqrt(1 + distance) - 1)
    if spread <= 0:
        return expit(log_odds), expit(log_odds)
    low, high = (_mixture_percentile(share, log_odds, spread) for share in EIGHT_IN_TEN)
    return expit(low), expit(high)


def _mixture_percentile(share: float, log_odds: float, spread: float) -> float:
    """Find the log odds below which this share of the distribution lies.

    Newton's method; a step out of the interval that holds the solution is replaced by
    the middle of the interval.

    Args:
        share: 0..1.
        spread: d of `if_measured`, the variance of both normal distributions.
    """
    risk = expit(log_odds)
    deviation = math.sqrt(spread)
    half = spread / 2
    low = log_odds - half - 10 * deviation
    high = log_odds + half + 10 * deviation
    point = log_odds
    for _ in range(MOST_STEPS):
        upper = (point - log_odds - half) / deviation
        lower = (point - log_odds + half) / deviation
        of_upper = risk * math.erfc(-upper / ROOT_2)
        of_lower = (1 - risk) * math.erfc(-lower / ROOT_2)
        excess = (of_upper + of_lower) / 2 - share
        if excess < 0:
            low = point
        else:
            high = point
        density = risk * math.exp(-upper * upper / 2) + (1 - risk) * math.exp(
            -lower * lower / 2
        )
        step = excess * deviation * ROOT_2PI / density if density else math.inf
        if abs(step) < CLOSE:
            return point - step
        is_inside = low < point - step < high
        point = point - step if is_inside else (low + high) / 2
    return point


class Baseline(NamedTuple):
    """The incidence in force, with its shift of every figure (step 10).

    Attributes:
        incidence: 0..1, within the study's horizon.
        shift: log odds that are added to each figure of the study.
        recalibration: fitted on local patients. It moves the figures in place of the
            shift, which then moves the reference alone.
    """

    incidence: float
    source: Literal["study", "site"]
    shift: float
    recalibration: Recalibration | None = None

    @property
    def slope(self) -> float:
        """Return the factor by which the coefficients of the study count here."""
        return self.recalibration.slope if self.recalibration else 1.0

    def move(self, log_odds: float) -> float:
        """Turn log odds of the study into those in force."""
        if self.recalibration is not None:
            return self.recalibration.move(log_odds)
        return log_odds + self.shift

    def own(self, log_odds: float) -> float:
        """Turn log odds in force into those of the study."""
        if self.recalibration is not None:
            return self.recalibration.own(log_odds)
        return log_odds - self.shift


class Prediction(NamedTuple):
    """One study's figure for one patient.

    Attributes:
        log_odds: log odds of the risk.
        risk: 0..1 within the study's horizon; unrounded and beyond floor and ceiling
            too.
        standard_error: standard error of the log odds, from the study's size (step 5).
        study_uncertainty: 95 %, 0..1, from log odds ± 1.96 standard errors.
        if_measured: the range, 0..1, in which 8 in 10 such patients would lie once all
            inputs were known (step 6); None if all are.
        inputs_known: share of the model's information, 0..1 (step 7).
        used: values that entered the model, by finding, after holding.
        held: values beyond the study's range, by finding (step 8).
        floor: 0..1, whole percent; a text says "under" below it (step 9).
        ceiling: 0..1, whole percent; a text says "over" above it (step 9).
        coefficients_in_use: coefficients of the reduced model in use, log odds per
            unit, by term (`mna-category=B`).
        has_clear_effect: by known finding, True if the 95 % interval of its effect
            leaves out 0; otherwise a text says "no clear effect in the study".
        effects: by known finding, coefficient in use x (value used - cohort mean), log
            odds.
        gains: by missing finding, the share of the model's information that it would
            add. Only inputs that can be known before the procedure, in the order of the
            study.
        unknown_until_after: missing inputs that only the procedure can give.
        reference: average of the study's patients with the same procedure, 0..1, at the
            baseline in force; of all of them if the procedure is not known or the study
            had one alone.
    """

    log_odds: float
    risk: float
    standard_error: float
    study_uncertainty: Interval
    if_measured: Interval | None
    inputs_known: float
    used: Mapping[str, Value]
    held: Mapping[str, Held]
    floor: float
    ceiling: float
    coefficients_in_use: Mapping[str, float]
    has_clear_effect: Mapping[str, bool]
    effects: Mapping[str, float]
    gains: Mapping[str, float]
    unknown_until_after: tuple[str, ...]
    baseline: Baseline
    reference: float

    @property
    def ranges(self) -> tuple[Interval, ...]:
        """Return the study's uncertainty, and the range if all were measured."""
        if self.if_measured is None:
            return (self.study_uncertainty,)
        return (self.study_uncertainty, self.if_measured)

    @property
    def has_reassuring_hold(self) -> bool:
        """Tell if a value is held on the side that would reassure."""
        return any(held.side == "reassuring" for held in self.held.values())


@dataclass(frozen=True, slots=True)
class _KnownSet:
    """Everything that depends on which inputs are known but not on their values.

    A finding is a category if it has several terms, one for each word: its effect, and
    if that is clear, depends on the patient's word. A finding with one term has a clear
    effect or not, whatever its value.

    Attributes:
        terms: the t terms of these inputs, in the order of the study.
        means: t means of the cohort.
        coefficients: in use, by term.
        covariance: t x t, of the coefficients, at the scale of the printed errors.
        has_clear_term: by finding with one term, as `has_clear_effect`.
        category_columns: by category, the positions of its terms.
        gains: as in `Prediction`.
        unknown_until_after: as in `Prediction`.
        limits: floor and ceiling, as in `Prediction`.
    """

    terms: tuple[Term, ...]
    means: Vector
    coefficients: Mapping[str, float]
    covariance: Matrix
    has_clear_term: Mapping[str, bool]
    category_columns: Mapping[str, list[int]]
    gains: Mapping[str, float]
    unknown_until_after: tuple[str, ...]
    limits: Interval


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """A study with the table of its reduced models."""

    study: LogisticStudy
    table: ReducedTable
    _sets: dict[frozenset[str], _KnownSet] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def inputs_known(self, known: frozenset[str]) -> float:
        """Return the share of the model's information that these inputs carry, 0..1."""
        return self.reduced(known).inputs_known

    def reduced(self, known: frozenset[str]) -> ReducedModel:
        """Return the reduced model of this set of known inputs.

        Raises:
            ValueError: the study does not use one of the names.
        """
        model = self.table.models.get(known)
        if model is None:
            foreign = sorted(known - set(self.study.input_names))
            raise ValueError(f"{self.study.id} does not use {', '.join(foreign)}")
        return model

    def known_set(self, known: frozenset[str]) -> _KnownSet:
        """Return all that depends on the set of known inputs alone; computed once."""
        known_set = self._sets.get(known)
        if known_set is None:
            known_set = self._sets[known] = _make_known_set(self, self.reduced(known))
        return known_set


def load_models(
    studies: Mapping[str, Study], folder: Path
) -> Mapping[str, LogisticModel]:
    """Return every logistic study with its table, by id."""
    return MappingProxyType(
        {
            study.id: LogisticModel(study, read_table(study, folder))
            for study in studies.values()
            if isinstance(study, LogisticStudy)
        }
    )


def predict(
    model: LogisticModel,
    inputs: Mapping[str, Value],
    *,
    site_incidence: float | None,
    recalibration: Recalibration | None = None,
) -> Prediction:
    """Predict the figure for a patient with these inputs.

    Args:
        model: a study with its table.
        inputs: known inputs by finding, in the study's units: bool for yes/no, a word
            for categories, else a number.
        site_incidence: 0..1, the incidence that this site observes; None for the
            study's.
        recalibration: of this study on local patients; it goes before the incidence.

    Raises:
        ValueError: the study does not use a name, a value is of the wrong kind or not
            finite, or the incidence is not between 0 and 1.
    """
    names = frozenset(inputs)
    reduced = model.reduced(names)
    known = model.known_set(names)
    held = hold_inputs(model.table, known.coefficients, inputs)
    held_at = {name: held_value.used for name, held_value in held.items()}
    used = {**inputs, **held_at}
    values = encode_inputs(known.terms, used)
    from_mean = values - known.means

    baseline = _baseline_for(model.study, names, site_incidence, recalibration)
    study_log_odds = reduced.intercept + float(reduced.coefficients @ values)
    log_odds = baseline.move(study_log_odds)
    error = _standard_error(study_log_odds, reduced, from_mean, baseline)
    uncertainty = expit(log_odds - Z_95 * error), expit(log_odds + Z_95 * error)
    measured = None
    if len(inputs) < len(model.study.inputs):
        distance = reduced.distance_at(expit(study_log_odds))
        measured = if_measured(log_odds, baseline.slope**2 * distance)
    floor, ceiling = known.limits
    return Prediction(
        log_odds=log_odds,
        risk=expit(log_odds),
        standard_error=error,
        study_uncertainty=uncertainty,
        if_measured=measured,
        inputs_known=reduced.inputs_known,
        used=MappingProxyType(used),
        held=MappingProxyType(held),
        floor=floor,
        ceiling=ceiling,
        coefficients_in_use=_at_slope(known.coefficients, baseline.slope),
        has_clear_effect=MappingProxyType(_clear_effects(known, reduced, from_mean)),
        effects=_at_slope(_effects(reduced, known.terms, from_mean), baseline.slope),
        gains=known.gains,
        unknown_until_after=known.unknown_until_after,
        baseline=baseline,
        reference=_reference(model, inputs, baseline),
    )


def risk_at(prediction: Prediction, study: LogisticStudy, incidence: float) -> float:
    """Return the same patient's risk, 0..1, at another incidence (step 10).

    Raises:
        ValueError: the incidence is not between 0 and 1.
    """
    study_log_odds = prediction.baseline.own(prediction.log_odds)
    return expit(study_log_odds + _baseline_at(study, incidence).shift)


def effect_interval(
    model: LogisticModel, prediction: Prediction, findings: Collection[str]
) -> Interval:
    """Return the 95 % interval of the joint effect of some inputs, log odds.

    It is at the scale of the printed errors (see `_clear_effects`).
    """
    known = model.known_set(frozenset(prediction.used))
    columns = [
        number for number, term in enumerate(known.terms) if term.finding in findings
    ]
    point = (encode_inputs(known.terms, prediction.used) - known.means)[columns]
    variance = float(point @ known.covariance[np.ix_(columns, columns)] @ point)
    margin = prediction.baseline.slope * Z_95 * math.sqrt(variance)
    effect = sum(prediction.effects[name] for name in findings)
    return effect - margin, effect + margin


def _baseline_for(
    study: LogisticStudy,
    names: frozenset[str],
    site_incidence: float | None,
    recalibration: Recalibration | None,
) -> Baseline:
    """Return the baseline in force for a patient of whom these inputs are known."""
    if recalibration is None:
        return _baseline_at(study, site_incidence)
    local = recalibration.for_inputs(names)
    return _baseline_at(study, local.incidence, local)


def _reference(
    model: LogisticModel, inputs: Mapping[str, Value], baseline: Baseline
) -> float:
    """Return the average risk of patients with the same procedure, 0..1."""
    average = model.table.references.get(str(inputs.get("procedure")))
    if average is None:
        return baseline.incidence
    return expit(logit(average) + baseline.shift)


def _baseline_at(
    study: LogisticStudy,
    site_incidence: float | None,
    recalibration: Recalibration | None = None,
) -> Baseline:
    """Return the baseline at an incidence: the shift is the difference in log odds."""
    if site_incidence is None:
        return Baseline(incidence=study.incidence, source="study", shift=0.0)
    if not 0 < site_incidence < 1:
        raise ValueError(f"an incidence of {site_incidence} is not between 0 and 1")
    shift = logit(site_incidence) - logit(study.incidence)
    return Baseline(
        incidence=site_incidence,
        source="site",
        shift=shift,
        recalibration=recalibration,
    )


def _standard_error(
    log_odds: float, reduced: ReducedModel, from_mean: Vector, baseline: Baseline
) -> float:
    """Return √(x'Vx) of the log odds (step 5); a recalibration adds its own error.

    Args:
        log_odds: of the figure, at the study's own incidence.
        from_mean: t distances of the values from the cohort's means; with a 1 for the
            intercept they are x.
    """
    point = np.concatenate([[1.0], from_mean])
    variance = baseline.slope**2 * float(point @ reduced.covariance @ point)
    if baseline.recalibration is not None:
        variance += baseline.recalibration.variance_at(log_odds)
    return math.sqrt(variance)


def _at_slope(numbers: Mapping[str, float], slope: float) -> Mapping[str, float]:
    if slope == 1:
        return MappingProxyType(dict(numbers))
    return MappingProxyType({name: slope * number for name, number in numbers.items()})


def _effects(
    reduced: ReducedModel, terms: Sequence[Term], from_mean: Vector
) -> dict[str, float]:
    """Return coefficient x distance from the mean, by finding, log odds."""
    effects: dict[str, float] = {}
    by_term = (reduced.coefficients * from_mean).tolist()
    for term, effect in zip(terms, by_term, strict=True):
        effects[term.finding] = effects.get(term.finding, 0.0) + effect
    return effects


def _make_known_set(model: LogisticModel, reduced: ReducedModel) -> _KnownSet:
    known = frozenset(reduced.known)
    terms = tuple(term for term in model.study.terms if term.finding in known)
    # The table widens an error that is smaller than printed, and keeps one that is
    # larger. This brings the larger ones down to the printed scale as well.
    scale = np.array([min(1.0, model.table.error_ratios[term.name]) for term in terms])
    covariance = reduced.covariance[1:, 1:] * np.outer(scale, scale)
    has_clear_term, category_columns = {}, {}
    for finding in dict.fromkeys(term.finding for term in terms):
        columns = [
            column for column, term in enumerate(terms) if term.finding == finding
        ]
        if len(columns) > 1:
            category_columns[finding] = columns
        else:
            has_clear_term[finding] = _leaves_out_zero(
                reduced.coefficients[columns],
                np.ones(1),
                covariance[np.ix_(columns, columns)],
            )
    return _KnownSet(
        terms=terms,
        means=np.array([model.table.means[term.name] for term in terms]),
        coefficients=reduced.by_term,
        covariance=covariance,
        has_clear_term=MappingProxyType(has_clear_term),
        category_columns=MappingProxyType(category_columns),
        gains=MappingProxyType(_gains(model, reduced)),
        unknown_until_after=tuple(
            study_input.finding
            for study_input in model.study.inputs
            if not study_input.known_at_order_sign and study_input.finding not in known
        ),
        limits=print_limits(model.study),
    )


def _clear_effects(
    known: _KnownSet, reduced: ReducedModel, from_mean: Vector
) -> dict[str, bool]:
    """Tell for each finding if the 95 % interval of its effect leaves out 0.

    With all inputs known this is so exactly if the paper's interval leaves out 0. The
    errors are therefore those of the coefficients in use, at the printed scale, even if
    the figure's own interval is wider.

    For one term this is the interval of its coefficient. A category's effect is that of
    the patient's word against the cohort's mix of words: its terms are taken together.
    """
    of_categories = {
        finding: _leaves_out_zero(
            reduced.coefficients[columns],
            from_mean[columns],
            known.covariance[np.ix_(columns, columns)],
        )
        for finding, columns in known.category_columns.items()
    }
    return {**known.has_clear_term, **of_categories}


def _leaves_out_zero(
    coefficients: Vector, from_mean: Vector, covariance: Matrix
) -> bool:
    """Tell if the 95 % interval of the joint effect of some terms leaves out 0."""
    effect = float(coefficients @ from_mean)
    error = math.sqrt(float(from_mean @ covariance @ from_mean))
    return abs(effect) > Z_95 * error


def _gains(model: LogisticModel, reduced: ReducedModel) -> dict[str, float]:
    """Return the gain of each missing input that is known before the procedure."""
    known = frozenset(reduced.known)
    return {
        study_input.finding: max(
            0.0,
            model.inputs_known(known | {study_input.finding}) - reduced.inputs_known,
        )
        for study_input in model.study.inputs
        if study_input.known_at_order_sign and study_input.finding not in known
    }


def print_limits(study: LogisticStudy) -> Interval:
    """Return floor and ceiling of print, 0..1, in whole percent (step 9).

    Rule of three: with no event among n patients, the rate may still be 3 / n.
    """
    events, others = study.cohort.events, study.cohort.n - study.cohort.events
    return round(3 / others, 2), round(1 - 3 / events, 2)

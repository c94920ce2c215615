"""The three kinds of study as types: a logistic model, rates in strata, a follow-up marker.

Schema only; `study.py` checks how numbers relate to each other and reads the files. Other modules
import all of these from there.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from cds_service.core.study_parts import (
    Cohort,
    Count,
    Interval,
    Measured,
    Outcome,
    Paper,
    Part,
    Patients,
    Positive,
    Text,
    Validation,
)

Z_95 = 1.96  # a printed 95 % interval is beta ± 1.96 SE


class Statistics(Part):
    """One group's printed distribution of one input: exactly one of mean with SD, count of yes, counts by word."""

    mean: float | None = None
    sd: Positive | None = None
    count: Count | None = None
    counts: dict[str, Count] | None = None


class PrintedError(Part):
    """The standard error in the form the paper prints it: exactly one of the three.

    Attributes:
        ci: 95 % interval of the log odds; SE = width / 3.92.
        se: the standard error itself.
        wald: Wald statistic; SE = |beta| / sqrt(wald).
    """

    ci: Interval | None = None
    se: Positive | None = None
    wald: Positive | None = None


class Coefficient(PrintedError):
    """One printed coefficient, log odds per unit.

    Attributes:
        beta: as used.
        printed: as printed, where that is a misprint; then `why` says how we know.
    """

    beta: float
    printed: float | None = None
    why: Text | None = None

    @property
    def standard_error(self) -> float:
        """Printed standard error, log odds per unit."""
        if self.ci is not None:
            return (self.ci[1] - self.ci[0]) / (2 * Z_95)
        if self.se is not None:
            return self.se
        if self.wald is not None:
            return float(abs(self.beta) / self.wald**0.5)
        raise ValueError("a coefficient without printed error")

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the log odds: as printed, else from the standard error."""
        width = Z_95 * self.standard_error
        return self.ci or (self.beta - width, self.beta + width)


class LevelCoefficient(Coefficient):
    """The coefficient of one word of a category, against the reference word."""

    level: Text


class Predictor(PrintedError):
    """One input of a logistic model.

    Attributes:
        coding: what the number or word means, with our reading where the paper does not say.
        reference: the word that has no coefficient; only with `levels`.
        event: the group that had the outcome; `all` where the paper prints no groups.
        identity: how draws of it follow from other draws, by name of a function in `cohort.py`.
        known_at_order_sign: False for what is known only after the procedure, so that nobody asks for it.
        raking_only: why no figure uses it: the cohort is weighted with it, since the printed model needs it, and the
            figure is that of the model without it. None for an input.
        needed: without it nobody knows whether the patient lies inside the study's range, so that its figure is
            neither printed in a summary nor a warning.
        per_site: the value depends on the scanner, so that it is an input only where the site gives its own patients
            (`[reference]`); it is taken to the scale of the group without the outcome.
    """

    finding: Text
    unit: Text
    coding: Text
    printed_in: Text = Field(alias="from")
    beta: float | None = None
    printed: float | None = None
    why: Text | None = None
    reference: Text | None = None
    levels: tuple[LevelCoefficient, ...] = ()
    event: Statistics | None = None
    no_event: Statistics | None = None
    all: Statistics | None = None
    identity: Literal["psoas-muscle-area"] | None = None
    known_at_order_sign: bool = True
    raking_only: Text | None = None
    needed: bool = False
    per_site: bool = False

    @property
    def groups(self) -> dict[str, Statistics]:
        """Printed statistics by group, `event` before `no_event`, or `all` alone."""
        named = {"event": self.event, "no_event": self.no_event, "all": self.all}
        return {name: group for name, group in named.items() if group is not None}

    @property
    def kind(self) -> Literal["number", "yes-no", "category"]:
        """How a value of it enters the model."""
        if self.levels:
            return "category"
        return "yes-no" if all(group.count is not None for group in self.groups.values()) else "number"

    @property
    def words(self) -> tuple[str, ...]:
        """The words of a category, reference first; empty for numbers and yes/no."""
        return () if self.reference is None else (self.reference, *(level.level for level in self.levels))


class Auxiliary(Part):
    """A printed measure that is no input, but from which an input's draws follow."""

    finding: Text
    unit: Text
    printed_in: Text = Field(alias="from")
    event: Statistics
    no_event: Statistics


class Intercept(Part):
    """How the intercept is found that the paper does not print, and what it must be within 0.1 (never used)."""

    method: Literal["mean-risk-over-rebuilt-cohort"]
    check: float


class Example(Part):
    """Inputs and the figures they must give, from an independent calculation; run by a test."""

    inputs: dict[str, bool | float | str]
    risk: float
    inputs_known: float
    study_uncertainty: Interval | None = None
    if_measured: Interval | None = None
    held: dict[str, float] = Field(default_factory=dict)


class ReducedCheck(Part):
    """A reduced model's coefficients, from an independent calculation (within 3 %); run by a test."""

    known: tuple[str, ...]
    intercept: float
    coefficients: dict[str, float]
    inputs_known: float


class LogisticStudy(Paper):
    """A printed logistic model with the statistics from which its cohort is rebuilt.

    Attributes:
        event: what is counted, in words: `refracture`, `new vertebral fracture`.
        short_line: the patients in a few words, for a card that gives no figure.
        card_line: patients, events and validation in one sentence, for a card.
        contrary_line: what speaks against it in one sentence, for a card.
        draws: patients of the rebuilt cohort.
    """

    kind: Literal["logistic"]
    event: Text
    short_line: Text
    card_line: Text
    contrary_line: Text
    draws: Annotated[int, Field(ge=1000)] = 40_000
    cohort: Cohort
    intercept: Intercept
    predictors: Annotated[tuple[Predictor, ...], Field(min_length=1)]
    auxiliaries: tuple[Auxiliary, ...] = ()
    validation: Validation
    examples: Annotated[tuple[Example, ...], Field(min_length=1)]
    reduced_checks: tuple[ReducedCheck, ...] = ()
    cross_checks: tuple[Example, ...] = ()

    @property
    def table_digest(self) -> str:
        """sha256 of what the table of reduced models follows from: a changed text makes no table stale."""
        ground = self.model_dump_json(include={"id", "draws", "cohort", "intercept", "predictors", "auxiliaries"})
        return hashlib.sha256(ground.encode()).hexdigest()

    @property
    def incidence(self) -> float:
        """Events over patients, 0..1."""
        return self.cohort.events / self.cohort.n

    @property
    def inputs(self) -> tuple[Predictor, ...]:
        """The predictors that a figure uses, in the order of the file."""
        return tuple(predictor for predictor in self.predictors if predictor.raking_only is None)

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names of the inputs, in the order of the file."""
        return tuple(predictor.finding for predictor in self.inputs)

    @property
    def terms(self) -> tuple[Term, ...]:
        """Columns of the printed model, in the file's order; a category has one for each word but the reference."""
        return tuple(term for predictor in self.predictors for term in _terms(predictor))


class StratumCounts(Part):
    """One side of the cut-off with its printed counts."""

    id: Text
    label: Text
    above: float | None = None
    at_most: float | None = None
    n: Annotated[int, Field(gt=0)]
    events: dict[Outcome, Count]


class StrataStudy(Paper):
    """Rates in groups divided at a cut-off; no model."""

    kind: Literal["strata"]
    outcomes: tuple[Outcome, ...]
    cohort: Cohort
    finding: Text
    unit: Text
    cutoff: float
    strata: Annotated[tuple[StratumCounts, ...], Field(min_length=2)]
    printed_p: dict[Outcome, Text]
    recomputed_p: dict[Outcome, float]
    measures: tuple[Measured, ...] = ()


class Quartiles(Part):
    """Median and quartiles of one group, in %."""

    median: float
    q1: float
    q3: float


class MarkerChange(Part):
    """One measure's change between two dated values, in %, in the two groups."""

    id: Text
    label: Text
    finding: Text
    unit: Literal["%"]
    refractured: Quartiles
    not_refractured: Quartiles
    printed_p: Text
    printed_in: Text = Field(alias="from")


class MarkerStudy(Paper):
    """Changes seen in patients with and without the outcome; neither model nor rate.

    Attributes:
        interval_days: mean time between the two values.
        interval_range_days: shortest and longest.
    """

    kind: Literal["follow-up-marker"]
    cohort: Patients
    interval_days: Positive
    interval_range_days: tuple[int, int]
    markers: Annotated[tuple[MarkerChange, ...], Field(min_length=1)]


Study = LogisticStudy | StrataStudy | MarkerStudy


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One column of a logistic model.

    Attributes:
        name: the finding, or `finding=word` where a category has several columns.
        word: for categories, the word that makes this column 1.
        beta: log odds per unit.
        standard_error: as printed, log odds per unit.
        interval: 95 %, log odds: as printed, else from the standard error.
    """

    name: str
    finding: str
    word: str | None
    beta: float
    standard_error: float
    interval: tuple[float, float]


def _terms(predictor: Predictor) -> tuple[Term, ...]:
    if not predictor.levels:
        only = Coefficient(beta=predictor.beta or 0.0, ci=predictor.ci, se=predictor.se, wald=predictor.wald)
        name = predictor.finding
        return (
            Term(
                name=name,
                finding=name,
                word=None,
                beta=only.beta,
                standard_error=only.standard_error,
                interval=only.interval,
            ),
        )
    several = len(predictor.levels) > 1
    return tuple(
        Term(
            name=f"{predictor.finding}={level.level}" if several else predictor.finding,
            finding=predictor.finding,
            word=level.level,
            beta=level.beta,
            standard_error=level.standard_error,
            interval=level.interval,
        )
        for level in predictor.levels
    )

"""A printed logistic model, and the statistics from which its cohort is rebuilt."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from cds_service.core.models.study_tables import (
    Z_95,
    Cohort,
    Count,
    FindingName,
    Interval,
    Paper,
    Part,
    Positive,
    Text,
    Unit,
    Validation,
)


class Statistics(Part):
    """One group's printed distribution of an input: mean with SD, or counts."""

    mean: float | None = None
    sd: Positive | None = None
    count: Count | None = None
    counts: dict[str, Count] | None = None

    @model_validator(mode="after")
    def _has_one_form(self) -> Self:
        self._has_one_of("mean", "count", "counts")
        if (self.mean is None) != (self.sd is None):
            raise ValueError("mean and sd belong together")
        return self


class PrintedError(Part):
    """The standard error in the form the paper prints it: exactly one of the three.

    Attributes:
        ci: 95 % interval of the log odds; SE = width / 3.92.
        se: the standard error itself, log odds.
        wald: Wald statistic; SE = |beta| / √wald.
    """

    ci: Interval | None = None
    se: Positive | None = None
    wald: Positive | None = None

    def _check_coefficient(
        self, beta: float, printed: float | None, why: str | None
    ) -> None:
        self._has_one_of("ci", "se", "wald")
        if self.ci is not None and not self.ci[0] < beta < self.ci[1]:
            raise ValueError(f"ci: does not contain beta {beta}")
        if (printed is None) != (why is None):
            raise ValueError("a corrected misprint needs printed and why")


class Coefficient(PrintedError):
    """One printed coefficient, log odds per unit.

    Attributes:
        beta: as used.
        printed: as printed, if that is a misprint.
        why: the evidence for a misprint.
    """

    beta: float
    printed: float | None = None
    why: Text | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        self._check_coefficient(self.beta, self.printed, self.why)
        return self

    @property
    def standard_error(self) -> float:
        """Return the printed standard error, log odds per unit."""
        if self.ci is not None:
            return (self.ci[1] - self.ci[0]) / (2 * Z_95)
        if self.se is not None:
            return self.se
        if self.wald is not None:
            return float(abs(self.beta) / self.wald**0.5)
        raise ValueError("a coefficient without printed error")

    @property
    def interval(self) -> tuple[float, float]:
        """Return 95 % of the log odds: as printed, else from the standard error."""
        width = Z_95 * self.standard_error
        return self.ci or (self.beta - width, self.beta + width)


class LevelCoefficient(Coefficient):
    """The coefficient of one word of a category, against the reference word."""

    level: Text


class Predictor(PrintedError):
    """One input of a logistic model.

    Attributes:
        coding: the meaning of the number or word, with our reading if the paper does
            not say.
        beta: coefficient as used, log odds per unit; a category has `levels` instead.
        printed: the coefficient as printed, if that is a misprint.
        why: the evidence for a misprint.
        reference: the word of a category that has no coefficient.
        levels: the coefficients of the other words of a category.
        event: printed statistics of the group with the outcome.
        no_event: printed statistics of the group without it.
        all: printed statistics of all patients, if the paper prints no groups.
        identity: the function of `studies/cohort.py` by which its draws follow from
            others.
        known_at_order_sign: False if it is known only after the procedure; then it is
            never asked for.
        raking_only: the reason for which no figure uses it; None for an input. The
            cohort is weighted with it, since the printed model needs it. The figure is
            that of the model without it.
        needed: without it the patient may lie outside the study's range; an `Obstacle`
            then has `not-known`.
        per_site: the value depends on the scanner. It is an input only if the site
            gives the values of its own patients (`[reference]`), and is taken to the
            scale of the study's group without the outcome.
    """

    finding: FindingName
    unit: Unit
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

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if bool(self.levels) == (self.beta is not None):
            raise ValueError("exactly one of beta, levels")
        if bool(self.levels) != (self.reference is not None):
            raise ValueError(
                "a category needs its reference word, nothing else has one"
            )
        if self.beta is not None:
            self._check_coefficient(self.beta, self.printed, self.why)
        if set(self.groups) not in ({"event", "no_event"}, {"all"}):
            raise ValueError("exactly one of event with no_event, all")
        return self

    @property
    def groups(self) -> dict[str, Statistics]:
        """Return the printed statistics by group: `event` and `no_event`, or `all`."""
        by_name = {"event": self.event, "no_event": self.no_event, "all": self.all}
        return {name: group for name, group in by_name.items() if group is not None}

    @property
    def kind(self) -> Literal["number", "yes-no", "category"]:
        """Return the form in which a value of it enters the model."""
        if self.levels:
            return "category"
        has_counts = all(group.count is not None for group in self.groups.values())
        return "yes-no" if has_counts else "number"

    @property
    def words(self) -> tuple[str, ...]:
        """Return the words of a category, reference first; empty for other kinds."""
        if self.reference is None:
            return ()
        return (self.reference, *(level.level for level in self.levels))


class Auxiliary(Part):
    """A printed measure that is no input, but from which an input's draws follow."""

    finding: FindingName
    unit: Unit
    printed_in: Text = Field(alias="from")
    event: Statistics
    no_event: Statistics


class Intercept(Part):
    """An intercept that the paper does not print.

    Attributes:
        check: log odds, calculated independently, for a test.
    """

    method: Literal["mean-risk-over-rebuilt-cohort"]
    check: float


class Example(Part):
    """Inputs and the figures they must give, calculated independently, for a test.

    Attributes:
        risk: 0..1.
        held: by finding, the value used for one beyond the study's range.
    """

    inputs: dict[str, bool | float | str]
    risk: float
    inputs_known: float
    study_uncertainty: Interval | None = None
    if_measured: Interval | None = None
    held: dict[str, float] = Field(default_factory=dict)


class ReducedCheck(Part):
    """A reduced model's coefficients, calculated independently, for a test (3 %)."""

    known: tuple[str, ...]
    intercept: float
    coefficients: dict[str, float]
    inputs_known: float


class LogisticStudy(Paper):
    """A printed logistic model with the statistics from which its cohort is rebuilt.

    Attributes:
        event: the event that is counted: `refracture`, `new vertebral fracture`.
        short_line: the patients in a few words, for a card that gives no figure.
        card_line: patients, events and validation in one sentence, for a card.
        contrary_line: the evidence against it in one sentence, for a card.
        draws: patients of the rebuilt cohort.
        predictors: of the printed model, in its order.
        auxiliaries: printed measures from which draws of a predictor follow.
        examples: figures for a test.
        reduced_checks: reduced models for a test.
        cross_checks: figures of one yes/no input, which are in the printed tables.
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

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if not 0 < self.cohort.events < self.cohort.n:
            raise ValueError("cohort.events: must lie between 0 and n")
        if len({tuple(predictor.groups) for predictor in self.predictors}) > 1:
            raise ValueError(
                "predictors: either all inputs have groups event and no_event, "
                "or all have the group all"
            )
        for fault in self._input_faults():
            raise ValueError(fault)
        return self

    def _input_faults(self) -> Iterator[str]:
        n, events = self.cohort.n, self.cohort.events
        sizes = {"event": events, "no_event": n - events, "all": n}
        findings: set[str] = set()
        for number, predictor in enumerate(self.predictors):
            if predictor.finding in findings:
                yield f"predictors.{number}.finding: {predictor.finding} appears twice"
            findings.add(predictor.finding)
            for name, group in predictor.groups.items():
                if fault := _distribution_fault(group, sizes[name], predictor.words):
                    yield f"predictors.{number}.{name}.{fault}"

    @property
    def table_digest(self) -> str:
        """Digest the parts of the file that the table follows from, texts included."""
        content = self.model_dump_json(
            include={"id", "draws", "cohort", "intercept", "predictors", "auxiliaries"}
        )
        return hashlib.sha256(content.encode()).hexdigest()

    @property
    def incidence(self) -> float:
        """Return the share of patients with the outcome, 0..1."""
        return self.cohort.events / self.cohort.n

    @cached_property
    def inputs(self) -> tuple[Predictor, ...]:
        """Return the predictors that a figure uses, in the order of the file."""
        return tuple(
            predictor for predictor in self.predictors if predictor.raking_only is None
        )

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """Name the inputs, in the order of the file."""
        return tuple(predictor.finding for predictor in self.inputs)

    @property
    def terms(self) -> "tuple[Term, ...]":
        """Return the columns of the model; a category has one per word but one."""
        return tuple(
            term for predictor in self.predictors for term in _terms(predictor)
        )


def _distribution_fault(group: Statistics, size: int, words: tuple[str, ...]) -> str:
    """Return the fault in one group's distribution; empty if there is none."""
    if bool(words) != (group.counts is not None):
        return "counts: a category has them, nothing else has"
    if group.count is not None and group.count > size:
        return f"count: {group.count} is above the group's {size} patients"
    if group.counts is not None and (
        set(group.counts) != set(words) or sum(group.counts.values()) != size
    ):
        names = ", ".join(words)
        return f"counts: must name {names} and add to the group's {size} patients"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One column of a logistic model.

    Attributes:
        name: the finding, or `finding=word` if a category has several columns.
        kind: the form in which a value of the finding enters the model.
        word: of a category, the word that makes this column 1; else None.
        words: of a category, all words, the reference first.
        beta: log odds per unit.
        standard_error: as printed, log odds per unit.
        interval: 95 %, log odds: as printed, else from the standard error.
    """

    name: str
    finding: str
    kind: Literal["number", "yes-no", "category"]
    word: str | None
    words: tuple[str, ...]
    beta: float
    standard_error: float
    interval: tuple[float, float]


def _terms(predictor: Predictor) -> Iterator[Term]:
    coefficient = predictor.model_dump(include={"beta", "ci", "se", "wald"})
    for level in predictor.levels or (Coefficient(**coefficient),):
        word = level.level if isinstance(level, LevelCoefficient) else None
        name = predictor.finding
        if len(predictor.levels) > 1:
            name = f"{name}={word}"
        yield Term(
            name=name,
            finding=predictor.finding,
            kind=predictor.kind,
            word=word,
            words=predictor.words,
            beta=level.beta,
            standard_error=level.standard_error,
            interval=level.interval,
        )

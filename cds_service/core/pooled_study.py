"""The file of the pooled model: published results, and how they make a figure.

No study of its own: one additive model of log odds over what ordinary records hold
(docs/pooled.md).
"""

import hashlib
import math
from bisect import bisect_left
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator

from cds_service.core.study import (
    Bias,
    FindingName,
    Interval,
    Part,
    Positive,
    Reported,
    Requirement,
    Text,
)

SARCOPENIA = "sarcopenia"  # whose share depends on age, BMI and bone
NOT_RECORDED = "not recorded"
Bone = Literal["t", "hu"]
BONES: tuple[Bone, ...] = ("t", "hu")
AttributeStatus = Literal["reported", "ours", "not_reported", "not_done", "local"]
Share = Annotated[float, Field(gt=0, lt=1)]
Correlation = Annotated[float, Field(gt=-1, lt=1)]


class Entry(Part):
    """One published result for one input.

    Attributes:
        design: a meta-analysis weighs by its own error alone, a cohort also by the
            difference between hospitals.
        log_odds: per unit of the input, converted as `note` says.
        in_mean: False if its patients are inside another entry; it then counts for the
            difference between hospitals alone.
        note: as printed, and how it was converted.
        source: its address, or `not recorded`.
        read: what of it we read.
    """

    study: Text
    design: Literal["meta-analysis", "cohort"]
    log_odds: float
    se: Positive
    in_mean: bool
    note: Text
    source: Text
    read: Literal["abstract", "full text"]

    @field_validator("source")
    @classmethod
    def _is_address_or_says_so(cls, source: str) -> str:
        if source != NOT_RECORDED and not source.startswith("https://"):
            raise ValueError(f"must be an https address, or {NOT_RECORDED!r}")
        return source


class Rate(Part):
    """The share of a source's patients who had a new vertebral fracture."""

    study: Text
    events: Annotated[int, Field(gt=0)]
    patients: Annotated[int, Field(gt=0)]
    horizon: Text
    source: Text
    read: Literal["abstract", "full text"]

    @model_validator(mode="after")
    def _has_patients_without(self) -> Self:
        if self.events >= self.patients:
            raise ValueError("events: must be fewer than patients")
        return self


class _Input(Part):
    """The keys that every input has.

    Attributes:
        id: name inside the model.
        findings: those that give its value; of several, one yes is enough.
        assumed: where its spread over patients, or its frequency, comes from.
    """

    id: Text
    title: Text
    unit: Text
    findings: Annotated[tuple[FindingName, ...], Field(min_length=1)]
    assumed: Text
    entries: Annotated[tuple[Entry, ...], Field(min_length=1)]

    @field_validator("entries")
    @classmethod
    def _have_a_mean(cls, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        if not any(entry.in_mean for entry in entries):
            raise ValueError("none enters the mean")
        names = [entry.study for entry in entries]
        if len(set(names)) < len(names):
            raise ValueError("a study appears twice")
        return entries


class NumberInput(_Input):
    """A continuous input.

    Attributes:
        mean: over patients, with `sd`.
        held: outside this range a value is taken as the nearer end.
    """

    mean: float
    sd: Positive
    held: Interval

    @field_validator("held")
    @classmethod
    def _rises(cls, held: Interval) -> Interval:
        if not held[0] < held[1]:
            raise ValueError("the lower end first")
        return held


class YesNoInput(_Input):
    """An input that is yes or no.

    Attributes:
        yes: what makes a finding's value a yes.
        no: what makes it a no; None if a record's silence is none.
        share: share of yes among all patients.
        unrecorded: share of yes among those whose record says nothing.
    """

    yes: Requirement
    no: Requirement | None = None
    share: Share
    unrecorded: Share


class Pairs(Part):
    """Correlations of the continuous inputs; all but `t_hu` are assumptions."""

    age_bmi: Correlation
    age_t: Correlation
    age_hu: Correlation
    bmi_t: Correlation
    bmi_hu: Correlation
    t_hu: Correlation

    def of(self, first: str, second: str) -> float:
        """Return that of two continuous inputs, in any order; 1 of one with itself."""
        if first == second:
            return 1.0
        name = f"{first}_{second}"
        if name not in type(self).model_fields:
            name = f"{second}_{first}"
        return float(getattr(self, name))


class SarcopeniaShift(Part):
    """Log odds of sarcopenia per SD of each input, with its share kept as given."""

    age: float
    bmi: float
    bone: float
    scale: Positive

    def of(self, name: str) -> float:
        """Return the shift of a continuous input."""
        return {"age": self.age, "bmi": self.bmi}.get(name, self.bone)


class Step(Part):
    """One step of the ladder in which a figure is said."""

    risk: Share
    words: Text


class Saying(Part):
    """The words for a figure.

    Attributes:
        horizon: time within which a new fracture counts, in words.
        horizon_months: the same as a number, for programs.
        more_from: from this risk on it is said as `more`.
        personal_needs: an own figure needs age and one of these; a yes of the yes/no
            ones.
    """

    horizon: Text
    horizon_months: Annotated[int, Field(gt=0)]
    ladder: Annotated[tuple[Step, ...], Field(min_length=2)]
    more_from: Share
    more: Text
    personal_needs: tuple[Text, ...]

    @cached_property
    def halfway(self) -> tuple[float, ...]:
        """Return the log odds half-way between each step of the ladder and the next."""
        log_odds = [math.log(step.risk / (1 - step.risk)) for step in self.ladder]
        return tuple((low + high) / 2 for low, high in pairwise(log_odds))

    def step_of(self, risk: float) -> int:
        """Choose the step for a risk: the nearest, or one more from `more_from`."""
        if risk >= self.more_from:
            return len(self.ladder)
        return bisect_left(self.halfway, math.log(risk / (1 - risk)))

    def words_of(self, risk: float) -> str:
        """Return the words of that step, `about 1 in 6`."""
        number = self.step_of(risk)
        return self.ladder[number].words if number < len(self.ladder) else self.more


class PooledBands(Part):
    """Limits for a figure above or below the average of the same hospital.

    Attributes:
        sure: in this share of hospitals the patient lies on that side.
        above_ratio: and at least so many times the average; `below_ratio`: at most.
        below_needs: inputs without which nothing is below, besides T or HU.
        raising: facts with which nothing is below: inputs with a yes, or named by the
            caller.
        raising_age: years; from here on nothing is below.
    """

    sure: Share
    above_ratio: Annotated[float, Field(gt=1)]
    below_ratio: Share
    below_needs: tuple[Text, ...]
    raising: tuple[Text, ...]
    raising_age: Positive


class SetAside(Part):
    """A result that stays out of the model, with the reason in words."""

    text: Text
    source: Text


class OwnAttribute(Reported):
    """A source attribute in the model's words; a common file has the others."""

    status: AttributeStatus


class PooledCard(Part):
    """The words of the model's page that no number gives.

    Attributes:
        found: the model in a few sentences.
        patients: who the patients of the sources were.
        horizon: how long the sources counted.
        never: what it must never be used for.
        against: what speaks against the model itself.
        bias: risk of bias by domain.
    """

    found: Text
    patients: Reported
    horizon: Text
    never: Annotated[tuple[Text, ...], Field(min_length=1)]
    against: Annotated[tuple[Text, ...], Field(min_length=1)]
    bias: tuple[Bias, ...]
    attributes: dict[str, OwnAttribute]


class PooledStudy(Part):
    """The pooled model as its file holds it.

    Attributes:
        digest: sha256 of the file, set by the reader.
        read_on: when its sources were last read.
        review_by: when they are to be reviewed again.
        shrink: every pooled coefficient times this: published factors are those that
            came out.
        rates: those from which the baseline is pooled.
        site_months: a site's own incidence counts if it was observed for so long.
        not_entered: results that were found and did not become an entry.
        notes: what in the sources does not add up.
    """

    schema_version: Literal[1] = Field(alias="schema")
    id: Text
    version: Text
    digest: str
    kind: Literal["pooled"]
    outcome: Literal["refracture"]
    title: Text
    owner: Text
    read_on: date
    review_by: date
    card: PooledCard
    notes: tuple[Text, ...]
    limits: tuple[Text, ...]
    not_entered: tuple[SetAside, ...]
    shrink: Annotated[float, Field(gt=0, le=1)]
    site_months: tuple[Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]]
    numbers: Annotated[tuple[NumberInput, ...], Field(min_length=1)]
    yes_no: Annotated[tuple[YesNoInput, ...], Field(min_length=1)]
    rates: Annotated[tuple[Rate, ...], Field(min_length=2)]
    correlation: Pairs
    sarcopenia_shift: SarcopeniaShift
    say: Saying
    bands: PooledBands

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        names = {study_input.id for study_input in self.inputs}
        if len(names) < len(self.inputs):
            raise ValueError("inputs: an id appears twice")
        if missing := {"age", "bmi", SARCOPENIA, *BONES} - names:
            raise ValueError(f"inputs: {', '.join(sorted(missing))} are needed")
        if foreign := {*self.say.personal_needs, *self.bands.below_needs} - names:
            raise ValueError(f"no input {', '.join(sorted(foreign))}")
        risks = [step.risk for step in self.say.ladder]
        if risks != sorted(risks) or risks[-1] >= self.say.more_from:
            raise ValueError("say.ladder: must rise, and end below more_from")
        return self

    @property
    def inputs(self) -> tuple[NumberInput | YesNoInput, ...]:
        """Return all inputs, the continuous ones first."""
        return (*self.numbers, *self.yes_no)

    @cached_property
    def by_id(self) -> dict[str, NumberInput | YesNoInput]:
        return {study_input.id: study_input for study_input in self.inputs}

    @cached_property
    def by_finding(self) -> dict[str, NumberInput | YesNoInput]:
        """Return the inputs by the findings that give their values."""
        return {
            finding: study_input
            for study_input in reversed(self.inputs)
            for finding in study_input.findings
        }

    @cached_property
    def yes_no_by_id(self) -> dict[str, YesNoInput]:
        return {study_input.id: study_input for study_input in self.yes_no}

    def numbers_with(self, bone: Bone) -> tuple[NumberInput, ...]:
        """Return the continuous inputs with this bone input alone."""
        return tuple(
            number
            for number in self.numbers
            if number.id == bone or number.id not in BONES
        )

    def names(self, bone: Bone) -> tuple[str, ...]:
        """Name the inputs with this bone input alone, the continuous ones first."""
        return self._names[bone]

    @cached_property
    def _names(self) -> dict[Bone, tuple[str, ...]]:
        numbers = {bone: self.numbers_with(bone) for bone in BONES}
        return {
            bone: tuple(
                study_input.id for study_input in (*numbers[bone], *self.yes_no)
            )
            for bone in BONES
        }

    def correlations(self, bone: Bone) -> NDArray[np.float64]:
        """Return those of the continuous inputs with this bone input."""
        names = [number.id for number in self.numbers_with(bone)]
        return np.array(
            [
                [self.correlation.of(first, second) for second in names]
                for first in names
            ]
        )

    def sarcopenia_share(self, shift: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how likely sarcopenia is, this far (log odds) from the average."""
        return np.asarray(1 / (1 + np.exp(-(self._sarcopenia_log_odds + shift))))

    @cached_property
    def _sarcopenia_log_odds(self) -> float:
        share = self.yes_no_by_id[SARCOPENIA].share
        return float(self.sarcopenia_shift.scale * np.log(share / (1 - share)))

    @property
    def table_digest(self) -> str:
        """Digest what the table follows from: a changed text makes no table stale."""
        content = {
            "shrink": self.shrink,
            "correlation": self.correlation.model_dump(),
            "sarcopenia": self.sarcopenia_shift.model_dump(),
            "rates": [[rate.study, rate.events, rate.patients] for rate in self.rates],
            "inputs": [
                study_input.model_dump(include={"id", "held", "mean", "sd", "share"})
                for study_input in self.inputs
            ],
            "entries": [
                [
                    study_input.id,
                    *entry.model_dump(
                        include={"study", "design", "log_odds", "se", "in_mean"}
                    ).values(),
                ]
                for study_input in self.inputs
                for entry in study_input.entries
            ],
        }
        return hashlib.sha256(repr(content).encode()).hexdigest()

    @property
    def patients_counted(self) -> int:
        """Count the patients behind the baseline."""
        return sum(rate.patients for rate in self.rates)

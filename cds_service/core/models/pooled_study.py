"""The pooled model as its file has it, `studies/pooled-2026.toml`.

The file holds published results, and all choices by which they make a figure. The model
adds up log odds over what ordinary records hold; it is no study (docs/pooled.md).
"""

import hashlib
from bisect import bisect_left
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator

from cds_service.core.models.contrary import NOT_RECORDED
from cds_service.core.models.prediction import logit
from cds_service.core.models.study_tables import (
    Bias,
    FindingName,
    Interval,
    Part,
    Positive,
    Reported,
    Requirement,
    Text,
)

# The input whose share over patients depends on their age, BMI and bone.
SARCOPENIA = "sarcopenia"
Bone = Literal["t", "hu"]
BONES: tuple[Bone, ...] = ("t", "hu")
AttributeStatus = Literal["reported", "ours", "not_reported", "not_done", "local"]
Share = Annotated[float, Field(gt=0, lt=1)]
Correlation = Annotated[float, Field(gt=-1, lt=1)]


class Entry(Part):
    """One published result for one input.

    Attributes:
        design: a meta-analysis weighs 1 / SE², a cohort, which is one hospital,
            1 / (SE² + tau²).
        log_odds: per unit of the input, converted as `note` says.
        se: standard error of the log odds.
        in_mean: False if its patients are part of another entry; it then counts for
            tau, the difference between hospitals, alone.
        note: the result as printed, and its conversion.
        source: its address, or `not recorded`.
        read: the part of it that we read.
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
        assumed: the source of its spread over patients, or of its share.
        entries: the published results that are pooled.
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
        mean: mean over the population, in the unit of the input.
        sd: standard deviation over the population.
        held: lowest and highest value used; one outside is taken as the nearer end.
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
        yes: the values of a finding that are a yes.
        no: the values that are a no; None if no value is, since a record that is
            silent says nothing.
        share: share of yes in the population, 0..1.
        unrecorded: share of yes among those whose record says nothing, 0..1.
    """

    yes: Requirement
    no: Requirement | None = None
    share: Share
    unrecorded: Share


class Correlations(Part):
    """Correlations of the continuous inputs; all but `t_hu` are assumptions."""

    age_bmi: Correlation
    age_t: Correlation
    age_hu: Correlation
    bmi_t: Correlation
    bmi_hu: Correlation
    t_hu: Correlation

    def of(self, first: str, second: str) -> float:
        """Return the correlation of two inputs, in any order; 1 of one with itself."""
        if first == second:
            return 1.0
        name = f"{first}_{second}"
        if name not in type(self).model_fields:
            name = f"{second}_{first}"
        return float(getattr(self, name))


class SarcopeniaShift(Part):
    """The dependence of sarcopenia on the continuous inputs (step 3).

    The probability is expit(scale x logit(share) + sum of shift x standardised input).

    Attributes:
        age: log odds per SD.
        bmi: log odds per SD.
        bone: log odds per SD of T-score or HU.
        scale: keeps the mean over the population at the share that the file gives.
    """

    age: float
    bmi: float
    bone: float
    scale: Positive

    def of(self, name: str) -> float:
        """Return the shift of a continuous input, log odds per SD."""
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
        ladder: the steps, rising.
        more_from: from this risk on, 0..1, a figure is said as `more`.
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
        log_odds = [logit(step.risk) for step in self.ladder]
        return tuple((low + high) / 2 for low, high in pairwise(log_odds))

    def step_of(self, risk: float) -> int:
        """Return the place in the ladder of the step nearest to a risk, in log odds.

        From `more_from` on it is one place after the last.
        """
        if risk >= self.more_from:
            return len(self.ladder)
        return bisect_left(self.halfway, logit(risk))

    def words_of(self, risk: float) -> str:
        """Return the words of that step, `about 1 in 6`."""
        number = self.step_of(risk)
        return self.ladder[number].words if number < len(self.ladder) else self.more


class PooledBands(Part):
    """Limits for a figure above or below the average of the same hospital.

    Attributes:
        sure: the share of hospitals in which the patient lies on that side, at least.
        above_ratio: a figure above is at least so many times the average.
        below_ratio: a figure below is at most so many times the average.
        below_needs: inputs without which no figure is below; T or HU is needed too.
        raising: facts with which no figure is below: inputs with a yes, or named by the
            caller.
        raising_age: years; from here on no figure is below.
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
    """A source attribute in the model's words; all others have a common file."""

    status: AttributeStatus


class PooledCard(Part):
    """The words of the model's page that follow from no number.

    Attributes:
        found: the model in a few sentences.
        patients: the patients of the sources.
        horizon: the times over which the sources counted.
        never: uses for which the model is not meant.
        against: the case against the model itself.
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
        shrink: every pooled coefficient is multiplied by this, since significant
            factors are published more often.
        rates: the shares from which the baseline is pooled.
        site_months: shortest and longest time over which a site's own incidence counts.
        not_entered: results that were found and did not become an entry.
        notes: contradictions in the sources.
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
    correlation: Correlations
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
        """Return the inputs by the findings that give their values.

        If two inputs name a finding, it belongs to the first.
        """
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
        """Return the correlation matrix of the continuous inputs with this bone input.

        It is c x c, in the order of `names`.
        """
        names = [number.id for number in self.numbers_with(bone)]
        return np.array(
            [
                [self.correlation.of(first, second) for second in names]
                for first in names
            ]
        )

    def sarcopenia_share(self, shift: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of sarcopenia at this shift (log odds), 0..1."""
        return np.asarray(1 / (1 + np.exp(-(self._sarcopenia_log_odds + shift))))

    @cached_property
    def _sarcopenia_log_odds(self) -> float:
        share = self.yes_no_by_id[SARCOPENIA].share
        return float(self.sarcopenia_shift.scale * np.log(share / (1 - share)))

    @property
    def table_digest(self) -> str:
        """Digest the numbers that the table follows from; no text enters but names."""
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

"""The tables that study files of every kind have: paper, patients, criteria, cut-offs, performance.

Schema only; `study.py` checks how numbers relate to each other and reads the files. Other modules
import all of these from there.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cds_service.core.facts import Value

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Outcome = Literal["refracture", "residual-pain"]
Side = Literal["PKP", "PVP"]
Interval = tuple[float, float]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]


class Part(BaseModel):
    """A table of a study file: unknown keys are an error, and instances are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Source(Part):
    """The paper."""

    title: Text
    citation: Text
    doi: Text
    year: int
    funding: Text


class Patients(Part):
    """The study's patients.

    Attributes:
        outcome_definition: how the paper found the outcome.
    """

    description: Text
    place: Text
    period: Text
    n: Annotated[int, Field(gt=0)]
    events: Count
    procedures: tuple[Side, ...]
    outcome_definition: Text
    printed_in: Text = Field(alias="from")


class Cohort(Patients):
    """Patients with a time within which the outcome was counted."""

    horizon_months: Annotated[int, Field(gt=0)]
    horizon_note: Text | None = None


class Requirement(Part):
    """A condition on a finding. Bounds may be combined; `equals` is used alone."""

    equals: bool | Text | None = None
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None

    def is_met(self, value: Value) -> bool:
        """Whether a finding's value is what is required; a word never meets a bound."""
        if self.equals is not None:
            return value == self.equals
        return not isinstance(value, str) and self._is_within(float(value))

    def _is_within(self, value: float) -> bool:
        return not (
            (self.at_least is not None and value < self.at_least)
            or (self.above is not None and value <= self.above)
            or (self.at_most is not None and value > self.at_most)
            or (self.below is not None and value >= self.below)
        )


class Criterion(Part):
    """An inclusion or exclusion criterion that the vocabulary can check.

    Attributes:
        severity: `outside` is named beside the figure; `no-figure` means none from this study; `absolute` none from
            any.
        needed: as long as it is not known whether it is met, the figure is no warning.
        text: for people, said when the criterion is violated.
    """

    finding: Text
    require: Requirement
    severity: Literal["outside", "no-figure", "absolute"]
    needed: bool = False
    text: Text
    printed_in: Text = Field(alias="from")


class Cutoff(Part):
    """A value at which the study, or policy, calls a muscle measure low or high: exactly one of the two bounds.

    Attributes:
        id: name of the signal that it makes.
        policy: ours, not the study's.
    """

    id: Text
    finding: Text
    unit: Text
    at_or_above: float | None = None
    at_or_below: float | None = None
    policy: bool = False
    text: Text
    printed_in: Text = Field(alias="from")

    def is_met(self, value: float) -> bool:
        """Whether a value, in the cut-off's unit, lies on the side that the study warns of; the bound itself does."""
        if self.at_or_above is not None:
            return value >= self.at_or_above
        return self.at_or_below is not None and value <= self.at_or_below


class Advice(Part):
    """What the paper itself advises."""

    text: Text
    printed_in: Text = Field(alias="from")


class Measured(Part):
    """One measured property of the model on one set of patients."""

    set: Text
    n: int
    events: int | None = None
    measure: Text
    value: float | None = None
    interval: Interval | None = None
    text: Text | None = None
    printed_in: Text = Field(alias="from")


class Validation(Part):
    """What is known of the model's performance; `summary` also says when there is nothing."""

    summary: Text
    measured: tuple[Measured, ...] = ()


class Reported(Part):
    """What the paper reports, and where."""

    text: Text
    printed_in: Text = Field(alias="from")


class Bias(Part):
    """Our judgement of one domain of PROBAST+AI; reviewers may argue."""

    domain: Literal["participants and data", "predictors", "outcome", "analysis", "overall"]
    judgement: Literal["low", "some concern", "high"]
    text: Text


class CardTexts(Part):
    """What the study's card says first, and what only its paper can say.

    Attributes:
        found: what was found, in a few sentences.
        representativeness: who the patients were, by sex and age.
        attributes: source attributes that the paper itself reports, by key (`source-attributes.toml`).
        bias: risk of bias by domain; for models alone.
    """

    found: Text
    representativeness: Reported
    attributes: dict[str, Reported] = Field(default_factory=dict)
    bias: tuple[Bias, ...] = ()


class Paper(Part):
    """Fields that every study file has.

    Attributes:
        digest: sha256 of the file, set by the reader.
        notes: what in the paper does not add up, and our readings.
        limits: sentences for the model card.
        not_checkable: criteria for which there is no finding, as text.
    """

    schema_version: Literal[1] = Field(alias="schema")
    id: Text
    version: Text
    digest: str
    outcome: Outcome
    title: Text
    card: CardTexts
    source: Source
    notes: tuple[Text, ...]
    limits: tuple[Text, ...]
    applicability: tuple[Criterion, ...] = ()
    not_checkable: tuple[Text, ...] = ()
    cutoffs: tuple[Cutoff, ...] = ()
    advice: tuple[Advice, ...]


class ContraryFinding(Part):
    """A result that speaks against the models, shown beside them.

    Attributes:
        studies: the studies it speaks to.
        inside: True where one of the five papers itself reports it.
    """

    id: Text
    statement: Text
    citation: Text
    url: Text
    inside: bool
    studies: tuple[Text, ...]
    outcomes: tuple[Outcome, ...]


class ContraryEvidence(Part):
    """The file of contrary findings.

    Attributes:
        read_on: when its sources were last read.
        review_by: when somebody has to look at it again.
    """

    schema_version: Literal[1] = Field(alias="schema")
    id: Literal["contrary-evidence"]
    version: Text
    digest: str
    kind: Literal["contrary-evidence"]
    owner: Text
    read_on: date
    review_by: date
    entries: Annotated[tuple[ContraryFinding, ...], Field(min_length=1)]

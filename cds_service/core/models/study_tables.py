"""The tables that the file of every study has: paper, patients, criteria, cut-offs.

A fault names the table and the key.
"""

from collections.abc import Callable
from functools import cached_property
from operator import ge, gt, le, lt
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    model_validator,
)

from cds_service.core.findings import Value
from cds_service.core.orders import Procedure

Z_95 = 1.96  # a printed 95 % interval is beta ± 1.96 SE
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Outcome = Literal["refracture", "residual-pain"]
Interval = tuple[float, float]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]


def _known(finding: str, info: ValidationInfo) -> str:
    if info.context is not None and finding not in info.context:
        raise ValueError(f"no finding {finding!r}")
    return finding


def canonical(unit: str, info: ValidationInfo) -> str:
    finding = info.data.get("finding", "")
    if info.context is not None and unit != info.context.get(finding, unit):
        raise ValueError(
            f"{unit!r} differs from the canonical unit "
            f"{info.context[finding]!r} of {finding}"
        )
    return unit


# Both are checked against the vocabulary, which the reader of a file passes as context:
# the canonical unit by finding.
FindingName = Annotated[Text, AfterValidator(_known)]
Unit = Annotated[Text, AfterValidator(canonical)]


class Part(BaseModel):
    """A table of a study file: no unknown keys; instances are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    def _has_one_of(self, *names: str) -> None:
        if sum(getattr(self, name) is not None for name in names) != 1:
            raise ValueError(f"exactly one of {', '.join(names)}")


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
        n: number of patients.
        events: those of them with the outcome.
        outcome_definition: the outcome, and the way in which the paper found it.
        printed_in: the place in the paper.
    """

    description: Text
    place: Text
    period: Text
    n: Annotated[int, Field(gt=0)]
    events: Count
    procedures: tuple[Procedure, ...]
    outcome_definition: Text
    printed_in: Text = Field(alias="from")


class Cohort(Patients):
    """Patients of whom the outcome was counted within a stated time."""

    horizon_months: Annotated[int, Field(gt=0)]
    horizon_note: Text | None = None


class Requirement(Part):
    """A condition on a finding. Bounds may be combined; `equals` is used alone."""

    equals: bool | Text | None = None
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None

    @cached_property
    def _bounds(self) -> list[tuple[Callable[[float, float], bool], float]]:
        bounds = (
            (ge, self.at_least),
            (gt, self.above),
            (le, self.at_most),
            (lt, self.below),
        )
        return [(holds, bound) for holds, bound in bounds if bound is not None]

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.equals is not None) == bool(self._bounds):
            raise ValueError("exactly one of equals, bounds")
        return self

    def is_met(self, value: Value) -> bool:
        """Tell if a finding's value is what is required; a word never meets a bound."""
        if self.equals is not None:
            return value == self.equals
        return not isinstance(value, str) and all(
            holds(float(value), bound) for holds, bound in self._bounds
        )


class Criterion(Part):
    """An inclusion or exclusion criterion that the vocabulary can check.

    Attributes:
        severity: if it is not met, `outside` is named with the figure, `no-figure`
            forbids one of this study, `absolute` one of any.
        needed: the patient may lie outside the study as long as it cannot be checked;
            an `Obstacle` then has `criterion-not-known`.
        text: for people, said when the criterion is not met.
    """

    finding: FindingName
    require: Requirement
    severity: Literal["outside", "no-figure", "absolute"]
    needed: bool = False
    text: Text
    printed_in: Text = Field(alias="from")


class Cutoff(Part):
    """A value at which a muscle measure is called low or high: one of two bounds.

    Attributes:
        id: name of the signal that it makes.
        policy: the bound is ours, not the study's.
    """

    id: Text
    finding: FindingName
    unit: Unit
    at_or_above: float | None = None
    at_or_below: float | None = None
    policy: bool = False
    text: Text
    printed_in: Text = Field(alias="from")

    @model_validator(mode="after")
    def _has_one_bound(self) -> Self:
        self._has_one_of("at_or_above", "at_or_below")
        return self

    def is_met(self, value: float) -> bool:
        """Tell if a value is at the bound, or on the side that the study warns of."""
        if self.at_or_above is not None:
            return value >= self.at_or_above
        return self.at_or_below is not None and value <= self.at_or_below


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
    """The known performance of the model.

    Attributes:
        summary: in a sentence, also if nothing is known.
    """

    summary: Text
    measured: tuple[Measured, ...] = ()


class Reported(Part):
    """A statement of the paper, and its place there."""

    text: Text
    printed_in: Text = Field(alias="from")


class Bias(Part):
    """Our judgement of the risk of bias in one domain, in the words of PROBAST+AI.

    It is unclear if too little is reported.
    """

    domain: Literal[
        "participants and data sources", "predictors", "outcome", "analysis", "overall"
    ]
    judgement: Literal["low", "high", "unclear"]
    text: Text


class CardWords(Part):
    """The first words of the study's card, and those that only its paper can give.

    Attributes:
        found: the result in a few sentences.
        representativeness: sex and age of the patients.
        attributes: source attributes that the paper itself reports, by key
            (`source-attributes.toml`).
        bias: risk of bias by domain, and overall.
    """

    found: Text
    representativeness: Reported
    attributes: dict[str, Reported] = Field(default_factory=dict)
    bias: tuple[Bias, ...] = ()


class Paper(Part):
    """Fields that every study file has.

    Attributes:
        digest: sha256 of the file, set by the reader.
        notes: contradictions in the paper, and our readings.
        limits: sentences for the model card.
        not_checkable: criteria for which there is no finding, as text.
    """

    schema_version: Literal[1] = Field(alias="schema")
    id: Text
    version: Text
    digest: str
    outcome: Outcome
    title: Text
    card: CardWords
    source: Source
    notes: tuple[Text, ...]
    limits: tuple[Text, ...]
    applicability: tuple[Criterion, ...] = ()
    not_checkable: tuple[Text, ...] = ()
    cutoffs: tuple[Cutoff, ...] = ()
    advice: tuple[Reported, ...]

"""The vocabulary of findings: the schema of `mappings/findings/<name>.toml`, read by `fhir/mapping/terminology.py`."""

from collections.abc import Collection, Mapping
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

Kind = Literal[
    "quantity",  # a measured number
    "boolean",  # a yes/no Observation
    "category",  # a word of a closed list, by a concept map
    "condition",  # yes/no from the problem list, medications or procedures where named
    # yes from the problem list, if it happened within a time, whatever the list says of
    # it now
    "event",
    "place",  # where the patient is cared for, from the encounter of the signing
    # whether the record shows an imaging exam on which something can be measured
    "exam",
    "medication",  # yes/no from the medication lists
    "demographic",  # from Patient
    "order",  # from the augmentation order
    "change",  # between two dated values of another finding, in %
    "derived",  # from other findings only
]
Pick = Literal["newest", "t-score", "grip"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


# Dataclasses, since their fields are read thousands of times for each patient.
table = dataclass(
    frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid")
)


@table
class Method:
    """How a finding must have been measured: names of rules in `mappings/methods.toml`.

    A measurement is accepted if it names all of `all_of` and none of `none_of`, at its
    level. One that names one of
    `other` is another quantity. Anything else is of unknown method.

    Attributes:
        all_of: ways that must be named.
        none_of: ways that make an accepted one doubtful.
        other: ways that give something else, with the reason as a phrase; the first one
            named is reported.
        levels: vertebrae at which it is measured; empty: one level, which the order
            decides; None: any.
        systems: code systems whose codes for this finding say the way themselves.
    """

    all_of: tuple[Name, ...] = ()
    none_of: tuple[Name, ...] = ()
    other: Mapping[Name, str] = Field(default_factory=dict)
    levels: tuple[str, ...] | None = None
    systems: tuple[str, ...] = ()

    @property
    def ways(self) -> tuple[str, ...]:
        """Every way of measuring that this rule looks for."""
        return (*self.all_of, *self.none_of, *self.other)


@table
class FindingSpec:
    """How one finding is read and called.

    Attributes:
        title: noun for people, as in running text: `T-score`, `psoas area`.
        unit: canonical UCUM unit; `1` for yes/no and words.
        accept_units: units a value may have in the record, canonical spelling; `""` =
            none at all.
        refuse_bare: closed interval of values that are refused without a unit (a
            density under a T-score code).
        range: plausible values in the canonical unit, ends included.
        fresh_days: an older value is used, and its age is stated.
        usable_days: older is a gap; an older condition is not counted.
        value_sets: concepts it is read from.
        panels: concepts of panels whose components are read; the panel itself carries
            no value of it.
        never: look-alike concepts; named when seen, never used.
        unclear: concepts that make "no" impossible without making it "yes", each with
            the reason, as a phrase for
            people.
        told_by_code: concepts whose codes say more than the words of `unclear` beside
            them: `CKD` beside stage 3.
        history: concepts that are named when they stand on the list as resolved or
            past.
        past: why a resolved or past entry makes "no" impossible, as a phrase for
            people; empty where it does not.
        labels: what exactly it is, by concept, in our words; the first that fits.
        by_words: words of the list say yes where no code does. For what calls for care
            and never reassures.
        events: concepts of single events, two of which on different days within
            `events_months` say yes as well.
        kinds: which one it is, in our words, by rule of `mappings/kinds.toml`, where no
            code says it.
        words_need_kind: words alone are enough only if one of `kinds` is among them.
        unless_kinds: rules of `mappings/kinds.toml` for words with which an event does
            not count.
        within_days: an event that is older does not count.
        older_days: an event that is not older does not count.
        undated_counts: an event whose day nobody knows counts.
        active_is_open: an event that began earlier, and is still active, is left open.
        active_counts: what the list has as active counts, whatever its day.
        key: prefetch key whose answer holds it.
        also_keys: further keys that must have been read before "no" may be said.
        answers: concept map of coded answers.
        closed_world: a list that was read and is not empty says "no" by silence.
        only_codes_exclude: free words on the list never support "no": codes and exact
            names of harmless diseases do.
        acute_only: ICD-10-CM seventh characters of later encounters (D, G, K, P, S) do
            not count.
        raises_below: a value under it raises the risk beside every model, so that one
            which cannot be used is open,
            unless it is a lower limit at or above it, or an older one.
        ambiguous: by concept, the largest value that may be of another scale and does
            not count.
        ambiguous_because: the reason, as a phrase for people.
        both_sides: a value of the left or right side alone is not it.
        method_matters: that the way of measuring is not recorded is a concern.
        method: how it must have been measured, where only that is accepted.
        look_back_months: months that a drug that is not active, or a procedure, still
            counts, by concept; `other` for
            the rest of the drugs.
        taken_months: only a drug that is active and so old counts.
        of: for a change: the finding whose values are compared.
        after_surgery: known only after the procedure: read when the patient leaves.
        decimals: for people.
    """

    name: Name
    title: str = Field(min_length=1)
    kind: Kind
    unit: str = "1"
    accept_units: tuple[str, ...] = ()
    refuse_bare: tuple[float, float] | None = None
    range: tuple[float, float] | None = None
    fresh_days: int | None = Field(default=None, gt=0)
    usable_days: int | None = Field(default=None, gt=0)
    value_sets: tuple[Name, ...] = ()
    panels: tuple[Name, ...] = ()
    never: tuple[Name, ...] = ()
    unclear: Mapping[Name, str] = Field(default_factory=dict)
    told_by_code: tuple[Name, ...] = ()
    history: tuple[Name, ...] = ()
    past: str = ""
    labels: Mapping[Name, str] = Field(default_factory=dict)
    kinds: Mapping[Name, str] = Field(default_factory=dict)
    words_need_kind: bool = False
    unless_kinds: tuple[Name, ...] = ()
    within_days: int | None = Field(default=None, gt=0)
    older_days: int | None = Field(default=None, gt=0)
    undated_counts: bool = False
    active_is_open: bool = False
    active_counts: bool = False
    by_words: bool = False
    events: tuple[Name, ...] = ()
    events_months: int | None = Field(default=None, gt=0)
    key: str = ""
    also_keys: tuple[str, ...] = ()
    answers: Name | None = None
    pick: Pick = "newest"
    closed_world: bool = False
    only_codes_exclude: bool = False
    acute_only: bool = False
    raises_below: float | None = None
    ambiguous: Mapping[Name, float] = Field(default_factory=dict)
    ambiguous_because: str = ""
    both_sides: bool = False
    method_matters: bool = False
    method: Method | None = None
    look_back_months: Mapping[str, int] = Field(default_factory=dict)
    taken_months: int | None = Field(default=None, gt=0)
    of: Name | None = None
    after_surgery: bool = False
    decimals: int = Field(default=1, ge=0, le=3)

    @property
    def rule(self) -> str:
        """The data file that accepts its values, for provenance."""
        return f"findings/{self.name}.toml"

    @property
    def asked_concepts(self) -> tuple[str, ...]:
        """Every concept by whose codes the record is asked."""
        return (*self.value_sets, *self.panels, *self.never, *self.events)

    def label_of(self, concepts: Collection[str]) -> str:
        """The label of these concepts; empty if the finding's name is enough."""
        return next(
            (label for concept, label in self.labels.items() if concept in concepts), ""
        )

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        if self.kind == "quantity" and (
            not self.accept_units or self.range is None or not self.key
        ):
            raise ValueError("a quantity needs accept_units, range and key")
        if self.kind in ("condition", "event", "medication") and (
            not self.value_sets or not self.key
        ):
            raise ValueError(f"a {self.kind} needs value_sets and key")
        if (self.kind == "change") != (self.of is not None):
            raise ValueError("`of` belongs to a change, and a change needs it")
        return self

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.kind == "category" and self.answers is None:
            raise ValueError("a category needs answers")
        if self.fresh_days and self.usable_days and self.fresh_days > self.usable_days:
            raise ValueError("fresh_days is longer than usable_days")
        if bool(self.events) != (self.events_months is not None):
            raise ValueError("`events_months` belongs to events, and events need it")
        if unknown := sorted(set(self.labels) - set(self.value_sets)):
            raise ValueError(f"labels: {', '.join(unknown)} is in no value_sets")
        if self.range and self.range[0] >= self.range[1]:
            raise ValueError("range must rise")
        return self

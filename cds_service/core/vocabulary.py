"""The vocabulary of findings: the schema of `mappings/findings/<name>.toml`.

The kind of a finding says how it is read. Each kind has a class, with the keys that a
file of this kind may hold: those that its reader reads, and no other.
`fhir/mapping/finding_specs.py` reads the files, `fhir/findings/extraction.py` has the
readers.
"""

from collections.abc import Collection, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Literal, Self, get_args

from pydantic import ConfigDict, Field, PositiveFloat, TypeAdapter, model_validator
from pydantic.dataclasses import dataclass

NO_UNIT = "1"  # UCUM: of yes and no, and of words
Days = Annotated[int, Field(gt=0)]
Months = Annotated[int, Field(gt=0)]
# policy: a fracture that began longer ago is not the present one
HALF_A_YEAR = 183  # days
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


# Dataclasses, since their fields are read thousands of times for each patient.
table = dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
    config=ConfigDict(extra="forbid", defer_build=True),
)


@table
class Method:
    """The way a finding must be measured: names of rules in `mappings/methods.toml`.

    A measurement is accepted if it names all of `all_of` and none of `none_of`, at its
    level. One that names one of `other` is another quantity. Anything else is of
    unknown method.

    Attributes:
        all_of: ways that must be named.
        none_of: ways that make an accepted one doubtful.
        other: ways that give something else, with the reason as a phrase; the first one
            named is reported.
        elsewhere: the same of the places that a title or body site names; a note may
            speak of others.
        levels: vertebrae at which it is measured; empty: one level, which the order
            decides; None: any.
        systems: code systems whose codes for this finding say the way themselves.
    """

    all_of: tuple[Name, ...] = ()
    none_of: tuple[Name, ...] = ()
    other: Mapping[Name, str] = Field(default_factory=dict)
    elsewhere: Mapping[Name, str] = Field(default_factory=dict)
    levels: tuple[str, ...] | None = None
    systems: tuple[str, ...] = ()

    @property
    def ways(self) -> tuple[str, ...]:
        """List every way of measuring that this rule looks for."""
        return (*self.all_of, *self.none_of, *self.other, *self.elsewhere)


@table
class FindingSpec:
    """The keys that every finding has.

    Attributes:
        kind: names the class of this module that describes it.
        title: noun for people, as in running text: `T-score`, `psoas area`.
        unit: canonical UCUM unit; `1` for yes/no and words.
        decimals: how many are shown to people.
    """

    name: Name
    kind: str
    title: str = Field(min_length=1)
    unit: str = NO_UNIT
    decimals: int = Field(default=1, ge=0, le=3)

    @property
    def rule(self) -> str:
        """Return the data file that accepts its values, for provenance."""
        return f"findings/{self.name}.toml"

    def is_plausible(self, value: float) -> bool:
        """Tell if a value may be right; it is in the unit of the finding."""
        del value
        return True


@table
class ReadSpec(FindingSpec):
    """A finding that is read from the patient's record.

    Attributes:
        key: prefetch key whose answer holds it.
    """

    key: str = Field(min_length=1)

    @property
    def keys(self) -> tuple[str, ...]:
        """List every prefetch key that must have been read before "no" may be said."""
        return (self.key,)

    @property
    def unasked_keys(self) -> tuple[str, ...]:
        """List those of `keys` that a record need not have been asked for."""
        return ()

    @property
    def asked_concepts(self) -> tuple[str, ...]:
        """List every concept whose codes are looked for in the record."""
        return ()


@table
class PatientSpec(ReadSpec):
    """A finding that is read from the Patient.

    Attributes:
        range: plausible values in the canonical unit, ends included.
    """

    kind: Literal["demographic"] = "demographic"
    range: tuple[float, float] = (0, 125)

    def is_plausible(self, value: float) -> bool:
        return self.range[0] <= value <= self.range[1]


@table
class PlaceSpec(ReadSpec):
    """The place of care, from the encounter of the signing."""

    kind: Literal["place"] = "place"


@table
class ConceptSpec(ReadSpec):
    """A finding that is read by codes.

    Attributes:
        value_sets: concepts it is read from; a later one is the more specific.
    """

    value_sets: tuple[Name, ...] = Field(min_length=1)

    @property
    def asked_concepts(self) -> tuple[str, ...]:
        return self.value_sets


@table
class ExamSpec(ConceptSpec):
    """An imaging exam on record, on which something can be measured.

    Attributes:
        also_keys: further keys that hold such exams.
        never: concepts of exams on which nothing can be measured; all exams of such a
            day are left out.
        usable_days: an older exam is a gap.
    """

    kind: Literal["exam"] = "exam"
    also_keys: tuple[str, ...] = ()
    never: tuple[Name, ...] = ()
    usable_days: Days | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key, *self.also_keys)

    @property
    def asked_concepts(self) -> tuple[str, ...]:
        return (*self.value_sets, *self.never)


@table
class ObservedSpec(ConceptSpec):
    """A finding that is read from Observations.

    Attributes:
        fresh_days: an older value is used, and its age is stated.
        usable_days: an older value is a gap.
        method_matters: it is a concern if the way of measuring is not recorded.
        after_surgery: known only after the procedure: read when the patient leaves.
    """

    fresh_days: Days | None = None
    usable_days: Days | None = None
    method_matters: bool = False
    after_surgery: bool = False

    def is_fresh(self, day: date, today: date) -> bool:
        """Tell if a value of this day is used without stating its age."""
        return self.fresh_days is None or (today - day).days <= self.fresh_days

    def is_longer(self, first: date, last: date) -> bool:
        """Tell if two days are farther apart than a value may be old."""
        limit = self.usable_days or self.fresh_days
        return limit is not None and (last - first).days > limit

    def is_usable(self, day: date, today: date) -> bool:
        return self.usable_days is None or (today - day).days <= self.usable_days

    @model_validator(mode="after")
    def _ages_in_order(self) -> Self:
        if self.fresh_days and self.usable_days and self.fresh_days > self.usable_days:
            raise ValueError("fresh_days is longer than usable_days")
        return self


def is_after_surgery(spec: FindingSpec) -> bool:
    """Tell if a finding is known only after the procedure."""
    return isinstance(spec, ObservedSpec) and spec.after_surgery


@table
class BooleanSpec(ObservedSpec):
    """A yes/no Observation.

    Attributes:
        answers: concept map of coded answers; without one only booleans and words are
            read.
    """

    kind: Literal["boolean"] = "boolean"
    answers: Name | None = None


@table
class CategorySpec(ObservedSpec):
    """A word of a closed list.

    Attributes:
        answers: concept map of coded answers.
    """

    kind: Literal["category"] = "category"
    answers: Name


@table
class Ambiguous:
    """Values that may be of another scale, and so do not count.

    Attributes:
        up_to: by concept, the largest of them.
        because: the reason, as a phrase for people.
    """

    up_to: Mapping[Name, float] = Field(min_length=1)
    because: str = Field(min_length=1)


@table
class Akin:
    """Values of another measure that make a low value of this one likely.

    Attributes:
        concept: of the other measure.
        units: in which it is compared, as records write them.
        below: a lower value does.
        above: a higher value does.
        because: what it is, as a phrase for people.
        asked: the query asks for it.
    """

    concept: Name
    units: tuple[str, ...] = Field(min_length=1)
    below: float | None = None
    above: float | None = None
    because: str = Field(min_length=1)
    asked: bool = False

    def is_raising(self, value: float) -> bool:
        """Tell if a value in one of the units makes a low one likely."""
        is_low = self.below is not None and value < self.below
        return is_low or (self.above is not None and value > self.above)


@table
class PossibleChange:
    """The largest rise, or fall, between two values; beyond it one of them is wrong.

    Attributes:
        at_once: between two measurements of one day.
        per_year: by which it changes in a year.
        most: however long it takes; None for no limit.
        because: where the numbers come from, for people.
    """

    at_once: float = Field(gt=0)
    per_year: float = Field(ge=0)
    most: float | None = None
    because: str = Field(min_length=1)

    def possible_in(self, years: float) -> float:
        """Return the largest change that is possible in so many years."""
        change = self.at_once + self.per_year * years
        return change if self.most is None else min(change, self.most)


@table
class QuantitySpec(ObservedSpec):
    """A measured number.

    Attributes:
        accept_units: units a value may have in the record, canonical spelling; `""` =
            none at all.
        refuse_bare: closed interval of values that are refused without a unit (a
            density under a T-score code).
        range: plausible values in the canonical unit, ends included.
        panels: concepts of panels whose components are read; the panel itself carries
            no value of it.
        raises_below: a value below it raises the risk apart from any model. So a value
            that cannot be used is open, unless it is too old, or a lower limit (`>60`)
            at or above this one.
        ambiguous: values that may be of another scale.
        both_sides: a value of the left or right side alone is not it.
        method: how it must have been measured, if only that is accepted.
        akin: values of other measures that leave it open.
        rise: how far it can rise; a lower value before a larger rise leaves it open.
        fall: how far it can fall, in the same way.
        asks_also: value sets whose codes its query asks for, and which it does not
            read.
    """

    accept_units: tuple[str, ...] = Field(min_length=1)
    refuse_bare: tuple[float, float] | None = None
    range: tuple[float, float]
    panels: tuple[Name, ...] = ()
    raises_below: float | None = None
    ambiguous: Ambiguous | None = None
    both_sides: bool = False
    method: Method | None = None
    akin: tuple[Akin, ...] = ()
    rise: PossibleChange | None = None
    fall: PossibleChange | None = None
    asks_also: tuple[Name, ...] = ()

    @property
    def asked_concepts(self) -> tuple[str, ...]:
        akin = (one.concept for one in self.akin if one.asked)
        return (*self.value_sets, *self.panels, *akin, *self.asks_also)

    def is_plausible(self, value: float) -> bool:
        return self.range[0] <= value <= self.range[1]

    @model_validator(mode="after")
    def _range_rises(self) -> Self:
        if self.range[0] >= self.range[1]:
            raise ValueError("range must rise")
        return self


@table
class NumberSpec(QuantitySpec):
    """A number whose newest value counts."""

    kind: Literal["quantity"] = "quantity"


@table
class GripSpec(QuantitySpec):
    """A grip strength, of the dominant hand, else of the stronger one.

    A hand's value is the mean of its trials on the newest day.
    """

    kind: Literal["grip"] = "grip"


@table
class TScoreSpec(QuantitySpec):
    """A T-score: of the best site measured, the lowest value of the newest day.

    Attributes:
        never: look-alike concepts; named when seen, never used.
    """

    kind: Literal["t-score"] = "t-score"
    never: tuple[Name, ...] = ()

    @property
    def asked_concepts(self) -> tuple[str, ...]:
        return (*self.value_sets, *self.panels, *self.never)


@table
class ListSpec(ConceptSpec):
    """A yes/no finding from the problem list, the procedures or the drugs.

    Attributes:
        also_keys: further keys that must have been read before "no" may be said.
        labels: what exactly it is, by concept, in our words; the first that fits.
        kinds: which one it is, in our words, by rule of `mappings/kinds/`, if no
            code says it.
    """

    also_keys: tuple[str, ...] = ()
    labels: Mapping[Name, str] = Field(default_factory=dict)
    kinds: Mapping[Name, str] = Field(default_factory=dict)

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key, *self.also_keys)

    def label_of(self, concepts: Collection[str]) -> str:
        """Return the label of these concepts; empty if the finding's name is enough."""
        labels = self.labels.items()
        return next((label for concept, label in labels if concept in concepts), "")

    @model_validator(mode="after")
    def _labels_are_of_value_sets(self) -> Self:
        if unknown := sorted(set(self.labels) - set(self.value_sets)):
            raise ValueError(f"labels: {', '.join(unknown)} is in no value_sets")
        return self


@table
class YesNoSpec(ListSpec):
    """A finding that silence of the lists may deny.

    Attributes:
        closed_world: a list that was read and is not empty says "no" by silence.
        only_codes_exclude: "no" needs each entry to be understood by its code, or by
            the exact name of a harmless disease; free words never support it.
        by_words: words on the list say yes if no code does; for findings that call for
            care and never reassure.
        look_back_months: by concept, the months for which a procedure, or a drug that
            is no longer active, still counts; `other` for the rest of the drugs.
    """

    closed_world: bool = False
    only_codes_exclude: bool = False
    by_words: bool = False
    look_back_months: Mapping[str, int] = Field(default_factory=dict)


@table
class ConditionSpec(YesNoSpec):
    """Yes or no from the problem list or the procedures, as its keys say.

    Attributes:
        history: concepts that are a concern next to "no" if the list has them as past.
        past: why a resolved or past entry makes "no" impossible, as a phrase for
            people; empty if it does not.
        past_days: an entry that ended longer ago, or on no known day, does not; None:
            it does whenever it ended.
        acts_exclude: a procedure that was not judged makes "no" impossible.
        reports_exclude: so does a report that was not understood.
        unclear: concepts that make "no" impossible without making it "yes", each with
            the reason, as a phrase for people.
        told_by_code: concepts whose codes say more than words of `unclear` in the same
            entry: the code of stage 3 says more than `CKD`.
        usable_days: an older entry is not counted.
        dated_in_words: a month or year in its words says when it was: `car crash
            1990`. What happened in childhood is old.
        acute_only: ICD-10-CM seventh characters of later encounters (D, G, K, P, S) do
            not count.
        plain_acts: concepts of procedures that count by words alone, if nothing else is
            said of them; any other words leave it open. Empty: all words count.
        current_days: an entry or act of longer ago, or without a day, leaves it open:
            it need not be so now, whatever the list calls active. Without a clinical
            status an entry leaves it open as well.
        is_lasting: it does not end, so that an entry without a clinical status counts
            as an active one, whatever its day.
        unstated_days: if it may end, such an entry counts for so long.
    """

    history: tuple[Name, ...] = ()
    past: str = ""
    past_days: Days | None = None
    acts_exclude: bool = False
    reports_exclude: bool = False
    unclear: Mapping[Name, str] = Field(default_factory=dict)
    told_by_code: tuple[Name, ...] = ()
    usable_days: Days | None = None
    dated_in_words: bool = False
    acute_only: bool = False
    plain_acts: tuple[Name, ...] = ()
    current_days: Days | None = None
    is_lasting: bool = False
    unstated_days: Days = HALF_A_YEAR


@table
class ProblemSpec(ConditionSpec):
    """A condition or procedure that an entry of the lists states."""

    kind: Literal["condition"] = "condition"


@table
class FractureSpec(ConditionSpec):
    """A vertebral fracture: an earlier one, or the one that is treated now.

    Attributes:
        unsited: concepts of fractures that may be of a vertebra or of another bone.
    """

    kind: Literal["earlier-fracture", "index-fracture"]
    unsited: tuple[Name, ...] = ()

    @property
    def asked_concepts(self) -> tuple[str, ...]:
        return (*self.value_sets, *self.unsited)


@table
class RepeatedFallsSpec(ConditionSpec):
    """Falls that the list calls repeated, or several of a short time.

    Attributes:
        falls: concepts of single falls, two of which on different days say yes as well.
        falls_months: the months within which single falls count.
    """

    kind: Literal["repeated-falls"] = "repeated-falls"
    falls: tuple[Name, ...] = Field(min_length=1)
    falls_months: Months

    @property
    def asked_concepts(self) -> tuple[str, ...]:
        return (*self.value_sets, *self.falls)


@table
class EndOfLifeSpec(ConditionSpec):
    """Hospice care, which silences the whole answer.

    Attributes:
        order_statuses: of an order whose code counts as that of a procedure does.
    """

    kind: Literal["end-of-life"] = "end-of-life"
    order_statuses: tuple[str, ...]
    current_days: Days


@table
class MedicationSpec(YesNoSpec):
    """Yes or no from the lists of drugs.

    Attributes:
        where_kept: keys that hold drugs too, in records that keep such entries; one
            that was asked for and not read forbids "no" as well.
        unclear: concepts of the problem list that make "no" impossible without making
            it "yes", each with the reason, as a phrase for people.
    """

    where_kept: tuple[str, ...] = ()
    unclear: Mapping[Name, str] = Field(default_factory=dict)

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key, *self.also_keys, *self.where_kept)

    @property
    def unasked_keys(self) -> tuple[str, ...]:
        return self.where_kept

    @model_validator(mode="after")
    def _every_drug_has_its_time(self) -> Self:
        if "other" not in self.look_back_months:
            raise ValueError(
                "look_back_months needs `other`, for the rest of the drugs"
            )
        return self


@table
class DrugSpec(MedicationSpec):
    """A drug that is taken now."""

    kind: Literal["medication"] = "medication"


@table
class LongCourseSpec(MedicationSpec):
    """A drug taken for long; prescriptions that follow each other count as one.

    Attributes:
        taken_months: a shorter course does not count.
        replaces: drugs that may only replace what the body lacks, each with the mg of a
            day up to which it may.
    """

    kind: Literal["long-course"] = "long-course"
    taken_months: Months
    replaces: Mapping[Name, PositiveFloat] = Field(default_factory=dict)


@table
class BoneDrugSpec(MedicationSpec):
    """A drug against osteoporosis, from the history of all of them."""

    kind: Literal["bone-drug"] = "bone-drug"


@table
class DenosumabSpec(MedicationSpec):
    """A dose of denosumab that is overdue, from the history of all bone drugs."""

    kind: Literal["denosumab-overdue"] = "denosumab-overdue"

    @model_validator(mode="after")
    def _denosumab_has_its_time(self) -> Self:
        if "denosumab" not in self.look_back_months:
            raise ValueError("look_back_months needs `denosumab`: when it is overdue")
        return self


@table
class EventSpec(ListSpec):
    """Yes from the problem list if it happened within a time; else a gap, never no.

    What the list says of it now does not matter.

    Attributes:
        unclear: concepts that may be it, each with why that is not known.
        history: concepts whose day says only that it was earlier.
        words_need_kind: words alone are enough only if one of `kinds` is among them.
            Without one, those of `value_sets` leave the event open.
        open_kinds: rules of `mappings/kinds/` for words of a concept of `unclear`
            that leave the event open, although no code says it.
        unless_kinds: rules of `mappings/kinds/` for words with which an event does
            not count.
        told_by_acts: rules of `mappings/kinds/` for titles of procedures whose
            words state the event; others leave it open.
        within_days: an event that is older does not count.
        older_days: an event that is not older does not count.
        undated_counts: an event without a known day counts.
        active_is_open: an event that began earlier, and is still active, is left open.
        active_counts: what the list has as active counts, whatever its day.
        earlier_opens: what began earlier is left open, and so is what only the day of
            recording dates if its words or another entry tell of an earlier time.
    """

    unclear: Mapping[Name, str] = Field(default_factory=dict)
    history: tuple[Name, ...] = ()
    words_need_kind: bool = False
    open_kinds: tuple[Name, ...] = ()
    unless_kinds: tuple[Name, ...] = ()
    told_by_acts: tuple[Name, ...] = ()
    within_days: Days | None = None
    older_days: Days | None = None
    undated_counts: bool = False
    active_is_open: bool = False
    active_counts: bool = False
    earlier_opens: bool = False

    @model_validator(mode="after")
    def _within_or_older(self) -> Self:
        if self.within_days and self.older_days:
            raise ValueError("within_days and older_days cannot both be asked")
        return self


@table
class HappeningSpec(EventSpec):
    """Something that happened, by its day."""

    kind: Literal["event"] = "event"


@table
class RecentCancerSpec(EventSpec):
    """A cancer of the last years, or an older one that is still there."""

    kind: Literal["recent-cancer"] = "recent-cancer"
    within_days: Days


@table
class InjuringFallSpec(EventSpec):
    """A fall with an injury.

    Attributes:
        fractures: concepts of fractures; one within a week of a fall is its injury.
    """

    kind: Literal["fall-with-injury"] = "fall-with-injury"
    fractures: tuple[Name, ...] = Field(min_length=1)

    @property
    def asked_concepts(self) -> tuple[str, ...]:
        return (*self.value_sets, *self.fractures)


@table
class ChangeSpec(FindingSpec):
    """The change between two dated values of another finding, in %.

    Attributes:
        of: the finding whose values are compared.
    """

    kind: Literal["change"] = "change"
    of: Name


@table
class ConcludedSpec(FindingSpec):
    """A finding that follows from the augmentation order or from other findings."""

    kind: Literal["order", "derived"]


AnswerSpec = BooleanSpec | CategorySpec
AnySpec = (
    NumberSpec
    | TScoreSpec
    | GripSpec
    | BooleanSpec
    | CategorySpec
    | ProblemSpec
    | FractureSpec
    | RepeatedFallsSpec
    | EndOfLifeSpec
    | HappeningSpec
    | RecentCancerSpec
    | InjuringFallSpec
    | DrugSpec
    | BoneDrugSpec
    | DenosumabSpec
    | LongCourseSpec
    | ExamSpec
    | PlaceSpec
    | PatientSpec
    | ChangeSpec
    | ConcludedSpec
)
FINDING_FILE: TypeAdapter[AnySpec] = TypeAdapter(
    Annotated[AnySpec, Field(discriminator="kind")]
)
KINDS: Mapping[str, type[FindingSpec]] = {
    kind: spec
    for spec in get_args(AnySpec)
    for kind in get_args(spec.__annotations__["kind"])
}


def _keys_of(spec: type[FindingSpec]) -> frozenset[str]:
    parents = spec.__mro__[:-1]
    return frozenset(key for parent in parents for key in parent.__annotations__)


def explain_key(kind: str, key: str) -> str:
    """Say what to do about a key that a finding of this kind does not have."""
    own_keys = _keys_of(KINDS[kind])
    kinds_with_key = [name for name, spec in KINDS.items() if key in _keys_of(spec)]
    if kinds_with_key:
        kinds = " or ".join(kinds_with_key)
        return (
            f"is a key of kind {kinds}, and this file is of kind {kind}: "
            "take the key out, or change the kind"
        )
    near_keys = get_close_matches(key, sorted(own_keys))
    if near_keys:
        return f"there is no such key; did you mean {' or '.join(near_keys)}?"
    return f"there is no such key; a {kind} has {', '.join(sorted(own_keys))}"

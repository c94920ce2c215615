"""The types that a record becomes: findings, gaps, values passed over, drugs.

`fhir/` makes them of resources, which no later step sees. A finding has one canonical
unit, in UCUM, which `mappings/findings/<name>.toml` sets.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple, Self

Value = float | bool | str
Origin = Literal["prefetch", "fhir", "context", "derived"]
GapReason = Literal[
    "absent",  # asked for and not there
    "not-read",  # failed, refused, not in time, or not sent and no server named
    "stale",  # older than usable
    "unit-unknown",  # no unit, or one that does not fit
    "out-of-range",  # implausible
    "unreadable",  # the resource is broken
    "conflicting",  # two values for the same site and moment
    "not-final",  # preliminary or registered
    "no-value",  # data absent, comparator, text
    "future",  # dated after today, or after the order if an earlier day is assessed
    "undated",  # no date, so its age is not known
    "not-understood",  # its list has entries in unknown codes, or in free words alone
    "undetermined",  # its sources are missing or do not decide
    "other-method",  # measured in a way that gives a different quantity
]
Precision = Literal["day", "month", "year"]
YEARS_FROM = 24  # months; from here on an age is stated in years


class UnreadList(NamedTuple):
    """A list that was asked for and could not be read, or not whole.

    Attributes:
        key: its prefetch key.
        why: as a phrase, for the log.
        is_failed: nothing of it was read.
    """

    key: str
    why: str
    is_failed: bool = False


class Provenance(NamedTuple):
    """The origin of a value.

    Attributes:
        resource: `Observation/123`, `context.draftOrders: ServiceRequest/1`, `problem
            list (14 entries)`.
        code: `system|code` that matched; empty if none did.
        printed: value and unit as found, `-2.9 {T-score}`; never names or free text of
            the record.
        rule: the data file that accepted it, `findings/bmd-t-score.toml`.
        is_complaint: an entry that was not understood is of a complaint of every ward.
    """

    resource: str
    origin: Origin
    code: str
    printed: str
    rule: str
    is_complaint: bool = False

    @property
    def is_diagnosis(self) -> bool:
        """Tell if it is a diagnosis of the record."""
        return is_diagnosis(self.resource)


def is_diagnosis(name: str) -> bool:
    """Tell if an entry is a diagnosis, by its name: `Condition/12`."""
    return name.startswith("Condition/")


METHOD_NOT_RECORDED = "How it was measured is not recorded."


class Aged(str):
    """A concern that a value is old, `The T-score is 2 years old.`, with its age.

    Attributes:
        noun: the finding's title (`str` has a `title` of its own).
        months: whole months.
    """

    __slots__ = ("months", "noun")
    noun: str
    months: int

    def __new__(cls, title: str, months: int) -> Self:
        """Return the concern about the finding with this title."""
        concern = super().__new__(cls, f"The {title} is {months_text(months)} old.")
        concern.noun, concern.months = title, months
        return concern

    def __getnewargs__(self) -> tuple[str, int]:  # type: ignore[override]
        """Return what a pickled copy is made of."""
        return self.noun, self.months


def months_text(months: int) -> str:
    """Write whole months, or whole years from two years on: `14 months`, `3 years`."""
    count, unit = (months // 12, "year") if months >= YEARS_FROM else (months, "month")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


class Finding(NamedTuple):
    """One named clinical value in its canonical unit.

    Attributes:
        value: number, yes/no, or a word of the finding's closed list (`treated-levels`:
            `T12,L1`, head to foot).
        unit: canonical UCUM; `1` for yes/no and words.
        observed: the day at the site on which the value was true; None if it has none.
        concerns: whole sentences about the value, for the card's extension, the review
            pages and worklists. The words of a card do not have them.
        site: where it was measured, in our words: `lumbar spine`, `right hand`; empty
            if there is nothing to say.
        method: how it was measured, in our words: `bioimpedance`, `DXA`; empty if not
            recorded or nothing to say.
        since: of a change, the day of the earlier value; of earlier fractures and
            counted falls, the day of the first.
        label: its more exact name in our words: `denosumab`, `lung cancer`; empty if
            there is none. Of a number that is only known to be below a limit: `<15`.
        may_reassure: False if the value is old, measured in an unknown way, or in doubt
            for another reason. Then no figure that rests on it is said to be low.
        dated_to: the precision of `observed`; of a bare month or year it is the first
            day.
        unread: its entries whose other words were not understood.
    """

    name: str
    value: Value
    unit: str
    observed: date | None
    provenance: tuple[Provenance, ...]
    concerns: tuple[str, ...] = ()
    site: str = ""
    method: str = ""
    since: date | None = None
    label: str = ""
    may_reassure: bool = True
    dated_to: Precision = "day"
    unread: frozenset[str] = frozenset()

    @property
    def last_day(self) -> date | None:
        """Return the last day that `observed` may mean: `2024` is any day of 2024."""
        day = self.observed
        if day is None or self.dated_to == "day":
            return day
        if self.dated_to == "year":
            return date(day.year, 12, 31)
        return day.replace(day=monthrange(day.year, day.month)[1])


class Gap(NamedTuple):
    """A finding that we do not have, with the reason.

    Attributes:
        detail: the reason in words, with the value that was seen, if there is one.
        provenance: the sources of the values that were seen and not used.
        value: the newest value that was seen but is not usable (stale, other method).
            It still describes the patient: if it lies outside a study's range or
            criteria, the study says nothing reassuring.
        observed: the day of that value, or the newest day of entries in doubt.
        why: `detail` without the value; empty if it is the same.
        is_unnamed: its entries were not understood, so each may be anything.
        may_be_old: each of its entries tells of an earlier time, or another one does.
        is_spoken_of: the words of an order name it, and say of nothing that it is there
            now.
    """

    name: str
    reason: GapReason
    detail: str
    provenance: tuple[Provenance, ...] = ()
    value: Value | None = None
    observed: date | None = None
    why: str = ""
    is_unnamed: bool = False
    may_be_old: bool = False
    is_spoken_of: bool = False

    @property
    def is_mentioned(self) -> bool:
        """Tell if the record names the finding without deciding it."""
        return bool(self.provenance) and self.reason != "not-understood"


class PassedOver(NamedTuple):
    """A value that was seen and not used; it is named even if another one counts."""

    name: str
    reason: GapReason
    detail: str
    provenance: Provenance


DrugKind = Literal["bisphosphonate", "denosumab", "anabolic", "other"]
# What labels of bone drugs warn of: disease of arteries or veins, high calcium and
# tumours of bone, low calcium, a stomach that bleeds, pregnancy.
CautionKind = Literal[
    "arteries", "veins", "calcium", "low-calcium", "stomach", "pregnancy"
]
# How a drug ended: by its status, its period, its supply, or a last dose whose
# effect is over.
HowEnded = Literal["stopped", "ended", "supply ended", "last given"]


class Dated(NamedTuple):
    """A day as exactly as the record has it: a bare month or year is all its days."""

    first: date
    last: date


class Doses(NamedTuple):
    """The intakes of one bone drug that have a day.

    Attributes:
        last: the newest; None if none has a day. Of one that is dated by its month or
            year the first day counts.
        counted: all of them, the oldest first.
        sure: the newest that was understood whole and not broken off. Only such a dose
            settles what another drug leaves open.
        unclear: the newest coded dose after `sure` that was not understood whole.
        perhaps: the newest entry of a dose whose status leaves open if it was given.
        has_undated: one was given, or may have been, on a day that is not recorded.
    """

    last: Dated | None = None
    counted: tuple[Dated, ...] = ()
    sure: Dated | None = None
    unclear: Dated | None = None
    perhaps: Dated | None = None
    has_undated: bool = False


NO_DOSES = Doses()


class Supply(NamedTuple):
    """The time that an intake lasts, of a drug that is taken at home or each month.

    Attributes:
        source: the type of its entry. What was handed over is given as well, and
            counts once.
        begins: its first day.
        lasts: None if it goes on, or if nothing says how long.
        is_single: it is one dose.
    """

    source: str
    begins: date
    lasts: timedelta | None = None
    is_single: bool = False


class DrugOrders(NamedTuple):
    """The orders of one bone drug.

    Attributes:
        newest: the day of the newest; None if there is none or it has no day.
        oldest: the day of the oldest; None if there is none or it has no day.
        is_standing: one is in force, and nothing ended it.
        until: the last day of those in force; None if one has no end.
        is_signed_now: one is among the orders being signed.
        prescribed: the newest by which the drug is begun, understood whole; None if
            there is none.
    """

    newest: Dated | None = None
    oldest: Dated | None = None
    is_standing: bool = False
    until: date | None = None
    is_signed_now: bool = False
    prescribed: Dated | None = None


NO_DRUG_ORDERS = DrugOrders()


class DrugEnd(NamedTuple):
    """The end of a bone drug; it may have no day."""

    day: Dated | None
    how: HowEnded


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugUse:
    """The use of one bone drug by all its entries together.

    Attributes:
        name: our name for it, `alendronate`; `bone drug` if the record says no more.
        is_injected: given by others at intervals; the rest is taken at home.
        is_taken: an intake is on record: a dose given, dispensed or reported.
        is_running: it is taken now, or a dose still acts.
        is_listed: a list has it as taken now.
        on_record_since: the day of its oldest entry of any kind; None if an entry has
            no day, or if the drug may have been taken before that day.
        started: the first intake of the present course; None if it has no day.
        is_start_known: it was not taken or prescribed long before `started`.
        is_open: an entry was not understood, and no dose is known since.
        is_too_often: it was given weeks apart, as against a tumour.
        end: None if it goes on.
        provenance: its entries, the newest first.
        supplies: its intakes, with how long they last; none of what is given every
            half year.
        goes_home: by an intake or an order it is taken after a stay: not by one dose,
            a week's supply, or what the ward gives.
    """

    name: str
    kind: DrugKind
    is_injected: bool = False
    is_taken: bool = False
    is_running: bool = False
    is_listed: bool = False
    on_record_since: date | None = None
    started: Dated | None = None
    is_start_known: bool = True
    doses: Doses = NO_DOSES
    is_open: bool = False
    is_too_often: bool = False
    orders: DrugOrders = NO_DRUG_ORDERS
    end: DrugEnd | None = None
    provenance: tuple[Provenance, ...] = ()
    supplies: tuple[Supply, ...] = ()
    goes_home: bool = True

    @property
    def ended_on(self) -> Dated | None:
        """Return the day of its end; None if it goes on, or if its end has no day."""
        return self.end.day if self.end else None


class DrugAllergy(NamedTuple):
    """An allergy for which a bone drug was stopped or left out.

    Attributes:
        drug: our name for it.
        kind: of the drug.
        resource: the entry that says so, `MedicationRequest/12`.
        is_sure: it is not only suspected.
    """

    drug: str
    kind: DrugKind
    resource: str
    is_sure: bool


class LabelCaution(NamedTuple):
    """A diagnosis, or a value, that the label of a kind of bone drugs warns of.

    It is named next to the drug, and answers no finding.

    Attributes:
        kind: the kind of the drugs.
        name: as cards say it.
        resource: the entry that says so, `Condition/12`.
        is_sure: it is not only suspected.
        day: the first day that its date may mean; None if no day is known.
        dated_to: how exactly the day is known.
        is_recording: the day is only that on which it was recorded.
    """

    kind: CautionKind
    name: str
    resource: str
    is_sure: bool
    day: date | None = None
    dated_to: Precision = "day"
    is_recording: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BoneDrugs:
    """Every bone drug on record, and how well the lists of drugs were read.

    Attributes:
        uses: one for each drug, by name.
        entries: all entries of the lists of drugs, whatever the drug.
        unread: the lists of drugs that were not read whole. If there are none, the
            other lists that may name a bone drug and were not read whole.
        unclear: why the lists that were read do not say "none", as a phrase; empty if
            they do.
        allergies: those for which a bone drug was stopped or left out.
        cautions: diagnoses that labels of bone drugs warn of.
    """

    uses: tuple[DrugUse, ...] = ()
    entries: int = 0
    unread: tuple[UnreadList, ...] = ()
    unclear: str = ""
    allergies: tuple[DrugAllergy, ...] = ()
    cautions: tuple[LabelCaution, ...] = ()


NOT_READ = UnreadList(
    "medications", "medication list could not be read", is_failed=True
)
DRUGS_NOT_READ = BoneDrugs(unread=(NOT_READ,))


@dataclass(frozen=True, slots=True)
class Findings:
    """Every name of the vocabulary is in exactly one of `known` and `gaps`.

    Attributes:
        bone_drugs: the history behind the yes or no of `bone-drug`.
    """

    known: Mapping[str, Finding]
    gaps: Mapping[str, Gap]
    passed_over: tuple[PassedOver, ...] = ()
    bone_drugs: BoneDrugs = DRUGS_NOT_READ

    def number(self, name: str) -> float | None:
        """Return the finding's value as a number, or None if it is a gap."""
        finding = self.known.get(name)
        if finding is None or isinstance(finding.value, str):
            return None
        return float(finding.value)

    def is_true(self, name: str) -> bool:
        """Tell if the finding is known and yes; a gap is not yes."""
        finding = self.known.get(name)
        return finding is not None and finding.value is True

    def is_false(self, name: str) -> bool:
        """Tell if the finding is known and no; a gap is not no."""
        finding = self.known.get(name)
        return finding is not None and finding.value is False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordState:
    """The state of the record as read; its parts are named by prefetch key.

    Attributes:
        unread: by part, the reason why it could not be read.
        incomplete: by part, a note on the portion that is missing.
        unreadable: number of broken resources of this patient.
        foreign: number of resources that were left out, since they are of another
            patient or name none.
        notes: whole sentences about the record as a whole.
        lists_not_read: keys of the lists of problems, drugs and orders that were not
            read whole, or in which no entry was understood: nothing is pre-selected
            then.
        empty: those of them that were read and hold no entry, or none on health.
    """

    unread: Mapping[str, str]
    incomplete: Mapping[str, str]
    unreadable: int
    foreign: int
    notes: tuple[str, ...] = ()
    lists_not_read: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()

"""The types that a record becomes: findings, gaps, values passed over, orders.

`fhir/` makes them of resources, which no later step sees. A finding has one canonical
unit, in UCUM, which `mappings/findings/<name>.toml` sets.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple, Self

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
Procedure = Literal["PKP", "PVP"]
PROCEDURES: Mapping[str, str] = {"PKP": "kyphoplasty", "PVP": "vertebroplasty"}
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
    """

    resource: str
    origin: Origin
    code: str
    printed: str
    rule: str


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
    """A diagnosis that the label of a kind of bone drugs warns of.

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


# One of the doubts of an order: a reason of it was not understood.
REASON_NOT_UNDERSTOOD = "unread-reason"
# An order of bed rest says that it is for a torn dura, a clot or the like.
REST_MEANT = "rest-meant"


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatedLevels:
    """The vertebrae that the orders of one signing treat.

    Attributes:
        names: head to foot, `("T12", "L1")`; empty if not stated.
        count: number of levels, if known; codes for additional levels count.
        is_count_sure: False if an order may treat more than were counted.
        region: of the spine, by the code alone, if no level is stated.
        is_at_junction: any of them is T10-L2; None if they do not decide.
        source: the element that gave them, `bodySite`, `reasonCode`, `text`; empty
            if none did.
    """

    names: tuple[str, ...] = ()
    count: int | None = None
    is_count_sure: bool = True
    region: Literal["thoracic", "lumbar"] | None = None
    is_at_junction: bool | None = None
    source: str = ""


class Performed(NamedTuple):
    """The time at which an augmentation was done.

    Attributes:
        day: the newest exact day; None if there is none.
        is_sure: it is known that it was done, and lately.
        from_day: the first day on which it may have been done, if the record gives a
            time that was not understood; else None.
        is_note_unread: its note was not understood. The note is then an entry to be
            read, and names no disease.
    """

    day: date | None = None
    is_sure: bool = True
    from_day: date | None = None
    is_note_unread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentationOrder:
    """The kyphoplasty or vertebroplasty orders of one signing, combined.

    Attributes:
        references: every augmentation order of the signing, `ServiceRequest/1`.
        procedure: None if the orders do not say, or name both.
        recognised_by: `code`, or `text` as the last resort; the card says so.
        titles: what the orders are called, from our own texts, never from the record.
        authored: the day it was written; if an earlier day is assessed, values dated
            after it do not count.
        planned: the day it is planned for, if stated.
        is_plan_vague: it is planned for a month or year.
        last_planned: day of its last stage, if several days are stated.
        reasons: concept names recognised among the orders' reason codes (`malignancy`,
            `osteoporotic-fracture`).
        doubts: concept names that the orders' words name without giving them as a
            reason.
        spoken_of: the doubts that they only fear, prevent, deny or tell of a relative,
            or date by an earlier year.
        unread: elements of the orders whose words were not understood, by name.
        notes: sentences on the orders, for the card.
        t_scores: T-scores below zero that their words name; none is a value.
        performed: set if it was done already; its references are then Procedures.
    """

    references: tuple[str, ...]
    procedure: Procedure | None
    levels: TreatedLevels = TreatedLevels()
    recognised_by: Literal["code", "text"] = "code"
    code: str = ""
    titles: tuple[str, ...] = ()
    authored: date | None = None
    planned: date | None = None
    last_planned: date | None = None
    is_plan_vague: bool = False
    reasons: frozenset[str] = frozenset()
    doubts: frozenset[str] = frozenset()
    spoken_of: frozenset[str] = frozenset()
    unread: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    t_scores: tuple[float, ...] = ()
    performed: Performed | None = None

    @property
    def is_sure(self) -> bool:
        """Tell if it is ordered, or known to have been done lately."""
        return self.performed is None or self.performed.is_sure

    @property
    def performed_on(self) -> date | None:
        """Return the day on which it was done; None if it was not, or not exact."""
        return self.performed.day if self.performed else None

    @property
    def asked_since(self) -> date | None:
        """Return the first day whose harm may come of it; None if it was not done."""
        if self.performed is None:
            return None
        return self.performed.day or self.performed.from_day


# What the words of an order state of its end.
EndKind = Literal[
    "nothing",  # no end
    "end",  # a length or a day, clearly
    "event",  # an end without a day: `until mobilised`
    "endless",  # that there is no end, whatever length or day they state
    "payer",  # only a payer's length of need, which is no wear time
    "doubtful",  # a time that was not understood
    "reversed",  # no end, and the order's dates end before they begin
    "apart",  # whatever they state, the order's times state different ends
]


class WordedEnd(NamedTuple):
    """The end of an order as its words state it.

    Attributes:
        hours: the longest length that is clearly stated, in hours; of `doubtful` words
            the length that it has at least.
        length: the same length as our texts write it, `3 months`.
        day: the last day that is clearly stated.
        is_least: the length is a shortest one (`at least 6 weeks`) and no end.
        is_contrary: another length that is clearly stated is weeks shorter.
        reach: the hours after which it ends at the latest, by words that state no clear
            end: `until seen in 6 weeks`. None if that is not known.
    """

    kind: EndKind = "nothing"
    hours: float | None = None
    length: str = ""
    day: date | None = None
    is_least: bool = False
    is_contrary: bool = False
    reach: float | None = None


NOT_WORDED = WordedEnd()
# Why an order does not count now.
NotNow = Literal[
    "",  # it counts
    "over",  # its days are past
    "far",  # it begins in more than half a year
    "elsewhere",  # it is of vertebrae that are not treated
    "later",  # it is on record and dated after today
    "held",  # it is on hold
    "ward",  # it is rehabilitation that ends with the stay
    "unsure",  # it is rehabilitation that may end with the stay
]
TrainingLimit = Literal[
    "order",  # an order in force
    "therapist",  # an order that a therapist ends
    "unread",  # an order on activity that was not understood
    "leg",  # a broken bone of pelvis or leg, which may still heal
    "leg-named",  # the same, by the reason of another entry alone
    "leg-injury",  # another injury there
    "operated",  # an operation there
    "bound",  # the patient does not walk
    "lost",  # a lost leg
    "carried",  # a wheelchair or a lift
    "splinted",  # a boot, a cast or a brace of a leg
    "charcot",  # a Charcot foot
    "aided",  # nobody may walk alone; training goes on
]
RenewalKind = Literal["", "known", "unknown", "words"]


class WrittenOn(NamedTuple):
    """The day on which an order was written.

    Attributes:
        day: that day, if it is known.
        first: the first day that it may be, as exactly as that is known: of `2027` it
            is 1 January.
        last: the last day that it may be: of `2027` it is 31 December.
    """

    day: date | None = None
    first: date | None = None
    last: date | None = None


class Standing(NamedTuple):
    """What decides if an order counts.

    Attributes:
        is_standing: its status says that it is in force; otherwise it does not count.
        is_in_force: a draft whose status says that it is in force already: it may have
            been worn since it was written. Always False of an order on record.
        is_read_whole: False if it holds something not understood that may withdraw it;
            it does not count then. Always true of a brace or bed rest: see `unread`.
        not_now: why it does not count now; empty if it does.
    """

    is_standing: bool = True
    is_in_force: bool = False
    is_read_whole: bool = True
    not_now: NotNow = ""


class Purpose(NamedTuple):
    """What a brace or bed rest is for.

    Attributes:
        reasons: concepts that its order names as its reason (`unstable-fracture`).
        is_for_another: a brace whose order names a disease, and neither a fracture,
            bone loss nor pain.
    """

    reasons: frozenset[str] = frozenset()
    is_for_another: bool = False


class Renewal(NamedTuple):
    """How a brace order goes on with an earlier one.

    Attributes:
        kind: `known` if it refers to one on record, `unknown` if that or an earlier one
            is not there, `words` if only its words say so; empty if it does not.
        since: the first day of the earliest order that it refers to, if that is on
            record.
    """

    kind: RenewalKind = ""
    since: date | None = None


NO_DAY_WRITTEN = WrittenOn()
ORDINARY = Standing()
UNSTATED_PURPOSE = Purpose()
NO_RENEWAL = Renewal()


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportOrder:
    """An order or draft that our advice touches: a brace, bed rest, a referral.

    Attributes:
        kind: concept name: `brace`, `bed-rest`, `rehabilitation`,
            `ct-attenuation-measurement`, …
        is_draft: it is being signed; otherwise it is on record already.
        start: the first day, if stated; of a month or year its first.
        start_until: the last day of such a month or year; None if the day is stated.
        end: the last day that its dates state; None if it is open-ended, or runs for
            a stated time from no stated day.
        written: the day on which it was written.
        title: its name in our texts, with its code if it has one: `TLSO (L0456)`.
        purpose: what a brace or bed rest is for.
        hours: the length that its dates and times state, in hours.
        worded: the end that its words state.
        levels: vertebrae that an order of a brace or a biopsy names.
        standing: what decides if it counts.
        renewal: how a brace order goes on with an earlier one.
        unread: elements of a brace order that hold anything not understood, by their
            names in R4. A correction is then offered and not pre-selected.
        is_inside: a brace or bed rest that an order of something else asks for, such
            as that of the augmentation; no correction reaches it.
        source: the draft as it was sent, from which a correction is made; the core
            never reads it. None for an order on record, and for a draft whose
            correction could reach another order.
    """

    kind: str
    reference: str
    is_draft: bool
    start: date | None = None
    start_until: date | None = None
    end: date | None = None
    hours: float | None = None
    worded: WordedEnd = NOT_WORDED
    written: WrittenOn = NO_DAY_WRITTEN
    title: str = ""
    purpose: Purpose = UNSTATED_PURPOSE
    levels: tuple[str, ...] = ()
    standing: Standing = ORDINARY
    renewal: Renewal = NO_RENEWAL
    unread: tuple[str, ...] = ()
    is_inside: bool = False
    source: Mapping[str, Any] | None = field(default=None, repr=False, compare=False)

    @property
    def name(self) -> str:
        """Return the title without its code: `TLSO`."""
        return self.title.partition(" (")[0]


@dataclass(frozen=True, slots=True)
class OtherInjuries:
    """Other injuries for which a brace may be needed.

    Attributes:
        fractures: untreated levels with a recent fracture.
        possible: untreated levels whose fracture may be recent, or that a brace order
            names.
        doubtful: levels of recent fractures of which one was perhaps not treated.
        has_other_surgery: another operation of the spine is ordered or was done lately,
            or this is not excluded.
        signed_reasons: concepts that the augmentation order being signed names as
            reasons to keep a brace.
        is_brace_noted: the notes of that order name a brace, or were not understood.
        is_brace_kept: an answer to an earlier card gave a reason to keep a brace on.
        unread: other elements of that order which say more than the operation.
        has_other_order: a further order of the signing was not understood, or concerns
            the spine.
        has_unread_problem: an entry of the problem list, a report, an order or a drug
            on record may be what the brace is for.
    """

    fractures: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    has_other_surgery: bool = False
    signed_reasons: frozenset[str] = frozenset()
    is_brace_noted: bool = False
    is_brace_kept: bool = False
    unread: tuple[str, ...] = ()
    has_other_order: bool = False
    has_unread_problem: bool = False


NOTHING_ELSE = OtherInjuries()


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportOrders:
    """All support orders found, and the resource types that could not be checked.

    Attributes:
        earlier_braces: braces on record that are over, and braces that an override
            closed, drafts too; the weeks of a renewal count from them.
        unchecked: resource types whose list could not be read; "not ordered yet" is
            then not said.
        augmented_on: the newest day of an augmentation on record, done or ordered; if
            none has come yet, the first that is planned.
        stages: the days of all augmentations done.
        procedure_on: the day that the augmentation being signed is planned for.
        is_plan_vague: the augmentation is planned for a month or year, not for a day.
        last_stage_on: the day of its last stage, if that is planned for a later day.
        is_augmented_now: an augmentation is being signed.
        other: reasons for a brace besides the treated fracture.
        is_prose_unread: imaging reports, imaging studies or the present stay could not
            be read whole; one may name a reason to keep a brace.
        counted_from: an order written before this day is not for this fracture; None
            if all count.
        training_limits: what forbids or limits training and walking now.
        has_unnamed: an order on record does not name what it orders: it may be any.
    """

    orders: tuple[SupportOrder, ...] = ()
    earlier_braces: tuple[SupportOrder, ...] = ()
    unchecked: tuple[str, ...] = ()
    augmented_on: date | None = None
    stages: tuple[date, ...] = ()
    procedure_on: date | None = None
    last_stage_on: date | None = None
    is_plan_vague: bool = False
    is_augmented_now: bool = False
    other: OtherInjuries = NOTHING_ELSE
    is_prose_unread: bool = False
    counted_from: date | None = None
    training_limits: frozenset[TrainingLimit] = frozenset()
    has_unnamed: bool = False

    def of_kind(self, kind: str) -> tuple[SupportOrder, ...]:
        """List orders of one kind, drafts first, then by reference."""
        orders = (order for order in self.orders if order.kind == kind)
        return tuple(
            sorted(orders, key=lambda order: (not order.is_draft, order.reference))
        )

    def counted(self, kind: str) -> tuple[SupportOrder, ...]:
        """List orders of one kind for this fracture: signed now, or written since."""
        return tuple(order for order in self.of_kind(kind) if self._counts(order))

    def not_counted(self, kind: str) -> tuple[SupportOrder, ...]:
        """List orders of one kind that do not count for this fracture.

        They were written before it or on no known day, are not known to be in force,
        were not understood, or are for another time or vertebra.
        """
        return tuple(order for order in self.of_kind(kind) if not self._counts(order))

    def may_count(self, kind: str) -> tuple[SupportOrder, ...]:
        """List orders that do not count, yet may be for this fracture."""
        return tuple(
            order
            for order in self.not_counted(kind)
            if self._is_written_since(order) is not False
        )

    def _counts(self, order: SupportOrder) -> bool:
        if not order.standing.is_read_whole or order.standing.not_now:
            return False
        if order.is_draft:
            return True
        is_for_fracture = self.counted_from is None or self._is_written_since(order)
        return order.standing.is_standing and is_for_fracture is True

    def _is_written_since(self, order: SupportOrder) -> bool | None:
        """Tell if an order was written since the fracture; None without a day."""
        day = order.written.day or order.start
        if day is None:
            return None
        return self.counted_from is None or day >= self.counted_from


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
        empty: those of them that were read and hold no entry.
    """

    unread: Mapping[str, str]
    incomplete: Mapping[str, str]
    unreadable: int
    foreign: int
    notes: tuple[str, ...] = ()
    lists_not_read: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()

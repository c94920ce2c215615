"""The types that orders become: the augmentation, braces, bed rest and training.

`fhir/orders/` makes them of resources. `SupportOrder.source` is the one resource that
crosses to the core, which does not read it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple

Procedure = Literal["PKP", "PVP"]
PROCEDURES: Mapping[str, str] = {"PKP": "kyphoplasty", "PVP": "vertebroplasty"}
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
    "joint-out",  # a joint out of place there, as words tell
    "weight-told",  # a leg that may not bear full weight, as words tell
    "operated",  # an operation there
    "bound",  # the patient does not walk
    "lost",  # a lost leg
    "carried",  # a wheelchair or a lift
    "splinted",  # a boot, a cast or a brace of a leg
    "charcot",  # a Charcot foot
    "heart",  # a heart attack of the last weeks
    "lung",  # an embolism of the lung of the last weeks
    "brain",  # a stroke of the last weeks
    "event",  # one of these three of the last days
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


# In `SupportOrder.unread`: its status leaves open if it is in force.
STATUS = "status"


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
        not_wanted: kinds that an order forbids, or that this signing ends; no order of
            them is pre-selected.
        has_unnamed: an order on record does not name what it orders: it may be any.
        forbidden_on: the newest day of an order in force by which training must not be
            done, by its element and not by words; that of the answer if it has none.
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
    not_wanted: frozenset[str] = frozenset()
    has_unnamed: bool = False
    forbidden_on: date | None = None

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

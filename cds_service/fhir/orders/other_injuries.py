"""Find other fractures and operations of the spine that a brace may be for.

They are on record or in the orders being signed. With the reasons that a brace's own
order names (`keep_reasons.py`) and the findings, `core/bracing.py` decides if it stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from cds_service.core.bracing import KEEP_REASONS
from cds_service.core.findings import OtherInjuries, SupportOrder
from cds_service.fhir.certainty import (
    ACTIVE,
    PAST,
    certainty_of,
    clinical_status,
    is_later_encounter,
)
from cds_service.fhir.gathering.bystanders import SPINAL, is_plain_fracture
from cds_service.fhir.gathering.drugs import GOES_ON, MEDICATION_TYPES
from cds_service.fhir.gathering.entries import Entry
from cds_service.fhir.gathering.fracture_sites import UNSITED
from cds_service.fhir.gathering.grave_asides import (
    MAY_BEAR_ON_SPINE,
    OF_THE_SPINE,
    UNREAD_REASON,
)
from cds_service.fhir.gathering.open_concepts import (
    MAY_BE_GRAVE,
    MAY_NEED_BRACE,
    NOT_UNDERSTOOD,
)
from cds_service.fhir.gathering.problem_words import in_doubt, is_taken_as_active
from cds_service.fhir.gathering.products import DEVICE_ORDERS
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.durations import blank
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.onset import begun, recorded_on
from cds_service.fhir.orders.broken_levels import (
    broken_beside,
    fractured_places,
)
from cds_service.fhir.orders.bystander_orders import is_bystander
from cds_service.fhir.orders.drafts import NO_DRAFTS, DraftOrders, codeables
from cds_service.fhir.orders.keep_reasons import named_levels, reasons_of_order
from cds_service.fhir.orders.operation import (
    UNNAMED,
    Broken,
    Operation,
    untreated,
)
from cds_service.fhir.orders.order_times import read_times, texts_on_time
from cds_service.fhir.orders.recognition import (
    FRACTURES,
    TITLES,
    augmentation_in,
    is_augmentation,
    recognise_augmentation,
    support_in,
)
from cds_service.fhir.orders.unread_in_augmentation import (
    is_plain_note,
    is_whole_augmentation,
    levels_of_reasons,
    unread_of_augmentation,
)
from cds_service.fhir.orders.unread_in_brace import unread_in
from cds_service.fhir.raw_json import (
    Json,
    is_prohibition,
    member,
    objects,
    text,
    texts_of,
)
from cds_service.fhir.site_calendar import Moment, SiteCalendar

SURGERY = frozenset({"prior-spinal-surgery", "spinal-surgery-unstated"})
OLD = frozenset({"old-fracture"})
# Concepts of a fracture next to whose code something else may be written.
UNREAD_NEXT_TO_CODE = frozenset({MAY_BE_GRAVE, in_doubt(UNREAD_REASON)})
# What `_is_named_elsewhere` looks for on other lists than that of problems: as what an
# entry is, or in doubt as an aside. Reasons to keep a brace are left out, since they
# are findings; so is surgery, since `_is_operated` looks for it.
NAMED_ELSEWHERE = (SPINAL | OF_THE_SPINE) - {*KEEP_REASONS} - SURGERY
NAMED_ELSEWHERE |= frozenset(map(in_doubt, NAMED_ELSEWHERE))
# An older entry is often a healed fracture that was never closed.
RECENT = timedelta(days=180)
# policy: the treated fracture is often recorded after its operation
DOCUMENTED_WITHIN = timedelta(days=7)
NO_MORE = frozenset({"entered-in-error", "not-done", "stopped", "revoked", "cancelled"})

Freshness = Literal["fresh", "open", "old"]


@dataclass(frozen=True)
class Search:
    """A search for other injuries, in a record and a signing, on a day.

    Attributes:
        operation: what was treated, or will be.
    """

    record: PatientRecord
    drafts: DraftOrders
    operation: Operation
    terminology: Terminology
    today: date

    @cached_property
    def birth(self) -> date | None:
        """Return the day of birth, by which an age at onset becomes a day."""
        return self.calendar.named_day(member(self.record.patient, "birthDate"))

    @property
    def treated(self) -> tuple[str, ...]:
        """Return the treated levels; empty if they are not known."""
        return self.operation.levels

    @property
    def calendar(self) -> SiteCalendar:
        return self.terminology.calendar

    @property
    def recent(self) -> date:
        """Return the first day of what may still be a fresh fracture."""
        return self.today - RECENT


def find_other_injuries(
    search: Search, braces: Sequence[SupportOrder]
) -> OtherInjuries:
    """Find other fractures and operations that a brace may be needed for.

    Args:
        search: where to look.
        braces: the brace orders, of this signing and on record.
    """
    drafts, terminology = search.drafts, search.terminology
    broken = _broken_on_record(search)
    broken.open.update(_levels_named_by_orders(search, braces))
    fractures = untreated(broken, search.operation)
    if not braces:
        return OtherInjuries(*fractures)

    signed = _augmentations_in(search)
    signed_reasons = (reasons_of_order(order, drafts, terminology) for order in signed)
    unread = {
        element
        for order in signed
        for element in unread_of_augmentation(
            order, drafts, search.treated, terminology
        )
    }
    is_problem = (
        _is_problem_open(search)
        or _is_named_elsewhere(search)
        or _is_device_unread(search)
    )
    return OtherInjuries(
        fractures=fractures.sure,
        possible=fractures.possible,
        doubtful=fractures.doubtful,
        surgery=_is_operated(search),
        signed_reasons=frozenset().union(*signed_reasons),
        is_brace_noted=_is_brace_noted(signed, terminology),
        unread=tuple(sorted(unread)),
        other_order=_has_other_order(search),
        problem=is_problem,
    )


def _levels_named_by_orders(search: Search, braces: Sequence[SupportOrder]) -> set[str]:
    """Return the levels that the brace orders name.

    If the treated levels are known, also those that the augmentations being signed
    name, and the reasons of the braces being signed.
    """
    drafts, terminology = search.drafts, search.terminology
    levels = {level for brace in braces for level in brace.levels}
    if search.treated:
        for order in _augmentations_in(search):
            levels.update(named_levels(order, drafts, terminology))
        for order in _braces_in(search):
            levels.update(levels_of_reasons(order, drafts, terminology))
    return levels


def _is_brace_noted(signed: Sequence[Json], terminology: Terminology) -> bool:
    """Tell if a note of an augmentation names a brace, or was not understood."""
    notes = [
        words
        for order in signed
        for words, is_title in texts_on_time(order)
        if not is_title
    ]
    if any(note.strip() and not is_plain_note(note, terminology) for note in notes):
        return True
    return any(map(terminology.durations.names_brace, notes))


def _broken_on_record(search: Search) -> Broken:
    """Return the broken vertebrae that the record names."""
    broken = Broken()
    terminology = search.terminology
    for entry in search.record.of_key("conditions"):
        if entry.concepts & FRACTURES:
            _add_fracture(entry.raw, broken, search)
        elif UNSITED in entry.concepts and _may_be_later(entry.raw, search):
            broken.perhaps_later.add(UNNAMED)
    for entry in search.record.entries:
        if _is_recent_order(entry, search):
            broken.open.update(levels_of_reasons(entry.raw, NO_DRAFTS, terminology))
        if _may_name_fracture(entry, search):
            broken.open.update(broken_beside(entry.raw, terminology))
    return broken


def _add_fracture(condition: Json, broken: Broken, search: Search) -> None:
    """Add the vertebrae of a fracture, unless it is old."""
    freshness = _freshness(condition, search)
    if freshness == "old":
        return
    is_fresh = freshness == "fresh"
    places = fractured_places(condition, search.terminology)
    is_later = _is_later(condition, search)
    # A visit records the treated fracture once more.
    is_recorded_again = is_later is None and places and search.treated
    if is_later is False or is_recorded_again:
        earlier = broken.fresh if is_fresh else broken.open
        earlier.update(places)
    else:
        is_sure = is_later and is_fresh and search.operation.is_day_sure
        later = broken.later if is_sure else broken.perhaps_later
        later.update(places or {UNNAMED})


def _may_be_later(condition: Json, search: Search) -> bool:
    is_old = _freshness(condition, search) == "old"
    return not is_old and _is_later(condition, search) is not False


def _is_later(condition: Json, search: Search) -> bool | None:
    """Tell if a fracture began after the operation; None if it may have.

    Without an onset, it may have if it was recorded more than a week later.
    """
    operated = search.operation.day
    if operated is None or _is_of_later_encounter(condition):
        return False
    first, _ = begun(condition, search.birth, search.calendar)
    if first is not None:
        return first > operated
    recorded = search.calendar.first_day(recorded_on(condition))
    is_late = recorded is not None and recorded - operated > DOCUMENTED_WITHIN
    return None if is_late else False


def _is_of_later_encounter(condition: Json) -> bool:
    codings = objects(member(condition, "code", "coding"))
    return any(is_later_encounter(text(coding.get("code"))) for coding in codings)


def _has_other_order(search: Search) -> bool:
    """Tell if another order of this signing may bear on a brace.

    One does that is neither the augmentation nor a brace, and not known to leave the
    spine alone; if several braces are signed, also a brace that was not read whole.
    """
    drafts, terminology = search.drafts, search.terminology
    braces: list[Json] = []
    for order in drafts.each():
        if is_augmentation(order, terminology):
            continue
        support = support_in(order, drafts, terminology)
        if support and "brace" in support.concepts:
            braces.append(order.resource)
        elif not is_bystander(order.resource, drafts, search.treated, terminology):
            return True
    return len(braces) > 1 and any(_is_brace_unread(one, terminology) for one in braces)


def _is_brace_unread(brace: Json, terminology: Terminology) -> bool:
    """Tell if a brace order was not read whole.

    A note that only gives a payer's length of need does not count.
    """
    notes = [
        note
        for note in objects(brace.get("note"))
        if not _is_payers_length(text(note.get("text")), terminology)
    ]
    return bool(unread_in({**brace, "note": notes}, terminology))


def _is_payers_length(words: str, terminology: Terminology) -> bool:
    """Tell if a note gives a payer's length of need, and otherwise plain words."""
    mentions = terminology.durations.read(words, "brace")
    if {one.kind for one in mentions} != {"payer"}:
        return False
    remainder = words
    for mention in mentions:
        remainder = blank(remainder, mention.start, mention.end)
    return terminology.plain.braces.are_all(remainder, has_lengths=False)


def _is_problem_open(search: Search) -> bool:
    """Tell if an entry of the problem list may be what a brace is for.

    Spinal surgery is left out: `_is_operated` looks for it.
    """
    if any(_may_be_for(entry, search) for entry in search.record.of_key("conditions")):
        return True
    return any(
        broken.key == "conditions" and MAY_NEED_BRACE in broken.concepts
        for broken in search.record.unreadable
    )


def _may_be_for(entry: Entry, search: Search) -> bool:
    """Tell if a brace may be for this entry; not for a plain fracture alone."""
    if MAY_NEED_BRACE not in entry.concepts or entry.concepts & SURGERY:
        return False
    if certainty_of(entry.raw) == "denied" or _is_long_over(entry.raw, search):
        return False
    if not entry.concepts & FRACTURES or entry.concepts & UNREAD_NEXT_TO_CODE:
        return True
    _, last = _days_of(entry.raw, search)
    is_old = last is not None and last < search.recent
    return not is_plain_fracture(entry.raw, search.terminology, is_old=is_old)


def _is_device_unread(search: Search) -> bool:
    """Tell if a device that may be a brace was ordered lately.

    It may be the first brace, from whose beginning the weeks count.
    """
    return any(
        entry.kind in DEVICE_ORDERS
        and MAY_NEED_BRACE in entry.concepts
        and _is_recent(entry.raw, search)
        for entry in search.record.entries
    )


def _is_recent_order(entry: Entry, search: Search) -> bool:
    """Tell if this is an order or a drug of the last half year, still in force."""
    return (
        entry.kind in ("ServiceRequest", *MEDICATION_TYPES)
        and entry.status not in NO_MORE
        and _is_recent(entry.raw, search)
    )


def _may_name_fracture(entry: Entry, search: Search) -> bool:
    """Tell if an entry that is no brace order may name a recent fracture.

    An entry without a day may.
    """
    if entry.kind in DEVICE_ORDERS or entry.status in NO_MORE:
        return False
    if entry.kind == "Condition":
        return not _is_long_over(entry.raw, search)
    times = (entry.raw.get(name) for name in ("started", "effectiveDateTime", "issued"))
    days = [day for day in map(search.calendar.last_day, times) if day]
    if days and max(days) < search.recent:
        return False
    return _is_recent(entry.raw, search)


def _is_named_elsewhere(search: Search) -> bool:
    """Tell if another list than the problem list names what a brace may be for.

    That is a tumour, an infection or another disease of the spine. The entry must be of
    the last half year or undated, or a drug that is still taken.
    """
    for entry in search.record.entries:
        named = entry.named | (entry.drug.concepts if entry.drug else frozenset())
        if entry.kind in DEVICE_ORDERS:  # its code and words are read with the brace
            named -= {in_doubt(MAY_BEAR_ON_SPINE), in_doubt(UNREAD_REASON)}
        if entry.kind == "Condition" or named.isdisjoint(NAMED_ELSEWHERE):
            continue
        is_taken = entry.kind in MEDICATION_TYPES and entry.status in GOES_ON
        when = _moment_of(entry, search.calendar)
        if is_taken or when is None or when.day >= search.recent:
            return True
    return False


def _moment_of(entry: Entry, calendar: SiteCalendar) -> Moment | None:
    """Return when an entry was done or measured, else when it was written or begun."""
    element = "performed" if entry.kind == "Procedure" else "effective"
    done = calendar.effective(entry.raw, element)
    names = ("authoredOn", "issued", "whenHandedOver", "started")
    written = next(filter(None, map(entry.raw.get, names)), None)
    return done or calendar.moment(written)


def _is_long_over(condition: Json, search: Search) -> bool:
    """Tell if a condition is over by its status, and all its days are long ago."""
    is_past = clinical_status(condition) & PAST or certainty_of(condition) == "past"
    if not is_past:
        return False
    _, begun_last = _days_of(condition, search)
    times = (
        condition.get("abatementDateTime"),
        member(condition, "abatementPeriod", "end"),
        recorded_on(condition),
    )
    days = [begun_last, *map(search.calendar.last_day, times)]
    known = [day for day in days if day]
    return bool(known) and max(known) < search.recent


def _augmentations_in(search: Search) -> list[Json]:
    return [
        order.resource
        for order in search.drafts.each()
        if is_augmentation(order, search.terminology)
    ]


def _braces_in(search: Search) -> list[Json]:
    braces = []
    for order in search.drafts.each():
        recognition = support_in(order, search.drafts, search.terminology)
        if recognition and "brace" in recognition.concepts:
            braces.append(order.resource)
    return braces


# --- fractures


def _freshness(condition: Json, search: Search) -> Freshness:
    """Tell if a fracture is recent; open if its day or its statuses do not say."""
    terminology, today = search.terminology, search.today
    statuses, certainty = clinical_status(condition), certainty_of(condition)
    words = texts_of(condition.get("code"))
    is_old_by_words = any(terminology.text_concepts(word, OLD) for word in words)
    if certainty == "denied" or is_old_by_words:
        return "old"
    if statuses & PAST or certainty == "past":
        # No fracture is healed in a few weeks, whatever its status says.
        return "old" if _is_long_over(condition, search) else "open"
    first, last = _days_of(condition, search)
    if last is not None and last < search.recent:
        return "old"
    is_dated = first is not None and search.recent <= first <= today
    is_active = statuses & ACTIVE or is_taken_as_active(condition, terminology)
    return "fresh" if is_dated and is_active and certainty == "stated" else "open"


def _days_of(condition: Json, search: Search) -> tuple[date | None, date | None]:
    """Return the first and the last day on which a condition may have begun.

    None if nothing gives that day. A fracture is recorded after it began, so the day of
    recording is the latest possible one. Without an onset, it is used for both.
    """
    calendar, recorded = search.calendar, recorded_on(condition)
    recorded_last = calendar.last_day(recorded)
    if not any(name.removeprefix("_").startswith("onset") for name in condition):
        return calendar.first_day(recorded), recorded_last
    first, last = begun(condition, search.birth, calendar)
    known = [day for day in (last, recorded_last) if day]
    return first, min(known, default=None)


# --- operations


def _is_operated(search: Search) -> bool:
    """Tell if another operation of the spine is ordered, or was done lately.

    It may be among the orders being signed.
    """
    record, terminology = search.record, search.terminology
    for order in search.drafts.each():
        is_other = augmentation_in(order, terminology) is None
        if is_other and _is_surgery(order.resource, terminology):
            return True
    if any(one.concepts & SURGERY for one in record.of_key("conditions")):
        return True  # a fusion on the problem list, whenever it was
    entries = [
        entry
        for key in ("procedures", "serviceRequests")
        for entry in record.of_key(key)
    ]
    recent = [entry for entry in entries if _is_recent(entry.raw, search)]
    for entry in recent:
        if _may_need_brace(entry, terminology):
            return True  # what was not understood may be one
        is_other = recognise_augmentation(entry.raw, terminology) is None
        if is_other and _is_surgery(entry.raw, terminology):
            return True
    return False


def _may_need_brace(entry: Entry, terminology: Terminology) -> bool:
    if not entry.concepts & {NOT_UNDERSTOOD, MAY_NEED_BRACE}:
        return False
    return not is_whole_augmentation(entry.raw, terminology)


def _is_surgery(resource: Json, terminology: Terminology) -> bool:
    """Tell if an entry that is no augmentation names an operation of the spine."""
    if is_prohibition(resource):
        return False
    titles = codeables(resource, *TITLES)
    for word in (word for title in titles for word in texts_of(title)):
        # "Fusion, scheduled" was not done, but a brace may be for it.
        named = terminology.text_concepts(word, SURGERY) | terminology.ruled_out(word)
        if named & SURGERY:
            return True
    return any(terminology.concepts(title) & SURGERY for title in titles)


def _is_recent(resource: Json, search: Search) -> bool:
    """Tell if a resource was done or ordered within the time of a fresh fracture.

    A resource without a day counts.
    """
    if text(resource.get("status")) in NO_MORE:
        return False
    calendar = search.calendar
    performed = calendar.effective(resource, "performed")
    planned = read_times(resource, calendar).start
    written = calendar.first_day(resource.get("authoredOn"))
    days = [day for day in (planned, written) if day]
    if performed:
        days.append(performed.day)
    return not days or max(days) >= search.recent

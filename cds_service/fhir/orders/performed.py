"""Read an augmentation that was done, with the biopsies and harm that follow it.

Raw JSON of the record in, an order out; junk never raises.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from cds_service.core.findings import (
    REASON_NOT_UNDERSTOOD,
    AugmentationOrder,
    Performed,
)
from cds_service.core.leaving import (
    ASPECT,
    Biopsy,
    Leaving,
)
from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.entries.condition_concepts import ACUTE, NERVE_ROOT, UNUSUAL
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.exams.awaited_reports import NO_REPORT
from cds_service.fhir.entries.grave_asides import (
    BROAD_COURSE,
    UNJUDGED,
    UNREAD_REASON,
    drugs_and_states,
    grave_concepts_of,
)
from cds_service.fhir.entries.harm_in_acts import CARRYING
from cds_service.fhir.entries.medication.drugs import (
    BROAD_ANTIBIOTIC,
    INFECTION_DRUGS,
)
from cds_service.fhir.entries.medication.unread_in_dosages import words_of_dosages
from cds_service.fhir.entries.words.bystanders import FRACTURED
from cds_service.fhir.entries.words.open_concepts import UNCODED
from cds_service.fhir.entries.words.problem_words import has_grave_stem, in_doubt
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.gathering.record_state import is_unread
from cds_service.fhir.leaves import words_in
from cds_service.fhir.mapping.clauses import sentences
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import LONGEST_TEXT
from cds_service.fhir.onset import begun, last_of_end, recorded_on
from cds_service.fhir.orders.augmentation import combine_performed
from cds_service.fhir.orders.biopsies import (
    is_sample_of_bone,
    read_biopsies,
    sample_of,
)
from cds_service.fhir.orders.bookings import entries_of_type, read_bookings
from cds_service.fhir.orders.complications import (
    COMPLICATIONS,
    complication_concepts,
)
from cds_service.fhir.orders.drafts import NO_DRAFTS, Order
from cds_service.fhir.orders.order_reasons import FORBIDDING, note_texts
from cds_service.fhir.orders.reasons_of_stay import came_for
from cds_service.fhir.orders.recognition import (
    is_augmentation,
)
from cds_service.fhir.orders.since.acts import complicated_since, unread_acts_since
from cds_service.fhir.orders.since.everyday import everyday_entries, says_no_more
from cds_service.fhir.orders.since.illnesses import (
    illnesses_since,
    nerve_roots_since,
    sphincters_since,
    unstable_since,
    unusual_since,
)
from cds_service.fhir.orders.since.injuries import (
    INJURIES,
    RecentTime,
    injuries_since,
)
from cds_service.fhir.orders.since.injuries_in_acts import injured_acts_since
from cds_service.fhir.orders.since.known_words import (
    cancers_telling_more,
    known_by_words,
)
from cds_service.fhir.orders.since.operated_again import operated_again_since
from cds_service.fhir.orders.since.reports import (
    awaited_reports_since,
    grave_reports_since,
    unread_reports_since,
)
from cds_service.fhir.orders.since.unread_procedures import (
    unread_acts_of_spine,
    without_cause,
)
from cds_service.fhir.orders.since.vertebrae_in_acts import vertebrae_in_acts_since
from cds_service.fhir.orders.treated_levels import find_levels
from cds_service.fhir.orders.withheld_drugs import objections_to_doses
from cds_service.fhir.parsing import PERFORMED_IN_WORDS
from cds_service.fhir.raw_json import (
    Json,
    member,
    objects,
    text,
    texts_of,
)
from cds_service.fhir.references import last_name
from cds_service.fhir.settings_of_care import INPATIENT
from cds_service.fhir.site_calendar import WRITTEN_YEAR, SiteCalendar
from cds_service.protocol.json_text import json_digest

UNKNOWN = "unknown"
DONE = frozenset({"completed", "in-progress"})
# Statuses of a procedure that was begun, and may have been done.
MAYBE_DONE = frozenset({UNKNOWN, "on-hold", "stopped"})
# A biopsy is ordered before the procedure at which it is taken.
ORDERED_BEFORE = timedelta(days=90)
# Most days between two entries of one operation: of two systems, and over midnight.
DOCUMENTED_WITHIN = 7
OVER_MIDNIGHT = 1
MONTH = timedelta(days=31)
# Policy: a deficit of these days is new (fact F5), so what is not understood may be.
RECENT = timedelta(days=14)
# An illness that passes within weeks is over after this.
PASSED = timedelta(days=365)
PASSING = ("passing-illness",)  # a rule of `kinds.toml`
CHANGED = ("newly-begun", "changed-of-late")  # the same
# What is asked about whenever it began.
NEVER_OF_BEFORE = frozenset(
    {one for name in FORBIDDING | CARRYING for one in (name, in_doubt(name))}
)
# What a broken entry may be of that is asked about before leaving.
BROKEN_DIAGNOSES = (
    INJURIES | FRACTURED | UNCODED | {"cervical-fracture", ACUTE, UNUSUAL, NERVE_ROOT}
)
BRACES = frozenset({"brace"})
# Elements that say how an operation went, and not what it was or why it was done.
AFTERMATH = (*COMPLICATIONS, "outcome", "followUp", "text")
# Its note, which is read as its course too.
NOTES = ("note", "patientInstruction")
# What parts of words name, by the concept of their list.
STEMS = {
    "deep-infection": "spinal-infection",
    "spinal-cord-disease": "neurological-deficit",
}
NOT_UNDERSTOOD = frozenset({UNJUDGED, UNREAD_REASON})
_DIVIDED = re.compile(r"[;，；、。]|,(?!\d)")
STOPPED = frozenset({"revoked", "entered-in-error", "draft", "not-done", "preparation"})
# Statuses of a procedure that was not begun, also of other releases of FHIR. Any other
# that is no usual one leaves open that it was done: an interface wrote it its own way.
NOT_BEGUN = STOPPED | {
    "cancelled",
    "canceled",
    "rejected",
    "planned",
    "scheduled",
    "proposed",
    "noshow",
}
LISTS = ("appointments", "pathology")
# Lists that not every EHR has: they count as unread only if reading them failed.
OPTIONAL_LISTS = ("supplyRequests", "imagingStudies", "encounter")


def find_performed(
    record: PatientRecord,
    terminology: Terminology,
    *,
    encounter: str | None,
    since: date,
    today: date,
) -> AugmentationOrder | None:
    """Find the augmentation done in this stay, or the newest since this day.

    If there is none, find one that may have been done: its status leaves that open, or
    it has only a month, a year or no day at all. Another operation stays in the record:
    a vertebra treated weeks ago did not break together with that of today.

    Args:
        record: the patient's record, or its procedures alone.
        terminology: the service's terminology.
        encounter: the id of the stay.
        since: the first day that counts, whatever the stay.
        today: the day of the answer; a procedure of a later day was not done.
    """
    calendar = terminology.calendar
    stay = _stay_that_ends(record, encounter, calendar)
    sure: list[Order] = []
    possible: list[Order] = []
    for procedure in _procedures(record, terminology):
        if not _may_be_of_now(procedure.resource, stay, since, today, calendar):
            continue
        is_dated = performed_on(procedure.resource, calendar) is not None
        is_of_now = is_dated or stay.holds(procedure.resource, calendar)
        is_sure = is_of_now and is_done(procedure.resource, terminology)
        (sure if is_sure else possible).append(procedure)
    sure += _dated_by_others(possible, sure, terminology)
    newest = _newest_operation(sure or possible, stay, terminology)
    treated = _treated_by_elements(newest, terminology)
    without_aftermath = [
        Order(
            one.reference,
            _without_plain_notes(
                _without(one.resource, AFTERMATH), treated, terminology
            ),
        )
        for one in newest
    ]
    augmentation = combine_performed(without_aftermath, terminology)
    if augmentation is None:
        return None
    day = augmentation.performed_on
    from_day = None
    if day is None and any(_time_in_words(one.resource) for one in newest):
        from_day = today - RECENT
    elif day is None:
        from_day = _first_in_month(newest, today, terminology.calendar)
        days = since, today
        from_day = from_day or _day_of_its_order(newest, record, days, terminology)
        if from_day is None and any(
            stay.holds(one.resource, calendar) for one in newest
        ):
            from_day = max(today - RECENT, stay.start or date.min)
    performed = Performed(day, bool(sure), from_day)
    named = _without_unread_notes(augmentation, without_aftermath, terminology)
    is_note_unread = named is not augmentation
    return replace(named, performed=performed._replace(is_note_unread=is_note_unread))


def _without_unread_notes(
    augmentation: AugmentationOrder,
    procedures: Sequence[Order],
    terminology: Terminology,
) -> AugmentationOrder:
    """Name what a note that was not understood may be by the parts of its words.

    A note tells how the operation went. Its unknown words are an entry to be read: they
    name a tumour, an infection or a deficit only with a part of a word for it.
    """
    notes = [one for order in procedures for one in note_texts(order.resource)]
    if not any(one.strip() for one in notes):
        return augmentation
    bare = combine_performed(
        [Order(one.reference, _without(one.resource, NOTES)) for one in procedures],
        terminology,
    )
    unread = tuple(one for one in augmentation.unread if one not in NOTES)
    open_reason = {REASON_NOT_UNDERSTOOD} & augmentation.doubts
    if bare is not None:
        open_reason -= bare.doubts
    if unread == augmentation.unread and not open_reason:
        return augmentation
    doubts = augmentation.doubts - open_reason
    for words in notes:
        doubts |= _named_by_stems(words, terminology)
    doubts -= augmentation.reasons
    return replace(augmentation, unread=unread, doubts=doubts)


def _named_by_stems(words: str, terminology: Terminology) -> frozenset[str]:
    """Return what parts of words name that are not denied, each in doubt."""
    if not has_grave_stem(words, terminology):
        return frozenset()
    stems = terminology.grave_stems
    named = {STEMS[one] for one in stems.concepts_in(words)}
    if stems.has_plain_deficit(words):
        named.add("neurological-deficit")
    return frozenset(named or {"malignancy"})


def _first_in_month(
    operation: Sequence[Order], today: date, calendar: SiteCalendar
) -> date | None:
    """Return the first day of an operation of a month or year, a month ago at most.

    None if it has neither: harm of these days need not be of it.
    """
    days = [days_of_procedure(one.resource, calendar) for one in operation]
    firsts = [first for first, last in days if first and last]
    return max(min(firsts), today - MONTH) if firsts else None


def _day_of_its_order(
    operation: Sequence[Order],
    record: PatientRecord,
    days: tuple[date, date],
    terminology: Terminology,
) -> date | None:
    """Return the day of the order of an operation; None if it names none of these days.

    It was not done before.

    Args:
        operation: its procedures.
        record: the patient's.
        days: the first day that counts, and that of the answer.
        terminology: the service's terminology.
    """
    named = {
        "/".join(text(order.get("reference")).split("/")[-2:])
        for one in operation
        for order in objects(one.resource.get("basedOn"))
    }
    of_orders = [
        _day_of_order(entry.raw, days[1], terminology.calendar)
        for entry in record.entries
        if entry.kind == "ServiceRequest" and entry.reference in named
    ]
    return min((day for day in of_orders if day >= days[0]), default=None)


def _day_of_order(order: Json, today: date, calendar: SiteCalendar) -> date:
    """Return the day for which an order asks, up to today, or on which it was written.

    One without a day, or with one that cannot be read, may be of the last weeks.
    """
    events = member(order, "occurrenceTiming", "event")
    written = (
        order.get("occurrenceDateTime"),
        member(order, "occurrencePeriod", "start"),
        member(order, "occurrencePeriod", "end"),
        events[0] if isinstance(events, list) and events else None,
        order.get("authoredOn"),
    )
    first_days = filter(None, map(calendar.first_day, written))
    return next((day for day in first_days if day <= today), today - RECENT)


def _time_in_words(procedure: Json) -> str:
    """Return a time that is no FHIR time: "18.11.2026"."""
    return text(procedure.get(PERFORMED_IN_WORDS)).strip()


def _dated_by_others(
    possible: Sequence[Order], sure: Sequence[Order], terminology: Terminology
) -> list[Order]:
    """Return what was done in a month in which another entry has the exact day.

    One operation may have an entry for each vertebra, not all of them with the day. A
    year is too long to tell.
    """
    calendar = terminology.calendar
    exact = [*filter(None, (performed_on(one.resource, calendar) for one in sure))]
    dated = list[Order]()
    for procedure in possible:
        first, last = days_of_procedure(procedure.resource, calendar)
        if first is None or last is None or last - first > MONTH:
            continue
        is_within = any(first <= day <= last for day in exact)
        if is_within and is_done(procedure.resource, terminology):
            dated.append(procedure)
    return dated


def with_known_statuses(
    record: PatientRecord, terminology: Terminology
) -> PatientRecord:
    """Write `unknown` as the status of an augmentation whose status we do not know.

    "finished", "Completed" or none at all leaves open if it was done.
    """
    usual = DONE | MAYBE_DONE | NOT_BEGUN
    return record._replace(
        entries=tuple(
            entry._replace(raw={**entry.raw, "status": UNKNOWN}, status=UNKNOWN)
            if entry.kind == "Procedure"
            and entry.status.casefold() not in usual
            and is_augmentation(Order(entry.reference, entry.raw), terminology)
            else entry
            for entry in record.entries
        )
    )


def is_done(procedure: Json, terminology: Terminology) -> bool:
    """Tell if it was done by its status, and no title of it says otherwise."""
    if text(procedure.get("status")) not in DONE:
        return False
    titles = (
        terminology.levels.without_left_words(title, is_done=True)
        for title in texts_of(procedure.get("code"))
    )
    return not any(map(terminology.clauses.is_not_done, titles))


def has_augmentation(record: PatientRecord, terminology: Terminology) -> bool:
    """Tell if any augmentation was done, or may have been."""
    return any(True for _ in _procedures(record, terminology))


def augmentations_of(record: PatientRecord, terminology: Terminology) -> list[Json]:
    """List the augmentations that were done, or may have been."""
    return [procedure.resource for procedure in _procedures(record, terminology)]


class _Stay(NamedTuple):
    """The stay that ends.

    Attributes:
        name: `Encounter/12`; empty if the call names none.
        start: the day on which it began; None if that is not known.
        others: names of stays in hospital that are known to be no part of it.
    """

    name: str
    start: date | None
    others: frozenset[str]

    def holds(self, procedure: Json, calendar: SiteCalendar) -> bool:
        """Tell if a procedure names this stay, or was done during it.

        A procedure during the stay may name a department's contact, or no stay.
        """
        named = stay_of(procedure)
        if self.name and named == self.name:
            return True
        first, _ = days_of_procedure(procedure, calendar)
        is_since = bool(self.start and first and first >= self.start)
        return is_since and named not in self.others


def _stay_that_ends(
    record: PatientRecord, encounter: str | None, calendar: SiteCalendar
) -> _Stay:
    name = f"Encounter/{encounter}" if encounter else ""
    start = None
    others: set[str] = set()
    for stay in entries_of_type(record, "Encounter"):
        if stay.reference == name:
            start = calendar.named_day(member(stay.resource, "period", "start"))
        elif _is_apart(stay.resource, name):
            others.add(stay.reference)
    return _Stay(name, start, frozenset(others))


def _is_apart(encounter: Json, stay: str) -> bool:
    """Tell if this is a stay in hospital, and not one that is part of that stay."""
    part_of = last_name(text(member(encounter, "partOf", "reference")))
    return text(member(encounter, "class", "code")) in INPATIENT and part_of != stay


def _newest_operation(
    procedures: Sequence[Order], stay: _Stay, terminology: Terminology
) -> Sequence[Order]:
    """Leave out all but one operation: that of this stay, else the newest."""
    calendar = terminology.calendar
    ours = [one for one in procedures if stay.holds(one.resource, calendar)]
    if not ours:
        days = [performed_on(one.resource, calendar) for one in procedures]
        newest = max(filter(None, days), default=None)
        ours = [one for one, day in zip(procedures, days, strict=True) if day == newest]
    return [
        procedure
        for procedure in procedures
        if procedure in ours or not _is_another(procedure, ours, terminology)
    ]


def _is_another(
    procedure: Order, operation: Sequence[Order], terminology: Terminology
) -> bool:
    """Tell if a procedure was another operation than these.

    Procedures of one day, or of one named stay, are one operation. One within a week
    that treated no other level is the same operation, whatever its stay: two systems
    documented it. One that names no stay is another only if it treated another level
    and was done on a known day, more than a day apart.
    """
    calendar = terminology.calendar
    day = performed_on(procedure.resource, calendar)
    apart = _days_apart(day, operation, calendar)
    treated = {
        level for one in operation for level in _levels_of(one.resource, terminology)
    }
    is_same = treated.issuperset(_levels_of(procedure.resource, terminology))
    if apart == 0 or (is_same and apart is not None and apart <= DOCUMENTED_WITHIN):
        return False
    if stay := stay_of(procedure.resource):
        return stay not in {stay_of(one.resource) for one in operation}
    return not is_same and apart is not None and apart > OVER_MIDNIGHT


def _days_apart(
    day: date | None, operation: Sequence[Order], calendar: SiteCalendar
) -> int | None:
    """Return the days between this day and the nearest of the operation, if known."""
    if day is None:
        return None
    days = (performed_on(one.resource, calendar) for one in operation)
    return min((abs((day - one).days) for one in days if one), default=None)


def _levels_of(procedure: Json, terminology: Terminology) -> tuple[str, ...]:
    return find_levels(procedure, NO_DRAFTS, terminology).levels


def _may_be_of_now(
    procedure: Json,
    stay: _Stay,
    since: date,
    today: date,
    calendar: SiteCalendar,
) -> bool:
    """Tell if the days on which it may have been done reach into this time.

    In the stay that ends any day counts, up to today.
    """
    first, last = days_of_procedure(procedure, calendar)
    if first is not None and first > today:
        return False
    if stay.holds(procedure, calendar):
        return True
    # In words, the year alone is read: who knows which figure is the month?
    years = WRITTEN_YEAR.findall(_time_in_words(procedure))
    if last is None and years and max(map(int, years)) < since.year:
        return False
    return last is None or last >= since


def days_of_procedure(
    procedure: Json, calendar: SiteCalendar
) -> tuple[date | None, date | None]:
    """Return the first and last day on which it may have been done; None if not known.

    A procedure without an end ended on the day on which it began.
    """
    on = procedure.get("performedDateTime")
    period = member(procedure, "performedPeriod")
    start, end = member(period, "start"), member(period, "end")
    first = calendar.first_day(on or start or end)
    return first, calendar.last_day(on or end or start)


def without_performed(
    record: PatientRecord, performed: AugmentationOrder, terminology: Terminology
) -> PatientRecord:
    """Leave these procedures out, so that they do not count as earlier ones.

    The bone drugs and states that they name count, as at the signing, and so does what
    is grave in how the operation went. What is grave in its reasons is read with it.
    """
    entries: list[Entry] = []
    unread = unread_acts_of_spine(record, performed, terminology)
    treated = frozenset(performed.levels.names)
    for entry in record.entries:
        name = f"{entry.raw.get('resourceType')}/{entry.raw.get('id')}"
        if name not in performed.references:
            entries.append(without_cause(entry) if name in unread else entry)
            continue
        plain = _without(entry.raw, COMPLICATIONS)
        plain = _without_plain_notes(plain, treated, terminology)
        concepts = drugs_and_states(plain, terminology)
        concepts |= _grave_in_aftermath(plain, terminology)
        complications = complication_concepts(entry.raw, terminology)
        bare = entry._replace(matches=(), drug=None)
        if concepts:
            entries.append(bare._replace(concepts=concepts, named=concepts))
        if complications:
            doubts = frozenset(map(in_doubt, complications))
            aspect = bare._replace(concepts=doubts, named=doubts)
            entries.append(aspect._replace(reference=f"{name}{ASPECT}"))
    return record._replace(entries=tuple(entries))


def _grave_in_aftermath(procedure: Json, terminology: Terminology) -> frozenset[str]:
    """Return the grave things in how an operation went, each in doubt.

    An outcome says what, and not since when or if it is over. One that is not
    understood may be a palsy: somebody examines the patient. So may a disease that is
    not everyday when it is new: a failing heart, also in a note. Complications are
    read apart: facts on the cause do not tell of them.
    """
    others = [name for name in procedure if name not in (*AFTERMATH, "resourceType")]
    aftermath = _without(procedure, others)
    unread = {
        name: [
            code
            for code in objects(aftermath.get(name))
            if not _is_plain_course(code, terminology)
        ]
        for name in ("outcome", "followUp")
    }
    named = grave_concepts_of({**aftermath, **unread}, terminology)
    codes = (*unread["outcome"], *unread["followUp"])
    told = [words for code in codes for words in texts_of(code)]
    told += [text(note.get("text")) for note in objects(procedure.get("note"))]
    is_news = any(
        terminology.harmless.is_harm(part)
        for words in told
        for one in sentences(words[:LONGEST_TEXT])
        for part in (one, *_DIVIDED.split(one))
    )
    if is_news or not named.isdisjoint(NOT_UNDERSTOOD):
        named |= {"neurological-deficit"}
    return frozenset(map(in_doubt, named))


def _treated_by_elements(
    operation: Sequence[Order], terminology: Terminology
) -> frozenset[str]:
    """Return the vertebrae that an operation treated by other elements than notes."""
    return frozenset(
        level
        for one in operation
        for level in _levels_of(_without(one.resource, NOTES), terminology)
    )


def _without_plain_notes(
    procedure: Json, treated: frozenset[str], terminology: Terminology
) -> Json:
    """Leave out the notes that only say that all went well: "8 ml of cement"."""
    notes = objects(procedure.get("note"))
    kept = [
        note
        for note in notes
        if not _is_plain_note(text(note.get("text")), treated, terminology)
    ]
    return procedure if len(kept) == len(notes) else {**procedure, "note": kept}


def _is_plain_course(code: Json, terminology: Terminology) -> bool:
    """Tell if a code is words alone, and all of them say that all went well."""
    words = texts_of(code)
    is_coded = bool(objects(code.get("coding")))
    return (
        not is_coded
        and bool(words)
        and all(_is_course(one, terminology) for one in words)
    )


def _is_course(words: str, terminology: Terminology) -> bool:
    """Tell if each part of a text says how an operation went, or that all was well."""
    parts = _parts_of(words)
    return bool(parts) and all(_is_plain_part(one, terminology) for one in parts)


def _is_plain_note(
    words: str, treated: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if each part of a note says how an operation was done, and that all is well.

    It may name the operation, and the vertebrae that were treated by other elements.
    """
    parts = _parts_of(words)
    if not parts or terminology.levels.left_in_note(words):
        return False
    return all(
        _is_plain_part(part, terminology)
        or (
            treated.issuperset(terminology.levels.named(part))
            and terminology.plain.notes.are_all(terminology.levels.without_named(part))
        )
        for part in parts
    )


def _is_plain_part(part: str, terminology: Terminology) -> bool:
    plain = terminology.plain
    return plain.complications.are_all(part, is_title=True) or plain.course.are_all(
        part
    )


def _parts_of(words: str) -> list[str]:
    """Return the parts of the sentences of a text; none of one that is too long."""
    if len(words) > LONGEST_TEXT:
        return []
    parts = (part for one in sentences(words) for part in _DIVIDED.split(one))
    return [part for part in parts if part.strip()]


def _without(resource: Json, elements: Iterable[str]) -> Json:
    left_out = frozenset(elements)
    return {name: value for name, value in resource.items() if name not in left_out}


def performed_on(procedure: Json, calendar: SiteCalendar) -> date | None:
    """Return the day of a procedure; None if the record has no exact one."""
    period = member(procedure, "performedPeriod")
    days = (procedure.get("performedDateTime"), member(period, "start"))
    named = (calendar.named_day(one) for one in (*days, member(period, "end")))
    return next(filter(None, named), None)


def read_leaving(
    record: PatientRecord,
    terminology: Terminology,
    performed: AugmentationOrder,
    today: date,
) -> Leaving:
    """Read the appointments to come, and the biopsies with what became of them."""
    bookings = sorted(
        read_bookings(record, terminology, performed.performed_on, today),
        key=lambda booking: (
            booking.day,
            booking.time,
            booking.kind,
            booking.reference,
        ),
    )
    unread = [key for key in LISTS if _is_unread(record, key)]
    unread += [key for key in OPTIONAL_LISTS if _has_failed(record, key)]
    since = performed.performed_on or today - RECENT
    weeks = min(since, today - RECENT)
    stays = _stays_of(record, performed)
    time = RecentTime(since, weeks, stays, came_for(record, stays))
    treated = _treated(record, performed, terminology)
    injured = injured_acts_since(record, since, performed.references, terminology)
    injured |= vertebrae_in_acts_since(
        record, since, performed.references, treated, terminology
    )
    illnesses = illnesses_since(record, since, time.stays, terminology)
    return Leaving(
        bookings=tuple(bookings),
        biopsies=tuple(_biopsies(record, terminology, performed, today)),
        unread=tuple(unread),
        long_known=_long_known(record, terminology, performed.performed_on, today),
        everyday=everyday_entries(record, terminology)
        | known_by_words(record, since, terminology),
        unread_reports=unread_reports_since(record, since, terminology, treated),
        awaited_reports=awaited_reports_since(record, since, terminology),
        unread_acts=unread_acts_since(record, since, performed.references, terminology)
        | injured
        | operated_again_since(record, since, performed.references, terminology)
        | unread_acts_of_spine(record, performed, terminology)
        | _unread_notes(performed),
        names_harm=injured | _broken_by_words(record),
        complicated=complicated_since(record, since, performed.references, terminology),
        grave_reports=grave_reports_since(record, since, terminology),
        illnesses=illnesses.surely,
        perhaps_ill=illnesses.perhaps,
        sphincters=sphincters_since(record, since, time.stays, terminology),
        nerve_roots=nerve_roots_since(record, since, terminology),
        unusual=unusual_since(record, since, terminology)
        | cancers_telling_more(record, since, stays, terminology),
        unstable=unstable_since(record, since, terminology),
        injuries=tuple(injuries_since(record, time, terminology)),
        broken=_broken_in(record),
        objections=objections_to_doses(record, terminology, today),
        antibiotics=_antibiotics_since(record, since, terminology),
        contents={
            name: _content_of(entry.raw)
            for entry in record.entries
            for name in (entry.reference, f"{entry.reference}{ASPECT}")
            if not name.endswith(ASPECT) or entry.reference in performed.references
        },
    )


def _unread_notes(augmentation: AugmentationOrder) -> frozenset[str]:
    performed = augmentation.performed
    is_unread = performed is not None and performed.is_note_unread
    return frozenset(augmentation.references if is_unread else ())


def _broken_by_words(record: PatientRecord) -> frozenset[str]:
    """Return the diagnoses of a bone that carries, also those in words alone."""
    return frozenset(
        entry.reference
        for entry in record.of_key("conditions")
        if not entry.concepts.isdisjoint(CARRYING)
        and certainty_of(entry.raw) != "denied"
    )


def _broken_in(record: PatientRecord) -> frozenset[str]:
    """Return the entries that cannot be read, of harm, a brace, or unknown words.

    No day of theirs is known: each may be of these days.
    """
    return frozenset(
        broken.reference
        for broken in record.unreadable
        if not broken.concepts.isdisjoint(
            BROKEN_DIAGNOSES if broken.key == "conditions" else BRACES
        )
    )


def _antibiotics_since(
    record: PatientRecord, since: date, terminology: Terminology
) -> frozenset[str]:
    """Return the entries of this day or later of drugs against infected bone."""
    return frozenset(
        entry.reference
        for entry in record.entries
        if _is_against_infection(entry, terminology)
        if terminology.calendar.may_be_since(_days_of_drug(entry.raw), since)
    )


def _is_against_infection(entry: Entry, terminology: Terminology) -> bool:
    """Tell if a drug is one against infected bone.

    One of many infections is none for words that were not understood, unless they are
    of weeks.
    """
    groups = entry.drug.concepts & INFECTION_DRUGS if entry.drug else frozenset()
    if groups != {BROAD_ANTIBIOTIC} or in_doubt(UNREAD_REASON) not in entry.concepts:
        return bool(groups)
    longest = terminology.durations.longest
    return any(longest(one) >= BROAD_COURSE[0] for one in words_of_dosages(entry.raw))


def _days_of_drug(raw: Json) -> Iterator[object]:
    yield from map(raw.get, ("authoredOn", "effectiveDateTime", "whenHandedOver"))
    yield member(raw, "effectivePeriod", "start")


def _content_of(resource: Json) -> str:
    """Return a digest of all that a resource says, which a new version may repeat."""
    return json_digest(_without(resource, ("meta",)))


def _stays_of(record: PatientRecord, performed: AugmentationOrder) -> frozenset[str]:
    """Return the stays that the procedures of this operation name."""
    named = (
        stay_of(one.resource)
        for one in entries_of_type(record, "Procedure")
        if one.reference in performed.references
    )
    return frozenset(filter(None, named))


def _treated(
    record: PatientRecord, performed: AugmentationOrder, terminology: Terminology
) -> frozenset[str]:
    """Return the vertebrae that this operation or an earlier one filled with cement.

    Empty if this one names none: then no vertebra is another one.
    """
    if not performed.levels.names:
        return frozenset()
    return frozenset(performed.levels.names).union(
        *(
            _levels_of(one, terminology)
            for one in augmentations_of(record, terminology)
            if is_done(one, terminology)
        )
    )


def _long_known(
    record: PatientRecord,
    terminology: Terminology,
    operated: date | None,
    today: date,
) -> frozenset[str]:
    """Return the diagnoses whose days are all of before the operation and these weeks.

    A diagnosis without a day is not among them. One that began more than a year before
    is no news, whenever it was entered.
    """
    since = min(operated or today, today - RECENT)
    return frozenset(
        entry.reference
        for entry in record.of_key("conditions")
        if (day := _last_day_of(entry.raw, record, terminology.calendar)) is not None
        and (day < since or _is_of_before(since, entry, record, terminology))
    )


def _is_of_before(
    since: date, entry: Entry, record: PatientRecord, terminology: Terminology
) -> bool:
    """Tell if a diagnosis began more than a year before, and nothing of it is newer.

    The list of an admission holds the diseases of years. None of its words may tell of
    a tumour, an infection or a deficit, or that the disease has changed since, and it
    must say no more than its title.
    """
    condition = entry.raw
    if condition.get("note") or any(words_in(condition.get("extension"))):
        return False
    if not says_no_more(condition, terminology):
        return False
    birth = terminology.calendar.named_day(member(record.patient, "birthDate"))
    days = (
        begun(condition, birth, terminology.calendar)[1],
        last_of_end(condition, birth, terminology.calendar),
    )
    if not any(day is not None and since - day > PASSED for day in days):
        return False
    titles = texts_of(condition.get("code"))
    if titles and all(terminology.kinds.of_title(one, PASSING) for one in titles):
        return True
    if not titles or not entry.concepts.isdisjoint(NEVER_OF_BEFORE):
        return False
    return not any(
        has_grave_stem(words, terminology)
        or terminology.grave_stems.is_worse(words)
        or terminology.kinds.named(words, CHANGED)
        or any(int(year) > since.year - 1 for year in WRITTEN_YEAR.findall(words))
        for words in titles
    )


def _last_day_of(
    condition: Json, record: PatientRecord, calendar: SiteCalendar
) -> date | None:
    """Return the last day on which a diagnosis began or was recorded."""
    birth = calendar.named_day(member(record.patient, "birthDate"))
    _, begun_last = begun(condition, birth, calendar)
    recorded = calendar.last_day(recorded_on(condition))
    return max(filter(None, (begun_last, recorded)), default=None)


def _is_unread(record: PatientRecord, key: str) -> bool:
    read = record.reads.get(key)
    return read is None or read.state == "failed" or read.is_cut


def _has_failed(record: PatientRecord, key: str) -> bool:
    read = record.reads.get(key)
    return read is not None and is_unread(read)


def _procedures(record: PatientRecord, terminology: Terminology) -> Iterator[Order]:
    for procedure in entries_of_type(record, "Procedure"):
        if text(procedure.resource.get("status")).casefold() in NOT_BEGUN:
            continue
        if is_augmentation(procedure, terminology):
            yield procedure


def stay_of(resource: Json) -> str:
    """Return the stay that a resource names, without the server's address."""
    return last_name(text(member(resource, "encounter", "reference")))


# --- biopsies


def _biopsies(
    record: PatientRecord,
    terminology: Terminology,
    performed: AugmentationOrder,
    today: date,
) -> Iterator[Biopsy]:
    """Yield each biopsy of this fracture, and what its reports say of it."""
    since = (performed.performed_on or today) - ORDERED_BEFORE
    sent = [
        sample_of(order, day or performed.performed_on, terminology)
        for kind in ("Procedure", "ServiceRequest")
        for order, day in _sent(record, kind, terminology, since)
    ]
    # Two queries may answer with the same report.
    reports = {
        report.reference if report.resource.get("id") else str(number): report.resource
        for number, report in enumerate(entries_of_type(record, "DiagnosticReport"))
        if text(report.resource.get("status")) not in NO_REPORT
    }
    return read_biopsies(sent, [*reports.values()], performed, terminology)


def _sent(
    record: PatientRecord, kind: str, terminology: Terminology, since: date
) -> Iterator[tuple[Order, date | None]]:
    calendar = terminology.calendar
    for order in entries_of_type(record, kind):
        if text(order.resource.get("status")) in STOPPED:
            continue
        if not is_sample_of_bone(order.resource, terminology):
            continue
        day = performed_on(order.resource, calendar)
        day = day or calendar.named_day(order.resource.get("authoredOn"))
        if day is None or day >= since:
            yield order, day

"""Find the augmentation that was done, or may have been: that of the stay that ends."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from cds_service.core.orders import AugmentationOrder, Performed
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.discharge.aftermath import (
    treated_by_elements,
    without_aftermath,
    without_unread_notes,
)
from cds_service.fhir.orders.drafts import Order
from cds_service.fhir.orders.operations.augmentation import combine_performed
from cds_service.fhir.orders.operations.done_procedures import (
    RECENT,
    augmentation_procedures,
    days_of_procedure,
    is_done,
    performed_on,
    time_in_words,
)
from cds_service.fhir.orders.operations.ending_stay import Stay, stay_that_ends
from cds_service.fhir.orders.operations.one_operation import (
    MONTH,
    dated_by_others,
    newest_operation,
)
from cds_service.fhir.raw_json import Json, member, objects, text
from cds_service.fhir.site_calendar import SiteCalendar, is_dated_before


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
    stay = stay_that_ends(record, encounter, calendar)
    sure: list[Order] = []
    possible: list[Order] = []
    for procedure in augmentation_procedures(record, terminology):
        if not _may_be_of_now(procedure.resource, stay, since, today, calendar):
            continue
        is_dated = performed_on(procedure.resource, calendar) is not None
        is_of_now = is_dated or stay.holds(procedure.resource, calendar)
        is_sure = is_of_now and is_done(procedure.resource, terminology)
        (sure if is_sure else possible).append(procedure)
    sure += dated_by_others(possible, sure, terminology)
    newest = newest_operation(sure or possible, stay, terminology)
    treated = treated_by_elements(newest, terminology)
    procedures = [without_aftermath(one, treated, terminology) for one in newest]
    augmentation = combine_performed(procedures, terminology)
    if augmentation is None:
        return None
    day = augmentation.performed_on
    from_day = None
    if day is None:
        days = since, today
        from_day = _first_possible_day(newest, record, stay, days, terminology)
    performed = Performed(day, bool(sure), from_day)
    named = without_unread_notes(augmentation, procedures, terminology)
    # Of an operation whose entry was not understood nothing else was read.
    doubted = {one.reference for one in record.doubted_acts}
    is_note_unread = named is not augmentation or not doubted.isdisjoint(
        augmentation.references
    )
    return replace(named, performed=performed._replace(is_note_unread=is_note_unread))


def _first_possible_day(
    operation: Sequence[Order],
    record: PatientRecord,
    stay: Stay,
    days: tuple[date, date],
    terminology: Terminology,
) -> date | None:
    """Return the first day on which an operation without a day may have been done.

    None if neither a month, its order nor the stay tells.

    Args:
        operation: its procedures.
        record: the patient's.
        stay: the one that ends.
        days: the first day that counts, and that of the answer.
        terminology: the service's terminology.
    """
    calendar, (_, today) = terminology.calendar, days
    if any(time_in_words(one.resource) for one in operation):
        return today - RECENT
    first = _first_in_month(operation, today, calendar)
    first = first or _day_of_its_order(operation, record, days, terminology)
    if first is None and any(stay.holds(one.resource, calendar) for one in operation):
        return max(today - RECENT, stay.start or date.min)
    return first


def _first_in_month(
    operation: Sequence[Order], today: date, calendar: SiteCalendar
) -> date | None:
    """Return the first day of an operation of a month or year, a month ago at most.

    None if it has neither: then harm of these days need not follow from it.
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
    """Return the day of the order of an operation, before which it was not done.

    None if it names none of these days.

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
        if entry.resource_type == "ServiceRequest" and entry.reference in named
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


def _may_be_of_now(
    procedure: Json,
    stay: Stay,
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
    if last is None:
        return not is_dated_before(time_in_words(procedure), since.year)
    return last >= since

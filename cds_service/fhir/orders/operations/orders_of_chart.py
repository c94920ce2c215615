"""Tell which augmentation orders of an opened chart are still to be done, together.

Many EHRs leave an order active long after it was carried out. Raw JSON in and out.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from cds_service.core.braces.bracing import ORDERS_COUNT_FOR
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import NO_DRAFTS
from cds_service.fhir.orders.levels.treated_levels import find_levels
from cds_service.fhir.orders.operations.done_procedures import (
    augmentations_of,
    days_of_procedure,
)
from cds_service.fhir.raw_json import Json, member, objects, text
from cds_service.fhir.references import last_name
from cds_service.fhir.site_calendar import SiteCalendar

CARRIED_OUT = "completed"
# Most days between the orders of one operation.
ORDERED_WITHIN = timedelta(days=7)


def orders_of_operation(
    orders: Sequence[Json],
    procedures: PatientRecord | None,
    terminology: Terminology,
    today: date,
) -> list[Json]:
    """Leave out the orders that were carried out, and those of an earlier operation.

    The newest order counts, with all that were written within a week of it, that say no
    day, or that are planned for a day to come. Others stay on record, as they do when
    the newest is signed.

    Args:
        orders: active and draft augmentation orders on record.
        procedures: the record's procedures; None if they could not be read.
        terminology: the service's terminology.
        today: the day of the answer.
    """
    calendar = terminology.calendar
    done = augmentations_of(procedures, terminology) if procedures else []
    waiting = [
        order
        for order in orders
        if not any(_is_carried_out(order, one, terminology) for one in done)
    ]
    written = [calendar.last_day(order.get("authoredOn")) for order in waiting]
    newest = max(filter(None, written), default=today)
    return [
        order
        for order, day in zip(waiting, written, strict=True)
        if day is None
        or newest - day <= ORDERED_WITHIN
        or _is_still_planned(order, today, calendar)
    ]


def _is_carried_out(order: Json, procedure: Json, terminology: Terminology) -> bool:
    """Tell if a procedure carried out an order.

    It names the order, or it treated the same levels on a later day, or on that day.
    """
    if text(procedure.get("status")) != CARRIED_OUT:
        return False
    name = f"ServiceRequest/{text(order.get('id'))}"
    if name in (
        last_name(text(one.get("reference")))
        for one in objects(procedure.get("basedOn"))
    ):
        return True
    calendar = terminology.calendar
    written = calendar.first_day(order.get("authoredOn"))
    done, _ = days_of_procedure(procedure, calendar)
    if written is None or done is None or done < written:
        return False
    asked, treated = (
        frozenset(find_levels(one, NO_DRAFTS, terminology).levels)
        for one in (order, procedure)
    )
    return bool(asked) and asked <= treated


def is_recent(order: Json, today: date, calendar: SiteCalendar) -> bool:
    """Tell if an order was written, or is planned, in the last 90 days or later.

    An order without a day counts, too.
    """
    days = _planned_days(order, calendar)
    if written := calendar.last_day(order.get("authoredOn")):
        days.append(written)
    return not days or max(days) >= today - ORDERS_COUNT_FOR


def _is_still_planned(order: Json, today: date, calendar: SiteCalendar) -> bool:
    """Tell if an order is planned for today or later."""
    return any(day >= today for day in _planned_days(order, calendar))


def _planned_days(order: Json, calendar: SiteCalendar) -> list[date]:
    """List the days that an order is planned for, each the last that it may mean."""
    dates = (
        order.get("occurrenceDateTime"),
        member(order.get("occurrencePeriod"), "start"),
        member(order.get("occurrencePeriod"), "end"),
    )
    return [day for written in dates if (day := calendar.last_day(written))]

"""Tell which procedures of the record are one operation."""

from collections.abc import Sequence
from datetime import date, timedelta

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import Order
from cds_service.fhir.orders.operations.done_procedures import (
    days_of_procedure,
    is_done,
    levels_of,
    performed_on,
    stay_of,
)
from cds_service.fhir.orders.operations.ending_stay import Stay
from cds_service.fhir.site_calendar import SiteCalendar

MONTH = timedelta(days=31)
# Most days between two entries of one operation: of two systems, and over midnight.
DOCUMENTED_WITHIN = 7
OVER_MIDNIGHT = 1


def newest_operation(
    procedures: Sequence[Order], stay: Stay, terminology: Terminology
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
        level for one in operation for level in levels_of(one.resource, terminology)
    }
    is_same = treated.issuperset(levels_of(procedure.resource, terminology))
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


def dated_by_others(
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

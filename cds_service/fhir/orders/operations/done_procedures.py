"""Tell if a procedure was done, on which days and in which stay."""

from collections.abc import Iterator
from datetime import date, timedelta

from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import NO_DRAFTS, Order, entries_of_type
from cds_service.fhir.orders.levels.treated_levels import find_levels
from cds_service.fhir.orders.recognition import is_augmentation
from cds_service.fhir.parsing import PERFORMED_IN_WORDS
from cds_service.fhir.raw_json import Json, member, text, texts_of
from cds_service.fhir.references import last_name
from cds_service.fhir.site_calendar import SiteCalendar

# Policy: a deficit this recent is new (fact F5), so words not understood may be one.
RECENT = timedelta(days=14)
UNKNOWN = "unknown"
DONE = frozenset({"completed", "in-progress"})
# Statuses of a procedure that was begun, and may have been done.
MAYBE_DONE = frozenset({UNKNOWN, "on-hold", "stopped"})
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
            if entry.resource_type == "Procedure"
            and entry.status.casefold() not in usual
            and is_augmentation(entry.raw, terminology)
            else entry
            for entry in record.entries
        )
    )


def with_doubted_operations(
    record: PatientRecord, terminology: Terminology
) -> PatientRecord:
    """Add the augmentations that were not understood to the entries of a record."""
    doubted = tuple(
        one for one in record.doubted_acts if is_augmentation(one.raw, terminology)
    )
    return record._replace(entries=(*record.entries, *doubted)) if doubted else record


def with_possible_days(
    record: PatientRecord, terminology: Terminology, today: date
) -> PatientRecord:
    """Take the day of an augmentation that was done, and is still to come, as words.

    Nothing was done after today: its day is mistyped, or it is only planned. Next to
    one of these days it is a second stage to come.
    """
    days = {
        entry.reference: days_of_procedure(entry.raw, terminology.calendar)[0]
        for entry in record.entries
        if entry.resource_type == "Procedure" and entry.status in DONE
    }
    if not any(day and day > today for day in days.values()):
        return record
    late = {
        entry.reference: day
        for entry in record.entries
        if (day := days.get(entry.reference))
        and day >= today - RECENT
        and is_augmentation(entry.raw, terminology)
    }
    if any(day <= today for day in late.values()):
        return record
    return record._replace(
        entries=tuple(
            entry._replace(raw=_with_day_in_words(entry.raw), status=UNKNOWN)
            if entry.reference in late
            else entry
            for entry in record.entries
        )
    )


def _with_day_in_words(procedure: Json) -> Json:
    period = member(procedure, "performedPeriod")
    day = procedure.get("performedDateTime") or member(period, "start")
    dated = {"performedDateTime", "performedPeriod"}
    rest = {name: value for name, value in procedure.items() if name not in dated}
    return {**rest, "status": UNKNOWN, PERFORMED_IN_WORDS: text(day) or "to come"}


def is_done(procedure: Json, terminology: Terminology) -> bool:
    """Tell if it was done by its status, and no title of it says otherwise."""
    if text(procedure.get("status")) not in DONE:
        return False
    titles = (
        terminology.levels.without_left_words(title, is_done=True)
        for title in texts_of(procedure.get("code"))
    )
    return not any(map(terminology.clauses.is_not_done, titles))


def performed_on(procedure: Json, calendar: SiteCalendar) -> date | None:
    """Return the day of a procedure; None if the record has no exact one."""
    period = member(procedure, "performedPeriod")
    days = (procedure.get("performedDateTime"), member(period, "start"))
    named = (calendar.named_day(one) for one in (*days, member(period, "end")))
    return next(filter(None, named), None)


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


def time_in_words(procedure: Json) -> str:
    """Return a time that is no FHIR time: "18.11.2026"."""
    return text(procedure.get(PERFORMED_IN_WORDS)).strip()


def stay_of(resource: Json) -> str:
    """Return the stay that a resource names, without the server's address."""
    return last_name(text(member(resource, "encounter", "reference")))


def levels_of(procedure: Json, terminology: Terminology) -> tuple[str, ...]:
    return find_levels(procedure, NO_DRAFTS, terminology).levels


def has_augmentation(record: PatientRecord, terminology: Terminology) -> bool:
    """Tell if any augmentation was done, or may have been."""
    return any(True for _ in augmentation_procedures(record, terminology))


def augmentations_of(record: PatientRecord, terminology: Terminology) -> list[Json]:
    """List the augmentations that were done, or may have been."""
    return [
        procedure.resource for procedure in augmentation_procedures(record, terminology)
    ]


def augmentation_procedures(
    record: PatientRecord, terminology: Terminology
) -> Iterator[Order]:
    """Yield the procedures of augmentations, but for those that were never begun."""
    for procedure in entries_of_type(record, "Procedure"):
        if text(procedure.resource.get("status")).casefold() in NOT_BEGUN:
            continue
        if is_augmentation(procedure.resource, terminology):
            yield procedure

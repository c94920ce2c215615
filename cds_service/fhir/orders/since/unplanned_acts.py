"""Find acts since an operation whose title is not of everyday care.

A duplex of a leg, a CT of the chest, a call of the stroke team: no word of such a title
names what was feared.
"""

from collections.abc import Collection, Iterator

from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.exams.awaited_reports import NO_REPORT, is_without_words
from cds_service.fhir.entries.harm.unusual_titles import (
    ASKED,
    is_unusual_call,
    is_unusual_code,
    is_unusual_examination,
    is_unusual_image,
)
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.recognition import is_augmentation
from cds_service.fhir.orders.since.acts import NEVER, is_since
from cds_service.fhir.orders.since.injuries import RecentTime
from cds_service.fhir.raw_json import Json, is_prohibition, objects, text, texts_of
from cds_service.fhir.references import last_name
from cds_service.fhir.site_calendar import SiteCalendar

TIMES = ("effectiveDateTime", "performedDateTime", "started")


def unusual_acts_since(
    record: PatientRecord,
    time: RecentTime,
    performed: Collection[str],
    terminology: Terminology,
) -> frozenset[str]:
    """Return the orders, procedures and images since then that are not everyday.

    What was ordered before the operation belongs to its plan. An image whose report is
    there asks nothing: a report that was not understood is asked about by itself.

    Args:
        record: the patient's.
        time: the time that counts.
        performed: references of all entries of the operation.
        terminology: the service's terminology.
    """
    calendar = terminology.calendar
    acts = [
        act
        for act in _acts(record, terminology)
        if act.reference not in performed
        and is_since(act.raw, time.operation, calendar)
    ]
    planned = {
        act.reference
        for act in _acts(record, terminology)
        if _is_of_before(act.raw, time, calendar)
    }
    reports = [
        one.raw
        for one in record.of_key("diagnosticReports")
        if text(one.raw.get("status")) not in NO_REPORT
        and not is_without_words(one.raw)
    ]
    return frozenset(
        act.reference
        for act in acts
        if act.reference not in planned
        and planned.isdisjoint(_orders_of(act.raw))
        and (
            is_unusual_call(act.raw, terminology)
            or is_unusual_examination(act.raw, terminology)
            or (
                (
                    is_unusual_code(act.raw, terminology)
                    or is_unusual_image(act.raw, terminology, time.operation)
                )
                and not any(_answers(report, act) for report in reports)
            )
        )
    )


def _acts(record: PatientRecord, terminology: Terminology) -> Iterator[Entry]:
    for act in record.entries:
        is_void = act.status in NEVER or is_prohibition(act.raw)
        if act.resource_type not in ASKED or is_void:
            continue
        if not is_augmentation(act.raw, terminology):
            yield act


def _is_of_before(act: Json, time: RecentTime, calendar: SiteCalendar) -> bool:
    """Tell if an act was ordered before the operation, by its day or its hour."""
    written = act.get("authoredOn")
    day = calendar.last_day(written)
    if day is None or day > time.operation:
        return False
    if day < time.operation:
        return True
    hour, ended = calendar.clock_time(written), calendar.clock_time(time.ended)
    is_of_day = day == calendar.named_day(time.ended)
    return bool(is_of_day and hour and ended and hour < ended)


def _orders_of(act: Json) -> frozenset[str]:
    """Return the references of the orders by which an act was done."""
    orders = (text(one.get("reference")) for one in objects(act.get("basedOn")))
    return frozenset(map(last_name, orders)) - {""}


def _answers(report: Json, act: Entry) -> bool:
    """Tell if a report is of an act, by its order, images, or title and time."""
    orders = _orders_of(report)
    if act.reference in orders or not orders.isdisjoint(_orders_of(act.raw)):
        return True
    studies = (
        text(one.get("reference")) for one in objects(report.get("imagingStudy"))
    )
    if act.reference in map(last_name, studies):
        return True
    titles = texts_of(report.get("code"))
    if not titles or titles != texts_of(act.raw.get("code")):
        return False
    made = text(report.get("effectiveDateTime"))
    times = (text(act.raw.get(name)) for name in TIMES)
    return bool(made) and made in times

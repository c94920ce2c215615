"""Find the biopsies of a fracture in the record, and the reports of each."""

from collections.abc import Iterator
from datetime import date, timedelta

from cds_service.core.facts.leaving import Biopsy
from cds_service.core.orders import AugmentationOrder
from cds_service.fhir.entries.exams.awaited_reports import NO_REPORT
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.discharge.biopsies import (
    is_sample_of_bone,
    read_biopsies,
    sample_of,
)
from cds_service.fhir.orders.drafts import Order, entries_of_type
from cds_service.fhir.orders.operations.done_procedures import STOPPED, performed_on
from cds_service.fhir.raw_json import text

# A biopsy is ordered before the procedure at which it is taken.
ORDERED_BEFORE = timedelta(days=90)


def biopsies_on_record(
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

"""Find the imaging reports since an operation that were not understood.

The raw JSON of the record in, references out; junk never raises.
"""

from datetime import date

from cds_service.fhir.gathering.concepts import is_plain_exam, is_silent_report
from cds_service.fhir.gathering.entries import Entry
from cds_service.fhir.gathering.grave_asides import UNREAD_PROSE, grave_concepts_of
from cds_service.fhir.gathering.problem_words import in_doubt
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.gathering.unread_in_report import is_check_understood
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import codeables
from cds_service.fhir.raw_json import Json, member
from cds_service.fhir.site_calendar import SiteCalendar


def unread_reports_since(
    record: PatientRecord, since: date, terminology: Terminology
) -> frozenset[str]:
    """Return the imaging reports of this day or later that were not understood.

    They are those that the signing counts under *Not known*, without the checks that
    only say where the cement lies, and deny what could have come. A report without a
    day may be as recent. Those of pathology are read with the biopsies.

    Args:
        record: the patient's.
        since: the day of the operation, or the first that counts.
        terminology: the service's terminology.
    """
    return frozenset(
        report.reference
        for report in record.of_key("diagnosticReports")
        if _is_since(report, since, terminology.calendar)
        and _is_unread(report, terminology)
        and not is_pathology(report.raw, terminology)
    )


def is_pathology(report: Json, terminology: Terminology) -> bool:
    """Tell if a report is of pathology, by its category or title."""
    named = codeables(report, "category", "code")
    return any("pathology-report" in terminology.concepts(one) for one in named)


def _is_since(report: Entry, since: date, calendar: SiteCalendar) -> bool:
    """Tell if a report may have been made or issued on this day or later."""
    raw = report.raw
    times = (
        raw.get("effectiveDateTime"),
        member(raw, "effectivePeriod", "end"),
        member(raw, "effectivePeriod", "start"),
        raw.get("issued"),
    )
    days = [day for day in map(calendar.last_day, times) if day is not None]
    return not days or max(days) >= since


def _is_unread(report: Entry, terminology: Terminology) -> bool:
    """Tell if the signing does not understand a report, and it is no plain check."""
    if in_doubt(UNREAD_PROSE) not in report.concepts:
        return False
    if is_silent_report(report.raw):
        # An X-ray follows every operation, and many sites send it as a file alone.
        return not is_plain_exam(report.raw, report.concepts, terminology)
    if not is_check_understood(report.raw, terminology):
        return True
    # Its codes or its reasons may leave open what its prose does not.
    return UNREAD_PROSE in grave_concepts_of(report.raw, terminology)

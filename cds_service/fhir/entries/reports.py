"""Tell when a report was made, and if it is final."""

from datetime import date

from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.raw_json import member
from cds_service.fhir.site_calendar import SiteCalendar

# Statuses of a report or a value that is complete; only reports are appended to.
FINAL = frozenset({"final", "amended", "corrected", "appended"})


def day_of_report(report: Entry, calendar: SiteCalendar) -> date | None:
    """Return the day on which a report was made, or else issued."""
    raw = report.raw
    period = member(raw, "effectivePeriod")
    times = (raw.get("effectiveDateTime"), member(period, "start"), raw.get("issued"))
    return next(filter(None, map(calendar.named_day, times)), None)

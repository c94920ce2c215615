"""Tell until when a bone drug acts, and if its dosages are over."""

from datetime import date, timedelta

from cds_service.core.findings import Dated
from cds_service.core.months import months_after
from cds_service.core.vocabulary import MedicationSpec
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.courses.dosage_ends import DosageEnd

LATE = timedelta(days=30)  # policy: so long after its end a supply may be renewed
STOPPED = frozenset({"stopped", "on-hold"})


def acts_until(name: str, spec: MedicationSpec, day: Dated) -> date:
    """Return the last day on which a dose of this day acts."""
    months = spec.look_back_months.get(name, spec.look_back_months["other"])
    return months_after(day.last, months)


def is_later(ended: Dated | None, begins: Dated | None) -> bool:
    """Tell if dosages ended after the day on which they began: not a single dose."""
    return ended is not None and (begins is None or ended.last > begins.last)


def over_by(end: DosageEnd, chart: Chart) -> Dated | None:
    """Return the day on which dosages ended; None if it is still to come."""
    if end.day is None or end.day.first > chart.today:
        return None
    return Dated(end.day.first, min(end.day.last, chart.not_after))

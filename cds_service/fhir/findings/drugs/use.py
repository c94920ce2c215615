"""Read one use of a drug from an entry: its source, its day, and if it is active."""

from datetime import date
from typing import NamedTuple

from cds_service.core.findings import Provenance
from cds_service.core.vocabulary import MedicationSpec
from cds_service.core.words.wording import date_text
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.medication.drugs import Drug
from cds_service.fhir.entries.medication.products import DEVICE_ORDERS
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.courses.drug_times import dated
from cds_service.fhir.raw_json import member
from cds_service.fhir.site_calendar import Moment, Span

GIVEN = frozenset({"MedicationAdministration", "MedicationDispense", "Procedure"})
# Each is one dose: what a ward gave, or what a payer was billed for.
DOSES = frozenset({"MedicationAdministration", "Procedure"})
VERBS = {
    "MedicationAdministration": "given",
    "Procedure": "given",
    "MedicationDispense": "dispensed",
    "ServiceRequest": "ordered",
    "Encounter": "named as the reason of this stay",
    "Appointment": "named in an appointment",
    "DiagnosticReport": "named in a report",
    "ImagingStudy": "named in an imaging study",
    "Observation": "named next to a value",
    **dict.fromkeys(DEVICE_ORDERS, "named in an order"),
}


class Use(NamedTuple):
    """One recorded use of a drug.

    Attributes:
        day: when it was prescribed, given or last taken; None if not recorded.
        is_active: on the list now, whatever its day.
        is_ended: stopped or on hold.
        is_ahead: dated after the signing.
        given: the first and the last day of what a ward gave; None for others, or
            without a day.
    """

    entry: Entry
    drug: Drug
    day: date | None
    is_active: bool
    is_ended: bool
    is_ahead: bool = False
    given: Span | None = None

    def provenance(self, spec: MedicationSpec) -> Provenance:
        """Return its source: `on the medication list since 3 May 2019`."""
        return source_of(self.entry, self.drug, self.day, spec)


def source_of(
    entry: Entry, drug: Drug, day: date | None, spec: MedicationSpec
) -> Provenance:
    """Say where a use is recorded: `on the medication list since 3 May 2019`."""
    verb = _verb(entry)
    joint = "on" if verb in VERBS.values() else "since"
    printed = f"{verb} {joint} {date_text(day)}" if day else verb
    return entry.source(spec, printed, drug.code)


def _verb(entry: Entry) -> str:
    """Say how an entry names a drug, `dispensed`, or on which list it is."""
    if entry.status == "not-done":
        return "planned, not given"
    if entry.origin == "context":
        return "among the orders being signed"
    if entry.kind == "Condition":
        return "named on the problem list"
    return VERBS.get(entry.kind, "on the medication list")


def use_of(entry: Entry, drug: Drug, chart: Chart) -> Use:
    if entry.kind in ("MedicationRequest", "ServiceRequest", *DEVICE_ORDERS):
        when = chart.calendar.moment(entry.raw.get("authoredOn"))
    else:
        told = entry.raw.get("dateAsserted") or entry.raw.get("started")
        when = _taken_at(entry, chart) or chart.calendar.moment(told)
    ended = chart.calendar.last_day(member(entry.raw, "effectivePeriod", "end"))
    is_over = ended is not None and ended < chart.not_after
    is_running = entry.status == "active" or entry.origin == "context"
    is_active = is_running and entry.kind not in GIVEN and not is_over
    return Use(
        entry,
        drug,
        day=when.day if when else None,
        is_active=is_active,
        is_ended=entry.status in ("stopped", "on-hold"),
        is_ahead=when is not None and chart.is_ahead(when),
        given=_days_given(entry, when.day, chart) if when else None,
    )


def prefix_of_day(entry: Entry) -> str:
    return "performed" if entry.kind == "Procedure" else "effective"


def _days_given(entry: Entry, day: date, chart: Chart) -> Span | None:
    """Return the days on which a ward gave an entry; a period is all of its days.

    One that ends after the order goes on until then.
    """
    if entry.kind not in DOSES:
        return None
    period = entry.raw.get(f"{prefix_of_day(entry)}Period")
    start = dated(member(period, "start"), chart)
    if start is None or chart.calendar.moment(member(period, "end")) is None:
        return Span(day, day)
    end = dated(member(period, "end"), chart)
    last = end.last if end else chart.not_after
    return Span(min(start.first, last), max(start.first, last))


def _taken_at(entry: Entry, chart: Chart) -> Moment | None:
    """Find when the drug was last taken; for an open-ended period, its start."""
    when = chart.calendar.effective(entry.raw, prefix_of_day(entry))
    if when is None or not chart.is_ahead(when):
        return when
    return chart.calendar.moment(member(entry.raw, "effectivePeriod", "start")) or when

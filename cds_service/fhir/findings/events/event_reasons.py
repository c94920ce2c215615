"""Read the events that are reasons: of a stay, or to stop a bone drug."""

from collections.abc import Iterator
from datetime import date

from cds_service.core.vocabulary import EventSpec
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.medication.reasons_against_drugs import read_reasons
from cds_service.fhir.findings.chart import Chart, Problem
from cds_service.fhir.findings.courses.drug_times import first_and_last_day
from cds_service.fhir.findings.encounter import last_day
from cds_service.fhir.findings.events.event_spans import Happened, Span
from cds_service.fhir.findings.statements.stated import DOUBTED, Stated
from cds_service.fhir.findings.worded_dates import date_in_words
from cds_service.fhir.raw_json import member
from cds_service.fhir.site_calendar import PRECISIONS

PAST_REASON = Problem("undetermined", "its words call it past")


def reasons_as_events(
    entry: Entry, concepts: frozenset[str], spec: EventSpec, chart: Chart
) -> Iterator[Happened]:
    """Yield the reasons of a stay, or for which a bone drug was stopped or left out.

    A harm that lasts counts for ever. What passes is dated by a day in the words of the
    reason, if that is before the stay or the drug. If the words call it past, it is
    open: it came before.
    """
    span = _days_of_reason(entry, chart)
    begins = _begins(entry, chart)
    for reason in read_reasons(entry.raw, chart.terminology):
        for concept in sorted(concepts & (reason.stated | reason.doubted)):
            worded = date_in_words(reason.dated.get(concept, ()), entry.raw, chart)
            last = chart.calendar.last_day(worded)
            when = span
            if last and begins and last < begins:
                first = chart.calendar.first_day(worded)
                when = Span(first, last, PRECISIONS[len(worded)])
            problem = None
            if concept in reason.doubted:
                problem = DOUBTED
            elif concept in reason.past and not spec.undated_counts and when is span:
                problem = PAST_REASON
            stated = Stated(entry, concept, "", when.first, problem)
            yield Happened(stated, when)


def _begins(entry: Entry, chart: Chart) -> date | None:
    """Return the day on which a stay began, or from which on a drug was ordered.

    What came later is no past of it. A dose that was left out has no such day; a stay
    that does not say so began by today.
    """
    if entry.resource_type == "Encounter":
        return _days_of_reason(entry, chart).first or chart.today
    if entry.resource_type == "MedicationStatement":
        written = member(entry.raw, "effectivePeriod", "start")
    else:
        written = entry.raw.get("authoredOn")
    return chart.calendar.first_day(written)


def _days_of_reason(entry: Entry, chart: Chart) -> Span:
    """Return the days of a stay, or of a dose that was left out.

    An order does not say when it was stopped.
    """
    first = last = None
    if entry.resource_type == "Encounter":
        first = chart.calendar.first_day(member(entry.raw, "period", "start"))
        last = last_day(entry, chart) if first else None
    elif entry.resource_type == "MedicationAdministration":
        begun_on, ended_on = first_and_last_day(entry.raw, "effective", chart)
        first = begun_on.first if begun_on else None
        last = ended_on.last if ended_on else first
    return Span(first, last)

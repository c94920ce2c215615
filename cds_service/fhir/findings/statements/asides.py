"""Read what reports, orders and drugs name, which leaves a finding open."""

from datetime import date, timedelta

from cds_service.core.vocabulary import EventSpec, FindingSpec, FractureSpec
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.exams.awaited_reports import is_plain_exam
from cds_service.fhir.entries.grave.cultures import MICROBIOLOGY
from cds_service.fhir.entries.grave.grave_concepts import (
    SPINAL_OPERATION,
    UNJUDGED,
    UNJUDGED_ACT,
    UNREAD_PROSE,
    UNREAD_REASON,
    UNREAD_TITLE,
    VERTEBRA_REMOVED,
)
from cds_service.fhir.entries.grave.searches import (
    BRIEF_SEARCHES,
    ORDERS,
    SEARCHES,
    is_done_order,
)
from cds_service.fhir.entries.left_undone import is_left_undone
from cds_service.fhir.entries.medication.drug_groups import GOES_ON, MEDICATION_TYPES
from cds_service.fhir.entries.reports import FINAL
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.findings.chart import Chart, Problem
from cds_service.fhir.findings.statements.stated import (
    LATER,
    NAMED_ASIDE,
    Stated,
    dated_ahead,
)
from cds_service.fhir.raw_json import member, objects, text
from cds_service.fhir.references import last_name
from cds_service.fhir.settings_of_care import INPATIENT, VOID_STAY
from cds_service.fhir.site_calendar import Span

# What looks for another cause of the fracture. Once it was done its result is awaited;
# policy: for two weeks, since most results of the laboratory are not asked for.
RESULT_COMES_IN = timedelta(days=14)
# Policy: an order is of the stay for so long; a stay is not always closed.
LONGEST_STAY = timedelta(days=90)
UNDER_WAY = frozenset({"preparation", "in-progress", "on-hold"})
# Concepts of what was not judged or not understood in an entry.
OPEN_CONCEPTS = frozenset(
    {
        UNJUDGED,
        UNJUDGED_ACT,
        SPINAL_OPERATION,
        UNREAD_PROSE,
        UNREAD_REASON,
        UNREAD_TITLE,
        VERTEBRA_REMOVED,
    }
)
# Policy: questions that older reports and orders leave open were answered since, and
# older drugs are over.
ASIDE_LASTS = timedelta(days=366)
# Policy: as long as an infection that is over counts (F1), germs of the blood may have
# come to rest in the spine.
SEEDS_IN = timedelta(days=90)
# Policy: what an order that was not understood asks for was done, or given up, since.
ORDER_LASTS = timedelta(days=180)
# Policy: a procedure may have been for a broken hip, which counts so long (F12).
ACT_LASTS = timedelta(days=731)
# Policy: an operation of the spine may be of the present illness for so long.
OPERATION_LASTS = timedelta(days=90)
LASTS: dict[str, timedelta | None] = {
    UNJUDGED_ACT: ACT_LASTS,
    SPINAL_OPERATION: OPERATION_LASTS,
    UNREAD_TITLE: ORDER_LASTS,
    # A tumour for which a vertebra was taken out may come back.
    VERTEBRA_REMOVED: None,
}


def is_reason_alone(entry: Entry, concept: str) -> bool:
    """Tell if an act that never was names a concept only as its reason."""
    is_undone = is_left_undone(entry.resource_type, entry.status)
    return is_undone and in_doubt(concept) in entry.named


def read_aside(
    entry: Entry, concept: str, chart: Chart, *, within: timedelta | None = ASIDE_LASTS
) -> Stated | None:
    """Read what a report, an order or a drug names, which leaves the finding open.

    One that is dated ahead is on record all the same: its day must be wrong. None if it
    is older than the finding looks back, and no drug that is still taken. None, too, if
    an earlier day is assessed (`--as-of`) and it is dated after the order.

    Args:
        entry: the report, order or drug.
        concept: the concept that it names.
        chart: the patient's record.
        within: how far the finding looks back; None for ever.
    """
    is_done = is_done_order(entry.raw)
    is_search = concept in SEARCHES and entry.resource_type in ORDERS
    # An order may stay active when its result is there: that names it.
    if is_search and _has_result(entry, chart, is_named=not is_done):
        return None
    is_report = concept in SEARCHES and entry.resource_type == "DiagnosticReport"
    is_brief = concept in BRIEF_SEARCHES and (is_search or is_report)
    if is_brief or (is_search and is_done):
        within = _result_comes_in(chart)
    if concept == "sepsis" and not entry.concepts.isdisjoint(MICROBIOLOGY):
        within = SEEDS_IN
    first, last = span_of_aside(entry, chart)
    day = first if last and last > chart.not_after else last
    problem = _problem_of_aside(entry, concept, day, chart)
    if problem == LATER:
        return None
    is_taken = entry.resource_type in MEDICATION_TYPES and entry.status in GOES_ON
    is_old = bool(within and last and last < chart.today - within)
    if is_old and not is_taken:
        return None
    return Stated(entry, concept, "", day, problem)


def span_of_aside(entry: Entry, chart: Chart) -> tuple[date | None, date | None]:
    """Return the first and the last day of an aside; a period may end ahead."""
    calendar, raw = chart.calendar, entry.raw
    prefix = "effective"
    if entry.resource_type == "Procedure" and calendar.effective(raw, "performed"):
        prefix = "performed"
    if when := calendar.effective(raw, prefix):
        span = calendar.span(raw, prefix)
        return span.first if span else when.day, when.day
    days = map(raw.get, ("authoredOn", "issued", "started", "whenHandedOver"))
    day = calendar.first_day(next(filter(None, days), None))
    if entry.resource_type in ORDERS and (planned := planned_days(entry, chart)):
        # Some are written years before they are carried out.
        day = max(day or planned.last, planned.last)
    return day, day


def planned_days(order: Entry, chart: Chart) -> Span | None:
    """Return the days that an order was planned for; None if it has none that is over.

    What is planned ahead counts from the day on which it was written.
    """
    span = chart.calendar.span(order.raw, "occurrence")
    return span if span and span.last <= chart.not_after else None


def _problem_of_aside(
    entry: Entry, concept: str, day: date | None, chart: Chart
) -> Problem:
    """Report why an aside does not decide; `LATER` if it leaves nothing open.

    A procedure that is planned is rightly dated ahead: one of the spine counts, and one
    that was not judged does not.
    """
    is_planned = entry.resource_type == "Procedure" and entry.status in UNDER_WAY
    ahead = dated_ahead(day, chart)
    if is_planned and concept in (SPINAL_OPERATION, VERTEBRA_REMOVED):
        return NAMED_ASIDE
    if is_planned and ahead and concept == UNJUDGED_ACT:
        return LATER
    return ahead or NAMED_ASIDE


def _result_comes_in(chart: Chart) -> timedelta:
    """Return for how long a result is awaited: two weeks, or since the stay began."""
    calendar, within = chart.calendar, RESULT_COMES_IN
    for stay in chart.of_kind("Encounter"):
        period = member(stay.raw, "period")
        start = calendar.first_day(member(period, "start"))
        end = calendar.last_day(member(period, "end"))
        is_running = stay.status not in VOID_STAY and not (end and end < chart.today)
        is_inpatient = text(member(stay.raw, "class", "code")) in INPATIENT
        if start and is_running and is_inpatient:
            within = max(within, min(chart.today - start, LONGEST_STAY))
    return within


def _has_result(order: Entry, chart: Chart, *, is_named: bool) -> bool:
    """Tell if a final report names an order, or may be its result and is not older.

    A report of another order is not its result, and an X-ray or a measured density is
    none of any search.

    Args:
        order: an order that looks for a tumour or an infection.
        chart: the patient's record.
        is_named: only a report that names the order counts.
    """
    calendar = chart.calendar
    written = calendar.first_day(order.raw.get("authoredOn"))
    for report in chart.of_kind("DiagnosticReport"):
        if report.status not in FINAL:
            continue
        named = objects(report.raw.get("basedOn"))
        if named:
            if order.reference in {
                last_name(text(one.get("reference"))) for one in named
            }:
                return True
            continue
        if is_named or is_plain_exam(report.raw, report.concepts, chart.terminology):
            continue
        made = chart.calendar.effective(report.raw)
        day = made.day if made else calendar.last_day(report.raw.get("issued"))
        if written is not None and day is not None and day >= written:
            return True
    return False


def look_back(spec: FindingSpec, concept: str) -> timedelta | None:
    """Return for how long what another list names leaves a finding open; None for ever.

    It counts as long as the fact itself, and at least for a year. Words that were not
    understood count for a year, those of an order's title for half a year, and a
    procedure that was not judged for two. An operation of the spine counts for 90 days:
    one of longer ago was for something else than what is treated now. One that took out
    a vertebra counts for ever.
    """
    if concept in OPEN_CONCEPTS:
        return LASTS.get(concept, ASIDE_LASTS)
    if isinstance(spec, FractureSpec):
        return None
    if isinstance(spec, EventSpec):
        days = spec.within_days
        return None if days is None else max(ASIDE_LASTS, timedelta(days))
    return ASIDE_LASTS

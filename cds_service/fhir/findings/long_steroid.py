"""Finds a systemic steroid of three months or longer.

Renewed prescriptions are one course.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from cds_service.core.findings import Dated, Finding, Gap
from cds_service.core.months import months_before
from cds_service.core.vocabulary import LongCourseSpec
from cds_service.fhir.findings.chart import Chart, FindingOrGap, gap, known
from cds_service.fhir.findings.drug_times import (
    dated,
    end_in_words,
    end_of_course,
    end_of_dosage,
    end_of_pack,
    end_of_period,
    end_of_supply,
)
from cds_service.fhir.findings.medication_list import (
    LONG_STANDING_MONTHS,
    Use,
    future_uses,
    label_of,
    runs_of_doses,
    uses_of,
    without_use,
)
from cds_service.fhir.raw_json import member

# Doses around an operation and injections into a joint are no course; those that
# follow each other for weeks are.
COURSES = frozenset({"MedicationRequest", "MedicationStatement", "MedicationDispense"})
RENEWED_WITHIN = timedelta(days=35)  # policy: monthly prescriptions are one course
MONTH = timedelta(days=30)  # of a course: one of 90 days is one of three months


class Course(NamedTuple):
    """Days on which a steroid was taken or prescribed, as far as the record says."""

    start: date
    end: date
    uses: tuple[Use, ...]


def find_long_steroid(spec: LongCourseSpec, chart: Chart) -> FindingOrGap:
    """Find a long course that goes on or ended lately.

    It lasts at least so many months; `observed` is its start.
    """
    ours = [one for one in uses_of(chart) if one.drug.concepts & set(spec.value_sets)]
    passed = (*chart.broken(spec), *future_uses(spec, ours))
    since = months_before(chart.today, spec.look_back_months["other"])
    least = MONTH * spec.taken_months
    long_ones = [
        course
        for course in _joined(_courses(ours, chart))
        if course.end >= since and course.end - course.start >= least
    ]
    if not long_ones:
        unsure = [one for one in ours if _may_be_long(one, since, least, chart)]
        return _without_course(spec, chart, ours, unsure), passed
    return _taken(spec, max(long_ones, key=lambda course: course.end), chart), passed


def _without_course(
    spec: LongCourseSpec, chart: Chart, ours: Sequence[Use], unsure: Sequence[Use]
) -> Finding | Gap:
    """Conclude from the problem list, or from courses of which no length is known."""
    outcome = without_use(spec, chart, ours)
    is_named = outcome.is_mentioned if isinstance(outcome, Gap) else outcome.value
    if is_named or not unsure:
        return outcome
    sources = (one.provenance(spec) for one in unsure)
    why = "on the medication list; how long it was taken is not recorded"
    return gap(spec, "undetermined", why, *sources)


def _may_be_long(use: Use, since: date, least: timedelta, chart: Chart) -> bool:
    """Tell if what is stated of a drug leaves room for a long course of late.

    A day on which it was taken or told of says neither when it began nor when it ended.
    Of one that was over years ago a newer entry would tell.
    """
    raw = use.entry.raw
    if use.entry.kind != "MedicationStatement" or use.is_ahead:
        return False
    start = dated(member(raw, "effectivePeriod", "start"), chart)
    ended = dated(member(raw, "effectivePeriod", "end"), chart)
    asserted = dated(raw.get("dateAsserted"), chart)
    may_go_on = use.is_active or use.entry.status == "on-hold"
    if ended is None and not may_go_on:
        newest = start or dated(raw.get("effectiveDateTime"), chart) or asserted
        oldest = months_before(chart.today, LONG_STANDING_MONTHS)
        if newest and newest.last < oldest:
            return False
        ended = asserted
    last = min(ended.last if ended else chart.today, chart.today)
    if last < since:
        return False
    return start is None or last - start.first >= least


def _taken(spec: LongCourseSpec, course: Course, chart: Chart) -> Finding:
    newest = max(
        course.uses, key=lambda use: (use.day or date.min, use.entry.reference)
    )
    is_reported = any(one.entry.kind != "MedicationRequest" for one in course.uses)
    concerns = (
        ()
        if is_reported
        else ("Known from prescriptions; whether it was taken is not recorded.",)
    )
    sources = sorted(
        course.uses,
        key=lambda use: (use.day or date.min, use.entry.reference),
        reverse=True,
    )
    return known(
        spec,
        True,
        *(one.provenance(spec) for one in sources),
        observed=course.start,
        concerns=concerns,
        label=label_of(newest.drug, spec, chart),
    )


def _joined(courses: Iterable[Course]) -> list[Course]:
    """Join courses that follow each other within a month."""
    joined: list[Course] = []
    for course in sorted(courses, key=lambda course: (course.start, course.end)):
        last = joined[-1] if joined else None
        if last and course.start - last.end <= RENEWED_WITHIN:
            joined[-1] = Course(
                last.start, max(last.end, course.end), (*last.uses, *course.uses)
            )
        else:
            joined.append(course)
    return joined


def _courses(uses: Sequence[Use], chart: Chart) -> Iterator[Course]:
    for use in uses:
        if use.entry.kind not in COURSES:
            continue
        start, end = _days(use, chart)
        if start and start.first <= chart.today:
            last = min(end or start.first, chart.today)
            yield Course(start.first, max(last, start.first), (use,))
    for run in runs_of_doses(uses):
        days = [use.day for use in run if use.day]
        yield Course(days[0], days[-1], tuple(run))


def _days(use: Use, chart: Chart) -> tuple[Dated | None, date | None]:
    """Find when it began, and until when it was taken.

    Without an end, an active one goes on.
    """
    raw, goes_on = use.entry.raw, chart.today if use.is_active else None
    if use.entry.kind == "MedicationStatement":
        ended = dated(member(raw, "effectivePeriod", "end"), chart)
        start = dated(member(raw, "effectivePeriod", "start"), chart) or dated(
            raw.get("effectiveDateTime"), chart
        )
        start = start or dated(raw.get("dateAsserted"), chart)
        return start, ended.last if ended else goes_on
    if use.entry.kind == "MedicationDispense":
        return dated(
            raw.get("whenHandedOver") or raw.get("whenPrepared"), chart
        ), end_of_course(raw, chart)
    start = dated(raw.get("authoredOn"), chart)
    ends = [
        end
        for end in (
            end_of_period(raw, chart),
            end_of_dosage(raw, chart),
            end_of_supply(raw, start, chart),
        )
        if end
    ]
    if not ends:
        in_words = end_in_words(raw, start, chart) or end_of_pack(raw, chart)
        return start, in_words or goes_on
    return start, max(ends)

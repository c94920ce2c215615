"""Find a systemic steroid of three months or longer.

Renewed prescriptions are one course.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from cds_service.core.findings import Dated, Finding, Gap
from cds_service.core.months import months_before
from cds_service.core.vocabulary import LongCourseSpec
from cds_service.fhir.findings.chart import Chart, FindingOrGap, make_finding, make_gap
from cds_service.fhir.findings.courses.dosage_ends import first_of_dosages
from cds_service.fhir.findings.courses.drug_times import (
    continues_earlier,
    dated,
    end_in_words,
    end_of_course,
    end_of_dosage,
    end_of_pack,
    end_of_period,
    end_of_steroid,
    end_of_supply,
    handed_over,
    last_day_in_words,
    mg_per_day,
)
from cds_service.fhir.findings.drugs.medication_list import (
    future_uses,
    is_as_needed,
    is_limited,
    label_of,
    uses_of,
    without_use,
)
from cds_service.fhir.findings.drugs.runs_of_doses import (
    GOING_ON,
    LONG_STANDING_MONTHS,
    days_of_run,
    runs_of_doses,
)
from cds_service.fhir.findings.drugs.use import Use
from cds_service.fhir.onset import begun, recorded_on
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

# Of these one entry may be a course. Doses that a ward gave are one only if they follow
# each other for weeks: others are around an operation, or into a joint.
COURSES = frozenset({"MedicationRequest", "MedicationStatement", "MedicationDispense"})
RENEWED_WITHIN = timedelta(days=35)  # policy: monthly prescriptions are one course
MONTH = timedelta(days=30)  # of a course: one of 90 days is one of three months
# Policy, as of bone drugs: entries within a year may be one course, unless the earlier
# one says when it ended.
MAY_BE_RENEWED = timedelta(days=366)
OF_DAYS = timedelta(days=21)  # policy: a burst or a taper; supplies of a month are none
# The day of such an order is no start.
REPORTED = frozenset({"plan"})  # an intent: what the patient reports (US Core)
CONTINUOUS = frozenset({"continuous"})  # a type of therapy
ONLY_PRESCRIBED = "Known from prescriptions; whether it was taken is not recorded."


class Course(NamedTuple):
    """Days on which a steroid was taken or prescribed, as far as the record says.

    Attributes:
        is_over: its last entry says itself when it was ended.
    """

    start: date
    end: date
    uses: tuple[Use, ...]
    is_over: bool = False


def find_long_steroid(spec: LongCourseSpec, chart: Chart) -> FindingOrGap:
    """Find a long course that goes on or ended lately.

    It lasts at least so many months; `observed` is its start.
    """
    ours = [one for one in uses_of(chart) if one.drug.concepts & set(spec.value_sets)]
    passed = (*chart.broken(spec), *future_uses(spec, ours))
    treating = [one for one in ours if not _may_replace(one, spec)]
    lasting = [one for one in treating if not is_as_needed(one.entry.raw)]
    courses = _long_courses(lasting, spec, chart)
    if not courses:
        return _without_course(spec, chart, ours, treating), passed
    return _taken(spec, max(courses, key=lambda course: course.end), chart), passed


def _long_courses(
    uses: Sequence[Use],
    spec: LongCourseSpec,
    chart: Chart,
    within: timedelta = RENEWED_WITHIN,
) -> list[Course]:
    """List the courses of so many months that go on or ended lately.

    Args:
        uses: uses of steroids.
        spec: the finding.
        chart: the patient's record.
        within: how far two entries of one course lie apart at most.
    """
    since = months_before(chart.today, spec.look_back_months["other"])
    least = MONTH * spec.taken_months
    return [
        course
        for course in _joined(_courses(uses, chart), within)
        if course.end >= since and course.end - course.start >= least
    ]


def _may_replace(use: Use, spec: LongCourseSpec) -> bool:
    """Tell if a steroid may only replace what the body lacks, by its drug and dose."""
    limits = [spec.replaces.get(name) for name in use.drug.ingredients]
    known_limits = [limit for limit in limits if limit]
    if not limits or len(known_limits) < len(limits):
        return False
    return mg_per_day(use.entry.raw) <= min(known_limits)


def _without_course(
    spec: LongCourseSpec, chart: Chart, ours: Sequence[Use], treating: Sequence[Use]
) -> Finding | Gap:
    """Conclude from the problem list, or from courses that need not be such a one."""
    outcome = without_use(spec, chart, ours)
    is_named = outcome.is_mentioned if isinstance(outcome, Gap) else outcome.value
    if isinstance(outcome, Finding) and outcome.value:
        label = "" if treating or not ours else label_of(ours[0].drug, spec, chart)
        onset = _onset(outcome, chart)
        return outcome._replace(observed=onset, label=outcome.label or label)
    if is_named:
        return outcome
    if unsure := _unsure(treating, spec, chart):
        why = "on the medication list; how long it was taken is not recorded"
        return make_gap(
            spec, "undetermined", why, *(one.provenance(spec) for one in unsure)
        )
    replacing = [one for one in ours if one not in treating]
    taken = [use for one in _long_courses(replacing, spec, chart) for use in one.uses]
    if taken := taken or _unsure(replacing, spec, chart):
        name = label_of(taken[0].drug, spec, chart)
        why = f"{name} may only replace the body's own"
        return make_gap(
            spec, "undetermined", why, *(one.provenance(spec) for one in taken)
        )
    return outcome


def _unsure(uses: Sequence[Use], spec: LongCourseSpec, chart: Chart) -> list[Use]:
    """List the uses that may belong to a recent long course."""
    since = months_before(chart.today, spec.look_back_months["other"])
    least = MONTH * spec.taken_months
    unsure = [one for one in uses if _may_be_long(one, since, least, chart)]
    lasting = [one for one in uses if not _is_of_days(one, chart)]
    renewed = _long_courses(lasting, spec, chart, MAY_BE_RENEWED)
    unsure += [use for course in renewed for use in course.uses]
    return list({one.entry.reference: one for one in unsure}.values())


def _is_of_days(use: Use, chart: Chart) -> bool:
    """Tell if an entry says that it is of days, one dose, or doses when needed."""
    start, _ = _days(use, chart)
    return is_limited(use.entry.raw, chart) or _is_short(use, start, chart)


def _is_short(use: Use, start: Dated | None, chart: Chart) -> bool:
    end = end_of_steroid(use.entry.raw, chart)
    end = end or last_day_in_words(use.entry.raw, start, chart)
    return bool(start and end and end - start.first <= OF_DAYS)


def _onset(listed: Finding, chart: Chart) -> date | None:
    """Return the first onset of the entries of the problem list that name it.

    Its day of recording is no start of what was long-term by then; neither is an onset
    of that day, which EHRs fill in.
    """
    named = {source.resource for source in listed.provenance}
    entries = (one for one in chart.of_kind("Condition") if one.reference in named)
    onsets = []
    for entry in entries:
        onset, _ = begun(entry.raw, chart.birth, chart.calendar)
        recorded = chart.calendar.first_day(recorded_on(entry.raw))
        if onset and onset < (recorded or chart.today):
            onsets.append(onset)
    return min(onsets, default=None)


def _may_be_long(use: Use, since: date, least: timedelta, chart: Chart) -> bool:
    """Tell if a statement leaves room for a recent long course.

    A day of intake or of the report says neither when the drug began nor when it ended.
    If it went on after years, a newer entry would be on record.
    """
    raw = use.entry.raw
    if use.is_ahead:
        return False
    if use.entry.resource_type == "MedicationRequest":
        return use.is_active and (is_limited(raw, chart) or _may_be_older(use, chart))
    if use.entry.resource_type != "MedicationStatement":
        return False
    start = dated(member(raw, "effectivePeriod", "start"), chart)
    ended = dated(member(raw, "effectivePeriod", "end"), chart)
    asserted = dated(raw.get("dateAsserted"), chart)
    if ended is None and (last := last_day_in_words(raw, start, chart)):
        ended = Dated(last, last)
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


def _may_be_older(use: Use, chart: Chart) -> bool:
    """Tell if an order may go on with a course that is older than its own day.

    It was reported, renews another order, or is called ongoing.
    """
    raw = use.entry.raw
    is_reported = raw.get("reportedBoolean") is True or "reportedReference" in raw
    if is_reported or text(raw.get("intent")) in REPORTED:
        return True
    if continues_earlier(raw, dated(raw.get("authoredOn"), chart), chart):
        return True
    therapy = objects(member(raw, "courseOfTherapyType", "coding"))
    if not CONTINUOUS.isdisjoint(text(one.get("code")) for one in therapy):
        return True
    is_ongoing = any(
        chart.terminology.text_concepts(word, GOING_ON) for word in _words_of(raw)
    )
    start, _ = _days(use, chart)
    return is_ongoing and not _is_short(use, start, chart)


def _words_of(order: Json) -> Iterator[str]:
    """Yield the words of an order's title, dosages and notes."""
    yield from texts_of(order.get("medicationCodeableConcept"))
    dosages = objects(order.get("dosageInstruction"))
    for one in (*dosages, *objects(order.get("note"))):
        yield text(one.get("text"))
        yield text(one.get("patientInstruction"))


def _taken(spec: LongCourseSpec, course: Course, chart: Chart) -> Finding:
    uses = sorted(
        course.uses,
        key=lambda use: (use.day or date.min, use.entry.reference),
        reverse=True,
    )
    is_reported = any(one.entry.resource_type != "MedicationRequest" for one in uses)
    return make_finding(
        spec,
        True,
        *(one.provenance(spec) for one in uses),
        observed=course.start,
        concerns=() if is_reported else (ONLY_PRESCRIBED,),
        label=label_of(uses[0].drug, spec, chart),
    )


def _joined(courses: Iterable[Course], within: timedelta) -> list[Course]:
    """Join courses that follow each other; after one that is over, within a month."""
    joined: list[Course] = []
    for course in sorted(courses, key=lambda course: (course.start, course.end)):
        last = joined[-1] if joined else None
        apart = RENEWED_WITHIN if last and last.is_over else within
        if last and course.start - last.end <= apart:
            ending = max(last, course, key=lambda one: one.end)
            uses = (*last.uses, *course.uses)
            joined[-1] = Course(last.start, ending.end, uses, ending.is_over)
        else:
            joined.append(course)
    return joined


def _courses(uses: Sequence[Use], chart: Chart) -> Iterator[Course]:
    for use in uses:
        if use.entry.resource_type not in COURSES:
            continue
        start, end = _days(use, chart)
        if start and start.first <= chart.today:
            last = min(end or start.first, chart.today)
            is_over = bool(member(use.entry.raw, "effectivePeriod", "end"))
            yield Course(start.first, max(last, start.first), (use,), is_over)
    for run in runs_of_doses(uses):
        yield Course(*days_of_run(run), tuple(run))


def _days(use: Use, chart: Chart) -> tuple[Dated | None, date | None]:
    """Find when a drug was begun, and the last day on which it was taken.

    Without an end, an active one goes on.
    """
    raw, goes_on = use.entry.raw, chart.today if use.is_active else None
    if use.entry.resource_type == "MedicationStatement":
        ended = dated(member(raw, "effectivePeriod", "end"), chart)
        start = (
            dated(member(raw, "effectivePeriod", "start"), chart)
            or dated(raw.get("effectiveDateTime"), chart)
            or dated(raw.get("dateAsserted"), chart)
        )
        last = ended.last if ended else last_day_in_words(raw, start, chart)
        return start, last or goes_on
    if use.entry.resource_type == "MedicationDispense":
        return handed_over(raw, chart), end_of_course(raw, chart)
    start = dated(raw.get("authoredOn"), chart)
    begun_before = first_of_dosages(raw, chart)
    if start and begun_before and begun_before.last < start.first:
        start = begun_before
    ends = (
        end_of_period(raw, chart),
        end_of_dosage(raw, chart),
        end_of_supply(raw, start, chart),
    )
    end = max((one for one in ends if one), default=None)
    if end is None:
        end = (
            end_in_words(raw, start, chart)
            or last_day_in_words(raw, start, chart)
            or end_of_pack(raw, chart)
        )
    if end is None and _is_short(use, start, chart):
        end = end_of_steroid(raw, chart)
    if end is None and is_limited(raw, chart):
        return start, None
    return start, end or goes_on

"""Find repeated falls, and a fall with an injury."""

from collections.abc import Sequence
from datetime import date, timedelta

from cds_service.core.findings import Finding
from cds_service.core.months import months_before
from cds_service.core.vocabulary import InjuringFallSpec, RepeatedFallsSpec
from cds_service.core.words.wording import number_word
from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.findings.chart import Chart, FindingOrGap
from cds_service.fhir.findings.events import events
from cds_service.fhir.findings.events.event_spans import Happened
from cds_service.fhir.findings.events.events_in_time import is_in_time
from cds_service.fhir.findings.events.happenings import happenings
from cds_service.fhir.findings.problem_list import (
    find_condition,
    kinds_in_words,
    stated_as_true,
)
from cds_service.fhir.findings.statements.stated import Stated
from cds_service.fhir.findings.statements.statements import find_stated

SAME_FALL = timedelta(days=7)  # policy: a fracture this near is of that fall


def find_repeated_falls(spec: RepeatedFallsSpec, chart: Chart) -> FindingOrGap:
    """Find falls that the list calls repeated, else single falls on several days.

    Single falls are not counted if an entry calls the falls of that time repeated.
    """
    outcome, passed = find_condition(spec, chart)
    since = months_before(chart.today, spec.falls_months)
    is_known = isinstance(outcome, Finding) and outcome.value is True
    if not is_known and (over := _over_since(since, spec, chart)):
        return stated_as_true(spec, over, chart), passed
    falls = _falls_since(since, spec, chart)
    days = sorted({one.day for one in falls if one.day})
    if len(days) < 2 or _is_listed_since(since, spec, chart):
        return outcome, passed
    label = f"{number_word(len(days))} falls"
    counted = stated_as_true(spec, falls, chart)
    return counted._replace(label=label, since=days[0]), passed


def _over_since(since: date, spec: RepeatedFallsSpec, chart: Chart) -> list[Stated]:
    """Return repeated falls since this day that the list has as over.

    They happened all the same.
    """
    return [
        statement
        for statement in find_stated(chart, spec, spec.value_sets)
        if statement.is_past
        and not statement.problem
        and certainty_of(statement.entry.raw) != "past"
        and statement.day
        and statement.day >= since
    ]


def _falls_since(since: date, spec: RepeatedFallsSpec, chart: Chart) -> list[Stated]:
    """Return the single falls since this day, past ones included."""
    return [
        fall
        for fall in find_stated(chart, spec, spec.falls)
        if not fall.problem
        and not fall.is_later_encounter
        and fall.day
        and fall.day >= since
    ]


def _is_listed_since(since: date, spec: RepeatedFallsSpec, chart: Chart) -> bool:
    """Tell if the list calls falls since this day, or undated ones, repeated."""
    return any(
        not statement.day or statement.day >= since
        for statement in find_stated(chart, spec, spec.value_sets)
        if statement.problem is None and not statement.is_past
    )


def find_fall_with_injury(spec: InjuringFallSpec, chart: Chart) -> FindingOrGap:
    """Find a recent fall with an injury.

    Its words name an injury, or a bone outside the spine broke within a week of it. The
    spinal fracture that is treated now does not count: it is known already.
    """
    falls = [one for one in _recent(spec, chart, spec.value_sets) if one.span.first]
    fractures = _recent(spec, chart, spec.fractures)
    broken = [one.span.first for one in fractures if one.span.first]
    injured = [
        fall
        for fall in falls
        if kinds_in_words(fall.stated.entry, ("kind-injury",), chart)
        or any(
            fall.span.first and abs(day - fall.span.first) <= SAME_FALL
            for day in broken
        )
    ]
    if injured:
        return events.yes(spec, chart, injured), chart.broken(spec)
    return events.without(spec, chart, ()), chart.broken(spec)


def _recent(
    spec: InjuringFallSpec, chart: Chart, concepts: Sequence[str]
) -> list[Happened]:
    return [
        event
        for event in happenings(spec, chart, concepts)
        if not event.stated.problem and is_in_time(event, spec, chart)
    ]

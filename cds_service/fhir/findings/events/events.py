"""Read what happened within a time, such as cancer or sepsis, even if it is over now.

On a list, "active" does not prove a cancer and "resolved" does not rule one out, so the
day decides (`event_spans.py`). Silence says nothing: these findings are yes or a gap,
never no.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from cds_service.core.findings import Finding, Gap
from cds_service.core.vocabulary import EventSpec
from cds_service.fhir.certainty import ACTIVE, clinical_status
from cds_service.fhir.findings.chart import (
    Chart,
    FindingOrGap,
    Problem,
    make_finding,
    make_gap,
)
from cds_service.fhir.findings.events.event_spans import (
    Happened,
    is_again,
    was_entered,
)
from cds_service.fhir.findings.events.events_in_time import began_earlier, is_in_time
from cds_service.fhir.findings.events.happenings import (
    CALLED_PAST,
    DATED_OTHERWISE,
    happenings,
)
from cds_service.fhir.findings.events.newest_name import label_of_newest
from cds_service.fhir.findings.fractures.earlier_traces import (
    BEGAN_EARLIER,
    CALLED_OLD,
    TRACED,
    trace_of_earlier,
)
from cds_service.fhir.findings.problem_list import BY_WORDS
from cds_service.fhir.findings.statements.stated import reason_of_list
from cds_service.fhir.onset import OF_FRACTURE

CALLED = frozenset({CALLED_OLD, CALLED_PAST, DATED_OTHERWISE, TRACED})
STILL_ACTIVE = "still active there"
NO_DAY = "its day is not recorded"


def find_event(spec: EventSpec, chart: Chart) -> FindingOrGap:
    """Find if one of the events happened within the time of the finding."""
    happened = happenings(spec, chart, spec.value_sets)
    doubtful = [
        event
        for event in happened
        if event.stated.problem
        and (
            event.stated.entry.resource_type == "Condition"
            or is_in_time(event, spec, chart) is not False
        )
    ]
    certain = [one for one in happened if not one.stated.problem]
    judged = [(one, is_in_time(one, spec, chart)) for one in certain]
    passed = chart.broken(spec)
    in_time = [
        _doubt_if_earlier(one, spec, chart) for one, verdict in judged if verdict
    ]
    counted = [one for one in in_time if not one.stated.problem]
    if counted:
        return yes(spec, chart, counted), passed
    open_ones = [
        *doubtful,
        *in_time,
        *(
            _entered_anew(one, spec, chart)
            for one, verdict in judged
            if verdict is None
        ),
    ]
    open_ones += _unclear_events(spec, chart)
    return without(spec, chart, open_ones), passed


def _doubt_if_earlier(event: Happened, spec: EventSpec, chart: Chart) -> Happened:
    """Leave open what was entered lately and may be old.

    What the list calls a recurrence is new, whatever was there before.
    """
    if not spec.earlier_opens or is_again(event.stated, chart):
        return event
    problem = trace_of_earlier(event.stated, spec, chart)
    return event._replace(stated=event.stated._replace(problem=problem))


def _entered_anew(event: Happened, spec: EventSpec, chart: Chart) -> Happened:
    """Say of an open event that it began earlier, if it was entered lately."""
    limit = spec.within_days
    if not spec.earlier_opens or limit is None or event.span.last is None:
        return event
    since = chart.today - timedelta(days=limit)
    if event.span.last >= since or not was_entered(event.stated, since, chart):
        return event
    return event._replace(stated=event.stated._replace(problem=BEGAN_EARLIER))


def _unclear_events(spec: EventSpec, chart: Chart) -> list[Happened]:
    """Return the entries that may be such an event, within its time.

    What began earlier does not become one by lasting: a bladder that has been weak for
    years is no new deficit. One that began within the weeks of such a fracture, and
    lasts, may be; after the operation, one that was there before it is known.
    """
    events = []
    for event in happenings(spec, chart, tuple(spec.unclear)):
        verdict = is_in_time(event, spec, chart)
        is_earlier = verdict is None and began_earlier(event, spec, chart)
        if verdict is False or (is_earlier and not _may_be_new(event, chart)):
            continue
        stated = event.stated
        why = reason_of_list(spec.unclear[stated.concept], stated.entry)
        stated = stated._replace(problem=Problem("undetermined", why))
        events.append(event._replace(stated=stated))
    return events


def _may_be_new(event: Happened, chart: Chart) -> bool:
    first, operated = event.span.first, chart.operated_on
    is_known = operated is not None and first is not None and first < operated
    return not is_known and _began_lately(event, chart)


def _began_lately(event: Happened, chart: Chart) -> bool:
    """Tell if an event that lasts began within the weeks of a recent fracture."""
    first = event.span.first
    return first is not None and chart.today - first <= OF_FRACTURE


def yes(spec: EventSpec, chart: Chart, counted: Sequence[Happened]) -> Finding:
    """Return the finding "yes", led by the newest event that has a label."""
    newest = sorted(counted, key=_order, reverse=True)
    labels = [label_of_newest(one.stated, spec, chart) for one in newest]
    place = next((place for place, label in enumerate(labels) if label), 0)
    is_coded = any(one.stated.code for one in newest)
    leading = newest[place]
    sources = (leading, *(one for one in newest if one is not leading))
    finding = make_finding(
        spec,
        True,
        *(one.stated.provenance(spec) for one in sources),
        observed=leading.span.first,
        concerns=() if is_coded else (BY_WORDS,),
        label=labels[place],
    )
    return finding._replace(dated_to=leading.span.precision)


def _may_be_old(event: Happened, spec: EventSpec, chart: Chart) -> bool:
    """Tell if it is open only because it is called old, or began long ago."""
    if event.stated.problem in CALLED:
        return True
    # Another date than that of the entry tells of the earlier time.
    if event.stated.problem == BEGAN_EARLIER and not began_earlier(event, spec, chart):
        return True
    is_dated = event.stated.problem in (None, BEGAN_EARLIER) and event.span.first
    return bool(is_dated) and not _began_lately(event, chart)


def _order(event: Happened) -> tuple[date, str]:
    return event.span.first or event.span.last or date.min, event.stated.entry.reference


def without(spec: EventSpec, chart: Chart, open_ones: Sequence[Happened]) -> Gap:
    """Return the gap: a doubt, a missing day, a list not read, or silence.

    Args:
        spec: the finding.
        chart: the patient's record.
        open_ones: the events that may count; the first gives the reason.
    """
    if open_ones:
        first = open_ones[0].stated
        may_be_old = spec.earlier_opens and all(
            _may_be_old(one, spec, chart) for one in open_ones
        )
        if first.problem is None:
            may_last = spec.active_is_open or spec.active_counts
            is_active = bool(clinical_status(first.entry.raw) & ACTIVE)
            why = "no date"
            if may_last and open_ones[0].span.last:
                why = STILL_ACTIVE if is_active else NO_DAY
            first = first._replace(problem=Problem("undetermined", why))
        detail = first.passed_over(spec).detail
        sources = (one.stated.provenance(spec) for one in open_ones)
        gap = make_gap(spec, "undetermined", detail, *sources)
        return gap._replace(may_be_old=may_be_old)
    if unread := chart.unread(spec):
        return make_gap(spec, "not-read", unread)
    return make_gap(spec, "undetermined", "not on record, and silence says nothing")

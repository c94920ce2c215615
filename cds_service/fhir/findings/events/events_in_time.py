"""Tell if an event falls in the time of its finding."""

from datetime import date, timedelta

from cds_service.core.vocabulary import HALF_A_YEAR, EventSpec
from cds_service.fhir.certainty import ACTIVE, clinical_status
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.medication.reasons_against_drugs import TELL_AGAINST_DRUGS
from cds_service.fhir.entries.words.problem_words import (
    is_taken_as_active,
    may_be_active,
)
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.encounter import last_day_of_diagnosis
from cds_service.fhir.findings.events.event_spans import (
    Happened,
    Span,
    end_of,
    latest_of,
    was_entered,
)
from cds_service.fhir.findings.events.event_words import dating_words, is_history
from cds_service.fhir.findings.worded_dates import date_in_words


def is_in_time(event: Happened, spec: EventSpec, chart: Chart) -> bool | None:
    """Tell if it falls in the time of the finding; None if that is not known."""
    limit = spec.within_days or spec.older_days
    if limit is None or _is_reason_without_day(event):
        return True
    since = chart.today - timedelta(days=limit)
    is_unstated = _has_no_status(event.stated.entry, chart)
    is_active = bool(clinical_status(event.stated.entry.raw) & ACTIVE)
    is_active = is_active or (is_unstated and was_entered(event.stated, since, chart))
    if spec.active_counts and is_active and not _is_of_old(event, spec, chart):
        return True
    is_older = event.span.last is not None and event.span.last < since
    if spec.older_days is not None:
        return is_older
    if is_older:
        lasts = _lasts(event, since, spec, chart)
        return lasts if is_active else lasts is not False and _may_last(event, chart)
    is_there = _is_there_in_time(event, since, spec, chart)
    is_over = not (is_active or is_unstated)
    is_over = is_over or is_history(event.stated, spec, chart)
    is_vague = is_over and not is_there and _is_vague(event, since)
    if spec.active_is_open and is_vague:
        return None  # its beginning is not known
    # A fracture that is still treated happened not long ago.
    is_healing = event.stated.is_later_encounter and not event.stated.is_sequela
    is_known = is_there or event.span.first is not None
    is_known = is_known or (is_healing and event.span.last is not None)
    return True if is_known or spec.undated_counts else None


def _is_reason_without_day(event: Happened) -> bool:
    """Tell if it is a certain reason of a stay, or of a stop, and nothing dates it."""
    is_reason = event.stated.entry.resource_type in TELL_AGAINST_DRUGS
    is_undated = event.span == Span(None, None)
    return is_reason and is_undated and event.stated.problem is None


def is_of_past_stay(event: Happened, spec: EventSpec, chart: Chart) -> bool:
    """Tell if it is a diagnosis of a stay that was over half a year ago.

    Such a diagnosis is never closed: it stays "active" for ever. Only what ends, such
    as a sepsis, is over with its stay.
    """
    may_last = spec.active_is_open or spec.active_counts
    if (
        not may_last
        or spec.within_days is None
        or event.stated.entry.resource_type != "Condition"
    ):
        return False
    recorded = last_day_of_diagnosis(event.stated.entry, chart)
    latest = latest_of(recorded, event.span.first, event.span.last)
    is_old = latest is not None and latest < chart.today - timedelta(days=HALF_A_YEAR)
    return recorded is not None and is_old


def began_earlier(event: Happened, spec: EventSpec, chart: Chart) -> bool:
    """Tell if it happened before the time of the finding, if that has a limit."""
    last, limit = event.span.last, spec.within_days
    if last is None or limit is None:
        return False
    return last < chart.today - timedelta(days=limit)


def _has_no_status(entry: Entry, chart: Chart) -> bool:
    """Tell if it is a diagnosis without a status, and nothing says that it is over."""
    return entry.resource_type == "Condition" and is_taken_as_active(
        entry.raw, chart.terminology
    )


def _lasts(event: Happened, since: date, spec: EventSpec, chart: Chart) -> bool | None:
    """Tell if an event that began earlier and is active counts; None if it is open.

    Words for the past do not deny what the list has as active by its code.
    """
    if _is_of_old(event, spec, chart):
        may_count = spec.active_is_open or spec.active_counts
        is_coded = bool(event.stated.code) and not event.stated.is_past
        return None if may_count and is_coded else False
    if not spec.active_is_open:
        return False
    is_entered = was_entered(event.stated, since, chart)
    return (is_entered and not spec.earlier_opens) or None


def _may_last(event: Happened, chart: Chart) -> bool | None:
    """Return None for an earlier event whose status is not understood, else False."""
    entry = event.stated.entry
    is_diagnosis = entry.resource_type == "Condition"
    is_open = is_diagnosis and may_be_active(entry.raw, chart.terminology)
    return None if is_open else False


def _is_there_in_time(
    event: Happened, since: date, spec: EventSpec, chart: Chart
) -> bool:
    """Tell if what began on no known day was still there within the time.

    An infection that ended lately, or was lately entered as active, is a recent one.
    """
    may_last = spec.active_is_open or spec.active_counts
    raw = event.stated.entry.raw
    if not may_last or event.span.first or _is_of_old(event, spec, chart):
        return False
    if end := end_of(raw, chart):
        return since <= end <= chart.today
    is_active = bool(clinical_status(raw) & ACTIVE) and not spec.earlier_opens
    return is_active and was_entered(event.stated, since, chart)


def _is_vague(event: Happened, since: date) -> bool:
    """Tell if its date is missing, or a year that began before this day.

    In a month the worst day counts: its last.
    """
    return event.span.first is None or (
        event.span.precision == "year" and event.span.first < since
    )


def _is_of_old(event: Happened, spec: EventSpec, chart: Chart) -> bool:
    """Tell if its words call it past or date it, although it is listed as active."""
    raw = event.stated.entry.raw
    is_dated = bool(date_in_words(dating_words(event.stated, spec, chart), raw, chart))
    return event.stated.is_past or is_dated or is_history(event.stated, spec, chart)

"""Read the days in which an event happened.

The day is the onset, or a later year in the words, else the day of recording; an onset
that is not read leaves open what was recorded long ago. For a history, for an onset
that names no time, and for what ended earlier, the day of recording only says that the
event was earlier.
"""

from datetime import date, timedelta
from typing import NamedTuple

from cds_service.core.findings import Precision
from cds_service.core.vocabulary import HALF_A_YEAR, EventSpec
from cds_service.fhir.certainty import AGAIN, clinical_status
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.words.dated_in_prose import is_there_again
from cds_service.fhir.entries.words.past_by_words import (
    LATE_EFFECT,
    is_onset_of_recording,
)
from cds_service.fhir.entries.words.problem_words import HISTORIES
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.events.event_words import (
    dating_words,
    is_history,
    past_of_event,
    titles_of,
)
from cds_service.fhir.findings.statements.stated import Stated
from cds_service.fhir.findings.worded_dates import date_in_words
from cds_service.fhir.onset import (
    begun,
    has_end,
    has_onset_without_day,
    has_unread_onset,
    is_onset_reached,
    last_of_end,
    recorded_on,
)
from cds_service.fhir.raw_json import Json, member, text
from cds_service.fhir.site_calendar import PRECISIONS

# A longer time of onset dates nothing.
A_YEAR = timedelta(days=366)


class Span(NamedTuple):
    """The days in which something happened.

    Attributes:
        first: its first day; None if not known.
        last: the latest day on which it may still have been so; None if not known.
        precision: how exactly the first day is known.
    """

    first: date | None
    last: date | None
    precision: Precision = "day"


class Happened(NamedTuple):
    """An entry and when it happened."""

    stated: Stated
    span: Span


def span_of(stated: Stated, spec: EventSpec, chart: Chart) -> Span:
    raw = stated.entry.raw
    entered = text(recorded_on(raw)).strip()
    recorded = Span(
        chart.calendar.first_day(entered), _last_of(entered, chart), _exactness(entered)
    )
    past = past_of_event(stated, spec, chart)
    # A history of cancer did not begin on the day on which somebody entered it.
    is_past = bool(past or (spec.history and is_history(stated, spec, chart)))
    is_filled_in = is_past and _is_filled_in(stated, spec, chart)
    dated = None if is_filled_in else _as_dated(stated.entry, chart)
    if is_again(stated, chart) and not _began_lately(dated, spec, chart):
        # The onset is that of the first time, and so is an old day of recording.
        return recorded if is_lately(recorded.last, spec, chart) else Span(None, None)
    by_onset = None if is_filled_in else _by_onset(raw, recorded, chart)
    span = _newest(dated or by_onset, _as_worded(stated, recorded, spec, chart))
    end = end_of(raw, chart)
    if span is None and _is_of_unread_onset(raw, recorded, spec, chart):
        span = Span(None, None)
    elif span is None:
        is_earlier = stated.is_later_encounter or is_history(stated, spec, chart)
        is_earlier = is_earlier or _tells_another_time(raw, chart)
        if is_earlier or _is_over_before(recorded, end, raw):
            span = Span(None, _earliest_of(recorded.last, end), recorded.precision)
        else:
            span = recorded
    elif stated.is_sequela or LATE_EFFECT in past or _is_too_wide(span, spec, chart):
        span = span._replace(first=None)
    return span._replace(last=latest_of(span.last, end))


def is_again(stated: Stated, chart: Chart) -> bool:
    """Tell if a disease is there again, by its status or a title of the last year."""
    raw, concepts = stated.entry.raw, stated.concepts | {stated.concept}
    if clinical_status(raw) & AGAIN:
        return True
    written = chart.calendar.last_day(text(recorded_on(raw)).strip())
    if written is not None and written < chart.today - A_YEAR:
        return False
    return any(
        is_there_again(title, concepts, chart.terminology) for title in titles_of(raw)
    )


def _newest(begun_in: Span | None, worded: Span | None) -> Span | None:
    """Return the days of the onset, or those of words that name a later time.

    The words of an entry are amended when it comes back, and its onset is not.
    """
    if begun_in is None or worded is None:
        return begun_in or worded
    last = begun_in.last or begun_in.first
    is_later = last and worded.first and worded.first > last
    return worded if is_later else begun_in


def _is_of_unread_onset(
    raw: Json, recorded: Span, spec: EventSpec, chart: Chart
) -> bool:
    """Tell if an entry of long ago has an onset that may be of a later time."""
    limit = spec.within_days or spec.older_days
    if limit is None or recorded.last is None:
        return False
    words, terminology = text(raw.get("onsetString")), chart.terminology
    if terminology.years.is_of_childhood(words):
        return False
    if terminology.kinds.named(words, HISTORIES):
        return False
    is_old = recorded.last < chart.today - timedelta(days=limit)
    return is_old and has_unread_onset(raw, chart.birth, chart.calendar)


def _as_dated(entry: Entry, chart: Chart) -> Span | None:
    """Read when it began or was done; None if no date says so."""
    begins = "onset" if entry.resource_type == "Condition" else "performed"
    written = text(entry.raw.get(f"{begins}DateTime")) or text(
        member(entry.raw, f"{begins}Period", "start")
    )
    end = text(member(entry.raw, "onsetPeriod", "end"))
    last = chart.calendar.last_day(end)
    if last is not None and last <= chart.today:
        written = end  # the latest day on which it may have begun
    first = chart.calendar.first_day(written)
    if first is None:
        return None
    return Span(first, chart.calendar.last_day(written), _exactness(written.strip()))


def _by_onset(raw: Json, recorded: Span, chart: Chart) -> Span | None:
    """Read an onset that is an age, a range or words, up to the day of recording."""
    first, last = begun(raw, chart.birth, chart.calendar)
    if not (first or last):
        return None
    return Span(first, _up_to_recording(first, last, recorded), "year")


def _as_worded(
    stated: Stated, recorded: Span, spec: EventSpec, chart: Chart
) -> Span | None:
    """Read a month or year in its words, up to the day of recording."""
    raw = stated.entry.raw
    words = (*dating_words(stated, spec, chart), text(raw.get("onsetString")))
    worded = date_in_words(words, raw, chart)
    if not worded:
        return None
    first, last = chart.calendar.first_day(worded), chart.calendar.last_day(worded)
    last = _up_to_recording(first, last, recorded)
    return Span(first, last, PRECISIONS[len(worded)])


def _up_to_recording(
    first: date | None, last: date | None, recorded: Span
) -> date | None:
    """Limit a time to the day of recording, unless it reaches years beyond that.

    Then the entry was amended since.
    """
    written = recorded.last
    if written is not None:
        is_later = first is not None and first > written
        is_later = is_later or (last is not None and last - written > A_YEAR)
        if is_later:
            return last
    return _earliest_of(last, written)


def _is_filled_in(stated: Stated, spec: EventSpec, chart: Chart) -> bool:
    """Tell if the onset of what words call past is only the day of recording.

    If words date what warns for weeks or months, the two days contradict each other.
    """
    raw = stated.entry.raw
    if not is_onset_of_recording(raw, chart.calendar):
        return False
    words = dating_words(stated, spec, chart)
    return not (is_of_short_time(spec) and date_in_words(words, raw, chart))


def is_of_short_time(spec: EventSpec) -> bool:
    return spec.within_days is not None and spec.within_days <= HALF_A_YEAR


def _tells_another_time(raw: Json, chart: Chart) -> bool:
    """Tell if an onset that names no time may be of another than that of recording.

    An age may be that of now. Words may name an age, or childhood; others ("yesterday",
    "this admission") are of the day on which they were written.
    """
    if is_onset_reached(raw, chart.birth, chart.today):
        return False
    words = text(raw.get("onsetString"))
    if not has_onset_without_day(raw) or not words:
        return has_onset_without_day(raw)
    has_number = any(sign.isdigit() for sign in words)
    return has_number or chart.terminology.years.is_of_childhood(words)


def _is_over_before(recorded: Span, end: date | None, raw: Json) -> bool:
    """Tell if it ended, or may have, before the day of recording.

    It may if its end is told in a form or in words that name no time.
    """
    if end is None:
        return has_end(raw)
    return recorded.first is not None and end < recorded.first


def _is_too_wide(span: Span, spec: EventSpec, chart: Chart) -> bool:
    """Tell if an onset of more than a year is not known to lie within the time.

    Its first day would be named as if it were the onset.
    """
    if span.first is None or span.last is None or span.last - span.first <= A_YEAR:
        return False
    return spec.within_days is None or not is_lately(span.first, spec, chart)


def _began_lately(dated: Span | None, spec: EventSpec, chart: Chart) -> bool:
    """Tell if an onset is itself within the time of the finding."""
    first = dated.first if dated else None
    is_limited = first is not None and spec.within_days is not None
    return is_limited and is_lately(first, spec, chart)


def is_lately(day: date | None, spec: EventSpec, chart: Chart) -> bool:
    """Tell if a day is within the time of the finding; always, if it has no limit."""
    if day is None or spec.within_days is None:
        return True
    return day >= chart.today - timedelta(days=spec.within_days)


def end_of(raw: Json, chart: Chart) -> date | None:
    """Return the last day on which it may have ended, by a date, an age or words."""
    words = text(raw.get("abatementString"))
    worded = date_in_words((words,), raw, chart) if words else ""
    told = last_of_end(raw, chart.birth, chart.calendar)
    return told or chart.calendar.last_day(worded)


def _last_of(written: str, chart: Chart) -> date | None:
    """Return the last day that a date may mean; today, if its month or year goes on."""
    last = chart.calendar.last_day(written)
    is_open = len(written) in PRECISIONS and last and last > chart.today
    return chart.today if is_open else last


def _exactness(written: str) -> Precision:
    return PRECISIONS.get(len(written), "day")


def _earliest_of(*days: date | None) -> date | None:
    return min(filter(None, days), default=None)


def latest_of(*days: date | None) -> date | None:
    return max(filter(None, days), default=None)


def was_entered(stated: Stated, since: date, chart: Chart) -> bool:
    """Tell if it was recorded as active within the time, whenever it began."""
    entered = text(recorded_on(stated.entry.raw)).strip()
    last = _last_of(entered, chart)
    return last is not None and since <= last <= chart.today

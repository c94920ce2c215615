"""Read what happened within a time, such as cancer or sepsis, even if it is over now.

On a list, "active" does not prove a cancer and "resolved" does not rule one out, so the
day decides. The day is the onset, or a later year in the words, else the day of
recording; an onset that is not read leaves open what was recorded long ago. Of a
history, of an onset that names no time, and of what ended earlier, the day of
recording only says that the event was earlier. Silence says nothing: these findings are
yes or a gap, never no.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

from cds_service.core.findings import Finding, Gap, Precision
from cds_service.core.vocabulary import HALF_A_YEAR, EventSpec
from cds_service.fhir.certainty import ACTIVE, PAST, certainty_of, clinical_status
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.medication.reasons_against_drugs import (
    AGAINST_DRUGS,
    TELL_AGAINST_DRUGS,
    read_reasons,
)
from cds_service.fhir.entries.words.bystanders import other_words_of
from cds_service.fhir.entries.words.past_by_words import (
    LATE_EFFECT,
    is_onset_of_recording,
    past_in_words,
)
from cds_service.fhir.entries.words.problem_words import (
    HISTORIES,
    in_doubt,
    is_taken_as_active,
    may_be_active,
    named_in,
)
from cds_service.fhir.findings.chart import (
    Chart,
    FindingOrGap,
    Problem,
    make_finding,
    make_gap,
)
from cds_service.fhir.findings.drug_times import first_and_last_day
from cds_service.fhir.findings.earlier_traces import (
    BEGAN_EARLIER,
    CALLED_OLD,
    trace_of_earlier,
)
from cds_service.fhir.findings.encounter import last_day, last_day_of_diagnosis
from cds_service.fhir.findings.own_words import (
    is_called_new,
    is_worsening_alone,
    kinds_alone,
    without_company,
)
from cds_service.fhir.findings.problem_list import (
    BY_WORDS,
    kind_of,
    kinds_in_words,
    label_of,
)
from cds_service.fhir.findings.statements import (
    DOUBTED,
    LATER_THAN_TODAY,
    NAMED_ASIDE,
    SUSPECTED,
    UNFINISHED,
    Stated,
    look_back,
    or_in_doubt,
    read_aside,
    reason_of_list,
)
from cds_service.fhir.findings.worded_dates import date_in_words
from cds_service.fhir.mapping.clauses import clauses, names
from cds_service.fhir.onset import (
    begun,
    has_end,
    has_onset_without_day,
    has_unread_onset,
    is_onset_reached,
    last_of_end,
    recorded_on,
)
from cds_service.fhir.raw_json import Json, member, text, texts_of
from cds_service.fhir.site_calendar import PRECISIONS

# A longer time of onset dates nothing.
A_YEAR = timedelta(days=366)
# Any other status leaves open that an operation was done, or is to be, for what it
# names: also one that is missing or is no status.
NEVER_DONE = frozenset({"not-done", "entered-in-error"})
AGAIN = frozenset({"recurrence", "relapse"})
STILL_ACTIVE = "still active there"
NO_DAY = "its day is not recorded"
HISTORY = frozenset(HISTORIES)
DATED_OTHERWISE = Problem("undetermined", "its words date it earlier")
PAST_REASON = Problem("undetermined", "its words call it past")
CALLED_PAST = Problem("undetermined", "active there, and its words call it past")


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


def find_event(spec: EventSpec, chart: Chart) -> FindingOrGap:
    """Find if one of the events happened within the time of the finding."""
    happened = happenings(spec, chart, spec.value_sets)
    doubtful = [
        event
        for event in happened
        if event.stated.problem
        and (
            event.stated.entry.kind == "Condition"
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
    """Leave open what was entered of late and may be old.

    What the list calls a recurrence is new, whatever was there before.
    """
    is_again = bool(clinical_status(event.stated.entry.raw) & AGAIN)
    if not spec.earlier_opens or is_again:
        return event
    problem = trace_of_earlier(event.stated, spec, chart)
    return event._replace(stated=event.stated._replace(problem=problem))


def _entered_anew(event: Happened, spec: EventSpec, chart: Chart) -> Happened:
    """Say of an open event that it began earlier, if it was entered of late."""
    limit = spec.within_days
    if not spec.earlier_opens or limit is None or event.span.last is None:
        return event
    since = chart.today - timedelta(days=limit)
    if event.span.last >= since or not _was_entered(event.stated, since, chart):
        return event
    return event._replace(stated=event.stated._replace(problem=BEGAN_EARLIER))


def _unclear_events(spec: EventSpec, chart: Chart) -> list[Happened]:
    """Return the entries that may be such an event, within its time.

    What began earlier does not become one by lasting: a bladder that has been weak for
    years is no new deficit.
    """
    events = []
    for event in happenings(spec, chart, tuple(spec.unclear)):
        verdict = is_in_time(event, spec, chart)
        if verdict is False or (verdict is None and _began_earlier(event, spec, chart)):
            continue
        stated = event.stated
        why = reason_of_list(spec.unclear[stated.concept], stated.entry)
        stated = stated._replace(problem=Problem("undetermined", why))
        events.append(event._replace(stated=stated))
    return events


def happenings(
    spec: EventSpec, chart: Chart, concepts: Sequence[str]
) -> list[Happened]:
    """Return the entries with any of these concepts, without denied and past ones.

    An operation counts by its code, or by a title that says what it was done for
    (`spec.told_by_acts`). Its other words leave the finding open, and so do reports and
    orders.
    """
    wanted = or_in_doubt(tuple(concepts))
    if chart.mentions.keys().isdisjoint(wanted):
        return []
    events: list[Happened] = []
    for entry in chart.mentions_of(wanted):
        is_of_stop = entry.kind in TELL_AGAINST_DRUGS
        if is_of_stop and entry.named & AGAINST_DRUGS & {*wanted}:
            events += _as_reasons(entry, frozenset(concepts), spec, chart)
            continue
        if entry.kind == "Condition":
            stated = _stated(entry, concepts)
        elif entry.kind == "Procedure":
            stated = _operated(entry, concepts, spec, chart)
        else:
            named = (one for one in concepts if entry.named & {one, in_doubt(one)})
            concept = next(named, concepts[0])
            within = look_back(spec, concept)
            stated = read_aside(entry, concept, chart, within=within)
        if stated and (meant := _as_meant(stated, spec, chart)):
            events.append(_dated(meant, spec, chart))
    return [one for one in events if not _is_of_past_stay(one, spec, chart)]


def _as_reasons(
    entry: Entry, concepts: frozenset[str], spec: EventSpec, chart: Chart
) -> Iterator[Happened]:
    """Yield the reasons of a stay, or for which a bone drug was stopped or left out.

    What a harm did once counts for ever. Of what passes, a day in the words of the
    reason dates it, if it is before the stay or the drug, and what they call past is
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
    if entry.kind == "Encounter":
        return _days_of_reason(entry, chart).first or chart.today
    if entry.kind == "MedicationStatement":
        written = member(entry.raw, "effectivePeriod", "start")
    else:
        written = entry.raw.get("authoredOn")
    return chart.calendar.first_day(written)


def _days_of_reason(entry: Entry, chart: Chart) -> Span:
    """Return the days of a stay, or of a dose that was left out.

    An order does not say when it was stopped.
    """
    first = last = None
    if entry.kind == "Encounter":
        first = chart.calendar.first_day(member(entry.raw, "period", "start"))
        last = last_day(entry, chart) if first else None
    elif entry.kind == "MedicationAdministration":
        begun_on, ended_on = first_and_last_day(entry.raw, "effective", chart)
        first = begun_on.first if begun_on else None
        last = ended_on.last if ended_on else first
    return Span(first, last)


def _as_meant(stated: Stated, spec: EventSpec, chart: Chart) -> Stated | None:
    """Return the entry as its words mean it; None if they mean something else, or past.

    If another part of the words is past, the event is not: `cauda equina, previous
    fusion`. If the words call the event past but the list has it as active, it is open.
    """
    # An aside has no title that could name a kind of the event.
    is_aside = _is_aside(stated.entry, spec, chart)
    is_named = is_aside or bool(stated.code) or not spec.words_need_kind
    # What was done, such as a sample of a disc, is of no kind.
    is_act = stated.entry.kind == "Procedure" and stated.concept in spec.unclear
    is_named = is_named or is_act
    if not (is_named or kind_of(stated.entry, spec, chart)):
        return None
    is_any_over = kinds_in_words(stated.entry, spec.unless_kinds, chart)
    over = _kinds_of_itself(stated, spec, chart) if is_any_over else frozenset()
    if not over:
        return stated
    raw = stated.entry.raw
    is_active = bool(clinical_status(raw) & ACTIVE)
    if spec.earlier_opens and over - HISTORY and not clinical_status(raw) & PAST:
        # Somebody lists an old deficit of late: perhaps it is worse.
        since = chart.today - timedelta(days=spec.within_days or 0)
        is_of_late = stated.problem is None and _was_entered(stated, since, chart)
        return stated._replace(problem=CALLED_OLD) if is_of_late else None
    if not is_active or over - HISTORY:
        return None
    if over and stated.problem is None:
        return stated._replace(problem=CALLED_PAST)
    return stated


def _is_aside(entry: Entry, spec: EventSpec, chart: Chart) -> bool:
    """Tell if an entry names it only next to its title: in a reason or a note."""
    if entry.kind not in ("Condition", "Procedure"):
        return True
    terminology, concepts = chart.terminology, {*spec.value_sets}
    if not any(in_doubt(concept) in entry.named for concept in concepts):
        return False
    if any(terminology.text_concepts(one) & concepts for one in _title(entry.raw)):
        return False
    # Some words of a note are taken as in doubt although they deny.
    words = other_words_of(entry.raw)
    return entry.kind == "Procedure" or bool(named_in(words, terminology) & concepts)


def _kinds_of_itself(stated: Stated, spec: EventSpec, chart: Chart) -> frozenset[str]:
    """Return the kinds that would rule it out, in the parts of its words that name it.

    If no part names it, all parts count. What is also called new or worse is not
    lasting, `acute on chronic weakness`, though it may be of a history.
    """
    terminology, unless = chart.terminology, spec.unless_kinds
    names_event = partial(_names_event, spec=spec, chart=chart)
    is_worse = any(
        is_worsening_alone(part, terminology) for part in _all_parts(stated.entry.raw)
    )
    found = set[str]()
    for part in _parts_of_itself(stated, spec, chart):
        own = without_company(part, names_event, unless, terminology)
        kinds = terminology.kinds.of_title(own, unless)
        is_new = is_worse or is_called_new(own, terminology)
        found |= kinds & HISTORY if is_new else kinds
    for part in _all_parts(stated.entry.raw):
        # "Foot drop, old" calls the foot drop old.
        alone = kinds_alone(part, unless, terminology)
        found |= alone & HISTORY if is_worse else alone
    return frozenset(found)


def _parts_of_itself(stated: Stated, spec: EventSpec, chart: Chart) -> list[str]:
    """List the parts of its words that name the event; all parts if none does."""
    parts = _all_parts(stated.entry.raw)
    return [part for part in parts if _names_event(part, spec, chart)] or parts


def _all_parts(raw: Json) -> list[str]:
    return [
        part
        for words in texts_of(raw.get("code"))
        for whole in clauses(words)
        for part in names(whole)
    ]


def _names_event(part: str, spec: EventSpec, chart: Chart) -> bool:
    terminology = chart.terminology
    is_of_kind = terminology.kinds.of_title(part, tuple(spec.kinds))
    return bool(is_of_kind or terminology.text_concepts(part) & {*spec.value_sets})


def _stated(entry: Entry, concepts: Sequence[str]) -> Stated | None:
    certainty, clinical = certainty_of(entry.raw), clinical_status(entry.raw)
    if certainty == "denied":
        return None
    codes = [match for match in entry.matches if match.concept in concepts]
    named = [one for one in concepts if one in entry.named]
    doubted = {one for one in concepts if in_doubt(one) in entry.named}
    # Words that name a worse concept in doubt take nothing from a certain one, unless
    # a code has both.
    doubted_codes = {match.code for match in codes if match.concept in doubted}
    sure_codes = [match for match in codes if match.code not in doubted_codes]
    doubted |= {match.concept for match in codes if match.code in doubted_codes}
    sure_names = [one for one in named if one not in doubted]
    is_past = certainty == "past" or bool(clinical & PAST)
    problem = None
    if certainty == "doubted" and not is_past:
        problem = SUSPECTED
    elif not (sure_codes or sure_names):
        problem = DOUBTED
    concept, code = (*sure_names, *named, *concepts)[0], ""
    if codes:
        match = (*sure_codes, *codes)[0]
        concept, code = match.concept, match.code
    return Stated(entry, concept, code, None, problem, is_past)


def _operated(
    entry: Entry, concepts: Sequence[str], spec: EventSpec, chart: Chart
) -> Stated | None:
    if entry.status in NEVER_DONE:
        return None
    problem = None if entry.status == "completed" else UNFINISHED
    if codes := [match for match in entry.matches if match.concept in concepts]:
        return Stated(entry, codes[0].concept, codes[0].code, None, problem)
    sure = [
        one
        for one in concepts
        if one in entry.named and in_doubt(one) not in entry.named
    ]
    if sure and kinds_in_words(entry, spec.told_by_acts, chart):
        return Stated(entry, sure[0], "", None, problem)
    named = (one for one in concepts if entry.named & {one, in_doubt(one)})
    return Stated(entry, next(named, concepts[0]), "", None, NAMED_ASIDE)


def _dated(stated: Stated, spec: EventSpec, chart: Chart) -> Happened:
    span = _span_of(stated, spec, chart)
    if span.first and span.first > chart.read_on:
        stated = stated._replace(problem=LATER_THAN_TODAY)
    elif not stated.problem and _is_dated_otherwise(stated, span, spec, chart):
        return Happened(stated._replace(problem=DATED_OTHERWISE), span)
    return Happened(stated._replace(day=span.first), span)


def _is_dated_otherwise(
    stated: Stated, span: Span, spec: EventSpec, chart: Chart
) -> bool:
    """Tell if an onset is of late, and its words date it long before.

    Many systems write the day of recording as the onset: "foot drop since 1990".
    """
    if span.first is None or stated.entry.kind != "Condition" or not _is_short(spec):
        return False
    own = _parts_of_itself(stated, spec, chart)
    worded = date_in_words(own, stated.entry.raw, chart)
    last = chart.calendar.last_day(worded)
    return last is not None and last < span.first and not _is_lately(last, spec, chart)


def _is_short(spec: EventSpec) -> bool:
    return spec.within_days is not None and spec.within_days <= HALF_A_YEAR


def _is_filled_in(stated: Stated, spec: EventSpec, chart: Chart) -> bool:
    """Tell if the onset of what words call past is only the day of recording.

    If words date what warns for weeks or months, the two days contradict each other.
    """
    raw = stated.entry.raw
    if not is_onset_of_recording(raw, chart.calendar):
        return False
    return not (_is_short(spec) and date_in_words(_title(raw), raw, chart))


def _span_of(stated: Stated, spec: EventSpec, chart: Chart) -> Span:
    raw = stated.entry.raw
    entered = text(recorded_on(raw)).strip()
    recorded = Span(
        chart.calendar.first_day(entered), _last_of(entered, chart), _exactness(entered)
    )
    past = _past_in_words(stated, spec, chart)
    is_filled_in = bool(past) and _is_filled_in(stated, spec, chart)
    dated = None if is_filled_in else _as_dated(stated.entry, chart)
    is_again = bool(clinical_status(raw) & AGAIN)
    if is_again and not _began_lately(dated, spec, chart):
        # The onset is that of the first time, and so is an old day of recording.
        return recorded if _is_lately(recorded.last, spec, chart) else Span(None, None)
    by_onset = None if is_filled_in else _by_onset(raw, recorded, chart)
    span = _newest(dated or by_onset, _as_worded(raw, recorded, chart))
    end = _end_of(raw, chart)
    if span is None and _is_of_unread_onset(raw, recorded, spec, chart):
        span = Span(None, None)
    elif span is None:
        is_earlier = stated.is_later_encounter or _is_history(stated, spec, chart)
        is_earlier = is_earlier or _tells_another_time(raw, chart)
        if is_earlier or _is_over_before(recorded, end, raw):
            span = Span(None, _earliest(recorded.last, end), recorded.precision)
        else:
            span = recorded
    elif stated.is_sequela or LATE_EFFECT in past or _is_too_wide(span, spec, chart):
        span = span._replace(first=None)
    return span._replace(last=_latest(span.last, end))


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
    if terminology.kinds.of_title(words, HISTORIES):
        return False
    is_old = recorded.last < chart.today - timedelta(days=limit)
    return is_old and has_unread_onset(raw, chart.birth, chart.calendar)


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
    return spec.within_days is None or not _is_lately(span.first, spec, chart)


def _as_dated(entry: Entry, chart: Chart) -> Span | None:
    """Read when it began or was done; None if no date says so."""
    begins = "onset" if entry.kind == "Condition" else "performed"
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


def _as_worded(raw: Json, recorded: Span, chart: Chart) -> Span | None:
    """Read a month or year in its words, up to the day of recording."""
    worded = date_in_words((*_title(raw), text(raw.get("onsetString"))), raw, chart)
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
    return _earliest(last, written)


def _exactness(written: str) -> Precision:
    return PRECISIONS.get(len(written), "day")


def _earliest(*days: date | None) -> date | None:
    return min(filter(None, days), default=None)


def _latest(*days: date | None) -> date | None:
    return max(filter(None, days), default=None)


def _began_lately(dated: Span | None, spec: EventSpec, chart: Chart) -> bool:
    """Tell if an onset is itself within the time of the finding."""
    first = dated.first if dated else None
    is_limited = first is not None and spec.within_days is not None
    return is_limited and _is_lately(first, spec, chart)


def _is_lately(day: date | None, spec: EventSpec, chart: Chart) -> bool:
    """Tell if a day is within the time of the finding; always, if it has no limit."""
    if day is None or spec.within_days is None:
        return True
    return day >= chart.today - timedelta(days=spec.within_days)


def _last_of(written: str, chart: Chart) -> date | None:
    """Return the last day that a date may mean; today, if its month or year goes on."""
    last = chart.calendar.last_day(written)
    is_open = len(written) in PRECISIONS and last and last > chart.today
    return chart.today if is_open else last


def _end_of(raw: Json, chart: Chart) -> date | None:
    """Return the last day on which it may have ended, by a date, an age or words."""
    words = text(raw.get("abatementString"))
    worded = date_in_words((words,), raw, chart) if words else ""
    told = last_of_end(raw, chart.birth, chart.calendar)
    return told or chart.calendar.last_day(worded)


def _title(raw: Json) -> Sequence[str]:
    return texts_of(raw.get("code"))


def _is_history(stated: Stated, spec: EventSpec, chart: Chart) -> bool:
    """Tell if its day of recording only says that the event was earlier."""
    entry = stated.entry
    if chart.terminology.kinds.of_title(text(entry.raw.get("onsetString")), HISTORIES):
        return True
    if any(match.concept in spec.history for match in entry.matches):
        return True
    is_past = certainty_of(entry.raw) == "past"
    if spec.unless_kinds:
        # "Leg weakness, old stroke" has no history of weakness.
        is_past = is_past or not HISTORY.isdisjoint(
            _kinds_of_itself(stated, spec, chart)
        )
    else:
        is_past = is_past or bool(kinds_in_words(entry, HISTORIES, chart))
    return is_past or bool(_past_in_words(stated, spec, chart))


def _past_in_words(stated: Stated, spec: EventSpec, chart: Chart) -> frozenset[str]:
    """Return which of its words call an injury or an infection past.

    A cancer of the past counts as well, and a deficit that is old by its words may be
    worse now.
    """
    is_passing = spec.within_days is not None and not (
        spec.undated_counts or spec.earlier_opens
    )
    if stated.entry.kind != "Condition" or not is_passing:
        return frozenset()
    return past_in_words(
        _title(stated.entry.raw),
        lambda part: _names_event(part, spec, chart),
        chart.terminology,
    )


def _began_earlier(event: Happened, spec: EventSpec, chart: Chart) -> bool:
    """Tell if it happened before the time of the finding, if that has a limit."""
    last, limit = event.span.last, spec.within_days
    if last is None or limit is None:
        return False
    return last < chart.today - timedelta(days=limit)


def is_in_time(event: Happened, spec: EventSpec, chart: Chart) -> bool | None:
    """Tell if it falls in the time of the finding; None if that is not known."""
    limit = spec.within_days or spec.older_days
    if limit is None or _is_reason_without_day(event):
        return True
    since = chart.today - timedelta(days=limit)
    is_unstated = _has_no_status(event.stated.entry, chart)
    is_active = bool(clinical_status(event.stated.entry.raw) & ACTIVE)
    is_active = is_active or (is_unstated and _was_entered(event.stated, since, chart))
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
    is_over = is_over or _is_history(event.stated, spec, chart)
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
    is_reason = event.stated.entry.kind in TELL_AGAINST_DRUGS
    is_undated = event.span == Span(None, None)
    return is_reason and is_undated and event.stated.problem is None


def _is_of_past_stay(event: Happened, spec: EventSpec, chart: Chart) -> bool:
    """Tell if it is a diagnosis of a stay that was over half a year ago.

    Nobody ends such a diagnosis: it stays "active" for ever. Only what ends, such as a
    sepsis, is over with its stay.
    """
    may_last = spec.active_is_open or spec.active_counts
    if (
        not may_last
        or spec.within_days is None
        or event.stated.entry.kind != "Condition"
    ):
        return False
    recorded = last_day_of_diagnosis(event.stated.entry, chart)
    latest = _latest(recorded, event.span.first, event.span.last)
    is_old = latest is not None and latest < chart.today - timedelta(days=HALF_A_YEAR)
    return recorded is not None and is_old


def _has_no_status(entry: Entry, chart: Chart) -> bool:
    """Tell if it is a diagnosis without a status, and nothing says that it is over."""
    return entry.kind == "Condition" and is_taken_as_active(
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
    is_entered = _was_entered(event.stated, since, chart)
    return (is_entered and not spec.earlier_opens) or None


def _may_last(event: Happened, chart: Chart) -> bool | None:
    """Return None for an earlier event whose status is not understood, else False."""
    entry = event.stated.entry
    is_diagnosis = entry.kind == "Condition"
    is_open = is_diagnosis and may_be_active(entry.raw, chart.terminology)
    return None if is_open else False


def _is_there_in_time(
    event: Happened, since: date, spec: EventSpec, chart: Chart
) -> bool:
    """Tell if what began on no known day was still there within the time.

    An infection that ended or was entered as active of late is one of late.
    """
    may_last = spec.active_is_open or spec.active_counts
    raw = event.stated.entry.raw
    if not may_last or event.span.first or _is_of_old(event, spec, chart):
        return False
    if end := _end_of(raw, chart):
        return since <= end <= chart.today
    is_active = bool(clinical_status(raw) & ACTIVE) and not spec.earlier_opens
    return is_active and _was_entered(event.stated, since, chart)


def _is_vague(event: Happened, since: date) -> bool:
    """Tell if its date is missing, or a year that began before this day.

    Of a month the worst day counts: its last.
    """
    return event.span.first is None or (
        event.span.precision == "year" and event.span.first < since
    )


def _was_entered(stated: Stated, since: date, chart: Chart) -> bool:
    """Tell if it was recorded as active within the time, whenever it began."""
    entered = text(recorded_on(stated.entry.raw)).strip()
    last = _last_of(entered, chart)
    return last is not None and since <= last <= chart.today


def _is_of_old(event: Happened, spec: EventSpec, chart: Chart) -> bool:
    """Tell if its words call it past or date it, although it is listed as active."""
    raw = event.stated.entry.raw
    is_dated = bool(date_in_words(_title(raw), raw, chart))
    return event.stated.is_past or is_dated or _is_history(event.stated, spec, chart)


def yes(spec: EventSpec, chart: Chart, counted: Sequence[Happened]) -> Finding:
    """Return the finding "yes", led by the newest event that has a label."""
    newest = sorted(counted, key=_order, reverse=True)
    labels = [label_of(one.stated, spec, chart) for one in newest]
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
        if first.problem is None:
            may_last = spec.active_is_open or spec.active_counts
            is_active = bool(clinical_status(first.entry.raw) & ACTIVE)
            why = "no date"
            if may_last and open_ones[0].span.last:
                why = STILL_ACTIVE if is_active else NO_DAY
            first = first._replace(problem=Problem("undetermined", why))
        detail = first.passed_over(spec).detail
        sources = (one.stated.provenance(spec) for one in open_ones)
        return make_gap(spec, "undetermined", detail, *sources)
    if unread := chart.unread(spec):
        return make_gap(spec, "not-read", unread)
    return make_gap(spec, "undetermined", "not on record, and silence says nothing")

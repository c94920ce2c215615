"""Find the entries that state an event, with the days of each."""

from collections.abc import Sequence
from datetime import timedelta

from cds_service.core.vocabulary import EventSpec
from cds_service.fhir.certainty import ACTIVE, PAST, certainty_of, clinical_status
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.medication.reasons_against_drugs import (
    AGAINST_DRUGS,
    TELL_AGAINST_DRUGS,
)
from cds_service.fhir.entries.words.old_deficits import is_told_as_lost
from cds_service.fhir.entries.words.past_by_words import PAST_BY_WORDS
from cds_service.fhir.entries.words.problem_words import in_doubt, read_problem_words
from cds_service.fhir.findings.chart import Chart, Problem
from cds_service.fhir.findings.events.event_reasons import reasons_as_events
from cds_service.fhir.findings.events.event_spans import (
    Happened,
    Span,
    is_lately,
    is_of_short_time,
    span_of,
    was_entered,
)
from cds_service.fhir.findings.events.event_words import (
    HISTORY,
    event_kinds,
    event_parts,
    is_event_aside,
    titles_of,
)
from cds_service.fhir.findings.events.events_in_time import is_of_past_stay
from cds_service.fhir.findings.fractures.earlier_traces import CALLED_OLD
from cds_service.fhir.findings.problem_list import kind_of, kinds_in_words
from cds_service.fhir.findings.statements.asides import (
    is_reason_alone,
    look_back,
    read_aside,
)
from cds_service.fhir.findings.statements.stated import (
    DOUBTED,
    LATER_THAN_TODAY,
    NAMED_ASIDE,
    SUSPECTED,
    UNFINISHED,
    Stated,
)
from cds_service.fhir.findings.statements.statements import or_in_doubt
from cds_service.fhir.findings.worded_dates import date_in_words
from cds_service.fhir.raw_json import objects, texts_of

# Any other status leaves open that an operation was done, or is to be, for what it
# names: also one that is missing or is no status.
NEVER_DONE = frozenset({"not-done", "entered-in-error"})
CALLED_PAST = Problem("undetermined", "active there, and its words call it past")
DATED_OTHERWISE = Problem("undetermined", "its words date it earlier")


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
        may_stop_drug = entry.resource_type in TELL_AGAINST_DRUGS
        if may_stop_drug and entry.named & AGAINST_DRUGS & {*wanted}:
            events += reasons_as_events(entry, frozenset(concepts), spec, chart)
            continue
        if entry.resource_type == "Condition":
            stated = _stated(entry, concepts)
        elif entry.resource_type == "Procedure":
            stated = _operated(entry, concepts, spec, chart)
        else:
            concept = _first_named(entry, concepts)
            within = look_back(spec, concept)
            stated = read_aside(entry, concept, chart, within=within)
        if stated and (meant := _as_meant(stated, spec, chart)):
            events.append(_dated(meant, spec, chart))
    return [one for one in events if not is_of_past_stay(one, spec, chart)]


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
        told = next((one for one in concepts if is_reason_alone(entry, one)), None)
        return Stated(entry, told, "", None, NAMED_ASIDE) if told else None
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
    if told := _told_by_reason(entry, concepts, spec, chart):
        return Stated(entry, told, "", None, problem)
    return Stated(entry, _first_named(entry, concepts), "", None, NAMED_ASIDE)


def _told_by_reason(
    entry: Entry, concepts: Sequence[str], spec: EventSpec, chart: Chart
) -> str:
    """Return what a reason states that an operation was done for, else nothing.

    Title and reason together read like a title that says so: `Mastectomy` for `breast
    cancer`. A code without words has the name of its list.
    """
    terminology, acts = chart.terminology, spec.told_by_acts
    titles = texts_of(entry.raw.get("code")) if acts else []
    for reason in objects(entry.raw.get("reasonCode")):
        words = texts_of(reason)
        coded = terminology.concepts(reason)
        stated = coded | read_problem_words(coded, words, terminology).stated
        sure = sorted(stated.intersection(concepts))
        told = max(sure, key=spec.labels.__contains__, default="")
        names = words or [spec.labels.get(told, "cancer")]
        phrases = (f"{title}, {name}" for title in titles for name in names)
        if told and any(terminology.kinds.named(one, acts) for one in phrases):
            return _of_organ(names, spec, chart) or told
    return ""


def _of_organ(names: Sequence[str], spec: EventSpec, chart: Chart) -> str:
    """Return the concept of the organ that names tell, if it is one alone."""
    kinds = chart.terminology.kinds
    organs = {one for name in names for one in kinds.named(name, (*spec.kinds,))}
    labels = {spec.kinds[one] for one in organs}
    named = [one for one, label in spec.labels.items() if label in labels]
    return named[0] if len(named) == 1 else ""


def _first_named(entry: Entry, concepts: Sequence[str]) -> str:
    """Return the first concept that an entry names or doubts; else the first of all."""
    named = (one for one in concepts if entry.named & {one, in_doubt(one)})
    return next(named, concepts[0])


def _as_meant(stated: Stated, spec: EventSpec, chart: Chart) -> Stated | None:
    """Return the entry as its words mean it.

    None if they mean something else, or call the event past.

    If another part of the words is past, the event is not: `cauda equina, previous
    fusion`. If the words call the event past but the list has it as active, it is open.
    """
    # An aside has no title that could name a kind of the event.
    is_aside = is_event_aside(stated.entry, spec, chart)
    # What was done, such as a sample of a disc, is of no kind.
    is_act = (
        stated.entry.resource_type == "Procedure" and stated.concept in spec.unclear
    )
    has_no_kind = is_aside or is_act or bool(stated.code)
    needs_kind = spec.words_need_kind and not has_no_kind
    if needs_kind and not kind_of(stated.entry, spec, chart):
        is_unclear = stated.concept in spec.unclear
        if is_unclear and not _is_told(stated.entry, spec, chart):
            return None
        # Words that name it, and not what of it, leave it open: "paralysis".
        stated = stated._replace(problem=stated.problem or DOUBTED)
    is_any_over = kinds_in_words(stated.entry, spec.unless_kinds, chart)
    over = event_kinds(stated, spec, chart) if is_any_over else frozenset()
    if not over:
        return stated
    raw = stated.entry.raw
    is_active = bool(clinical_status(raw) & ACTIVE)
    if spec.earlier_opens and over - HISTORY and not clinical_status(raw) & PAST:
        # Somebody has just listed an old deficit: perhaps it is worse.
        since = chart.today - timedelta(days=spec.within_days or 0)
        is_recent = stated.problem is None and was_entered(stated, since, chart)
        return stated._replace(problem=CALLED_OLD) if is_recent else None
    if not is_active or over - HISTORY:
        return None
    if over and stated.problem is None:
        return stated._replace(problem=CALLED_PAST)
    return stated


def _is_told(entry: Entry, spec: EventSpec, chart: Chart) -> bool:
    """Tell if a title says in plain speech that it is there now: "cannot walk".

    The denial is part of what it tells.
    """
    if not spec.open_kinds:
        return False
    terminology = chart.terminology
    deficits = terminology.grave_stems.deficits
    titles = [*filter(deficits.are_in, titles_of(entry.raw))]
    if titles:
        return any(is_told_as_lost(one, terminology) for one in titles)
    is_past = bool(kinds_in_words(entry, PAST_BY_WORDS, chart))
    return not is_past and bool(kinds_in_words(entry, spec.open_kinds, chart))


def _dated(stated: Stated, spec: EventSpec, chart: Chart) -> Happened:
    span = span_of(stated, spec, chart)
    if span.first and span.first > chart.read_on:
        stated = stated._replace(problem=LATER_THAN_TODAY)
    elif not stated.problem and _is_dated_otherwise(stated, span, spec, chart):
        return Happened(stated._replace(problem=DATED_OTHERWISE), span)
    return Happened(stated._replace(day=span.first), span)


def _is_dated_otherwise(
    stated: Stated, span: Span, spec: EventSpec, chart: Chart
) -> bool:
    """Tell if an onset is recent, and the words date it long before.

    Many systems write the day of recording as the onset: "foot drop since 1990".
    """
    if (
        span.first is None
        or stated.entry.resource_type != "Condition"
        or not is_of_short_time(spec)
    ):
        return False
    own = event_parts(stated, spec, chart)
    worded = date_in_words(own, stated.entry.raw, chart)
    last = chart.calendar.last_day(worded)
    return last is not None and last < span.first and not is_lately(last, spec, chart)

"""Tell if a deficit that was entered lately may be an old one.

The day of an entry is no onset: a surgeon who lists a foot drop of 2005 today dates it
today. It is new if its onset lies within the time of the finding, or if nothing tells
of an earlier time: neither its own words nor another entry of the same deficit.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from cds_service.core.vocabulary import EventSpec
from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.element_names import WORDED
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.words.bystanders import other_words_of
from cds_service.fhir.entries.words.past_by_words import NEW
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.findings.chart import Chart, Problem
from cds_service.fhir.findings.statements.asides import read_aside
from cds_service.fhir.findings.statements.stated import Stated
from cds_service.fhir.findings.statements.statements import or_in_doubt
from cds_service.fhir.findings.worded_dates import date_in_words
from cds_service.fhir.leaves import codes_of, words_in
from cds_service.fhir.mapping.texts.clauses import clauses
from cds_service.fhir.onset import asserted_on, begun, recorded_on
from cds_service.fhir.raw_json import member, text, texts_of

CALLED_OLD = Problem("undetermined", "its words call it old, and it may be new")
BEGAN_EARLIER = Problem(
    "undetermined", "it began earlier, was entered of late, and may be new"
)
TRACED = Problem(
    "undetermined", "an earlier entry names it, and without an onset it may be new"
)
# A longer onset is no onset within a time.
LONGEST_ONSET = timedelta(days=366)
# The conclusion of a report is prose, too.
SAID = WORDED | {"conclusion"}
LASTING = ("history", "long-standing")
SINCE = ("dated-since",)


def trace_of_earlier(stated: Stated, spec: EventSpec, chart: Chart) -> Problem | None:
    """Report what tells that a recent entry may be of an older deficit.

    Args:
        stated: the entry, whose day is within the time of the finding.
        spec: the finding, with a limit of time.
        chart: the patient's record.
    """
    entry = stated.entry
    if spec.within_days is None or entry.resource_type != "Condition":
        return None
    since = chart.today - timedelta(days=spec.within_days)
    if stated.is_later_encounter or _is_called_old(entry, since, chart):
        return CALLED_OLD
    if _began_before(entry, since, chart):
        return BEGAN_EARLIER
    if _begins_lately(entry, since, chart):
        return None
    kinds = chart.terminology.kinds
    if any(kinds.named(one, NEW) for one in texts_of(entry.raw.get("code"))):
        return None
    others = chart.mentions_of(or_in_doubt(spec.value_sets))
    is_traced = any(
        other.reference != entry.reference
        and _is_earlier(other, since, spec, chart)
        and _may_be_same(other, entry, spec, chart)
        for other in others
    )
    return TRACED if is_traced else None


def _is_called_old(entry: Entry, since: date, chart: Chart) -> bool:
    """Tell if its words outside of its title call it long-standing, or date it."""
    terminology, kinds = chart.terminology, chart.terminology.kinds
    onset = text(entry.raw.get("onsetString"))
    for words in other_words_of(entry.raw):
        for clause in clauses(words):
            if kinds.named(clause, LASTING):
                return True
            if terminology.years.is_of_childhood(clause):
                return True
            is_of_it = words == onset or bool(kinds.named(clause, SINCE))
            worded = date_in_words((clause,), entry.raw, chart) if is_of_it else ""
            last = chart.calendar.last_day(worded)
            if last is not None and last < since:
                return True
    titles = " ".join(texts_of(entry.raw.get("code")))
    return terminology.years.is_of_childhood(titles)


def _began_before(entry: Entry, since: date, chart: Chart) -> bool:
    """Tell if its onset takes years, or it was asserted before this day."""
    first, last = begun(entry.raw, chart.birth, chart.calendar)
    if first is not None and last is not None and last - first > LONGEST_ONSET:
        return first < since
    asserted = chart.calendar.last_day(asserted_on(entry.raw))
    return last is None and asserted is not None and asserted < since


def _begins_lately(entry: Entry, since: date, chart: Chart) -> bool:
    """Tell if its onset lies within the time."""
    _, last = begun(entry.raw, chart.birth, chart.calendar)
    return last is not None and last >= since


def _is_earlier(other: Entry, since: date, spec: EventSpec, chart: Chart) -> bool:
    """Tell if another entry states or names it at a time before this day."""
    if other.resource_type != "Condition":
        concept = next(iter(spec.value_sets))
        aside = read_aside(other, concept, chart, within=None)
        day = aside.day if aside else None
        return day is not None and day < since and _states(other, spec, chart)
    certainty = certainty_of(other.raw)
    if certainty in ("denied", "doubted"):
        return False
    if not _states(other, spec, chart):
        return False
    calendar = chart.calendar
    ends = text(other.raw.get("abatementDateTime")) or text(
        member(other.raw, "abatementPeriod", "end")
    )
    titles = texts_of(other.raw.get("code"))
    days = (
        begun(other.raw, chart.birth, calendar)[1],
        calendar.last_day(recorded_on(other.raw)),
        calendar.last_day(ends),
        calendar.last_day(date_in_words(titles, other.raw, chart)),
    )
    if any(day is not None and day < since for day in days):
        return True
    kinds = chart.terminology.kinds
    is_lasting = any(kinds.named(one, LASTING) for one in titles)
    return certainty == "past" or is_lasting


def _states(entry: Entry, spec: EventSpec, chart: Chart) -> bool:
    """Tell if a code or words of an entry state the deficit."""
    concepts = map(chart.terminology.concepts, codes_of(entry.raw))
    is_coded = any(one.intersection(spec.value_sets) for one in concepts)
    return is_coded or any(_parts_of(entry, spec, chart))


def _parts_of(entry: Entry, spec: EventSpec, chart: Chart) -> Iterator[str]:
    """Yield the parts of its words that name the deficit, and do not only ask for it.

    A question of long ago, `cauda equina?`, tells of no deficit.
    """
    reader, wanted = chart.terminology.clauses, frozenset(spec.value_sets)
    for words in words_in(entry.raw, SAID):
        for part in reader.read(words):
            if part.is_suspected or part.is_denied or part.is_only_denial:
                continue
            if part.named & wanted - part.ruled_out.keys() - part.of_another:
                yield part.text


def _may_be_same(other: Entry, entry: Entry, spec: EventSpec, chart: Chart) -> bool:
    """Tell if two entries may be of one deficit: a foot drop is no cauda equina.

    If one of them says no kind, a concept of both is enough.
    """
    first, second = (_kinds_of(one, spec, chart) for one in (other, entry))
    if first and second:
        return not first.isdisjoint(second)
    named = [
        {one for one in spec.value_sets if {one, in_doubt(one)} & each.named}
        | {match.concept for match in each.matches if match.concept in spec.value_sets}
        for each in (other, entry)
    ]
    return not named[0].isdisjoint(named[1])


def _kinds_of(entry: Entry, spec: EventSpec, chart: Chart) -> frozenset[str]:
    kinds = chart.terminology.kinds
    parts = [*texts_of(entry.raw.get("code")), *_parts_of(entry, spec, chart)]
    return frozenset().union(*(kinds.named(one, tuple(spec.kinds)) for one in parts))

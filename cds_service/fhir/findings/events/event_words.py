"""Tell if the words of an entry call an event old, or say more than the event."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain

from cds_service.core.vocabulary import EventSpec
from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.words.bystanders import other_words_of
from cds_service.fhir.entries.words.old_deficits import DEFICITS
from cds_service.fhir.entries.words.own_words import (
    dating_parts,
    from_name_on,
    is_called_new,
    is_worsening_alone,
    kinds_alone,
    own_dated_words,
    parts_of,
    without_neighbours,
)
from cds_service.fhir.entries.words.past_by_words import past_in_words
from cds_service.fhir.entries.words.problem_words import HISTORIES, in_doubt, named_in
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.problem_list import kinds_in_words
from cds_service.fhir.findings.statements.stated import Stated
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, text, texts_of

HISTORY = frozenset(HISTORIES)


def titles_of(raw: Json) -> Sequence[str]:
    return texts_of(raw.get("code"))


def event_parts(stated: Stated, spec: EventSpec, chart: Chart) -> list[str]:
    """List the parts of its words that name the event; all parts if none does."""
    parts = _all_parts(stated.entry.raw)
    return [part for part in parts if names_event(part, spec, chart)] or parts


def dating_words(stated: Stated, spec: EventSpec, chart: Chart) -> list[str]:
    """List what its titles say of the event, whose years are then the event's own.

    "Hysterectomy 2010, discitis" does not date the discitis.
    """
    dating = own_dated_words if _is_of_deficit(spec) else from_name_on
    is_of_event = partial(names_event, spec=spec, chart=chart)
    titles = titles_of(stated.entry.raw)
    return [dating(title, is_of_event, chart.terminology) for title in titles]


def _all_parts(raw: Json) -> list[str]:
    return [part for words in titles_of(raw) for part in parts_of(words)]


def names_event(part: str, spec: EventSpec, chart: Chart) -> bool:
    """Tell if a part names the event, a deficit also in plain speech."""
    terminology, concepts = chart.terminology, {*spec.value_sets}
    if terminology.kinds.named(part, tuple(spec.kinds)):
        return True
    if _is_of_deficit(spec) and terminology.grave_stems.deficits.are_in(part):
        return True
    return not concepts.isdisjoint(terminology.text_concepts(part))


def _is_of_deficit(spec: EventSpec) -> bool:
    return not DEFICITS.isdisjoint(spec.value_sets)


def event_kinds(stated: Stated, spec: EventSpec, chart: Chart) -> frozenset[str]:
    """Return the kinds that would rule it out, in the parts of its words that name it.

    If no part names it, all parts count. What is also called new or worse is not
    lasting, `acute on chronic weakness`, though it may be of a history.
    """
    terminology, unless = chart.terminology, spec.unless_kinds
    is_of_event = partial(names_event, spec=spec, chart=chart)
    is_worse = any(
        is_worsening_alone(part, terminology) for part in _all_parts(stated.entry.raw)
    )
    found = set[str]()
    for part in event_parts(stated, spec, chart):
        own = without_neighbours(part, is_of_event, unless, terminology)
        kinds = terminology.kinds.named(own, unless)
        is_new = is_worse or is_called_new(own, terminology)
        found |= kinds & HISTORY if is_new else kinds
    for part in _dating_parts(stated, is_of_event, terminology):
        # "Foot drop, old" calls the foot drop old.
        alone = kinds_alone(part, unless, terminology)
        found |= alone & HISTORY if is_worse else alone
    return frozenset(found)


def _dating_parts(
    stated: Stated, names_event: Callable[[str], bool], terminology: Terminology
) -> list[str]:
    """List the parts of its words that only date the event; all if no part names it."""
    rows = [*map(parts_of, titles_of(stated.entry.raw))]
    if not any(map(names_event, chain.from_iterable(rows))):
        return [*chain.from_iterable(rows)]
    return [
        dating
        for parts in rows
        for at, part in enumerate(parts)
        if names_event(part)
        for dating in dating_parts(parts, at, terminology)
    ]


def is_event_aside(entry: Entry, spec: EventSpec, chart: Chart) -> bool:
    """Tell if an entry names it only next to its title: in a reason or a note."""
    if entry.resource_type not in ("Condition", "Procedure"):
        return True
    terminology, concepts = chart.terminology, {*spec.value_sets}
    if not any(in_doubt(concept) in entry.named for concept in concepts):
        return False
    if any(terminology.text_concepts(one) & concepts for one in titles_of(entry.raw)):
        return False
    # Some words of a note are taken as in doubt although they deny.
    words = other_words_of(entry.raw)
    return entry.resource_type == "Procedure" or bool(
        named_in(words, terminology) & concepts
    )


def past_of_event(stated: Stated, spec: EventSpec, chart: Chart) -> frozenset[str]:
    """Return which of its words call an injury or an infection past.

    A cancer of the past counts as well, and a deficit that is old by its words may be
    worse now.
    """
    is_passing = spec.within_days is not None and not (
        spec.undated_counts or spec.earlier_opens
    )
    if stated.entry.resource_type != "Condition" or not is_passing:
        return frozenset()
    return past_in_words(
        titles_of(stated.entry.raw),
        lambda part: names_event(part, spec, chart),
        chart.terminology,
    )


def is_history(stated: Stated, spec: EventSpec, chart: Chart) -> bool:
    """Tell if its day of recording only says that the event was earlier."""
    entry = stated.entry
    if chart.terminology.kinds.named(text(entry.raw.get("onsetString")), HISTORIES):
        return True
    if any(match.concept in spec.history for match in entry.matches):
        return True
    is_past = certainty_of(entry.raw) == "past"
    if spec.unless_kinds:
        # "Leg weakness, old stroke" has no history of weakness.
        is_past = is_past or not HISTORY.isdisjoint(event_kinds(stated, spec, chart))
    else:
        is_past = is_past or bool(kinds_in_words(entry, HISTORIES, chart))
    return is_past or bool(past_of_event(stated, spec, chart))

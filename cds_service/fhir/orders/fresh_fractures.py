"""Find broken vertebrae that results and orders named shortly before the operation.

"Acute fractures of L1 and L3" may be the only word of a second fracture. What is called
old or known, denied or asked about is left out.
"""

from datetime import timedelta
from typing import NamedTuple

from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.exams.awaited_reports import NO_REPORT
from cds_service.fhir.entries.exams.unread_in_study_names import words_of_study
from cds_service.fhir.entries.fractures.broken_by_title import BROKEN, RESULTS
from cds_service.fhir.entries.words.asides import VOID
from cds_service.fhir.entries.words.bystanders import FRACTURED
from cds_service.fhir.entries.words.problem_words import is_denial
from cds_service.fhir.mapping.clauses import sentences
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import LONGEST_TEXT, folded
from cds_service.fhir.orders.broken_levels import (
    OLD,
    broken_beside,
    broken_places,
    covers,
    fractured_places,
)
from cds_service.fhir.orders.drafts import Order, codeables
from cds_service.fhir.orders.injury_times import (
    Search,
    freshness_of,
    is_recent_entry,
    moment_of,
)
from cds_service.fhir.orders.recognition import FRACTURES, is_augmentation
from cds_service.fhir.orders.since.reports import is_pathology
from cds_service.fhir.raw_json import Json, is_prohibition, text, texts_of
from cds_service.fhir.site_calendar import WRITTEN_YEAR

# Policy: what was seen in these days is what the operation was for.
SEEN_WITHIN = timedelta(days=30)
# Rules of `kinds.toml`.
KNOWN = ("long-standing", "long-past")
CALLED_NEW = ("newly-begun",)
OF_BEFORE = ("fracture-of-before",)
ACTS = frozenset({"Procedure", "ServiceRequest"})
STOPPED = VOID | {"not-done", "revoked", "draft"}


class Told(NamedTuple):
    """Vertebrae that words call broken, and not old.

    Attributes:
        new: those that they call new.
        ageless: those of whose age they say nothing.
        denied: those of which they say that they are not broken.
    """

    new: frozenset[str] = frozenset()
    ageless: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()


def broken_before_operation(search: Search) -> set[str]:
    """Return the vertebrae that were seen or named as broken shortly before it.

    Reports and studies of the last days before the operation name them, and the reasons
    of the operation itself and of its order. One that the record knows as old counts
    only if it is called new again. Places are named as on the problem list.
    """
    operated = search.operation.day
    if operated is None:
        return set()
    first = operated - SEEN_WITHIN
    new, ageless = set[str](), set[str]()
    dated = [
        (moment.day, entry)
        for entry in search.record.entries
        if (moment := moment_of(entry, search.calendar)) and first <= moment.day
    ]
    # A later examination may rule out what an earlier one suspected.
    for day, entry in sorted(dated, key=lambda one: one[0]):
        told = _told_by(entry, first.year, search.terminology)
        new, ageless = new - told.denied, ageless - told.denied
        if day <= operated:
            new, ageless = new | told.new, ageless | told.ageless
    ageless -= new
    known = _known_as_old(search) if ageless else set[str]()
    return new | {one for one in ageless if one not in known and not covers(one, known)}


def _told_by(entry: Entry, year: int, terminology: Terminology) -> Told:
    """Read what an entry tells of broken vertebrae, if it is of a kind that does.

    Args:
        entry: of the days before the operation.
        year: what is of an earlier one is old.
        terminology: the service's terminology.
    """
    codes, words = list[Json](), list[str]()
    if entry.kind in RESULTS and _is_image(entry, terminology):
        codes = codeables(entry.raw, "conclusionCode")
        words = [text(entry.raw.get("conclusion")), *words_of_study(entry.raw)]
        words += _names_of(codeables(entry.raw, "code"))
    elif entry.kind in ACTS and _is_operation(entry, terminology):
        codes = codeables(entry.raw, "reasonCode")
    told = [
        _broken_in(sentence, year, terminology)
        for prose in (*words, *_names_of(codes))
        for sentence in sentences(prose[:LONGEST_TEXT])
        # What a report was asked, and what is filled with cement.
        if entry.kind in ACTS or not terminology.kinds.named(sentence, OF_BEFORE)
    ]
    new = {level for one in told for level in one.new}
    ageless = {level for one in told for level in one.ageless}
    ageless.update(*(broken_places(code, terminology) for code in codes))
    denied = {level for one in told for level in one.denied} - new - ageless
    return Told(frozenset(new), frozenset(ageless), frozenset(denied))


def _names_of(codes: list[Json]) -> list[str]:
    return [words for code in codes for words in texts_of(code)]


def _is_image(entry: Entry, terminology: Terminology) -> bool:
    is_made = entry.status not in VOID | NO_REPORT
    return is_made and not is_pathology(entry.raw, terminology)


def _is_operation(entry: Entry, terminology: Terminology) -> bool:
    if entry.status in STOPPED or is_prohibition(entry.raw):
        return False
    return is_augmentation(Order(entry.reference, entry.raw), terminology)


def _known_as_old(search: Search) -> set[str]:
    """Return the vertebrae that the problem list, or a report of long ago, has broken.

    An old fracture that names no vertebra is kept as its part of the spine.
    """
    places = set[str]()
    for entry in search.record.entries:
        if entry.kind == "Condition":
            is_broken = not entry.concepts.isdisjoint(FRACTURES)
            is_denied = certainty_of(entry.raw) == "denied"
            if is_broken and not is_denied and freshness_of(entry.raw, search) == "old":
                places |= fractured_places(entry.raw, search.terminology)
        elif entry.kind in RESULTS and not is_recent_entry(entry, search):
            places |= broken_beside(entry.raw, search.terminology)
    return {level for place in places for level in place.split("-")}


def _broken_in(sentence: str, year: int, terminology: Terminology) -> Told:
    """Read the vertebrae of a sentence in the parts that call them broken.

    Bare vertebrae next to them go on with the list, and a part that only tells of an
    age is about all of it: "fractures of T8, T9 and L3, all old".
    """
    new, ageless, listed, named = set[str](), set[str](), set[str](), set[str]()
    denied = set[str]()
    is_listing = is_list_old = is_list_new = False
    for part in filter(str.strip, terminology.clauses.joints.aside.split(sentence)):
        is_old, is_new = _ages(part, year, terminology)
        levels = {*terminology.levels.treated(part)}
        named |= {*terminology.levels.named(part)}
        is_bare = terminology.bystanders.are_of_augmentation(part)
        if _denies_break(part, terminology):
            denied |= {*terminology.levels.named(part)}
        if _names_break(part, terminology):
            is_listing, is_list_old, is_list_new = True, is_old, is_new
            listed = set(levels)
        elif is_listing and is_bare:
            listed |= levels
        elif not levels and is_old and _tells_age_alone(part, terminology):
            new, ageless = new - listed, ageless - listed
            is_list_old = True
        else:
            is_listing = False
        if is_listing and is_list_new:
            new |= levels
        elif is_listing and not is_list_old:
            ageless |= levels
    if (new | ageless) and not is_list_old:
        # A comma cuts a number off its name: `fractures of L1,3`.
        ageless |= {*terminology.levels.treated(sentence)} - named
    return Told(frozenset(new), frozenset(ageless - new), frozenset(denied))


def _ages(part: str, year: int, terminology: Terminology) -> tuple[bool, bool]:
    """Tell if words call a fracture old or known, and if they call it new."""
    kinds = terminology.kinds
    years = [int(one) for one in WRITTEN_YEAR.findall(part)]
    is_old = (
        bool(kinds.named(part, KNOWN))
        or bool(terminology.text_concepts(part, OLD))
        or terminology.plain.reports.names_earlier(part)
        or bool(years and max(years) < year)
        or bool(terminology.years.ago(part))
    )
    return is_old, bool(kinds.named(part, CALLED_NEW))


def _names_break(part: str, terminology: Terminology) -> bool:
    """Tell if words name a broken vertebra, or several breaks without a place.

    They are stated or suspected, and nobody denies them or only asks for them.
    """
    rules = terminology.clauses
    if "?" in part or is_denial(part, terminology):
        return False
    stated = rules.without_suspicion(part) if rules.whole(part).is_suspected else part
    named = terminology.text_concepts(stated, BROKEN)
    if named:
        return not named.isdisjoint(FRACTURED)
    is_placed = bool(terminology.levels.named(part))
    are_several = terminology.grave_stems.are_several(part)
    return are_several and not is_placed and not rules.denies(part)


def _denies_break(part: str, terminology: Terminology) -> bool:
    """Tell if words rule out a break: "no fracture of L3", "Fraktur ausgeschlossen"."""
    rules = terminology.clauses
    if "?" in part or rules.whole(part).is_suspected:
        return False
    is_denied = is_denial(part, terminology) or rules.joints.denied.search(folded(part))
    return bool(is_denied) and terminology.plain.bound.names_broken(part)


def _tells_age_alone(part: str, terminology: Terminology) -> bool:
    """Tell if words say since when, and name nothing: "known since 2019"."""
    return not terminology.text_concepts(part) - OLD

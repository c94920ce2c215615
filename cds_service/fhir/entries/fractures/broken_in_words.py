"""Read which vertebrae words call broken, and if they call that new, old or denied.

"Acute fractures of L1 and L3, old fracture of T8" tells of two fractures of now. What
is only examined, worn or asked about is left out.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cds_service.fhir.entries.fractures.broken_by_title import BROKEN
from cds_service.fhir.entries.words.bystanders import FRACTURED
from cds_service.fhir.entries.words.problem_words import is_denial
from cds_service.fhir.mapping.clauses import sentences_once
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import LONGEST_TEXT, folded
from cds_service.fhir.site_calendar import WRITTEN_YEAR

OLD = frozenset({"old-fracture"})
# Rules of `kinds.toml`.
KNOWN = ("long-standing", "long-past")
CALLED_NEW = ("newly-begun",)
OF_BEFORE = ("fracture-of-before",)


class Told(NamedTuple):
    """Vertebrae that words call broken, and not old.

    Attributes:
        new: those that they call new.
        ageless: those of whose age they say nothing.
        known: those that they call broken, and old or known.
        denied: those of which they say that they are not broken.
    """

    new: frozenset[str] = frozenset()
    ageless: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()


def told_by_words(
    words: Iterable[str], year: int, terminology: Terminology, *, is_report: bool
) -> Told:
    """Read what texts of one entry tell of broken vertebrae.

    Args:
        words: its texts.
        year: what is of an earlier one is old.
        terminology: the service's terminology.
        is_report: what a report was asked, and what is filled with cement, is left out.
    """
    told = [
        _broken_in(sentence, year, terminology)
        for sentence in sentences_once(prose[:LONGEST_TEXT] for prose in words)
        if not (is_report and terminology.kinds.named(sentence, OF_BEFORE))
    ]
    new = frozenset(level for one in told for level in one.new)
    ageless = frozenset(level for one in told for level in one.ageless) - new
    known = frozenset(level for one in told for level in one.known)
    denied = frozenset(level for one in told for level in one.denied)
    fresh = new | ageless
    return Told(new, ageless, known - fresh, denied - fresh)


def _broken_in(sentence: str, year: int, terminology: Terminology) -> Told:
    """Read the vertebrae of a sentence in the parts that call them broken.

    Bare vertebrae next to them go on with the list, and a part that only tells of an
    age is about all of it: "fractures of T8, T9 and L3, all old".
    """
    new, ageless, listed, named = set[str](), set[str](), set[str](), set[str]()
    denied, known = set[str](), set[str]()
    is_listing = is_list_old = is_list_new = False
    for part in _parts(sentence, terminology):
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
            new, ageless, known = new - listed, ageless - listed, known | listed
            is_list_old = True
        else:
            is_listing = False
        if is_listing and is_list_new:
            new |= levels
        elif is_listing and not is_list_old:
            ageless |= levels
        elif is_listing:
            known |= {*terminology.levels.named(part)}
    if (new | ageless) and not is_list_old:
        # A comma cuts a number off its name: `fractures of L1,3`.
        ageless |= {*terminology.levels.treated(sentence)} - named
    return Told(*map(frozenset, (new, ageless, known, denied)))


def _parts(sentence: str, terminology: Terminology) -> Iterator[str]:
    """Cut a sentence at asides, and at `and` where each side names a break.

    "Acute fracture of L1 and known fracture of T8" tells of two ages.
    """
    joints = terminology.clauses.joints
    for aside in filter(str.strip, joints.aside.split(sentence)):
        ends = [(0, 0), *(one.span() for one in joints.in_list.finditer(aside))]
        starts = [start for start, _ in ends[1:]]
        pieces = [
            aside[end:start]
            for (_, end), start in zip(ends, [*starts, len(aside)], strict=True)
        ]
        breaks = map(terminology.plain.bound.names_broken, pieces)
        yield from pieces if all(breaks) else [aside]


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

"""Read which vertebrae words call broken, newly or long ago, and which they deny.

"Acute fractures of L1 and L3, old fracture of T8" tells of two new ones. What is
only examined, worn or asked about is left out.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cds_service.fhir.entries.fractures.broken_by_title import BROKEN
from cds_service.fhir.entries.words.bystanders import FRACTURED
from cds_service.fhir.entries.words.past_by_words import NEW, OLD_FRACTURE
from cds_service.fhir.entries.words.problem_words import is_denial
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences_once
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT, folded
from cds_service.fhir.site_calendar import is_dated_before

# Rules of `kinds/`.
KNOWN = ("long-standing", "long-past")
OF_BEFORE = ("fracture-of-before",)
AGE_OF_OTHER = "age-of-other"

# What calls a fracture new, and nothing else.
_NEW = re.compile(
    r"(?:new|acute|recent|fresh|subacute|frisch|neu|akut|subakut|recente?|aigue?|aguda"
    r"|reciente|acuta|nuova|vers|acuut|swieze|nowe|新鮮|新鲜|急性|급성)"
)
_IN_BRACKETS = re.compile(r"\s?[(（]([^()（）]{2,20})[)）]")
_BETWEEN_LEVELS = re.compile(r"[,;()（）、，]|\b(?:and|und|et|y|e|en|i)\b")
_LEVEL = re.compile(r"\b(?:[tl]|th|[bl]wk) ?(?:1[0-2]|[1-9])\b")
# `new T11`, `fracture récente T11`, `T11新鲜`: the age is next to the vertebra.
_NEW_LEVEL = re.compile(
    rf"(?:\b{_NEW.pattern}\w* (?P<behind>{_LEVEL.pattern}))"
    rf"|(?:(?P<before>(?:[tl]|th|[bl]wk) ?(?:1[0-2]|[1-9]))(?:椎体|的)?{_NEW.pattern})"
)


class Told(NamedTuple):
    """Vertebrae by what words say of a break.

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
        for sentence in sentences_once(
            of_this_fracture(prose[:LONGEST_TEXT], terminology) for prose in words
        )
        if not (is_report and terminology.kinds.named(sentence, OF_BEFORE))
    ]
    new = frozenset(level for one in told for level in one.new)
    ageless = frozenset(level for one in told for level in one.ageless) - new
    known = frozenset(level for one in told for level in one.known)
    denied = frozenset(level for one in told for level in one.denied)
    fresh = new | ageless
    return Told(new, ageless, known - fresh, denied - fresh)


def of_this_fracture(prose: str, terminology: Terminology) -> str:
    """Leave out ages of other things: "new since the prior MRI", "s/p kyphoplasty L1".

    A radiologist writes "since the prior study" of what is new.
    """
    return terminology.kinds.without(prose, AGE_OF_OTHER)


def names_new_vertebra(words: str, terminology: Terminology) -> bool:
    """Tell if words call a vertebra new, next to its name, and do not deny it."""
    named = (
        terminology.levels.named((one["behind"] or one["before"]).upper())
        for one in _NEW_LEVEL.finditer(folded(words[:LONGEST_TEXT]))
    )
    new = {level for levels in named for level in levels}
    return not new.isdisjoint(terminology.levels.treated(words))


def _broken_in(sentence: str, year: int, terminology: Terminology) -> Told:
    """Read the vertebrae of a sentence, each with the age in brackets after it.

    "T8 (old) and T11 (new) fractures" has an old fracture and a new one.
    """
    told = _broken_in_parts(sentence, year, terminology)
    if not _names_break(_IN_BRACKETS.sub("", sentence), terminology):
        return told
    ages = _ages_in_brackets(sentence, terminology)
    new = frozenset(level for level, is_new in ages.items() if is_new)
    known = ages.keys() - new
    return Told(
        new=(told.new | new) - known,
        ageless=told.ageless - known - new,
        known=(told.known | known) - new,
        denied=told.denied,
    )


def _ages_in_brackets(sentence: str, terminology: Terminology) -> dict[str, bool]:
    """Return the vertebrae before an age in brackets, and if it calls them new."""
    ages = dict[str, bool]()
    for bracket in _IN_BRACKETS.finditer(sentence):
        if not _is_age(bracket[1], terminology):
            continue
        *_, before = _BETWEEN_LEVELS.split(sentence[: bracket.start()])
        is_new = bool(_NEW.fullmatch(folded(bracket[1]).strip()))
        ages |= dict.fromkeys(terminology.levels.named(before), is_new)
    return ages


def _broken_in_parts(sentence: str, year: int, terminology: Terminology) -> Told:
    """Read the vertebrae of a sentence in the parts that call them broken.

    Bare vertebrae next to such a part continue its list, and a part that only tells an
    age tells that of the whole list: "fractures of T8, T9 and L3, all old".
    """
    new, ageless, listed, named = set[str](), set[str](), set[str](), set[str]()
    denied, known = set[str](), set[str]()
    is_listing = is_list_old = is_list_new = False
    for part in _parts(_with_ages(sentence, terminology), terminology):
        is_old, is_new = _ages(part, year, terminology)
        levels = {*terminology.levels.treated(part)}
        part_levels = {*terminology.levels.named(part)}
        named |= part_levels
        is_bare = terminology.bystanders.are_of_augmentation(part)
        if _denies_break(part, terminology):
            denied |= {*terminology.levels.named(part)}
        # `fractures of L1 (new), T12 (old), L3 (new)`: each has its own age.
        has_own_age = is_listing and part_levels and _tells_age_of(part, terminology)
        if has_own_age or _names_break(part, terminology):
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


def _with_ages(sentence: str, terminology: Terminology) -> str:
    """Return a sentence with each age in brackets next to its vertebra."""
    return _IN_BRACKETS.sub(
        lambda match: f" {match[1]}" if _is_age(match[1], terminology) else match[0],
        sentence,
    )


def _is_age(words: str, terminology: Terminology) -> bool:
    is_new = bool(_NEW.fullmatch(folded(words).strip()))
    return is_new or terminology.plain.reports.says_only_earlier(words)


def _tells_age_of(part: str, terminology: Terminology) -> bool:
    """Tell if a part has no words but one vertebra and its age."""
    words = _LEVEL.sub(" ", folded(part), count=1).strip()
    return _is_age(words, terminology)


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
    is_old = (
        bool(kinds.named(part, KNOWN))
        or bool(terminology.text_concepts(part, OLD_FRACTURE))
        or terminology.plain.reports.names_earlier(part)
        or is_dated_before(part, year)
        or bool(terminology.years.ago(part))
    )
    return is_old, bool(kinds.named(part, NEW))


def _names_break(part: str, terminology: Terminology) -> bool:
    """Tell if words name a broken vertebra, or several breaks without a place.

    They are stated or suspected, neither denied nor only asked for.
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
    return not terminology.text_concepts(part) - OLD_FRACTURE

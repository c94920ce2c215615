"""Reads vertebral levels from words (`T12-L1`, `Th12`, `D11`, `L1,2`, `12. BWK`), as a last resort after all codes.

Levels that are named together form a group. A word like "old" refers to the group next to it; a word like "status post"
refers to every group after it, up to the next comma.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from cds_service.core.derived import SPINE
from cds_service.fhir.mapping.terminology import AUGMENTATIONS, Terminology
from cds_service.fhir.mapping.text_rules import spaced

LEVELS = SPINE
UNUSUAL = ("T13", "L6")  # levels that some people have, but no study covers
LONGEST_TEXT = 2000  # characters: titles and notes of orders are shorter, and matching stays fast
MOST_GROUPS = 40  # groups of levels in one part of a text
LONGEST_SPAN = 6  # `T1-L5` names a stretch of the spine, not what is treated

# D11 = T11 in Vietnamese and Romance records, Th12 in German and Japanese ones; BWK, LWK: German vertebral bodies.
_FAMILY = {"TH": "T", "T": "T", "D": "T", "BWK": "T", "BW": "T", "胸": "T", "L": "L", "LWK": "L", "LW": "L", "腰": "L"}
_LEVEL = re.compile(
    r"(?:(?<![A-Za-z0-9])(?![Tt]-[0-9]+,[0-9])(?:(BWK?|LWK?|TH|Th|[TDL])[ \-]?|(th(?= ?[0-9])|[tdl])(?:-|(?<=th) )?)"
    r"|([胸腰])椎? ?)"
    r"0?([1-9][0-9]?)(?![A-Za-z0-9]|\.[0-9])"
    # T1 and T2 of magnetic resonance and of diabetes, D5 as an infusion
    r"(?!\s?-?(?:weighted|gewichtet|[Ss]ignal|[Ss]equence|STIR|FLAIR|MRI|MR\b|[Hh]yper|[Hh]ypo|bright|image|DM\b|[Dd]iabet|加权|相)"
    r"|\s[1-9][0-9]{2,5} ?(?:IU|UI|IE|I\.E\.|E\b|U\b|mcg|[µu]g)|\s?(?:1/2|NS\b|LR\b|W\b|in water))"
)
# A number before its name: `12. BWK`, `1. Lendenwirbelkörper`, `第12胸椎`.
_NUMBER_FIRST = re.compile(
    r"\b([1-9][0-9]?)\.\s?(BWK?|LWK?|Brustwirbel|Lendenwirbel)(?![A-Z0-9])|第 ?([1-9][0-9]?) ?([胸腰])椎?"
)
# `11. und 12. BWK`, `11th and 12th thoracic vertebrae`, `第11、12胸椎`: both numbers have the name.
_PAIR = re.compile(
    r"(第 ?|\b)([1-9][0-9]?(?:\.|st|nd|rd|th)?)(\s?(?:und|and|[,/+&、和及])\s?)([1-9][0-9]?(?:\.|st|nd|rd|th)?)"
    r"(\s?(?:BWK?|LWK?|Brustwirbel|Lendenwirbel|(?:lumbar|thoracic) vert|[腰胸]椎))"
)
# `first lumbar vertebra`, `12th thoracic body`, `erster Lendenwirbel`, `première vertèbre lombaire`, `第一腰椎`
_ORDINALS = (
    "first|erste[rn]?|premi[eè]re|primera|prima|一",
    "second|zweite[rn]?|deuxi[eè]me|segunda|seconda|二",
    "third|dritte[rn]?|troisi[eè]me|tercera|terza|三",
    "fourth|vierte[rn]?|quatri[eè]me|cuarta|quarta|四",
    "fifth|fünfte[rn]?|cinqui[eè]me|quinta|五",
    "sixth|sechste[rn]?|sixi[eè]me|sexta|sesta|六",
    "seventh|siebte[rn]?|septi[eè]me|s[eé]ptima|settima|七",
    "eighth|achte[rn]?|huiti[eè]me|octava|ottava|八",
    "ninth|neunte[rn]?|neuvi[eè]me|novena|nona|九",
    "tenth|zehnte[rn]?|dixi[eè]me|d[eé]cima|十",
    "eleventh|elfte[rn]?|onzi[eè]me|und[eé]cima|undicesima|十一",
    "twelfth|zwölfte[rn]?|douzi[eè]me|duod[eé]cima|dodicesima|十二",
)
_ORDINAL = re.compile(
    rf"(?:\b|第)(?:({'|'.join(reversed(_ORDINALS))})|([1-9][0-9]?)(?:st|nd|rd|th))\s?"
    r"(?:(lumbar|thoracic|dorsal)(?= vert| body|$)"
    r"|v[eèé]rt[eèé]br[ae] (lomb|lumb|thorac|torac|dors)\w*|(lenden|brust)wirbel\w*|([腰胸])椎)",
    re.IGNORECASE,
)
# `lumbar 1`, `thoracic 11 and 12`; a word after the number makes it a count
_REGION = re.compile(r"\b(lumbar|thoracic) (?=[1-9][0-9]?\s*(?:$|[,;)/&+\-–]|and\b))", re.IGNORECASE)
_TO = re.compile(r"\s*(?:-|‐|–|—|−|~|\bto\b|\bthrough\b|\bthru\b|\bbis\b|\bau\b|\ba\b|\bà\b|至|到)\s*")
_AND = re.compile(r"\s*(?:[,/&+、]|\band\b|\bund\b|\bet\b|\by\b|\be\b|和|及)?\s*(?:(?:and|und|et|y|e)\b\s*)?")
# `L1-3`, `T11/12`, `L1,2`, `L1 and 3`; with a space before the number no word may follow that makes it a count.
_BARE = re.compile(
    r"(?:(?:([\-–])|[/+,&、])(?=\S)|\s?(?:[,&+、]|\b(?:and|und|et|y|e)\b|和)\s?(?=[0-9]+\s?(?:$|[,;)/&+、\-–]|and\b|und\b|et\b|"
    r"for\b|with\b|under\b|due\b|bei\b|wegen\b|unter\b|mit\b|pour\b|sous\b|por\b|con\b|bajo\b|per\b|fract|compress|kypho|vertebro|椎)))"
    r"([1-9][0-9]?)(?![A-Za-z0-9%]|[.:\-/][0-9]|,[0-9]{2})"
)
_STOP = re.compile(r"[;\n()；。]|(?<!\d)\.(?=\s|$)|\.(?=\s(?![BL]W|Brust|Lenden))")
STATUS_POST = re.compile(r"\b(?:z|st|s)\.\s?[np]\b\.?", re.IGNORECASE)  # "Z. n.", "s.p."
_VITAMIN_D = re.compile(r"\bvit(?:amin)?\.?\s*D[ \-]?[23]?\b", re.IGNORECASE)
_REMARK = re.compile(r"\(([^\d()]{1,20})\)")  # "(old)" after a level speaks of it
_JOINT = re.compile(r"[,+&/]|\b(?:and|und|et|y|e)\b|和|及")
_FALL = re.compile(r"\b(?:fall|trauma|accident|sturz|unfall|chute|caida|caduta)\b")
_OLD, _OTHER, _NOT_THESE = "old-fracture", "other-at-level", "not-this-level"
_AT_LEVEL = frozenset({_OTHER})
_MARKS = frozenset({_OLD, _OTHER, _NOT_THESE}) | AUGMENTATIONS


@dataclass(slots=True)
class _Group:
    """Levels named together, with their position in the text."""

    start: int
    end: int
    levels: set[str] = field(default_factory=set)


def levels_in_text(words: str, terminology: Terminology) -> tuple[str, ...]:
    """The levels named in a text, head to foot; T13 and L6 are returned unchanged.

    Levels of older fractures and operations, denied levels, and levels of bone density are left out.
    """
    plain = spaced(unicodedata.normalize("NFKC", words[:LONGEST_TEXT]))
    plain = STATUS_POST.sub("status post", _VITAMIN_D.sub(" ", plain)).replace(" u. ", " und ")
    plain = _ORDINAL.sub(_number_of, _PAIR.sub(r"\1\2\5\3\1\4\5", plain))
    plain = _REGION.sub(lambda found: "L" if found[1].lower() == "lumbar" else "T", plain)
    plain = _NUMBER_FIRST.sub(_name_first, _REMARK.sub(r" \1 ", plain))
    found: set[str] = set()
    for part in _STOP.split(plain):
        for clause, groups in _clauses(part, terminology):
            found.update(level for group in _treated(clause, groups, terminology) for level in group.levels)
    return in_order(found)


def levels_named(words: str) -> tuple[str, ...]:
    """Every level that a text names, head to foot, in whatever context."""
    return in_order({level for group in _groups(words[:LONGEST_TEXT]) for level in group.levels})


def in_order(levels: set[str] | frozenset[str]) -> tuple[str, ...]:
    """Sort levels head to foot; anything else is left out."""
    return tuple(level for level in (*LEVELS[:12], UNUSUAL[0], *LEVELS[12:], UNUSUAL[1]) if level in levels)


def _number_of(found: re.Match[str]) -> str:
    number = found[2] or next(at for at, words in enumerate(_ORDINALS, 1) if re.fullmatch(words, found[1].lower()))
    region = found[3] or found[4] or found[5] or found[6]
    return f"{'L' if region[0] in 'lL腰' else 'T'}{number}"


def _name_first(found: re.Match[str]) -> str:
    name = (found[2] or found[4])[:2].upper()
    return f" {'BWK' if name in ('BW', 'BR', '胸') else 'LWK'} {found[1] or found[3]} "


def _clauses(part: str, terminology: Terminology) -> Iterator[tuple[str, list[_Group]]]:
    """Split a text at commas, except those inside a group of levels: `L1, L2`, but not `L1, L4-5 stenosis`."""
    pieces = part.split(",")[:MOST_GROUPS] if "," in part else []
    for at in range(1, len(pieces)):
        if _LEVEL.search(pieces[at]) and terminology.text_places(pieces[at], _AT_LEVEL):
            head, tail = ",".join(pieces[:at]), part[sum(map(len, pieces[:at])) + at :]
            yield from _clauses(head, terminology)
            yield from _clauses(tail, terminology)
            return
    groups = list(islice(_groups(part), MOST_GROUPS))
    begin = 0
    commas = [one.start() for one in re.finditer(",", part)]
    for end in [*(at for at in commas if not any(group.start <= at < group.end for group in groups)), len(part)]:
        inside = [group for group in groups if begin <= group.start < end]
        yield part[begin:end], [_Group(one.start - begin, one.end - begin, one.levels) for one in inside]
        begin = end


def _groups(part: str) -> Iterator[_Group]:
    position = 0
    while first := _LEVEL.search(part, position):
        group = _Group(first.start(), first.end())
        last = _level(first)
        group.levels.add(last)
        while following := _following(part, group.end, last):
            levels, last, group.end = following
            group.levels = group.levels | levels if levels else set()
        yield group
        position = group.end


def _following(part: str, end: int, last: str) -> tuple[set[str], str, int] | None:
    """The continuation of a group: a range, another level, or a bare number."""
    for joint, is_range in ((_TO.match(part, end), True), (_AND.match(part, end), False)):
        found = _LEVEL.match(part, joint.end()) if joint else None
        if found:
            level = _level(found)
            if is_range and joint and " " in joint[0] and _is_above(level, last):
                return None  # `L2 - L1 intact`: a dash between two statements
            return (_span(last, level) if is_range else {level}), level, found.end()
    bare = _BARE.match(part, end)
    if bare is None or f"{last[0]}{bare[2]}" not in LEVELS:
        return None
    level = f"{last[0]}{bare[2]}"
    return (_span(last, level) if bare[1] else {level}), level, bare.end()


def _treated(clause: str, groups: list[_Group], terminology: Terminology) -> list[_Group]:
    """The groups of a clause that no word excludes."""
    if not groups:
        return []
    places = terminology.text_places(clause, _MARKS)
    if (mark := places.get(_NOT_THESE)) and not _FALL.search(clause.lower(), mark[1]):
        groups = [group for group in groups if group.start < mark[0]]
    for mark in filter(None, (places.get(_OLD), places.get(_OTHER))):
        if not groups:
            break
        is_named = any(end <= groups[0].start for name, (_, end) in places.items() if name in AUGMENTATIONS)
        old: _Group | None = min(groups, key=lambda group: _distance(group, mark))
        if is_named and old is groups[0] and groups[0].end <= mark[0]:  # "kyphoplasty L1" is what is ordered
            old = _named_by(mark, groups[1:], clause)
        groups = [group for group in groups if group is not old]
    return groups


def _named_by(mark: tuple[int, int], groups: list[_Group], clause: str) -> _Group | None:
    """The group that a mark speaks of from before it: `old fracture T8`; None beyond a joint: `chronic pain and L2`."""
    later = next((group for group in groups if group.start >= mark[1]), None)
    return later if later and not _JOINT.search(clause.lower(), mark[1], later.start) else None


def _distance(group: _Group, mark: tuple[int, int]) -> tuple[int, bool]:
    """Sort key: the distance in characters; at equal distance, the group after the word comes first."""
    is_before = group.end <= mark[0]
    return (mark[0] - group.end if is_before else max(group.start - mark[1], 0)), is_before


def _level(found: re.Match[str]) -> str:
    return f"{_FAMILY[(found[1] or found[2] or found[3]).upper()]}{found[4]}"


def _is_above(level: str, last: str) -> bool:
    return level in LEVELS and last in LEVELS and LEVELS.index(level) < LEVELS.index(last)


def _span(first: str, last: str) -> set[str]:
    """All levels from one to another, in either order; none for a range as long as a region of the spine."""
    if first not in LEVELS or last not in LEVELS:
        return {first, last}
    low, high = sorted((LEVELS.index(first), LEVELS.index(last)))
    return set(LEVELS[low : high + 1]) if high - low < LONGEST_SPAN else set()

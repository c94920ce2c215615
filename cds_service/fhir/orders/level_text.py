"""Vertebral levels in words: `T12-L1`, `Th12/L1`, `D11`, `L1 and L2`. The last resort after every coded statement."""

from __future__ import annotations

import re

LEVELS = (*(f"T{number}" for number in range(1, 13)), *(f"L{number}" for number in range(1, 6)))
UNUSUAL = ("T13", "L6")  # exist in some people and in no study
LONGEST_TEXT = 2000  # characters: titles and notes of orders are shorter, and the patterns stay quick
LONGEST_SPAN = 6  # `T1-L5` names a stretch of the spine, not what is treated

# D11 = T11 in Vietnamese and French records, Th12 in German and Japanese ones, BWK and LWK are German vertebral bodies.
_FAMILY = {
    "TH": "T",
    "T": "T",
    "D": "T",
    "BWK": "T",
    "胸": "T",
    "胸椎": "T",
    "L": "L",
    "LWK": "L",
    "腰": "L",
    "腰椎": "L",
}
_LEVEL = re.compile(
    r"(?<![A-Za-z0-9])(?:(BWK|LWK|TH|Th|[TDL]|胸椎?|腰椎?)[ \-]?|(th|[tdl])-?)([1-9][0-9]?)(?![A-Za-z0-9]|[.,][0-9])"
    r"(?!\s?-?(?:weighted|gewichtet|[Ss]ignal|[Ss]equence|STIR|FLAIR|MRI|MR\b))"
)
_TO = re.compile(r"\s*(?:-|‐|–|—|−|~|\bto\b|\bthrough\b|\bthru\b|\bbis\b|\bau\b|\bà\b|至|到)\s*")
_BARE_TO = re.compile(r"[\-–/]([1-9][0-9]?)(?![A-Za-z0-9]|[.,\-/][0-9])")  # `L1-3`, `T11/12`
_STOP = re.compile(r"[;\n。；]|\.(?=\s|$)")
# What is not today's level: older fractures, what was ruled out, and densities, whose T has another meaning.
_NOT_TODAY = re.compile(
    r"\b(?:old|prior|previous\w*|former|status\s+post|s/?p|history|hx|h/o|healed|not?|without|except|after|post|alt\w*|frühere\w*"
    r"|nach|ohne|DE?XA|BMD|T[- ]?scores?|T[- ]?werte?)\b|[Zz]\.\s?n\.|术后|陈旧",
    re.IGNORECASE,
)
_VITAMIN_D = re.compile(r"\bvit(?:amin)?\.?\s*D[ \-]?[23]?\b", re.IGNORECASE)


def levels_in_text(words: str) -> tuple[str, ...]:
    """The levels named in a text, head to foot; T13 and L6 are returned as they stand.

    Parts of the text that speak of older fractures, of what is not there, or of bone density name nothing.
    """
    parts = (part for part in _STOP.split(_VITAMIN_D.sub(" ", words[:LONGEST_TEXT])) if not _NOT_TODAY.search(part))
    found = {level for part in parts for level in _levels_in_part(part)}
    return in_order(found)


def levels_named(words: str) -> tuple[str, ...]:
    """Every level that a text names, head to foot, whatever it says of it."""
    return in_order(_levels_in_part(words[:LONGEST_TEXT]))


def in_order(levels: set[str] | frozenset[str]) -> tuple[str, ...]:
    """Levels head to foot; anything else is left out."""
    return tuple(level for level in (*LEVELS[:12], UNUSUAL[0], *LEVELS[12:], UNUSUAL[1]) if level in levels)


def _levels_in_part(part: str) -> set[str]:
    found: set[str] = set()
    position = 0
    while first := _LEVEL.search(part, position):
        level, position = _level(first), first.end()
        bare = _BARE_TO.match(part, position)
        joint = _TO.match(part, position)
        second = _LEVEL.match(part, joint.end()) if joint else None
        if second:
            found |= _span(level, _level(second))
            position = second.end()
        elif bare:
            found |= _pair(level, f"{level[0]}{bare[1]}", is_span=bare[0][0] != "/")
            position = bare.end()
        else:
            found.add(level)
    return found


def _level(found: re.Match[str]) -> str:
    return f"{_FAMILY[(found[1] or found[2]).upper()]}{found[3]}"


def _pair(first: str, second: str, *, is_span: bool) -> set[str]:
    if second not in LEVELS:
        return {first}
    return _span(first, second) if is_span else {first, second}


def _span(first: str, last: str) -> set[str]:
    """All levels between two, in whichever order they are named; nothing for a stretch of the spine."""
    if first not in LEVELS or last not in LEVELS:
        return {first, last}
    low, high = sorted((LEVELS.index(first), LEVELS.index(last)))
    return set(LEVELS[low : high + 1]) if high - low < LONGEST_SPAN else set()

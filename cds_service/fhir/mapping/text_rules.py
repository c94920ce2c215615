"""Words that name a concept: the rules of `texts/`, tried on texts without case and accents.

There are more than a thousand patterns. Nearly all are seen not to fit by a piece of plain text that they cannot do
without: `metasta`, or `oplast` for `k[yi](ph|f)oplast`; one search for all of them together takes ten times as long.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

Place = tuple[int, int]
Pieces = frozenset[str]
NOT_KNOWN: Pieces = frozenset()

SPINE = "spine"  # the concept whose words turn a short name (PKP) into an operation of the spine
_ACCENTS = re.compile("[\u0300-\u036f]")
_ESCAPED = re.compile(r"\\.|[^\\]+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TextRule:
    """Words that name a concept, as regular expressions on folded text.

    Attributes:
        any: one of them names the concept.
        none: one of them beside it says otherwise.
        short: abbreviations and words of many meanings: they count only beside a word of `SPINE`.
    """

    any: tuple[str, ...]
    none: tuple[str, ...] = ()
    short: tuple[str, ...] = ()


class TextRules:
    """The rules of some concepts, tried together."""

    def __init__(self, rules: Mapping[str, TextRule], spine: TextRule | None) -> None:
        """By concept, and the rule of `SPINE`."""
        self._rules = {concept: _Searches(rule) for concept, rule in rules.items()}
        self._spine = _Searches(spine) if spine else None
        each = [rule.pieces for rule in self._rules.values()]
        self._pieces = _shortest(chain(*each)) if all(each) else ()

    def places(self, text: str, beside: str | None = "") -> Mapping[str, Place]:
        """Where `folded(text)` names which concept, the first place of each.

        Args:
            text: of a record or an order.
            beside: what else is known of the place in the body, for short names; None where those do not count.
        """
        words = folded(text)
        if not _may_fit(self._pieces, words):
            return {}
        found = ((concept, self._place(rule, words, beside)) for concept, rule in self._rules.items())
        return {concept: place for concept, place in found if place}

    def _place(self, rule: _Searches, words: str, beside: str | None) -> Place | None:
        if not _may_fit(rule.pieces, words):
            return None
        name = rule.any.search(words) if rule.any else None
        if name is None and rule.short and self._is_spinal(words, beside):
            name = rule.short.search(words)
        return name.span() if name and not (rule.none and rule.none.search(words)) else None

    def _is_spinal(self, words: str, beside: str | None) -> bool:
        spine = self._spine
        if spine is None or spine.any is None or beside is None:
            return False
        whole = f"{words} {folded(beside)}"
        return bool(spine.any.search(whole)) and not (spine.none and spine.none.search(whole))


class _Searches:
    """A rule, compiled: one search for each list of words.

    Attributes:
        pieces: one of them stands in all that fits; empty when that is not known.
    """

    def __init__(self, rule: TextRule) -> None:
        self.any, self.none, self.short = _compiled(rule.any), _compiled(rule.none), _compiled(rule.short)
        self.pieces = tuple(sorted(_one_of(pieces_of(word) for word in (*rule.any, *rule.short))))


def folded(text: str) -> str:
    """The text in lower case and without accents."""
    return without_accents(text).lower()


def without_accents(text: str) -> str:
    """The text without the accents of Latin letters, which records leave out as often as not; wide forms as usual ones.

    Marks of other scripts stay: they make another letter.
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", text)))


def folded_pattern(pattern: str) -> str:
    r"""A regular expression for folded texts: `\S` stays what it is."""
    return _ESCAPED.sub(lambda part: part[0] if part[0].startswith("\\") else folded(part[0]), pattern)


def pieces_of(pattern: str) -> Pieces:
    """Pieces of which one stands in every text that this pattern fits; empty when none is known."""
    return _of_sequence(_parser.parse(pattern))


def _of_sequence(parsed: Iterable[tuple[Any, Any]]) -> Pieces:
    """The longest of what a sequence cannot do without."""
    found: list[Pieces] = []
    run = ""
    for kind, argument in (*parsed, (None, None)):
        if kind is op.AT:  # between two characters
            continue
        if kind is op.LITERAL:
            run += chr(argument)
            continue
        found.append(frozenset({run} - {""}))
        run = ""
        if kind is op.SUBPATTERN:
            found.append(_of_sequence(argument[-1]))
        elif kind is op.BRANCH:
            found.append(_one_of(_of_sequence(each) for each in argument[1]))
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT) and argument[0]:
            found.append(_of_sequence(argument[2]))
    return max(found, key=lambda pieces: min(map(len, pieces), default=0))


def _one_of(alternatives: Iterable[Pieces]) -> Pieces:
    each = list(alternatives)
    return frozenset().union(*each) if all(each) else NOT_KNOWN


def _shortest(pieces: Iterable[str]) -> tuple[str, ...]:
    """Without those that hold another: where one of these stands, the other stands too."""
    each = frozenset(pieces)
    return tuple(sorted(piece for piece in each if not any(other in piece for other in each - {piece})))


def _may_fit(pieces: tuple[str, ...], words: str) -> bool:
    return not pieces or any(map(words.__contains__, pieces))


def _compiled(words: Iterable[str]) -> re.Pattern[str] | None:
    joined = "|".join(words)
    return re.compile(joined) if joined else None

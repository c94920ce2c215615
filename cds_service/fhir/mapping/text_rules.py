"""Words that name a concept: the rules of `texts/`, each tried only on words that can fit it.

A search that minds no case takes long, and there are close to two hundred patterns. Nearly all are seen not to fit by
a piece of plain text that they cannot do without: `metasta`, or `oplast` for `k[yi](ph|f)oplast`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

Pieces = frozenset[str]
NOT_KNOWN: Pieces = frozenset()
# What a search without case takes for an ASCII letter and `str.lower` does not.
ODD_LETTERS = {0x130: "i", 0x131: "i", 0x17F: "s", 0x212A: "k"}

_ACCENTS = re.compile("[\u0300-\u036f]")


@dataclass(frozen=True, slots=True)
class TextRule:
    """Words that name a concept, and words beside them that say otherwise.

    Attributes:
        pieces: one of them stands in all that fits, in the spelling of `folded`; empty when that is not known.
    """

    any: tuple[re.Pattern[str], ...]
    none: tuple[re.Pattern[str], ...] = ()
    pieces: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pieces", tuple(sorted(_one_of(pieces_of(word.pattern) for word in self.any))))

    def fits(self, text: str, folded_text: str) -> bool:
        """Whether this text names the concept."""
        if self.pieces and not any(map(folded_text.__contains__, self.pieces)):
            return False
        return any(word.search(text) for word in self.any) and not any(word.search(text) for word in self.none)


class TextRules:
    """The rules of some concepts, tried together: of most texts one look says that none of them fits."""

    def __init__(self, rules: Mapping[str, TextRule]) -> None:
        """By concept."""
        self._rules = rules
        each = [rule.pieces for rule in rules.values()]
        self._pieces = _shortest(chain(*each)) if all(each) else ()

    def concepts(self, text: str) -> frozenset[str]:
        """Those that this text names."""
        plain = without_accents(text)
        folded_text = folded(plain)
        if self._pieces and not any(map(folded_text.__contains__, self._pieces)):
            return frozenset()
        return frozenset([concept for concept, rule in self._rules.items() if rule.fits(plain, folded_text)])


def without_accents(text: str) -> str:
    """The text without the accents of Latin letters, which records leave out as often as not; wide forms as usual ones.

    Marks of other scripts stay: they make another letter.
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", text)))


def folded(text: str) -> str:
    """The text in the spelling of pieces: in lower case."""
    return text.lower() if text.isascii() else text.translate(ODD_LETTERS).lower()


def pieces_of(pattern: str) -> Pieces:
    """Pieces of which one stands in every folded text that this pattern fits; empty when none is known."""
    return _of_sequence(_parser.parse(pattern))


def _of_sequence(parsed: Iterable[tuple[Any, Any]]) -> Pieces:
    """The longest of what a sequence cannot do without."""
    found: list[Pieces] = []
    run = ""
    for kind, argument in (*parsed, (None, None)):
        if kind is op.AT:  # between two characters
            continue
        if kind is op.LITERAL and _has_one_spelling(chr(argument)):
            run += chr(argument).lower()
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


def _shortest(pieces: Iterable[str]) -> tuple[str, ...]:
    """Without those that hold another: where one of these stands, the other stands too."""
    each = frozenset(pieces)
    return tuple(sorted(piece for piece in each if not any(other in piece for other in each - {piece})))


def _one_of(alternatives: Iterable[Pieces]) -> Pieces:
    each = list(alternatives)
    return frozenset().union(*each) if all(each) else NOT_KNOWN


def _has_one_spelling(character: str) -> bool:
    return character.isascii() or character.lower() == character.upper()

"""Words that name a concept: the rules of `texts/`, tried on texts without case and accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

Place = tuple[int, int]

# Titles of orders, diagnoses and drugs are the same few thousand all day; anything longer is somebody's own prose.
KEPT_TEXTS = 4096
LONGEST_TITLE = 200
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
        self._looked_up = lru_cache(KEPT_TEXTS)(self._look)

    def places(self, text: str, beside: str | None = "") -> Mapping[str, Place]:
        """Where `folded(text)` names which concept, the first place of each.

        Args:
            text: of a record or an order.
            beside: what else is known of the place in the body, for short names; None where those do not count.
        """
        look = self._looked_up if len(text) <= LONGEST_TITLE else self._look
        return look(folded(text), beside)

    def _look(self, words: str, beside: str | None) -> Mapping[str, Place]:
        found = ((concept, self._place(rule, words, beside)) for concept, rule in self._rules.items())
        return {concept: place for concept, place in found if place}

    def _place(self, rule: _Searches, words: str, beside: str | None) -> Place | None:
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
    """A rule, compiled: one search for each list of words."""

    def __init__(self, rule: TextRule) -> None:
        self.any, self.none, self.short = _compiled(rule.any), _compiled(rule.none), _compiled(rule.short)


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


def _compiled(words: Iterable[str]) -> re.Pattern[str] | None:
    joined = "|".join(words)
    return re.compile(joined) if joined else None

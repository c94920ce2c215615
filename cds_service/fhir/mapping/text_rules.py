"""Recognises concepts in words, by the rules in `texts/`, ignoring case and accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

Place = tuple[int, int]

# The same few thousand titles of orders, diagnoses and drugs recur all day; longer texts are free prose, not cached.
KEPT_TEXTS = 4096
LONGEST_TITLE = 200
# Characters. No name is longer, and a search in a long text holds up all other requests of the process.
LONGEST_TEXT = 10_000
SPINE = "spine"  # the concept whose words turn a short name (PKP) into an operation of the spine
_ACCENTS = re.compile("[\u0300-\u036f]")
_ESCAPED = re.compile(r"\\.|[^\\]+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TextRule:
    """Words that name a concept, as regular expressions on folded text.

    Attributes:
        any: any match names the concept.
        none: any match rules the concept out.
        short: ambiguous abbreviations and words: they count only next to a word of `SPINE`.
    """

    any: tuple[str, ...]
    none: tuple[str, ...] = ()
    short: tuple[str, ...] = ()


class TextRules:
    """The rules for several concepts, searched together."""

    def __init__(self, rules: Mapping[str, TextRule], spine: TextRule | None) -> None:
        """Rules by concept, and the rule for `SPINE`."""
        self._rules = {concept: _Searches(rule) for concept, rule in rules.items()}
        self._spine = _Searches(spine) if spine else None
        self._looked_up = lru_cache(KEPT_TEXTS)(self._look)

    def places(self, text: str, beside: str | None = "") -> Mapping[str, Place]:
        """The first position in `folded(text)` at which each concept is named; none in a text over `LONGEST_TEXT`.

        The rest of such a text may take back what its beginning says.

        Args:
            text: a text from a record or an order.
            beside: other words about the body site, needed to accept short names; None if those do not count.
        """
        if len(text) > LONGEST_TEXT:
            return {}
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
    """A compiled rule: one search for each list of words."""

    def __init__(self, rule: TextRule) -> None:
        self.any, self.none, self.short = _compiled(rule.any), _compiled(rule.none), _compiled(rule.short)


def folded(text: str) -> str:
    """The text in lower case without accents."""
    return without_accents(text).lower()


def without_accents(text: str) -> str:
    """The text without accents on Latin letters, which records often omit; full-width forms become normal ones.

    Marks in other scripts are kept, since they make a different letter.
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", text)))


def folded_pattern(pattern: str) -> str:
    r"""Fold a regular expression like the texts that it is matched with; `\S` stays as it is."""
    return _ESCAPED.sub(lambda part: part[0] if part[0].startswith("\\") else folded(part[0]), pattern)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, compiled once: a concept's words are tried for each language, and loaded for each EHR."""
    return re.compile(pattern)


def _compiled(words: Iterable[str]) -> re.Pattern[str] | None:
    joined = "|".join(words)
    return compiled(joined) if joined else None

"""Compiles a list of plain words, and tells if a text consists of them."""

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache

from cds_service.fhir.mapping.durations import LONGEST_TEXT, DurationRules
from cds_service.fhir.mapping.text_rules import (
    KEPT_TEXTS,
    LONGEST_KEPT,
    folded,
    folded_pattern,
)
from cds_service.outgoing.deadline import check_time

# Signs that only divide words; any other, `?` or an arrow, may say something.
_DIVIDES = r"[\s.,;:()\[\]/&+×*\"'’\-–—、。，；：（）・]"
# No word begins or ends within another one in Latin letters; Chinese and Japanese write
# no spaces.
_APART = r"(?:(?<![a-z0-9])|(?![a-z0-9]))(?:%s)(?:(?![a-z0-9])|(?<![a-z0-9]))"

# Matches nothing itself: a phrase goes before a word of it, however guarded.
_LOOKS_BEHIND = re.compile(r"\(\?<[!=][^()]*\)")
_NOTHING = re.compile(r"(?!)")


def whole_word(words: Sequence[str]) -> re.Pattern[str]:
    """Compile words of which one is looked for as a whole; none match nothing."""
    patterns = sorted({folded_pattern(word) for word in words}, key=_longest_first)
    return re.compile(_APART % "|".join(patterns)) if patterns else _NOTHING


def _longest_first(word: str) -> tuple[int, str]:
    return -len(_LOOKS_BEHIND.sub("", word)), word


class PlainWords:
    """The plain words of all languages, compiled.

    Attributes:
        words: as the files write them.
        durations: reads the lengths of time next to them.
        earlier: words that call a fracture an old one.
    """

    def __init__(
        self,
        words: Sequence[str],
        durations: DurationRules | None,
        earlier: Sequence[str] = (),
    ) -> None:
        """Keep the words; lengths of time are read by `durations`, if they are."""
        self.words, self.durations = tuple(words), durations
        self.earlier = tuple(earlier)
        whole = sorted({folded_pattern(word) for word in words}, key=_longest_first)
        self._any = _APART % "|".join(whole)
        self._kept = lru_cache(KEPT_TEXTS)(self._are_all)

    @cached_property
    def _plain(self) -> re.Pattern[str]:
        return re.compile(rf"(?>(?:{_DIVIDES}|{self._any})*)")

    @cached_property
    def _word(self) -> re.Pattern[str]:
        # Asked of a few texts and by commands, so compiled at the first one.
        return re.compile(self._any)

    def are_all(
        self, text: str, *, is_title: bool = False, has_lengths: bool = True
    ) -> bool:
        """Tell if nothing is left of a text without lengths of time and plain words.

        Args:
            text: of an order.
            is_title: as in `DurationRules.read`.
            has_lengths: the lengths in this text are read; if they are not, one is
                left.
        """
        look = self._kept if len(text) <= LONGEST_KEPT else self._are_all
        return look(text, is_title=is_title, has_lengths=has_lengths)

    def _are_all(self, text: str, *, is_title: bool, has_lengths: bool) -> bool:
        if len(text) > LONGEST_TEXT:
            return False
        check_time()
        remainder = text
        if has_lengths and self.durations:
            remainder = self.durations.without_times(text, is_title=is_title)
        return self._plain.fullmatch(folded(remainder)) is not None

    @cached_property
    def _old(self) -> re.Pattern[str]:
        return re.compile(_APART % "|".join(map(folded_pattern, self.earlier)))

    def names_earlier(self, text: str) -> bool:
        """Tell if words call something old or known, as a fracture of long ago."""
        return bool(self.earlier) and self._old.search(folded(text)) is not None

    def names_any(self, text: str) -> bool:
        """Tell if one of the words is in a text."""
        return self._word.search(folded(text)) is not None

    def words_in(self, text: str) -> list[str]:
        """List the plain words and phrases of a folded text, the longest first."""
        return [match[0] for match in self._word.finditer(text)]

    def left_in(self, text: str) -> tuple[str, ...]:
        """List words of a text that are not plain: a site reads its own files so."""
        remainder = text[:LONGEST_TEXT]
        if self.durations:
            remainder = self.durations.without_times(remainder, is_title=True)
        remainder = folded(remainder)
        return tuple(
            filter(None, re.split(rf"{_DIVIDES}+", self._word.sub(" ", remainder)))
        )

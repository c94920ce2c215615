"""Compile a list of plain words, and tell if a text consists of them."""

import re
from collections.abc import Sequence
from functools import cached_property

from cds_service.fhir.mapping.durations.durations import LONGEST_TEXT, DurationRules
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.texts.kept_texts import kept
from cds_service.fhir.mapping.texts.text_rules import folded, folded_pattern
from cds_service.outgoing.deadline import check_time

# Signs that only divide words. Any other, such as `?` or an arrow, may mean something.
_DIVIDES = r"[\s.,;:()\[\]/&+×*\"'’\-–—、。，；：（）・]"
# Each end of a word is a border: the sign before it or the sign after it is no Latin
# letter or figure. So `all` is not found in `fall`, and a word of Chinese or Japanese,
# which write no spaces, is found anywhere.
_APART = r"(?:(?<![a-z0-9])|(?![a-z0-9]))(?:%s)(?:(?![a-z0-9])|(?<![a-z0-9]))"

# The longest pattern is tried first, so that a phrase comes before a word of it. Signs
# of a lookbehind do not count: they are not part of what it matches.
_LOOKS_BEHIND = re.compile(r"\(\?<[!=][^()]*\)")
_NOTHING = re.compile(r"(?!)")


def whole_word(words: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern for any of these words as a whole; without words, for none."""
    return re.compile(_any_of(words)) if words else _NOTHING


def _any_of(words: Sequence[str]) -> str:
    patterns = sorted({folded_pattern(word) for word in words}, key=_longest_first)
    return _APART % "|".join(patterns)


def _longest_first(word: str) -> tuple[int, str]:
    return -len(_LOOKS_BEHIND.sub("", word)), word


class PlainWords:
    """The plain words of all languages, compiled.

    Attributes:
        words: the words as the files have them.
        durations: reads the lengths of time next to them; None if these are not plain.
        earlier: words that call a fracture an old one.
    """

    def __init__(
        self,
        words: Sequence[str],
        durations: DurationRules | None,
        earlier: Sequence[str] = (),
    ) -> None:
        """Keep the words, to be compiled when they are first needed."""
        self.words, self.durations = tuple(words), durations
        self.earlier = tuple(earlier)
        self._any = _any_of(words)
        self._kept = kept(self._are_all)

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
            text: a text from a record or an order.
            is_title: the text is an order's title, as in `DurationRules.read`.
            has_lengths: lengths of time count as plain.
        """
        return self._kept(text, is_title=is_title, has_lengths=has_lengths)

    def _are_all(self, text: str, *, is_title: bool, has_lengths: bool) -> bool:
        if len(text) > LONGEST_TEXT:
            return False
        check_time()
        remainder = text
        if has_lengths and self.durations:
            remainder = self.durations.without_times(text, is_title=is_title)
        return self._plain.fullmatch(folded(remainder)) is not None

    @cached_property
    def _earlier(self) -> re.Pattern[str]:
        return re.compile(_APART % "|".join(map(folded_pattern, self.earlier)))

    def names_earlier(self, text: str) -> bool:
        """Tell if a text has a word that calls a fracture an old one."""
        return bool(self.earlier) and self._earlier.search(folded(text)) is not None

    def says_only_earlier(self, text: str) -> bool:
        """Tell if a text has no other words than those that call a fracture old."""
        return self.names_earlier(text) and not LETTER.search(
            self.without_earlier(text)
        )

    def without_earlier(self, text: str) -> str:
        """Return the folded text without words that call a fracture old."""
        return self._earlier.sub(" ", folded(text)) if self.earlier else folded(text)

    def names_any(self, text: str) -> bool:
        """Tell if one of the words is in a text."""
        return self._word.search(folded(text)) is not None

    def without(self, text: str, sign: str) -> str:
        """Return the folded text with a sign for each of the words."""
        return self._word.sub(sign, folded(text))

    def words_in(self, text: str) -> list[str]:
        """List the plain words of a folded text; of two at a place, the longer."""
        return [match[0] for match in self._word.finditer(text)]

    def left_in(self, text: str) -> tuple[str, ...]:
        """List the words of a text that are not plain, for a site's own reading."""
        remainder = text[:LONGEST_TEXT]
        if self.durations:
            remainder = self.durations.without_times(remainder, is_title=True)
        unknown = self._word.sub(" ", folded(remainder))
        return tuple(word for word in re.split(rf"{_DIVIDES}+", unknown) if word)

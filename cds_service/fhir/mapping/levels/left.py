"""Find the vertebrae of a text that were left: `Kyphoplasty L1, L3 aborted`.

The words are in `mappings/texts/`. Three lists say it: of `left` ("aborted", "not
done") in any text, of `later` ("planned", "next week") of what was done, of `spared`
("treated conservatively") unless the text has a word of `tried` ("failed"). In an order
all may be planned.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from cds_service.fhir.mapping.files.language import Vertebrae, any_of
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.levels.instrumented import BORDERS, Place, flat

# Characters between a vertebra and the word, with a few short words.
LONGEST_GAP = 20

Name = Callable[[str], tuple[str, ...]]


class LeftPart(NamedTuple):
    """A part of a text that says that vertebrae were left.

    Attributes:
        marks: where its words for that are.
        levels: the vertebrae.
    """

    marks: tuple[tuple[int, int], ...]
    levels: frozenset[str]


class LeftRules:
    """Tells which of the levels of a text were not treated, or not yet."""

    def __init__(
        self, languages: Sequence[Vertebrae], joints: Sequence[str], name: Name
    ) -> None:
        """Compile the words.

        Args:
            languages: the words about vertebrae of each language.
            joints: the words for "and" and "with".
            name: lists the levels that a part of a text names.
        """
        left, later = any_of(languages, "left"), any_of(languages, "later")
        self._left = re.compile(left)
        self._left_or_later = re.compile(f"{left}|{later}")
        self._spared = re.compile(any_of(languages, "spared"))
        self._tried = re.compile(any_of(languages, "tried"))
        self._not_whole = re.compile(any_of(languages, "not_whole"))
        self._borders = re.compile("|".join((BORDERS, *joints)))
        self._name = name

    def may_leave(self, words: str, *, is_done: bool) -> bool:
        """Tell if a text has a word for a vertebra that was left."""
        plain = flat(words)
        if self._words(is_done=is_done).search(plain):
            return True
        return bool(self._spared.search(plain) and not self._tried.search(plain))

    def parts(
        self, words: str, groups: Sequence[Place], *, is_done: bool
    ) -> list[LeftPart]:
        """Return the parts of a text that say of vertebrae that they were left.

        A word is about the levels next to it in its statement; after a list with
        commas, about those after the last comma. What follows without levels says more
        of the same: `L3 attempted, abandoned`. A statement about a part of a vertebra,
        or another act there, leaves no vertebra: `L3 left pedicle not accessible`.

        Args:
            words: a text.
            groups: the levels that it names.
            is_done: the text is of something that was done.
        """
        pattern = self._words(is_done=is_done)
        plain = flat(words)
        patterns = [pattern] if self._tried.search(plain) else [pattern, self._spared]
        parts = list[LeftPart]()
        is_after_left = False
        for start, end in self._statements(plain, groups):
            marks = sorted(
                mark.span()
                for words_left in patterns
                for mark in words_left.finditer(plain, start, end)
            )
            inside = [one for one in groups if start <= one.start < end]
            if not inside and not LETTER.search(plain, start, end):
                continue
            if not inside and marks and is_after_left:
                parts.append(LeftPart(tuple(marks), frozenset()))
                continue
            place = self._next_to(plain, inside, marks[0]) if marks else None
            if place and self._is_of_part(plain, start, place, marks[0]):
                place = None
            is_after_left = place is not None
            if place:
                levels = frozenset(self._name(words[place[0] : place[1]]))
                parts.append(LeftPart(tuple(marks), levels))
        return parts

    def _is_of_part(
        self, plain: str, start: int, levels: tuple[int, int], mark: tuple[int, int]
    ) -> bool:
        """Tell if a statement, up to its word and levels, is about something else."""
        end = max(levels[1], mark[1])
        # What a word for leaving says of itself: `in a second session`.
        before, after = plain[start : mark[0]], plain[mark[1] : end]
        return bool(self._not_whole.search(f"{before} | {after}"))

    def before_mark(self, words: str) -> str | None:
        """Return what a text says before its first word for what was left, folded.

        None if it has no such word, or names another act before it.
        """
        plain = flat(words)
        mark = self._left.search(plain)
        if mark is None or self._not_whole.search(plain, 0, mark.start()):
            return None
        return plain[: mark.start()]

    def _words(self, *, is_done: bool) -> re.Pattern[str]:
        return self._left_or_later if is_done else self._left

    def _statements(
        self, plain: str, groups: Sequence[Place]
    ) -> Iterator[tuple[int, int]]:
        """Cut a text at borders that are within no list of levels."""
        at = 0
        for border in self._borders.finditer(plain):
            if not any(one.start <= border.start() < one.end for one in groups):
                yield at, border.start()
                at = border.end()
        yield at, len(plain)

    def _next_to(
        self, plain: str, groups: Sequence[Place], mark: tuple[int, int]
    ) -> tuple[int, int] | None:
        """Return the place of the levels that a word is about; None without any."""
        before = [one for one in groups if one.end <= mark[0]]
        after = [one for one in groups if one.start >= mark[1]]
        is_apart = before and LETTER.search(plain, before[-1].end, mark[0])
        if after and (not before or is_apart):
            is_near = after[0].start - mark[1] <= LONGEST_GAP
            return (after[0].start, after[0].end) if is_near else None
        if not before or mark[0] - before[-1].end > LONGEST_GAP:
            return None
        last = before[-1]
        comma = max(plain.rfind(one, last.start, last.end) for one in ",、")
        return (comma + 1 if comma >= 0 else last.start), last.end

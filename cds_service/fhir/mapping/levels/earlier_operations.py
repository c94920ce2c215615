"""Find the vertebrae of an earlier operation: `Kyphoplasty L2 (L4 s/p vertebroplasty)`.

Its name is after a word of the concept `occasion` (status post), before one that is
written together with it (术后), or before a year that is over. Another name of an
operation has to be without any: `L4 s/p kyphoplasty, refracture` keeps its level.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice

from cds_service.fhir.mapping.levels.level_names import MOST_GROUPS, Group, LevelNames
from cds_service.fhir.mapping.texts.text_rules import Place

Places = Callable[[str, frozenset[str]], Mapping[str, Place]]

_OCCASION = "occasion"
# Characters before the name of an operation that may hold the word for "after".
_BEFORE = 25
# What may be between that word and the name: `after balloon kyphoplasty`, `Z. n. `.
_LINK = re.compile(r"[\s.:-]*(?:[^\W\d_]{1,11}[\s-]+)?")
# Of a name only a part is read: the rest of its word.
_ENDING = re.compile(r"[a-z\u00df-\u017f]*", re.IGNORECASE)
_PARTICIPLE = re.compile(r"ie?rt\w{0,2}", re.IGNORECASE)  # `vertebroplastiert`
_YEAR = re.compile(r"\W{1,3}(?:[^\W\d_]{2,5} )?((?:19|20)\d\d)\b(?![/.-]?\d)")
# A year of an operation that is named alone: `vertebroplasty T11 in 2023`.
_IN_YEAR = re.compile(
    r"\W{1,3}(?:(?:in|im|en|nel|w) |\()((?:19|20)\d\d)\b(?![/.-]?\d)", re.IGNORECASE
)
_YEAR_BEFORE = re.compile(
    r"(?:(?<![^\W_])(?:in|im|en|nel|w) ((?:19|20)\d\d)(?: r\.?)?[\s:]{1,2}"
    r"|((?:19|20)\d\d) ?年(?: ?\d{1,2} ?月)?[\sにの]{0,2})$",
    re.IGNORECASE,
)
_TO_LEVEL = re.compile(r"[\s:]*(?:[^\W\d_]{1,4}\s+){0,2}")
_FROM_LEVEL = re.compile(
    r"(?:[\s:(·–-]|is|was|ist|bereits|already|schon|deja|ya|gia|の|は|に|行)*"
)
_FIRST_IDEOGRAPH = "\u3000"


class EarlierOperations:
    """Blanks out operations that are over, with their levels."""

    def __init__(self, names: LevelNames, places: Places) -> None:
        self._names, self._places = names, places

    def without(self, words: str, operations: Sequence[Place], year: int) -> str:
        """Blank out earlier operations next to the one that is ordered.

        Args:
            words: a text with its levels in figures.
            operations: each place at which it names an augmentation.
            year: in which the text was written: an operation of an earlier one is over.
                One of that year may be the one that is ordered.
        """
        if len(operations) <= 1:
            return words
        groups = list(islice(self._names.all_groups(words), MOST_GROUPS))
        wholes = [(one[0], _end_of_word(words, one)) for one in operations]
        phrases = [self._phrase(words, one, groups, year) for one in wholes]
        present = [
            end for (_, end), one in zip(wholes, phrases, strict=True) if one is None
        ]
        if not present:
            return words
        rest = words
        for phrase in phrases:
            if phrase is None:
                continue
            start, end = self._with_level(words, phrase, groups, present)
            rest = f"{rest[:start]}{' ' * (end - start)}{rest[end:]}"
        return rest if self._names.level.search(rest) else words

    def without_dated(self, words: str, operation: Place, year: int) -> str:
        """Blank out the one operation of a text with its levels, if its year is over.

        `Level: L1. Vertebroplasty T11 in 2023`
        """
        groups = list(islice(self._names.all_groups(words), MOST_GROUPS))
        name = operation[0], _end_of_word(words, operation)
        if (phrase := self._dated(words, name, groups, year)) is None:
            return words
        start, end = self._with_level(words, phrase, groups, [])
        rest = f"{words[:start]}{' ' * (end - start)}{words[end:]}"
        return rest if self._names.level.search(rest) else words

    def _phrase(
        self, words: str, name: Place, groups: list[Group], present: int
    ) -> Place | None:
        """Return the words that call an operation an earlier one, with its name."""
        start, end = name
        level = _behind(words, end, groups)
        last = level.end if level else end
        year = _YEAR.match(words, last)
        if year and int(year[1]) >= present:
            year = None
        if year:
            last = year.end()
        before = self._occasion(words, name)
        is_over = (
            year is not None
            or before is not None
            or _PARTICIPLE.search(words, max(end - 6, start), end)
            or self._is_joined(words, end)
        )
        return (start if before is None else before, last) if is_over else None

    def _dated(
        self, words: str, name: Place, groups: list[Group], present: int
    ) -> Place | None:
        """Return the words that give an operation a year that is over."""
        start, end = name
        level = _behind(words, end, groups)
        last = level.end if level else end
        if (after := _IN_YEAR.match(words, last)) and int(after[1]) < present:
            return start, after.end()
        first = start
        for group in groups:
            if group.end <= start and _FROM_LEVEL.fullmatch(words, group.end, start):
                first = group.start
        before = _YEAR_BEFORE.search(words, max(first - _BEFORE, 0), first)
        if before and int(before[1] or before[2]) < present:
            return before.start(), last
        return None

    def _is_joined(self, words: str, end: int) -> bool:
        """Tell if "after" is written together with a name, as in `PVP术后`."""
        first = max(end - 1, 0)
        behind = self._places(words[first : end + 8], frozenset({_OCCASION}))
        place = behind.get(_OCCASION)
        if place is None or place[0] > 2:
            return False
        return words[first + place[1] - 1] > _FIRST_IDEOGRAPH

    def _occasion(self, words: str, name: Place) -> int | None:
        """Return where a word for "after" begins right before a name."""
        start, end = name
        first = max(start - _BEFORE, 0)
        for begin in range(first, start):
            if begin > first and words[begin - 1].isalnum():
                continue
            places = self._places(words[begin:end], frozenset({_OCCASION}))
            if (place := places.get(_OCCASION)) is None:
                return None
            at, last = begin + place[0], begin + place[1]
            if at < start <= last or _LINK.fullmatch(words, last, start):
                return at
        return None

    def _with_level(
        self, words: str, phrase: Place, groups: list[Group], present: list[int]
    ) -> Place:
        """Return the place of a phrase with the levels before it.

        Levels in the phrase are its own, and those right behind the name of another
        operation are that one's: of a list with commas all but the last.
        """
        start, end = phrase
        if any(start <= one.start < end for one in groups):
            return phrase
        for group in groups:
            if group.end <= start and _FROM_LEVEL.fullmatch(words, group.end, start):
                is_ordered = any(_is_next(words, one, group) for one in present)
                comma = words.rfind(",", group.start, group.end)
                if is_ordered and comma < 0:
                    return phrase
                return (comma if is_ordered else group.start), end
        return phrase


def _end_of_word(words: str, place: Place) -> int:
    ending = _ENDING.match(words, place[1])
    return ending.end() if ending else place[1]


def _behind(words: str, end: int, groups: list[Group]) -> Group | None:
    """Return the levels right behind a name."""
    return next((one for one in groups if _is_next(words, end, one)), None)


def _is_next(words: str, end: int, group: Group) -> bool:
    is_behind = group.start >= end
    return is_behind and bool(_TO_LEVEL.fullmatch(words, end, group.start))

"""Read a deficit from a number: the grade of a muscle, and what stays in the bladder.

"Dorsiflexion 2/5", "MMT2", "TA 2 EHL 1" are weak muscles in any language, and "PVR
600 mL" is urine that cannot be passed. The names are in `grave-stems.toml`.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cds_service.fhir.mapping.grave.grave_stems_file import GraveStemsFile
from cds_service.fhir.mapping.texts.text_rules import any_of_tables

Span = tuple[int, int]
FULL = 5  # the grade of full strength
RETAINED = 500  # millilitres; a bladder that holds them does not empty itself
FURTHEST = 45  # characters between a name and its number
_SENTENCE = re.compile(r"[;。\n]|\.(?=\s|$)")
_COMMAS = ",，、"
_COMMA = re.compile(f"[{_COMMAS}]")
_OUT_OF_FIVE = (
    r"(?:[+-]? ?/|(?: out)? of| von| sur| de| su| van| na| z) ?5(?![\d/,.]\d|\d)"
    r"(?! (?:visits?|sessions?|sets?|days?|staff|patients?))"
)
_BEHIND = r" ?[+-]? ?(?:[级級]|등급)"
_ROMANS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
# "MMT TA2 EHL1": next to a scale a number behind a name is its grade.
_NEXT = re.compile(r"[ :=(]{0,2}(?P<grade>[0-5])[+-]?(?!\d|[.,%]\d| ?(?:kg|x|ml|mg)\b)")
# "TA 2 EHL 1": two muscles by their short names, each with its grade.
_SHORT = re.compile(
    r"(?<![a-z])(ta|ehl|fhl|gs|gc)(?![a-z])(?: ?\(?(?:l|r|li|re)\)?(?![a-z]))?"
    r"[ :=]{0,2}([0-5])[+-]?(?!\d|[.,%]\d| ?(?:mg|ml|kg|x)\b)"
)
_SHORT_FIRST = re.compile(
    r"(?<![a-z])(?:ta ?[/,・] ?ehl|ehl ?[/,・] ?(?:ta|fhl|gc))"
    r"(?:[ /,・]{1,3}[a-z]{1,3})?[ :=]{1,2}"
    r"(?P<grades>[0-5][+-]?(?:[/,][0-5][+-]?){1,3})(?!\d)"
)
_VOLUME = re.compile(
    r"(?<![\d/.,])(?:(?P<ml>[1-9]\d{0,3}) ?(?:ml|cc|mls|毫升)(?![a-z])"
    r"(?! ?/ ?(?:h|d|日|天|24))"
    r"|(?P<litres>\d[.,] ?\d{1,2}) ?l(?:it\w*)?\b)"
)


class _Told(NamedTuple):
    """A number that is told of a name.

    Attributes:
        value: it.
        place: where it stands in the sentence.
    """

    value: float
    place: Span


class MeasuredDeficits:
    """The patterns of muscles, of urine that stays, and of what stands around them."""

    def __init__(self, content: GraveStemsFile) -> None:
        """Compile the tables."""
        self._muscle = any_of_tables(content.leg_muscle)
        self._urine = any_of_tables(content.residual_urine)
        self._other = any_of_tables(content.other_strength)
        self._present = any_of_tables(content.present)
        self._named_scale = any_of_tables(content.named_scale)
        scale = any_of_tables(content.before_grade)
        self._grade = re.compile(
            r"(?<![\w/.,])(?<![0-9]-)(?<!\bon )(?<!\bam )(?<!\ble )(?<!\bdel )(?<!\bl )"
            r"(?<!wk )"
            r"(?P<of_five>[0-5])"
            rf"(?:[+-]? ?[-–/] ?[0-5])?{_OUT_OF_FIVE}"
            rf"|(?:{scale.pattern})(?P<scaled>[0-5])(?![\d%]|[.,/]\d| ?(?:kg|%|x\b))"
            rf"|(?<!\d)(?P<level>[0-5]|v|i{{1,3}}|iv){_BEHIND}"
        )

    def told_in(self, text: str) -> list[str]:
        """Return what a folded text says of weak muscles of a leg, or a full bladder.

        "3/5 before, now 5/5" is of none.
        """
        return [
            part
            for sentence in _SENTENCE.split(text)
            for part in (*self._weak(sentence), *self._retained(sentence))
        ]

    def _weak(self, sentence: str) -> Iterator[str]:
        grades = [*self._grades_in(sentence)]
        for first, own in self._by_name(sentence, self._muscle, grades):
            for told in self._that_count(own, sentence):
                if told.value < FULL:
                    yield _part_at(sentence, first, told)

    def _retained(self, sentence: str) -> Iterator[str]:
        volumes = [*_volumes_in(sentence)]
        for first, own in self._by_name(sentence, self._urine, volumes):
            for told in self._that_count(own, sentence):
                if told.value >= RETAINED:
                    yield _part_at(sentence, first, told)

    def _grades_in(self, sentence: str) -> Iterator[_Told]:
        for found in self._grade.finditer(sentence):
            grade = found["of_five"] or found["scaled"] or found["level"]
            value = _ROMANS[grade] if grade in _ROMANS else int(grade)
            yield _Told(value, found.span())
        for found in _SHORT_FIRST.finditer(sentence):
            for grade in re.findall(r"\d", found["grades"]):
                yield _Told(int(grade), found.span("grades"))
        short = [*_SHORT.finditer(sentence)]
        if len({one[1] for one in short}) > 1:
            yield from (_Told(int(one[2]), one.span(2)) for one in short)

    def _by_name(
        self, sentence: str, names: re.Pattern[str], numbers: list[_Told]
    ) -> Iterator[tuple[int, list[_Told]]]:
        """Yield where each name begins, with the numbers that are told of it.

        Those behind it, up to the next name, are; without any, the one before it.
        """
        numbers = sorted(numbers, key=lambda one: one.place)
        starts = [one.place[0] for one in numbers]
        places = [found.span() for found in names.finditer(sentence)]
        limits = [*(first for first, _ in places[1:]), len(sentence)]
        for name, limit in zip(places, limits, strict=False):
            at = bisect_left(starts, name[0])
            near = bisect_left(starts, name[0] - FURTHEST)
            own = (
                self._behind(sentence, name, numbers[at : bisect_right(starts, limit)])
                or self._next_to_scale(sentence, name)
                or self._before(sentence, name, numbers[near:at])
            )
            if own:
                yield min(name[0], own[0].place[0]), own

    def _behind(
        self, sentence: str, name: Span, numbers: Sequence[_Told]
    ) -> list[_Told]:
        """Return the numbers behind a name, each near to the one before it.

        Args:
            sentence: what they stand in.
            name: its place.
            numbers: those from the name to the next one, in order.
        """
        own, last = list[_Told](), name[1]
        for told in numbers:
            between = sentence[last : told.place[0]]
            if len(between) > FURTHEST or self._other.search(between):
                break
            own.append(told)
            last = max(last, told.place[1])
        return own

    def _next_to_scale(self, sentence: str, name: Span) -> list[_Told]:
        scaled = _NEXT.match(sentence, name[1])
        if scaled is None or not self._named_scale.search(sentence):
            return []
        return [_Told(int(scaled["grade"]), scaled.span("grade"))]

    def _before(
        self, sentence: str, name: Span, numbers: Sequence[_Told]
    ) -> list[_Told]:
        """Return the last number before a name that is told of it, if any is."""
        own = [
            told
            for told in numbers
            if told.place[1] <= name[0]
            and name[0] - told.place[1] <= FURTHEST // 2
            and not re.search(r"[,:]", sentence[told.place[1] : name[0]])
            and not self._other.search(sentence[told.place[1] : name[1]])
        ]
        return own[-1:]

    def _that_count(self, numbers: list[_Told], sentence: str) -> list[_Told]:
        """Return the number that is called the present one, or all of them."""
        if len(numbers) < 2:
            return numbers
        start = max(0, numbers[0].place[0] - FURTHEST // 2)
        end = numbers[-1].place[1] + FURTHEST // 2
        now = self._present.search(sentence, start, end)
        if now is None:
            return numbers
        return [min(numbers, key=lambda one: _distance(one.place, now.span()))]


def _part_at(sentence: str, first: int, told: _Told) -> str:
    """Return the part of a sentence that a name and its number stand in."""
    begins = 1 + max(sentence.rfind(comma, 0, first) for comma in _COMMAS)
    behind = _COMMA.search(sentence, told.place[1])
    return sentence[begins : behind.start() if behind else None]


def _volumes_in(sentence: str) -> Iterator[_Told]:
    for found in _VOLUME.finditer(sentence):
        if found["ml"]:
            yield _Told(int(found["ml"]), found.span())
        else:
            litres = float(found["litres"].replace(",", ".").replace(" ", ""))
            yield _Told(litres * 1000, found.span())


def _distance(number: Span, word: Span) -> int:
    """Return the characters between a number and a word, which mostly stands before."""
    if number[0] >= word[1]:
        return number[0] - word[1]
    return word[0] - number[1] + 1

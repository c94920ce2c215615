"""Read a deficit from a number: the grade of a muscle, and what stays in the bladder.

"Dorsiflexion 2/5", "MMT2", "TA 2 EHL 1" are weak muscles in any language, and "PVR
600 mL" is urine that cannot be passed. The names are in `grave-stems.toml`.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

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
_SCALE = (
    r"\b(?:mmt|mrc|kg|janda|lovett|kraftgrad|cotee?s? a|cotation)\W{0,3}|"
    r"\b(?:strength|power|kraft|force|fuerza|forza|kracht|sila)\W{0,2}"
    r"(?:grade|grad|grado|graad|stopien)? ?|(?:筋力|肌力|근력)\W{0,2}(?:grade ?)?"
)
_BEHIND = r" ?[+-]? ?(?:[级級]|등급)"
_GRADE = re.compile(
    r"(?<![\w/.,])(?<![0-9]-)(?<!\bon )(?<!\bam )(?<!\ble )(?<!\bdel )(?<!\bl )"
    r"(?<!wk )"
    r"(?P<of_five>[0-5])"
    rf"(?:[+-]? ?[-–/] ?[0-5])?{_OUT_OF_FIVE}"
    rf"|(?:{_SCALE})(?P<scaled>[0-5])(?![\d%]|[.,/]\d| ?(?:kg|%|x\b))"
    rf"|(?<!\d)(?P<level>[0-5]|v|i{{1,3}}|iv){_BEHIND}"
)
_ROMANS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
# "MMT TA2 EHL1": next to a scale a number behind a name is its grade.
_NAMED_SCALE = re.compile(r"\b(?:mmt|mrc|kg|janda|lovett|kraftgrade?)\b|筋力|肌力|근력")
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
_NOW = re.compile(
    r"\b(?:now|today|currently|at present|jetzt|nun|heute|aktuell|inzwischen"
    r"|mittlerweile|maintenant|aujourd.?hui|actuellement|ahora|hoy|actualmente|ora|oggi"
    r"|attualmente|nu|vandaag|inmiddels|teraz|obecnie|dzis(?:iaj)?"
    r"|improved to|recovered to|back to)\b"
    r"|[-=]>|→|現在|本日|今は|目前|现在|今日|恢复至|恢復至|현재|오늘|(?:まで|に)(?:改善|回復)"
)
# An arm, a grip or a disc between a name and its number; and what is no strength.
_OTHER = re.compile(
    r"\b(?:arms?|hands?|grip\w*|elbow\w*|shoulder\w*|biceps|triceps(?! sur)|wrist\w*"
    r"|deltoid\w*|finger\w*|arme?|schulter\w*|ellbogen\w*|hand\w*|faust\w*|bras|mains?|poignet"
    r"|epaule|brazos?|manos?|hombro|braccio|mano|spalla|armen|reki|reka|upper|lwk|bwk|segment\w*"
    r"|levels?|disc|disk|stenos\w*|herni\w*|protrus\w*|pain\w*|nrs|vas|schmerz\w*|douleur\w*"
    r"|dolor\w*|dolore|pijn\w*|bol|sets?|reps?|exerc\w*|ubung\w*|strain|tear|sprain|day|tag)\b"
    r"|上肢|上腕|握力|手|痛|疼|통증|상지|팔"
)


class _Told(NamedTuple):
    """A number that is told of a name.

    Attributes:
        value: it.
        place: where it stands in the sentence.
    """

    value: float
    place: Span


def weak_muscles(text: str, muscles: re.Pattern[str]) -> list[str]:
    """Return what a text says of muscles of a leg that are weak by their grade.

    "3/5 before, now 5/5" is of none.

    Args:
        text: folded.
        muscles: their names, and those of a leg next to a word for strength.
    """
    return [
        _part_at(sentence, first, told)
        for sentence in _SENTENCE.split(text)
        for first, grades in _by_name(sentence, muscles, [*_grades_in(sentence)])
        for told in _that_count(grades, sentence)
        if told.value < FULL
    ]


def retained_urine(text: str, names: re.Pattern[str]) -> list[str]:
    """Return what a folded text says of a bladder that holds too much."""
    return [
        _part_at(sentence, first, told)
        for sentence in _SENTENCE.split(text)
        for first, volumes in _by_name(sentence, names, [*_volumes_in(sentence)])
        for told in _that_count(volumes, sentence)
        if told.value >= RETAINED
    ]


def _part_at(sentence: str, first: int, told: _Told) -> str:
    """Return the part of a sentence that a name and its number stand in."""
    begins = 1 + max(sentence.rfind(comma, 0, first) for comma in _COMMAS)
    behind = _COMMA.search(sentence, told.place[1])
    return sentence[begins : behind.start() if behind else None]


def _grades_in(sentence: str) -> Iterator[_Told]:
    for found in _GRADE.finditer(sentence):
        grade = found["of_five"] or found["scaled"] or found["level"]
        value = _ROMANS[grade] if grade in _ROMANS else int(grade)
        yield _Told(value, found.span())
    for found in _SHORT_FIRST.finditer(sentence):
        for grade in re.findall(r"\d", found["grades"]):
            yield _Told(int(grade), found.span("grades"))
    short = [*_SHORT.finditer(sentence)]
    if len({one[1] for one in short}) > 1:
        yield from (_Told(int(one[2]), one.span(2)) for one in short)


def _volumes_in(sentence: str) -> Iterator[_Told]:
    for found in _VOLUME.finditer(sentence):
        if found["ml"]:
            yield _Told(int(found["ml"]), found.span())
        else:
            litres = float(found["litres"].replace(",", ".").replace(" ", ""))
            yield _Told(litres * 1000, found.span())


def _by_name(
    sentence: str, names: re.Pattern[str], numbers: list[_Told]
) -> Iterator[tuple[int, list[_Told]]]:
    """Yield where each name begins, with the numbers that are told of it.

    Those behind it, up to the next name, are; without any, the one before it.
    """
    numbers = sorted(numbers, key=lambda one: one.place)
    starts = [one.place[0] for one in numbers]
    places = [found.span() for found in names.finditer(sentence)]
    limits = [*(first for first, _ in places[1:]), len(sentence)]
    for (first, end), limit in zip(places, limits, strict=False):
        at = bisect_left(starts, first)
        own = _behind(end, sentence, numbers[at : bisect_right(starts, limit)])
        scaled = _NEXT.match(sentence, end)
        if not own and scaled and _NAMED_SCALE.search(sentence):
            own = [_Told(int(scaled["grade"]), scaled.span("grade"))]
        if not own:
            near = bisect_left(starts, first - FURTHEST)
            own = _before(first, end, sentence, numbers[near:at])
        if own:
            yield min(first, own[0].place[0]), own


def _behind(end: int, sentence: str, numbers: Sequence[_Told]) -> list[_Told]:
    """Return the numbers behind a name, each near to the one before it.

    Args:
        end: where the name ends.
        sentence: what they stand in.
        numbers: those from the name to the next one, in order.
    """
    own, last = list[_Told](), end
    for told in numbers:
        between = sentence[last : told.place[0]]
        if len(between) > FURTHEST or _OTHER.search(between):
            break
        own.append(told)
        last = max(last, told.place[1])
    return own


def _before(
    first: int, end: int, sentence: str, numbers: Sequence[_Told]
) -> list[_Told]:
    """Return the last number before a name that is told of it, if any is."""
    return [
        told
        for told in numbers
        if told.place[1] <= first
        and first - told.place[1] <= FURTHEST // 2
        and not re.search(r"[,:]", sentence[told.place[1] : first])
        and not _OTHER.search(sentence[told.place[1] : end])
    ][-1:]


def _that_count(numbers: list[_Told], sentence: str) -> list[_Told]:
    """Return the number that is called the present one, or all of them."""
    start, end = numbers[0].place[0], numbers[-1].place[1]
    if len(numbers) < 2:
        return numbers
    now = _NOW.search(sentence, max(0, start - FURTHEST // 2), end + FURTHEST // 2)
    if now is None:
        return numbers
    return [min(numbers, key=lambda one: _distance(one.place, now.span()))]


def _distance(number: Span, word: Span) -> int:
    """Return the characters between a number and a word, which mostly stands before."""
    if number[0] >= word[1]:
        return number[0] - word[1]
    return word[0] - number[1] + 1

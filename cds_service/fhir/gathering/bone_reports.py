"""Finds what the reports of bone density say in prose, beside the measured values.

A number in prose is never a value: nobody knows of which bone it is, or of whom. It may
only leave a measured one in doubt.
"""

import re
from collections.abc import Iterator

from cds_service.fhir.raw_json import Json, objects, text, texts_of

# A report of anything, whose words name a T-score.
TELLS_T_SCORE = "tells-t-score"
OF_BONE = frozenset({"dxa-exam", "dxa", TELLS_T_SCORE})
_T_SCORE = re.compile(
    r"(?<![^\W_])T[-\u2010-\u2015_ ]{0,2}"
    r"(scores?|werte?s?|wynik|值|値|スコア|评分|評分|점수)"
    r"|(score|puntuaci[oó]n|punteggio|puntaje|[ií]ndice|wska[zź]nik)"
    r"[- ]T(?![^\W_])",
    re.IGNORECASE,
)

# What a report prints of the WHO's definition: `osteopenia: between -1.0 and -2.5`.
_CLASSES = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"osteop[eé]n|ostéop[eé]n|low bone (mass|density)|低骨量|骨量(減少|减少|低下)",
        r"normal|正常",
        r"osteopor|ostéopor|骨粗(しょう|鬆|松)|骨质疏松|骨質疏鬆",
    )
)
_LIMIT = re.compile(r"[-−–] ?(?:1(?:[.,]0)?|2[.,]5)(?![\w.,]*\d)")
_NEGATIVE = re.compile(r"[-−–] ?\d")
_COMPARED = re.compile(
    r"[<>≤≥]|\b(?:above|below|over|under|than|lower|higher|less|greater|more"
    r"|unter|über|kleiner|größer|weniger|mehr|höher|niedriger|sup[eé]rieure?|superiore?"
    r"|inf[eé]rieure?|inferiore?|mayor|menor|maggiore|minore|boven|onder|hoger|lager"
    r"|powyżej|poniżej)\b|以上|以下|未満|未满|低于|高于|大于|小于|超",
    re.IGNORECASE,
)
_PART = re.compile(r"(?<=[;\n。；，、])|(?<=[,.])(?=\s)")


def without_definition(words: str) -> str:
    """What is said of a person, without the classes of the WHO that a report prints.

    A part is of the definition if it names one class, its limits and no other number.
    The definition is left out only where it is whole, with all three classes: else
    `osteoporosis (T-score < -2.5)` speaks of the person.
    """
    parts = _PART.split(words)
    defined = [one for one in parts if _is_definition(one)]
    if not all(any(map(one.search, defined)) for one in _CLASSES):
        return words
    return "".join(one for one in parts if one not in defined)


def _is_definition(part: str) -> bool:
    limits = _LIMIT.findall(part)
    return (
        sum(one.search(part) is not None for one in _CLASSES) == 1
        and bool(limits)
        and len(limits) == len(_NEGATIVE.findall(part))
        and (len(limits) == 2 or _COMPARED.search(part) is not None)
    )


def tells_t_score(report: Json) -> bool:
    """Whether the words of a report name a T-score."""
    return any(_T_SCORE.search(words) for words in words_of_report(report))


def codes_of_report(report: Json) -> Iterator[Json]:
    """What a report concludes, or a procedure found, as codes."""
    for name in ("conclusionCode", "outcome"):
        held = report.get(name)
        yield from [held] if isinstance(held, dict) else objects(held)


def words_of_report(report: Json) -> Iterator[str]:
    """What it says in words: its conclusion, what the codes are called, its notes."""
    yield text(report.get("conclusion"))
    for code in codes_of_report(report):
        yield from texts_of(code)
    for note in objects(report.get("note")):
        yield text(note.get("text"))

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

"""Read what a text tells before it asks: "discitis L1/2, MRI to rule out an abscess".

A clause that only prevents, "thrombosis prophylaxis", says nothing of the others.
"""

import re
from collections.abc import Callable, Iterable

from cds_service.fhir.entries.words.problem_words import named_in
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences, sentences_once
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT

CLAUSE = re.compile(r"[,;，、；]")
# Rules of `kinds/`.
ANSWERED, PAIRED, EVERYDAY = (
    ("answered-behind",),
    ("paired-by-and",),
    ("prevented-every-day",),
)
# A prevention that is named last is of its clause alone: "thrombosis prophylaxis".
_NAMED_LAST = re.compile(r"\w*(?:\W+\w+)?\W*$")


def told_before_asked(
    part: str, is_asked: Callable[[str], bool], terminology: Terminology
) -> list[str]:
    """Return the clauses before the first that asks; none if an answer ends them.

    Args:
        part: of a text, without what it denies.
        is_asked: tells if a clause asks for what it names.
        terminology: the service's terminology.
    """
    told = list[str]()
    if terminology.kinds.named(part, ANSWERED):
        return told
    for clause in CLAUSE.split(part):
        if is_asked(clause):
            break
        if LETTER.search(clause):
            told.append(clause)
    return told


def named_before_asked(
    words: Iterable[str], terminology: Terminology
) -> frozenset[str]:
    """Return what texts name before they look for something else, or deny it.

    In "sepsis, echo to exclude endocarditis" nothing doubts the sepsis.
    """
    is_searched = terminology.grave_stems.is_searched
    told = list[str]()
    for sentence in sentences_once([one[:LONGEST_TEXT] for one in words]):
        if CLAUSE.search(sentence) is None:
            continue
        if is_searched(sentence):
            told += told_before_asked(sentence, is_searched, terminology)
        else:
            told += _told_before_denied(sentence, terminology)
    return named_in(told, terminology)


def _told_before_denied(sentence: str, terminology: Terminology) -> list[str]:
    """Return the clauses before the first that denies a name of its own.

    "Sepsis, endocarditis excluded" may deny both; "sepsis, excluded" does.
    """
    told = list[str]()
    for clause in CLAUSE.split(sentence):
        if terminology.ruled_out(clause):
            return told
        told.append(clause)
    return []


def told_beside_prevention(part: str, terminology: Terminology) -> list[str]:
    """Return a part, or its clauses that neither search for an illness nor prevent."""
    stems = terminology.grave_stems
    if not (stems.is_prevention(part) or stems.is_searched(part)):
        return [part]
    told = told_before_asked(part, stems.is_searched, terminology)
    return [one for one in told if not stems.is_prevention(one)]


def without_prevention(words: str, terminology: Terminology) -> str:
    """Return a text without the clauses that name a harm to be prevented.

    "Pneumonia on day 2. High risk of falls" tells of a pneumonia.
    """
    if not terminology.grave_stems.is_prevention(words):
        return words
    told = (_told_in_sentence(one, terminology) for one in sentences(words))
    return ". ".join(one for one in told if LETTER.search(one))


def _told_in_sentence(sentence: str, terminology: Terminology) -> str:
    """Return the clauses of a sentence that do not prevent what they name."""
    is_prevention, kinds = terminology.grave_stems.is_prevention, terminology.kinds
    if not is_prevention(sentence):
        return sentence
    told = list[str]()
    for clause in CLAUSE.split(sentence):
        if not is_prevention(clause):
            told.append(clause)
            continue
        is_paired = bool(kinds.named(clause, PAIRED))
        if told and (is_paired or kinds.named(told[-1], EVERYDAY)):
            told.pop()
        last = _NAMED_LAST.search(clause)
        if not (last and is_prevention(last[0])) or ":" in clause:
            break
    return ",".join(told)

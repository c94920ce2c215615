"""Tell words that only mention a disease from words that say it may be there.

"Fear of myeloma", "stroke prevention" and "mother had breast cancer" exclude
nothing, and lead no card.
"""

import re
from collections.abc import Set as AbstractSet

from cds_service.fhir.entries.words.problem_words import is_denial, read_problem_words
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences_once
from cds_service.fhir.mapping.texts.text_rules import folded

SUSPECTED = ("open-suspicion",)  # a rule of `kinds/`
_CLAUSES = re.compile(r"[,，、]")
_HEADING = re.compile("[:：]")


def only_speaks(
    title: str, concepts: AbstractSet[str], terminology: Terminology
) -> bool:
    """Tell if a title names these as feared, prevented, denied or of a relative.

    A suspicion does not, nor do words in which nothing calls it less than there.
    """
    if is_doubted(title, terminology) and not _is_suspicion(title, terminology):
        return True
    is_less = _is_feared(title, terminology) or _is_of_another(title, terminology)
    return is_less and not any(
        terminology.text_concepts(part) & concepts or _is_suspicion(part, terminology)
        for part in asserting_parts(title, terminology)
    )


def asserting_parts(words: str, terminology: Terminology) -> list[str]:
    """Return the parts of a text that do not only speak of what they name.

    What a clause fears says nothing of the next one, unless it is a heading: "Risks:
    infection, palsy".
    """
    parts = []
    for sentence in sentences_once([words]):
        is_suspicion = _is_suspicion(sentence, terminology)
        if is_doubted(sentence, terminology) and not is_suspicion:
            continue
        if own := terminology.clauses.part_of_patient(folded(sentence)):
            parts.append(own)
        is_below_heading = False
        for clause in _CLAUSES.split(sentence):
            is_feared = _is_feared(clause, terminology)
            is_less = is_feared or _is_of_another(clause, terminology)
            is_open = not is_below_heading or _is_suspicion(clause, terminology)
            if is_open and not is_less:
                parts.append(clause)
            is_below_heading |= is_feared and bool(_HEADING.search(clause))
    return parts


def is_doubted(title: str, terminology: Terminology) -> bool:
    """Tell if words of a title deny or doubt what it names."""
    title = terminology.grave_stems.without_failed_prevention(title)
    whole = terminology.clauses.whole(title)
    return whole.is_suspected or is_denial(title, terminology)


def _is_feared(words: str, terminology: Terminology) -> bool:
    stems = terminology.grave_stems
    if stems.is_feared(words) or not stems.is_prevention(words):
        return stems.is_feared(words)
    rest = stems.without_other_risks(words)
    return not rest.strip() or stems.is_prevention(rest)


def _is_suspicion(words: str, terminology: Terminology) -> bool:
    """Tell if words suspect what they name, or cannot exclude it."""
    is_open = bool(terminology.clauses.turned_denials(words))
    return is_open or bool(terminology.kinds.named(words, SUSPECTED))


def _is_of_another(words: str, terminology: Terminology) -> bool:
    """Tell if words name something of a relative, and nothing else."""
    reading = read_problem_words(frozenset(), [words], terminology)
    own = reading.stated | reading.suspected | reading.unclear
    return bool(reading.of_another) and not own

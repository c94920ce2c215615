"""Tell which deficits an order calls old wherever it names them.

"L1 fracture, old foot drop" says that the foot drop is not of these days (fact F5).
"""

from collections.abc import Iterable
from functools import partial

from cds_service.fhir.entries.words.dated_in_prose import DEFICITS
from cds_service.fhir.entries.words.own_words import (
    is_called_new,
    is_worsening_alone,
    kinds_alone,
    without_company,
)
from cds_service.fhir.entries.words.past_by_words import PAST_BY_WORDS
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses, names, sentences_once
from cds_service.fhir.site_calendar import WRITTEN_YEAR, year_of_answer

# Rules of `kinds/`.
LASTING = ("long-standing", *PAST_BY_WORDS)
# Of last year's deficit nobody knows if it is of last month.
YEARS = 2


def old_deficits(words: Iterable[str], terminology: Terminology) -> frozenset[str]:
    """Return the deficits that these words call old in each part that names them.

    Args:
        words: reasons, titles and notes of an order.
        terminology: the service's terminology.
    """
    old, present = set[str](), set[str]()
    for sentence in sentences_once(words):
        parts = [part for whole in clauses(sentence) for part in names(whole)]
        is_worse = any(is_worsening_alone(part, terminology) for part in parts)
        is_said_old = any(kinds_alone(part, LASTING, terminology) for part in parts)
        told = terminology.text_concepts(sentence, DEFICITS)
        for part in parts:
            named = terminology.text_concepts(part, DEFICITS)
            is_old = not is_worse and (is_said_old or is_called_old(part, terminology))
            (old if is_old else present).update(named)
            told -= named
        # A name that runs over several parts is dated by none of them.
        present |= told
    return frozenset(old - present)


def named_deficits(words: Iterable[str], terminology: Terminology) -> frozenset[str]:
    """Return the deficits that words name."""
    named = (terminology.text_concepts(one, DEFICITS) for one in words)
    return frozenset[str]().union(*named)


def is_told_as_lost(words: str, terminology: Terminology) -> bool:
    """Tell if words say in plain speech that a deficit is there now: "cannot walk"."""
    stems = terminology.grave_stems
    return stems.tells_of_loss(words) and not is_called_old(words, terminology)


def is_called_old(part: str, terminology: Terminology) -> bool:
    """Tell if a part of a text calls the deficit that it names old, and not new."""
    names_deficit = partial(_names_deficit, terminology=terminology)
    own = without_company(part, names_deficit, LASTING, terminology)
    if is_called_new(own, terminology):
        return False
    years = [int(year) for year in WRITTEN_YEAR.findall(own)]
    if years:
        return max(years) <= year_of_answer() - YEARS
    return bool(terminology.kinds.of_title(own, LASTING))


def _names_deficit(words: str, terminology: Terminology) -> bool:
    return bool(terminology.text_concepts(words, DEFICITS))

"""Tell which cancers, deficits and infections prose only names as those of years ago.

"Breast cancer 2009" in a report is a history, as it is in a title. Each part that names
it must say that alone: a year behind a disease that is treated, has spread or grew
worse dates nothing.
"""

import re
from collections.abc import Collection, Iterable

from cds_service.fhir.entries.words.cancer_words import may_be_back
from cds_service.fhir.entries.words.old_deficits import (
    DEFICITS,
    UNCHANGED,
    YEARS_OF_DEFICIT,
    is_old_deficit_alone,
    says_nothing_else,
)
from cds_service.fhir.entries.words.own_words import WORSE, without_names
from cds_service.fhir.entries.words.past_by_words import BACK_OR_WORSE, NEW, STILL_THERE
from cds_service.fhir.entries.words.problem_words import MOST_SENTENCES, in_doubt
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences_once
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT
from cds_service.fhir.site_calendar import is_dated_years_ago

CANCERS = frozenset(
    {
        "malignancy-elsewhere",
        "cancer-ever",
        *(
            f"{organ}-cancer-ever"
            for organ in ("breast", "prostate", "lung", "kidney", "thyroid")
        ),
        "melanoma-ever",
    }
)
INFECTIONS = frozenset(
    {
        "spinal-infection",
        "discitis",
        "vertebral-osteomyelitis",
        "spinal-tuberculosis",
        "sepsis",
        "deep-infection",
        "bone-infection-elsewhere",
    }
)
_TREATED = CANCERS | INFECTIONS | {*map(in_doubt, CANCERS | INFECTIONS)}
# Rule E9: up to five years ago, and the year itself may be one more.
YEARS_OF_CANCER = 6
GOES_ON = ("infection-goes-on",)  # a rule of `kinds/`
_ASKS = re.compile(r"[?？]")
_PART = re.compile(r"[,;:()，、；：（）]")
# A cancer whose name is known for old ones, in place of a short name.
_KNOWN_CANCER = "breast cancer"


def is_there_again(
    words: str, concepts: Collection[str], terminology: Terminology
) -> bool:
    """Tell if words say that what they name is there now, whatever year they name.

    A cancer or an infection that is still treated is. A deficit that goes on since
    years is an old one, unless it came back or grew worse.
    """
    if terminology.kinds.named(words, BACK_OR_WORSE):
        return True
    is_treated = not _TREATED.isdisjoint(concepts)
    return is_treated and bool(terminology.kinds.named(words, STILL_THERE))


def past_by_dates(
    words: Iterable[str], named: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return which of the named cancers, deficits and infections are of years ago.

    Args:
        words: prose, as of a report.
        named: what it names.
        terminology: the service's terminology.
    """
    candidates = named & (CANCERS | DEFICITS | INFECTIONS)
    if not candidates:
        return frozenset()
    past, present = set[str](), set[str]()
    prose = "\n".join(words)[:LONGEST_TEXT]
    for sentence in sentences_once([prose])[:MOST_SENTENCES]:
        parts = [one for one in _PART.split(sentence) if LETTER.search(one)]
        for group, is_past, of_now in _IS_PAST:
            # Another part may hide a name: "no recurrence".
            concepts = frozenset[str]().union(
                *(
                    terminology.text_concepts(one, candidates & group)
                    for one in (sentence, *parts)
                )
            )
            naming = [one for one in parts if terminology.text_concepts(one, concepts)]
            if not concepts:
                continue
            is_old = naming and all(
                is_past(one, concepts, terminology) for one in naming
            )
            is_of_now = terminology.kinds.named(sentence, of_now)
            if is_of_now or not is_old or _says_more(parts, naming, terminology):
                present |= concepts
            else:
                past |= concepts
    return frozenset(past - present)


def _says_more(parts: list[str], naming: list[str], terminology: Terminology) -> bool:
    """Tell if the parts of a sentence call it spread, or say more than is known."""
    is_known = terminology.everyday_diseases.is_of_old_cancer
    told = [one for one in parts if not is_known(one)]
    if may_be_back(told, frozenset(), terminology):
        return True
    plain = terminology.plain.reports
    return not all(
        one in naming or plain.are_all(one) or _adds_nothing(one, terminology)
        for one in told
    )


def _adds_nothing(part: str, terminology: Terminology) -> bool:
    """Tell if a part only says that it is over, known or as it was; not asks it."""
    if _ASKS.search(part):
        return False
    return not LETTER.search(terminology.kinds.without(part, UNCHANGED[0]))


def _is_old_cancer(
    part: str, concepts: frozenset[str], terminology: Terminology
) -> bool:
    if not is_dated_years_ago(part, YEARS_OF_CANCER):
        return False
    is_known = terminology.everyday_diseases.is_of_old_cancer
    return is_known(part) or is_known(
        without_names(part, concepts, _KNOWN_CANCER, terminology)
    )


def _is_old_infection(
    part: str, concepts: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if words name an infection with its year, and nothing else.

    Words alone do not end it: "old discitis" may be of last month. One of which it is
    asked if it healed is not over.
    """
    if _ASKS.search(part):
        return False
    is_old = is_dated_years_ago(part, YEARS_OF_DEFICIT)
    return is_old and says_nothing_else(part, concepts, terminology)


_NEWS = (*NEW, *WORSE)
# Concepts, what tells if a part of a sentence is of years ago, and the rules of
# `kinds/` by which all of it is of now. A deficit that goes on since years is old.
_IS_PAST = (
    (CANCERS, _is_old_cancer, _NEWS),
    (DEFICITS, is_old_deficit_alone, _NEWS),
    (INFECTIONS, _is_old_infection, (*_NEWS, *GOES_ON)),
)

"""Tell if the name of an imaging study was understood.

"MRI brain, seeding?" asks for something. Most names only say what was examined. So they
have plain words of their own (`mappings/plain-study-words/`), next to those of reasons.
Whatever else they say leaves a tumour, an infection and a deficit open.
"""

import re
from collections.abc import Iterator

from cds_service.fhir.entries.words.problem_words import has_grave_stem
from cds_service.fhir.entries.words.unread_in_reasons import is_reason_understood
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

# Characters. A longer name is plain by the words of its own list, or not at all: to
# read it in clauses would hold up other requests.
_LONGEST_READ = 500
# Scanners write several words as one: `AAHead_Scout`, `ThinSlice`.
_INNER_BORDER = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_")


def is_study_understood(
    entry: Json, counted: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if all that an imaging study is called is plain; True for another entry.

    A name may ask: of "MRI ?fracture L1" what is asked about must be plain.

    Args:
        entry: any entry.
        counted: concepts that are left open elsewhere if words name them.
        terminology: the service's terminology.
    """
    if text(entry.get("resourceType")) != "ImagingStudy":
        return True
    named = (_INNER_BORDER.sub(" ", one) for one in words_of_study(entry))
    words = dict.fromkeys(one for one in named if one)
    if sum(map(len, words)) > LONGEST_TEXT:
        return False
    plain, clauses = terminology.plain.studies, terminology.clauses
    return all(
        terminology.own_words.fullmatch(one)
        or _is_plain(one, terminology)
        or terminology.harmless_acts.is_title(one)
        or (
            len(one) <= _LONGEST_READ
            and is_reason_understood(
                [clauses.without_suspicion(one)], counted, terminology, plain
            )
        )
        for one in words
    )


def plain_words_of_study(entry: Json, terminology: Terminology) -> frozenset[str]:
    """Return what an imaging study is called in plain words alone; else nothing."""
    if text(entry.get("resourceType")) != "ImagingStudy":
        return frozenset()
    words = (one for one in words_of_study(entry) if one)
    return frozenset(one for one in words if _is_plain(one, terminology))


def words_of_study(study: Json) -> Iterator[str]:
    """Yield what an imaging study, its procedure and its series are called."""
    for code in objects(study.get("procedureCode")):
        yield from texts_of(code)
    yield text(member(study, "procedureReference", "display"))
    for part in (study, *objects(study.get("series"))):
        yield text(part.get("description"))
        yield text(member(part, "bodySite", "display"))


def _is_plain(words: str, terminology: Terminology) -> bool:
    alone = terminology.plain.studies.alone
    return alone.are_all(words) and not has_grave_stem(words, terminology)

"""Read which bone a healed fracture was of, if the code does not say it.

Z87.81 is a healed fracture of any bone. A title of it that names one bone outside the
spine, and says no more, decides. Anything else leaves an earlier vertebral fracture
open.
"""

import re
from collections.abc import Iterable
from typing import Any

from cds_service.fhir.entries.coded import Coded, read_code
from cds_service.fhir.entries.words.bystanders import FRACTURED
from cds_service.fhir.entries.words.fracture_sites import UNSITED
from cds_service.fhir.entries.words.problem_words import HISTORIES, in_doubt
from cds_service.fhir.entries.words.unread_in_reasons import is_reason_understood
from cds_service.fhir.mapping.remainders import without_names
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import folded
from cds_service.fhir.raw_json import member, objects, text, texts_of

HEALED = "healed-osteoporotic-fracture"
# What an entry stops naming once its title names another bone.
OF_NO_BONE = frozenset({HEALED, UNSITED, in_doubt(UNSITED)})
OF_ANY_BONE = "Z87"  # other codes of a healed fracture name the spine
OTHER_BONES = frozenset({"hip-fracture", "fracture-elsewhere"})
ANY_FRACTURE = FRACTURED | OTHER_BONES | {UNSITED}
# The names of these codes in ICD-10-CM.
_OWN_NAME = re.compile(
    r"personal history of \(?healed\)? "
    r"(?:osteoporosis|(?:other )?pathological|traumatic) fracture"
)
_KIND = re.compile(r"\b(?:personal|traumatic)\b")
# Title and code may be of two fractures.
SEVERAL = re.compile(r"\b(?:and|or|und|et|y|e|en|i|with|mit)\b|[&+,;/]|[和及与與]")


def is_of_other_bone(diagnosis: Coded, terminology: Terminology) -> bool:
    """Tell if the titles of a healed fracture name another bone than a vertebra.

    Each title must, but for the code's own name.
    """
    if HEALED not in diagnosis.concepts:
        return False
    code = diagnosis.raw.get("code")
    healed = [
        text(coding.get("code"))
        for coding in objects(member(code, "coding"))
        if HEALED in terminology.concepts({"coding": [coding]})
    ]
    if not healed or not all(one.startswith(OF_ANY_BONE) for one in healed):
        return False
    titles = [
        title for title in texts_of(code) if not _OWN_NAME.fullmatch(folded(title))
    ]
    return bool(titles) and all(_is_of_one(one, terminology) for one in titles)


def healed_elsewhere(codes: Iterable[Any], terminology: Terminology) -> frozenset[str]:
    """Return the healed fracture if all codes that name one are of another bone."""
    named = [read_code({"code": one}, terminology) for one in codes]
    healed = [one for one in named if HEALED in one.concepts]
    is_elsewhere = bool(healed) and all(
        is_of_other_bone(one, terminology) for one in healed
    )
    return frozenset({HEALED} if is_elsewhere else ())


def _is_of_one(title: str, terminology: Terminology) -> bool:
    """Tell if a title names one fracture outside the spine, and says no more."""
    named = terminology.text_concepts(title, OTHER_BONES)
    if not named or SEVERAL.search(folded(title)):
        return False
    rest = _KIND.sub(" ", terminology.years.without_months(folded(title)))
    for history in HISTORIES:
        rest = terminology.kinds.without(rest, history)
    rest = without_names(rest, OTHER_BONES, terminology, most=1)
    names_more = (
        terminology.text_concepts(rest, ANY_FRACTURE)
        or terminology.names_spine(title)
        or terminology.plain.bound.names_spine(title)
        or terminology.plain.bound.names_broken(rest)
    )
    return not names_more and is_reason_understood([rest], frozenset(), terminology)

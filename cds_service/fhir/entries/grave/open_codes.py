"""Find what codes of diagnoses leave open without naming it."""

from collections.abc import Iterable

from cds_service.fhir.certainty import is_later_encounter
from cds_service.fhir.entries.coded import read_code
from cds_service.fhir.entries.fractures.earlier_in_words import EARLIER
from cds_service.fhir.entries.fractures.healed_fractures import healed_elsewhere
from cds_service.fhir.entries.grave.grave_concepts import (
    LISTED_TOO,
    MAY_BEAR_ON_SPINE,
    STATES,
    UNJUDGED,
    UNREAD_REASON,
    UNSTABLE_BY_CODE,
)
from cds_service.fhir.entries.words.bystanders import (
    FRACTURED,
    is_bystander_problem,
    is_plain_fracture,
)
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, objects, text

# Elements that hold diagnoses.
DIAGNOSES = ("conclusionCode", "reasonCode", "complication")


def left_open_by(codes: Iterable[Json], terminology: Terminology) -> frozenset[str]:
    """Return what codes of diagnoses leave open that they do not name."""
    concepts = set[str]()
    for code in codes:
        if not terminology.identifies("conditions", code):
            continue
        bare = {"code": {"coding": code.get("coding")}}
        if _is_of_earlier_fracture(code, terminology):
            concepts.add(EARLIER)
        if is_unjudged(code, terminology):
            # A complaint or a pneumonia is not understood, but asks for no tumour.
            asks_nothing = terminology.is_complaint(code)
            asks_nothing |= terminology.is_elsewhere(code)
            concepts.add(UNREAD_REASON if asks_nothing else UNJUDGED)
        if not (
            is_bystander_problem(read_code(bare, terminology), terminology)
            or is_plain_fracture(bare, terminology, is_old=False)
        ):
            concepts.add(MAY_BEAR_ON_SPINE)
    return frozenset(concepts)


def states_by_code(entry: Json, terminology: Terminology) -> frozenset[str]:
    """Return the states, and the earlier fracture, that codes of its reasons name.

    A code that was never judged may be any diagnosis.
    """
    codes = [code for name in DIAGNOSES for code in objects(entry.get(name))]
    concepts = terminology.concepts(codes) & (STATES | LISTED_TOO | UNSTABLE_BY_CODE)
    concepts -= healed_elsewhere(codes, terminology)
    if any(_is_of_earlier_fracture(code, terminology) for code in codes):
        concepts |= {EARLIER}
    for code in codes:
        if is_unjudged(code, terminology):
            # Trouble with walking is not understood, and is no diagnosis in question.
            is_complaint = terminology.is_complaint(code)
            concepts |= {UNREAD_REASON if is_complaint else UNJUDGED}
    return concepts


def is_unjudged(code: Json, terminology: Terminology) -> bool:
    """Tell if a code may be any diagnosis: it was never judged."""
    return terminology.identifies("conditions", code) and not terminology.excludes(code)


def _is_of_earlier_fracture(code: Json, terminology: Terminology) -> bool:
    codes = (text(coding.get("code")) for coding in objects(code.get("coding")))
    is_later = any(map(is_later_encounter, codes))
    return is_later and bool(terminology.concepts([code]) & FRACTURED)

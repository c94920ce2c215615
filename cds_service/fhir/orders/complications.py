"""Read what an augmentation names as its complications.

A complication is a denial ("none"), a grave illness that is no deficit ("pneumonia"),
or something else: what was not understood may be a palsy.
"""

import re
from collections.abc import Iterator

from cds_service.fhir.entries.grave.grave_concepts import (
    CANCERS,
    MAY_BEAR_ON_SPINE,
    SPINAL_INFECTIONS,
    UNJUDGED,
    UNREAD_REASON,
)
from cds_service.fhir.entries.grave.open_codes import states_by_code
from cds_service.fhir.entries.grave_asides import grave_concepts_of
from cds_service.fhir.entries.words.problem_words import in_doubt, undenied_parts
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, objects, text, texts_of

COMPLICATIONS = ("complication", "complicationDetail")
DEFICIT = "neurological-deficit"
DEFICITS = frozenset({DEFICIT, "leg-weakness", "sphincter-trouble"})
NOT_UNDERSTOOD = frozenset({UNJUDGED, UNREAD_REASON})
# These have facts of their own, which ask for a cause or for an examination.
OF_OTHER_FACTS = (
    CANCERS | SPINAL_INFECTIONS | DEFICITS | {"deep-infection", "spinal-cord-disease"}
)
GRAVE_IN_COURSE = OF_OTHER_FACTS | {"sepsis"}
STATED_OR_DOUBTED = GRAVE_IN_COURSE | frozenset(map(in_doubt, DEFICITS))
_WORD = re.compile(r"\w")


def has_named_complication(procedure: Json, terminology: Terminology) -> bool:
    """Tell if an operation names a complication of which no other fact tells.

    One that refers to a diagnosis does not say here which it is.
    """
    return bool(objects(procedure.get("complicationDetail"))) or any(
        OF_OTHER_FACTS.isdisjoint(_concepts_of(one, terminology))
        or _is_named(one, terminology)
        for one in _stated(procedure, terminology)
    )


def complication_concepts(procedure: Json, terminology: Terminology) -> frozenset[str]:
    """Return the grave things that the complications of an operation name.

    What was not understood may be a palsy: somebody examines the patient.
    """
    named = (_concepts_of(one, terminology) for one in _stated(procedure, terminology))
    return frozenset[str]().union(*named)


def names_complication(reason: Json, terminology: Terminology) -> bool:
    """Tell if a concept names something that an operation may cause, or found.

    What is not understood, and what is denied, names nothing.
    """
    if _is_named(reason, terminology):
        return True
    operation = {"resourceType": "Procedure", "complication": [reason]}
    named = grave_concepts_of(operation, terminology)
    return not named.isdisjoint(STATED_OR_DOUBTED)


def _stated(procedure: Json, terminology: Terminology) -> Iterator[Json]:
    for complication in objects(procedure.get("complication")):
        if is_stated(complication, terminology):
            yield complication


def is_stated(complication: Json, terminology: Terminology) -> bool:
    """Tell if a complication is neither a denial nor the word for nothing.

    A code of a diagnosis is one, whatever is next to it: two of its words differ.
    """
    written = text(complication.get("text"))
    if _says_something(written, terminology):
        return True
    is_denied = bool(_WORD.search(written))
    for coding in objects(complication.get("coding")):
        title = text(coding.get("display"))
        code = {"coding": [coding]}
        if _says_something(title, terminology):
            return True
        if _WORD.search(title) or _is_none_coded(code, terminology):
            continue
        if not is_denied or _is_diagnosis(code, terminology):
            return True
    return False


def _says_something(words: str, terminology: Terminology) -> bool:
    """Tell if words say more than that there was nothing.

    A denial must be understood whole: "none except a leak" denies no leak.
    """
    if not _WORD.search(words) or _is_none(words, terminology):
        return False
    parts = undenied_parts(words, terminology)
    if any(_WORD.search(one) and not _is_none(one, terminology) for one in parts):
        return True
    if terminology.plain.checks.are_all(words):
        return False
    operation = {"resourceType": "Procedure", "complication": [{"text": words}]}
    return bool(grave_concepts_of(operation, terminology))


def _is_none(words: str, terminology: Terminology) -> bool:
    return terminology.plain.complications.are_all(words, is_title=True)


def _is_none_coded(code: Json, terminology: Terminology) -> bool:
    codings = terminology.codings(code)
    return any(terminology.complication_codes.is_none(*one) for one in codings)


def _is_diagnosis(code: Json, terminology: Terminology) -> bool:
    is_identified = terminology.identifies("conditions", code)
    return is_identified or bool(terminology.concepts(code))


def _concepts_of(complication: Json, terminology: Terminology) -> frozenset[str]:
    """Return the grave things that one complication names, or may be."""
    operation = {"resourceType": "Procedure", "complication": [complication]}
    concepts = grave_concepts_of(operation, terminology)
    concepts |= states_by_code(operation, terminology)
    if not concepts.isdisjoint(NOT_UNDERSTOOD):
        # A code that was never judged is no tumour here: it came with the operation.
        concepts -= NOT_UNDERSTOOD | {MAY_BEAR_ON_SPINE}
        if not _is_named(complication, terminology):
            concepts |= {DEFICIT}
    return concepts


def _is_named(complication: Json, terminology: Terminology) -> bool:
    """Tell if it is an illness that is no deficit, by its code or its words.

    Words next to such a code must name one too, or be the title of the code.
    """
    codes = objects(complication.get("coding"))
    is_coded = any(
        terminology.complication_codes.is_no_deficit(*one)
        for one in terminology.codings(complication)
    )
    titles = {text(code.get("display")) for code in codes} if is_coded else set()
    words = [word for word in texts_of(complication) if _WORD.search(word)]
    named, none = terminology.plain.complications_named, terminology.plain.complications
    return bool(is_coded or words) and all(
        named.are_all(word, is_title=True)
        or (word in titles and not _tells_deficit(word, terminology))
        or (is_coded and none.are_all(word, is_title=True))
        for word in words
    )


def _tells_deficit(words: str, terminology: Terminology) -> bool:
    stems = terminology.grave_stems
    is_plain = stems.deficits.are_in(words)
    return is_plain or "spinal-cord-disease" in stems.concepts_in(words)

"""Tell if an entry's own words say that it is another patient's, or an error.

Whoever finds such an entry often writes so next to its name, and leaves its status:
"charted on wrong pt, pls remove". It then counts neither for a yes nor for a no. Only a
whole sentence about the entry counts: "Stage entered in error, corrected to IV" is
about a part of an entry that is right.
"""

import re
from collections.abc import Iterator

from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.entries.coded import read_code
from cds_service.fhir.entries.condition_concepts import concepts_of_condition
from cds_service.fhir.entries.grave.grave_concepts import CANCERS, SPINAL_INFECTIONS
from cds_service.fhir.entries.medication.other_doses import dosages_of
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, objects, text, texts_of

# Rules of `kinds/`.
DISOWNED, PLEASE_REMOVE = ("disowned",), ("please-remove",)
_NAMES = ("code", "medicationCodeableConcept", "vaccineCode", "statusReason")
_MEDICATIONS = "Medication"
_BETWEEN = re.compile(r"[][(),;:.!?\n（），；：。、！？【】]+|\s[-–—]+\s|[–—]")
# By type: what leaves an entry open. An operation may have been done all the same, and
# a grave diagnosis keeps its colour.
_IN_DOUBT: dict[str, Json] = {
    "Procedure": {"status": "unknown"},
    "Condition": {"verificationStatus": {"coding": [{"code": "unconfirmed"}]}},
}
# What colours a card. A risk factor, as diabetes, is open by another's words.
_GRAVE = (
    CANCERS
    | SPINAL_INFECTIONS
    | {
        "sepsis",
        "neurological-deficit",
        "leg-weakness",
        "unstable-fracture",
        "spinal-instability",
        "moving-forbidden",
        "hip-fracture",
        "ankylosed-spine",
        "sphincter-trouble",
    }
)
_NOT_DONE = frozenset({"entered-in-error", "not-done"})


def is_disowned(resource: Json, terminology: Terminology) -> bool:
    """Tell if the name, a note or a dosage of a resource disowns it.

    The prose of a report is not asked: it may be about an earlier one.
    """
    return any(_ends_disowned(one, terminology) for one in _names_of(resource)) or any(
        _is_all_disowned(one, terminology) for one in _notes_of(resource)
    )


def in_doubt_at_most(resource: Json, terminology: Terminology) -> Json | None:
    """Return a disowned resource as one that is open; None if it is left out.

    A grave diagnosis stays as it is: doubt lowers no colour.
    """
    doubt = _IN_DOUBT.get(text(resource.get("resourceType")))
    if doubt is None:
        return None
    is_denied = certainty_of(resource) == "denied"
    is_over = is_denied or text(resource.get("status")) in _NOT_DONE
    is_kept = is_over or _is_grave_diagnosis(resource, terminology)
    return resource if is_kept else {**resource, **doubt}


def _is_grave_diagnosis(resource: Json, terminology: Terminology) -> bool:
    if resource.get("resourceType") != "Condition":
        return False
    concepts = concepts_of_condition(read_code(resource, terminology), terminology)
    return not _GRAVE.isdisjoint(concepts)


def _is_all_disowned(note: str, terminology: Terminology) -> bool:
    """Tell if a note says nothing else of its entry."""
    parts = _parts(note)
    rest = _without_requests(parts, terminology)
    return bool(rest) and all(_is(one, DISOWNED, terminology) for one in rest)


def _ends_disowned(name: str, terminology: Terminology) -> bool:
    """Tell if the last words of a name, or all words before it, disown it."""
    rest = _without_requests(_parts(name), terminology)
    if not rest:
        return False
    is_before = len(rest) == 2 and _is(rest[0], DISOWNED, terminology)
    return is_before or _is(rest[-1], DISOWNED, terminology)


def _without_requests(parts: list[str], terminology: Terminology) -> list[str]:
    return [one for one in parts if not _is(one, PLEASE_REMOVE, terminology)]


def _is(part: str, rule: tuple[str, ...], terminology: Terminology) -> bool:
    return bool(terminology.kinds.named(part, rule))


def _parts(words: str) -> list[str]:
    parts = (" ".join(one.split()) for one in _BETWEEN.split(words))
    return [one.strip(" -*\"'") for one in parts if one.strip(" -*\"'")]


def _names_of(resource: Json) -> Iterator[str]:
    for name in _NAMES:
        if name in resource:
            for concept in objects(resource.get(name)):
                yield from texts_of(concept)


def _notes_of(resource: Json) -> Iterator[str]:
    for note in objects(resource.get("note")):
        yield text(note.get("text"))
    yield text(resource.get("comment"))
    if text(resource.get("resourceType")).startswith(_MEDICATIONS):
        for dosage in dosages_of(resource):
            yield text(dosage.get("text"))

"""Read which broken bones the title of an entry tells of: `X-ray spine, T8 fracture`.

A title says what is done and where, and often why. What it names as broken is read as
in a note; a vertebra that is only examined or braced is not broken.
"""

import re
from collections.abc import Iterator

from cds_service.fhir.entries.exams.exam_concepts import EXAM_TYPES
from cds_service.fhir.entries.exams.unread_in_study_names import words_of_study
from cds_service.fhir.entries.fractures.earlier_in_words import (
    EARLIER,
    names_earlier_fracture,
    names_several_fractures,
)
from cds_service.fhir.entries.fractures.healed_fractures import OTHER_BONES
from cds_service.fhir.entries.medication.products import DEVICE_ORDERS
from cds_service.fhir.entries.words.asides import VOID
from cds_service.fhir.entries.words.bystanders import FRACTURED
from cds_service.fhir.entries.words.unread_in_reasons import is_reason_understood
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses, sentences
from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS, LONGEST_TEXT
from cds_service.fhir.raw_json import (
    Json,
    is_prohibition,
    member,
    objects,
    text,
    texts_of,
)

BROKEN = FRACTURED | OTHER_BONES | {"other-fracture"}
TITLED = DEVICE_ORDERS | EXAM_TYPES | {"Appointment", "Procedure", "ServiceRequest"}
_ASKS = re.compile(r"(?i)\?|\br/o\b|\brule out\b")
_CODES = ("code", "codeCodeableConcept", "itemCodeableConcept", "serviceType")
_REFERENCES = ("codeReference", "itemReference")


def _broken_titles(entry: Json, terminology: Terminology) -> list[str]:
    """List the titles of an entry that name a broken bone.

    Those of an augmentation are left out: they say what is treated.
    """
    kind = text(entry.get("resourceType"))
    is_void = text(entry.get("status")) in VOID or is_prohibition(entry)
    if kind not in TITLED or is_void:
        return []
    titles = [*dict.fromkeys(filter(None, _titles_of(entry, kind)))]
    broken = [
        one
        for one in titles
        if len(one) <= LONGEST_TEXT and _names_break(one, terminology)
    ]
    is_of_operation = broken and (
        not terminology.concepts(entry.get("code")).isdisjoint(AUGMENTATIONS)
        or any(terminology.text_concepts(one, AUGMENTATIONS) for one in titles)
    )
    if is_of_operation:
        return []
    return [one for one in broken if not terminology.own_words.fullmatch(one)]


def _names_break(words: str, terminology: Terminology) -> bool:
    """Tell if words name a fracture: "fracture", or a word for one, `Beckenfraktur`."""
    is_named = terminology.plain.bound.names_broken(words)
    return is_named or bool(terminology.text_concepts(words, BROKEN))


def _titles_of(entry: Json, kind: str) -> Iterator[str]:
    if kind == "ImagingStudy":
        yield from words_of_study(entry)
        return
    for name in _CODES:
        for code in objects(entry.get(name)):
            yield from texts_of(code)
    for name in _REFERENCES:
        yield text(member(entry, name, "display"))
    if kind == "Appointment":
        yield text(entry.get("description"))


def vertebrae_broken_by_title(entry: Json, terminology: Terminology) -> set[str]:
    """Return the vertebrae that titles of an entry name as broken.

    Only those of the part that names the break count, and of the list that it begins:
    "CT T11-L2, fractures of T12, L1".
    """
    named = set[str]()
    levels = terminology.levels
    for title in _broken_titles(entry, terminology):
        for sentence in sentences(title):
            is_listing = False
            for part in filter(str.strip, clauses(sentence)):
                is_listing &= terminology.bystanders.are_of_augmentation(part)
                is_listing |= bool(terminology.text_concepts(part, FRACTURED))
                # "?T8 fracture" asks, and "no T8 fracture" denies.
                is_asked = _names_break(part, terminology)
                if is_listing or is_asked:
                    named |= {*levels.treated(part)}
    return named


def told_by_title(entry: Json, terminology: Terminology) -> frozenset[str]:
    """Return the earlier fracture that titles of an entry may name."""
    titles = _broken_titles(entry, terminology)
    is_earlier = names_earlier_fracture(titles, terminology)
    is_earlier = is_earlier or names_several_fractures(titles, terminology)
    return frozenset({EARLIER} if is_earlier else ())


def has_unread_break(
    entry: Json, counted: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if a device or a result has a title with a break that is not understood.

    "TLSO, odontoid fracture" is one. Titles of other orders, and of procedures, must be
    understood whole anyway.

    Args:
        entry: any entry.
        counted: concepts that are left open elsewhere if words name them.
        terminology: the service's terminology.
    """
    if text(entry.get("resourceType")) not in DEVICE_ORDERS | EXAM_TYPES:
        return False
    return any(
        _is_unread(part, counted, terminology)
        for title in _broken_titles(entry, terminology)
        for sentence in sentences(title)
        for part in clauses(sentence)
    )


def _is_unread(part: str, counted: frozenset[str], terminology: Terminology) -> bool:
    if not _names_break(part, terminology):
        return False
    # A vertebra that is named is judged by its level.
    if terminology.text_concepts(part, FRACTURED) and terminology.levels.named(part):
        return False
    acts, everyday = terminology.harmless_acts, terminology.everyday
    if acts.is_title(part) or everyday.is_title(part):
        return False
    # "r/o fracture" and "?fracture" ask for the one that is known.
    asked = _ASKS.sub(" ", part)
    return not is_reason_understood([asked], counted, terminology)

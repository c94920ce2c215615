"""Find parts of words that tell of something grave, in words that no rule knows."""

from cds_service.fhir.entries.grave.failing_legs import names_failing_leg
from cds_service.fhir.entries.grave.grave_concepts import (
    END_OF_LIFE,
    GRAVE,
    MAY_BEAR_ON_SPINE,
    UNREAD_REASON,
)
from cds_service.fhir.entries.words.old_deficits import is_told_as_lost
from cds_service.fhir.entries.words.problem_words import has_grave_stem, named_in
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences_once
from cds_service.fhir.raw_json import Json, member, objects, text

# Kinds of words that tell of every patient of a ward with such a name.
WARDS = frozenset({"cancer-care"})
# What a leg that fails leaves open.
LOST = frozenset({"neurological-deficit"})


def wards_of(entry: Json) -> list[str]:
    """Return the names of the wards of a stay; other words of places count nowhere."""
    if text(entry.get("resourceType")) != "Encounter":
        return []
    return [
        text(member(one, "location", "display"))
        for one in objects(entry.get("location"))
    ]


def stems_of(
    entry: Json, words: list[str], wards: list[str], terminology: Terminology
) -> frozenset[str]:
    """Return what is open if words have a part that tells of something grave.

    Reports are read whole elsewhere.
    """
    if any(
        _tells_of_loss(word, terminology) or names_failing_leg(word, terminology)
        for word in words
    ):
        return LOST
    if text(entry.get("resourceType")) == "DiagnosticReport":
        return frozenset()
    counted = [(word, GRAVE | END_OF_LIFE) for word in words]
    counted += [(ward, WARDS) for ward in wards]
    if any(_has_unnamed_stem(*one, terminology) for one in counted):
        return frozenset({UNREAD_REASON, MAY_BEAR_ON_SPINE})
    return frozenset()


def _tells_of_loss(words: str, terminology: Terminology) -> bool:
    """Tell if words say in plain speech what a leg can no longer do, and not of old.

    A loss of walking may be explained anywhere in them, that of a limb beside it.
    """
    stems = terminology.grave_stems
    if not stems.deficits.are_in(words):
        return False
    told = [one for one in sentences_once([words]) if is_told_as_lost(one, terminology)]
    return bool(told) and (
        stems.deficits.tells_of_loss(words)
        or any(map(stems.deficits.tells_of_lost_limb, told))
    )


def _has_unnamed_stem(
    words: str, counted: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if words have a part that tells of something grave, and name none of it.

    Args:
        words: words of an entry.
        counted: the concepts that are left open if words name them.
        terminology: the service's terminology.
    """
    return any(
        has_grave_stem(sentence, terminology)
        and named_in([sentence], terminology).isdisjoint(counted)
        for sentence in sentences_once([words])
    )

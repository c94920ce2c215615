"""Says what an entry names besides its own code, each concept in doubt."""

from collections.abc import Iterable

from cds_service.fhir.gathering.drug_asides import bone_drugs_named, drugs_in_asides
from cds_service.fhir.gathering.drugs import BONE_DRUG
from cds_service.fhir.gathering.grave_asides import grave_things_in
from cds_service.fhir.gathering.open_concepts import NOT_UNDERSTOOD
from cds_service.fhir.gathering.parsing import may_be_reversed
from cds_service.fhir.gathering.problem_words import in_doubt
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json

# The problem list may state that a bone drug is taken.
ON_BONE_DRUG = "long-term-bone-drug"


def drugs_in_doubt(
    resource: Json, own: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return the drugs that an entry names besides its own, each in doubt.

    An entry of a bone drug has none: the drug is no longer in question.
    """
    if BONE_DRUG in own:
        return frozenset()
    named = drugs_in_asides(resource, terminology) - own
    doubtful = frozenset(map(in_doubt, named))
    if named and may_be_reversed(resource):
        return doubtful | {NOT_UNDERSTOOD}
    return doubtful


def bone_drugs_in_doubt(
    words: Iterable[str], own: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return the bone drugs that words name, each in doubt; none if one is known."""
    if not own.isdisjoint((BONE_DRUG, ON_BONE_DRUG)):
        return frozenset()
    return frozenset(map(in_doubt, bone_drugs_named(words, terminology)))


def grave_in_doubt(resource: Json, terminology: Terminology) -> frozenset[str]:
    """Return the grave things that an entry names, each in doubt."""
    return frozenset(map(in_doubt, grave_things_in(resource, terminology)))

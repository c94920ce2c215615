"""Say what an entry names apart from its own code, each concept in doubt."""

from collections.abc import Iterable

from cds_service.fhir.entries.grave_asides import grave_concepts_of
from cds_service.fhir.entries.medication.drug_asides import (
    bone_drugs_named,
    drugs_in_asides,
    steroids_named,
    telling_drugs_named,
)
from cds_service.fhir.entries.medication.drug_groups import BONE_DRUG, STEROID
from cds_service.fhir.entries.words.open_concepts import NOT_UNDERSTOOD, UNREAD_WORDS
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.parsing import may_be_reversed
from cds_service.fhir.raw_json import Json

# The problem list may state that such a drug is taken.
ON_BONE_DRUG, ON_STEROID = "long-term-bone-drug", "long-term-steroid"


def drugs_in_doubt(
    resource: Json, own: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return the drugs that an entry names besides its own, each in doubt.

    An entry of a bone drug has none but steroids: which bone drug is no longer in
    question. `UNREAD_WORDS` says that not all words were read.
    """
    asides = drugs_in_asides(resource, terminology)
    unread, named = asides & UNREAD_WORDS, asides - UNREAD_WORDS - own
    if BONE_DRUG in own:
        groups_of = terminology.drugs.groups_of
        named = frozenset(one for one in named if STEROID in groups_of(one))
    doubtful = frozenset(map(in_doubt, named))
    if named and may_be_reversed(resource):
        doubtful |= {NOT_UNDERSTOOD}
    return doubtful | unread


def drugs_told_in_doubt(
    words: Iterable[str], own: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return the drugs that words name and findings ask for, each in doubt.

    They are bone drugs, steroids, and drugs that tell of a disease. There are none of a
    kind that the entry itself is known to be of.
    """
    told = [*words]
    named = telling_drugs_named(told, terminology)
    if own.isdisjoint((BONE_DRUG, ON_BONE_DRUG)):
        named |= bone_drugs_named(told, terminology)
    if own.isdisjoint((STEROID, ON_STEROID)):
        named |= steroids_named(told, terminology)
    return frozenset(map(in_doubt, named))


def grave_in_doubt(
    resource: Json, terminology: Terminology, titled: frozenset[str] | None = None
) -> frozenset[str]:
    """Return the grave things that an entry names, each in doubt.

    Args:
        resource: the entry.
        terminology: the service's terminology.
        titled: what the codes of its title name; None if nobody has asked yet.
    """
    return frozenset(map(in_doubt, grave_concepts_of(resource, terminology, titled)))

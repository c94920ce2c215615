"""Finds the drugs that an entry names besides its own.

They stand in notes, dosages, reasons and products used.

A note on losartan may say "also gets Prolia at GP". That is no dose and no order, but
with it nobody may say that there is no bone drug.
"""

import re
from collections.abc import Iterable

from cds_service.fhir.gathering.drugs import BONE_DRUG
from cds_service.fhir.leaves import codes_of, words_in
from cds_service.fhir.mapping.clauses import LONGEST_STATEMENT, ONLY_DENIED, clauses
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import LONGEST_TEXT, folded
from cds_service.fhir.raw_json import Json

# Its own drug, read elsewhere; people and places, whose names say nothing; what
# repeats the rest.
NOT_BESIDE = frozenset(
    {
        "medicationCodeableConcept",
        "medicationReference",
        "code",
        "contained",
        "text",
        "subject",
        "patient",
        "performer",
        "receiver",
        "recorder",
        "asserter",
        "requester",
        "informationSource",
        "location",
        "destination",
    }
)


def drugs_beside(entry: Json, terminology: Terminology) -> frozenset[str]:
    """Return the drugs, and their groups, that an entry names outside of its title."""
    if entry.keys() <= _SHORT:  # most entries of most lists
        return frozenset()
    beside = {name: value for name, value in entry.items() if name not in NOT_BESIDE}
    words = dict.fromkeys(words_in(beside))
    if sum(map(len, words)) > LONGEST_TEXT:
        return terminology.drugs.groups
    named = (
        terminology.drug_words(word)
        for word in words
        if not terminology.own_words.fullmatch(word)
    )
    coded = terminology.concepts(list(codes_of(beside)))
    return coded.union(*named) & terminology.drugs.concepts


# Whoever does not bear a drug is not taking it.
AVERSION = frozenset({"drug-aversion"})
_REST_OF_WORD = re.compile(r"^\w+")


def bone_drugs_named(words: Iterable[str], terminology: Terminology) -> frozenset[str]:
    """Return the bone drugs, and their groups, that words of any list name.

    A diagnosis, a report or a reason may say "Prolia last given in March". That is no
    dose, but nobody may say then that there is none. What is denied as a whole, and
    what is not borne, name none.
    """
    prose = "\n".join(dict.fromkeys(words))[:LONGEST_TEXT]
    if BONE_DRUG not in terminology.drug_words(prose):  # most words of most records
        return frozenset()
    parts = [*clauses(prose)]
    if not any(BONE_DRUG in terminology.drug_words(one) for one in parts):
        parts = [prose]  # "osteoporosis, on treatment" is of two
    named = (_drugs_in_part(one, terminology) for one in parts)
    return frozenset[str]().union(*named) & terminology.drugs.concepts


def _drugs_in_part(part: str, terminology: Terminology) -> frozenset[str]:
    part = folded(part)
    named = terminology.drug_places(part)
    if BONE_DRUG not in named or terminology.text_concepts(part, AVERSION):
        return frozenset()
    places = set(named.values())
    if len(places) == 1 and len(part) <= LONGEST_STATEMENT:
        ((start, end),) = places
        remainder = _REST_OF_WORD.sub("", part[end:], 1)
        if terminology.clauses.places(f"{part[:start]}@{remainder}", ONLY_DENIED):
            return frozenset()
    return frozenset(named)


# Elements of an entry that hold no words.
_SHORT = NOT_BESIDE | {
    "resourceType",
    "id",
    "meta",
    "status",
    "intent",
    "priority",
    "authoredOn",
    "effectiveDateTime",
    "performedDateTime",
    "whenHandedOver",
    "dateAsserted",
    "encounter",
    "context",
    "identifier",
    "language",
}

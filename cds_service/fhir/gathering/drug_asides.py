"""Finds the drugs that an entry names besides its own.

They stand in notes, dosages, reasons and products used.

A note on losartan may say "also gets Prolia at GP". That is no dose and no order, but
with it nobody may say that there is no bone drug.
"""

from collections.abc import Iterator
from typing import Any

from cds_service.fhir.leaves import leaves_of
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import LONGEST_TEXT
from cds_service.fhir.raw_json import Json, objects, text

# Its own drug, read elsewhere; people and places, whose names say nothing; what
# repeats the rest.
NOT_BESIDE = frozenset(
    {
        *("medicationCodeableConcept", "medicationReference", "code", "contained"),
        *("text", "subject", "patient", "performer", "receiver", "recorder"),
        *("asserter", "requester", "informationSource", "location", "destination"),
    }
)
WORDED = frozenset(
    {
        *("text", "display", "patientInstruction", "valueString", "valueMarkdown"),
        *("description", "comment"),
    }
)


def drugs_beside(entry: Json, terminology: Terminology) -> frozenset[str]:
    """The drugs, and their groups, that an entry names outside of its title."""
    if entry.keys() <= _SHORT:  # most entries of most lists
        return frozenset()
    beside = {name: held for name, held in entry.items() if name not in NOT_BESIDE}
    words = dict.fromkeys(_words_of(beside))
    if sum(map(len, words)) > LONGEST_TEXT:
        return terminology.drugs.groups
    named = (
        terminology.drug_words(one)
        for one in words
        if not terminology.own_words.fullmatch(one)
    )
    coded = terminology.concepts(list(codes_of(beside)))
    return coded.union(*named) & terminology.drugs.concepts


# Elements of an entry that hold no words.
_SHORT = NOT_BESIDE | {
    *("resourceType", "id", "meta", "status", "intent", "priority", "authoredOn"),
    *("effectiveDateTime", "performedDateTime", "whenHandedOver", "dateAsserted"),
    *("encounter", "context", "identifier", "language"),
}


def _words_of(held: Any) -> Iterator[str]:
    for path, value in leaves_of(held):
        if path.rpartition(".")[2] in WORDED and isinstance(value, str):
            yield value


def codes_of(beside: Json) -> Iterator[Json]:
    """Each CodeableConcept, and each Coding that stands alone."""
    waiting: list[Any] = [beside]
    while waiting:
        held = waiting.pop()
        if isinstance(held, list | tuple):
            waiting += held
        elif isinstance(held, dict) and "coding" in held:
            yield held
        elif isinstance(held, dict) and text(held.get("code")):
            yield {"coding": objects(held)}
        elif isinstance(held, dict):
            waiting += held.values()

"""Tell if an entry's own words say that it is another patient's, or an error.

Whoever finds such an entry often writes so next to its name, and leaves its status:
"charted on wrong pt, pls remove". It is nobody's fact, neither for a yes nor for a no.
"""

from collections.abc import Iterator

from cds_service.fhir.entries.medication.other_doses import dosages_of
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, objects, text, texts_of

DISOWNED = ("disowned",)  # a rule of `kinds.toml`
_NAMES = ("code", "medicationCodeableConcept", "vaccineCode", "statusReason")
_MEDICATIONS = "Medication"


def is_disowned(resource: Json, terminology: Terminology) -> bool:
    """Tell if the name, a note or a dosage of a resource disowns it.

    The prose of a report is not asked: it may speak of an earlier one.
    """
    kinds = terminology.kinds
    return any(kinds.of_title(one, DISOWNED) for one in _names_of(resource)) or any(
        kinds.named(one, DISOWNED) for one in _notes_of(resource)
    )


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

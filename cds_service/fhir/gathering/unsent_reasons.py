"""Find reasons that are only references to a diagnosis that was not sent.

The diagnosis of a stay is often on no problem list, and may be anything. So an order or
a stay whose reason is not known excludes nothing.
"""

from collections.abc import Iterator

from cds_service.core.findings import is_diagnosis
from cds_service.fhir.entries.grave.grave_concepts import (
    MAY_BEAR_ON_SPINE,
    UNREAD_REASON,
)
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.raw_json import Json, member, text
from cds_service.fhir.references import (
    ENCOUNTER,
    Bases,
    contained_in,
    reasons_referred_to,
)

# Types of reasons that are no diagnosis: they are read as what they are, or not at all.
OTHER_KINDS = frozenset(
    {
        "Procedure",
        "Observation",
        "DiagnosticReport",
        "DocumentReference",
        "ImmunizationRecommendation",
        "MedicationStatement",
        "AllergyIntolerance",
    }
)
LEFT_OPEN = frozenset(map(in_doubt, (UNREAD_REASON, MAY_BEAR_ON_SPINE)))


def names_unsent(resource: Json, known: frozenset[str], bases: Bases) -> bool:
    """Tell if a reason is a reference without words to a diagnosis that was not sent.

    Args:
        resource: an order or an encounter.
        known: the diagnoses that were sent, by name or address.
        bases: bases of the server that has them.
    """
    inside = contained_in(resource)
    for reference in reasons_referred_to(resource):
        address = text(reference.get("reference"))
        name = bases.name_of(address)
        kind = name.partition("/")[0] or text(reference.get("type"))
        is_inside = inside.get(address) is not None
        is_here = is_inside or not known.isdisjoint({address, name} - {""})
        if not (is_here or kind in OTHER_KINDS or text(reference.get("display"))):
            return True
    return False


def diagnoses_of_stay(encounter: Json, bases: Bases) -> Iterator[str]:
    """Yield the names of an encounter's diagnoses on this server: `Condition/12`."""
    for reference in reasons_referred_to(encounter):
        name = bases.name_of(text(member(reference, "reference")))
        if is_diagnosis(name):
            yield name


def with_unsent_reasons(record: PatientRecord, bases: Bases) -> PatientRecord:
    """Leave open what the present stay is for, if only a reference says it."""
    entries = []
    for entry in record.entries:
        is_stay = entry.resource_type == ENCOUNTER
        if is_stay and names_unsent(entry.raw, record.diagnoses, bases):
            concepts, named = entry.concepts | LEFT_OPEN, entry.named | LEFT_OPEN
            entries.append(entry._replace(concepts=concepts, named=named))
        else:
            entries.append(entry)
    return record._replace(entries=tuple(entries))

"""Finds reasons that are only references to a diagnosis that nobody sent.

The diagnosis of a stay is often on no problem list. What it is may be anything: so
nobody is reassured by an order or a stay of which the reason is not known.
"""

from collections.abc import Iterator

from cds_service.fhir.gathering.grave_asides import MAY_BEAR_ON_SPINE, UNREAD_REASON
from cds_service.fhir.gathering.problem_words import in_doubt
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.raw_json import Json, member, objects, text
from cds_service.fhir.references import Bases, contained_in

ENCOUNTER = "Encounter"
# What may be the reason besides a diagnosis, and is read as what it is or not at all.
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


def reasons_referred_to(resource: Json) -> Iterator[Json]:
    """Yield the references that say why an order was written, or a stay is."""
    yield from objects(resource.get("reasonReference"))
    if resource.get("resourceType") == ENCOUNTER:
        for diagnosis in objects(resource.get("diagnosis")):
            yield from objects(diagnosis.get("condition"))


def names_unsent(resource: Json, known: frozenset[str], bases: Bases) -> bool:
    """Tell if a reason is a reference, without a word, to a diagnosis that is not here.

    Args:
        resource: an order or an encounter.
        known: the diagnoses that are, by name or address.
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
    """Name the diagnoses on this server that an encounter is for: `Condition/12`."""
    for reference in reasons_referred_to(encounter):
        name = bases.name_of(text(member(reference, "reference")))
        if name.startswith("Condition/"):
            yield name


def with_unsent_reasons(record: PatientRecord, bases: Bases) -> PatientRecord:
    """Leave open what the present stay is for, if only a reference says it."""
    entries = (
        entry._replace(
            concepts=entry.concepts | LEFT_OPEN, named=entry.named | LEFT_OPEN
        )
        if entry.kind == ENCOUNTER and names_unsent(entry.raw, record.diagnoses, bases)
        else entry
        for entry in record.entries
    )
    return record._replace(entries=tuple(entries))

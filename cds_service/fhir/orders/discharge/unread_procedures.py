"""Find procedures since an operation of which no more is known than their place.

"Lumbar heat pack" names the spine. An older act leaves open which disease of
the spine it treated. A recent one is to be read, and leaves no tumour open.
"""

from cds_service.core.orders import AugmentationOrder
from cds_service.fhir.entries.entry import SPINE_NAMED, Entry
from cds_service.fhir.entries.grave.grave_concepts import (
    GRAVE,
    SPINAL_SURGERY,
    UNJUDGED_ACT,
)
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS
from cds_service.fhir.orders.discharge.biopsies import is_sample_of_bone
from cds_service.fhir.orders.drafts import Order
from cds_service.fhir.orders.since.acts import NEVER, is_since
from cds_service.fhir.raw_json import texts_of

# With any of them an act says more than its place.
TELLING = GRAVE | SPINAL_SURGERY | AUGMENTATIONS | frozenset(map(in_doubt, GRAVE))
OF_PLACE = SPINE_NAMED | {in_doubt(UNJUDGED_ACT)}


def unread_acts_of_spine(
    record: PatientRecord, performed: AugmentationOrder, terminology: Terminology
) -> frozenset[str]:
    """Return the references of these procedures; none if the operation has no day."""
    since = performed.performed_on
    if since is None:
        return frozenset()
    return frozenset(
        entry.reference
        for entry in record.entries
        if entry.resource_type == "Procedure"
        and entry.reference not in performed.references
        and entry.status not in NEVER
        and is_since(entry.raw, since, terminology.calendar)
        and _names_place_alone(entry, terminology)
    )


def without_cause(procedure: Entry) -> Entry:
    """Leave out that an act names the spine, which leaves its cause open."""
    return procedure._replace(
        concepts=procedure.concepts - OF_PLACE, named=procedure.named - OF_PLACE
    )


def _names_place_alone(procedure: Entry, terminology: Terminology) -> bool:
    named = procedure.concepts | procedure.named
    if named.isdisjoint(SPINE_NAMED) or named & TELLING:
        return False
    titles = texts_of(procedure.raw.get("code"))
    is_search = any(map(terminology.everyday.may_search, titles))
    order = Order(procedure.reference, procedure.raw)
    return not (is_search or is_sample_of_bone(order.resource, terminology))

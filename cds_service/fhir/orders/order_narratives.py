"""Read what the narrative of an order adds to its elements."""

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.narratives import repeats, without_tags
from cds_service.fhir.raw_json import Json, member, text

# Statuses of narratives that may say more than the elements, by FHIR's definition.
_WRITTEN = frozenset({"additional", "extensions"})


def narrative_of(order: Json, terminology: Terminology) -> str:
    """Return the narrative of an order as words; empty if it only repeats elements."""
    if text(member(order, "text", "status")) not in _WRITTEN:
        return ""
    narrative = text(member(order, "text", "div"))
    if repeats(narrative, order, terminology.plain.braces):
        return ""
    return without_tags(narrative).strip()

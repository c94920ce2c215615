"""Read what an operation was, and when, from an entry that was not understood.

An extension may reverse its meaning, or an element is broken. Whether it was done is
not known, but a discharge after it must not be silent.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from cds_service.fhir.gathering.picking import Unreadable
from cds_service.fhir.gathering.record_state import is_void
from cds_service.fhir.raw_json import Json, text
from cds_service.fhir.references import reference_name

PROCEDURE = "Procedure"
DOUBTED = "unknown"
# Statuses of what was not begun, which no extension makes an operation of.
NOT_BEGUN = frozenset({"not-done", "preparation", "entered-in-error", "cancelled"})
_KEPT = (
    "resourceType",
    "id",
    "subject",
    "code",
    "bodySite",
    "performedDateTime",
    "performedPeriod",
    "encounter",
)
_MODIFIER = "modifierExtension"


def doubted_copies(
    resources: Iterable[Json], broken: Sequence[Unreadable]
) -> Iterator[Json]:
    """Yield what broken procedures were of, on what day and in which stay.

    Args:
        resources: the patient's, of one list.
        broken: those of them that are not read.
    """
    names = {one.reference for one in broken}
    for resource in resources:
        if reference_name(PROCEDURE, resource) not in names or is_void(resource):
            continue
        if text(resource.get("status")) in NOT_BEGUN:
            continue
        kept = {name: resource[name] for name in _KEPT if name in resource}
        yield {**_without_modifiers(kept), "status": DOUBTED}


def _without_modifiers(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _without_modifiers(part)
            for name, part in value.items()
            if name != _MODIFIER
        }
    if isinstance(value, list):
        return [_without_modifiers(part) for part in value]
    return value

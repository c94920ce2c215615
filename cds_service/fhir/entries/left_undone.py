"""Read why something was not done, not given or not taken.

Its status says that the act never was. The reason is a fact about the patient all the
same: "kyphoplasty not done: discitis".
"""

from cds_service.fhir.entries.medication.drug_groups import MEDICATION_TYPES
from cds_service.fhir.raw_json import Json, text

PROCEDURE = "Procedure"
# By type: statuses of what was decided against. An order that was withdrawn asks for
# nothing, and what was entered in error is about nobody.
_NEVER = {
    PROCEDURE: frozenset({"not-done"}),
    **dict.fromkeys(
        MEDICATION_TYPES, frozenset({"not-done", "not-taken", "declined", "cancelled"})
    ),
}
# The elements that give the reason, or tell of the patient.
_REASONS = frozenset(
    {
        "statusReason",
        "statusReasonCodeableConcept",
        "statusReasonReference",
        "reasonCode",
        "reasonReference",
        "outcome",
        "complication",
        "complicationDetail",
        "note",
        "contained",
    }
)


def is_left_undone(kind: str, status: str) -> bool:
    """Tell if a status says that an act of this type never was, though it was meant."""
    return status in _NEVER.get(kind, ())


def reasons_told(entry: Json) -> Json | None:
    """Return an act that never was with its reasons alone; None if it has none.

    Any other entry is returned as it is.
    """
    kind = text(entry.get("resourceType"))
    if not is_left_undone(kind, text(entry.get("status"))):
        return entry
    told = {name: one for name, one in entry.items() if name in _REASONS}
    return {"resourceType": kind, **told} if told else None

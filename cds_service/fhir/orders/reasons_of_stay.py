"""Find the diagnoses that a stay names as what the patient came for.

They began before whatever was done in it, even if no day says so. A role of the
discharge, of billing or of a comorbidity alone does not say when a diagnosis began.
"""

from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.raw_json import Json, member, objects, text
from cds_service.fhir.references import contained_in, last_name
from cds_service.fhir.settings_of_care import VOID_STAY

# HL7 diagnosis-role, in small letters: of the admission, the complaint, before surgery.
CAME_WITH = frozenset({"ad", "cc", "pre-op"})
CAME_AFTER = frozenset({"post-op"})
LEFT_WITH = CAME_AFTER | {"dd"}


def came_for(record: PatientRecord, stays: frozenset[str]) -> frozenset[str]:
    """Return the diagnoses, `Condition/12`, for which the patient came to these stays.

    Args:
        record: the patient's.
        stays: the stays by their names.
    """
    came: set[str] = set()
    after: set[str] = set()
    for entry in record.entries:
        if entry.reference not in stays or entry.status in VOID_STAY:
            continue
        for reason in objects(entry.raw.get("reasonReference")):
            came.add(last_name(text(reason.get("reference"))))
        for diagnosis in objects(entry.raw.get("diagnosis")):
            name = last_name(text(member(diagnosis, "condition", "reference")))
            roles = _roles(diagnosis)
            if not roles.isdisjoint(CAME_WITH):
                came.add(name)
            if not roles.isdisjoint(CAME_AFTER):
                after.add(name)
    return frozenset(came - after)


def has_unsent_diagnosis(record: PatientRecord) -> bool:
    """Tell if the present stay has a diagnosis that nobody sent, and no words name.

    What the patient came with was known before the operation.
    """
    return any(
        _is_unsent(diagnosis, entry.raw, record.diagnoses)
        for entry in record.of_key("encounter")
        if entry.status not in VOID_STAY
        for diagnosis in objects(entry.raw.get("diagnosis"))
        if (roles := _roles(diagnosis)).isdisjoint(CAME_WITH)
        or not roles.isdisjoint(CAME_AFTER)
    )


def _is_unsent(diagnosis: Json, stay: Json, known: frozenset[str]) -> bool:
    """Tell if the condition of a diagnosis is a reference alone to an unknown one."""
    condition = diagnosis.get("condition")
    address = text(member(condition, "reference"))
    if text(member(condition, "display")) or contained_in(stay).get(address):
        return False
    kind = text(member(condition, "type")) or last_name(address).partition("/")[0]
    is_here = not known.isdisjoint({address, last_name(address)} - {""})
    return not is_here and kind != "Procedure"


def names_of_discharge(stay: Json) -> list[str]:
    """List what the diagnoses of a stay are called that are of its discharge.

    One without a role may be of it.
    """
    return [
        name
        for diagnosis in objects(stay.get("diagnosis"))
        if not (roles := _roles(diagnosis)) or not roles.isdisjoint(LEFT_WITH)
        if (name := text(member(diagnosis, "condition", "display")))
    ]


def _roles(diagnosis: Json) -> set[str]:
    """Return the roles of a diagnosis in its stay, in small letters."""
    codings = objects(member(diagnosis, "use", "coding"))
    return {text(one.get("code")).strip().lower() for one in codings}

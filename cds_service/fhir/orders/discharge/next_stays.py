"""Tell if the patient leaves for a rehabilitation in hospital, which trains them.

The stay that ends says so in how it ends.
"""

from collections.abc import Iterator

from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.leaves import codes_of
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, member, objects, texts_of
from cds_service.fhir.settings_of_care import VOID_STAY

LEFT_FOR_REHABILITATION = "left-for-rehabilitation"


def leaves_for_rehabilitation(record: PatientRecord, terminology: Terminology) -> bool:
    """Tell if a stay that was read ends in a rehabilitation, by a code or in words.

    Words next to a code that say something else leave it open.
    """
    return any(
        _is_rehabilitation(end, terminology)
        for entry in record.of_key("encounter")
        if entry.status not in VOID_STAY
        for end in _ends_of(entry.raw)
    )


def _ends_of(stay: Json) -> Iterator[Json]:
    """Yield how a stay ended; German hospitals write it in an extension."""
    for end in objects(member(stay, "hospitalization", "dischargeDisposition")):
        yield end
        yield from codes_of(objects(end.get("extension")))


def _is_rehabilitation(end: Json, terminology: Terminology) -> bool:
    is_coded = LEFT_FOR_REHABILITATION in terminology.concepts(end)
    words = [one for one in texts_of(end) if one.strip()]
    return (is_coded or bool(words)) and all(
        terminology.kinds.named(one, (LEFT_FOR_REHABILITATION,)) for one in words
    )

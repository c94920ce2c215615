"""Find grave illness on the problem list that began since an operation.

An embolism or an arrest may be the operation's, whoever entered it. Entries of the
record in, references out; junk never raises.
"""

from datetime import date

from cds_service.fhir.certainty import (
    PAST,
    certainty_of,
    clinical_status,
    is_later_encounter,
)
from cds_service.fhir.gathering.condition_concepts import ACUTE
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.onset import begun, recorded_on
from cds_service.fhir.raw_json import Json, member, objects, text
from cds_service.fhir.site_calendar import SiteCalendar


def illnesses_since(
    record: PatientRecord, since: date, terminology: Terminology
) -> frozenset[str]:
    """Return the diagnoses of grave illness that began on this day or later.

    Without an onset the day of recording counts, unless the code is of a later visit or
    a status calls it over.
    """
    calendar = terminology.calendar
    birth = calendar.named_day(member(record.patient, "birthDate"))
    return frozenset(
        entry.reference
        for entry in record.of_key("conditions")
        if ACUTE in entry.concepts
        and certainty_of(entry.raw) != "denied"
        and _has_begun_since(entry.raw, since, birth, calendar)
    )


def _has_begun_since(
    condition: Json, since: date, birth: date | None, calendar: SiteCalendar
) -> bool:
    recorded = calendar.last_day(recorded_on(condition))
    first, last = begun(condition, birth, calendar)
    if first is not None and last is not None:
        # A month or a year is as late as it was recorded.
        onset = min(last, recorded) if recorded and first != last else first
        return onset >= since
    codings = objects(member(condition, "code", "coding"))
    is_later = any(is_later_encounter(text(one.get("code"))) for one in codings)
    is_past = clinical_status(condition) & PAST or certainty_of(condition) == "past"
    if is_later or is_past:
        return False
    return recorded is not None and recorded >= since

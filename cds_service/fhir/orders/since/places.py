"""Find the stay that ends, if its places tell of intensive care since an operation.

A move to intensive care may have no order and no procedure: the stay alone names the
ward.
"""

from datetime import date, timedelta

from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of
from cds_service.fhir.references import contained_in
from cds_service.fhir.site_calendar import SiteCalendar

MONITORED = ("monitored-place",)  # a rule of `kinds/`
# A place that the patient did not come to, or not yet.
NOT_THERE = frozenset({"planned", "reserved"})
# HL7 RoleCode of units with monitors.
UNITS = frozenset({"ICU", "CCU", "PEDICU", "PEDNICU"})
# Policy: the night after the operation may be planned in intensive care.
FIRST_NIGHT = timedelta(days=1)


def monitored_stays(
    record: PatientRecord, since: date, today: date, terminology: Terminology
) -> frozenset[str]:
    """Return the stays that were in intensive care after the first night.

    A place without a time may be of any day of its stay.

    Args:
        record: the patient's.
        since: the day of the operation, or the first that counts.
        today: the day of leaving.
        terminology: the service's terminology.
    """
    return frozenset(
        stay.reference
        for stay in record.of_key("encounter")
        if any(
            _is_monitored(place, stay.raw, terminology)
            and _is_after_first_night(place, since, today, terminology.calendar)
            for place in objects(stay.raw.get("location"))
        )
    )


def _is_monitored(place: Json, stay: Json, terminology: Terminology) -> bool:
    if text(place.get("status")) in NOT_THERE:
        return False
    reference = text(member(place, "location", "reference"))
    location = contained_in(stay).get(reference) or {}
    codes = objects(location.get("type"))
    codings = (one for code in codes for one in objects(code.get("coding")))
    if any(text(one.get("code")).upper() in UNITS for one in codings):
        return True
    names = [text(member(place, "location", "display")), text(location.get("name"))]
    names += [word for code in codes for word in texts_of(code)]
    return any(terminology.kinds.named(name, MONITORED) for name in names)


def _is_after_first_night(
    place: Json, since: date, today: date, calendar: SiteCalendar
) -> bool:
    """Tell if somebody came to a place after a day, or left it after the next one."""
    first = calendar.first_day(member(place, "period", "start")) or since
    last = calendar.last_day(member(place, "period", "end")) or today
    return since < first <= today or (first <= since and last > since + FIRST_NIGHT)

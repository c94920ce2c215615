"""Find falls and broken bones since an operation, whose codes or words are understood.

The raw JSON of the record in, references out; junk never raises. What broke of the
thoracic and lumbar spine, `operation.py` compares with the treated vertebrae; what was
not understood, a discharge asks about as such.
"""

from datetime import date
from typing import NamedTuple

from cds_service.core.leaving import Injuries
from cds_service.fhir.certainty import (
    PAST,
    certainty_of,
    clinical_status,
    is_later_encounter,
)
from cds_service.fhir.gathering.entries import Entry
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.onset import begun, recorded_on
from cds_service.fhir.orders.acts_since import NEVER
from cds_service.fhir.orders.broken_levels import OLD
from cds_service.fhir.raw_json import (
    Json,
    is_prohibition,
    member,
    objects,
    text,
    texts_of,
)
from cds_service.fhir.references import last_name

FALLS = frozenset({"fall", "fall-from-height"})
# Bones that carry the body: with one of them broken, nobody is sent home to walk.
CARRYING = frozenset(
    {
        "hip-fracture",
        "pelvic-fracture",
        "femur-fracture-unstated",
        "femur-shaft-fracture",
    }
)
BROKEN = CARRYING | {"other-fracture", "injury-elsewhere"}
INJURIES = FALLS | BROKEN
SEQUELA = "S"  # 7th character of ICD-10-CM


class RecentTime(NamedTuple):
    """The time that counts.

    Attributes:
        operation: the day of the operation, or the first that counts.
        weeks: the first day of the last weeks, no later than the operation.
        stays: the stays in which the operation was done, by their names.
    """

    operation: date
    weeks: date
    stays: frozenset[str]


def injuries_since(
    record: PatientRecord, since: RecentTime, terminology: Terminology
) -> Injuries:
    """Return the falls and the broken bones of these days.

    A fall counts from the operation on: an earlier one broke the treated vertebra. So
    does a bone, but one of hip, pelvis or thigh counts in the stay and the last weeks
    as well. An operation of a broken hip counts from the operation on.

    Args:
        record: the patient's.
        since: the time that counts.
        terminology: the service's terminology.
    """
    birth = terminology.calendar.named_day(member(record.patient, "birthDate"))
    diagnoses = [
        entry
        for entry in record.of_key("conditions")
        if not entry.concepts.isdisjoint(INJURIES)
        and certainty_of(entry.raw) != "denied"
        and _is_of_these_days(entry, since, birth, terminology)
    ]
    operations = [
        entry
        for entry in record.of_key("procedures")
        if not entry.concepts.isdisjoint(CARRYING)
        and entry.status not in NEVER
        and not is_prohibition(entry.raw)
        and _is_done_since(entry.raw, since.operation, terminology)
    ]
    falls = {one.reference for one in diagnoses if one.concepts & FALLS}
    broken = {one.reference for one in diagnoses if one.concepts & BROKEN}
    broken.update(one.reference for one in operations)
    return Injuries(frozenset(falls), frozenset(broken))


def _is_past(condition: Json, terminology: Terminology) -> bool:
    """Tell if a fall or a fracture is over by a status, or old by its words: `Z.n.`."""
    if clinical_status(condition) & PAST or certainty_of(condition) == "past":
        return True
    words = texts_of(condition.get("code"))
    return any(terminology.text_concepts(word, OLD) for word in words)


def _is_of_these_days(
    entry: Entry, since: RecentTime, birth: date | None, terminology: Terminology
) -> bool:
    """Tell if a fall or a fracture began in the time that counts for it.

    Without an onset the day of recording counts, unless the code is of a later visit.
    Of the day of the operation itself only an onset does: the fall that broke the
    treated vertebra is often recorded on that day. Of what is called over or old only
    an onset does, too: no fracture heals in these days.
    """
    is_carrying = not entry.concepts.isdisjoint(CARRYING)
    condition, calendar = entry.raw, terminology.calendar
    codings = objects(member(condition, "code", "coding"))
    later = [*filter(is_later_encounter, (text(one.get("code")) for one in codings))]
    if any(code.endswith(SEQUELA) for code in later):
        return False
    recorded = calendar.last_day(recorded_on(condition))
    first, last = begun(condition, birth, calendar)
    if first is not None and last is not None:
        # A month or a year is as late as it was recorded.
        onset = min(last, recorded) if recorded else first
        return onset >= (since.weeks if is_carrying else since.operation)
    if later or _is_past(condition, terminology):
        return False
    if not is_carrying:
        return recorded is not None and recorded > since.operation
    stay = last_name(text(member(condition, "encounter", "reference")))
    is_of_weeks = recorded is not None and recorded >= since.weeks
    return is_of_weeks or stay in since.stays


def _is_done_since(procedure: Json, since: date, terminology: Terminology) -> bool:
    """Tell if a procedure was done on a known day, after this one."""
    period = member(procedure, "performedPeriod")
    times = (procedure.get("performedDateTime"), member(period, "start"))
    days = filter(None, map(terminology.calendar.last_day, times))
    return max(days, default=date.min) > since

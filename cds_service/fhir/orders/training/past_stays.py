"""Tell which orders of activity are over with an earlier stay in hospital.

What a ward ordered, "strict bed rest" or "NWB", ends with its stay, but its order often
stays active. An order of a visit goes on, and so does one that says so itself. The
words are in `kinds/` (`activity-after-stay`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from cds_service.fhir.element_names import MODIFIERS, WORDED
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.leaves import words_in
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.order_times import read_times
from cds_service.fhir.raw_json import Json, member, text
from cds_service.fhir.references import last_name, reference_name
from cds_service.fhir.settings_of_care import INPATIENT, OUTSIDE, VOID_STAY, settings_of

AFTER_STAY = ("activity-after-stay",)
ENCOUNTER, FINISHED = "Encounter", "finished"
# One that begins so soon after a stay may go on with it: a transfer.
TRANSFER = timedelta(days=1)
ANY_WORDS = WORDED | {"div"}


class _Stay(NamedTuple):
    """A stay in hospital, or the present visit.

    Attributes:
        name: `Encounter/12`.
        status: as written.
        start: the first day on which it may have begun; None if that is not known.
        end: the last day on which it may have ended; None if it goes on, or if that is
            not known.
    """

    name: str
    status: str
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class PastStays:
    """The earlier stays in hospital that are over.

    Attributes:
        left_on: the last day in hospital, by the name of the stay.
        terminology: the service's terminology.
    """

    left_on: Mapping[str, date]
    terminology: Terminology

    def ended(self, order: Json) -> bool:
        """Tell if an order was over with the stay in which it was written.

        Neither its times nor its words reach further.
        """
        left = self.left_on.get(
            last_name(text(member(order, "encounter", "reference")))
        )
        if left is None or not MODIFIERS.isdisjoint(order):
            return False
        calendar = self.terminology.calendar
        written = calendar.last_day(order.get("authoredOn"))
        if written is None or written > left:
            return False
        times = read_times(order, calendar)
        if any(day and day > left for day in (times.start, times.end)):
            return False
        if not settings_of(order).isdisjoint(OUTSIDE):
            return False
        named = self.terminology.kinds.named
        return not any(named(words, AFTER_STAY) for words in words_in(order, ANY_WORDS))


def past_stays(
    record: PatientRecord, terminology: Terminology, today: date
) -> PastStays:
    """Find the stays in hospital that were over before the present one or visit.

    Args:
        record: the patient's record.
        terminology: the service's terminology.
        today: the day of the answer.
    """
    present = f"{ENCOUNTER}/{record.encounter}" if record.encounter else ""
    stays = _stays_in(record, terminology, present)
    if not present:
        stays.append(_Stay("", "", start=today, end=None))
    if not any(stay.name == present for stay in stays):
        # It was not read, and may go on with any of them.
        return PastStays({}, terminology)
    names = {stay.name for stay in stays} - {present}
    left = {name: _left_on(name, stays) for name in names}
    return PastStays({name: day for name, day in left.items() if day}, terminology)


def _stays_in(
    record: PatientRecord, terminology: Terminology, present: str
) -> list[_Stay]:
    """List the stays in hospital, and the present one or visit, which goes on."""
    calendar = terminology.calendar
    read = [entry.raw for entry in record.entries if entry.resource_type == ENCOUNTER]
    stays = []
    for raw in (*read, *record.stays_along):
        name, status = reference_name(ENCOUNTER, raw), text(raw.get("status"))
        is_present = name == present
        is_in_hospital = text(member(raw, "class", "code")).upper() in INPATIENT
        if status not in VOID_STAY and (is_present or is_in_hospital):
            start = calendar.first_day(member(raw, "period", "start"))
            end = (
                None if is_present else calendar.last_day(member(raw, "period", "end"))
            )
            stays.append(_Stay(name, status, start, end))
    return stays


def _left_on(name: str, stays: Sequence[_Stay]) -> date | None:
    """Return the day on which the patient left hospital after a stay; None if unsure.

    A stay that another one goes on with, or may, is not the last.
    """
    own = [stay for stay in stays if stay.name == name]
    ends = [stay.end for stay in own if stay.end and stay.status == FINISHED]
    if not ends or len(ends) < len(own):
        return None
    left = max(ends)
    for stay in sorted(stays, key=lambda one: one.start or date.min):
        if stay.start is not None and stay.start > left + TRANSFER:
            break
        if stay.end is None:
            return None
        left = max(left, stay.end)
    return left

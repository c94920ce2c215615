"""Tell which procedures were done in the stay that ends."""

from datetime import date
from typing import NamedTuple

from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.orders.drafts import entries_of_type
from cds_service.fhir.orders.operations.done_procedures import (
    days_of_procedure,
    stay_of,
)
from cds_service.fhir.raw_json import Json, member, text
from cds_service.fhir.references import last_name
from cds_service.fhir.settings_of_care import INPATIENT
from cds_service.fhir.site_calendar import SiteCalendar


class Stay(NamedTuple):
    """The stay that ends.

    Attributes:
        name: `Encounter/12`; empty if the call names none.
        start: the day on which it began; None if that is not known.
        others: names of stays in hospital that are known to be no part of it.
    """

    name: str
    start: date | None
    others: frozenset[str]

    def holds(self, procedure: Json, calendar: SiteCalendar) -> bool:
        """Tell if a procedure names this stay, or was done during it.

        A procedure during the stay may name a department's contact, or no stay.
        """
        named = stay_of(procedure)
        if self.name and named == self.name:
            return True
        first, _ = days_of_procedure(procedure, calendar)
        is_since = bool(self.start and first and first >= self.start)
        return is_since and named not in self.others


def stay_that_ends(
    record: PatientRecord, encounter: str | None, calendar: SiteCalendar
) -> Stay:
    name = f"Encounter/{encounter}" if encounter else ""
    start = None
    others: set[str] = set()
    for stay in entries_of_type(record, "Encounter"):
        if stay.reference == name:
            start = calendar.named_day(member(stay.resource, "period", "start"))
        elif _is_apart(stay.resource, name):
            others.add(stay.reference)
    return Stay(name, start, frozenset(others))


def _is_apart(encounter: Json, stay: str) -> bool:
    """Tell if this is a stay in hospital, and not one that is part of that stay."""
    part_of = last_name(text(member(encounter, "partOf", "reference")))
    return text(member(encounter, "class", "code")) in INPATIENT and part_of != stay

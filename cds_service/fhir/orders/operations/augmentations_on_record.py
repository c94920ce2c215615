"""List the augmentations on record, done or ordered, with their days."""

from datetime import date

from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import Order
from cds_service.fhir.orders.order_times import read_times
from cds_service.fhir.orders.orders_on_record import orders_on_record
from cds_service.fhir.orders.recognition import is_augmentation
from cds_service.fhir.raw_json import member, text
from cds_service.fhir.site_calendar import SiteCalendar


def find_augmentations(
    record: PatientRecord, terminology: Terminology
) -> list[tuple[str, date | None]]:
    """List each augmentation on record, done or ordered, with its day."""
    return [
        (one.reference, _augmented_on(one, terminology.calendar))
        for one in augmentations_on_record(record, terminology)
    ]


def augmentations_on_record(
    record: PatientRecord, terminology: Terminology
) -> list[Order]:
    orders = orders_on_record(record)
    return [order for order in orders if _is_augmentation(order, terminology)]


def _is_augmentation(order: Order, terminology: Terminology) -> bool:
    """Tell if this is an augmentation that was begun, is ordered or was done."""
    is_procedure = order.resource_type == "Procedure"
    counted = ("completed", "in-progress" if is_procedure else "active")
    has_status = text(order.resource.get("status")) in counted
    return has_status and is_augmentation(order.resource, terminology)


def _augmented_on(order: Order, calendar: SiteCalendar) -> date | None:
    """Return the day on which it was done, else is planned, else was written."""
    performed = order.resource.get("performedDateTime") or member(
        order.resource, "performedPeriod", "start"
    )
    planned = read_times(order.resource, calendar).start
    written = order.resource.get("authoredOn")
    return calendar.named_day(performed) or planned or calendar.named_day(written)

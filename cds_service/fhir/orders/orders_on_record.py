"""Yield the orders and procedures on record, and name the lists not read whole."""

from collections.abc import Iterator

from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.gathering.record_state import is_unread
from cds_service.fhir.orders.drafts import Order
from cds_service.fhir.raw_json import is_prohibition, text

RECORD_KEYS = {
    "serviceRequests": "ServiceRequest",
    "deviceRequests": "DeviceRequest",
    "supplyRequests": "SupplyRequest",
    "procedures": "Procedure",
}
SUPPLIES = "supplyRequests"
# An EHR without a server need not send these.
IF_ASKED = frozenset({SUPPLIES, "imagingStudies", "cultures", "encounter"})


def orders_on_record(record: PatientRecord) -> Iterator[Order]:
    """Yield each order and procedure on record as an `Order`."""
    for key, kind in RECORD_KEYS.items():
        for position, entry in enumerate(record.of_key(key), start=1):
            resource = entry.raw
            if resource.get("resourceType") == kind and not is_prohibition(resource):
                name = text(resource.get("id")) or f"(entry {position})"
                yield Order(f"{kind}/{name}", resource)


def unchecked_in(record: PatientRecord) -> tuple[str, ...]:
    """List the resource types whose list could not be read completely.

    The list of supplies is optional: an EHR without a server need not send it.
    """
    return tuple(
        kind for key, kind in RECORD_KEYS.items() if is_list_unread(key, record)
    )


def is_list_unread(key: str, record: PatientRecord) -> bool:
    """Tell if a list may hold more than was read of it."""
    read = record.reads.get(key)
    if any(one.key == key and one.concepts for one in record.unreadable):
        return True
    if key in IF_ASKED:
        return read is not None and is_unread(read)
    return read is None or read.state == "failed" or read.is_cut

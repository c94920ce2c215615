"""Find the support orders on record, and tell which are in force and which are over.

The status and the last day of an order decide where `OnRecord` has it, or if it is left
out:

| status          | last day not past | last day past | signed again |
|-----------------|-------------------|---------------|--------------|
| active          | in force          | over          | left out     |
| completed       | over              | over          | left out     |
| unknown, held   | unclear           | left out      | left out     |
| any other       | left out          | left out      | left out     |

A brace or bed rest of unknown status, or on hold, is left out too: it is not worn. At a
discharge, a brace of this operation whose order is completed is worn: `with_delivered`.
One of unknown status or on hold is asked about there: `with_unclear`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from cds_service.core.braces.bracing import times_of
from cds_service.core.orders import STATUS, NotNow, SupportOrder, SupportOrders
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.leaves import codes_of
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.onset import OF_FRACTURE
from cds_service.fhir.orders.drafts import OPTION, DraftOrders, codeables
from cds_service.fhir.orders.operations.operation import HELD
from cds_service.fhir.orders.order_times import IN_FORCE
from cds_service.fhir.orders.orders_on_record import SUPPLIES, orders_on_record
from cds_service.fhir.orders.recognition import with_meaning
from cds_service.fhir.orders.support.renewals import BASIS, EARLIER
from cds_service.fhir.orders.support.support_order import (
    PROPOSED,
    TIMED,
    read_support_orders,
)
from cds_service.fhir.orders.training.past_stays import PastStays
from cds_service.fhir.raw_json import objects, text, texts_of
from cds_service.fhir.references import BundleEntry, Targets, last_name

# Statuses of an order on record. What is on hold arranges nothing until it goes on.
CARRIED_OUT = IN_FORCE | {"completed"}
UNKNOWN = frozenset({"unknown"})
# Why an order of such a status is not clear.
NOT_CLEAR: Mapping[frozenset[str], NotNow] = {UNKNOWN: "", HELD: "held"}
NOT_ORDERED = PROPOSED | {OPTION}


class OnRecord(NamedTuple):
    """The support orders on record that are not signed again, by the table above."""

    in_force: list[SupportOrder]
    over: list[SupportOrder]
    unclear: list[SupportOrder]


def sort_support_on_record(
    signed_now: Sequence[SupportOrder],
    record: PatientRecord,
    terminology: Terminology,
    today: date | None,
    past: PastStays,
) -> OnRecord:
    """Sort the orders on record by their status and last day; without those signed.

    Bed rest of an earlier stay is over with it.
    """
    signed_again = {order.reference for order in signed_now}
    orders = tuple(orders_on_record(record))
    active = {
        order.reference
        for order in orders
        if text(order.resource.get("status")) in IN_FORCE
    }
    ended = {order.reference for order in orders if past.ended(order.resource)}
    in_force: list[SupportOrder] = []
    over: list[SupportOrder] = []
    for order in find_support_on_record(record, terminology, CARRIED_OUT):
        if order.reference in signed_again:
            continue
        is_past_rest = order.kind == "bed-rest" and order.reference in ended
        is_over = is_past_rest or has_ended(order, today)
        if order.reference in active and not is_over:
            in_force.append(order)
        else:
            over.append(order)
    unclear = [
        replace(
            order,
            standing=order.standing._replace(is_standing=False, not_now=why),
        )
        for statuses, why in NOT_CLEAR.items()
        for order in find_support_on_record(record, terminology, statuses)
        if order.kind not in TIMED
        and order.reference not in signed_again
        and not has_ended(order, today)
    ]
    return OnRecord(in_force, over, unclear)


def find_support_on_record(
    record: PatientRecord, terminology: Terminology, statuses: frozenset[str]
) -> tuple[SupportOrder, ...]:
    """List each support order on record with one of these statuses, once."""
    devices = _devices_referred_to(record)
    orders = (
        order
        for one in orders_on_record(record)
        if one.resource_type != "Procedure"
        and text(one.resource.get("status")) in statuses
        and text(one.resource.get("intent")) not in NOT_ORDERED
        for order in read_support_orders(
            with_meaning(one, devices, terminology),
            devices,
            terminology,
            is_draft=False,
        )
    )
    return tuple({(order.kind, order.reference): order for order in orders}.values())


def has_unnamed_order(record: PatientRecord) -> bool:
    """Tell if an order that may be in force has no word or code of what it orders."""
    return any(
        one.resource_type == "ServiceRequest"
        and text(one.resource.get("status")) in IN_FORCE | UNKNOWN
        and text(one.resource.get("intent")) not in NOT_ORDERED
        and not any(
            texts_of(named) or codes_of(named)
            for named in codeables(one.resource, "code", "orderDetail")
        )
        for one in orders_on_record(record)
    )


def _devices_referred_to(record: PatientRecord) -> DraftOrders:
    """Return the devices that orders on record refer to, in the form of drafts."""
    entries = (*record.of_key("deviceRequests"), *record.of_key(SUPPLIES))
    devices = Targets(BundleEntry(one.referred) for one in entries if one.referred)
    return DraftOrders((), (), None, devices)


def has_ended(order: SupportOrder, today: date | None) -> bool:
    """Tell if the last day that an order states, in dates or in words, has passed."""
    if today is None:
        return False
    times = times_of(order, None, today)
    return times.ends is not None and times.ends < today and not times.is_shortest


def with_delivered(
    support: SupportOrders, record: PatientRecord, since: date, today: date
) -> SupportOrders:
    """Take the braces that were delivered since the operation as worn, at a discharge.

    Their order is `completed`: by FHIR, what was ordered was done, and nothing says
    that the patient took it off. One whose own end has passed, that another order goes
    on with, or that was written before, stays over.

    Args:
        support: the orders found.
        record: the patient's record.
        since: the day of the operation, or the first that counts.
        today: the day of the answer.
    """
    gone_on = {
        last_name(text(reference.get("reference")))
        for order in orders_on_record(record)
        if text(order.resource.get("status")) in CARRIED_OUT
        for element in (*EARLIER, BASIS)
        for reference in objects(order.resource.get(element))
    }
    worn = tuple(
        order
        for order in support.earlier_braces
        if order.reference not in gone_on
        and _is_of_these_days(order, since, today)
        and not has_ended(order, today)
    )
    over = tuple(order for order in support.earlier_braces if order not in worn)
    return replace(support, orders=(*support.orders, *worn), earlier_braces=over)


def with_unclear(
    support: SupportOrders, record: PatientRecord, terminology: Terminology, today: date
) -> SupportOrders:
    """Add the braces of unknown status or on hold, at a discharge: some may be worn.

    Each is marked as not read whole, by its status. One that another brace of its name
    goes on with, or that was written long ago, adds nothing.

    Args:
        support: the orders found.
        record: the patient's record.
        terminology: the service's terminology.
        today: the day of the answer.
    """
    known = {order.name for order in support.of_kind("brace")}
    statuses = UNKNOWN | HELD
    unclear = tuple(
        replace(order, unread=(*order.unread, STATUS))
        for order in find_support_on_record(record, terminology, statuses)
        if order.kind == "brace"
        and order.name not in known
        and not has_ended(order, today)
        and _is_of_these_days(order, today - OF_FRACTURE, today)
    )
    return replace(support, orders=(*support.orders, *unclear)) if unclear else support


def _is_of_these_days(order: SupportOrder, since: date, today: date) -> bool:
    """Tell if an order may have been written since this day, or begins since then."""
    if order.written.first and order.written.first > today:
        return False
    days = [day for day in (order.start, order.written.last) if day]
    return any(day >= since for day in days)

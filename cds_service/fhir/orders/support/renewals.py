"""Tell if a brace order goes on with an earlier one, and when the first began.

An order may name the one that it renews (`priorRequest`, `replaces`, `basedOn`), or say
so in words: `renew TLSO`, `Mieder weiter tragen`. The weeks of a brace that goes on
began with the first order. If that is not on record, their length so far is not known.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from cds_service.core.orders import Renewal, RenewalKind, SupportOrder
from cds_service.fhir.entries.medication.products import DEVICE_ORDERS
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import DraftOrders, Order
from cds_service.fhir.orders.order_times import read_times
from cds_service.fhir.orders.recognition import classify
from cds_service.fhir.orders.worded_ends import texts_on_time
from cds_service.fhir.raw_json import Json, objects, text
from cds_service.fhir.references import Bases

EARLIER = ("priorRequest", "replaces")
BASIS = "basedOn"
MOST_EARLIER = 20  # orders, one before the other
RENEWS = ("renews-brace",)


class _Known(NamedTuple):
    """The orders that an order may refer to.

    Attributes:
        on_record: orders on record, by reference.
        drafts: all orders of the signing.
    """

    on_record: Mapping[str, Order]
    drafts: DraftOrders
    terminology: Terminology

    def name_of(self, reference: Json) -> str:
        """Return `DeviceRequest/1`; empty if it is no reference to the patient's FHIR.

        The EHR may write it with its base.
        """
        person = self.drafts.person
        bases = person.bases if person else Bases()
        return bases.name_of(text(reference.get("reference")))


def with_renewals(
    orders: Sequence[SupportOrder],
    on_record: Mapping[str, Order],
    drafts: DraftOrders,
    terminology: Terminology,
) -> tuple[SupportOrder, ...]:
    """Say of each brace order how it goes on with an earlier one.

    Args:
        orders: support orders, signed now or on record.
        on_record: the orders on record, by reference.
        drafts: all orders of this signing.
        terminology: the service's terminology.
    """
    known = _Known(on_record, drafts, terminology)
    signed = {draft.reference: draft for draft in drafts.each()}
    read = []
    for order in orders:
        raw = (signed if order.is_draft else on_record).get(order.reference)
        if raw is None or order.kind != "brace" or order.is_inside:
            read.append(order)
            continue
        read.append(replace(order, renewal=_renewal_of(raw, known)))
    return tuple(read)


def _renewal_of(order: Order, known: _Known) -> Renewal:
    """Follow the orders before this one; return how it goes on, and since when."""
    seen, waiting = {order.reference}, [order]
    days: list[date] = []
    kind: RenewalKind = ""
    while waiting and len(seen) <= MOST_EARLIER:
        later = waiting.pop()
        for reference, is_basis in _references(later.resource):
            earlier = _find(reference, later, known)
            if earlier is None:
                if not is_basis or _may_be_brace(reference, later, known):
                    kind = "unknown"
                continue
            if earlier.reference in seen or not _is_brace(earlier, known):
                continue
            seen.add(earlier.reference)
            waiting.append(earlier)
            if _is_signed_now(earlier, known):
                continue
            day = _first_day(earlier, known)
            days += [day] if day else []
            if day is None:
                kind = "unknown"
            kind = kind or "known"
    if not kind and _says_so(order, known.terminology):
        kind = "words"
    return Renewal(kind, min(days, default=None))


def _references(resource: Json) -> Iterator[tuple[Json, bool]]:
    """Yield the references to earlier orders, and if each is only a basis."""
    for name in EARLIER:
        yield from ((one, False) for one in objects(resource.get(name)))
    yield from ((one, True) for one in objects(resource.get(BASIS)))


def _find(reference: Json, within: Order, known: _Known) -> Order | None:
    name = known.name_of(reference)
    if name in known.on_record:
        return known.on_record[name]
    for resource in known.drafts.resolve([reference], within.resource):
        return Order(name or text(reference.get("reference")), resource)
    return None


def _may_be_brace(reference: Json, later: Order, known: _Known) -> bool:
    """Tell if a basis that is not on record may be an order of a brace.

    A device is most often ordered for the operation, or by a plan of care: only an
    order of the same type, or of a device, is taken for one that goes on.
    """
    kind = known.name_of(reference).partition("/")[0] or text(reference.get("type"))
    return kind in DEVICE_ORDERS or (bool(kind) and kind == later.resource_type)


def _is_brace(order: Order, known: _Known) -> bool:
    recognition = classify(order.resource, known.drafts, known.terminology).support
    return recognition is not None and "brace" in recognition.concepts


def _is_signed_now(order: Order, known: _Known) -> bool:
    """Tell if it is a draft of this signing, of which another takes the place."""
    is_contained = order.reference.startswith("#")
    return not is_contained and order.reference not in known.on_record


def _first_day(order: Order, known: _Known) -> date | None:
    calendar = known.terminology.calendar
    start = read_times(order.resource, calendar).start
    return start or calendar.named_day(order.resource.get("authoredOn"))


def _says_so(order: Order, terminology: Terminology) -> bool:
    return any(
        terminology.kinds.named(words, RENEWS)
        for words, _ in texts_on_time(order.resource)
    )

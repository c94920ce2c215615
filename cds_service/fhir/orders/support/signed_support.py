"""Find the support orders among those being signed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cds_service.core.orders import Purpose, SupportOrder
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import DraftOrders, Order
from cds_service.fhir.orders.keep_reasons import reasons_of_order
from cds_service.fhir.orders.meaning import Meaning
from cds_service.fhir.orders.operations.operation import HELD
from cds_service.fhir.orders.order_reasons import read_reasons
from cds_service.fhir.orders.support.support_order import (
    PROPOSED,
    TIMED,
    read_support_orders,
)
from cds_service.fhir.orders.support.worn_inside import read_worn_inside
from cds_service.fhir.raw_json import text


def find_draft_support_orders(
    drafts: DraftOrders, terminology: Terminology
) -> tuple[SupportOrder, ...]:
    """Find the patient's support orders in a signing.

    An option or a proposal arranges nothing, and an order on hold arranges nothing yet.
    All orders of a brace or bed rest count, since the card asks for the end.
    """
    # Some EHRs write one intent for all that they sign.
    proposed = PROPOSED - {
        _intent(draft) for draft in drafts.each() if draft.meaning.is_augmentation
    }
    orders: list[SupportOrder] = []
    for draft in drafts.each():
        is_offered = draft.is_option or _intent(draft) in proposed
        is_held = text(draft.resource.get("status")) in HELD
        for order in read_support_orders(draft, drafts, terminology, is_draft=True):
            if order.kind in TIMED:
                orders.append(order)
            elif not is_offered:
                standing = order.standing
                if is_held:
                    standing = standing._replace(not_now="held")
                orders.append(replace(order, standing=standing))
    return (*orders, *_worn_inside(orders, drafts, terminology))


def _worn_inside(
    orders: Sequence[SupportOrder],
    drafts: DraftOrders,
    terminology: Terminology,
) -> Iterator[SupportOrder]:
    """Yield braces and bed rest that an order of something else asks for.

    One that has an order of its own is left out, unless it runs longer here.

    Args:
        orders: the support orders of the signing.
        drafts: the signing.
        terminology: the service's terminology.
    """
    for draft in drafts.each():
        is_therapy = _is_therapy(draft.meaning)
        if not (is_therapy or draft.meaning.is_augmentation):
            continue
        for kind in sorted(TIMED):
            own = [order for order in orders if order.kind == kind]
            if any(order.reference == draft.reference for order in own):
                continue
            inside = read_worn_inside(
                draft,
                kind,
                terminology,
                is_therapy=is_therapy,
                signed_on=drafts.signed_on,
            )
            if inside and not any(_may_be_as_long(order, inside) for order in own):
                reasons = read_reasons(draft.resource, drafts, terminology)
                kept_for = reasons_of_order(draft.resource, reasons, terminology)
                yield replace(inside, purpose=Purpose(kept_for))


def _is_therapy(meaning: Meaning) -> bool:
    return meaning.support is not None and "rehabilitation" in meaning.support.concepts


def _may_be_as_long(order: SupportOrder, inside: SupportOrder) -> bool:
    """Tell if an order says no length, or one that is not shorter."""
    hours = max(order.hours or 0, order.worded.hours or 0)
    return not hours or hours >= (inside.worded.hours or 0)


def _intent(order: Order) -> str:
    return text(order.resource.get("intent")).strip().lower()

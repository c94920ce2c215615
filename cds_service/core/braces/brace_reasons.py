"""Find the reasons to keep a brace on: on record, in the orders, or left open.

`fhir/orders/keep_reasons.py` reads those that an order names.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from cds_service.core.findings import Findings
from cds_service.core.orders import SupportOrder, SupportOrders

# policy: a fracture may be found so long after its brace was ordered
FOUND_LATER = timedelta(days=30)
# Findings that keep a brace on, the gravest first.
KEEP_REASONS = (
    "unstable-fracture",
    "spinal-instability",
    "stable-burst-fracture",
    "neurological-deficit",
)

ReasonSource = Literal["record", "order", "signed", "open"]


@dataclass(frozen=True, slots=True)
class KeepReason:
    """A reason to keep a brace on.

    Attributes:
        name: the finding, `other-fracture`, `other-surgery`, `brace-noted`, or what was
            not understood.
        source: `record`: it is on record; `order`: the brace order names it; `signed`:
            the augmentation order does; `open`: it is mentioned and not decided.
        levels: levels of other fractures.
        elements: elements of the augmentation order, by their names in R4.
    """

    name: str
    source: ReasonSource
    levels: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()


def keep_reasons(findings: Findings, support: SupportOrders) -> tuple[KeepReason, ...]:
    """Return the reasons to keep a brace on, the gravest first."""
    braces = support.of_kind("brace")
    if not braces:
        return ()
    on_record = {name for name in KEEP_REASONS if findings.is_true(name)}
    by_order = {reason for order in braces for reason in order.purpose.reasons}
    other = support.other
    by_signed = other.signed_reasons - by_order
    reasons = [
        *_reasons(on_record, "record"),
        *_reasons(by_order - on_record, "order"),
        *_reasons(by_signed - on_record, "signed"),
    ]
    if other.fractures:
        reasons.append(KeepReason("other-fracture", "record", other.fractures))
    elif other.possible:
        reasons.append(KeepReason("other-fracture", "open", other.possible))
    is_too_often = any(use.is_too_often for use in findings.bone_drugs.uses)
    is_open = {
        "other-surgery": other.has_other_surgery,
        "brace-noted": other.is_brace_noted,
        "augmentation-unread": bool(other.unread),
        "order-unread": other.has_other_order,
        "problem-unread": other.has_unread_problem or is_too_often,
        "brace-unclear": _has_unclear_brace(support),
        "supplies-unread": "SupplyRequest" in support.unchecked,
        "brace-kept": other.is_brace_kept,
    }
    elements = {"augmentation-unread": other.unread}
    reasons += [
        KeepReason(name, "open", elements=elements.get(name, ()))
        for name, holds in is_open.items()
        if holds
    ]
    mentioned = {
        name
        for name, gap in findings.gaps.items()
        if gap.is_mentioned and gap.reason != "unreadable"
    }
    reasons += _reasons(mentioned - by_order - by_signed, "open")
    return tuple(reasons)


def _reasons(names: Collection[str], source: ReasonSource) -> list[KeepReason]:
    """Make reasons of those findings that keep a brace on, the gravest first."""
    return [KeepReason(name, source) for name in KEEP_REASONS if name in names]


def _has_unclear_brace(support: SupportOrders) -> bool:
    """Tell if a brace on record may or may not be the first of this fracture.

    It is for another disease, has no certain day, or was ordered shortly before the
    day from which orders count.
    """
    in_force = [one for one in support.of_kind("brace") if not one.is_draft]
    over = [one for one in support.earlier_braces if not one.is_draft]
    since = support.counted_from or date.min
    return any(_is_unclear(one, since, is_over=False) for one in in_force) or any(
        _is_unclear(one, since, is_over=True) for one in over
    )


def _is_unclear(order: SupportOrder, since: date, *, is_over: bool) -> bool:
    begins = order.start or order.written.day
    if begins and begins >= since:
        return order.purpose.is_for_another
    if begins:
        return not order.purpose.is_for_another and since - begins <= FOUND_LATER
    # Of a brace that is over, at least a year must say that it may be of this course.
    if order.written.last is None:
        return not is_over
    return order.written.last >= since

"""Join the support orders being signed with those on record.

They get the augmentations on record, and other injuries that a brace may be for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from cds_service.core.facts.leaving import SOON_ENOUGH
from cds_service.core.orders import (
    NOTHING_ELSE,
    AugmentationOrder,
    NotNow,
    SupportOrder,
    SupportOrders,
    TrainingLimit,
)
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import NO_DRAFTS, DraftOrders
from cds_service.fhir.orders.injuries.injury_times import Search
from cds_service.fhir.orders.injuries.other_injuries import find_other_injuries
from cds_service.fhir.orders.operations.augmentations_on_record import (
    augmentations_on_record,
    find_augmentations,
)
from cds_service.fhir.orders.operations.operation import (
    Operation,
    operation_on_record,
    operation_signed,
)
from cds_service.fhir.orders.orders_on_record import (
    is_list_unread,
    orders_on_record,
    unchecked_in,
)
from cds_service.fhir.orders.support.not_wanted import kinds_not_wanted
from cds_service.fhir.orders.support.renewals import with_renewals
from cds_service.fhir.orders.support.support_on_record import (
    has_ended,
    has_unnamed_order,
    sort_support_on_record,
)
from cds_service.fhir.orders.support.support_order import BIOPSY, TIMED
from cds_service.fhir.orders.training.past_stays import PastStays, past_stays
from cds_service.fhir.orders.training.training_limits import (
    forbidden_on,
    training_limits,
)

# Lists with prose, in which a reason to keep a brace may be written.
PROSE = ("diagnosticReports", "imagingStudies", "encounter")
LONGEST_PLAN = timedelta(days=365)


def join_support_orders(
    signed_now: tuple[SupportOrder, ...],
    record: PatientRecord,
    terminology: Terminology,
    *,
    augmentation: AugmentationOrder | None = None,
    today: date | None = None,
    drafts: DraftOrders = NO_DRAFTS,
) -> SupportOrders:
    """Join the orders being signed with those on record.

    They get the augmentations on record, and other injuries that a brace may be for.

    Args:
        signed_now: support orders of this signing.
        record: the patient's record.
        terminology: the service's terminology.
        augmentation: the one being signed, if any.
        today: the day of the answer, before which an order has ended. None keeps all
            orders, and skips the search for other injuries.
        drafts: all orders of this signing.
    """
    past = PastStays({}, terminology)
    if today is not None:
        past = past_stays(record, terminology, today)
    on_record = sort_support_on_record(signed_now, record, terminology, today, past)
    by_reference = {order.reference: order for order in orders_on_record(record)}
    signed_now, in_force, over = (
        with_renewals(orders, by_reference, drafts, terminology)
        for orders in (signed_now, on_record.in_force, on_record.over)
    )
    operation = _operation_of(augmentation, record, terminology, today)
    other = NOTHING_ELSE
    limits: frozenset[TrainingLimit] = frozenset()
    not_wanted: frozenset[str] = frozenset()
    if today is not None:
        all_braces = _braces_of(*signed_now, *in_force, *over)
        search = Search(record, drafts, operation, terminology, today)
        other = find_other_injuries(search, all_braces)
        limits = training_limits(record, drafts, terminology, today, past)
        not_wanted = kinds_not_wanted(record, drafts, terminology, today, past)

    orders = [
        _with_not_now(order, operation.levels, today)
        for order in (*signed_now, *in_force, *on_record.unclear)
    ]
    days = _days_of_operations(augmentation, record, terminology, today)
    return SupportOrders(
        orders=tuple(orders),
        earlier_braces=_braces_of(*over),
        unchecked=unchecked_in(record),
        augmented_on=days.newest,
        stages=days.done,
        procedure_on=days.planned,
        last_stage_on=days.last_planned,
        is_plan_vague=augmentation is not None and augmentation.is_plan_vague,
        is_augmented_now=augmentation is not None,
        other=other,
        is_prose_unread=any(is_list_unread(key, record) for key in PROSE),
        training_limits=limits,
        not_wanted=not_wanted,
        has_unnamed=has_unnamed_order(record),
        forbidden_on=(
            forbidden_on(record, terminology, today, past) if today else None
        ),
    )


class _Days(NamedTuple):
    """The days of the patient's augmentations.

    Attributes:
        newest: the newest that has come, else the first to come.
        done: those of procedures.
        planned: for which the one being signed is planned, if that is in force.
        last_planned: the last stage of that plan.
    """

    newest: date | None
    done: tuple[date, ...]
    planned: date | None
    last_planned: date | None


def _days_of_operations(
    augmentation: AugmentationOrder | None,
    record: PatientRecord,
    terminology: Terminology,
    today: date | None,
) -> _Days:
    on_record = find_augmentations(record, terminology)
    done = {day for name, day in on_record if day and name.startswith("Procedure/")}
    planned = augmentation.planned if augmentation else None
    last_planned = augmentation.last_planned if augmentation else None
    return _Days(
        _newest_of(on_record, today),
        tuple(sorted(done)),
        _within_a_year(planned, today),
        _within_a_year(last_planned, today),
    )


def _operation_of(
    augmentation: AugmentationOrder | None,
    record: PatientRecord,
    terminology: Terminology,
    today: date | None,
) -> Operation:
    """Return the augmentation being signed; without one, those on record joined."""
    if augmentation:
        return operation_signed(augmentation)
    on_record = augmentations_on_record(record, terminology)
    return operation_on_record(record, on_record, terminology, today)


def _braces_of(*orders: SupportOrder) -> tuple[SupportOrder, ...]:
    return tuple(order for order in orders if order.kind == "brace")


def _newest_of(
    augmentations: Iterable[tuple[str, date | None]], today: date | None
) -> date | None:
    """Return the newest day that has come; if none has, the first to come.

    A second stage that is planned does not hide the first, which a brace may follow.
    """
    days = [day for _, day in augmentations if day]
    past = [day for day in days if today is None or day <= today]
    return max(past) if past else min(days, default=None)


def _within_a_year(planned: date | None, today: date | None) -> date | None:
    """Return the day a procedure is planned for; None if that is no plan in force.

    A day in the past, or more than a year away, is a mistake or an old plan.
    """
    if planned is None or today is None:
        return None
    return planned if timedelta(0) <= planned - today <= LONGEST_PLAN else None


def _with_not_now(
    order: SupportOrder, treated: tuple[str, ...], today: date | None
) -> SupportOrder:
    """Add to an order why it does not count now."""
    not_now = _why_not_now(order, treated, today)
    return replace(order, standing=order.standing._replace(not_now=not_now))


def _why_not_now(
    order: SupportOrder, treated: Sequence[str], today: date | None
) -> NotNow:
    """Say why an order does not count now; empty if nothing is against it.

    A biopsy of other vertebrae tells nothing of those that are treated. An order on
    record that was written after today is a mistake. How long a brace or bed rest runs
    is judged in `core/braces/bracing.py` and `core/braces/bed_rest.py`.
    """
    is_elsewhere = order.levels and treated and set(order.levels).isdisjoint(treated)
    if order.kind == BIOPSY and is_elsewhere:
        return "elsewhere"
    if today is None or order.kind in TIMED:
        return ""
    if not order.is_draft and order.written.first and order.written.first > today:
        return "later"
    if has_ended(order, today):
        return "over"
    is_far = order.start is not None and order.start - today > SOON_ENOUGH
    return "far" if is_far else order.standing.not_now

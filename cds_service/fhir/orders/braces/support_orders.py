"""Find the support orders, signed now or on record.

A support order asks for what the advice is about: a brace, bed rest, a referral, a
measurement. The status and the last day of one on record decide where `OnRecord` has
it, or if it is left out:

| status          | last day not past | last day past | signed again |
|-----------------|-------------------|---------------|--------------|
| active          | in force          | over          | left out     |
| completed       | over              | over          | left out     |
| unknown, held   | unclear           | left out      | left out     |
| any other       | left out          | left out      | left out     |

A brace or bed rest of unknown status, or on hold, is left out too: it is not worn. At a
discharge, a brace of this operation whose order is completed is worn: `with_delivered`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from typing import NamedTuple

from cds_service.core.braces.bracing import DAY, times_of
from cds_service.core.facts.leaving import SOON_ENOUGH
from cds_service.core.findings import (
    NOTHING_ELSE,
    AugmentationOrder,
    NotNow,
    SupportOrder,
    SupportOrders,
    TrainingLimit,
    WordedEnd,
)
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.gathering.record_state import is_unread
from cds_service.fhir.mapping.codes.code_systems import HCPCS, ORDERS
from cds_service.fhir.mapping.levels.level_names import in_order
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import LONGEST_TITLE
from cds_service.fhir.orders.braces.renewals import BASIS, EARLIER, with_renewals
from cds_service.fhir.orders.braces.worn_inside import read_worn_inside
from cds_service.fhir.orders.drafts import (
    NO_DRAFTS,
    OPTION,
    DraftOrders,
    Order,
    codeables,
)
from cds_service.fhir.orders.injuries.injury_times import Search
from cds_service.fhir.orders.injuries.other_injuries import find_other_injuries
from cds_service.fhir.orders.keep_reasons import (
    named_levels,
    names_other_purpose,
    reasons_of_order,
)
from cds_service.fhir.orders.meaning import Recognition
from cds_service.fhir.orders.operations.operation import (
    HELD,
    Operation,
    operation_on_record,
    operation_signed,
)
from cds_service.fhir.orders.order_text import is_biopsy_open, name_brace
from cds_service.fhir.orders.order_times import (
    IN_FORCE,
    OrderTimes,
    Subject,
    read_times,
    read_worded_end,
    texts_on_time,
)
from cds_service.fhir.orders.recognition import (
    REVIEW,
    SPECIALIST,
    SUPPORT_TITLES,
    is_augmentation,
    support_in,
)
from cds_service.fhir.orders.training.past_stays import PastStays, past_stays
from cds_service.fhir.orders.training.training_limits import training_limits
from cds_service.fhir.orders.unread.unread_in_brace import names_another, unread_in
from cds_service.fhir.orders.unread.unread_in_referral import is_read_whole
from cds_service.fhir.raw_json import (
    Json,
    is_prohibition,
    member,
    objects,
    text,
    texts_of,
)
from cds_service.fhir.references import BundleEntry, Targets, last_name
from cds_service.fhir.site_calendar import SiteCalendar

LIAISON = frozenset({"fracture-liaison"})
# Statuses of an order on record. What is on hold arranges nothing until it goes on.
CARRIED_OUT = IN_FORCE | {"completed"}
UNKNOWN = frozenset({"unknown"})
# Why an order of such a status is not clear.
NOT_CLEAR: Mapping[frozenset[str], NotNow] = {UNKNOWN: "", HELD: "held"}
# Kinds judged by how long they run: `bracing.py` and `bed_rest.py` in `core/braces/`.
TIMED = frozenset({"brace", "bed-rest"})
INSTABILITY = ("instability",)
# Intents by which nothing is ordered yet.
PROPOSED = frozenset({"proposal", "plan"})
NOT_ORDERED = PROPOSED | {OPTION}
RECORD_KEYS = {
    "serviceRequests": "ServiceRequest",
    "deviceRequests": "DeviceRequest",
    "supplyRequests": "SupplyRequest",
    "procedures": "Procedure",
}
SUPPLIES = "supplyRequests"
# Lists with prose, in which a reason to keep a brace may be written.
PROSE = ("diagnosticReports", "imagingStudies", "encounter")
# An EHR without a server need not send these.
IF_ASKED = frozenset({SUPPLIES, "imagingStudies", "encounter"})
LONGEST_PLAN = timedelta(days=365)
BIOPSY = "biopsy"


@dataclass(frozen=True, slots=True)
class OrderPart:
    """One kind of support that an order asks for, with what it takes to read it.

    Attributes:
        drafts: the orders among which its references are looked up.
    """

    kind: str
    recognition: Recognition
    order: Order
    drafts: DraftOrders
    times: OrderTimes
    terminology: Terminology

    @property
    def resource(self) -> Json:
        return self.order.resource


def find_draft_support_orders(
    drafts: DraftOrders, terminology: Terminology
) -> tuple[SupportOrder, ...]:
    """Find the patient's support orders in a signing; broken resources never raise.

    An option or a proposal arranges nothing, and an order on hold arranges nothing yet.
    Of a brace or bed rest all of them count, since the card asks for its end.
    """
    proposed = PROPOSED - _intents_of_augmentations(drafts, terminology)
    found: list[SupportOrder] = []
    for draft in drafts.each():
        is_offered = draft.is_option or _intent(draft) in proposed
        is_held = text(draft.resource.get("status")) in HELD
        for order in _support_orders(draft, drafts, terminology, is_draft=True):
            if order.kind in TIMED:
                found.append(order)
            elif not is_offered:
                found.append(replace(order, not_now="held") if is_held else order)
    return (*found, *_worn_inside(found, drafts, terminology))


def _worn_inside(
    found: Sequence[SupportOrder], drafts: DraftOrders, terminology: Terminology
) -> Iterator[SupportOrder]:
    """Yield braces and bed rest that an order of something else asks for.

    One that has an order of its own is left out, unless it runs longer here.
    """
    for draft in drafts.each():
        is_therapy = _is_therapy(draft, drafts, terminology)
        if not (is_therapy or is_augmentation(draft, terminology)):
            continue
        for kind in sorted(TIMED):
            own = [order for order in found if order.kind == kind]
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
                yield replace(
                    inside,
                    reasons=reasons_of_order(draft.resource, drafts, terminology),
                )


def _is_therapy(order: Order, drafts: DraftOrders, terminology: Terminology) -> bool:
    recognition = support_in(order, drafts, terminology)
    return recognition is not None and "rehabilitation" in recognition.concepts


def _may_be_as_long(order: SupportOrder, inside: SupportOrder) -> bool:
    """Tell if an order says no length, or one that is not shorter."""
    hours = max(order.hours or 0, order.worded.hours or 0)
    return not hours or hours >= (inside.worded.hours or 0)


def _intents_of_augmentations(
    drafts: DraftOrders, terminology: Terminology
) -> frozenset[str]:
    """Return the intents of the operations: some EHRs write one for all they sign."""
    return frozenset(
        _intent(draft) for draft in drafts.each() if is_augmentation(draft, terminology)
    )


def _intent(order: Order) -> str:
    return text(order.resource.get("intent")).strip().lower()


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

    Added are the augmentations on record, and other injuries that a brace may be for.

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
    on_record = _sort_stored(signed_now, record, terminology, today, past)
    stored = {order.reference: order for order in _stored(record)}
    signed_now, in_force, over = (
        with_renewals(orders, stored, drafts, terminology)
        for orders in (signed_now, on_record.in_force, on_record.over)
    )
    operation = _operation_of(augmentation, record, terminology, today)
    other = NOTHING_ELSE
    limits: frozenset[TrainingLimit] = frozenset()
    if today is not None:
        all_braces = _braces_of(*signed_now, *in_force, *over)
        search = Search(record, drafts, operation, terminology, today)
        other = find_other_injuries(search, all_braces)
        limits = training_limits(record, drafts, terminology, today, past)

    orders = [
        replace(order, not_now=_why_not_now(order, operation.levels, today))
        for order in (*signed_now, *in_force, *on_record.unclear)
    ]
    augmentations = find_augmentations(record, terminology)
    days_done = {
        day for name, day in augmentations if day and name.startswith("Procedure/")
    }
    planned = augmentation.planned if augmentation else None
    last_planned = augmentation.last_planned if augmentation else None
    return SupportOrders(
        orders=tuple(orders),
        earlier_braces=_braces_of(*over),
        unchecked=unchecked_in(record),
        augmented_on=_newest_of(augmentations, today),
        stages=tuple(sorted(days_done)),
        procedure_on=_within_a_year(planned, today),
        last_stage_on=_within_a_year(last_planned, today),
        is_plan_vague=augmentation is not None and augmentation.is_plan_vague,
        is_augmented_now=augmentation is not None,
        other=other,
        is_prose_unread=any(_is_list_unread(key, record) for key in PROSE),
        training_limits=limits,
    )


def _braces_of(*orders: SupportOrder) -> tuple[SupportOrder, ...]:
    return tuple(order for order in orders if order.kind == "brace")


def _operation_of(
    augmentation: AugmentationOrder | None,
    record: PatientRecord,
    terminology: Terminology,
    today: date | None,
) -> Operation:
    """Return the augmentation being signed; without one, those on record joined."""
    if augmentation:
        return operation_signed(augmentation)
    on_record = _augmentations_in(record, terminology)
    return operation_on_record(record, on_record, terminology, today)


def _newest_of(
    augmentations: Iterable[tuple[str, date | None]], today: date | None
) -> date | None:
    """Return the newest day that has come; if none has, the first to come.

    A second stage that is planned does not hide the first, which a brace may follow.
    """
    days = [day for _, day in augmentations if day]
    past = [day for day in days if today is None or day <= today]
    return max(past) if past else min(days, default=None)


class OnRecord(NamedTuple):
    """The support orders on record that are not signed again, by the table above."""

    in_force: list[SupportOrder]
    over: list[SupportOrder]
    unclear: list[SupportOrder]


def _sort_stored(
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
    active = {
        order.reference
        for order in _stored(record)
        if text(order.resource.get("status")) in IN_FORCE
    }
    ended = {one.reference for one in _stored(record) if past.ended(one.resource)}
    in_force: list[SupportOrder] = []
    over: list[SupportOrder] = []
    for order in find_stored_orders(record, terminology, CARRIED_OUT):
        if order.reference in signed_again:
            continue
        is_past_rest = order.kind == "bed-rest" and order.reference in ended
        is_over = is_past_rest or _has_ended(order, today)
        if order.reference in active and not is_over:
            in_force.append(order)
        else:
            over.append(order)
    unclear = [
        replace(order, is_standing=False, not_now=why)
        for statuses, why in NOT_CLEAR.items()
        for order in find_stored_orders(record, terminology, statuses)
        if order.kind not in TIMED
        and order.reference not in signed_again
        and not _has_ended(order, today)
    ]
    return OnRecord(in_force, over, unclear)


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
        for order in _stored(record)
        if text(order.resource.get("status")) in CARRIED_OUT
        for element in (*EARLIER, BASIS)
        for reference in objects(order.resource.get(element))
    }
    worn = tuple(
        order
        for order in support.earlier_braces
        if order.reference not in gone_on
        and _is_of_these_days(order, since, today)
        and not _has_ended(order, today)
    )
    over = tuple(order for order in support.earlier_braces if order not in worn)
    return replace(support, orders=(*support.orders, *worn), earlier_braces=over)


def _is_of_these_days(order: SupportOrder, since: date, today: date) -> bool:
    """Tell if an order may have been written since this day, or begins since then."""
    if order.written_from and order.written_from > today:
        return False
    days = [day for day in (order.start, order.written_to) if day]
    return any(day >= since for day in days)


def find_stored_orders(
    record: PatientRecord, terminology: Terminology, statuses: frozenset[str]
) -> tuple[SupportOrder, ...]:
    """List each support order on record with one of these statuses, once."""
    devices = _devices_referred_to(record)
    orders = (
        order
        for stored in _stored(record)
        if stored.type != "Procedure"
        and text(stored.resource.get("status")) in statuses
        and text(stored.resource.get("intent")) not in NOT_ORDERED
        for order in _support_orders(stored, devices, terminology, is_draft=False)
    )
    return tuple({(order.kind, order.reference): order for order in orders}.values())


def orders_of(order: Order, terminology: Terminology) -> Iterator[SupportOrder]:
    """Yield each kind of support that an order on record asks for."""
    yield from _support_orders(order, NO_DRAFTS, terminology, is_draft=False)


def _devices_referred_to(record: PatientRecord) -> DraftOrders:
    """Return the devices that orders on record refer to, in the form of drafts."""
    entries = (*record.of_key("deviceRequests"), *record.of_key(SUPPLIES))
    devices = Targets(BundleEntry(one.referred) for one in entries if one.referred)
    return DraftOrders((), (), None, devices)


def find_augmentations(
    record: PatientRecord, terminology: Terminology
) -> list[tuple[str, date | None]]:
    """List each augmentation on record, done or ordered, with its day."""
    return [
        (one.reference, _augmented_on(one, terminology.calendar))
        for one in _augmentations_in(record, terminology)
    ]


def _augmentations_in(record: PatientRecord, terminology: Terminology) -> list[Order]:
    return [one for one in _stored(record) if _is_augmentation(one, terminology)]


def _within_a_year(planned: date | None, today: date | None) -> date | None:
    """Return the day a procedure is planned for; None if that is no plan in force.

    A day in the past, or more than a year away, is a mistake or an old plan.
    """
    if planned is None or today is None:
        return None
    return planned if timedelta(0) <= planned - today <= LONGEST_PLAN else None


def _has_ended(order: SupportOrder, today: date | None) -> bool:
    """Tell if the last day that an order states, in dates or in words, has passed."""
    if today is None:
        return False
    times = times_of(order, None, today)
    return times.ends is not None and times.ends < today and not times.is_shortest


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
    if not order.is_draft and order.written_from and order.written_from > today:
        return "later"
    if _has_ended(order, today):
        return "over"
    is_far = order.start is not None and order.start - today > SOON_ENOUGH
    return "far" if is_far else order.not_now


def _is_biopsy_open(resource: Json, terminology: Terminology) -> bool:
    named = codeables(resource, "code", "orderDetail")
    return any(
        is_biopsy_open(words, terminology) for one in named for words in texts_of(one)
    )


def _support_orders(
    order: Order, drafts: DraftOrders, terminology: Terminology, *, is_draft: bool
) -> Iterator[SupportOrder]:
    """Yield an order for each kind of support that it asks for."""
    recognition = support_in(order, drafts, terminology)
    if recognition is None:
        return
    resource, calendar = order.resource, terminology.calendar
    written = resource.get("authoredOn")
    times = read_times(resource, calendar)
    is_several = len(recognition.concepts) > 1
    # A corrected end would end whatever else the order asks for.
    is_alone = not (is_several or names_another(resource, terminology))
    source = order.source if is_draft and is_alone else None
    for kind in sorted(recognition.concepts):
        # A biopsy that is only perhaps taken answers no question of a tumour.
        if kind == BIOPSY and _is_biopsy_open(resource, terminology):
            continue
        part = OrderPart(kind, recognition, order, drafts, times, terminology)
        yield SupportOrder(
            kind=kind,
            reference=order.reference,
            is_draft=is_draft,
            start=times.start,
            start_until=times.start_until,
            end=times.end,
            authored=calendar.named_day(written),
            written_from=calendar.first_day(written),
            written_to=calendar.last_day(written),
            title=_title(part),
            hours=_hours(part),
            worded=_worded(part),
            reasons=_reasons(part),
            levels=_levels(part),
            is_for_another=kind == "brace"
            and names_other_purpose(resource, drafts, terminology),
            unread=unread_in(resource, terminology) if kind == "brace" else (),
            is_read_whole=_is_read_whole(part),
            is_in_force=is_draft and text(resource.get("status")) in IN_FORCE,
            source=source,
        )


def _is_read_whole(part: OrderPart) -> bool:
    """Tell if no unread part may withdraw the order; for a brace `unread` tells it."""
    if part.kind in TIMED:
        return True
    if part.kind == REVIEW and not part.recognition.is_for_bone:
        return False
    return is_read_whole(part.kind, part.order, part.terminology)


def _reasons(part: OrderPart) -> frozenset[str]:
    """Return the reasons to keep a brace or bed rest that its order names.

    For bed rest, words that name instability are a reason too.
    """
    if part.kind not in TIMED:
        return frozenset()
    reasons = reasons_of_order(part.resource, part.drafts, part.terminology)
    if part.kind == "bed-rest" and any(
        part.terminology.methods.named(words, INSTABILITY)
        for words, _ in texts_on_time(part.resource)
    ):
        return reasons | {"spinal-instability"}
    return reasons


def _levels(part: OrderPart) -> tuple[str, ...]:
    """Return the vertebrae that a brace or a biopsy names.

    In the words of a biopsy any vertebra counts, not only those that are to be treated:
    `Biopsy L4` asks for no operation there.
    """
    if part.kind not in ("brace", BIOPSY):
        return ()
    levels = named_levels(part.resource, part.drafts, part.terminology)
    if part.kind == "brace":
        return levels
    named = part.terminology.levels.named
    words = (named(words) for words, _ in texts_on_time(part.resource))
    return in_order({*levels, *chain.from_iterable(words)})


def _hours(part: OrderPart) -> float | None:
    """Return the hours of an order; a few hours of a brace are its daily wear time."""
    times = part.times
    is_brief = times.end is None and (times.hours or DAY) < DAY
    return None if part.kind == "brace" and is_brief else times.hours


def _worded(part: OrderPart) -> WordedEnd:
    """Read the end in words; without such words, say why the dates give no end."""
    if part.kind not in TIMED:
        return WordedEnd()
    subject: Subject = "brace" if part.kind == "brace" else "bed-rest"
    worded = read_worded_end(
        part.resource, subject, part.terminology, part.drafts.signed_on
    )
    if part.times.no_end == "apart":
        return worded._replace(kind="apart")
    if worded.kind == "nothing" and part.times.no_end:
        return WordedEnd(kind=part.times.no_end)
    return worded


def _title(part: OrderPart) -> str:
    """Return the name of the order in our texts, with its HCPCS code if any.

    It never holds the record's own words.
    """
    if part.kind == REVIEW and _is_liaison(part):
        return "FLS"
    if part.kind == REVIEW and not part.recognition.is_for_bone:
        return SUPPORT_TITLES[SPECIALIST]
    if part.kind != "brace":
        return SUPPORT_TITLES[part.kind]
    prefix = f"{HCPCS}|"
    codes = (code for code in part.recognition.codes if code.startswith(prefix))
    code = next(codes, "").removeprefix(prefix)
    name = name_brace(_joined_titles(part), code, part.terminology)
    return f"{name} ({code})" if code else name


def _is_liaison(part: OrderPart) -> bool:
    """Tell if it is a referral to fracture liaison, by our code or in words."""
    is_ours = any(code == f"{ORDERS}|{REVIEW}" for code in part.recognition.codes)
    titles = _joined_titles(part)[:LONGEST_TITLE]
    return is_ours or bool(part.terminology.text_concepts(titles, LIAISON))


def _joined_titles(part: OrderPart) -> str:
    named = texts_on_time(part.resource)
    return " ".join(words for words, is_title in named if is_title)


def _stored(record: PatientRecord) -> Iterator[Order]:
    """Yield each order and procedure on record as an `Order`."""
    for key, kind in RECORD_KEYS.items():
        for position, entry in enumerate(record.of_key(key), start=1):
            resource = entry.raw
            if resource.get("resourceType") == kind and not is_prohibition(resource):
                name = text(resource.get("id")) or f"(entry {position})"
                yield Order(f"{kind}/{name}", resource)


def _is_augmentation(stored: Order, terminology: Terminology) -> bool:
    """Tell if this is an augmentation that was begun, is ordered or was done."""
    is_procedure = stored.type == "Procedure"
    counted = ("completed", "in-progress" if is_procedure else "active")
    has_status = text(stored.resource.get("status")) in counted
    return has_status and is_augmentation(stored, terminology)


def _augmented_on(stored: Order, calendar: SiteCalendar) -> date | None:
    """Return the day on which it was done, else is planned, else was written."""
    performed = stored.resource.get("performedDateTime") or member(
        stored.resource, "performedPeriod", "start"
    )
    planned = read_times(stored.resource, calendar).start
    written = stored.resource.get("authoredOn")
    return calendar.named_day(performed) or planned or calendar.named_day(written)


def unchecked_in(record: PatientRecord) -> tuple[str, ...]:
    """List the resource types whose list could not be read completely.

    The list of supplies is optional: an EHR without a server need not send it.
    """
    return tuple(
        kind for key, kind in RECORD_KEYS.items() if _is_list_unread(key, record)
    )


def _is_list_unread(key: str, record: PatientRecord) -> bool:
    """Tell if a list may hold more than was read of it."""
    read = record.reads.get(key)
    if any(one.key == key and one.concepts for one in record.unreadable):
        return True
    if key in IF_ASKED:
        return read is not None and is_unread(read)
    return read is None or read.state == "failed" or read.is_cut

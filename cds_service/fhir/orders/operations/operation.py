"""Read what an augmentation may have treated: its levels, its region, its days."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from cds_service.core.orders import AugmentationOrder
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.levels.level_names import in_order
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import NO_DRAFTS, Order
from cds_service.fhir.orders.levels.broken_levels import region_treated
from cds_service.fhir.orders.levels.levels_left_in_notes import left_in_course
from cds_service.fhir.orders.levels.treated_levels import find_levels, left_in_titles
from cds_service.fhir.orders.operations.augmentation import combine_performed
from cds_service.fhir.orders.operations.done_procedures import (
    RECENT,
    STOPPED,
    augmentations_of,
    days_of_procedure,
    is_done,
    stay_of,
)
from cds_service.fhir.orders.operations.one_operation import DOCUMENTED_WITHIN
from cds_service.fhir.orders.order_times import IN_FORCE, read_times
from cds_service.fhir.orders.recognition import recognise_augmentation
from cds_service.fhir.raw_json import Json, is_prohibition, text
from cds_service.fhir.site_calendar import SiteCalendar

# Statuses of a procedure that was not carried out, or was broken off.
LEFT = frozenset({"not-done", "stopped", "entered-in-error"})
# Statuses of an act that is neither done nor to come.
NEVER_DONE = STOPPED | LEFT
# An order on hold plans nothing until it goes on; `suspended` is a supply on hold.
HELD = frozenset({"on-hold", "suspended"})
# Intents of what somebody has ordered, and not only proposed.
ORDERED = frozenset(
    {"order", "original-order", "reflex-order", "filler-order", "instance-order"}
)
# An order for a later day is a mistake, or is forgotten until then.
PLANNED_WITHIN = timedelta(days=366)
# Policy: a discharge asks about an operation this recent.
PERHAPS_WITHIN = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """The augmentation with which fractures are compared.

    Attributes:
        levels: the vertebrae that were treated, or have a day for it; empty if no
            operation names one.
        perhaps: others, of a procedure that may not have been carried out, or whose
            notes call them left.
        asked: those of orders since the operation, which did not carry them out.
        planned: those for which an order in force has a day to come.
        region: the vertebrae of the region that its code names, if no level is named.
        count: how many vertebrae it treated, at least one.
        day: the last day on which it may have been done; None if it is still to be
            done, or if no day is known.
        is_day_sure: no other operation may have been done later.
        perhaps_since: the first day of an operation that may have been done, by its
            status or its day; None without such an operation.
        days: by vertebra, the last day of its own operation, if that has a day. Cement
            treats no fracture that came after it.
    """

    levels: tuple[str, ...] = ()
    perhaps: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    planned: frozenset[str] = frozenset()
    region: frozenset[str] = frozenset()
    count: int = 1
    day: date | None = None
    is_day_sure: bool = True
    perhaps_since: date | None = None
    days: Mapping[str, date] = field(default_factory=dict)

    @property
    def first_day(self) -> date | None:
        """Return the day of the operation, or the first on which it may have been."""
        return self.day or self.perhaps_since

    def day_of(self, places: Collection[str]) -> date | None:
        """Return the last day on which these broken vertebrae were operated on.

        It is the day of the newest operation, unless each of them has its own.
        """
        own = [self.days.get(place) for place in places]
        return max(filter(None, own)) if own and None not in own else self.day


def operation_signed(order: AugmentationOrder) -> Operation:
    """Return the augmentation that is being signed."""
    levels = order.levels
    return Operation(
        levels=levels.names, region=region_treated(levels), count=levels.count or 1
    )


def operation_on_record(
    record: PatientRecord,
    augmentations: Sequence[Order],
    terminology: Terminology,
    today: date | None = None,
) -> Operation:
    """Join the augmentations on record into one.

    Args:
        record: the patient's; every augmentation on it may name the levels.
        augmentations: those of them that were done, or are in force.
        terminology: the service's terminology.
        today: the day of the answer, after which nothing was done.
    """
    calendar = terminology.calendar
    done = [one for one in augmentations if one.resource_type == "Procedure"]
    last_days = _LastDays([one.resource for one in done], calendar, today)
    ends = [last_days.of(one.resource) for one in done]
    newest = max(filter(None, ends), default=None)
    orders = [one.resource for one in augmentations if one.resource_type != "Procedure"]
    days_to_come: list[date | None]
    if newest is None:
        days_to_come = [_ordered_for(one, calendar) for one in orders]
    else:
        orders = _for_another_operation(orders, newest, terminology)
        days_to_come = [
            _ordered_for(one, calendar)
            for one in orders
            if _is_planned(one, calendar, today or newest)
        ]
    count = max(1, _count_of(done, terminology))
    treated = _levels_on_record(record, terminology, last_days, count, today)
    return Operation(
        levels=in_order(treated.levels),
        perhaps=treated.perhaps,
        asked=treated.asked,
        planned=treated.planned,
        region=_region_of(done or augmentations, terminology),
        count=count,
        day=max(filter(None, [*ends, *days_to_come]), default=None),
        is_day_sure=None not in ends and not orders,
        perhaps_since=_perhaps_since(record, terminology, today),
        days=treated.days,
    )


def _for_another_operation(
    orders: Sequence[Json], newest: date, terminology: Terminology
) -> list[Json]:
    """Return the orders since the newest operation that name no vertebra.

    Such an order may be for any fracture. One that names a vertebra is for that one:
    it is read with the levels.
    """
    calendar = terminology.calendar
    return [
        one
        for one in orders
        if _is_after(calendar.first_day(one.get("authoredOn")), newest)
        and not find_levels(one, NO_DRAFTS, terminology).levels
    ]


def _perhaps_since(
    record: PatientRecord, terminology: Terminology, today: date | None
) -> date | None:
    """Return the first day of an operation of these weeks that is not sure, if any."""
    if today is None:
        return None
    days = set[date]()
    for procedure in augmentations_of(record, terminology):
        first, last = days_of_procedure(procedure, terminology.calendar)
        if last is None:
            days.add(today - RECENT)
        elif first == last and today - PERHAPS_WITHIN <= last <= today:
            days.add(last)
    return min(days, default=None)


class _LastDays:
    """The last day on which each procedure may have been done.

    Attributes:
        newest: the last of all; None if none is known.
    """

    def __init__(
        self, procedures: Sequence[Json], calendar: SiteCalendar, today: date | None
    ) -> None:
        """Take the procedures that were done.

        Args:
            procedures: raw JSON.
            calendar: the site's.
            today: the day of the answer, if any.
        """
        self._calendar, self._today = calendar, today
        spans = [days_of_procedure(one, calendar) for one in procedures]
        self._exact = [last for first, last in spans if last and first == last]
        self.newest = max(filter(None, map(self.of, procedures)), default=None)

    def of(self, procedure: Json) -> date | None:
        """Return the last day on which a procedure may have been done, if known.

        If the procedure has only a month or a year, this is the day of another entry of
        the operation in that time; without one, it is the last day, but none to come.
        """
        first, last = days_of_procedure(procedure, self._calendar)
        if first is None or last is None or first == last:
            return last
        within = [day for day in self._exact if first <= day <= last]
        if within:
            return max(within)
        return min(last, self._today) if self._today else last


def _ordered_for(order: Json, calendar: SiteCalendar) -> date | None:
    """Return the day that an order plans or, if that is later, was written on."""
    written, planned = _written_and_planned(order, calendar)
    return max(written, planned or written) if written else None


def _written_and_planned(
    order: Json, calendar: SiteCalendar
) -> tuple[date | None, date | None]:
    """Return the day on which an order was written, and the first that it plans."""
    written = calendar.first_day(order.get("authoredOn"))
    return written, read_times(order, calendar).start


def _is_planned(order: Json, calendar: SiteCalendar, today: date) -> bool:
    """Tell if an order is in force, and has a day after today.

    A month to come is no day: there is no appointment yet.
    """
    is_in_force = text(order.get("status")) in IN_FORCE
    times = read_times(order, calendar)
    if not is_in_force or text(order.get("intent")) not in ORDERED:
        return False
    if times.start is None or times.start_until:
        return False
    return today < times.start <= today + PLANNED_WITHIN


class _Treated(NamedTuple):
    """The vertebrae of the augmentations on record.

    Attributes:
        levels: those that were treated, or have a day for it.
        perhaps: those that perhaps were.
        asked: those of orders since the operation without such a day.
        planned: those that have such a day.
        days: by vertebra whose operations all have a day, the last of these days.
    """

    levels: frozenset[str]
    perhaps: frozenset[str]
    asked: frozenset[str]
    planned: frozenset[str]
    days: Mapping[str, date]


class _Entries:
    """The vertebrae in the procedures of a record, by what the procedures say of them.

    Attributes:
        done: vertebrae that were treated.
        maybe: those that may have been, with the days of these entries.
        noted: those that were treated by a title, and left by a note or an outcome.
        broken_off: those at which an operation was broken off.
        left: those that were left for certain, with the last day of that.
        days: of each treated one the last days of its operations.
    """

    def __init__(
        self, record: PatientRecord, terminology: Terminology, last_days: _LastDays
    ) -> None:
        """Sort the vertebrae of the augmentations among the procedures."""
        self.done, self.noted, self.broken_off = set[str](), set[str](), set[str]()
        self.maybe: dict[str, list[date | None]] = {}
        self.left: dict[str, date | None] = {}
        self.days: dict[str, list[date | None]] = {}
        for procedure in _augmentations_of(record, "procedures", terminology):
            self._add(procedure, last_days.of(procedure), terminology)

    def _add(self, procedure: Json, day: date | None, terminology: Terminology) -> None:
        levels = find_levels(procedure, NO_DRAFTS, terminology).levels
        status = text(procedure.get("status"))
        if status in LEFT:
            self.left.update(dict.fromkeys(levels, day))
        if status == "stopped":
            self.broken_off.update(levels)
        elif is_done(procedure, terminology):
            noted = left_in_course(procedure, levels, terminology)
            self.noted.update(noted)
            self.done.update({*levels} - noted)
            for level in {*levels} - noted:
                self.days.setdefault(level, []).append(day)
            titled = left_in_titles(procedure, terminology) - {*levels}
            self.left.update(dict.fromkeys(titled, day))
        elif status not in NEVER_DONE:
            for level in levels:
                self.maybe.setdefault(level, []).append(day)

    @property
    def is_any_done(self) -> bool:
        """Tell if a vertebra is named by a procedure that was done."""
        return bool(self.done or self.noted)

    def perhaps(self) -> frozenset[str]:
        """Return the vertebrae that were perhaps treated.

        One that was left on a later day than it may have been treated on was left.
        """
        maybe = {
            level
            for level, days in self.maybe.items()
            if level not in self.left
            or not all(_is_after(self.left[level], day) for day in days)
        }
        return frozenset(maybe | self.noted)


class _Orders:
    """The vertebrae in the orders of a record, by what became of the order.

    Attributes:
        planned: vertebrae for which an order in force has a day to come.
        asked: those of other orders since the newest procedure. That procedure did not
            carry them out; nothing tells if another one did.
        wanted: those of orders from before the newest procedure, or without a day.
    """

    def __init__(
        self,
        record: PatientRecord,
        terminology: Terminology,
        entries: _Entries,
        newest: date | None,
        today: date | None,
    ) -> None:
        """Sort the vertebrae of the augmentations among the orders."""
        self.planned, self.asked, self.wanted = set[str](), set[str](), set[str]()
        self._entries, self._newest, self._today = entries, newest, today
        for order in _augmentations_of(record, "serviceRequests", terminology):
            if text(order.get("status")) not in HELD | NEVER_DONE:
                self._add(order, terminology)

    def _add(self, order: Json, terminology: Terminology) -> None:
        calendar, newest, left = terminology.calendar, self._newest, self._entries.left
        written, planned = _written_and_planned(order, calendar)
        levels = {
            level
            for level in find_levels(order, NO_DRAFTS, terminology).levels
            if not self._entries.is_any_done
            or level not in {*left, *self._entries.noted}
            or _is_after(written, left.get(level, newest))
        }
        if newest and _is_planned(order, calendar, self._today or newest):
            self.planned.update(levels)
        elif _is_after(written, newest) or _is_after(planned, newest):
            self.asked.update(levels)
        else:
            self.wanted.update(levels)


def _levels_on_record(
    record: PatientRecord,
    terminology: Terminology,
    last_days: _LastDays,
    count: int,
    today: date | None,
) -> _Treated:
    """Return the vertebrae that were, will be or perhaps were treated.

    A procedure that was not carried out, or was broken off, treats no vertebra, nor
    does its order; another procedure may have treated the vertebra all the same. If no
    procedure was done for certain, those that may have been done are compared with the
    fractures: a card says "perhaps" of the whole.

    An order from before the newest procedure says what was wanted. It was done if the
    procedures treated as many vertebrae as they and the order name together. An order
    since then treated nothing for sure.

    Args:
        record: the patient's.
        terminology: the service's terminology.
        last_days: of the procedures that were done.
        count: how many vertebrae the procedures treated.
        today: the day of the answer, if any.
    """
    entries = _Entries(record, terminology, last_days)
    orders = _Orders(record, terminology, entries, last_days.newest, today)
    own_days = {
        level: max(filter(None, each))
        for level, each in entries.days.items()
        if None not in each
    }
    treated, perhaps = {*entries.done}, set[str]()
    if not entries.is_any_done:
        treated |= orders.wanted | {*entries.maybe} | entries.broken_off
    else:
        if count >= len(entries.done | entries.noted | orders.wanted):
            treated |= orders.wanted
        perhaps = {*entries.perhaps()} | orders.wanted
    if treated or perhaps:
        # Else the operation names no vertebra: it treated one of its region.
        treated |= orders.planned
    return _Treated(
        levels=frozenset(treated),
        perhaps=frozenset(perhaps - treated),
        asked=frozenset(orders.asked),
        planned=frozenset(orders.planned),
        days=own_days,
    )


def _augmentations_of(
    record: PatientRecord, key: str, terminology: Terminology
) -> Iterator[Json]:
    for entry in record.of_key(key):
        recognition = recognise_augmentation(entry.raw, terminology)
        if recognition is None or is_prohibition(entry.raw):
            continue
        if recognition.is_augmentation:
            yield entry.raw


def _is_after(one: date | None, day: date | None) -> bool:
    """Tell if both days are known, and one is after the other.

    An order that was written after an operation asks for it once more.
    """
    return one is not None and day is not None and one > day


def _region_of(
    augmentations: Sequence[Order], terminology: Terminology
) -> frozenset[str]:
    """Return the vertebrae of their regions; none if one of them names no region."""
    combined = (combine_performed([one], terminology) for one in augmentations)
    regions = [region_treated(one.levels) for one in combined if one]
    return frozenset[str]().union(*regions) if all(regions) else frozenset()


def _count_of(done: Sequence[Order], terminology: Terminology) -> int:
    """Count the treated vertebrae; what documents one operation counts once."""
    combined = (
        combine_performed(operation, terminology)
        for operation in _operations(done, terminology.calendar)
    )
    return sum((one.levels.count if one else None) or 1 for one in combined)


def _operations(done: Sequence[Order], calendar: SiteCalendar) -> list[list[Order]]:
    """Put together the procedures that document one operation.

    They name one stay, or lie within a week of each other: two systems documented the
    operation. A procedure without a day may document any of them. If too many are
    joined, a card says that a fracture was "perhaps" not treated. If too few are
    joined, it says nothing of the fracture.
    """
    dated: list[tuple[Order, date]] = []
    undated: list[Order] = []
    for procedure in done:
        _, last = days_of_procedure(procedure.resource, calendar)
        if last is None:
            undated.append(procedure)
        else:
            dated.append((procedure, last))
    operations: list[list[Order]] = []
    newest = date.min
    for procedure, day in sorted(dated, key=lambda one: one[1]):
        is_near = operations and (day - newest).days <= DOCUMENTED_WITHIN
        newest = day
        stay = stay_of(procedure.resource)
        of_stay = [
            operation
            for operation in operations
            if stay and stay in {stay_of(one.resource) for one in operation}
        ]
        if of_stay or is_near:
            (of_stay or operations)[-1].append(procedure)
        else:
            operations.append([procedure])
    if not operations:
        return [undated] if undated else []
    operations[-1] += undated
    return operations

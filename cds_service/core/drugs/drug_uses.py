"""Combine a patient's entries of bone drugs into the use of each drug.

A use has the start, the doses, the orders and the end of the drug. A prescription is no
dose: intake is known only from an administration, a dispense, a dated statement or a
billed injection (rule E8 of the cards).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from cds_service.core.drugs.bone_drugs import (
    GROUPS,
    INJECTED,
    INTERVAL,
    KINDS,
    MAY_MEAN,
)
from cds_service.core.findings import (
    Dated,
    Doses,
    DrugEnd,
    DrugOrders,
    DrugUse,
    HowEnded,
    Provenance,
    Supply,
)
from cds_service.core.months import months_between

# Doses weeks apart are those against a tumour, even if no amount is recorded: least and
# most time between two of them, by drug. Against osteoporosis denosumab is given every
# six months, zoledronate every year, pamidronate and ibandronate in a vein every three
# months.
LEAST_APART = timedelta(days=14)
MOST_APART: Mapping[str, timedelta] = {
    "denosumab": timedelta(days=62),
    "zoledronate": timedelta(days=100),
    "pamidronate": timedelta(days=45),
    "ibandronate": timedelta(days=45),
}
# Also taken as a tablet each month: only what is billed is surely an injection.
TABLETS_TOO = frozenset({"ibandronate"})
BILLED = frozenset({"Procedure", "ServiceRequest"})
# Written before the dose that they are for.
SUPPLIES = frozenset({"MedicationDispense", "ServiceRequest"})
PAUSE_MONTHS = 12  # policy: so long without an intake is a pause
BEFORE_START = timedelta(days=90)  # policy: what is older means an older start
MONTH = timedelta(days=35)  # policy: a monthly dose that is later was left out
# Romosozumab is given twelve times, a month apart: no dose follows the twelfth.
WHOLE_COURSE = {"romosozumab": timedelta(days=315)}


class Clarity(NamedTuple):
    """The degree to which an entry of a bone drug is clear.

    Attributes:
        is_understood: everything in it was understood.
        is_sure: an intake that was understood, and was not broken off.
        is_plain: every word of an order was understood.
        may_be_dose: a coded dose, recorded as given, of which not all was understood.
        may_be_given: a dose of denosumab whose status leaves open if it was given, or
            that has no day.
    """

    is_understood: bool = True
    is_sure: bool = False
    is_plain: bool = True
    may_be_dose: bool = False
    may_be_given: bool = False


class DrugEntry(NamedTuple):
    """One entry of the record, as far as it is about one bone drug.

    Attributes:
        is_intake: it records an intake; otherwise an order, or a mention without a day.
        begins: the first intake, or the day of the order.
        last: the newest intake that has a day.
        until: the last day on which the intake acts or lasts, or to which an order in
            force runs; None if not known.
        is_by_dosage: it ended with the dosages of an order, or may have ended.
        is_current: an order in force, or a list that has the drug as taken.
        knows_start: `begins` is when it was first taken, not when it was mentioned.
        is_draft: among the orders being signed.
        clarity: how far it is clear what was taken.
        is_due: an order in force to take the drug at home, that begins by now.
        is_aside: words elsewhere on a drug that a list has; they count only for its
            start.
        supply: how long the intake lasts; None of what is given every half year.
        goes_home: by this intake the drug is taken after a stay.
    """

    name: str
    provenance: Provenance
    is_intake: bool = False
    begins: Dated | None = None
    last: Dated | None = None
    until: date | None = None
    ended: Dated | None = None
    how_ended: HowEnded | None = None
    is_by_dosage: bool = False
    is_current: bool = False
    knows_start: bool = True
    is_draft: bool = False
    clarity: Clarity = Clarity()
    is_due: bool = False
    is_aside: bool = False
    supply: Supply | None = None
    goes_home: bool = False

    def not_understood(self) -> "DrugEntry":
        """Return this entry as one that is not understood, and is sure of nothing."""
        clarity = self.clarity._replace(is_understood=False, is_sure=False)
        return self._replace(clarity=clarity)


def _doubted_if_stopped(entries: Sequence[DrugEntry]) -> Iterator[DrugEntry]:
    """Doubt that a drug is taken if an entry as new stopped, paused or ended it.

    A list of home drugs goes on as "active" when a ward stops the tablet; a stopped
    order keeps the day on which it was written. An order in force that is as new goes
    on with the drug: a dose is changed by two orders. What is given at intervals has
    the days of its doses.
    """
    standing = {entry.name for entry in entries if _is_standing_order(entry)}
    ends = [
        entry
        for entry in entries
        if _is_end(entry) or (entry.is_by_dosage and entry.name not in standing)
    ]
    stopped = _newest_days(ends)
    over = _newest_days([*ends, *filter(_is_one_dose, entries)])
    ordered = {
        entry.name
        for entry in entries
        if _is_standing_order(entry) and _is_since_stop(entry, over)
    }
    for entry in entries:
        is_listed = entry.is_current and not entry.is_draft
        is_kept = entry.name in INTERVAL or entry.name in ordered
        # One dose may be of an order that goes on; a list that has it as taken is in
        # conflict with one on which it is completed.
        since = stopped if _is_standing_order(entry) else over
        if is_listed and not is_kept and _is_over(entry, since):
            yield entry.not_understood()
        else:
            yield entry


def _newest_days(entries: Iterable[DrugEntry]) -> dict[str, date]:
    """Return the newest day of these entries, by drug."""
    newest: dict[str, date] = {}
    for entry in entries:
        if day := _newest_day(entry):
            newest[entry.name] = max(day, newest.get(entry.name, day))
    return newest


def _is_one_dose(entry: DrugEntry) -> bool:
    """Tell if a list has the drug as one dose, or as over on that day."""
    return entry.how_ended == "last given"


def _is_standing_order(entry: DrugEntry) -> bool:
    return entry.is_current and not entry.is_intake


def _is_since_stop(entry: DrugEntry, stopped: Mapping[str, date]) -> bool:
    day, since = _newest_day(entry), stopped.get(entry.name)
    return day is None or since is None or day >= since


def _is_over(entry: DrugEntry, stopped: Mapping[str, date]) -> bool:
    day, since = _newest_day(entry), stopped.get(entry.name)
    return day is not None and since is not None and day <= since


def _newest_day(entry: DrugEntry) -> date | None:
    days = (entry.begins, entry.last, entry.ended)
    return max((day.last for day in days if day), default=None)


def combine(entries: Iterable[DrugEntry], today: date) -> tuple[DrugUse, ...]:
    """Combine the entries of each drug into its use, sorted by the drug's name."""
    by_name: dict[str, list[DrugEntry]] = {}
    asides: dict[str, list[DrugEntry]] = {}
    for entry in _doubted_if_stopped([*entries]):
        same_sort = asides if entry.is_aside else by_name
        same_sort.setdefault(entry.name, []).append(entry)
    uses = []
    for name in sorted(by_name):
        perhaps = [
            *_perhaps_of(name, by_name),
            *asides.get(name, ()),
            *_perhaps_of(name, asides),
        ]
        uses.append(_use(name, by_name[name], perhaps, today))
    return tuple(uses)


def _perhaps_of(
    name: str, by_name: Mapping[str, Sequence[DrugEntry]]
) -> list[DrugEntry]:
    """Return the entries under the names of groups that may be of this drug."""
    kind = KINDS.get(name, "other")
    groups = (group for group, meant in MAY_MEAN.items() if meant in (None, kind))
    return [
        entry for group in groups if group != name for entry in by_name.get(group, ())
    ]


def _use(
    name: str,
    listed: Sequence[DrugEntry],
    perhaps: Sequence[DrugEntry],
    today: date,
) -> DrugUse:
    """Return the use of one drug.

    Args:
        name: of the drug.
        listed: its entries.
        perhaps: entries that may be of it, and count only for its start.
        today: the day of the card.
    """
    understood = [entry for entry in listed if entry.clarity.is_understood]
    # What was not understood counts only if nothing else records an intake.
    entries = understood if any(entry.is_intake for entry in understood) else listed
    intakes = [entry for entry in entries if entry.is_intake]
    orders = _drug_orders(understood, today)

    sure_dose = _last_dose(intake for intake in intakes if intake.clarity.is_sure)
    counted = [intake for intake in intakes if intake.clarity.is_sure or not sure_dose]
    unclear = _unclear_since(sure_dose, listed, orders)
    doses = _doses(listed, counted, sure_dose, unclear)
    is_too_often = _is_too_often(name, counted)

    started, is_start_known = _present_course(intakes)
    if started and _is_older((*listed, *perhaps), started):
        is_start_known = False
    end = _end(entries, intakes, doses.last, today)
    if end is None and doses.last and _is_complete(name, started, doses.last):
        end = DrugEnd(doses.last, "last given")
    newest_first = sorted(listed, key=_newest, reverse=True)
    return DrugUse(
        name=GROUPS.get(name, name),
        kind=KINDS.get(name, "other"),
        is_injected=name in INJECTED,
        is_taken=bool(intakes),
        is_running=end is None and any(_runs(intake, today) for intake in intakes),
        is_listed=any(intake.is_current for intake in intakes),
        on_record_since=_on_record_since((*listed, *perhaps), today),
        started=started,
        is_start_known=is_start_known,
        doses=doses,
        is_open=bool(unclear) or is_too_often,
        is_too_often=is_too_often,
        orders=orders,
        end=end,
        provenance=tuple(entry.provenance for entry in newest_first),
        supplies=_supplies(intakes),
        goes_home=(
            orders.prescribed is not None
            or any(intake.goes_home for intake in intakes)
            or _is_given_monthly(name, intakes, today)
        ),
    )


def _supplies(intakes: Iterable[DrugEntry]) -> tuple[Supply, ...]:
    supplies = [intake.supply for intake in intakes if intake.supply]
    return tuple(sorted(supplies, key=lambda one: (one.begins, one.source)))


def _is_given_monthly(name: str, intakes: Iterable[DrugEntry], today: date) -> bool:
    """Tell if others give a drug each month: twice so far, and not too long ago."""
    if name not in WHOLE_COURSE:
        return False
    days = sorted({intake.last.last for intake in intakes if intake.last})
    return len(days) > 1 and today - days[-1] <= MONTH


def _by_last(day: Dated) -> tuple[date, date]:
    return day.last, day.first


def _newest(entry: DrugEntry) -> tuple[date, str]:
    day = entry.last or entry.begins
    return day.last if day else date.min, entry.provenance.resource


# --- the orders


def _drug_orders(understood: Iterable[DrugEntry], today: date) -> DrugOrders:
    orders = [entry for entry in understood if not entry.is_intake]
    days = [order.begins for order in orders if order.begins]
    current_orders = [order for order in orders if order.is_current]
    return DrugOrders(
        newest=max(days, key=_by_last, default=None),
        oldest=min(days, default=None),
        is_standing=bool(current_orders),
        until=_last_in_force(current_orders),
        is_signed_now=any(order.is_draft for order in current_orders),
        prescribed=_prescribed(orders, today),
    )


def _last_in_force(orders: Sequence[DrugEntry]) -> date | None:
    """Return the last day to which these orders run; None if one has no end."""
    ends = [order.until for order in orders]
    return None if None in ends else max(filter(None, ends), default=None)


def _prescribed(orders: Sequence[DrugEntry], today: date) -> Dated | None:
    """Return the day of the newest order by which the drug is begun.

    It is None if words of it, or of a later order, were not understood: it may be
    declined.
    """
    now = Dated(today, today)
    due = [now if order.is_draft else order.begins for order in orders if order.is_due]
    newest = max(filter(None, due), key=_by_last, default=None)
    doubts = (order for order in orders if not order.clarity.is_plain)
    return None if any(_is_since(order, newest) for order in doubts) else newest


# --- the doses


def _unclear_since(
    sure_dose: Dated | None, listed: Iterable[DrugEntry], orders: DrugOrders
) -> list[DrugEntry]:
    """Return what was not understood since the last dose that is sure.

    The dosage of an order says nothing new while the order is in force.
    """
    return [
        entry
        for entry in listed
        if not entry.clarity.is_understood
        and _is_since(entry, sure_dose)
        and not (entry.is_by_dosage and orders.is_standing)
    ]


def _doses(
    listed: Sequence[DrugEntry],
    counted: Sequence[DrugEntry],
    sure_dose: Dated | None,
    unclear: Iterable[DrugEntry],
) -> Doses:
    """Return the doses of one drug.

    Args:
        listed: all entries of the drug.
        counted: the intakes whose doses count.
        sure_dose: the last dose that is sure.
        unclear: the entries that were not understood since then.
    """
    days = {intake.last for intake in counted if intake.last}
    return Doses(
        last=_last_dose(counted),
        counted=tuple(sorted(days)),
        sure=sure_dose,
        unclear=_last_dose(entry for entry in unclear if entry.clarity.may_be_dose),
        perhaps=_last_dose(entry for entry in listed if entry.clarity.may_be_given),
        has_undated=any(one.clarity.may_be_given and not one.last for one in listed),
    )


def _last_dose(intakes: Iterable[DrugEntry]) -> Dated | None:
    """Find the newest dose by its first possible day.

    "2026" may be an import of the dose of February, and makes none later.
    """
    return max((intake.last for intake in intakes if intake.last), default=None)


def _is_since(entry: DrugEntry, dose: Dated | None) -> bool:
    """Tell if an entry is no older than a dose, or one of them has no day."""
    day = entry.last or entry.begins or entry.ended
    if entry.is_by_dosage:
        day = entry.ended
    return day is None or dose is None or day.last >= dose.last


def _is_too_often(name: str, intakes: Iterable[DrugEntry]) -> bool:
    """Tell if two doses lie weeks apart, as none against osteoporosis do."""
    most_apart = MOST_APART.get(name)
    if most_apart is None:
        return False
    doses = []
    for intake in intakes:
        resource_type = intake.provenance.resource.partition("/")[0]
        if intake.last and (name not in TABLETS_TOO or resource_type in BILLED):
            doses.append((intake.last.last, intake.last.first, resource_type))
    for (earlier, _, earlier_type), (last, first, last_type) in pairwise(sorted(doses)):
        is_weeks_apart = LEAST_APART <= last - earlier <= most_apart
        # A month or year that holds the earlier day may date the same dose.
        is_other_dose = first > earlier
        is_supply_for_it = last_type != earlier_type and earlier_type in SUPPLIES
        if is_weeks_apart and is_other_dose and not is_supply_for_it:
            return True
    return False


def _is_complete(name: str, started: Dated | None, last_dose: Dated) -> bool:
    """Tell if a drug of a fixed course was given from its first to its last dose."""
    course = WHOLE_COURSE.get(name)
    if course is None or started is None:
        return False
    return last_dose.first - started.last >= course


# --- the start of the present course


def _present_course(intakes: Sequence[DrugEntry]) -> tuple[Dated | None, bool]:
    """Find the first day of the intakes up to now without a pause, and if it is known.

    A year without an intake is a pause, since supplies and doses from elsewhere are
    often not on record. Of what is injected at intervals it is the time after the last
    dose has ceased to act. So is any time after an end on record.
    """
    dated = [(intake.begins, intake) for intake in intakes if intake.begins]
    newest_first = sorted(dated, key=lambda pair: pair[0], reverse=True)
    first: tuple[Dated, DrugEntry] | None = None
    for begins, intake in newest_first:
        if first and not intake.is_current and _is_pause(intake, first[0].first):
            break
        first = (begins, intake)
    return (first[0], first[1].knows_start) if first else (None, True)


def _is_pause(intake: DrugEntry, resumed: date) -> bool:
    """Tell if nothing was taken between an intake and the day of the next one."""
    if _is_end(intake) and intake.ended:
        return intake.ended.last < resumed
    last = intake.last or intake.begins
    acts_until = intake.until or (last.last if last else date.min)
    if intake.name in INTERVAL or last is None:
        return acts_until < resumed
    is_long = months_between(last.last, resumed) >= PAUSE_MONTHS
    return is_long and acts_until < resumed


def _is_older(entries: Iterable[DrugEntry], started: Dated) -> bool:
    """Tell if a drug may have been taken long before the start of this course.

    An older order, dose or mention says so, whatever became of it; one without a day
    may be older. What belongs to an earlier course does not count if the end of that
    course is on record.
    """
    limit = started.first - BEFORE_START
    others = [entry for entry in entries if not entry.is_draft]
    ends = [entry.ended.last for entry in others if entry.ended and _is_end(entry)]
    over_since = max((end for end in ends if end < started.first), default=date.min)
    return any(_may_be_older(entry, over_since, limit) for entry in others)


def _may_be_older(entry: DrugEntry, over_since: date, limit: date) -> bool:
    day = entry.begins or entry.last
    if day is None:
        return True
    is_of_course = day.first > over_since
    return is_of_course and (day.first < limit or not entry.knows_start)


def _on_record_since(entries: Iterable[DrugEntry], today: date) -> date | None:
    """Return the first day of the oldest entry; None if the drug may be older."""
    oldest = today
    for entry in entries:
        day = entry.begins or entry.last or entry.ended
        if entry.is_draft and day is None:
            day = Dated(today, today)
        if day is None or not entry.knows_start:
            return None
        oldest = min(oldest, day.first)
    return oldest


# --- the end


def _end(
    entries: Sequence[DrugEntry],
    intakes: Sequence[DrugEntry],
    last_dose: Dated | None,
    today: date,
) -> DrugEnd | None:
    """Find how and when the drug ended; None if it goes on or was never taken."""
    if any(entry.is_current and entry.is_intake for entry in entries):
        return None
    # The dosage of an order ends with it; another order goes on with the drug.
    is_ordered = any(map(_is_standing_order, entries))
    ends = [
        DrugEnd(entry.ended, entry.how_ended)
        for entry in entries
        if entry.how_ended
        and not _is_end_of_earlier(entry, last_dose)
        and not (entry.is_by_dosage and is_ordered)
    ]
    if any(_runs(intake, today) for intake in intakes):
        is_standing = any(entry.is_current for entry in entries)
        return _end_of_running(ends, last_dose, is_standing=is_standing)
    newest = _newest_end(ends)
    if newest and newest.day and not _is_before(newest.day, last_dose):
        return newest
    if last_dose:
        return DrugEnd(last_dose, "last given")
    return ends[0] if ends else None


def _runs(intake: DrugEntry, today: date) -> bool:
    """Tell if a drug is taken today by this intake, or its dose still acts."""
    return intake.is_current or (intake.until is not None and intake.until >= today)


def _is_end(entry: DrugEntry) -> bool:
    """Tell if a drug was stopped, or its intake ended; a supply that ended is none."""
    is_ended_intake = entry.is_intake and entry.how_ended == "ended"
    return is_ended_intake or entry.how_ended == "stopped"


def _is_end_of_earlier(entry: DrugEntry, last_dose: Dated | None) -> bool:
    """Tell if an end without a day is that of an earlier course than the last dose.

    A dose a year after an order is not of that order.
    """
    if entry.ended or entry.begins is None or last_dose is None:
        return False
    return months_between(entry.begins.last, last_dose.first) >= PAUSE_MONTHS


def _is_before(day: Dated, last_dose: Dated | None) -> bool:
    return last_dose is not None and _by_last(day) < _by_last(last_dose)


def _newest_end(ends: Iterable[DrugEnd]) -> DrugEnd | None:
    """Return the newest end that has a day."""
    dated = [(_by_last(end.day), end) for end in ends if end.day]
    return max(dated, key=lambda pair: pair[0])[1] if dated else None


def _end_of_running(
    ends: Sequence[DrugEnd], last_dose: Dated | None, *, is_standing: bool
) -> DrugEnd | None:
    """Find when a drug was ended after its last dose, while that dose still acts."""
    stated_ends = [end for end in ends if end.how != "supply ended"]
    newest = _newest_end(stated_ends)
    if newest and newest.day and last_dose and newest.day.last >= last_dose.last:
        return newest
    if is_standing:
        return None
    stops = (end for end in stated_ends if end.how == "stopped")
    return next((stop for stop in stops if not stop.day), None)

"""Combine a patient's entries of bone drugs into the use of each drug.

A use has the start, the doses, the orders and the end of the drug. A prescription is no
dose: intake is known only from an administration, a dispense, a dated statement or a
billed injection (rule E8 of the cards).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from cds_service.core.drugs.bone_drugs import GROUPS, INJECTED, KINDS, MAY_MEAN
from cds_service.core.drugs.dose_days import (
    WHOLE_COURSE,
    doses_of,
    is_complete,
    is_given_too_often,
    is_since,
    newest_dose,
    unclear_since,
)
from cds_service.core.drugs.drug_entries import DrugEntry, by_last
from cds_service.core.drugs.present_course import (
    acts_still,
    end_of_use,
    first_on_record,
    is_older,
    present_course,
)
from cds_service.core.drugs.stopped_drugs import doubted_if_stopped
from cds_service.core.findings import Dated, DrugEnd, DrugOrders, DrugUse, Supply

MONTH = timedelta(days=35)  # policy: a monthly dose that is later was left out


def combine(entries: Iterable[DrugEntry], today: date) -> tuple[DrugUse, ...]:
    """Combine the entries of each drug into its use, sorted by the drug's name."""
    by_name: dict[str, list[DrugEntry]] = {}
    asides: dict[str, list[DrugEntry]] = {}
    for entry in doubted_if_stopped([*entries]):
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

    sure_dose = newest_dose(intake for intake in intakes if intake.clarity.is_sure)
    counted = [intake for intake in intakes if intake.clarity.is_sure or not sure_dose]
    unclear = unclear_since(sure_dose, listed, orders)
    doses = doses_of(listed, counted, sure_dose, unclear)
    is_too_often = is_given_too_often(name, counted)

    started, is_start_known = present_course(intakes)
    if started and is_older((*listed, *perhaps), started):
        is_start_known = False
    end = end_of_use(entries, intakes, doses.last, today)
    if end is None and doses.last and is_complete(name, started, doses.last):
        end = DrugEnd(doses.last, "last given")
    newest_first = sorted(listed, key=_newest, reverse=True)
    return DrugUse(
        name=GROUPS.get(name, name),
        kind=KINDS.get(name, "other"),
        is_injected=name in INJECTED,
        is_taken=bool(intakes),
        is_running=end is None and any(acts_still(intake, today) for intake in intakes),
        is_listed=any(intake.is_current for intake in intakes),
        on_record_since=first_on_record((*listed, *perhaps), today),
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


def _newest(entry: DrugEntry) -> tuple[date, str]:
    day = entry.last or entry.begins
    return day.last if day else date.min, entry.provenance.resource


# --- the orders


def _drug_orders(understood: Iterable[DrugEntry], today: date) -> DrugOrders:
    orders = [entry for entry in understood if not entry.is_intake]
    days = [order.begins for order in orders if order.begins]
    current_orders = [order for order in orders if order.is_current]
    return DrugOrders(
        newest=max(days, key=by_last, default=None),
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
    newest = max(filter(None, due), key=by_last, default=None)
    doubts = (order for order in orders if not order.clarity.is_plain)
    return None if any(is_since(order, newest) for order in doubts) else newest

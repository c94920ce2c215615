"""Find the doses of one drug: the last, those that count, and what is unclear."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

from cds_service.core.drugs.drug_entries import DrugEntry
from cds_service.core.findings import Dated, Doses, DrugOrders

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
# Romosozumab is given twelve times, a month apart: no dose follows the twelfth.
WHOLE_COURSE = {"romosozumab": timedelta(days=315)}


def unclear_since(
    sure_dose: Dated | None, listed: Iterable[DrugEntry], orders: DrugOrders
) -> list[DrugEntry]:
    """Return what was not understood since the last dose that is sure.

    The dosage of an order says nothing new while the order is in force.
    """
    return [
        entry
        for entry in listed
        if not entry.clarity.is_understood
        and is_since(entry, sure_dose)
        and not (entry.is_by_dosage and orders.is_standing)
    ]


def doses_of(
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
        last=newest_dose(counted),
        counted=tuple(sorted(days)),
        sure=sure_dose,
        unclear=newest_dose(entry for entry in unclear if entry.clarity.may_be_dose),
        perhaps=newest_dose(entry for entry in listed if entry.clarity.may_be_given),
        has_undated=any(one.clarity.may_be_given and not one.last for one in listed),
    )


def newest_dose(intakes: Iterable[DrugEntry]) -> Dated | None:
    """Find the newest dose by its first possible day.

    "2026" may be an import of the dose of February, and makes none later.
    """
    return max((intake.last for intake in intakes if intake.last), default=None)


def is_since(entry: DrugEntry, dose: Dated | None) -> bool:
    """Tell if an entry is no older than a dose, or one of them has no day."""
    day = entry.last or entry.begins or entry.ended
    if entry.is_by_dosage:
        day = entry.ended
    return day is None or dose is None or day.last >= dose.last


def is_given_too_often(name: str, intakes: Iterable[DrugEntry]) -> bool:
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


def is_complete(name: str, started: Dated | None, last_dose: Dated) -> bool:
    """Tell if a drug of a fixed course was given from its first to its last dose."""
    course = WHOLE_COURSE.get(name)
    if course is None or started is None:
        return False
    return last_dose.first - started.last >= course

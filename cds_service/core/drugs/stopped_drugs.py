"""Doubt that a drug is taken if an entry as new stopped, paused or ended it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from cds_service.core.drugs.bone_drugs import INTERVAL
from cds_service.core.drugs.drug_entries import DrugEntry, is_end, is_standing_order


def doubted_if_stopped(entries: Sequence[DrugEntry]) -> Iterator[DrugEntry]:
    """Doubt that a drug is taken if an entry as new stopped, paused or ended it.

    A list of home drugs goes on as "active" when a ward stops the tablet; a stopped
    order keeps the day on which it was written. An order in force that is as new goes
    on with the drug: a dose is changed by two orders. What is given at intervals has
    the days of its doses.
    """
    standing = {entry.name for entry in entries if is_standing_order(entry)}
    ends = [
        entry
        for entry in entries
        if is_end(entry) or (entry.is_by_dosage and entry.name not in standing)
    ]
    stopped = _newest_days(ends)
    over = _newest_days([*ends, *filter(_is_one_dose, entries)])
    ordered = {
        entry.name
        for entry in entries
        if is_standing_order(entry) and _is_since_stop(entry, over)
    }
    for entry in entries:
        is_listed = entry.is_current and not entry.is_draft
        is_kept = entry.name in INTERVAL or entry.name in ordered
        # One dose may be of an order that goes on; a list that has it as taken is in
        # conflict with one on which it is completed.
        since = stopped if is_standing_order(entry) else over
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


def _is_since_stop(entry: DrugEntry, stopped: Mapping[str, date]) -> bool:
    day, since = _newest_day(entry), stopped.get(entry.name)
    return day is None or since is None or day >= since


def _is_over(entry: DrugEntry, stopped: Mapping[str, date]) -> bool:
    day, since = _newest_day(entry), stopped.get(entry.name)
    return day is not None and since is not None and day <= since


def _newest_day(entry: DrugEntry) -> date | None:
    days = (entry.begins, entry.last, entry.ended)
    return max((day.last for day in days if day), default=None)

"""Find when the present course of a drug began, and how it ended."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from cds_service.core.drugs.bone_drugs import INTERVAL
from cds_service.core.drugs.drug_entries import (
    DrugEntry,
    by_last,
    is_end,
    is_standing_order,
)
from cds_service.core.findings import Dated, DrugEnd
from cds_service.core.months import months_between

PAUSE_MONTHS = 12  # policy: so many without an intake are a pause
BEFORE_START = timedelta(days=90)  # policy: an entry older by this is of an older start


# --- the start of the present course


def present_course(intakes: Sequence[DrugEntry]) -> tuple[Dated | None, bool]:
    """Find the first day of the intakes up to now without a pause, and if it is known.

    A shorter time without an intake than a year is no pause: supplies and doses from
    elsewhere are often not on record. A drug that is injected at intervals pauses as
    soon as its last dose has ceased to act, and any drug after an end on record.
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
    if is_end(intake) and intake.ended:
        return intake.ended.last < resumed
    last = intake.last or intake.begins
    acts_until = intake.until or (last.last if last else date.min)
    if intake.name in INTERVAL or last is None:
        return acts_until < resumed
    is_long = months_between(last.last, resumed) >= PAUSE_MONTHS
    return is_long and acts_until < resumed


def is_older(entries: Iterable[DrugEntry], started: Dated) -> bool:
    """Tell if a drug may have been taken long before the start of this course.

    An older order, dose or mention says so, whatever became of it. One without a day
    may be older, too. What belongs to an earlier course does not count if the end of
    that course is on record.
    """
    limit = started.first - BEFORE_START
    others = [entry for entry in entries if not entry.is_draft]
    ends = [entry.ended.last for entry in others if entry.ended and is_end(entry)]
    over_since = max((end for end in ends if end < started.first), default=date.min)
    return any(_may_be_older(entry, over_since, limit) for entry in others)


def _may_be_older(entry: DrugEntry, over_since: date, limit: date) -> bool:
    day = entry.begins or entry.last
    if day is None:
        return True
    is_of_course = day.first > over_since
    return is_of_course and (day.first < limit or not entry.knows_start)


def first_on_record(entries: Iterable[DrugEntry], today: date) -> date | None:
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


def end_of_use(
    entries: Sequence[DrugEntry],
    intakes: Sequence[DrugEntry],
    last_dose: Dated | None,
    today: date,
) -> DrugEnd | None:
    """Find how and when the drug ended; None if it goes on or was never taken."""
    if any(entry.is_current and entry.is_intake for entry in entries):
        return None
    # A dosage ends with its order, and by another order the drug goes on.
    is_ordered = any(map(is_standing_order, entries))
    ends = [
        DrugEnd(entry.ended, entry.how_ended)
        for entry in entries
        if entry.how_ended
        and not _is_end_of_earlier(entry, last_dose)
        and not (entry.is_by_dosage and is_ordered)
    ]
    if any(acts_still(intake, today) for intake in intakes):
        is_standing = any(entry.is_current for entry in entries)
        return _end_of_running(ends, last_dose, is_standing=is_standing)
    newest = _newest_end(ends)
    if newest and newest.day and not _is_before(newest.day, last_dose):
        return newest
    if last_dose:
        return DrugEnd(last_dose, "last given")
    return ends[0] if ends else None


def acts_still(intake: DrugEntry, today: date) -> bool:
    """Tell if a drug is taken today by this intake, or its dose still acts."""
    return intake.is_current or (intake.until is not None and intake.until >= today)


def _is_end_of_earlier(entry: DrugEntry, last_dose: Dated | None) -> bool:
    """Tell if an end without a day is that of an earlier course than the last dose.

    A dose a year after an order is not of that order.
    """
    if entry.ended or entry.begins is None or last_dose is None:
        return False
    return months_between(entry.begins.last, last_dose.first) >= PAUSE_MONTHS


def _is_before(day: Dated, last_dose: Dated | None) -> bool:
    return last_dose is not None and by_last(day) < by_last(last_dose)


def _newest_end(ends: Iterable[DrugEnd]) -> DrugEnd | None:
    """Return the newest end that has a day."""
    dated = [(by_last(end.day), end) for end in ends if end.day]
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

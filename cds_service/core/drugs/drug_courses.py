"""Compare the uses of a patient's bone drugs in time.

One drug may follow another, go on from it, or be taken on the day of the fracture.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from cds_service.core.drugs.bone_drugs import GROUPS, MAY_MEAN, TUMOUR_DOSES
from cds_service.core.findings import BoneDrugs, Dated, DrugUse, Supply
from cds_service.core.months import months_after, months_before, months_between

OVERDUE_MONTHS, DUE_MONTHS = 7, 6  # denosumab is given every six months
LONG_MONTHS = 12  # policy: earlier, a fracture says nothing of a drug
# The day of the fracture is seldom recorded: it is taken to be no older than this.
RECENT = timedelta(days=90)
# An anabolic drug begun so soon after denosumab does not hold the bone that was gained
# (doi 10.3390/jcm12185874). Policy: the months.
AFTER_DENOSUMAB_MONTHS = 18
# Kinds that keep the bone after denosumab or an anabolic drug; after denosumab an
# anabolic one does not.
FOLLOW_ON = frozenset({"bisphosphonate", "denosumab", "anabolic"})
SHORT_SUPPLY = timedelta(days=28)  # policy: so short a supply is no treatment
ONE_WEEK = timedelta(days=7)
# Policy: after a supply of more than a week the next one is on record by then.
RENEWED_WITHIN = timedelta(days=30)
SWITCH = timedelta(days=90)  # policy: the new drug may begin before the old one ends


# --- denosumab: overdue, due, in time


def find_overdue(drugs: BoneDrugs, today: date) -> DrugUse | None:
    """Find denosumab given too long ago, without a dose of a bone drug since."""
    return next((use for use in drugs.uses if overdue_since(use, drugs, today)), None)


def overdue_since(use: DrugUse, drugs: BoneDrugs, today: date) -> Dated | None:
    """Return the last dose of denosumab that is overdue; None if it is not.

    It is not overdue if another bone drug followed.
    """
    if use.kind != "denosumab" or not use.is_taken:
        return None
    last = _last_late_dose(use, today)
    return last if last and not followers(use, drugs, last.last, today) else None


def closed_by(use: DrugUse, drugs: BoneDrugs, today: date) -> list[DrugUse]:
    """Find the drugs that followed late denosumab, so that it is not overdue."""
    last = _last_late_dose(use, today) if use.is_taken else None
    return followers(use, drugs, last.last, today) if last else []


def last_denosumab(use: DrugUse, today: date) -> Dated | None:
    """Return the last day on which it may have been given; None if it never was.

    If denosumab may be overdue, this is the last dose that is surely too old.
    """
    if not use.is_taken:
        return None
    return _last_late_dose(use, today) or use.doses.last or use.ended_on


def _last_late_dose(use: DrugUse, today: date) -> Dated | None:
    """Find the last dose that is too long ago; None if a later one surely is not."""
    limit = months_before(today, OVERDUE_MONTHS)
    day = use.doses.last or use.ended_on
    doses = use.doses.counted or ((day,) if day else ())
    if any(dose.first >= limit for dose in doses):
        return None
    return max((dose for dose in doses if dose.last < limit), default=None)


def find_vague_late_dose(use: DrugUse, today: date) -> Dated | None:
    """Find a dose whose month or year leaves open if it is too long ago."""
    limit = months_before(today, OVERDUE_MONTHS)
    return max((dose for dose in use.doses.counted if dose.last >= limit), default=None)


def next_denosumab(last: Dated) -> date:
    """Return the day on which the dose after this one is due."""
    return months_after(last.first, DUE_MONTHS)


def is_denosumab_in_time(use: DrugUse, today: date) -> bool:
    """Tell if it is denosumab whose next dose is not due yet."""
    last = use.doses.last
    if use.kind != "denosumab" or use.is_open or last is None or not use.is_running:
        return False
    return next_denosumab(last) >= today


# --- which drug followed another


def followers(
    use: DrugUse, drugs: BoneDrugs, after: date, today: date
) -> list[DrugUse]:
    """Find other drugs with a dose since, or begun and going on.

    After an anabolic drug they may begin shortly before its end. What was given before
    the last dose of denosumab does not come after it. One dose, a short supply that
    ended, and a drug that does not keep the bone follow nothing.

    Args:
        use: the drug that is followed.
        drugs: the patient's.
        after: its last day.
        today: the day of the card.
    """
    earliest = _earliest_follower(use, after)
    return [
        other
        for other in drugs.uses
        if other is not use
        and is_follow_on(other, use, after)
        and _follows(other, after, earliest)
        and not is_brief(other, earliest, today)
    ]


def _earliest_follower(use: DrugUse, after: date) -> date:
    return after if use.kind == "denosumab" else after - SWITCH


def is_follow_on(other: DrugUse, use: DrugUse, after: date) -> bool:
    """Tell if a drug is of a kind that is given after denosumab or an anabolic one.

    Calcitonin, raloxifene and strontium keep neither from what follows, and an anabolic
    drug does not keep denosumab from its rebound (doi 10.3390/jcm12185874).
    """
    if other.kind == "anabolic" and use.kind == "denosumab":
        limit = months_after(after, AFTER_DENOSUMAB_MONTHS)
        return other.started is not None and other.started.first > limit
    return other.kind in FOLLOW_ON


def is_brief_follower(other: DrugUse, use: DrugUse, after: date, today: date) -> bool:
    """Tell if a drug was taken since, in one dose or a short supply that ended."""
    earliest = _earliest_follower(use, after)
    return other.is_taken and is_brief(other, earliest, today)


def is_brief(use: DrugUse, since: date, today: date) -> bool:
    """Tell if all intakes since a day are single doses or a short supply that ended."""
    supplies = [one for one in use.supplies if one.begins >= since]
    if not supplies:
        return False
    days = {one.begins for one in supplies}
    if len(days) == 1 and all(one.is_single for one in supplies):
        return True
    lengths = [
        _length_together([one for one in supplies if one.source == source])
        for source in {one.source for one in supplies}
    ]
    is_over = all(one.is_single or _has_ended(one, today) for one in supplies)
    return is_over and all(one and one <= SHORT_SUPPLY for one in lengths)


def _has_ended(supply: Supply, today: date) -> bool:
    """Tell if a supply ended, and the next one would be on record."""
    if supply.lasts is None:
        return False
    grace = RENEWED_WITHIN if supply.lasts > ONE_WEEK else timedelta()
    return supply.lasts + grace <= today - supply.begins


def _length_together(supplies: Sequence[Supply]) -> timedelta | None:
    """Return how long supplies from one list last together; None if one goes on."""
    by_day: dict[date, timedelta] = {}
    for one in supplies:
        if one.lasts is None:
            return None
        by_day[one.begins] = max(one.lasts, by_day.get(one.begins, one.lasts))
    # No day is made of a length: a period may last until the year 9999.
    first = min(by_day)
    whole = max(begins - first + lasts for begins, lasts in by_day.items())
    return min(sum(by_day.values(), timedelta()), whole)


def _follows(other: DrugUse, after: date, earliest: date) -> bool:
    is_later = other.doses.sure is not None and other.doses.sure.first > after
    is_switch = (
        other.is_running
        and not other.is_open
        and other.started is not None
        and other.started.first >= earliest
        and (other.is_listed or vague_dose_around(other, after) is None)
    )
    return is_later or is_switch


def vague_dose_around(use: DrugUse, day: date) -> Dated | None:
    """Find a last dose whose month or year leaves open if it was before this day."""
    dose = use.doses.last
    return dose if dose and dose.first <= day < dose.last else None


def is_replaced(use: DrugUse, drugs: BoneDrugs, today: date) -> bool:
    """Tell if another drug followed denosumab that is too long ago, and then leads."""
    if use.kind != "denosumab" or not use.is_taken or use.is_open:
        return False
    last = None if use.orders.is_standing else _last_late_dose(use, today)
    later = followers(use, drugs, last.last, today) if last else []
    return any(other.kind != "denosumab" for other in later)


# --- which drug was before another


def bisphosphonate_before(use: DrugUse, drugs: BoneDrugs) -> DrugUse | None:
    """Find the bisphosphonate that another one goes on from."""
    started = use.started
    if use.kind != "bisphosphonate" or started is None:
        return None
    others = (one for one in drugs.uses if one is not use and one.kind == use.kind)
    return next(
        (
            other
            for other in others
            if other.name not in TUMOUR_DOSES
            and not _is_group_of(other.name, use)
            and _may_begin_by(other, started.first)
            and _may_be_taken_on(other, months_before(started.first, LONG_MONTHS))
        ),
        None,
    )


def denosumab_before(use: DrugUse, drugs: BoneDrugs) -> DrugUse | None:
    """Find denosumab that an anabolic drug came after: together they lose bone."""
    if use.kind != "anabolic" or use.started is None:
        return None
    limit = months_before(use.started.first, AFTER_DENOSUMAB_MONTHS)
    for other in drugs.uses:
        last = other.doses.last
        if other.kind != "denosumab" or last is None:
            continue
        if limit <= last.last and last.first <= use.started.last:
            return other
    return None


def _is_group_of(name: str, use: DrugUse) -> bool:
    """Tell if a name is that of a group this drug may be of: `bisphosphonate`."""
    meant = {GROUPS.get(group, group): kind for group, kind in MAY_MEAN.items()}
    return name in meant and meant[name] in (None, use.kind)


# --- which drug was taken on the day of the fracture


def is_hidden_by(
    newest: DrugUse, use: DrugUse, today: date, fracture_on: date | None
) -> bool:
    """Tell if the newest drug would hide one that a fracture happened on.

    A ward gives a tablet in place of the one that is taken at home. That is no change
    of treatment, and neither is a tablet while denosumab still acts. What others
    inject, and an anabolic drug, is not given in place of another.
    """
    if newest.is_injected or newest.kind == "anabolic" or not newest.is_taken:
        return False
    if _is_group_of(use.name, newest):
        return False
    if is_denosumab_in_time(use, today):
        return True
    if newest.started is None:
        return False
    day = fracture_on or today - RECENT
    if newest.started.last >= day:
        return _may_be_taken_on(use, day)
    return _is_long_taken_on(use, day) and not is_long(newest.started, day)


def is_long(started: Dated, day: date) -> bool:
    """Tell if a fracture of this day says something of a drug begun then."""
    return months_between(started.last, day) >= LONG_MONTHS


def _is_long_taken_on(use: DrugUse, day: date) -> bool:
    """Tell if a drug was surely taken on this day, and for a year before it."""
    is_clear = use.is_taken and not use.is_open and use.name not in TUMOUR_DOSES
    if not is_clear or use.started is None:
        return False
    is_ended_since = use.ended_on is not None and use.ended_on.first >= day
    return (use.is_running or is_ended_since) and is_long(use.started, day)


def _may_be_taken_on(use: DrugUse, day: date) -> bool:
    """Tell if a drug may have been taken on this day, by all that is on record."""
    if not _may_begin_by(use, day):
        return False
    if use.ended_on:
        return use.ended_on.last >= day
    if use.end:
        # Its end has no day, and was before this day if nothing is of the last year.
        days = (use.doses.last, use.orders.newest)
        newest = max((one.last for one in days if one), default=date.min)
        return newest >= months_before(day, LONG_MONTHS)
    return use.is_taken or use.is_open or use.orders.is_standing


def _may_begin_by(use: DrugUse, day: date) -> bool:
    """Tell if a drug may have been begun or ordered by this day."""
    days = (use.started, use.orders.oldest)
    oldest = min((one.first for one in days if one), default=date.min)
    return oldest <= day or not use.is_start_known

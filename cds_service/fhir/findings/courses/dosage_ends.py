"""Read when the dosages of a statement or an order end.

A list of drugs may say the end of a drug nowhere else: its status stays "active", and
its period of intake has no end.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from cds_service.core.findings import Dated
from cds_service.fhir.entries.medication.other_doses import dosages_of
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.courses.drug_times import DAYS, MOST_DAYS, dated
from cds_service.fhir.raw_json import Json, member, number, text

# Days of a unit of time, by its UCUM code or the word written instead.
_DAYS = {
    **DAYS,
    **dict.fromkeys(("min", "h", "hr", "hour", "hours"), 1 / 24),
    **dict.fromkeys(("month", "months"), 30),
    **dict.fromkeys(("y", "yr", "year", "years"), 365),
}
# Elements that limit a timing to a length.
_LIMITS = ("boundsDuration", "boundsRange", "count", "countMax")
# Such a length is the least, and not the end.
_AT_LEAST = frozenset({">", ">="})


class DosageEnd(NamedTuple):
    """The end of an entry's dosages.

    Attributes:
        day: the last day of the last dosage; None if one goes on, or none has an end.
        is_fixed: the entry gives the day itself, and no length that a further supply
            would prolong.
        is_open: an end that was not understood, or that another dosage without any
            timing may follow.
    """

    day: Dated | None = None
    is_fixed: bool = False
    is_open: bool = False


_NO_END = DosageEnd()
_OPEN = DosageEnd(is_open=True)


def end_of_dosages(
    raw: Json, begins: date | None, chart: Chart, *, supplies: int = 1
) -> DosageEnd:
    """Find when all dosages of an entry end.

    Args:
        raw: a statement or an order.
        begins: its first day, from which a length runs; None if that is not known.
        chart: the patient's record.
        supplies: how often a length may be supplied: once, and each time that the order
            may be filled again.
    """
    dosages = [one for one in dosages_of(raw) if one.get("timing")]
    ends = [_end_of(one["timing"], begins, chart, supplies) for one in dosages]
    if not ends or not all(end.day or end.is_open for end in ends):
        return _NO_END
    known = [end for end in ends if end.day]
    last = max(known, key=_last_of, default=_OPEN)
    if begins and known == ends and not any(end.is_fixed for end in ends):
        last = _after_each_other(last, dosages, ends, begins)
    is_followed = len(ends) < len(dosages_of(raw))
    return last._replace(is_open=is_followed or any(end.is_open for end in ends))


def first_of_dosages(raw: Json, chart: Chart) -> Dated | None:
    """Return the first day of the dosages' periods; None if none has one by now."""
    periods = (
        member(one, "timing", "repeat", "boundsPeriod") for one in dosages_of(raw)
    )
    starts = (dated(member(one, "start"), chart) for one in periods)
    return min((day for day in starts if day), default=None)


def _last_of(end: DosageEnd) -> date:
    return end.day.last if end.day else date.min


def _after_each_other(
    last: DosageEnd, dosages: Sequence[Json], ends: Sequence[DosageEnd], begins: date
) -> DosageEnd:
    """Add up the lengths of dosages that are numbered as steps of one course."""
    longest: dict[float | None, timedelta] = {}
    for dosage, end in zip(dosages, ends, strict=True):
        step, length = number(dosage.get("sequence")), _last_of(end) - begins
        longest[step] = max(length, longest.get(step, length))
    whole = sum(longest.values(), timedelta())
    if None in longest or whole.days >= MOST_DAYS:
        return last
    return DosageEnd(_day(begins + whole))


def _day(day: date) -> Dated:
    return Dated(day, day)


def _end_of(
    timing: object, begins: date | None, chart: Chart, supplies: int
) -> DosageEnd:
    """Return the end of one timing: a day, or that of a length.

    An end that cannot be read, such as the year 9999, is none, as in a period of
    intake.
    """
    repeat = member(timing, "repeat")
    written = member(repeat, "boundsPeriod", "end")
    if not repeat:
        written = _last_event(timing)
    first, last = chart.calendar.first_day(written), chart.calendar.last_day(written)
    if first and last:
        return DosageEnd(Dated(first, last), is_fixed=True)
    is_limited = any(member(repeat, name) for name in _LIMITS)
    if begins is None or not is_limited:
        return _NO_END
    length = _length_of(repeat)
    if length is None:
        return _OPEN
    days = min(length.days * supplies, MOST_DAYS)
    return DosageEnd(_day(begins + timedelta(days=days)))


def _last_event(timing: object) -> str:
    """Return the last of the times at which a dose is due; empty if there is none."""
    events = member(timing, "event")
    return max(map(text, events), default="") if isinstance(events, list) else ""


def _length_of(repeat: object) -> timedelta | None:
    """Read how long a timing lasts at most; None if that is not clear."""
    for duration in (
        member(repeat, "boundsDuration"),
        member(repeat, "boundsRange", "high"),
    ):
        if duration and text(member(duration, "comparator")) not in _AT_LEAST:
            unit = text(member(duration, "code")) or text(member(duration, "unit"))
            return _time(member(duration, "value"), unit or "d")
    return _length_of_count(repeat)


def _length_of_count(repeat: object) -> timedelta | None:
    """Return the time from the first of so many doses to the last."""
    count = number(member(repeat, "countMax")) or number(member(repeat, "count"))
    times = number(member(repeat, "frequency")) or 1
    if not count or count < 1 or times <= 0:
        return None
    if count == 1:
        return timedelta()
    period = number(member(repeat, "periodMax")) or number(member(repeat, "period"))
    unit = text(member(repeat, "periodUnit"))
    return _time((count - 1) / times * (period or 0), unit)


def _time(value: object, unit: str) -> timedelta | None:
    days = (number(value) or 0) * _DAYS.get(unit.lower(), 0)
    return timedelta(days=days) if 0 < days < MOST_DAYS else None

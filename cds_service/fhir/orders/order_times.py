"""Read when an order begins and ends by its elements.

They are R4's `occurrence[x]` and its older names. Words are read in `worded_ends.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from cds_service.core.braces.bracing import DAY, SAME_WITHIN, SIGNED_WITHIN
from cds_service.fhir.raw_json import Json, items, member, number, text
from cds_service.fhir.site_calendar import SiteCalendar

NoEnd = Literal["", "payer", "reversed", "apart"]
# UCUM: a month is a/12.
_HOURS = {
    "s": 1 / 3600,
    "min": 1 / 60,
    "h": 1.0,
    "d": 24.0,
    "wk": 168.0,
    "mo": 730.5,
    "a": 8766.0,
}
_UCUM = {"hour": "h", "day": "d", "week": "wk", "month": "mo", "year": "a"}
_AMOUNT = ("value", "unit", "system", "code")
# Elements of `repeat`. No end depends on how often; it may depend on the other two.
_HOW_OFTEN = ("frequency", "period", "periodUnit")
_EACH_TIME = ("duration", "durationMax", "durationUnit")
_HOW_MANY = ("count", "countMax", "periodMax")
LIFETIME = 99  # payers' "length of need 99" (months) means lifetime, not wear time
SAME_HOURS = SAME_WITHIN.days * DAY
MONTH_EXCESS = 0.085  # by how much a month is longer than four weeks
IN_FORCE = frozenset({"active"})  # statuses: a draft may be signed again
MOST_HOURS = 100 * _HOURS["a"]  # a longer time is no date


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTimes:
    """Start, end and duration of an order, by its elements.

    Attributes:
        start_until: the last day of a start that is a month or year; None for a day.
        end: the last day; None if the order is open-ended, or has a duration but no
            start.
        hours: the stated duration; None if there is none.
        no_end: why the stated time gives no end: it is a payer's "lifetime", lies
            before the start, or is stated twice and differs (`apart`). Start, end and
            duration are then the first and the longest of these.
        read: paths of the elements that were read, such as `occurrencePeriod.start`.
    """

    start: date | None = None
    start_until: date | None = None
    end: date | None = None
    hours: float | None = None
    no_end: NoEnd = ""
    read: frozenset[str] = frozenset()


def read_times(order: Json, calendar: SiteCalendar) -> OrderTimes:
    """Read start, end and duration of an order (raw JSON) from its elements."""
    stated: list[OrderTimes] = []
    for prefix in ("occurrence", "scheduled", "timing"):
        period, timing, instant = (
            order.get(f"{prefix}{kind}") for kind in ("Period", "Timing", "DateTime")
        )
        if period and isinstance(period, Mapping):
            stated.append(_below(f"{prefix}Period", _of_period(period, calendar)))
        if timing and isinstance(timing, Mapping):
            stated.append(_below(f"{prefix}Timing", _of_timing(timing, calendar)))
        if text(instant):
            start = calendar.first_day(instant)
            times = OrderTimes(
                start=start,
                start_until=_until(instant, calendar),
                read=frozenset({f"{prefix}DateTime"}),
            )
            stated.append(times if start else OrderTimes())
    return _joined(stated)


def _joined(stated: Sequence[OrderTimes]) -> OrderTimes:
    """Join the times of several elements, of which FHIR allows one alone.

    The first that states an end counts, if no other differs from it.
    """
    if len(stated) < 2:
        return stated[0] if stated else OrderTimes()
    if broken := next((one for one in stated if one.no_end == "reversed"), None):
        return broken
    if open_one := next(filter(_is_open_period, stated), None):
        return open_one
    if _are_apart(stated):
        return _farthest(stated)
    with_end = (one for one in stated if one.end or one.hours)
    times = next(with_end, stated[0])
    begun = next((one for one in stated if one.start), times)
    if times.start:
        return times
    return replace(times, start=begun.start, start_until=begun.start_until)


def _is_open_period(times: OrderTimes) -> bool:
    """Tell if a period begins and does not end: by FHIR it is ongoing."""
    has_start = any(path.endswith("Period.start") for path in times.read)
    return has_start and times.end is None and not times.no_end


def _are_apart(stated: Sequence[OrderTimes]) -> bool:
    """Tell if times that an order states differ by more than some days."""
    starts = [one.start for one in stated if one.start]
    if starts and max(starts) - min(starts) > SAME_WITHIN:
        return True
    begins = min(starts, default=None)
    lengths = []
    for one in stated:
        hours = one.hours
        if one.end:
            hours = _between(one.start or begins, one.end)
        if hours is not None:
            lengths.append(hours)
    longest = max(lengths, default=0)
    # 12 weeks and 3 months are one length in a hospital.
    months = longest * MONTH_EXCESS
    tolerance = max(SAME_HOURS, months) if longest >= SAME_HOURS else 0
    ends = [one.end for one in stated if one.end]
    is_unclear = (
        begins is None
        and bool(ends)
        and any(one.hours and not one.end for one in stated)
    )
    return is_unclear or (bool(lengths) and longest - min(lengths) > tolerance)


def _farthest(stated: Sequence[OrderTimes]) -> OrderTimes:
    """Return the first start, the last end and the longest time of several."""
    first = min((one for one in stated if one.start), key=_start_of, default=None)
    return OrderTimes(
        start=first.start if first else None,
        start_until=first.start_until if first else None,
        end=max((one.end for one in stated if one.end), default=None),
        hours=max((one.hours for one in stated if one.hours), default=None),
        no_end="apart",
        read=frozenset().union(*(one.read for one in stated)),
    )


def _start_of(times: OrderTimes) -> date:
    return times.start or date.max


def _until(start: Any, calendar: SiteCalendar) -> date | None:
    """Return the last day of a month or year; None if it is a day, or nothing."""
    return None if calendar.named_day(start) else calendar.last_day(start)


def _below(element: str, times: OrderTimes) -> OrderTimes:
    """Return the same times, with their paths below this element."""
    return replace(times, read=frozenset(f"{element}.{path}" for path in times.read))


def _of_period(period: Json, calendar: SiteCalendar) -> OrderTimes:
    begins, ends = period.get("start"), period.get("end")
    start, end = calendar.first_day(begins), calendar.last_day(ends)
    start_until = _until(begins, calendar)
    read = frozenset(name for name, day in (("start", start), ("end", end)) if day)
    if start and end and end < start:
        return OrderTimes(
            start=start, start_until=start_until, no_end="reversed", read=read
        )
    since, until = calendar.moment(begins), calendar.moment(ends)
    if since and until and since.instant and until.instant:
        length = datetime.fromisoformat(until.instant) - datetime.fromisoformat(
            since.instant
        )
        hours: float | None = length.total_seconds() / 3600
    else:
        hours = _between(start, end)
    return OrderTimes(
        start=start, start_until=start_until, end=end, hours=hours, read=read
    )


def _between(start: date | None, end: date | None) -> float | None:
    """Count the hours from one day to another, for dates without a time of day."""
    return None if start is None or end is None else (end - start).days * 24.0


def _of_timing(timing: Json, calendar: SiteCalendar) -> OrderTimes:
    times = _first_of_timing(timing, calendar)
    apart = [*_each_of_timing(timing, calendar)]
    if times.no_end == "reversed" or not _are_apart(apart):
        return times
    return replace(_farthest(apart), read=times.read)


def _each_of_timing(timing: Json, calendar: SiteCalendar) -> Iterator[OrderTimes]:
    """Yield each time that a Timing states: its bounds, and days after their end."""
    bounds = member(timing, "repeat", "boundsPeriod")
    if isinstance(bounds, Mapping):
        yield _of_period(bounds, calendar)
    lengths = (
        member(timing, "repeat", "boundsDuration"),
        member(timing, "repeat", "boundsRange", "high"),
    )
    stated = [hours for one in lengths if (hours := hours_of(one))]
    yield from (OrderTimes(hours=hours) for hours in stated)
    written = items(timing.get("event"))
    days = sorted(day for event in written if (day := calendar.first_day(event)))
    if not days:
        return
    bound = _of_period(bounds, calendar) if isinstance(bounds, Mapping) else None
    begins = (bound.start if bound else None) or days[0]
    ends = [begins + timedelta(hours=hours) for hours in stated if hours < MOST_HOURS]
    ends += [bound.end] if bound and bound.end else []
    if ends and days[-1] > min(ends):
        yield OrderTimes(start=begins, end=days[-1], hours=_between(begins, days[-1]))
    elif not bound:
        yield OrderTimes(start=days[0])


def _first_of_timing(timing: Json, calendar: SiteCalendar) -> OrderTimes:
    bounds = member(timing, "repeat", "boundsPeriod")
    if isinstance(bounds, Mapping):
        return _below("repeat.boundsPeriod", _of_period(bounds, calendar))
    lengths = (
        member(timing, "repeat", "boundsDuration"),
        member(timing, "repeat", "boundsRange", "high"),
    )
    bound = next((stated for one in lengths if (stated := hours_of(one))), None)
    hours = bound or repeated_hours(timing)
    written = items(timing.get("event"))
    events = sorted(day for event in written if (day := calendar.first_day(event)))
    untils = (_until(event, calendar) for event in written)
    start_until = max(filter(None, untils), default=None)
    read = {"event"} if len(events) == len(written) else set()
    read |= _read_of_repeat(timing, is_bound=bool(bound))
    if hours is None and events:
        length = _between(events[0], events[-1])
        return OrderTimes(
            start=events[0],
            start_until=start_until,
            end=events[-1],
            hours=length,
            read=frozenset(read),
        )
    is_lifetime = any(lasts_a_lifetime(one) for one in lengths)
    return OrderTimes(
        start=events[0] if events else None,
        start_until=start_until,
        hours=hours,
        no_end="payer" if is_lifetime else "",
        read=frozenset(read),
    )


def _read_of_repeat(timing: Json, *, is_bound: bool) -> set[str]:
    """List the paths that a length was read from, without `boundsPeriod`."""
    is_each_time = not is_bound or member(timing, "repeat", "period") is not None
    names = [*_HOW_OFTEN]
    if is_each_time:
        names += _EACH_TIME
    if is_bound:
        names += [
            f"{name}.{part}"
            for name in ("boundsDuration", "boundsRange.high")
            for part in _AMOUNT
            if part != "unit" or _is_one_unit(timing, name)
        ]
    elif repeated_hours(timing) is not None:
        names += _HOW_MANY  # without a period their length is not known
    return {f"repeat.{name}" for name in names}


def _is_one_unit(timing: Json, name: str) -> bool:
    """Tell if the unit of an amount is that of its code; an unknown word may not be."""
    amount = member(timing, "repeat", *name.split("."))
    code, unit = text(member(amount, "code")), text(member(amount, "unit"))
    return not code or not unit or _unit({"code": unit}) == _unit({"code": code})


def repeated_hours(timing: Json) -> float | None:
    """Add up the hours of repetitions (`count` in `period`), else of the `duration`.

    None if neither says how long. A duration of some hours of each day is wear time.
    """
    repeat = member(timing, "repeat")
    count = number(member(repeat, "countMax")) or number(member(repeat, "count"))
    period = _element(repeat, "period")
    if count and count > 0 and period:
        return count * period / max(number(member(repeat, "frequency")) or 1, 1)
    duration = _element(repeat, "duration")
    if duration is None or period:
        return None
    return duration * max(count or 1, 1)


def _element(repeat: Any, name: str) -> float | None:
    """Return the hours of `period` or `duration`, the longer of a range."""
    value = number(member(repeat, f"{name}Max")) or number(member(repeat, name))
    return hours_of({"value": value, "code": member(repeat, f"{name}Unit")})


def _unit(duration: Any) -> str:
    written = text(member(duration, "code")) or text(member(duration, "unit"))
    printed = written.strip().lower()
    return _UCUM.get(printed.removesuffix("s"), printed)


def _are_two_units(duration: Any) -> bool:
    """Tell if the unit of an amount is known, and is another one than its code."""
    code, unit = text(member(duration, "code")), text(member(duration, "unit"))
    units = {_unit({"code": one}) for one in (code, unit) if one}
    return len(units & _HOURS.keys()) > 1


def lasts_a_lifetime(duration: Any) -> bool:
    return number(member(duration, "value")) == LIFETIME and _unit(duration) == "mo"


def hours_of(duration: Any) -> float | None:
    """Return the hours of a Duration in UCUM or plain words.

    Junk, a missing value, a payer's "lifetime" and `> 2 wk` give None, and so do a
    code and a unit that differ.
    """
    value, unit = number(member(duration, "value")), _unit(duration)
    if (
        text(member(duration, "comparator")).startswith(">")
        or value is None
        or value <= 0
        or unit not in _HOURS
        or lasts_a_lifetime(duration)
        or _are_two_units(duration)
    ):
        return None
    return value * _HOURS[unit]


def written_on(
    order: Json, calendar: SiteCalendar, signed_on: date | None = None
) -> date | None:
    """Return the day on which an order was written, else that of its start.

    A draft that waited for its signature for more than a week is one of its signing.
    """
    written = calendar.first_day(order.get("authoredOn"))
    is_in_force = text(order.get("status")) in IN_FORCE
    has_waited = bool(signed_on and written and signed_on - written > SIGNED_WITHIN)
    if has_waited and not is_in_force:
        return signed_on
    return written or read_times(order, calendar).start

"""When an order begins and ends: `occurrence[x]` of R4 and its older names, as days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from cds_service.fhir.raw_json import first_day, items, last_day, member, moment, number, text

Element = Literal["period", "timing", "dateTime", "none"]

_HOURS = {
    "s": 1 / 3600,
    "min": 1 / 60,
    "h": 1.0,
    "d": 24.0,
    "wk": 168.0,
    "mo": 730.5,
    "a": 8766.0,
}  # UCUM: a month is a/12
_SPELLINGS = {
    "hour": "h",
    "hours": "h",
    "day": "d",
    "days": "d",
    "week": "wk",
    "weeks": "wk",
    "month": "mo",
    "months": "mo",
    "year": "a",
    "years": "a",
}
_LIFETIME = 99  # payers' "length of need 99" (months) means lifetime; it is no wear time


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTimes:
    """When an order runs.

    Attributes:
        end: last day; None when it is open-ended, or runs for a stated time from a day that is not stated.
        hours: how long it runs, where that is stated; None when it is open-ended.
    """

    element: Element = "none"
    start: date | None = None
    end: date | None = None
    hours: float | None = None


def read_times(order: Mapping[str, Any], authored: date | None) -> OrderTimes:
    """Start, end and length of an order (raw JSON).

    A length without a start counts from `authored`, where that is known. Notes are never read as an end.
    """
    for prefix in ("occurrence", "scheduled", "timing"):
        period, timing, instant = (order.get(f"{prefix}{kind}") for kind in ("Period", "Timing", "DateTime"))
        if isinstance(period, Mapping):
            return _of_period(period, "period")
        if isinstance(timing, Mapping):
            return _of_timing(timing, authored)
        if text(instant):
            return OrderTimes(element="dateTime", start=first_day(instant))
    return OrderTimes()


def _of_period(period: Mapping[str, Any], element: Element) -> OrderTimes:
    start, end = first_day(period.get("start")), last_day(period.get("end"))
    since, until = moment(period.get("start")), moment(period.get("end"))
    if since and until and (since.tzinfo is None) == (until.tzinfo is None):
        hours: float | None = (until - since).total_seconds() / 3600
    else:
        hours = _between(start, end)
    return OrderTimes(element=element, start=start, end=end, hours=hours)


def _between(start: date | None, end: date | None) -> float | None:
    """Hours from one day to another, for days that carry no time of day."""
    return None if start is None or end is None else (end - start).days * 24.0


def _of_timing(timing: Mapping[str, Any], authored: date | None) -> OrderTimes:
    bounds = member(timing, "repeat", "boundsPeriod")
    if isinstance(bounds, Mapping):
        return _of_period(bounds, "timing")
    length = _hours(member(timing, "repeat", "boundsDuration")) or _hours(
        member(timing, "repeat", "boundsRange", "high")
    )
    events = sorted(day for event in items(timing.get("event")) if (day := first_day(event)))
    if length is None:
        return _of_events(events)
    start = events[0] if events else None
    return OrderTimes(element="timing", start=start, end=_after(start or authored, length), hours=length)


def _of_events(events: list[date]) -> OrderTimes:
    """Single days, each named."""
    if not events:
        return OrderTimes(element="timing")
    return OrderTimes(element="timing", start=events[0], end=events[-1], hours=_between(events[0], events[-1]))


def _after(start: date | None, hours: float) -> date | None:
    try:
        return None if start is None else start + timedelta(hours=hours)
    except OverflowError:
        return None


def _hours(duration: Any) -> float | None:
    """Hours of a Duration in UCUM or plain words; None for junk, for nothing, and for a payer's lifetime."""
    value = number(member(duration, "value"))
    printed = (text(member(duration, "code")) or text(member(duration, "unit"))).strip().lower()
    unit = _SPELLINGS.get(printed, printed)
    if value is None or value <= 0 or unit not in _HOURS or (value == _LIFETIME and unit == "mo"):
        return None
    return value * _HOURS[unit]

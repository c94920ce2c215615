"""Reads when something was true, from FHIR times of any element and precision."""

from collections.abc import Iterator
from datetime import UTC, date
from typing import Any, NamedTuple

from cds_service.fhir.raw_json import Json, day_and_moment, member


class Moment(NamedTuple):
    """When a value was true.

    Attributes:
        day: in UTC; a bare year or month means its first day.
        instant: in UTC, ISO 8601; empty if only the day is known.
    """

    day: date
    instant: str = ""


def effective_moment(raw: Json, prefix: str = "effective") -> Moment | None:
    """Read `<prefix>[x]` of any type: the end of a period, the last event of a timing. Never `issued`."""
    plain = read_moment(raw.get(f"{prefix}DateTime"))  # the usual form
    return plain or next((found for time in _other_times(raw, prefix) if (found := read_moment(time))), None)


def _other_times(raw: Json, prefix: str) -> Iterator[Any]:
    yield raw.get(f"{prefix}Instant")
    timing = raw.get(f"{prefix}Timing")
    for period in (raw.get(f"{prefix}Period"), member(timing, "repeat", "boundsPeriod")):
        yield member(period, "end")
        yield member(period, "start")
    events = member(timing, "event")
    yield from sorted(events if isinstance(events, list) else (), key=str, reverse=True)


def read_moment(value: Any) -> Moment | None:
    """Read a FHIR date, dateTime or instant of any precision; None for anything else."""
    if not value:
        return None
    begins, at = day_and_moment(value)
    if begins is None or at is None:
        return Moment(begins) if begins else None
    in_utc = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    return Moment(in_utc.date(), in_utc.isoformat())

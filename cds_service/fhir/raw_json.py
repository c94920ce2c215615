"""Reads raw FHIR JSON of any quality: each function returns an empty value if the shape is wrong."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from jiter import LosslessFloat

Json = Mapping[str, Any]
Item = TypeVar("Item")
LISTS = (list, tuple)

_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(T.*)?)?)?")


def items(value: Any) -> list[Any]:
    """The items of a list; a single object counts as a list of one, as some clients send it."""
    if isinstance(value, LISTS):
        return list(value)
    return [value] if isinstance(value, dict) else []


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The items of a list that are objects."""
    if not value:  # of most elements
        return []
    if isinstance(value, LISTS):
        return [one for one in value if isinstance(one, dict)]
    return [value] if isinstance(value, dict) else []


def text(value: Any) -> str:
    """A string unchanged; empty for anything else."""
    return value if isinstance(value, str) else ""


def member(value: Any, *path: str) -> Any:
    """The value at this path of object keys, or None."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def truth(value: Any) -> bool | None:
    """A boolean, which some systems write as text; None for anything else."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


NOT_TO_DO = "doNotPerform"  # of R4 orders without that element, an extension that R5 defines


def is_prohibition(order: Json) -> bool:
    """Whether an order says that something must not be done."""
    modifiers = [one for one in objects(order.get("modifierExtension")) if text(one.get("url")).endswith(NOT_TO_DO)]
    said = [order.get("doNotPerform"), *(one.get("valueBoolean") for one in modifiers)]
    return any(one is not None and truth(one) is not False for one in said)


def in_order(resources: Iterable[Item], name: Callable[[Item], str], raw: Callable[[Item], Any]) -> list[list[Item]]:
    """Group items by name, sorted by name and then content, so that the server's order does not matter."""
    named: dict[str, list[Item]] = {}
    for one in resources:
        named.setdefault(name(one), []).append(one)
    for same in named.values():
        if len(same) > 1:  # serialising content is slow, and decides only between several
            same.sort(key=lambda one: content(raw(one)))
    return [named[each] for each in sorted(named)]


def content(value: Any) -> str:
    """JSON as text; equal documents give equal texts."""
    return json.dumps(value, sort_keys=True)


def number(value: Any) -> float | None:
    """A finite JSON number; booleans do not count."""
    if isinstance(value, LosslessFloat):
        value = float(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9
    return float(value) if is_number else None


def texts_of(codeable: Any) -> list[str]:
    """`text` and the displays of a CodeableConcept, which often repeat each other."""
    if not isinstance(codeable, dict):
        return []
    found, codings = [codeable.get("text")], codeable.get("coding") or ()
    for coding in codings if isinstance(codings, LISTS) else (codings,):
        if isinstance(coding, dict):
            found.append(coding.get("display"))  # noqa: PERF401 - asked for each value: a comprehension takes longer
    return [words for words in found if words and isinstance(words, str)]


def first_day(value: Any) -> date | None:
    """The day on which a FHIR date or dateTime begins, as written, without time zone conversion."""
    return _first_day(_DAY.fullmatch(text(value).strip()))


def day_and_moment(value: Any) -> tuple[date | None, datetime | None]:
    """`first_day` and `moment` of one text; no moment if the day is not plausible."""
    written = text(value).strip()
    parts = _DAY.fullmatch(written)
    at = _moment(written, parts)
    day = _in_this_age(at.date()) if at else _first_day(parts)
    return day, at if day else None


def last_day(value: Any) -> date | None:
    """The last day that a FHIR date or dateTime of any precision covers: the end of a Period is inclusive."""
    begins, parts = first_day(value), _DAY.fullmatch(text(value).strip())
    if begins is None or parts is None or parts[3]:
        return begins
    month = begins.month if parts[2] else 12
    following = _day(begins.year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1) if following else None


def moment(value: Any) -> datetime | None:
    """A FHIR dateTime or instant with a time of day; None if it is less precise."""
    written = text(value).strip()
    return _moment(written, _DAY.fullmatch(written))


def utc_day(value: Any) -> date | None:
    """The UTC day of a FHIR dateTime; None for a bare year or month, which name no day."""
    written = text(value).strip()
    day, parts = first_day(written), _DAY.fullmatch(written)
    if day is None or parts is None or not parts[3]:
        return None
    at = moment(written)
    try:
        return at.astimezone(UTC).date() if at and at.tzinfo else day
    except OverflowError:
        return day


def _first_day(parts: re.Match[str] | None) -> date | None:
    return _day(int(parts[1]), int(parts[2] or 1), int(parts[3] or 1)) if parts else None


def _moment(written: str, parts: re.Match[str] | None) -> datetime | None:
    try:
        return datetime.fromisoformat(written) if parts and parts[4] else None
    except ValueError:
        return None


def _day(year: int, month: int, day: int) -> date | None:
    """A plausible day; records write 0001-01-01 and 9999-12-31 for "not stated"."""
    try:
        return _in_this_age(date(year, month, day))
    except ValueError:
        return None


def _in_this_age(day: date) -> date | None:
    return day if 1850 <= day.year < 2200 else None


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

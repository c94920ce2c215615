"""Read when an order begins and ends: from its elements, and from its words.

The elements are R4's `occurrence[x]` and its older names.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Literal

from cds_service.core.braces.bracing import DAY, SAME
from cds_service.core.findings import WordedEnd
from cds_service.fhir.mapping.durations.duration_parts import Mention
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import codeables
from cds_service.fhir.raw_json import (
    Json,
    items,
    member,
    number,
    objects,
    text,
    texts_of,
)
from cds_service.fhir.site_calendar import SiteCalendar

Subject = Literal["brace", "bed-rest"]
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
_LIFETIME = 99  # payers' "length of need 99" (months) means lifetime, not wear time
# "6 weeks, then until healed": the length is no end.
HEALED_AFTER = ("until-healed-after",)
SAME_HOURS = SAME.days * DAY
OF_MONTHS = 0.085  # by how much a month is longer than four weeks
IN_FORCE = frozenset({"active"})  # statuses: a draft may be signed again
MOST_HOURS = 100 * _HOURS["a"]  # a longer time is no date
MOST_TEXTS = 20  # of one order; further texts are not read and make the end doubtful


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
    if starts and max(starts) - min(starts) > SAME:
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
    tolerance = max(SAME_HOURS, longest * OF_MONTHS) if longest >= SAME_HOURS else 0
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
    stated = [hours for one in lengths if (hours := _hours(one))]
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
    bound = next((stated for one in lengths if (stated := _hours(one))), None)
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
    is_lifetime = any(_is_lifetime(one) for one in lengths)
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
    return _hours({"value": value, "code": member(repeat, f"{name}Unit")})


def _unit(duration: Any) -> str:
    written = text(member(duration, "code")) or text(member(duration, "unit"))
    printed = written.strip().lower()
    return _UCUM.get(printed.removesuffix("s"), printed)


def _are_two_units(duration: Any) -> bool:
    """Tell if the unit of an amount is known, and is another one than its code."""
    code, unit = text(member(duration, "code")), text(member(duration, "unit"))
    units = {_unit({"code": one}) for one in (code, unit) if one}
    return len(units & _HOURS.keys()) > 1


def _is_lifetime(duration: Any) -> bool:
    return number(member(duration, "value")) == _LIFETIME and _unit(duration) == "mo"


def _hours(duration: Any) -> float | None:
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
        or _is_lifetime(duration)
        or _are_two_units(duration)
    ):
        return None
    return value * _HOURS[unit]


# --- in words


def read_worded_end(
    order: Json,
    subject: Subject,
    terminology: Terminology,
    signed_on: date | None = None,
) -> WordedEnd:
    """Read what the words of an order (raw JSON) say about its end.

    A number next to a word that is not known, in a language that is not read, may be a
    length of time.

    Args:
        order: raw JSON.
        subject: the ordered item.
        terminology: the service's terminology.
        signed_on: the day on which a draft is signed; None for an order on record.
    """
    end = _end_in_words(order, subject, terminology, signed_on)
    if subject != "brace" or end.kind in ("nothing", "endless"):
        return end
    rules = terminology.durations
    texts = dict(islice(texts_on_time(order), MOST_TEXTS))
    if not any(map(rules.is_added, texts)):
        return end
    read = {words: rules.read(words, subject, is_title=texts[words]) for words in texts}
    before = [
        one for words in texts if not rules.is_added(words) for one in read[words]
    ]
    after = [one for words in texts if rules.is_added(words) for one in read[words]]
    return (
        _in_several_places(before, after, read_times(order, terminology.calendar))
        or end
    )


def _end_in_words(
    order: Json,
    subject: Subject,
    terminology: Terminology,
    signed_on: date | None,
) -> WordedEnd:
    """Read the end as if no text added to the length of another."""
    rules = terminology.durations
    written = written_on(order, terminology.calendar, signed_on)
    texts = list(islice(texts_on_time(order), MOST_TEXTS + 1))
    read = [
        (words, mention)
        for words, is_title in texts[:MOST_TEXTS]
        for mention in rules.read(words, subject, is_title=is_title, written=written)
    ]
    mentions = [mention for _, mention in read]
    kinds = {mention.kind for mention in mentions}
    if len(texts) > MOST_TEXTS:
        kinds.add("doubtful")
    is_endless = "endless" in kinds
    if kinds & {"length", "day"}:
        changed = [one for words, one in read if rules.says_changed(words)]
        end = _with_change(clear_end(mentions), changed)
        named = (terminology.kinds.named(one, HEALED_AFTER) for one, _ in texts)
        is_open = any(islice(named, MOST_TEXTS))
        without_day = WordedEnd(kind="event") if is_open else end
        return end._replace(kind="endless") if is_endless else without_day
    unsure = [one for one in mentions if one.kind in ("event", "doubtful")]
    is_lasting = "lasting" in kinds and not unsure
    if is_endless or is_lasting or "untold" in kinds:
        return WordedEnd(kind="endless")
    if "event" in kinds:
        is_whole = kinds <= {"event", "doubtful"} and len(texts) <= MOST_TEXTS
        return WordedEnd(kind="event", reach=_latest(unsure) if is_whole else None)
    if "payer" in kinds:
        return WordedEnd(kind="payer")
    is_unread = any(
        terminology.languages.is_foreign(words) and rules.counts_unknown(words)
        for words, _ in texts[:MOST_TEXTS]
    )
    is_unread |= any(_unread_bounds(order))
    if kinds - {"lasting"}:
        is_whole = not is_unread and kinds == {"doubtful"}
        return _doubtful(unsure, is_whole=is_whole and len(texts) <= MOST_TEXTS)
    return WordedEnd(kind="doubtful") if is_unread else WordedEnd()


def _in_several_places(
    before: Sequence[Mention], after: Sequence[Mention], times: OrderTimes
) -> WordedEnd | None:
    """Leave in doubt the end of an order of which a text adds to another length.

    None if nothing is added, or nothing is there to which it is.

    Args:
        before: what the other texts say.
        after: what texts say that begin with a length which follows another.
        times: what the elements of the order say.
    """
    further = [one for one in after if one.kind in ("length", "doubtful")]
    lengths = [one for one in before if one.kind == "length"]
    has_day = times.end is not None or any(one.day for one in before)
    if not further or not (lengths or times.hours or has_day):
        return None
    longest = max(lengths, key=lambda one: one.hours or 0, default=None)
    first = max(times.hours or 0, (longest and longest.hours) or 0)
    added = [one.hours or one.reach for one in further]
    known = [hours for hours in added if hours]
    is_whole = first > 0 and len(known) == len(added)
    return WordedEnd(
        kind="doubtful",
        hours=longest.hours if longest else None,
        length=longest.length if longest else "",
        is_least=longest is not None,
        reach=first + sum(known) if is_whole else None,
    )


def _with_change(end: WordedEnd, changes: Sequence[Mention]) -> WordedEnd:
    """Let a clear length reach as far as a change of it may: "extended to 12 weeks"."""
    reaches = [one.reach for one in changes if one.kind == "doubtful" and one.reach]
    longest = max([end.reach or end.hours or 0, *reaches])
    if end.hours is None or end.is_least or longest - end.hours <= SAME_HOURS:
        return end
    return end._replace(reach=longest)


def _doubtful(unsure: Sequence[Mention], *, is_whole: bool) -> WordedEnd:
    """Return what is sure of words about time that were not understood.

    Args:
        unsure: what they say.
        is_whole: nothing else in the order may be about time.
    """
    sure = max(
        (one for one in unsure if one.sure),
        key=lambda one: one.sure or 0,
        default=Mention("doubtful", 0, 0),
    )
    return WordedEnd(
        kind="doubtful",
        hours=sure.sure,
        length=sure.length,
        is_least=sure.sure is not None,
        reach=_latest(unsure) if is_whole else None,
    )


def _latest(mentions: Sequence[Mention]) -> float | None:
    """Return the hours after which all of these end; None if one may not."""
    reaches = [one.reach for one in mentions]
    known = [reach for reach in reaches if reach is not None]
    return max(known) if known and len(known) == len(reaches) else None


def written_on(
    order: Json, calendar: SiteCalendar, signed_on: date | None = None
) -> date | None:
    """Return the day on which an order was written, else that of its start.

    A draft that waited for its signature for more than a week is one of its signing.
    """
    written = calendar.first_day(order.get("authoredOn"))
    is_in_force = text(order.get("status")) in IN_FORCE
    if signed_on and written and signed_on - written > SAME and not is_in_force:
        return signed_on
    return written or read_times(order, calendar).start


def _unread_bounds(order: Json) -> Iterator[Json]:
    """Yield the lengths of an order's timing whose unit is no code that we know."""
    for prefix in ("occurrence", "scheduled", "timing"):
        repeat = member(order, f"{prefix}Timing", "repeat")
        for bounds in (
            member(repeat, "boundsDuration"),
            member(repeat, "boundsRange", "high"),
        ):
            has_amount = number(member(bounds, "value")) is not None
            if has_amount and not _hours(bounds) and not _is_lifetime(bounds):
                yield bounds


def _words_of(bounds: Json) -> str:
    """Write a length as an order writes it, `3 Monate`; empty if it is none.

    A code that is not known may be another unit, `> 2` says no end, and 99 may be a
    payer's "lifetime".
    """
    value, unit = number(bounds.get("value")), text(bounds.get("unit"))
    code, is_limited = text(bounds.get("code")), bool(bounds.get("comparator"))
    is_written = unit and code in ("", unit) and not is_limited
    is_length = value is not None and value > 0 and value != _LIFETIME
    return f"{value:g} {unit}" if is_written and is_length else ""


def clear_end(mentions: list[Mention]) -> WordedEnd:
    """Return the longest duration and the last day that are stated."""
    day = max((one.day for one in mentions if one.day), default=None)
    lengths = [one for one in mentions if one.hours is not None]
    if not lengths:
        return WordedEnd(kind="end", day=day)
    longest = max(lengths, key=lambda mention: mention.hours or 0)
    shortest = min(one.hours or 0 for one in lengths)
    return WordedEnd(
        kind="end",
        hours=longest.hours,
        length=longest.length,
        day=day,
        is_least=longest.is_least,
        reach=longest.reach,
        is_contrary=(longest.hours or 0) - shortest > SAME_HOURS,
    )


def texts_on_time(order: Json) -> Iterator[tuple[str, bool]]:
    """Yield each text that may state an order's duration, and if it is the title."""
    titles = [
        words
        for codeable in codeables(
            order, "code", "codeCodeableConcept", "itemCodeableConcept"
        )
        for words in texts_of(codeable)
    ]
    titles.append(text(member(order, "codeReference", "display")))
    others = [
        text(member(order, f"{name}Timing", "code", "text"))
        for name in ("occurrence", "scheduled", "timing")
    ]
    others += map(_words_of, _unread_bounds(order))
    others += [
        words
        for codeable in codeables(order, "orderDetail")
        for words in texts_of(codeable)
    ]
    others += [text(note.get("text")) for note in objects(order.get("note"))]
    others += [
        text(order.get(name)) for name in ("patientInstruction", "note", "notes")
    ]
    others += [_parameter(one) for one in objects(order.get("parameter"))]
    yield from ((words, True) for words in dict.fromkeys(titles) if words)
    yield from ((words, False) for words in dict.fromkeys(others) if words)


def _parameter(parameter: Json) -> str:
    """Write a device parameter as one line, `Length of need: 99 months`."""
    name = " ".join(texts_of(parameter.get("code"))[:1])
    amount = number(member(parameter, "valueQuantity", "value"))
    if amount is None:
        value = " ".join(texts_of(parameter.get("valueCodeableConcept"))[:1])
    else:
        unit = text(member(parameter, "valueQuantity", "unit"))
        unit = unit or text(member(parameter, "valueQuantity", "code"))
        value = f"{amount:g} {unit}"
    return f"{name}: {value}" if value else ""

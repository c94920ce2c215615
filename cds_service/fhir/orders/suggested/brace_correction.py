"""Correct a brace order: set its end, and a start if it had none.

A duration in words that exceeds the new end is replaced by that end; everything else is
kept. If that cannot be done with certainty, there is no corrected order.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache, partial
from typing import Any

from cds_service.core.braces.bracing import Correction
from cds_service.core.words.phrases import joined, say
from cds_service.core.words.wording import date_text, title_text
from cds_service.fhir.mapping.durations.duration_parts import Mention
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.order_times import (
    repeated_hours,
    texts_on_time,
    written_on,
)
from cds_service.fhir.parsing import may_be_reversed
from cds_service.fhir.raw_json import Json, items, member, text
from cds_service.fhir.shapes import is_valid
from cds_service.protocol.json_text import plain_numbers

_BOUNDS = ("boundsDuration", "boundsRange")
# Elements with an order's own words, apart from its notes. Displays of codings and
# narratives are not rewritten.
_WORDED = (
    ("code", "text"),
    ("codeCodeableConcept", "text"),
    ("occurrenceTiming", "code", "text"),
    ("patientInstruction",),
)
# The mark that a value is not known. Next to a value it is no longer true.
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_NO_WORDS = frozenset(
    {
        "resourceType",
        "id",
        "status",
        "intent",
        "reference",
        "system",
        "code",
        "url",
        "value",
        "authoredOn",
        "start",
        "end",
    }
)
AS_WRITTEN = say("all else stays as written")
MentionReader = Callable[..., tuple[Mention, ...]]  # `DurationRules.read` for a brace


def correct_brace_order(
    draft: Json, correction: Correction, terminology: Terminology
) -> dict[str, Any] | None:
    """Set the end of the draft; None if that cannot be done with certainty.

    That is so if the draft or the result is not a valid R4 resource, if an extension
    that we do not know may reverse it, if a time in its words is doubtful, or if its
    words, its duration, its number of times or single events would still exceed the
    new end.

    `occurrencePeriod` and `occurrenceTiming.repeat.boundsPeriod` are bounded in place;
    `boundsDuration` is replaced by the period, since FHIR allows only one of them.
    `occurrenceDateTime` cannot hold an end, so it becomes the start of an
    `occurrencePeriod`, as written. Empty members (`reasonCode: []`) are not valid FHIR
    and are removed.
    """
    # The draft and its correction share most words: each is read once.
    signed_on = correction.start if correction.order.is_draft else None
    written = written_on(draft, terminology.calendar, signed_on)
    reader = partial(terminology.durations.read, subject="brace", written=written)
    read = cache(reader)
    if not _is_correctable(draft, correction, terminology, read):
        return None
    corrected = _without_empty_members(draft)
    _set_end(corrected, correction)
    for holder, key in _places(corrected):
        holder[key] = _reworded(holder[key], correction, read)
    is_bounded = not any(
        _beyond(words, correction, read) for words in set(_all_words(corrected))
    )
    return corrected if is_bounded and _is_order(corrected) else None


def _is_correctable(
    draft: Json, correction: Correction, terminology: Terminology, read: MentionReader
) -> bool:
    """Tell if nothing in the draft is doubtful, and nothing would exceed the new end.

    Lengths in its words may exceed it, since they are replaced.
    """
    if not text(draft.get("id")) or may_be_reversed(draft) or not _is_order(draft):
        return False
    readings = (
        read(words, is_title=is_title) for words, is_title in texts_on_time(draft)
    )
    if any(one.kind == "doubtful" for mentions in readings for one in mentions):
        return False
    timing = member(draft, "occurrenceTiming")
    # Each event is a whole day, or a time of one, no later than the end.
    days = map(terminology.calendar.named_day, items(member(timing, "event")))
    if not all(day and day <= correction.end for day in days):
        return False
    if "duration" in (member(timing, "repeat") or ()):
        return False  # next to a period it would still state the old length
    repeated = repeated_hours(timing or {})
    return repeated is None or not _exceeds(repeated, correction)


def _places(order: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the places that hold the order's own words."""
    for *path, key in _WORDED:
        holder = member(order, *path) if path else order
        if isinstance(holder, dict) and text(holder.get(key)):
            yield holder, key
    for name in ("note", "orderDetail"):
        yield from (
            (part, "text")
            for part in items(order.get(name))
            if text(member(part, "text"))
        )


def _reworded(words: str, correction: Correction, read: MentionReader) -> str:
    """Write the new end in place of lengths and days that exceed it."""
    # From the end of the text, so that the places of earlier mentions stay right.
    for mention in sorted(
        _beyond(words, correction, read),
        key=lambda mention: mention.start,
        reverse=True,
    ):
        if mention.until:
            until = mention.until.format(
                day=date_text(correction.end), iso=correction.end.isoformat()
            )
            words = words[: mention.start] + until + words[mention.end :]
    return words


def _beyond(words: str, correction: Correction, read: MentionReader) -> list[Mention]:
    """List durations and days in a text that exceed the corrected end."""
    return [
        mention
        for mention in read(words, is_title=True)
        if (mention.day and mention.day > correction.end)
        or (mention.hours is not None and _exceeds(mention.hours, correction))
    ]


def _exceeds(hours: float, correction: Correction) -> bool:
    """Tell if a length from the start goes beyond the new end, or may do so."""
    begins = correction.start or correction.order.start
    return begins is None or hours > (correction.end - begins).days * 24


def _all_words(value: Any) -> Iterator[str]:
    """Yield every human-readable text in the order."""
    if not isinstance(value, dict):
        return
    for name, inner in value.items():
        if isinstance(inner, str) and name not in _NO_WORDS:
            yield inner
        elif isinstance(inner, dict):
            yield from _all_words(inner)
        elif isinstance(inner, list):
            for item in inner:
                yield from _all_words(item)
    if value.get("resourceType"):
        yield from (words for words, _ in texts_on_time(value))


def _without_empty_members(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_empty_members(item) for item in value]
    if not isinstance(value, dict):
        return value
    members = {name: _without_empty_members(part) for name, part in value.items()}
    return {
        name: part
        for name, part in members.items()
        if part is not None and part not in ("", [], {})
    }


def _is_order(resource: Json) -> bool:
    """Tell if this is a valid R4 order that we may send."""
    kind = text(resource.get("resourceType"))
    return kind in ("DeviceRequest", "ServiceRequest") and is_valid(
        plain_numbers(resource), kind
    )


def _set_end(order: dict[str, Any], correction: Correction) -> None:
    """Bound the order's timing or period; a date alone becomes a period's start."""
    if "occurrenceTiming" in order:
        repeat = order["occurrenceTiming"].setdefault("repeat", {})
        for key in _BOUNDS:
            repeat.pop(key, None)
        _bound(repeat.setdefault("boundsPeriod", {}), correction)
        return
    period = order.setdefault("occurrencePeriod", {})
    for mark in ("", "_"):
        if f"{mark}occurrenceDateTime" in order:
            period[f"{mark}start"] = order.pop(f"{mark}occurrenceDateTime")
    _bound(period, correction)


def _bound(period: dict[str, Any], correction: Correction) -> None:
    if "start" not in period and (start := correction.start or correction.order.start):
        _set_day(period, "start", start)
    _set_day(period, "end", correction.end)


def _set_day(period: dict[str, Any], name: str, day: date) -> None:
    """Set a day, and drop the mark that it was not known; its other extensions stay."""
    period[name] = day.isoformat()
    sibling = period.pop(f"_{name}", None)
    if not isinstance(sibling, dict):
        return
    extensions = [
        extension
        for extension in items(member(sibling, "extension"))
        if member(extension, "url") != ABSENT
    ]
    kept = {key: value for key, value in sibling.items() if key != "extension"}
    if extensions:
        kept["extension"] = extensions
    if kept:
        period[f"_{name}"] = kept


def describe_correction(draft: Json, correction: Correction, corrected: Json) -> str:
    """Say what accepting the update does, and that it plans no review."""
    title = (
        title_text(correction.order.title) if correction.order.title else say("brace")
    )
    end = date_text(correction.end)
    parts: list[str] = [
        say("Set the end of this {title} order to {end}", title=title, end=end)
    ]
    if list(texts_on_time(draft)) != list(texts_on_time(corrected)):
        parts.append(say("the length stated in its words is replaced by this end"))
    if _is_marked_absent(draft):
        parts.append(say("the mark that it was not known is removed"))
    effect = joined([*parts, _what_else(draft)], "; ")
    if correction.review is None:
        return effect
    day = date_text(correction.review)
    review = say("The order plans no review: arrange it for {day}", day=day)
    return joined((effect, review), ". ")


def _is_marked_absent(draft: Json) -> bool:
    """Tell if the day that is set was marked as not known."""
    periods = (
        draft.get("occurrencePeriod"),
        member(draft, "occurrenceTiming", "repeat", "boundsPeriod"),
    )
    siblings = [
        member(period, name) for period in periods for name in ("_start", "_end")
    ]
    siblings.append(draft.get("_occurrenceDateTime"))
    return any(
        member(extension, "url") == ABSENT
        for sibling in siblings
        for extension in items(member(sibling, "extension"))
    )


def _what_else(draft: Json) -> str:
    """Say which element the end replaces, and that all else stays."""
    timing = draft.get("occurrenceTiming")
    repeat = timing.get("repeat") if isinstance(timing, Mapping) else None
    if isinstance(repeat, Mapping) and any(key in repeat for key in _BOUNDS):
        timed = "the length stated in its timing is replaced by this period, {rest}"
        return say(timed, rest=AS_WRITTEN)
    if isinstance(draft.get("occurrenceDateTime"), str):
        dated = "its date becomes the start of the period, {rest}"
        return say(dated, rest=AS_WRITTEN)
    return AS_WRITTEN

"""Read when an order ends by its words.

What its elements say is read in `order_times.py`.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Literal, NamedTuple

from cds_service.core.orders import WordedEnd
from cds_service.fhir.mapping.durations.duration_parts import Mention
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import codeables
from cds_service.fhir.orders.order_times import (
    LIFETIME,
    SAME_HOURS,
    OrderTimes,
    hours_of,
    lasts_a_lifetime,
    read_times,
    written_on,
)
from cds_service.fhir.raw_json import Json, member, number, objects, text, texts_of

Subject = Literal["brace", "bed-rest"]
# "6 weeks, then until healed": the length is no end.
HEALED_AFTER = ("until-healed-after",)
MOST_TEXTS = 20  # of one order; further texts are not read and make the end doubtful


class OrderText(NamedTuple):
    """A text of an order that may state how long it runs."""

    words: str
    is_title: bool


def read_worded_end(
    order: Json,
    subject: Subject,
    terminology: Terminology,
    signed_on: date | None = None,
) -> WordedEnd:
    """Read what the words of an order (raw JSON) say about its end.

    For a brace, a length that one text adds to that of another leaves the end in doubt.

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
    """Read the end as if no text added to the length of another.

    A number next to a word that is not known, in a language that is not read, may be a
    length of time.
    """
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


def _unread_bounds(order: Json) -> Iterator[Json]:
    """Yield the lengths of an order's timing whose unit is no code that we know."""
    for prefix in ("occurrence", "scheduled", "timing"):
        repeat = member(order, f"{prefix}Timing", "repeat")
        for bounds in (
            member(repeat, "boundsDuration"),
            member(repeat, "boundsRange", "high"),
        ):
            has_amount = number(member(bounds, "value")) is not None
            if has_amount and not hours_of(bounds) and not lasts_a_lifetime(bounds):
                yield bounds


def _words_of(bounds: Json) -> str:
    """Write a length as an order writes it, `3 Monate`; empty if it is none.

    A code that is not known may be another unit, `> 2` says no end, and 99 may be a
    payer's "lifetime".
    """
    value, unit = number(bounds.get("value")), text(bounds.get("unit"))
    code, is_limited = text(bounds.get("code")), bool(bounds.get("comparator"))
    is_written = unit and code in ("", unit) and not is_limited
    is_length = value is not None and value > 0 and value != LIFETIME
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


def texts_on_time(order: Json) -> Iterator[OrderText]:
    """Yield each text that may state an order's duration, the titles first."""
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
    for is_title, texts in ((True, titles), (False, others)):
        for words in filter(None, dict.fromkeys(texts)):
            yield OrderText(words, is_title)


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

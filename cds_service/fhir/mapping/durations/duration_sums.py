"""Find lengths that may follow each other, although no word says that they do.

`8 weeks TLSO, 4 weeks LSO`, `8 weeks + 4` and `2 x 6 weeks` may be a brace of twelve
weeks. Only a length whose clause is about wearing counts, and none that is a part or a
limit of another: `8 weeks, the first 4 weeks also at night`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cds_service.fhir.mapping.durations.duration_parts import Amount, Mention, blank
from cds_service.fhir.mapping.durations.duration_words import NEAR, DurationWords

_WEEK = 7 * 24.0  # hours
_SAME = 0.085  # share by which a month is longer than four weeks
# `2 x 6 weeks`: a number of times in digits, before a length
_TIMES_BEFORE = re.compile(r"(?<![\w.,:/-])(?P<number>[2-9])\s?[xX×*]\s?$")
# `6 weeks x 2`, with nothing behind it in its clause
_TIMES_BEHIND = re.compile(
    r"\s?[xX×*]\s?(?P<number>[2-9])(?=\s*(?:$|[.,;:)。，；、\n]))"
)
# `8 weeks + 4`, and what follows in its clause
_ADDED_BEHIND = re.compile(
    r"\s?\+\s?(?P<number>\d{1,2})(?![\d.,:/]\d|\s?[-–]\s?\d)"
    r"(?P<rest>[^.,;:()+&。，；、\n]*)"
)
_JOINT = re.compile(r"\W*(?:[&+]|and|und|et)\W*", re.IGNORECASE)


class Worn(NamedTuple):
    """The words of an order about its brace.

    Attributes:
        text: without the postures in which it is worn.
        whole: the same with them, each word at the same place.
    """

    text: str
    whole: str


class _Sum(NamedTuple):
    """A length with a number that multiplies it, or one that is added to it."""

    start: int
    end: int
    reach: float


def with_sums(
    text: str, times: Sequence[Mention], words: DurationWords
) -> tuple[str, list[Mention]]:
    """Leave in doubt the lengths next to which a number multiplies or adds.

    Returns:
        the text with blanks for these numbers, and the times.
    """
    sums = [*_sums(text, words)]
    doubted: list[Mention] = []
    for one in times:
        inside = (
            each for each in sums if one.start < each.end and each.start < one.end
        )
        longer = next(inside, None)
        if longer is None or one.hours is None:
            doubted.append(one)
            continue
        doubted.append(
            Mention(
                "doubtful",
                one.start,
                max(one.end, longer.end),
                length=one.length,
                sure=one.hours,
                reach=longer.reach,
            )
        )
    for each in sums:
        for amount in words.amounts(text[each.start : each.end]):
            text = blank(text, each.start, each.start + amount.start)
            text = blank(text, each.start + amount.end, each.end)
    return text, doubted


def _sums(text: str, words: DurationWords) -> Iterator[_Sum]:
    for amount in words.amounts(text):
        hours = words.units[amount.unit].hours
        whole = amount.number * hours
        if whole < _WEEK or _is_of_another(text, amount, words):
            continue
        before = text[max(0, amount.start - NEAR) : amount.start]
        times = _TIMES_BEFORE.search(before)
        if times and not words.names(before[: times.start()], "own_number"):
            start = amount.start - len(before) + times.start()
            yield _Sum(start, amount.end, whole * int(times["number"]))
        elif again := _TIMES_BEHIND.match(text, amount.end):
            yield _Sum(amount.start, again.end(), whole * int(again["number"]))
        elif added := _ADDED_BEHIND.match(text, amount.end):
            is_next = any(words.amounts(text[added.start("number") : added.end()]))
            if not is_next and words.is_plain(_without_how(added["rest"], words)):
                further = int(added["number"]) * hours
                yield _Sum(amount.start, added.end("number"), whole + further)


def unordered_sum(
    worn: Worn, times: Sequence[Mention], words: DurationWords
) -> Mention | None:
    """Return as one doubtful time the lengths that may or may not follow each other.

    None if the text leaves no such doubt.

    Args:
        worn: what an order says of its brace.
        times: what it says of lengths, steps joined, in the order of the text.
        words: the words of all languages.
    """
    text = worn.text
    if words.names(text, "in_all"):
        return None
    counted: list[tuple[Mention, float]] = []
    for number, one in enumerate(times):
        hours = one.hours or one.sure or one.reach
        since = times[number - 1].end if number else 0
        if (
            hours
            and _counts(text, one, since, hours, words)
            and not _is_again(worn, one, since, hours, counted, words)
        ):
            counted.append((one, hours))
    lengths = [one for one, _ in counted if one.hours is not None]
    total = sum(hours for _, hours in counted)
    ends = [hours for _, hours in (*counted[:1], *counted[-1:])]
    is_whole_named = len(counted) > 2 and any(2 * hours == total for hours in ends)
    if not lengths or len(counted) < 2 or is_whole_named:
        return None
    longest = max(lengths, key=lambda one: one.hours or 0)
    further = [one.hours or one.reach or 0 for one in times]
    is_open = any(one.is_least for one, _ in counted)
    return Mention(
        "doubtful",
        counted[0][0].start,
        counted[-1][0].end,
        length=longest.length,
        sure=longest.hours,
        reach=None if is_open else max(total, *further),
    )


def _counts(
    text: str, one: Mention, since: int, hours: float, words: DurationWords
) -> bool:
    """Tell if a time is a length of its own, not a part, a limit or a moment."""
    start, end = _clause_of(text, one, words)
    own = text[start:end]
    if hours < _WEEK or _is_moment(text[max(start, since) : end], words):
        return False
    if words.names(own, "others") or words.names(own, "bed_rest"):
        return False
    around = blank(own, one.start - start, one.end - start)
    joint = text[since : one.start] if since else ""
    is_next = words.names(joint, "step")
    is_limit = words.names(own, "limits") and not is_next
    is_added = is_next or words.names(joint, "further")
    is_first_part = words.names(text[:since], "within")
    is_part = words.names(own, "within") and not (is_added or is_first_part)
    is_within = bool(since) and (is_limit or is_part)
    if is_within or words.has(around, "stop", words.codes):
        return False
    if words.names(text[since:end], "weaning") and hours < 4 * _WEEK:
        return False
    if one.kind == "length":
        return True
    is_complaint = words.names(own, "complaints")
    return not is_complaint and words.is_plain(_without_how(around, words))


def _is_moment(own: str, words: DurationWords) -> bool:
    """Tell if the length in words says when something is: `until 8 weeks`."""
    for amount in words.amounts(own):
        before = words.without_soft(own[: amount.start], words.codes)
        if (
            words.ends(before, "until", words.codes)
            or words.ends(before, "delay", words.codes)
            or words.begins(own[amount.end :], "past", words.codes)
        ):
            return True
    return False


def _is_again(
    worn: Worn,
    one: Mention,
    since: int,
    hours: float,
    counted: Sequence[tuple[Mention, float]],
    words: DurationWords,
) -> bool:
    """Tell if words say the same length once more: `2 months (8 weeks)`."""
    if not any(abs(hours - other) <= _SAME * max(hours, other) for _, other in counted):
        return False
    text = worn.text
    start, end = _clause_of(text, one, words)
    start = max(start, since)
    own = worn.whole[start:end]
    named = {name.lower() for name in words.of_all["brace"].findall(text[:start])}
    is_other = {name.lower() for name in words.of_all["brace"].findall(own)} - named
    around = blank(own, one.start - start, one.end - start)
    is_new = words.names(around, "worn_how") or words.names(around, "further")
    is_joined = _JOINT.fullmatch(text[since : one.start]) is not None
    return not (is_new or is_joined or (named and is_other))


def _clause_of(text: str, one: Mention, words: DurationWords) -> tuple[int, int]:
    """Return start and end of the clauses that a mention is in."""
    parts = [
        (start, end)
        for start, end in words.clauses(text)
        if start < one.end and one.start < end
    ]
    return parts[0][0], parts[-1][1]


def _is_of_another(text: str, amount: Amount, words: DurationWords) -> bool:
    """Tell if the clause of an amount of time is about anything but the brace."""
    for start, end in words.clauses(text):
        if start <= amount.start < end:
            own = text[start:end]
            return (
                words.names(own, "complaints")
                or words.names(own, "others")
                or words.names(own, "bed_rest")
            )
    return False


def _without_how(text: str, words: DurationWords) -> str:
    """Return words without those that say how a brace is worn, or for how long more."""
    for name in ("worn_how", "further", "weaning", "brace"):
        text = words.of_all[name].sub(" ", text)
    return text

"""Join the lengths of an order that follow each other: `6 weeks, then 6 at night`.

A weaning of four weeks or more follows what it ends; one that is shorter adds nothing.
A length under a condition, `12 weeks if not healed`, is not read, nor is what it may
replace.
"""

import math
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from cds_service.fhir.mapping.durations.duration_numbered import later_weeks
from cds_service.fhir.mapping.durations.duration_parts import Amount, Mention, blank
from cds_service.fhir.mapping.durations.duration_sums import (
    Worn,
    unordered_sum,
    with_sums,
)
from cds_service.fhir.mapping.durations.duration_words import DurationWords

_WEEK = 7 * 24.0  # hours
_LONG_WEANING = 4 * _WEEK  # hours; so long a one is asked about
_END = re.compile(r"[;\n。；(]|\.(?=\s|$)")


def joined_steps(
    worn: Worn, mentions: Sequence[Mention], words: DurationWords
) -> list[Mention]:
    """Return what a text about a brace says, its steps as one length.

    Steps are doubtful if one of them is, or if they are in several units. So are
    lengths that may follow each other, if no word decides it.
    """
    text = worn.text
    times = [one for one in mentions if one.kind in ("length", "doubtful")]
    others = [one for one in mentions if one.kind not in ("length", "doubtful")]
    text, times = with_sums(text, times, words)
    if not any(one.kind == "length" for one in times):
        reach = _reach_of_all(text, times, words)
        return [*(one._replace(reach=reach) for one in times), *others]
    unsure = _condition(text, times, words) or _checked(text, times, words)
    if unsure:
        return [_bounded(text, unsure, times, words), *others]
    if later := later_weeks(worn.whole, times, words):
        return [later, *others]
    if len(times) == 1 and (alone := _alone(text, times[0], words)):
        return [alone, *others]
    steps = _joined(text, times, words)
    unordered = unordered_sum(worn._replace(text=text), steps, words)
    return [*([unordered] if unordered else steps), *others]


def _alone(text: str, length: Mention, words: DurationWords) -> Mention | None:
    """Return the only length of a text if a condition may make it longer."""
    if words.names(text, "unless"):
        return _left_open(length)
    if any(_longer(text, words)):
        # `12 weeks, longer if needed`: longer means at least a week more.
        reach = length.hours and length.hours + _WEEK
        return length._replace(is_least=True, reach=reach)
    return None


def _joined(text: str, times: Sequence[Mention], words: DurationWords) -> list[Mention]:
    """Join the times that follow each other.

    If that is not possible, one doubtful time takes the place of all.
    """
    weanings = [*_long_weanings(text, times, words)]
    times = sorted([*_without(times, weanings), *weanings], key=lambda one: one.start)
    joined = [times[0]]
    for one in times[1:]:
        if one in weanings:
            whole = _sum(joined[-1], one)
            if whole is None:
                return [_unread_step(joined[0], times, one.end)]
            joined[-1] = whole
        elif not _follows(text, joined[-1], one, words):
            joined.append(one)
        elif _is_before_operation(text, joined[-1], one, words):
            # The replaced length would leave the one before the operation.
            joined[-1] = one._replace(until="")
        elif _is_of_another_brace(text, joined[-1], one, words) or (
            (whole := _sum(joined[-1], one)) is None
            or words.names(text[joined[-1].end : one.start], "before_operation")
        ):
            return [_unread_step(joined[0], times, one.end)]
        else:
            joined[-1] = whole
    return joined


def _left_open(length: Mention) -> Mention:
    """Leave open the end of a length that may be longer: `unless unstable`."""
    return Mention(
        "doubtful", length.start, length.end, length=length.length, sure=length.hours
    )


def _reach_of_all(
    text: str, times: Sequence[Mention], words: DurationWords
) -> float | None:
    """Return the hours after which all these times end; None if one is not known.

    They are added, as they may follow each other, unless words of removal name the same
    length again.
    """
    hours = [one.reach if one.hours is None else one.hours for one in times]
    known = [one for one in hours if one is not None]
    if not known or len(known) < len(hours):
        return None
    is_removal = words.has(text, "stop", words.codes)
    return sum({*known} if is_removal else known)


def _bounded(
    text: str, unsure: Mention, times: Sequence[Mention], words: DurationWords
) -> Mention:
    """Give a time that is not sure the least and the most that it may be.

    The second of two lengths may take the place of the first, if it is longer.
    """
    hours = [one.reach if one.hours is None else one.hours for one in times]
    known = [one for one in hours if one is not None]
    if len(known) < len(hours):
        return unsure
    is_added = words.names(text, "further") or words.names(text, "step")
    shortest = min(times, key=lambda one: one.hours or one.reach or 0)
    least = times[0] if is_added else shortest
    if least.hours is not None:
        unsure = unsure._replace(sure=least.hours, length=least.length)
    if unsure.reach is not None:
        known.append(unsure.reach)
    is_rising = all(first < second for first, second in pairwise(known))
    is_instead = is_rising and not is_added
    return unsure._replace(reach=max(known) if is_instead else sum(known))


def _unread_step(first: Mention, times: Sequence[Mention], end: int) -> Mention:
    """Say the first length, if a step behind it was not read."""
    hours = [one.reach if one.hours is None else one.hours for one in times]
    known = [one for one in hours if one is not None]
    reach = sum(known) if len(known) == len(hours) else None
    return Mention(
        "doubtful",
        times[0].start,
        end,
        length=first.length,
        sure=first.hours,
        reach=reach,
    )


def _named_in(
    longer: re.Match[str], text: str, times: Sequence[Mention], words: DurationWords
) -> float | None:
    """Return the hours that these words name; None if they are read anyway.

    Infinite if their number has no unit of time that is read.
    """
    amounts = [
        amount
        for amount in words.amounts(text)
        if amount.start < longer.end() and longer.start() < amount.end
    ]
    further = [
        amount.number * words.units[amount.unit].hours
        for amount in amounts
        if not any(one.start <= amount.start < one.end for one in times)
    ]
    return max(further, default=None if amounts else math.inf)


def _brief(text: str, words: DurationWords) -> list[Amount]:
    """Return the amounts of time of less than a week."""
    return [
        amount
        for amount in words.amounts(text)
        if amount.number * words.units[amount.unit].hours < _WEEK
    ]


def _longer(text: str, words: DurationWords) -> Iterator[re.Match[str]]:
    """Yield the passages by which a brace may be worn for longer, not for days."""
    brief = _brief(text, words)
    for longer in words.of_all["may_last"].finditer(text):
        if not any(one.start < longer.end() <= one.end for one in brief):
            yield longer


def _condition(
    text: str, times: Sequence[Mention], words: DurationWords
) -> Mention | None:
    """Return the first passage by which the length is not sure."""
    for longer in _longer(text, words):
        has_length = any(map(str.isdecimal, longer[0]))
        if has_length or len(times) > 1:
            reach = _named_in(longer, text, times, words) if has_length else None
            return Mention("doubtful", *longer.span(), reach=reach)
    for first, second in pairwise(times):
        end = _END.search(text, second.end)
        last = end.start() if end else len(text)
        is_removal = first.hours == second.hours and words.has(
            text[first.end : second.start], "stop", words.codes
        )
        # "If needed, painkillers for 3 days" is no length of a brace of weeks.
        is_brief = (first.hours or 0) >= _WEEK and any(
            second.start <= one.start < second.end for one in _brief(text, words)
        )
        if is_removal or is_brief:
            continue
        if words.of_all["condition"].search(text, first.end, last):
            return Mention("doubtful", first.start, second.end)
    return None


def _checked(
    text: str, times: Sequence[Mention], words: DurationWords
) -> Mention | None:
    """Return another length that an examination decides: `if not healed on X-ray 12`.

    Its clause names the examination behind the condition, and nothing else. The length
    may be alone in the next clause: `if not healed on X-ray, 12 weeks`.
    """
    longest = max(one.hours or 0 for one in times)
    is_open = False
    for start, end in words.clauses(text):
        condition = words.of_all["condition"].search(text, start, end)
        check = condition and words.of_all["checks"].search(text, condition.end(), end)
        clause = text[start:end]
        rest = words.of_all["checks"].sub(" ", clause)
        is_other = words.names(rest, "others") or words.names(rest, "bed_rest")
        if is_other or not (check or is_open):
            is_open = False
            continue
        amounts = [*words.amounts(clause)]
        is_open = bool(check) and not amounts
        for amount in amounts:
            bare = words.of_all["condition"].sub(" ", blank(clause, *amount[:2]))
            hours = amount.number * words.units[amount.unit].hours
            is_alone = bool(check) or words.is_plain(bare)
            if is_alone and hours != longest and not _is_moment(clause, amount, words):
                return Mention("doubtful", times[0].start, end, reach=hours)
    return None


def _is_moment(text: str, amount: Amount, words: DurationWords) -> bool:
    """Tell if an amount of time says when something is, or is less than a week."""
    before = text[: amount.start]
    return (
        amount.number * words.units[amount.unit].hours < _WEEK
        or words.ends(before, "delay", words.codes) is not None
        or words.ends(before, "every", words.codes) is not None
    )


def _long_weanings(
    text: str, times: Sequence[Mention], words: DurationWords
) -> Iterator[Mention]:
    """Yield each weaning of four weeks or more as a length of its own.

    Nothing else is named next to it: `opioid taper over 6 weeks` is none.
    """
    first = min(one.end for one in times if one.kind == "length")
    for weaning in words.of_all["weaning"].finditer(text, first):
        end = _END.search(text, weaning.end())
        starts = [one.end() for one in _END.finditer(text, first, weaning.start())]
        start, last = max(starts, default=first), end.start() if end else len(text)
        step = text[start:last]
        amounts = [*words.amounts(step)]
        behind = [one for one in amounts if start + one.start >= weaning.end()]
        for amount in behind[:1] or amounts[-1:]:
            unit = words.units[amount.unit]
            hours = amount.number * unit.hours
            rest = blank(step, amount.start, amount.end)
            rest = blank(rest, weaning.start() - start, weaning.end() - start)
            for name in ("step", "spread"):
                for one in words.of_all[name].finditer(rest):
                    rest = blank(rest, *one.span())
            is_plain = words.is_plain(rest) and not _is_moment(rest, amount, words)
            if hours < _LONG_WEANING or not is_plain:
                continue
            noun = unit.one if amount.number == 1 else unit.many
            length = f"{amount.number:g} {noun}"
            begin, finish = start + amount.start, start + amount.end
            yield Mention("length", begin, finish, hours, length)


def _without(times: Sequence[Mention], weanings: Sequence[Mention]) -> list[Mention]:
    """Leave out what was read of the same places."""
    return [
        one
        for one in times
        if not any(
            one.start < other.end and other.start < one.end for other in weanings
        )
    ]


def _follows(text: str, first: Mention, second: Mention, words: DurationWords) -> bool:
    """Tell if one length begins when another ends, of the same brace."""
    between = text[first.end : second.start]
    *_, last = [None, *words.of_all["step"].finditer(between)]
    if last is None or words.names(text[: second.start], "bed_rest"):
        return False
    after = between[last.end() :]
    return not (
        words.has(after, "stop", words.codes)
        or words.names(after, "others")
        or _is_brief_weaning(text, last.end() + first.end, second, words)
    )


def _is_brief_weaning(
    text: str, start: int, length: Mention, words: DurationWords
) -> bool:
    """Tell if a step is a weaning of less than four weeks, which adds nothing."""
    end = _END.search(text, length.end)
    step = text[start : end.start() if end else len(text)]
    return words.names(step, "weaning") and all(
        amount.number * words.units[amount.unit].hours < _LONG_WEANING
        for amount in words.amounts(step)
    )


def _is_before_operation(
    text: str, first: Mention, second: Mention, words: DurationWords
) -> bool:
    """Tell if the words next to the first length put it before the operation."""
    between = text[first.end : second.start].lstrip(" ,(-")
    before = words.of_all["before_operation"].match(between)
    return before is not None and second.kind == "length"


def _is_of_another_brace(
    text: str, first: Mention, second: Mention, words: DurationWords
) -> bool:
    """Tell if a brace is named before the second length alone, next to another one."""
    named = words.of_all["brace"].findall(text[: first.end])
    between = words.of_all["brace"].findall(text[first.end : second.start])
    return bool(named) and not {one.lower() for one in between} <= {
        one.lower() for one in named
    }


def _sum(first: Mention, second: Mention) -> Mention | None:
    """Add two lengths in the same unit; None if that is not possible."""
    if first.hours is None or second.hours is None:
        return None
    numbers, units = zip(
        *(one.length.split(" ", 1) for one in (first, second)), strict=True
    )
    if len({unit.removesuffix("s") for unit in units}) > 1:
        return None
    unit = units[0].removesuffix("s") + "s"
    return Mention(
        "length",
        first.start,
        second.end,
        first.hours + second.hours,
        f"{sum(map(float, numbers)):g} {unit}",
        is_least=first.is_least or second.is_least,
    )

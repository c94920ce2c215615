"""Join the lengths of an order that follow each other: `6 weeks, then 6 at night`.

A length under a condition, `12 weeks if not healed`, is not read, nor is what it may
replace.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from cds_service.fhir.mapping.duration_parts import Mention
from cds_service.fhir.mapping.duration_words import DurationWords

_WEEK = 7 * 24.0  # hours
_LONG_WEANING = 4 * _WEEK  # hours; so long a one is asked about
_END = re.compile(r"[;\n。；(]|\.(?=\s|$)")


def joined_steps(
    text: str, mentions: Sequence[Mention], words: DurationWords
) -> list[Mention]:
    """Return what a text about a brace says, its steps as one length.

    Steps are doubtful if one of them is, or if they are in several units.
    """
    times = [one for one in mentions if one.kind in ("length", "doubtful")]
    others = [one for one in mentions if one.kind not in ("length", "doubtful")]
    if not any(one.kind == "length" for one in times):
        return [*mentions]
    if unsure := _condition(text, times, words):
        return [unsure, *others]
    joined = [times[0]]
    for one in times[1:]:
        if not _follows(text, joined[-1], one, words):
            joined.append(one)
        elif _is_before_operation(text, joined[-1], one, words):
            # The replaced length would leave the one before the operation.
            joined[-1] = one._replace(until="")
        elif _is_of_another_brace(text, joined[-1], one, words) or (
            (whole := _sum(joined[-1], one)) is None
            or words.names(text[joined[-1].end : one.start], "before_operation")
        ):
            return [Mention("doubtful", times[0].start, one.end), *others]
        else:
            joined[-1] = whole
    return [*joined, *others]


def _condition(
    text: str, times: Sequence[Mention], words: DurationWords
) -> Mention | None:
    """Return the first passage by which the length is not sure."""
    brief = [
        (amount.start, amount.end)
        for amount in words.amounts(text)
        if amount.number * words.units[amount.unit].hours < _WEEK
    ]
    for longer in words.of_all["may_last"].finditer(text):
        if not any(start < longer.end() <= end for start, end in brief):
            return Mention("doubtful", *longer.span())
    for first, second in pairwise(times):
        end = _END.search(text, second.end)
        last = end.start() if end else len(text)
        is_removal = first.hours == second.hours and words.has(
            text[first.end : second.start], "stop", words.codes
        )
        # "If needed, painkillers for 3 days" is no length of a brace of weeks.
        is_brief = (first.hours or 0) >= _WEEK and any(
            second.start <= start < second.end for start, _ in brief
        )
        if is_removal or is_brief:
            continue
        if words.of_all["condition"].search(text, first.end, last):
            return Mention("doubtful", first.start, second.end)
    return None


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

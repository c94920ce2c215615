"""Find the orders of bed rest that are longer than routine, or have no end.

Dates and words of an order are two statements. If they differ, the longer one counts.
"""

import math
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from cds_service.core.braces.bracing import DAY, until_text, worded_length
from cds_service.core.orders import SupportOrder
from cds_service.core.words.phrases import say
from cds_service.core.words.wording import number_text


class Rest(NamedTuple):
    """Orders of bed rest that are too long, or have no end.

    Attributes:
        orders: all of them, the longest first, then those without an end.
        hours: how long the longest of them runs, or those that follow each other
            without a day between; None if none is too long.
        is_joined: only orders that follow each other are so long.
    """

    orders: tuple[SupportOrder, ...] = ()
    hours: float | None = None
    is_joined: bool = False


def judge_rest(orders: Sequence[SupportOrder], max_hours: float, today: date) -> Rest:
    """Find the orders of bed rest that are longer than routine, or have no end."""
    long = {
        order.reference: hours
        for order in orders
        if (hours := _rest_hours(order, today)) and hours > max_hours
    }
    hours = _longest(*long.values())
    joined_hours, joined = _longest_run(orders, today)
    is_joined = joined_hours > max(max_hours, hours or 0)
    if is_joined:
        hours = joined_hours
    named = {*long, *(joined if is_joined else ())}
    found = [order for order in orders if order.reference in named]
    found.sort(key=lambda order: -(_rest_hours(order, today) or 0))
    found += [
        order
        for order in orders
        if order.reference not in named
        and (_is_open_rest(order) or _is_least_rest(order, max_hours))
    ]
    return Rest(tuple(found), hours, is_joined)


def _rest_hours(order: SupportOrder, today: date) -> float | None:
    return _longest(order.hours, _rest_in_words(order, today))


def _longest_run(
    orders: Sequence[SupportOrder], today: date
) -> tuple[float, tuple[str, ...]]:
    """Return the hours and the orders of the longest bed rest without a break.

    Orders that begin on one day may be one and the same: only what begins as another
    ends makes it longer.
    """
    timed = sorted(
        ((_rest_begins(order, today) - today).days * DAY, hours, order.reference)
        for order in orders
        if (hours := _rest_hours(order, today))
    )
    longest: tuple[float, tuple[str, ...]] = (0.0, ())
    begins = ends = -math.inf
    names: tuple[str, ...] = ()
    for start, hours, name in timed:
        if start > ends:
            begins, ends, names = start, start, ()
        ends, names = max(ends, start + hours), (*names, name)
        longest = max(longest, (ends - begins, names))
    return longest


def _rest_begins(order: SupportOrder, today: date) -> date:
    has_begun = order.standing.is_in_force or not order.is_draft
    return order.start or (order.written.day if has_begun else None) or today


def rest_sentence(rest: Rest, today: date) -> str | None:
    """Name bed rest longer than routine, `Bed rest 72 h ordered`; None if it is not."""
    if rest.hours is None:
        return None
    count = len(rest.orders)
    if rest.is_joined:
        return say(
            "Bed rest {time} in {count} orders",
            time=_hours_text(rest.hours),
            count=count,
        )
    longest = rest.orders[0]
    if count > 1:
        return say(
            "{count} orders of bed rest, longest stated {time}",
            time=rest_length(longest, today),
            count=count,
        )
    dates, words = _lengths(longest, today)
    if not dates or not words:
        return say("Bed rest {time} ordered", time=words or dates)
    form = "Bed rest {dates} ordered in dates, {words} in words"
    if rest.hours == _rest_in_words(longest, today):
        form = "Bed rest {words} ordered in words, {dates} in dates"
    return say(form, words=words, dates=dates)


def rest_length(order: SupportOrder, today: date) -> str:
    """Say how long bed rest is ordered, the longer of dates and words."""
    if _is_open_rest(order):
        return say("no end time")
    dates, words = _lengths(order, today)
    is_by_words = _rest_hours(order, today) == _rest_in_words(order, today)
    return words if words and (is_by_words or not dates) else dates


def _lengths(order: SupportOrder, today: date) -> tuple[str, str]:
    """Return the length by dates and by words; that by dates is empty if equal."""
    by_words = _rest_in_words(order, today)
    dates = words = ""
    if order.hours is not None:
        dates = _hours_text(order.hours)
    if order.worded.length and by_words == order.worded.hours:
        words = worded_length(order.worded)
    elif order.worded.day:
        words = until_text(order.worded.day, today)
    return ("" if words and order.hours == by_words else dates), words


def _hours_text(hours: float) -> str:
    return f"{number_text(hours, 1).removesuffix('.0')} h"


def _rest_in_words(order: SupportOrder, today: date) -> float | None:
    """Return the hours that the words of a bed-rest order give, by length or day."""
    begins = _rest_begins(order, today)
    to_day = (order.worded.day - begins).days * 24.0 if order.worded.day else None
    return _longest(order.worded.hours, to_day)


def _longest(*hours: float | None) -> float | None:
    return max((length for length in hours if length is not None), default=None)


def _is_open_rest(order: SupportOrder) -> bool:
    """Tell if a bed-rest order has no end, in dates or words; an event is an end."""
    return (
        order.hours is None
        and order.end is None
        and order.worded.kind not in ("end", "event")
    )


def _is_least_rest(order: SupportOrder, max_hours: float) -> bool:
    """Tell if words give routine bed rest as the least: "24 h or more".

    A least below the site's limit is no more than routine: "at least 2 h flat".
    """
    worded = order.worded
    is_ended = order.hours is not None or order.end is not None or worded.day
    return not is_ended and worded.is_least and (worded.hours or 0) >= max_hours

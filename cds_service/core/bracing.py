"""Brace and bed-rest orders against the site's limits: which order breaks them, and how to correct it.

Dates and words of an order are two statements. If they differ, the longer one counts and both are shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from cds_service.core.facts import SupportOrder, SupportOrders
from cds_service.core.policy import BracePolicy
from cds_service.core.wording import say_date, say_number

SAME = timedelta(days=7)  # tolerance: 12 weeks and 3 months count as the same
SHORTEST = "its words name a shortest time, no end"
WITHOUT_DATE = {
    "event": "its words name an end without a day",
    "payer": "its length of need is a billing entry",
    "doubtful": "a time in its words was not understood",
    "reversed": "its dates end before they begin",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a brace order would need to keep the site's limits.

    Attributes:
        order: the order as found, draft or active.
        start: set where the order had none, else None.
        review: day of the first review.
        end: last day.
    """

    order: SupportOrder
    start: date | None
    review: date
    end: date


@dataclass(frozen=True, slots=True)
class BraceTimes:
    """One brace order on the calendar.

    Attributes:
        begins: the day its weeks count from.
        by_dates: last day by its elements, None where they state none.
        by_words: last day by its words.
    """

    order: SupportOrder
    begins: date
    by_dates: date | None
    by_words: date | None

    @property
    def ends(self) -> date | None:
        """The later of the two last days; None when neither is stated."""
        return max((day for day in (self.by_dates, self.by_words) if day), default=None)

    @property
    def is_shortest(self) -> bool:
        """Whether its last day is that of a shortest time, and nothing states an end."""
        return self.by_dates is None and self.order.worded.day is None and self.order.worded.is_least

    def said(self) -> str:
        """The order as it stands: `TLSO ordered without an end date`, `LSO for 3 months ordered`."""
        if self.ends is None:
            return f"{self.order.name} ordered without an end date"
        if self.by_words is None:
            return f"{self.order.name} ordered until {say_date(self.ends)}"
        is_length = bool(self.order.worded.said) and self.by_words == _after(self.begins, self.order.worded.hours)
        words = f"for {self.order.worded.said}" if is_length else f"until {say_date(self.by_words)}"
        if self.by_dates is None or abs(self.by_dates - self.by_words) <= SAME:
            return f"{self.order.name} {words} ordered"
        dates = f"until {say_date(self.by_dates)}"
        if self.by_words > self.by_dates:
            return f"{self.order.name} ordered {words} in words, {dates} in dates"
        return f"{self.order.name} ordered {dates} in dates, {words} in words"


def times_of(order: SupportOrder, procedure_on: date | None, today: date) -> BraceTimes:
    """The day from which a brace counts: its start, else the procedure, else the day it was written, else today.

    An active brace was ordered before the procedure, so for it the day it was written comes first.
    """
    written = (procedure_on, order.authored) if order.draft else (order.authored, procedure_on)
    begins = next((day for day in (order.start, *written) if day), today)
    words = [day for day in (order.worded.day, _after(begins, order.worded.hours)) if day]
    by_dates = order.end or _after(begins, order.hours)
    return BraceTimes(order, begins, by_dates, max(words, default=None))


def _after(begins: date, hours: float | None) -> date | None:
    try:
        return None if hours is None else begins + timedelta(hours=hours)
    except OverflowError:
        return date.max


def find_over_limit(
    support: SupportOrders, limit: BracePolicy, today: date, *, draft: bool
) -> tuple[Correction, str] | None:
    """The brace order, draft or active, that ends longest after the limit or never, with words for it and others."""
    over = [
        times
        for times in _braces(support, today, draft=draft)
        if (times.ends is None and times.order.worded.says == "nothing")
        or (times.ends is not None and times.ends > _last_day(times, limit))
    ]
    if not over:
        return None
    worst = max(over, key=lambda times: times.ends or date.max)
    others = f", {len(over) - 1} more over the limit" if len(over) > 1 else ""
    return _correction(worst, limit), worst.said() + others


def find_undated(support: SupportOrders, limit: BracePolicy, today: date) -> tuple[Correction, str] | None:
    """The first brace order whose dates state no end and whose words say something else than a last day."""
    for times in (*_braces(support, today, draft=True), *_braces(support, today, draft=False)):
        why = SHORTEST if times.is_shortest else WITHOUT_DATE.get(times.order.worded.says)
        if why and (times.ends is None or times.is_shortest):
            return _correction(times, limit), f"{times.said()} ({why})"
    return None


def _braces(support: SupportOrders, today: date, *, draft: bool) -> Iterator[BraceTimes]:
    return (times_of(order, support.procedure_on, today) for order in support.of_kind("brace") if order.draft == draft)


def _last_day(times: BraceTimes, limit: BracePolicy) -> date:
    return times.begins + timedelta(weeks=limit.max_weeks)


def _correction(times: BraceTimes, limit: BracePolicy) -> Correction:
    return Correction(
        order=times.order,
        start=None if times.order.start else times.begins,
        review=times.begins + timedelta(weeks=limit.review_weeks),
        end=_last_day(times, limit),
    )


def say_long_rest(order: SupportOrder, max_hours: float, today: date) -> str | None:
    """The first bed-rest order longer than routine, in words; None if there is none."""
    begins = order.start or order.authored or today
    to_day = (order.worded.day - begins).days * 24.0 if order.worded.day else None
    by_words = max((hours for hours in (order.worded.hours, to_day) if hours is not None), default=None)
    longest = max((hours for hours in (order.hours, by_words) if hours is not None), default=None)
    if longest is None or longest <= max_hours:
        return None
    dates = f"for {say_number(order.hours, 1).removesuffix('.0')} h" if order.hours is not None else ""
    words = f"for {order.worded.said}" if order.worded.said and by_words == order.worded.hours else ""
    words = words or (f"until {say_date(order.worded.day)}" if order.worded.day else "")
    if not dates or not words or order.hours == by_words:
        return f"bed rest {words or dates} is ordered"
    if longest == by_words:
        return f"bed rest {words} is ordered in words, {dates} in dates"
    return f"bed rest {dates} is ordered in dates, {words} in words"


def is_open_rest(order: SupportOrder) -> bool:
    """Whether a bed-rest order has no end, neither in dates nor in words; an event is an end."""
    return order.hours is None and order.end is None and order.worded.says not in ("end", "event")

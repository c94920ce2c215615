"""Brace and bed-rest orders against the site's limits, and their correction.

Dates and words of an order are two statements. If they differ, the longer one counts
and both are shown. The weeks of every brace count from the first brace of this
fracture: to renew a brace is to go on wearing one.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, NamedTuple, get_args

from cds_service.core.findings import Findings, SupportOrder, SupportOrders, WordedEnd
from cds_service.core.phrases import say
from cds_service.core.policy import BracePolicy
from cds_service.core.wording import (
    Unit,
    count_text,
    date_text,
    near_date_text,
    number_text,
)

# Two last days this close are the same: 12 weeks and 3 months.
SAME = timedelta(days=7)
# policy (E6): as far back as orders count if the day of the fracture is not known
ORDERS_COUNT_FOR = timedelta(days=90)
# policy: a fracture may be found so long after its brace was ordered
FOUND_LATER = timedelta(days=30)
# policy: two augmentations this close are stages of one treatment
STAGES = timedelta(days=180)
MONTH, WEEK, DAY = 730.5, 168.0, 24.0  # hours; UCUM: a month is a/12
WITHOUT_DATE = {
    "event": "its words name an end without a day",
    "payer": "its length of need is a billing entry",
    "doubtful": "a time in its words was not understood",
    "reversed": "its dates end before they begin",
    "renewal": "it goes on with a brace whose first day is not on record",
}
# Findings that keep a brace on, the gravest first.
KEEP_REASONS = (
    "unstable-fracture",
    "spinal-instability",
    "stable-burst-fracture",
    "neurological-deficit",
)

# The problem of a brace order.
Issue = Literal[
    "long",  # ends after the site's weeks
    "open",  # states no end
    "passed",  # the site's weeks end before today, or before it begins
    "conflict",  # its dates keep the site's weeks, its words do not
    "least",  # its words state a shortest time, no end
    "event",  # its words name an end without a day
    "payer",  # states a payer's length of need alone
    "doubtful",  # a time in its words was not understood
    "reversed",  # its dates end before they begin
    "renewal",  # keeps the weeks from now, and goes on with a brace of unknown weeks
]
# Issues that leave no doubt about what the order says.
CERTAIN: tuple[Issue, ...] = ("long", "open")
# Issues with an end that could be set; the others are for the order's author.
CORRECTED: tuple[Issue, ...] = (*CERTAIN, "least", "event", "payer")
BROKEN: tuple[Issue, ...] = (*CERTAIN, "passed", "conflict")

Role = Literal["ordered", "renewed", "added", "active"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A change with which a brace order would keep the site's limits.

    Attributes:
        order: the order as found, draft or active.
        start: the first day, if the order states none; else None.
        review: day of the first review; None if that day has passed.
        end: last day.
        is_certain: the order was read whole, and leaves no doubt about how long it
            runs.
    """

    order: SupportOrder
    start: date | None
    review: date | None
    end: date
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class BraceTimes:
    """One brace order on the calendar.

    Attributes:
        begins: the first day, from which its own time counts.
        by_dates: last day by its dates and times; None if they state none.
        by_words: last day by its words; None if they state none.
    """

    order: SupportOrder
    begins: date
    by_dates: date | None
    by_words: date | None

    @property
    def ends(self) -> date | None:
        """Return the later of the two last days; None if neither is stated."""
        return max((day for day in (self.by_dates, self.by_words) if day), default=None)

    @property
    def is_shortest(self) -> bool:
        """Tell if its last day is that of a shortest time, and no end is stated."""
        return (
            self.by_dates is None
            and self.order.worded.day is None
            and self.order.worded.is_least
        )

    def sentence(self) -> str:
        """Say `TLSO ordered without an end date`, or `LSO for 3 months ordered`."""
        name = self.order.name
        if self.ends is None:
            return say("{brace} ordered without an end date", brace=name)
        if self.by_words is None:
            end = say("until {day}", day=date_text(self.ends))
            return say("{brace} ordered {time}", brace=name, time=end)
        words = self._length_in_words(date_text(self.by_words))
        if self.by_dates is None or self._is_one_end():
            return say("{brace} {time} ordered", brace=name, time=words)
        dates = say("until {day}", day=date_text(self.by_dates))
        form = "{brace} ordered {dates} in dates, {words} in words"
        if self.by_words > self.by_dates:
            form = "{brace} ordered {words} in words, {dates} in dates"
        return say(form, brace=name, words=words, dates=dates)

    def length(self, today: date) -> str:
        """Say how long it runs: `for 12 weeks`, `until 12 Feb`; empty if not stated."""
        end = near_date_text(self.by_words, today) if self.by_words else ""
        words = self._length_in_words(end)
        hours = self.order.hours if self.order.end is None else None
        dates = _until(self.by_dates, today)
        if hours:
            dates = say("for {length}", length=length_text(hours))
        if not words or not dates:
            return words or dates
        if self._is_one_end():
            return words
        return say("{words} in words, {dates} in dates", words=words, dates=dates)

    def _is_one_end(self) -> bool:
        """Tell if dates and words state the same last day, or nearly so."""
        if self.by_dates is None or self.by_words is None:
            return False
        return abs(self.by_dates - self.by_words) <= SAME

    def _length_in_words(self, end: str) -> str:
        """Say its words: a length if they have one, else the day; empty without."""
        if not self._is_length():
            return say("until {day}", day=end) if end else ""
        form = "for at least {length}" if self.is_shortest else "for {length}"
        return say(form, length=worded_length(self.order.worded))

    def _is_length(self) -> bool:
        """Tell if its words state a length, and no later day."""
        worded = self.order.worded
        return bool(worded.length) and self.by_words == _after(
            self.begins, worded.hours
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Brace:
    """One brace order against the site's weeks.

    Attributes:
        role: `renewed` and `added` follow a brace of this fracture, of the same kind or
            of another.
        since: the day from which its weeks count: of the first brace of this fracture.
        last_day: by the site's weeks.
        issue: its problem; None if it keeps the limit.
        correction: the end that it would get; None if there is none to set.
        is_first_unknown: it goes on with a brace whose first day is not on record, so
            its weeks began at the latest on that day.
    """

    times: BraceTimes
    role: Role
    since: date
    last_day: date
    issue: Issue | None
    correction: Correction | None
    is_first_unknown: bool = False

    @property
    def name(self) -> str:
        """Return the name of the brace, `TLSO`."""
        return self.times.order.name

    @property
    def is_first(self) -> bool:
        """Tell if its weeks count from its own first day, or from a later stage."""
        return self.since >= self.times.begins


def times_of(order: SupportOrder, procedure_on: date | None, today: date) -> BraceTimes:
    """Find the first day of a brace, and its last day by its dates and by its words.

    The first day is its start, else the day of the procedure, else the day it was
    written, else today. An active brace was ordered before the procedure, so the day it
    was written counts before that of the procedure.
    """
    if order.is_draft:
        days = (order.start, procedure_on, order.authored, today)
    else:
        days = (order.start, order.authored, procedure_on, today)
    begins = next(filter(None, days))
    worded_days = (order.worded.day, _after(begins, order.worded.hours))
    by_words = max(filter(None, worded_days), default=None)
    by_dates = order.end or _after(begins, order.hours)
    return BraceTimes(order, begins, by_dates, by_words)


def _after(begins: date, hours: float | None) -> date | None:
    try:
        return None if hours is None else begins + timedelta(hours=hours)
    except OverflowError:
        return date.max


def _until(day: date | None, today: date) -> str:
    return say("until {day}", day=near_date_text(day, today)) if day else ""


def length_text(hours: float) -> str:
    """Write a length in the largest unit that fits it: `3 months`, `14 days`."""
    units: tuple[tuple[float, Unit], ...] = ((MONTH, "month"), (WEEK, "week"))
    for unit, name in units:
        count = hours / unit
        if count >= 1 and abs(count - round(count)) < 1e-6:
            return count_text(round(count), name)
    days = hours / DAY
    return count_text(round(days), "day") if days >= 1 else f"{hours:.0f} h"


def worded_length(worded: WordedEnd) -> str:
    """Return the length that an order has in words: `3 months`."""
    count, _, word = worded.length.partition(" ")
    unit = next((unit for unit in get_args(Unit) if word in (unit, f"{unit}s")), None)
    return count_text(int(count), unit) if unit and count.isdecimal() else worded.length


def fracture_day(findings: Findings) -> date | None:
    """Return the day of the present fracture; None if it is not known."""
    fracture = findings.known.get("index-fracture")
    return fracture.observed if fracture else None


def with_counted_from(
    support: SupportOrders, findings: Findings, today: date
) -> SupportOrders:
    """Set the day from which an order counts as one for this fracture (E6)."""
    return replace(
        support, counted_from=fracture_day(findings) or today - ORDERS_COUNT_FOR
    )


def judge_braces(
    support: SupportOrders, limit: BracePolicy, today: date, fractured_on: date | None
) -> tuple[Brace, ...]:
    """Judge every brace by the site's weeks, drafts first.

    Args:
        support: the orders found.
        limit: the site's policy.
        today: the day of the answer.
        fractured_on: the day of the present fracture; None if not known.
    """
    now = [
        times_of(order, support.procedure_on, today)
        for order in support.of_kind("brace")
    ]
    before = [times_of(order, None, today) for order in support.earlier_braces]
    course_since = _course_since(support, limit, today, fractured_on)
    course = sorted(
        (
            times
            for times in (*now, *before)
            if times.begins >= course_since and _is_for_fracture(times.order)
        ),
        key=lambda times: times.begins,
    )
    worn = _worn_since(course)
    # How long a brace was worn before this fracture says nothing of the present weeks.
    counts_since = course_since if fractured_on or support.stages else date.min
    is_first_open = _is_first_open(course, counts_since) and not (
        support.last_stage_on or _is_second_stage(support, course_since)
    )
    return tuple(
        _brace(
            times,
            _weeks_since(times, course, support, counts_since),
            worn,
            limit,
            today,
            is_first_unknown=times.order.is_draft and is_first_open,
        )
        for times in _without_renewed(now)
    )


def _is_for_fracture(order: SupportOrder) -> bool:
    """Tell if a brace may be for the fracture; one on record may be for scoliosis."""
    return order.is_draft or not order.is_for_another


def _course_since(
    support: SupportOrders, limit: BracePolicy, today: date, fractured_on: date | None
) -> date:
    """Find the first day of this course: of the fracture, or of a second stage."""
    window = timedelta(days=limit.only_days) if limit.only_days else ORDERS_COUNT_FOR
    fracture_since = fractured_on or today - window
    stages_since = fractured_on or today - STAGES
    stages = sorted({day for day in support.stages if stages_since <= day <= today})
    if stages and support.is_augmented_now:
        return max(fracture_since, support.procedure_on or today)
    if len(stages) > 1:
        return max(fracture_since, stages[-1])
    return fracture_since


def _is_second_stage(support: SupportOrders, course_since: date) -> bool:
    """Tell if the weeks began anew with a later stage of the operation."""
    return support.is_augmented_now and any(
        stage < course_since for stage in support.stages
    )


def _first_day(times: BraceTimes, counts_since: date) -> date:
    """Return the first day of a brace, or of the order on record that it renews."""
    renewed = times.order.renews_since
    if renewed is None or renewed < counts_since:
        return times.begins
    return min(renewed, times.begins)


def _is_first_open(course: Sequence[BraceTimes], counts_since: date) -> bool:
    """Tell if the first brace of a course goes on with one that is not on record.

    An order of which only the words say that it goes on may mean an earlier brace on
    record. One that refers to an order may not.
    """
    days = [_first_day(times, counts_since) for times in course]
    for times, first in zip(course, days, strict=True):
        renewal, renewed = times.order.renewal, times.order.renews_since
        if renewal == "unknown":
            return True
        if renewal == "known" and renewed and renewed < counts_since:
            return True
        if renewal == "words" and min(days) >= first:
            return True
    return False


def _weeks_since(
    times: BraceTimes,
    course: Sequence[BraceTimes],
    support: SupportOrders,
    counts_since: date,
) -> date:
    """Return the day from which a brace's weeks count: of the first of its course.

    If a last stage is planned for later, those of a brace being signed count from then.
    """
    days = (_first_day(worn, counts_since) for worn in course)
    since = min([_first_day(times, counts_since), *days])
    if times.order.is_draft and support.last_stage_on:
        return max(since, support.last_stage_on)
    return since


def _worn_since(course: Sequence[BraceTimes]) -> dict[str, date]:
    """Return by name the first day of each brace that is worn.

    Those being signed are not worn yet.

    Args:
        course: braces in the order of their first days.
    """
    worn: dict[str, date] = {}
    for times in course:
        if not times.order.is_draft:
            worn.setdefault(times.order.name, times.begins)
    return worn


def _without_renewed(now: Sequence[BraceTimes]) -> list[BraceTimes]:
    """Leave out active braces that are renewed now: they are the same brace."""
    renewed = {times.order.name for times in now if times.order.is_draft}
    return [
        times
        for times in now
        if times.order.is_draft or times.order.name not in renewed
    ]


def _brace(
    times: BraceTimes,
    since: date,
    worn: Mapping[str, date],
    limit: BracePolicy,
    today: date,
    *,
    is_first_unknown: bool,
) -> Brace:
    last_day = since + timedelta(weeks=limit.max_weeks)
    issue = _issue(times, last_day, today)
    if issue is None and is_first_unknown:
        issue = "renewal"

    start = None if times.order.start else times.begins
    review = since + timedelta(weeks=limit.review_weeks)
    next_review = review if review >= today else None
    correction = Correction(
        order=times.order,
        start=start,
        review=next_review,
        end=last_day,
        is_certain=issue in CERTAIN and not (times.order.unread or is_first_unknown),
    )
    offered = correction if issue in CORRECTED else None
    return Brace(
        times=times,
        role=_role(times, worn),
        since=since,
        last_day=last_day,
        issue=issue,
        correction=offered,
        is_first_unknown=is_first_unknown,
    )


def _role(times: BraceTimes, worn: Mapping[str, date]) -> Role:
    """Tell if a brace is in use, or is signed as the first, a renewed or another."""
    if not times.order.is_draft:
        return "active"
    if all(begins > times.begins for begins in worn.values()):
        return "renewed" if times.order.renewal else "ordered"
    is_renewed = worn.get(times.order.name, date.max) <= times.begins
    return "renewed" if is_renewed else "added"


def _issue(times: BraceTimes, last_day: date, today: date) -> Issue | None:
    """Return the problem of a brace; None if it ends within the site's weeks."""
    if times.ends is not None and times.ends <= last_day:
        return "least" if times.is_shortest else None
    if last_day < max(today, times.begins):
        return "passed"
    if times.ends is None:
        return _without_date(times)
    if times.by_dates is not None and times.by_dates < last_day:
        # Its dates keep the limit: to set the limit's day would lengthen them.
        return "conflict"
    return "long"


def _without_date(times: BraceTimes) -> Issue:
    ending = times.order.worded.kind
    return ending if ending in ("event", "payer", "doubtful", "reversed") else "open"


def has_unclear_brace(support: SupportOrders) -> bool:
    """Tell if a brace on record may or may not be the first of this fracture.

    It is for another disease, has no certain day, or was ordered shortly before the
    day from which orders count.
    """
    in_force = [one for one in support.of_kind("brace") if not one.is_draft]
    over = [one for one in support.earlier_braces if not one.is_draft]
    since = support.counted_from or date.min
    return any(_is_unclear(one, since, is_over=False) for one in in_force) or any(
        _is_unclear(one, since, is_over=True) for one in over
    )


def _is_unclear(order: SupportOrder, since: date, *, is_over: bool) -> bool:
    begins = order.start or order.authored
    if begins and begins >= since:
        return order.is_for_another
    if begins:
        return not order.is_for_another and since - begins <= FOUND_LATER
    # Of a brace that is over, at least a year must say that it may be of this course.
    if order.written_to is None:
        return not is_over
    return order.written_to >= since


# --- reasons to keep a brace


ReasonSource = Literal["record", "order", "signed", "open"]


@dataclass(frozen=True, slots=True)
class KeepReason:
    """A fact that keeps a brace on.

    Attributes:
        name: the finding, `other-fracture`, `other-surgery`, `brace-noted`, or what was
            not understood.
        source: `record`: it is on record; `order`: the brace order names it; `signed`:
            the augmentation order does; `open`: it is mentioned and not decided.
        levels: levels of other fractures.
        elements: elements of the augmentation order, by their names in R4.
    """

    name: str
    source: ReasonSource
    levels: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()


def keep_reasons(findings: Findings, support: SupportOrders) -> tuple[KeepReason, ...]:
    """Return the facts that keep a brace on, the gravest first; empty without one."""
    braces = support.of_kind("brace")
    if not braces:
        return ()
    on_record = {name for name in KEEP_REASONS if findings.is_true(name)}
    by_order = {reason for order in braces for reason in order.reasons}
    other = support.other
    by_signed = other.signed_reasons - by_order
    reasons = [
        *_reasons(on_record, "record"),
        *_reasons(by_order - on_record, "order"),
        *_reasons(by_signed - on_record, "signed"),
    ]
    if other.fractures:
        reasons.append(KeepReason("other-fracture", "record", other.fractures))
    elif other.possible:
        reasons.append(KeepReason("other-fracture", "open", other.possible))
    is_too_often = any(use.is_too_often for use in findings.bone_drugs.uses)
    is_open = {
        "other-surgery": other.has_other_surgery,
        "brace-noted": other.is_brace_noted,
        "augmentation-unread": bool(other.unread),
        "order-unread": other.has_other_order,
        "problem-unread": other.has_unread_problem or is_too_often,
        "brace-unclear": has_unclear_brace(support),
        "supplies-unread": "SupplyRequest" in support.unchecked,
    }
    elements = {"augmentation-unread": other.unread}
    reasons += [
        KeepReason(name, "open", elements=elements.get(name, ()))
        for name, holds in is_open.items()
        if holds
    ]
    mentioned = {
        name
        for name, gap in findings.gaps.items()
        if gap.is_mentioned and gap.reason != "unreadable"
    }
    reasons += _reasons(mentioned - by_order - by_signed, "open")
    return tuple(reasons)


def _reasons(names: Collection[str], source: ReasonSource) -> list[KeepReason]:
    """Make reasons of those findings that keep a brace on, the gravest first."""
    return [KeepReason(name, source) for name in KEEP_REASONS if name in names]


# --- bed rest


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
    found += [order for order in orders if is_open_rest(order)]
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
    return order.start or order.authored or today


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
    if is_open_rest(order):
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
        words = _until(order.worded.day, today)
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


def is_open_rest(order: SupportOrder) -> bool:
    """Tell if a bed-rest order has no end, in dates or words; an event is an end."""
    return (
        order.hours is None
        and order.end is None
        and order.worded.kind not in ("end", "event")
    )

"""Judge brace orders by the site's limits, and find their correction.

Dates and words of an order are two statements. If they differ, the longer one counts
and both are shown. The weeks of every brace count from the first brace of this
fracture: to renew a brace is to go on wearing one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, NamedTuple, get_args

from cds_service.core.findings import Findings
from cds_service.core.orders import SupportOrder, SupportOrders, WordedEnd
from cds_service.core.site_values.policy import BracePolicy
from cds_service.core.words.phrases import say
from cds_service.core.words.wording import Unit, count_text, date_text, near_date_text

# Two last days this close are the same: 12 weeks and 3 months.
SAME_WITHIN = timedelta(days=7)
# policy: a draft that was written longer ago has waited for its signature
SIGNED_WITHIN = timedelta(days=7)
# policy (E6): as far back as orders count if the day of the fracture is not known
ORDERS_COUNT_FOR = timedelta(days=90)
# policy: two augmentations this close are stages of one treatment
STAGES = timedelta(days=180)
# policy: a draft that begins further away, before or after today, is misdated
BEGINS_WITHIN = timedelta(days=300)
MONTH, WEEK, DAY = 730.5, 168.0, 24.0  # hours; UCUM: a month is a/12
WITHOUT_DATE = {
    "event": "its words name an end without a day",
    "payer": "its length of need is a billing entry",
    "doubtful": "a time in its words was not understood",
    "reversed": "its dates end before they begin",
    "apart": "its times state different ends",
    "misdated": "its first day is far from today",
    "renewal": "it renews a brace whose first day is not on record",
}
# What is wrong with the end of a brace order.
Issue = Literal[
    "long",  # ends after the site's weeks
    "open",  # states no end
    "passed",  # the site's weeks end before today, or before it begins
    "conflict",  # its dates keep the site's weeks, its words do not
    "least",  # its words state a minimum time, not an end
    "event",  # its words name an end without a day
    "payer",  # states a payer's length of need alone
    "doubtful",  # a time in its words was not understood
    "reversed",  # its dates end before they begin
    "apart",  # its times state different ends
    "misdated",  # a draft whose first day is far from today
    "renewal",  # keeps the weeks from now, and goes on with a brace of unknown weeks
]
# Issues that leave no doubt about what the order says.
CERTAIN: tuple[Issue, ...] = ("long", "open")
# Issues with an end that could be set; the others are for the order's author.
CORRECTABLE: tuple[Issue, ...] = (*CERTAIN, "least", "event", "payer")
# Issues of the signal `brace-limit-broken`; the others are of `brace-undated`.
LIMIT_BROKEN: tuple[Issue, ...] = (*CERTAIN, "passed", "conflict")

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

    @property
    def is_contrary(self) -> bool:
        """Tell if it states several ends that are weeks apart."""
        is_twice = self.by_dates is not None and self.by_words is not None
        is_apart = is_twice and not self._is_one_end()
        return is_apart or self.order.worded.is_contrary

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
        dates = until_text(self.by_dates, today)
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
        return abs(self.by_dates - self.by_words) <= SAME_WITHIN

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
        issue: what is wrong with its end; None if it keeps the limit.
        correction: the end that it would get; None if there is none to set.
        is_first_unknown: it renews a brace whose first day is not on record, so
            its weeks began at the latest on that day.
        is_day_vague: its weeks may count from a month or year, not from a day.
    """

    times: BraceTimes
    role: Role
    since: date
    last_day: date
    issue: Issue | None
    correction: Correction | None
    is_first_unknown: bool = False
    is_day_vague: bool = False

    @property
    def name(self) -> str:
        """Return the name of the brace, `TLSO`."""
        return self.times.order.name

    @property
    def counts_from_own_day(self) -> bool:
        """Tell if its weeks begin on its first day or later, not with another brace."""
        return self.since >= self.times.begins


class _Doubts(NamedTuple):
    """The doubts about the first day of a brace; see `Brace`."""

    is_first_unknown: bool
    is_day_vague: bool


def times_of(order: SupportOrder, procedure_on: date | None, today: date) -> BraceTimes:
    """Find the first day of a brace, and its last day by its dates and by its words.

    The first day is its start, else the day of the procedure, else the day it was
    written, else today. A draft that was written more than a week ago has not been worn
    since: today counts, unless it is in force already and is signed again. An active
    brace was ordered before the procedure, so the day it was written counts before that
    of the procedure.
    """
    if order.is_draft:
        days = (
            _start_of_draft(order, today),
            procedure_on,
            _day_written(order, today),
            today,
        )
    else:
        days = (order.start, order.written.day, procedure_on, today)
    begins = next(filter(None, days))
    worded_days = (order.worded.day, _after(begins, order.worded.hours))
    by_words = max(filter(None, worded_days), default=None)
    by_dates = order.end or _after(begins, order.hours)
    if by_dates and by_words and order.worded.kind == "doubtful":
        # A shortest length says nothing next to dates that keep it.
        by_words = by_words if by_words > by_dates else None
    if order.worded.kind == "apart":
        by_dates = max(filter(None, (order.end, _after(begins, order.hours))))
    return BraceTimes(order, begins, by_dates, by_words)


def _day_written(order: SupportOrder, today: date) -> date | None:
    """Return the day a draft was written, if it may be worn since then.

    None if that lies ahead, or so long ago that it waited for its signature.
    """
    written = order.written.day
    if written is None or written > today:
        return None
    is_signed_soon = today - written <= SIGNED_WITHIN
    return written if order.standing.is_in_force or is_signed_soon else None


def _is_misdated(order: SupportOrder, today: date) -> bool:
    """Tell if the start that a draft states is a mistake: it is too far away."""
    if not order.is_draft or order.start is None:
        return False
    last = order.start_until or order.start
    return order.start - today > BEGINS_WITHIN or today - last > BEGINS_WITHIN


def _start_of_draft(order: SupportOrder, today: date) -> date | None:
    """Return the first day of a draft; of a month or year, none before today.

    None too if it is misdated.
    """
    if _is_misdated(order, today):
        return None
    if order.start is None or order.start_until is None:
        return order.start
    return min(order.start_until, max(order.start, today))


def _after(begins: date, hours: float | None) -> date | None:
    try:
        return None if hours is None else begins + timedelta(hours=hours)
    except OverflowError:
        return date.max


def until_text(day: date | None, today: date) -> str:
    """Write `until 12 Feb`; empty without a day."""
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
    support: SupportOrders,
    findings: Findings,
    today: date,
    operated_on: date | None = None,
) -> SupportOrders:
    """Set the day from which an order counts as one for this fracture (E6).

    Args:
        support: the orders of braces and bed rest.
        findings: the patient's.
        today: the day of the answer.
        operated_on: the day of the operation, at a discharge. What was ordered since
            then is for the fracture that it treated: its diagnosis is often recorded
            when the stay is coded.
    """
    fractured_on = fracture_day(findings)
    if fractured_on and operated_on:
        fractured_on = min(fractured_on, operated_on)
    return replace(support, counted_from=fractured_on or today - ORDERS_COUNT_FOR)


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
            _Doubts(
                is_first_unknown=times.order.is_draft and is_first_open,
                is_day_vague=_is_day_vague(times, course, support),
            ),
        )
        for times in _without_renewed(now)
    )


def _is_day_vague(
    times: BraceTimes, course: Sequence[BraceTimes], support: SupportOrders
) -> bool:
    """Tell if the weeks of a brace may count from a month or year, not from a day."""
    if any(one.order.start_until for one in (times, *course)):
        return True
    order = times.order
    if not order.is_draft or order.start:
        return False
    is_written_vaguely = order.written.day is None and order.written.first is not None
    is_told_by_plan = support.procedure_on is not None
    return support.is_plan_vague or (is_written_vaguely and not is_told_by_plan)


def _is_for_fracture(order: SupportOrder) -> bool:
    """Tell if a brace may be for the fracture; one on record may be for scoliosis."""
    return order.is_draft or not order.purpose.is_for_another


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
    renewed = times.order.renewal.since
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
        renewal, renewed = times.order.renewal
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
    doubts: _Doubts,
) -> Brace:
    last_day = since + timedelta(weeks=limit.max_weeks)
    issue = _issue(times, last_day, today)
    if issue is None and doubts.is_first_unknown:
        issue = "renewal"

    start = None if times.order.start else times.begins
    review = since + timedelta(weeks=limit.review_weeks)
    next_review = review if review >= today else None
    is_unsure = times.is_contrary or times.order.worded.kind == "doubtful"
    is_open = bool(times.order.unread) or any(doubts) or is_unsure
    correction = Correction(
        order=times.order,
        start=start,
        review=next_review,
        end=last_day,
        is_certain=issue in CERTAIN and not is_open,
    )
    offered = correction if issue in CORRECTABLE else None
    return Brace(
        times=times,
        role=_role(times, worn),
        since=since,
        last_day=last_day,
        issue=issue,
        correction=offered,
        is_first_unknown=doubts.is_first_unknown,
        is_day_vague=doubts.is_day_vague,
    )


def _role(times: BraceTimes, worn: Mapping[str, date]) -> Role:
    """Tell if a brace is in use, or is signed as the first, a renewed or another."""
    if not times.order.is_draft:
        return "active"
    if all(begins > times.begins for begins in worn.values()):
        return "renewed" if times.order.renewal.kind else "ordered"
    is_renewed = worn.get(times.order.name, date.max) <= times.begins
    return "renewed" if is_renewed else "added"


def _issue(times: BraceTimes, last_day: date, today: date) -> Issue | None:
    """Return the issue of a brace; None if it ends within the site's weeks."""
    is_reversed = times.order.worded.kind == "reversed"
    if _is_misdated(times.order, today) and not is_reversed:
        return "misdated"
    if times.ends is not None and times.ends <= last_day:
        return _issue_within_weeks(times, last_day)
    if last_day < max(today, times.begins):
        return "passed"
    if times.ends is None or times.order.worded.kind == "apart":
        return _issue_without_end(times)
    if times.by_dates is not None and times.by_dates < last_day:
        # Its dates keep the limit: to set the limit's day would lengthen them.
        return "conflict"
    return "long"


def _issue_within_weeks(times: BraceTimes, last_day: date) -> Issue | None:
    """Return the issue of an end within the site's weeks that the order contradicts.

    Its dates or words name a day, and its words also name an end without a day, or say
    that there is none. An unclear end that comes within the site's weeks at the latest
    is no issue.
    """
    worded = times.order.worded
    if worded.kind == "endless":
        return "apart"
    latest = _after(times.begins, worded.reach)
    if latest is not None and latest <= last_day:
        return None
    if times.is_shortest and worded.kind == "end":
        return "least"
    if worded.kind == "event":
        return "apart"
    is_doubtful = worded.kind == "doubtful" or latest is not None
    return "doubtful" if is_doubtful else None


def _issue_without_end(times: BraceTimes) -> Issue:
    """Return the issue of an order without one clear end."""
    kind = times.order.worded.kind
    if kind in ("event", "payer", "doubtful", "reversed", "apart"):
        return kind
    return "open"

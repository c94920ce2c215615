"""Decide if what a card asked for was done, from what the record shows afterwards.

Feedback says that a button was pressed. This says if the patient was seen or treated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, get_args

Step = Literal["referral", "visit", "drug-ordered", "drug-started", "brace-ended"]
STEPS: tuple[Step, ...] = get_args(Step)
# A prescription is no dose, and a referral is no visit.
CLOSING: tuple[Step, ...] = ("visit", "drug-started")
State = Literal["done", "late", "open", "unsure", "waiting", "died", "not-read"]
STATES: tuple[State, ...] = get_args(State)
# Patients whom the list names, since somebody has to call them.
NAMED: frozenset[State] = frozenset({"open", "unsure"})
SETTLED: frozenset[State] = frozenset({"done", "late", "died"})
# Patients whose days are over, or who were seen or treated: a committee counts these.
JUDGED: tuple[State, ...] = ("done", "late", "open", "unsure")
When = Literal["in-time", "late", "not-found", "not-needed"]
DAYS = 90  # policy: for a bone drug or a visit, counted from the signing


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The course of one patient after a signing, by the record.

    Attributes:
        signed: the day of the signing.
        ends: the last day that is in time.
        today: the day on which the record was read; nothing later is in it.
        days: the first day of each step, as far as it was done and its day is known.
        undated: steps that were done on a day that is not recorded.
        is_on_drug: on the last day in time a bone drug was taken that began earlier.
        has_brace: a brace order is on record that was not over at the signing, or may
            be in what was not read.
        is_dead: the record says so.
        died: the day; None if it is not stated.
        unread: lists that could not be read, in which a visit or a drug may be, and
            entries that were not understood.
        has_unread_lists: one of them is a list.
        resources: by step, what shows it: `Encounter/12`.
        missed: days of appointments that are not recorded as kept.
    """

    signed: date
    ends: date
    today: date
    days: Mapping[Step, date] = field(default_factory=dict)
    undated: frozenset[Step] = frozenset()
    is_on_drug: bool = False
    has_brace: bool = False
    is_dead: bool = False
    died: date | None = None
    unread: tuple[str, ...] = ()
    has_unread_lists: bool = False
    resources: Mapping[Step, str] = field(default_factory=dict)
    missed: tuple[date, ...] = ()


def last_day(signed: date, days: int = DAYS) -> date:
    """Return the last day that is in time."""
    return signed + timedelta(days=days)


def state_of(course: Course) -> State:
    """Decide if the patient was seen or treated: a visit, or a bone drug that is taken.

    What is done counts whatever came after. A patient who died, or whose days are not
    over, is not called.
    """
    closed = [course.days[step] for step in CLOSING if step in course.days]
    if course.is_on_drug or any(day <= course.ends for day in closed):
        return "done"
    if closed:
        return "late"
    if course.is_dead:
        return "died"
    if course.today <= course.ends:
        return "waiting"
    return "unsure" if course.unread else "open"


def knew_more(
    earlier_state: State | None, now: State, *, has_unread_lists: bool
) -> bool:
    """Tell if an earlier look knew more than this one, which then changes nothing.

    An unread list takes back neither a name on the list nor a visit. A doubt that was
    noted since does.
    """
    if now == "not-read":
        return earlier_state is not None
    is_settled = earlier_state in ("done", "late")
    return now == "unsure" and is_settled and has_unread_lists


def when_done(course: Course, step: Step) -> When:
    """Decide if one step was done in time."""
    if step == "brace-ended" and not course.has_brace:
        return "not-needed"
    if step == "drug-started" and course.is_on_drug:
        return "in-time"
    day = course.days.get(step)
    if day is not None and day <= course.ends:
        return "in-time"
    return "late" if day or step in course.undated else "not-found"

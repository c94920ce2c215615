"""Combine a patient's entries of bone drugs, and find the state that a card says.

A prescription is no dose: intake is known from an administration, a dispense, a dated
statement or a billed injection alone (rule E8 of the cards).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple

from cds_service.core.findings import (
    BoneDrugs,
    Dated,
    Doses,
    DrugEnd,
    DrugKind,
    DrugOrders,
    DrugUse,
    Findings,
    HowEnded,
    Provenance,
)
from cds_service.core.months import months_before, months_between
from cds_service.core.phrases import Day, DayForm, Otherwise, in_brackets, joined, say
from cds_service.core.unread_lists import unread_text
from cds_service.core.wording import (
    capital,
    count_text,
    date_text,
    month_text,
    near_date_text,
    since_text,
)

# Given every four weeks against a tumour in bone. No dose of it is one of the six
# months, but a patient who stops it has the same rebound.
TUMOUR_DOSE = "tumour-dose denosumab"
# Against tumours in bone, every day or every few weeks: no dose of these is the yearly
# one. Of clodronate nothing tells which it is.
TUMOUR_DOSES = frozenset(
    {
        *(TUMOUR_DOSE, "tumour-dose zoledronate", "tumour-dose pamidronate"),
        *("tumour-dose ibandronate", "clodronate"),
    }
)
# Ours, as mappings/drugs.toml names them.
KINDS: Mapping[str, DrugKind] = {
    "denosumab": "denosumab",
    TUMOUR_DOSE: "denosumab",
    **dict.fromkeys(
        (
            "teriparatide",
            "abaloparatide",
            "romosozumab",
            "parathyroid hormone analogue",
        ),
        "anabolic",
    ),
    **dict.fromkeys(
        (
            *("alendronate", "risedronate", "ibandronate", "zoledronate"),
            *("pamidronate", "other bisphosphonate"),
            *("tumour-dose zoledronate", "tumour-dose pamidronate"),
            *("tumour-dose ibandronate", "clodronate"),
        ),
        "bisphosphonate",
    ),
}
# Groups as mappings/drugs.toml names them, and as cards do.
GROUPS = {"other bisphosphonate": "bisphosphonate", "other bone drug": "bone drug"}
# Of a drug that is recorded so, any of this kind may be meant; of None any at all.
MAY_MEAN: Mapping[str, DrugKind | None] = {
    "bone drug": None,
    "other bone drug": None,
    "other bisphosphonate": "bisphosphonate",
    "parathyroid hormone analogue": "anabolic",
}
# Recorded without an amount, doses weeks apart are those against a tumour: least and
# most between two, by drug. Against osteoporosis denosumab is given every six months,
# zoledronate every year, pamidronate and ibandronate in a vein every three months.
LEAST_APART = timedelta(days=14)
TOO_OFTEN: Mapping[str, timedelta] = {
    "denosumab": timedelta(days=62),
    "zoledronate": timedelta(days=100),
    "pamidronate": timedelta(days=45),
    "ibandronate": timedelta(days=45),
}
# By these names tablets are taken, too, each month: what is billed is an injection.
TABLETS_TOO = frozenset({"ibandronate"})
INJECTIONS = frozenset({"Procedure", "ServiceRequest"})
# Written before the dose that they are for.
SUPPLIES = frozenset({"MedicationDispense", "ServiceRequest"})
# Given by others, at intervals; of those in INTERVAL a period says no day of a dose.
INJECTED = frozenset(
    {"denosumab", "zoledronate", "pamidronate", "romosozumab", *TUMOUR_DOSES}
)
INTERVAL = INJECTED - {"romosozumab"}
OVERDUE_MONTHS, DUE_MONTHS = 7, 6  # denosumab is given every six months
LONG_MONTHS = 12  # policy: earlier, a fracture says nothing of a drug
# The day of the fracture is seldom recorded: it is taken to be no older than this.
RECENT = timedelta(days=90)
# An anabolic drug begun so soon after denosumab does not hold the bone that was gained
# (doi 10.3390/jcm12185874). Policy: the months.
AFTER_DENOSUMAB_MONTHS = 18
SWITCH = timedelta(days=90)  # policy: the new drug may begin before the old one ends
# Romosozumab is given twelve times, a month apart: after the twelfth none is next.
WHOLE_COURSE = {"romosozumab": timedelta(days=315)}
BEFORE_START = timedelta(days=90)  # policy: what is older means an older start

DrugSignal = Literal[
    "denosumab-overdue",
    "anabolic-ended",
    "drug-without-dose",
    "denosumab-due",
    "denosumab-in-time",
    "long-on-drug",
    "early-on-drug",
    "drug-started-for-fracture",
    "drug-stopped",
    "bone-drug-unknown",
    "no-bone-drug",
]


class DrugEntry(NamedTuple):
    """What one entry of the record says of one bone drug.

    Attributes:
        is_intake: it records an intake; otherwise an order, or a mention without a day.
        begins: the first intake, or the day of the order.
        last: the newest intake that has a day.
        until: the last day on which the intake acts or lasts; None if not known.
        is_current: an order in force, or a list that has the drug as taken.
        knows_start: `begins` is when it was first taken, not when it was mentioned.
        is_draft: among the orders being signed.
        is_understood: all that it says was.
        is_sure: an intake that was understood, and was not broken off.
        is_due: an order in force to take the drug at home, that begins by now.
        is_plain: no word of an order was left that was not understood.
        may_be_dose: a coded dose, recorded as given, of which not all was understood.
        is_aside: words elsewhere on a drug that a list has: of its start alone.
    """

    name: str
    provenance: Provenance
    is_intake: bool = False
    begins: Dated | None = None
    last: Dated | None = None
    until: date | None = None
    ended: Dated | None = None
    how_ended: HowEnded | None = None
    is_current: bool = False
    knows_start: bool = True
    is_draft: bool = False
    is_understood: bool = True
    is_sure: bool = False
    may_be_dose: bool = False
    is_due: bool = False
    is_plain: bool = True
    is_aside: bool = False


class DrugState(NamedTuple):
    """The one state of a patient's bone drugs that a card says.

    Attributes:
        because: a clause without its act, `alendronate stopped 2023`.
        clause: as it reads after another fact: `no bone drug`, `on alendronate`.
        use: the drug that leads; None if no drug is known.
        words: what phrases may say besides, by placeholder.
    """

    signal: DrugSignal
    because: str
    clause: str
    use: DrugUse | None = None
    words: Mapping[str, str] = {}


# --- one use from the entries of one drug


def combine(entries: Iterable[DrugEntry], today: date) -> tuple[DrugUse, ...]:
    """Put the entries of each drug together, sorted by its name."""
    by_name: dict[str, list[DrugEntry]] = {}
    asides: dict[str, list[DrugEntry]] = {}
    for entry in entries:
        of_its_sort = asides if entry.is_aside else by_name
        of_its_sort.setdefault(entry.name, []).append(entry)
    return tuple(
        _use(
            name,
            by_name[name],
            [
                *_perhaps_of(name, by_name),
                *asides.get(name, ()),
                *_perhaps_of(name, asides),
            ],
            today,
        )
        for name in sorted(by_name)
    )


def _perhaps_of(
    name: str, by_name: Mapping[str, Sequence[DrugEntry]]
) -> list[DrugEntry]:
    """Return the entries under the names of groups that may be of this drug."""
    kind = KINDS.get(name, "other")
    groups = (group for group, meant in MAY_MEAN.items() if meant in (None, kind))
    return [
        entry for group in groups if group != name for entry in by_name.get(group, ())
    ]


def _use(
    name: str,
    listed: Sequence[DrugEntry],
    perhaps: Sequence[DrugEntry],
    today: date,
) -> DrugUse:
    understood = [entry for entry in listed if entry.is_understood]
    # What was not understood counts only if nothing else records an intake.
    entries = understood if any(entry.is_intake for entry in understood) else listed
    intakes = [entry for entry in entries if entry.is_intake]
    orders = [entry for entry in understood if not entry.is_intake]
    sure_ones = [intake for intake in intakes if intake.is_sure]
    sure_dose = _last_dose(sure_ones)
    counted_intakes = sure_ones if sure_dose else intakes
    last_dose = _last_dose(counted_intakes)
    order_starts = [order.begins for order in orders if order.begins]
    started, knows_start = _present_course(intakes)
    current_orders = [order for order in orders if order.is_current]
    if started and _is_older((*listed, *perhaps), started):
        knows_start = False
    end = _end(entries, intakes, last_dose, today)
    if last_dose and _is_complete(name, started, last_dose):
        end = end or DrugEnd(last_dose, "last given")
    is_running = end is None and any(_runs(intake, today) for intake in intakes)
    unclear = [entry for entry in listed if not entry.is_understood]
    unclear_since = [entry for entry in unclear if _is_since(entry, sure_dose)]
    is_too_often = _is_too_often(name, counted_intakes)
    return DrugUse(
        name=GROUPS.get(name, name),
        kind=KINDS.get(name, "other"),
        is_injected=name in INJECTED,
        is_taken=bool(intakes),
        is_running=is_running,
        is_listed=any(intake.is_current for intake in intakes),
        started=started,
        is_start_known=knows_start,
        doses=Doses(
            last=last_dose,
            counted=tuple(
                sorted({intake.last for intake in counted_intakes if intake.last})
            ),
            sure=sure_dose,
            unclear=_last_dose(entry for entry in unclear_since if entry.may_be_dose),
        ),
        is_open=bool(unclear_since) or is_too_often,
        is_too_often=is_too_often,
        orders=DrugOrders(
            newest=max(order_starts, key=_by_last, default=None),
            oldest=min(order_starts, default=None),
            is_standing=bool(current_orders),
            is_signed_now=any(order.is_draft for order in current_orders),
            prescribed=_prescribed(orders, today),
        ),
        end=end,
        provenance=tuple(
            entry.provenance for entry in sorted(listed, key=_newest, reverse=True)
        ),
    )


def _prescribed(orders: Sequence[DrugEntry], today: date) -> Dated | None:
    """Return the day of the newest order by which the drug is begun.

    It is None if words of it, or of a later order, were not understood: it may be
    declined.
    """
    now = Dated(today, today)
    due = [now if order.is_draft else order.begins for order in orders if order.is_due]
    newest = max(filter(None, due), key=_by_last, default=None)
    doubts = (order for order in orders if not order.is_plain)
    return None if any(_is_since(order, newest) for order in doubts) else newest


def _is_too_often(name: str, intakes: Iterable[DrugEntry]) -> bool:
    """Tell if two doses lie weeks apart, as none against osteoporosis do."""
    if (most := TOO_OFTEN.get(name)) is None:
        return False
    doses = sorted(
        (intake.last.last, intake.last.first, kind)
        for intake in intakes
        if intake.last
        for kind in [intake.provenance.resource.partition("/")[0]]
        if name not in TABLETS_TOO or kind in INJECTIONS
    )
    return any(
        LEAST_APART <= last - earlier <= most
        # A day within the month or year of the other may be that of the same dose,
        and first > earlier
        # and an order or a dispense that of the dose after it.
        and (kind == earlier_kind or earlier_kind not in SUPPLIES)
        for (earlier, _, earlier_kind), (last, first, kind) in pairwise(doses)
    )


def _last_dose(intakes: Iterable[DrugEntry]) -> Dated | None:
    """Find the dose than which none is later.

    "2026" may be an import of that of February: it makes none later.
    """
    return max((intake.last for intake in intakes if intake.last), default=None)


def _is_since(entry: DrugEntry, dose: Dated | None) -> bool:
    """Tell if an entry is no older than a dose, or one of them has no day."""
    day = entry.last or entry.begins or entry.ended
    return day is None or dose is None or day.last >= dose.last


def _by_last(day: Dated) -> tuple[date, date]:
    return day.last, day.first


def _newest(entry: DrugEntry) -> tuple[date, str]:
    day = entry.last or entry.begins
    return day.last if day else date.min, entry.provenance.resource


def _runs(intake: DrugEntry, today: date) -> bool:
    return intake.is_current or (intake.until is not None and intake.until >= today)


def _present_course(intakes: Sequence[DrugEntry]) -> tuple[Dated | None, bool]:
    """Find the first day of the intakes that follow each other without a pause.

    A year without an intake is a pause, since supplies and doses from elsewhere are
    often not on record. Of what is injected at intervals it is the time after the last
    dose has ceased to act. So is any time after an end on record.
    """
    dated = [(intake.begins, intake) for intake in intakes if intake.begins]
    course = sorted(dated, key=lambda pair: pair[0], reverse=True)
    first: tuple[Dated, DrugEntry] | None = None
    for begins, intake in course:
        if first and not intake.is_current and _is_pause(intake, first[0].first):
            break
        first = (begins, intake)
    return (first[0], first[1].knows_start) if first else (None, True)


def _is_pause(intake: DrugEntry, resumed: date) -> bool:
    """Tell if nothing was taken between an intake and the day of the next one."""
    if _is_end(intake) and intake.ended:
        return intake.ended.last < resumed
    last = intake.last or intake.begins
    acts_until = intake.until or (last.last if last else date.min)
    if intake.name in INTERVAL or last is None:
        return acts_until < resumed
    is_year = months_between(last.last, resumed) >= LONG_MONTHS
    return is_year and acts_until < resumed


def _is_older(entries: Iterable[DrugEntry], started: Dated) -> bool:
    """Tell if a drug may have been taken long before the start of this course.

    An older order, dose or mention says so, whatever became of it; one without a day
    may be older. What is older than an earlier course, and the end of that is on
    record, does not count.
    """
    limit = started.first - BEFORE_START
    others = [entry for entry in entries if not entry.is_draft]
    ends = [entry.ended.last for entry in others if entry.ended and _is_end(entry)]
    over_since = max((end for end in ends if end < started.first), default=date.min)
    return any(_may_be_older(entry, over_since, limit) for entry in others)


def _may_be_older(entry: DrugEntry, over_since: date, limit: date) -> bool:
    day = entry.begins or entry.last
    if day is None:
        return True
    is_of_course = day.first > over_since
    return is_of_course and (day.first < limit or not entry.knows_start)


def _is_end(entry: DrugEntry) -> bool:
    """Tell if a drug was stopped, or its intake ended; a supply that ended is none."""
    is_ended_intake = entry.is_intake and entry.how_ended == "ended"
    return is_ended_intake or entry.how_ended == "stopped"


def _is_complete(name: str, started: Dated | None, last_dose: Dated) -> bool:
    """Tell if a drug of a fixed course was given from its first to its last dose."""
    course = WHOLE_COURSE.get(name)
    if course is None or started is None:
        return False
    return last_dose.first - started.last >= course


def _end(
    entries: Sequence[DrugEntry],
    intakes: Sequence[DrugEntry],
    last_dose: Dated | None,
    today: date,
) -> DrugEnd | None:
    """Find how and when the drug ended; None if it goes on or was never taken."""
    if any(entry.is_current and entry.is_intake for entry in entries):
        return None
    ends = [
        DrugEnd(entry.ended, entry.how_ended)
        for entry in entries
        if entry.how_ended and not _is_end_of_earlier(entry, last_dose)
    ]
    if any(_runs(intake, today) for intake in intakes):
        is_standing = any(entry.is_current for entry in entries)
        return _end_of_running(ends, last_dose, is_standing=is_standing)
    dated = [end for end in ends if end.day]
    newest = max(dated, key=_by_end, default=None)
    if newest and (
        last_dose is None or _by_last(newest.day or last_dose) >= _by_last(last_dose)
    ):
        return newest
    if last_dose:
        return DrugEnd(last_dose, "last given")
    return ends[0] if ends else None


def _is_end_of_earlier(entry: DrugEntry, last_dose: Dated | None) -> bool:
    """Tell if an end without a day is that of an earlier course than the last dose.

    The last dose a year after an order is not of that order.
    """
    if entry.ended or entry.begins is None or last_dose is None:
        return False
    return months_between(entry.begins.last, last_dose.first) >= LONG_MONTHS


def _by_end(end: DrugEnd) -> tuple[date, date]:
    return _by_last(end.day) if end.day else (date.min, date.min)


def _end_of_running(
    ends: Sequence[DrugEnd], last_dose: Dated | None, *, is_standing: bool
) -> DrugEnd | None:
    """Find when a drug was ended after its last dose, while that dose still acts."""
    stated_ends = [end for end in ends if end.how in ("stopped", "ended")]
    dated = [end for end in stated_ends if end.day]
    newest = max(dated, key=_by_end, default=None)
    if newest and newest.day and last_dose and newest.day.last >= last_dose.last:
        return newest
    if is_standing:
        return None
    stops = (end for end in stated_ends if end.how == "stopped")
    return next((stop for stop in stops if not stop.day), None)


# --- the state


def find_drug_state(findings: Findings, today: date) -> DrugState:
    """Find the gravest state, else that of the fracture's drug or the newest one."""
    drugs = findings.bone_drugs
    fracture = findings.known.get("index-fracture")
    fracture_on = (
        fracture.observed if fracture and fracture.value is not False else None
    )
    return state_of(drugs, today, fracture_on)


def state_of(drugs: BoneDrugs, today: date, fracture_on: date | None) -> DrugState:
    """Find the state of these drugs.

    Args:
        drugs: the patient's.
        today: the day of the card.
        fracture_on: the day of the present fracture; None if it is not recorded.
    """
    if not drugs.uses:
        return _none(drugs)
    for find in (_overdue, _anabolic_ended):
        for use in drugs.uses:
            if state := find(use, drugs, today):
                return state
    uses = [one for one in drugs.uses if not _is_replaced(one, drugs, today)]
    newest = max(uses, key=_rank)
    earlier = [
        use
        for use in uses
        if use is not newest and _is_hidden_by(newest, use, today, fracture_on)
    ]
    if earlier:
        hidden = max(earlier, key=lambda use: (_is_in_time(use, today), _rank(use)))
        return _beside(newest, hidden, today, fracture_on)
    return _own_state(newest, drugs, today, fracture_on)


def _none(drugs: BoneDrugs) -> DrugState:
    count = say("1 medication entry")
    if drugs.entries != 1:
        count = say("{count} medication entries", count=drugs.entries)
    words = {"entries": count}
    shortly = say("medication list not clear")
    why = Otherwise(drugs.unclear, shortly) if drugs.unclear else ""
    if drugs.unread:
        why = unread_text(drugs.unread)
    if why:
        unknown = say("bone drugs unknown")
        return DrugState("bone-drug-unknown", why, unknown, words=words)
    none = say("no bone drug")
    return DrugState("no-bone-drug", none, none, words=words)


def _rank(use: DrugUse) -> tuple[bool, date, str]:
    """Rank what goes on before what ended, then the newest first."""
    is_open = use.end is None or use.orders.is_standing
    days = (use.doses.last, use.orders.newest, use.ended_on)
    # An undated denosumab may be the one that lapses.
    without_day = date.max if use.kind == "denosumab" else date.min
    newest = max((day.last for day in days if day), default=without_day)
    return is_open, newest, use.name


def _is_hidden_by(
    newest: DrugUse, use: DrugUse, today: date, fracture_on: date | None
) -> bool:
    """Tell if the newest drug would hide one that a fracture happened on.

    A ward gives a tablet in place of the one that is taken at home. That is no change
    of treatment, and neither is a tablet while denosumab still acts. What others
    inject, and an anabolic drug, is not given in place of another.
    """
    if newest.is_injected or newest.kind == "anabolic" or not newest.is_taken:
        return False
    if _may_mean(use.name, newest):
        return False
    if _is_in_time(use, today):
        return True
    if newest.started is None:
        return False
    day = fracture_on or today - RECENT
    if newest.started.last >= day:
        return _may_be_taken_on(use, day)
    return _is_long_taken_on(use, day) and not _is_long(newest.started, day)


def _is_long_taken_on(use: DrugUse, day: date) -> bool:
    """Tell if a drug was surely taken on this day, and for a year before it."""
    is_clear = use.is_taken and not use.is_open and use.name not in TUMOUR_DOSES
    if not is_clear or use.started is None:
        return False
    is_ended_since = use.ended_on is not None and use.ended_on.first >= day
    return (use.is_running or is_ended_since) and _is_long(use.started, day)


def _is_long(started: Dated, day: date) -> bool:
    """Tell if a fracture of this day says something of a drug begun then."""
    return months_between(started.last, day) >= LONG_MONTHS


def _may_mean(name: str, use: DrugUse) -> bool:
    """Tell if a group's name may be that of this drug: `bisphosphonate`."""
    meant = {GROUPS.get(group, group): kind for group, kind in MAY_MEAN.items()}
    return name in meant and meant[name] in (None, use.kind)


def _is_in_time(use: DrugUse, today: date) -> bool:
    """Tell if it is denosumab whose next dose is not due yet."""
    last = use.doses.last
    if use.kind != "denosumab" or use.is_open or last is None or not use.is_running:
        return False
    return months_before(last.first, -DUE_MONTHS) >= today


def _may_be_taken_on(use: DrugUse, day: date) -> bool:
    """Tell if a drug may have been taken on this day, by all that is on record."""
    if use.ended_on:
        return use.ended_on.last >= day and _may_begin_by(use, day)
    if use.end:  # without a day: it may be of before, if nothing is of the year before
        days = (use.doses.last, use.orders.newest)
        newest = max((one.last for one in days if one), default=date.min)
        return newest >= months_before(day, LONG_MONTHS) and _may_begin_by(use, day)
    is_on_record = use.is_taken or use.is_open or use.orders.is_standing
    return is_on_record and _may_begin_by(use, day)


def _may_begin_by(use: DrugUse, day: date) -> bool:
    """Tell if a drug may have been begun or ordered by this day."""
    days = (use.started, use.orders.oldest)
    oldest = min((one.first for one in days if one), default=date.min)
    return oldest <= day or not use.is_start_known


def _beside(
    newest: DrugUse, use: DrugUse, today: date, fracture_on: date | None
) -> DrugState:
    """Find the state of the drug of the fracture, beside a tablet that came to it."""
    state = None
    if use.is_taken and not use.is_open and use.name not in TUMOUR_DOSES:
        state = _while_taken(use, today, fracture_on)
    state = state or _without_dose(use, today)
    if newest.started is None or not newest.is_start_known:
        return state
    started = _day_text(newest.started, today)
    since = say("{drug} since {since}", drug=newest.name, since=started)
    return state._replace(because=joined((state.because, since)))


def _course_before(use: DrugUse, drugs: BoneDrugs) -> DrugUse | None:
    """Find the bisphosphonate that one begun before the fracture goes on from."""
    started = use.started
    if use.kind != "bisphosphonate" or started is None:
        return None
    others = (one for one in drugs.uses if one is not use and one.kind == use.kind)
    return next(
        (
            other
            for other in others
            if other.name not in TUMOUR_DOSES
            and not _may_mean(other.name, use)
            and _may_begin_by(other, started.first)
            and _may_be_taken_on(other, months_before(started.first, LONG_MONTHS))
        ),
        None,
    )


def _denosumab_before(use: DrugUse, drugs: BoneDrugs) -> DrugUse | None:
    """Find denosumab that an anabolic drug came after: together they lose bone."""
    if use.kind != "anabolic" or use.started is None:
        return None
    limit = months_before(use.started.first, AFTER_DENOSUMAB_MONTHS)
    for other in drugs.uses:
        last = other.doses.last
        if other.kind != "denosumab" or last is None:
            continue
        if limit <= last.last and last.first <= use.started.last:
            return other
    return None


def _after_denosumab(
    use: DrugUse, started: Dated, denosumab: DrugUse, today: date
) -> DrugState:
    """Find the state of an anabolic drug that is not simply to go on."""
    words = _words(use, **_starts(started, today))
    because = _after(use.name, denosumab, words["since"])
    clause = say("on {drug}", drug=use.name)
    return DrugState("long-on-drug", because, clause, use, words)


def _after(fact: str, earlier: DrugUse, since: str) -> str:
    """Write `fracture on alendronate (after risedronate, since 2021)`."""
    after = say("after {drug}", drug=earlier.name)
    return in_brackets(fact, after, say("since {since}", since=since))


def _is_replaced(use: DrugUse, drugs: BoneDrugs, today: date) -> bool:
    """Tell if another drug followed denosumab that is too long ago, and then leads."""
    if use.kind != "denosumab" or not use.is_taken or use.is_open:
        return False
    last = None if use.orders.is_standing else _last_late(use, today)
    followers = _followers(use, drugs, last.last) if last else []
    return any(other.kind != "denosumab" for other in followers)


def _words(use: DrugUse, **words: str) -> Mapping[str, str]:
    injected = "yes" if use.is_injected else ""
    return {"drug": use.name, "Drug": capital(use.name), "injected": injected, **words}


def _followers(use: DrugUse, drugs: BoneDrugs, after: date) -> list[DrugUse]:
    """Find other drugs with a dose since, or begun and going on.

    After an anabolic drug they may begin shortly before its end. What was given before
    the last dose of denosumab does not come after it.
    """
    earliest = after if use.kind == "denosumab" else after - SWITCH
    others = (one for one in drugs.uses if one is not use)
    return [other for other in others if _follows(other, after, earliest)]


def _follows(other: DrugUse, after: date, earliest: date) -> bool:
    is_later = other.doses.sure is not None and other.doses.sure.first > after
    is_switch = (
        other.is_running
        and not other.is_open
        and other.started is not None
        and other.started.first >= earliest
        and (other.is_listed or _vague_dose(other, after) is None)
    )
    return is_later or is_switch


def _vague_dose(use: DrugUse, after: date) -> Dated | None:
    """Find a last dose that its month or year puts before this day or after it."""
    dose = use.doses.last
    return dose if dose and dose.first <= after < dose.last else None


def _since_then(use: DrugUse, drugs: BoneDrugs, after: date) -> str:
    """Return `nothing since`, or what was ordered since and is no dose."""
    if drugs.unread:
        return say("nothing found since")
    others = [other for other in drugs.uses if other is not use]
    if use.is_open and use.doses.sure:
        return say("later entry not understood")
    for drug_use in others:
        if drug_use.is_open:
            return say("{drug} entry not understood", drug=drug_use.name)
        if dose := _vague_dose(drug_use, after):
            vague = say("last dose {day}, day not recorded", day=_month_text(dose))
            return joined((drug_use.name, vague), " ")
    for drug_use in (*others, use):
        if drug_use.orders.newest and drug_use.orders.newest.last > after:
            return say("{drug} only ordered since", drug=drug_use.name)
    undated = (other for other in others if other.orders.newest is None)
    name = next((other.name for other in undated if other.orders.is_standing), "")
    return say("{drug} only listed", drug=name) if name else say("nothing since")


def find_overdue(drugs: BoneDrugs, today: date) -> DrugUse | None:
    """Find denosumab given too long ago, without a dose of a bone drug since."""
    return next((use for use in drugs.uses if _overdue(use, drugs, today)), None)


def last_denosumab(use: DrugUse, today: date) -> Dated | None:
    """Return the last day on which it may have been given, of one with an intake.

    Of one that may be overdue the last dose that is surely too old.
    """
    if not use.is_taken:
        return None
    return _last_late(use, today) or use.doses.last or use.ended_on


def _last_late(use: DrugUse, today: date) -> Dated | None:
    """Find the last dose that is too long ago; None if a later one surely is not."""
    limit = months_before(today, OVERDUE_MONTHS)
    day = use.doses.last or use.ended_on
    doses = use.doses.counted or ((day,) if day else ())
    if any(dose.first >= limit for dose in doses):
        return None
    return max((dose for dose in doses if dose.last < limit), default=None)


def _may_be_later(use: DrugUse, today: date) -> Dated | None:
    """Find a dose whose month or year leaves open if it is too long ago."""
    limit = months_before(today, OVERDUE_MONTHS)
    return max((dose for dose in use.doses.counted if dose.last >= limit), default=None)


def _overdue(use: DrugUse, drugs: BoneDrugs, today: date) -> DrugState | None:
    """Find denosumab given too long ago, and no bone drug since."""
    is_ours = use.kind == "denosumab" and use.is_taken
    last = _last_late(use, today) if is_ours else None
    if last is None or _followers(use, drugs, last.last):
        return None
    day, month = full_day_text(last), _month_text(last)
    how = say("last {day}", day=day) if use.doses.last else say("ended {day}", day=day)
    followed = _since_then(use, drugs, last.last)
    if followed.startswith("nothing"):  # it may have been given elsewhere
        followed = say("nothing found since {month}", month=month)
    words = {"last": day, "month": month, "followed": followed}
    clause = say("{drug} overdue", drug=use.name)
    because = in_brackets(clause, how)
    unclear = last if use.is_open else None
    if use.doses.sure:
        unclear = use.doses.unclear
    if unclear:
        clause = say("{drug} may be overdue", drug=use.name)
        entry = say("entry of {day} not understood", day=full_day_text(unclear))
        because = in_brackets(clause, entry)
    elif vague := _may_be_later(use, today):
        clause = say("{drug} may be overdue", drug=use.name)
        entry = say("last dose {day}, day not recorded", day=_month_text(vague))
        because = in_brackets(clause, entry)
    return DrugState("denosumab-overdue", because, clause, use, _words(use, **words))


def _anabolic_ended(use: DrugUse, drugs: BoneDrugs, today: date) -> DrugState | None:
    """Find an anabolic drug that ended, and no bone drug since."""
    if use.kind != "anabolic" or use.end is None:
        return None
    end = use.ended_on or use.doses.last or use.orders.newest
    if end and _followers(use, drugs, end.last):
        return None
    followed = _since_then(use, drugs, end.last) if end else say("nothing since")
    clause = _end_clause(use, today)
    words = _words(use, end=clause, followed=followed)
    because = joined((clause, followed))
    return DrugState("anabolic-ended", because, clause, use, words)


def _own_state(
    use: DrugUse, drugs: BoneDrugs, today: date, fracture_on: date | None
) -> DrugState:
    if use.is_open or use.name in TUMOUR_DOSES:
        return _without_dose(use, today)
    if use.is_taken and use.is_running:
        denosumab = _denosumab_before(use, drugs)
        if denosumab and use.started:
            return _after_denosumab(use, use.started, denosumab, today)
        earlier = _course_before(use, drugs)
        state = _while_taken(use, today, fracture_on, earlier)
        return state or _without_dose(use, today)
    is_lapsed = use.end is not None and not use.orders.is_standing
    # Its last dose may be long past the end of its effect.
    is_unknown = use.ended_on is None and use.doses.last is None
    if use.kind == "denosumab" and use.is_taken and is_unknown:
        return _without_dose(use, today)
    if is_lapsed and (use.is_taken or use.name not in INTERVAL):
        # A bisphosphonate that is no longer taken is said to be stopped.
        clause = _end_clause(use, today, ended="stopped")
        return DrugState("drug-stopped", clause, clause, use, _words(use, end=clause))
    return _without_dose(use, today)


def _while_taken(
    use: DrugUse,
    today: date,
    fracture_on: date | None,
    earlier: DrugUse | None = None,
) -> DrugState | None:
    """Find the state of a drug that is taken; None if a day of it is open.

    Args:
        use: the drug.
        today: the day of the card.
        fracture_on: the day of the present fracture; None if it is not recorded.
        earlier: the drug of the same kind that it goes on from.
    """
    started = use.started
    is_after = bool(
        fracture_on and started and use.is_start_known and started.first > fracture_on
    )
    is_before = bool(started and started.last < (fracture_on or today - RECENT))
    if use.kind == "denosumab":
        return _denosumab(use, today, is_before=is_before, is_after=is_after)
    if started is None:
        return None
    if is_before:
        return _taken_before(use, today, fracture_on or today, earlier)
    if not use.is_start_known:
        return None
    words = _words(use, **_starts(started, today))
    clause = say("{drug} started {started}", **words)
    if is_after:
        because = say("{started} for this fracture", started=clause)
        return DrugState("drug-started-for-fracture", because, clause, use, words)
    # Without the day of the fracture no card says which came first.
    return DrugState("early-on-drug", clause, clause, use, words)


def _starts(started: Dated, today: date) -> dict[str, str]:
    return {"since": _since_text(started, today), "started": _day_text(started, today)}


def _taken_before(
    use: DrugUse, today: date, fracture_on: date, earlier: DrugUse | None
) -> DrugState | None:
    """Find the state of a drug that was begun before the fracture."""
    started = use.started
    if started is None:
        return None
    fracture = say("fracture on {drug}", drug=use.name)
    clause = say("on {drug}", drug=use.name)
    if _is_long(started, fracture_on):
        words = _words(use, **_starts(started, today))
        because = in_brackets(fracture, say("since {since}", since=words["since"]))
        return DrugState("long-on-drug", because, clause, use, words)
    if earlier and earlier.started and _is_long(earlier.started, fracture_on):
        words = _words(use, **_starts(earlier.started, today))
        because = _after(fracture, earlier, words["since"])
        return DrugState("long-on-drug", because, clause, use, words)
    is_known = earlier is None or (earlier.started and earlier.is_start_known)
    # "2025" may be a year before the fracture, or some weeks.
    may_be_long = months_between(started.first, fracture_on) >= LONG_MONTHS
    if may_be_long or not use.is_start_known or not is_known:
        return None
    passed = _passed_text(started.last, fracture_on)
    words = _words(use, **_starts(started, today), months=passed)
    because = say("fracture {time} into {drug}", time=passed, drug=use.name)
    return DrugState("early-on-drug", because, clause, use, words)


def _denosumab(
    use: DrugUse, today: date, *, is_before: bool, is_after: bool
) -> DrugState | None:
    """Find denosumab in time, due or just started; None if its last dose is unclear."""
    last = use.doses.last
    if last is None or last.first < months_before(today, OVERDUE_MONTHS):
        return None
    day, due = _day_text(last, today), months_before(last.first, -DUE_MONTHS)
    due_text = (
        near_date_text(due, today) if last.first == last.last else month_text(due)
    )
    words = _words(use, last=day, due=due_text)
    if due < today:
        was_due = say("{drug} was due {due}", **words)
        because = in_brackets(was_due, say("last {day}", day=day))
        due_clause = say("{drug} due", drug=use.name)
        return DrugState("denosumab-due", because, due_clause, use, words)
    if is_after and use.started:
        started = _day_text(use.started, today)
        words = {**words, "started": started}
        started_clause = say("{drug} started {started}", **words)
        because = say("{started} for this fracture", started=started_clause)
        return DrugState(
            "drug-started-for-fracture", because, started_clause, use, words
        )
    because = in_brackets(use.name, say("last {day}", day=day))
    if is_before:
        because = in_brackets(say("fracture on {drug}", drug=use.name), day)
    clause = say("on {drug}", drug=use.name)
    return DrugState("denosumab-in-time", because, clause, use, words)


def _without_dose(use: DrugUse, today: date) -> DrugState:
    """Return the state of a drug ordered or listed, without a dose that says more."""
    open_text = _open_text(use, today)
    if use.name in TUMOUR_DOSES and use.doses.last and not use.is_open:
        open_text = say("last dose {day}", day=_day_text(use.doses.last, today))
    ordered = _since_text(use.orders.newest, today) if use.orders.newest else ""
    exact = _day_text(use.orders.newest, today) if use.orders.newest else ""
    is_ordered = use.is_injected or use.orders.is_signed_now
    verb = "{drug} ordered" if is_ordered else "{drug} prescribed"
    if use.is_taken or use.is_open:
        verb = "{drug} on record"
    words = _words(use, open=open_text, ordered=exact, since=ordered)
    because = joined((use.name, open_text), " ")
    return DrugState("drug-without-dose", because, say(verb, drug=use.name), use, words)


def _open_text(use: DrugUse, today: date) -> str:
    """Write what is known and what is not: `prescribed 2021, intake not recorded`."""
    if use.is_open:
        return say("recorded, not understood")
    last = _since_text(use.doses.last, today) if use.doses.last else ""
    if use.is_running and not use.is_injected:
        return say("on the list, start not recorded")
    if use.is_running and last and not _is_exact(use.doses.last):
        return say("last dose {day}, day not recorded", day=last)
    if use.is_taken and not last:
        if use.started is None:
            return say("on record, last dose not found")
        since = _since_text(use.started, today)
        return say("on record since {since}, last dose not found", since=since)
    missing_form, known_form = "intake not recorded", "last intake {day}"
    if use.is_injected:
        missing_form, known_form = "last dose not found", "last dose {day}"
    dose_text = say(known_form, day=last) if last else say(missing_form)
    return joined((_order_text(use, today), dose_text))


def _is_exact(day: Dated | None) -> bool:
    return day is not None and day.first == day.last


def _order_text(use: DrugUse, today: date) -> str:
    """Write `ordered`, `prescribed 2021`; what is only listed has no order."""
    if use.orders.is_signed_now:
        return say("ordered now")
    if use.orders.newest is None:
        return say("on the list")
    if use.is_injected:
        return say("ordered")
    return say("prescribed {since}", since=_since_text(use.orders.newest, today))


# How a drug ended, in words; None if that is not sure.
ENDED: Mapping[HowEnded | None, str] = {
    "stopped": "{drug} stopped",
    "ended": "{drug} ended",
    "supply ended": "{drug} supply ended",
    "last given": "{drug} last given",
    None: "{drug} may have ended",
}

# --- days in words


def _end_clause(use: DrugUse, today: date, *, ended: HowEnded = "ended") -> str:
    """Write `alendronate stopped 2023`, or with the day of the prescription."""
    how = use.end.how if use.end else None
    how = ended if how == "ended" else how
    is_sure = use.doses.sure or not use.is_open
    form = ENDED[how if is_sure else None]
    clause = say(form, drug=use.name)
    if use.ended_on:
        return joined((clause, _since_text(use.ended_on, today)), " ")
    if use.orders.newest is None:
        return clause
    since = _since_text(use.orders.newest, today)
    return in_brackets(clause, say("prescribed {since}", since=since))


def full_day_text(day: Dated) -> str:
    """Write the day as exactly as it is recorded, with its year."""
    return date_text(day.first) if day.first == day.last else _month_text(day)


def _month_text(day: Dated) -> str:
    """Write `Mar 2026`, or the bare year of a day that is not recorded more exactly."""
    is_in_month = (day.first.year, day.first.month) == (day.last.year, day.last.month)
    precision: DayForm = "month" if is_in_month else "year"
    return Day(day.first, precision)


def _day_text(day: Dated, today: date) -> str:
    """Write `3 Nov`, or the day as exactly as it is recorded."""
    return (
        near_date_text(day.first, today) if day.first == day.last else _month_text(day)
    )


def _since_text(day: Dated, today: date) -> str:
    """Write `Mar 2026`, and `2021` of a day that is years away."""
    is_year = _month_text(day) == str(day.first.year)
    return Day(day.first, "year") if is_year else since_text(day.first, today)


def _passed_text(start: date, until: date) -> str:
    """Write `4 months`, in the first month `2 weeks`, in the first week `5 days`."""
    days = (until - start).days
    months = months_between(start, until)
    if months:
        return count_text(months, "month")
    return count_text(days // 7, "week") if days >= 7 else count_text(days, "day")

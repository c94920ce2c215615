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
from cds_service.core.phrases import Day, Otherwise, in_brackets, joined, say
from cds_service.core.wording import (
    capital,
    say_count,
    say_date,
    say_month,
    say_near_date,
    say_since,
)

# Given every four weeks against a tumour in bone. No dose of it is one of the six
# months, but whoever stops it has the same rebound.
TUMOUR_DOSE = "tumour-dose denosumab"
# Every three to four weeks: no dose of these is the yearly one.
TUMOUR_DOSES = frozenset(
    {TUMOUR_DOSE, "tumour-dose zoledronate", "tumour-dose pamidronate"}
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
        ),
        "bisphosphonate",
    ),
}
# Groups as mappings/drugs.toml names them, and as cards do.
GROUPS = {"other bisphosphonate": "bisphosphonate", "other bone drug": "bone drug"}
# Billed without an amount, doses weeks apart are those against a tumour.
TOO_OFTEN = frozenset({"zoledronate"})
WEEKS_APART = (timedelta(days=14), timedelta(days=100))
# Given by others, at intervals; of those in INTERVAL a period says no day of a dose.
INJECTED = frozenset(
    {"denosumab", "zoledronate", "pamidronate", "romosozumab", *TUMOUR_DOSES}
)
INTERVAL = INJECTED - {"romosozumab"}
OVERDUE_MONTHS, DUE_MONTHS = 7, 6  # denosumab is given every six months
LONG_MONTHS = 12  # policy: earlier, a fracture says nothing of a drug
# The day of the fracture is seldom recorded: it is taken to be no older than this.
RECENT = timedelta(days=90)
SWITCH = timedelta(days=90)  # policy: the new drug may begin before the old one ends
# Romosozumab is given twelve times, a month apart: after the twelfth none is next.
WHOLE_COURSE = {"romosozumab": timedelta(days=315)}
ORDERED_BEFORE = timedelta(days=90)  # an older order means an older start

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
        until: until when the intake acts or lasts; None if that is not known.
        is_current: an order that stands, or a list that has the drug as taken.
        knows_start: `begins` is when it was first taken, not when somebody told of it.
        is_draft: among the orders being signed.
        is_understood: all that it says was.
        is_sure: an intake that was understood, and that nobody broke off.
        is_due: an order in force to take the drug at home, that begins by now.
        is_plain: no word of an order was left that was not understood.
        may_be_dose: a coded dose, recorded as given, of which not all was understood.
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
    named: dict[str, list[DrugEntry]] = {}
    for entry in entries:
        named.setdefault(entry.name, []).append(entry)
    return tuple(_use(name, each, today) for name, each in sorted(named.items()))


def _use(name: str, listed: Sequence[DrugEntry], today: date) -> DrugUse:
    known = [one for one in listed if one.is_understood]
    # What was not understood says something only where nothing else tells of an intake.
    entries = known if any(one.is_intake for one in known) else listed
    intakes = [one for one in entries if one.is_intake]
    orders = [one for one in known if not one.is_intake]
    sure_ones = [one for one in intakes if one.is_sure]
    sure_dose = _last_dose(sure_ones)
    counted = sure_ones if sure_dose else intakes
    last_dose = _last_dose(counted)
    ordered = max(
        (one.begins for one in orders if one.begins), key=_by_last, default=None
    )
    started, knows_start = _present_course(intakes)
    standing = [one for one in orders if one.is_current]
    if started and name not in INTERVAL:
        since = [one.begins.last for one in standing if one.begins]
        knows_start &= all(started.first - day <= ORDERED_BEFORE for day in since)
    end = _end(entries, intakes, last_dose, today)
    if last_dose and _is_complete(name, started, last_dose):
        end = end or DrugEnd(last_dose, "last given")
    is_running = end is None and any(_runs(one, today) for one in intakes)
    unclear = [one for one in listed if not one.is_understood]
    return DrugUse(
        name=GROUPS.get(name, name),
        kind=KINDS.get(name, "other"),
        is_injected=name in INJECTED,
        is_taken=bool(intakes),
        is_running=is_running,
        is_listed=any(one.is_current for one in intakes),
        started=started,
        is_start_known=knows_start,
        doses=Doses(
            last=last_dose,
            counted=tuple(sorted({one.last for one in counted if one.last})),
            sure=sure_dose,
            unclear=_last_dose(
                one for one in unclear if one.may_be_dose and _is_since(one, sure_dose)
            ),
        ),
        is_open=any(_is_since(one, sure_dose) for one in unclear)
        or (name in TOO_OFTEN and _is_too_often(counted)),
        orders=DrugOrders(
            newest=ordered,
            is_standing=bool(standing),
            is_signed_now=any(one.is_draft for one in standing),
            prescribed=_prescribed(orders, today),
        ),
        end=end,
        provenance=tuple(
            one.provenance for one in sorted(listed, key=_newest, reverse=True)
        ),
    )


def _prescribed(orders: Sequence[DrugEntry], today: date) -> Dated | None:
    """Return the day of the newest order by which the drug is begun.

    It is None if words of it, or of a later order, were not understood: it may be
    declined.
    """
    now = Dated(today, today)
    due = [now if one.is_draft else one.begins for one in orders if one.is_due]
    newest = max(filter(None, due), key=_by_last, default=None)
    doubts = (one for one in orders if not one.is_plain)
    return None if any(_is_since(one, newest) for one in doubts) else newest


def _is_too_often(intakes: Iterable[DrugEntry]) -> bool:
    """Tell if two doses lie weeks apart: a yearly drug is not given so."""
    days = sorted({one.last.last for one in intakes if one.last})
    return any(WEEKS_APART[0] <= b - a <= WEEKS_APART[1] for a, b in pairwise(days))


def _last_dose(intakes: Iterable[DrugEntry]) -> Dated | None:
    """The dose before which no other was the last.

    "2026" may be an import of that of February: it makes none later.
    """
    return max((one.last for one in intakes if one.last), default=None)


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
    """The first day of the intakes that follow each other without a pause."""
    dated = [(one.begins, one) for one in intakes if one.begins]
    course = sorted(dated, key=lambda pair: pair[0], reverse=True)
    first: tuple[Dated, DrugEntry] | None = None
    for begins, one in course:
        is_paused = (
            first and not one.is_current and (one.until or begins.last) < first[0].first
        )
        if is_paused:
            break
        first = (begins, one)
    return (first[0], first[1].knows_start) if first else (None, True)


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
    if any(one.is_current and one.is_intake for one in entries):
        return None
    ends = [DrugEnd(one.ended, one.how_ended) for one in entries if one.how_ended]
    if any(_runs(one, today) for one in intakes):
        is_standing = any(one.is_current for one in entries)
        return _end_of_running(ends, last_dose, is_standing=is_standing)
    dated = [one for one in ends if one.day]
    newest = max(dated, key=_by_end, default=None)
    if newest and (
        last_dose is None or _by_last(newest.day or last_dose) >= _by_last(last_dose)
    ):
        return newest
    if last_dose:
        return DrugEnd(last_dose, "last given")
    return ends[0] if ends else None


def _by_end(end: DrugEnd) -> tuple[date, date]:
    return _by_last(end.day) if end.day else (date.min, date.min)


def _end_of_running(
    ends: Sequence[DrugEnd], last_dose: Dated | None, *, is_standing: bool
) -> DrugEnd | None:
    """Find when a drug was ended after its last dose, while that dose still acts."""
    said = [one for one in ends if one.how in ("stopped", "ended")]
    newest = max((one for one in said if one.day), key=_by_end, default=None)
    if newest and newest.day and last_dose and newest.day.last >= last_dose.last:
        return newest
    undated = (one for one in said if one.how == "stopped" and not one.day)
    return None if is_standing else next(undated, None)


# --- the state


def find_drug_state(findings: Findings, today: date) -> DrugState:
    """Find the gravest state, else that of the drug with the newest entry."""
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
    use = max(drugs.uses, key=lambda one: (*_rank(one), one.name))
    return _own_state(use, today, fracture_on)


def _none(drugs: BoneDrugs) -> DrugState:
    count = say("1 medication entry")
    if drugs.entries != 1:
        count = say("{count} medication entries", count=drugs.entries)
    words = {"entries": count}
    shortly = say("medication list not clear")
    why = Otherwise(drugs.unclear, shortly) if drugs.unclear else ""
    if drugs.unread:
        why = _say_unread(drugs.unread)
    if why:
        unknown = say("bone drugs unknown")
        return DrugState("bone-drug-unknown", why, unknown, words=words)
    none = say("no bone drug")
    return DrugState("no-bone-drug", none, none, words=words)


def _say_unread(unread: str) -> str:
    """Name the lists that were not read: of drugs, or those that may tell of one.

    A billed injection stands among procedures and orders.
    """
    if unread.startswith("medication list could not"):
        return say("medication list not readable")
    if unread.startswith(("list of procedures", "list of orders")):
        return say("procedures or orders not wholly readable")
    if unread.startswith(("problem list", "imaging reports")):
        return say("problem list or reports not wholly readable")
    return say("medication list not wholly readable")


def _rank(use: DrugUse) -> tuple[bool, date]:
    """Rank what goes on before what ended, then the newest first."""
    is_open = use.end is None or use.orders.is_standing
    days = (use.doses.last, use.orders.newest, use.ended_on)
    # An undated denosumab may be the one that lapses.
    nothing = date.max if use.kind == "denosumab" else date.min
    return is_open, max((day.last for day in days if day), default=nothing)


def _words(use: DrugUse, **words: str) -> Mapping[str, str]:
    injected = "yes" if use.is_injected else ""
    return {"drug": use.name, "Drug": capital(use.name), "injected": injected, **words}


def _followers(use: DrugUse, drugs: BoneDrugs, after: date) -> list[DrugUse]:
    """Find other drugs with a dose since, or begun shortly before and going on."""
    return [one for one in drugs.uses if one is not use and _follows(one, after)]


def _follows(other: DrugUse, after: date) -> bool:
    is_later = other.doses.sure is not None and other.doses.sure.first > after
    is_switch = (
        other.is_running
        and not other.is_open
        and other.started is not None
        and other.started.first >= after - SWITCH
        and (other.is_listed or _vague_dose(other, after) is None)
    )
    return is_later or is_switch


def _vague_dose(use: DrugUse, after: date) -> Dated | None:
    """Find a last dose that its month or year puts before this day or after it."""
    dose = use.doses.last
    return dose if dose and dose.first <= after < dose.last else None


def _since_then(use: DrugUse, drugs: BoneDrugs, after: date) -> str:
    """`nothing since`, or what was ordered since and is no dose."""
    if drugs.unread:
        return say("nothing found since")
    others = [one for one in drugs.uses if one is not use]
    if use.is_open and use.doses.sure:
        return say("later entry not understood")
    for one in others:
        if one.is_open:
            return say("{drug} entry not understood", drug=one.name)
        if dose := _vague_dose(one, after):
            vague = say("last dose {day}, day not recorded", day=_say_month(dose))
            return joined((one.name, vague), " ")
    for one in (*others, use):
        if one.orders.newest and one.orders.newest.last > after:
            return say("{drug} only ordered since", drug=one.name)
    listed = (
        one.name
        for one in others
        if one.orders.is_standing and one.orders.newest is None
    )
    name = next(listed, "")
    return say("{drug} only listed", drug=name) if name else say("nothing since")


def find_overdue(drugs: BoneDrugs, today: date) -> DrugUse | None:
    """Find denosumab given too long ago, without a dose of a bone drug since."""
    return next((one for one in drugs.uses if _overdue(one, drugs, today)), None)


def last_denosumab(use: DrugUse, today: date) -> Dated | None:
    """The last day on which it may have been given, of one with an intake.

    Of one that may be overdue the last dose that is surely too old.
    """
    if not use.is_taken:
        return None
    return _last_late(use, today) or use.doses.last or use.ended_on


def _last_late(use: DrugUse, today: date) -> Dated | None:
    """The last dose that is too long ago; None if a later one surely is not."""
    limit = months_before(today, OVERDUE_MONTHS)
    day = use.doses.last or use.ended_on
    doses = use.doses.counted or ((day,) if day else ())
    if any(one.first >= limit for one in doses):
        return None
    return max((one for one in doses if one.last < limit), default=None)


def _may_be_later(use: DrugUse, today: date) -> Dated | None:
    """Find a dose of which its month or year does not say if it is too long ago."""
    limit = months_before(today, OVERDUE_MONTHS)
    return max((one for one in use.doses.counted if one.last >= limit), default=None)


def _overdue(use: DrugUse, drugs: BoneDrugs, today: date) -> DrugState | None:
    """Denosumab given too long ago, and no bone drug since."""
    is_ours = use.kind == "denosumab" and use.is_taken
    last = _last_late(use, today) if is_ours else None
    if last is None or _followers(use, drugs, last.last):
        return None
    day, month = _say_full(last), _say_month(last)
    how = say("last {day}", day=day) if use.doses.last else say("ended {day}", day=day)
    followed = _since_then(use, drugs, last.last)
    if followed.startswith("nothing"):  # it may have been given elsewhere
        followed = say("nothing found since {month}", month=month)
    words = {"last": day, "month": month, "followed": followed}
    said = say("{drug} overdue", drug=use.name)
    because = in_brackets(said, how)
    unclear = last if use.is_open else None
    if use.doses.sure:
        unclear = use.doses.unclear
    if unclear:
        said = say("{drug} may be overdue", drug=use.name)
        entry = say("entry of {day} not understood", day=_say_full(unclear))
        because = in_brackets(said, entry)
    elif vague := _may_be_later(use, today):
        said = say("{drug} may be overdue", drug=use.name)
        entry = say("last dose {day}, day not recorded", day=_say_month(vague))
        because = in_brackets(said, entry)
    return DrugState("denosumab-overdue", because, said, use, _words(use, **words))


def _anabolic_ended(use: DrugUse, drugs: BoneDrugs, today: date) -> DrugState | None:
    """An anabolic drug that ended, and no bone drug since."""
    if use.kind != "anabolic" or use.end is None:
        return None
    end = use.ended_on or use.doses.last or use.orders.newest
    if end and _followers(use, drugs, end.last):
        return None
    followed = _since_then(use, drugs, end.last) if end else say("nothing since")
    said = _say_end(use, today)
    words = _words(use, end=said, followed=followed)
    because = joined((said, followed))
    return DrugState("anabolic-ended", because, said, use, words)


def _own_state(use: DrugUse, today: date, fracture_on: date | None) -> DrugState:
    """The state of the drug that leads."""
    if use.is_open or use.name in TUMOUR_DOSES:
        return _without_dose(use, today)
    if use.is_taken and use.is_running:
        return _while_taken(use, today, fracture_on) or _without_dose(use, today)
    is_lapsed = use.end is not None and not use.orders.is_standing
    if is_lapsed and (use.is_taken or use.name not in INTERVAL):
        # Of a bisphosphonate whose intake is over people say that it was stopped.
        said = _say_end(use, today, ended="stopped")
        return DrugState("drug-stopped", said, said, use, _words(use, end=said))
    return _without_dose(use, today)


def _while_taken(
    use: DrugUse, today: date, fracture_on: date | None
) -> DrugState | None:
    """Find the state of a drug that is taken; None if a day of it is open."""
    started = use.started
    is_after = bool(fracture_on and started and started.first > fracture_on)
    is_before = bool(started and started.last < (fracture_on or today - RECENT))
    if use.kind == "denosumab":
        return _denosumab(use, today, is_before=is_before, is_after=is_after)
    if started is None:
        return None
    if is_before:
        return _taken_before(use, started, today, fracture_on or today)
    if not use.is_start_known:
        return None
    words = _words(use, **_starts(started, today))
    said = say("{drug} started {started}", **words)
    if is_after:
        because = say("{started} for this fracture", started=said)
        return DrugState("drug-started-for-fracture", because, said, use, words)
    # The day of the fracture is not known: whether it came first is not said.
    return DrugState("early-on-drug", said, said, use, words)


def _starts(started: Dated, today: date) -> dict[str, str]:
    return {"since": _say_since(started, today), "started": _say_day(started, today)}


def _taken_before(
    use: DrugUse, started: Dated, today: date, fracture_on: date
) -> DrugState | None:
    """The state of a drug that was begun before the fracture."""
    passed = _say_passed(started.last, fracture_on)
    words = _words(use, **_starts(started, today), months=passed)
    if months_between(started.last, fracture_on) >= LONG_MONTHS:
        fracture = say("fracture on {drug}", drug=use.name)
        because = in_brackets(fracture, say("since {since}", since=words["since"]))
        on = say("on {drug}", drug=use.name)
        return DrugState("long-on-drug", because, on, use, words)
    if not use.is_start_known:
        return None
    because = say("fracture {time} into {drug}", time=passed, drug=use.name)
    return DrugState(
        "early-on-drug", because, say("on {drug}", drug=use.name), use, words
    )


def _denosumab(
    use: DrugUse, today: date, *, is_before: bool, is_after: bool
) -> DrugState | None:
    """In time, due, or started for the fracture; None if the last dose is not clear."""
    last = use.doses.last
    if last is None or last.first < months_before(today, OVERDUE_MONTHS):
        return None
    day, due = _say_day(last, today), months_before(last.first, -DUE_MONTHS)
    said_due = say_near_date(due, today) if last.first == last.last else say_month(due)
    words = _words(use, last=day, due=said_due)
    if due < today:
        was_due = say("{drug} was due {due}", **words)
        because = in_brackets(was_due, say("last {day}", day=day))
        return DrugState(
            "denosumab-due", because, say("{drug} due", drug=use.name), use, words
        )
    if is_after and use.started:
        started = _say_day(use.started, today)
        words = {**words, "started": started}
        said = say("{drug} started {started}", **words)
        because = say("{started} for this fracture", started=said)
        return DrugState("drug-started-for-fracture", because, said, use, words)
    because = in_brackets(use.name, say("last {day}", day=day))
    if is_before:
        because = in_brackets(say("fracture on {drug}", drug=use.name), day)
    on = say("on {drug}", drug=use.name)
    return DrugState("denosumab-in-time", because, on, use, words)


def _without_dose(use: DrugUse, today: date) -> DrugState:
    """Ordered or listed, and the dose that would tell more is not on record."""
    said = _say_open(use, today)
    if use.name in TUMOUR_DOSES and use.doses.last and not use.is_open:
        said = say("last dose {day}", day=_say_day(use.doses.last, today))
    ordered = _say_since(use.orders.newest, today) if use.orders.newest else ""
    exact = _say_day(use.orders.newest, today) if use.orders.newest else ""
    is_ordered = use.is_injected or use.orders.is_signed_now
    verb = "{drug} ordered" if is_ordered else "{drug} prescribed"
    if use.is_taken or use.is_open:
        verb = "{drug} on record"
    words = _words(use, open=said, ordered=exact, since=ordered)
    because = joined((use.name, said), " ")
    return DrugState("drug-without-dose", because, say(verb, drug=use.name), use, words)


def _say_open(use: DrugUse, today: date) -> str:
    """Say what is known and what is not: `prescribed 2021, intake not recorded`."""
    if use.is_open:
        return say("recorded, not understood")
    last = _say_since(use.doses.last, today) if use.doses.last else ""
    if use.is_running and not use.is_injected:
        return say("on the list, start not recorded")
    if use.is_running and last:
        return say("last dose {day}, day not recorded", day=last)
    if use.is_taken and not last:
        if use.started is None:
            return say("on record, last dose not found")
        since = _say_since(use.started, today)
        return say("on record since {since}, last dose not found", since=since)
    missing, known = "intake not recorded", "last intake {day}"
    if use.is_injected:
        missing, known = "last dose not found", "last dose {day}"
    open_ = say(known, day=last) if last else say(missing)
    return joined((_say_order(use, today), open_))


def _say_order(use: DrugUse, today: date) -> str:
    """`ordered`, `prescribed 2021`; of what is only listed no order is claimed."""
    if use.orders.is_signed_now:
        return say("ordered now")
    if use.orders.newest is None:
        return say("on the list")
    if use.is_injected:
        return say("ordered")
    return say("prescribed {since}", since=_say_since(use.orders.newest, today))


# How a drug ended, in words; None if that is not sure.
ENDED: Mapping[HowEnded | None, str] = {
    "stopped": "{drug} stopped",
    "ended": "{drug} ended",
    "supply ended": "{drug} supply ended",
    "last given": "{drug} last given",
    None: "{drug} may have ended",
}

# --- days in words


def _say_end(use: DrugUse, today: date, *, ended: HowEnded = "ended") -> str:
    """`alendronate stopped 2023`; without a day of the end that of the prescription."""
    how = use.end.how if use.end else None
    how = ended if how == "ended" else how
    is_sure = use.doses.sure or not use.is_open
    form = ENDED[how if is_sure else None]
    said = say(form, drug=use.name)
    if use.ended_on:
        return joined((said, _say_since(use.ended_on, today)), " ")
    if use.orders.newest is None:
        return said
    since = _say_since(use.orders.newest, today)
    return in_brackets(said, say("prescribed {since}", since=since))


def _say_full(day: Dated) -> str:
    """As exactly as it is recorded, with its year."""
    return say_date(day.first) if day.first == day.last else _say_month(day)


def _say_month(day: Dated) -> str:
    """`Mar 2026`, or the bare year of a day that is not recorded more exactly."""
    is_in_month = (day.first.year, day.first.month) == (day.last.year, day.last.month)
    return Day(day.first, "month" if is_in_month else "year")


def _say_day(day: Dated, today: date) -> str:
    """`3 Nov`, or as exactly as it is recorded."""
    return say_near_date(day.first, today) if day.first == day.last else _say_month(day)


def _say_since(day: Dated, today: date) -> str:
    """`Mar 2026`, and `2021` of a day that is years away."""
    is_year = _say_month(day) == str(day.first.year)
    return Day(day.first, "year") if is_year else say_since(day.first, today)


def _say_passed(start: date, until: date) -> str:
    """`4 months`, in the first month `2 weeks`, in the first week `5 days`."""
    days = (until - start).days
    months = months_between(start, until)
    if months:
        return say_count(months, "month")
    return say_count(days // 7, "week") if days >= 7 else say_count(days, "day")

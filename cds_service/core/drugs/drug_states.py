"""Find the one state of a patient's bone drugs that a card says, with its words."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Literal, NamedTuple

from cds_service.core.drugs.bone_drugs import (
    FOR_PAIN,
    FORBIDDEN_BY,
    GROUPS,
    INTERVAL,
    TUMOUR_DOSES,
)
from cds_service.core.drugs.drug_courses import (
    LONG_MONTHS,
    OVERDUE_MONTHS,
    RECENT,
    bisphosphonate_before,
    denosumab_before,
    find_vague_late_dose,
    followers,
    is_brief_follower,
    is_denosumab_in_time,
    is_follow_on,
    is_hidden_by,
    is_long,
    is_replaced,
    next_denosumab,
    overdue_since,
    vague_dose_around,
)
from cds_service.core.findings import BoneDrugs, Dated, DrugUse, Findings, HowEnded
from cds_service.core.months import months_before, months_between
from cds_service.core.words.phrases import (
    Day,
    DayForm,
    Otherwise,
    in_brackets,
    joined,
    say,
)
from cds_service.core.words.unread_lists import unread_text
from cds_service.core.words.wording import (
    capital,
    count_text,
    date_text,
    month_text,
    near_date_text,
    since_text,
)

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


class DrugState(NamedTuple):
    """The one state of a patient's bone drugs that a card says.

    Attributes:
        because: a clause without its act, `alendronate stopped 2023`.
        clause: as it reads after another fact: `no bone drug`, `on alendronate`.
        use: the drug that leads; None if no drug is known.
        words: values for further placeholders of phrases, by placeholder.
    """

    signal: DrugSignal
    because: str
    clause: str
    use: DrugUse | None = None
    words: Mapping[str, str] = {}


def find_drug_state(findings: Findings, today: date) -> DrugState:
    """Find the state of the patient's bone drugs at the present fracture."""
    fracture = findings.known.get("index-fracture")
    fracture_on = (
        fracture.observed if fracture and fracture.value is not False else None
    )
    return state_of(findings.bone_drugs, today, fracture_on)


def state_of(drugs: BoneDrugs, today: date, fracture_on: date | None) -> DrugState:
    """Find the gravest state, else that of the fracture's drug or of the newest one.

    Args:
        drugs: the patient's.
        today: the day of the card.
        fracture_on: the day of the present fracture; None if it is not recorded.
    """
    if not drugs.uses:
        return _without_drug(drugs)
    for find in (_overdue, _anabolic_ended):
        for use in drugs.uses:
            if state := find(use, drugs, today):
                return state
    # What is given for the pain hides no drug that treats the bone.
    for_bone = tuple(use for use in drugs.uses if use.name not in FOR_PAIN)
    drugs = replace(drugs, uses=for_bone or drugs.uses)
    uses = [one for one in drugs.uses if not is_replaced(one, drugs, today)]
    newest = max(uses, key=_rank)
    hidden_uses = [
        use
        for use in uses
        if use is not newest and is_hidden_by(newest, use, today, fracture_on)
    ]
    if not hidden_uses:
        return _own_state(newest, drugs, today, fracture_on)
    hidden = max(
        hidden_uses, key=lambda use: (is_denosumab_in_time(use, today), _rank(use))
    )
    return _hidden_state(hidden, newest, today, fracture_on)


def is_warning(drugs: BoneDrugs, today: date) -> bool:
    """Tell if denosumab is overdue, or an anabolic drug ended (F8, F9)."""
    return any(
        find(use, drugs, today)
        for find in (_overdue, _anabolic_ended)
        for use in drugs.uses
    )


def _rank(use: DrugUse) -> tuple[bool, date, str]:
    """Rank what goes on before what ended, then the newest first."""
    is_open = use.end is None or use.orders.is_standing
    days = (use.doses.last, use.orders.newest, use.ended_on)
    # Denosumab without a day may be overdue.
    without_day = date.max if use.kind == "denosumab" else date.min
    newest = max((day.last for day in days if day), default=without_day)
    return is_open, newest, use.name


def _without_drug(drugs: BoneDrugs) -> DrugState:
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


def _hidden_state(
    hidden: DrugUse, newest: DrugUse, today: date, fracture_on: date | None
) -> DrugState:
    """Find the state of the fracture's drug, and name the tablet given with it."""
    state = None
    if hidden.is_taken and not hidden.is_open and hidden.name not in TUMOUR_DOSES:
        state = _while_taken(hidden, today, fracture_on)
    state = state or _without_dose(hidden, today)
    if newest.started is None or not newest.is_start_known:
        return state
    started = _day_text(newest.started, today)
    since = say("{drug} since {since}", drug=newest.name, since=started)
    return state._replace(because=joined((state.because, since)))


def _own_state(
    use: DrugUse, drugs: BoneDrugs, today: date, fracture_on: date | None
) -> DrugState:
    """Find the state of the newest drug, if it hides no other one."""
    if use.is_open or use.name in TUMOUR_DOSES:
        return _without_dose(use, today)
    if use.is_taken and use.is_running:
        denosumab = denosumab_before(use, drugs)
        if denosumab and use.started:
            return _after_denosumab(use, use.started, denosumab, today)
        earlier = bisphosphonate_before(use, drugs)
        state = _while_taken(use, today, fracture_on, earlier)
        return state or _without_dose(use, today)
    is_lapsed = use.end is not None and not use.orders.is_standing
    # Its last dose may be long past the end of its effect. The end of a statement is
    # none: who is said to have stopped in August may have had a dose in January.
    is_unknown = use.doses.last is None
    if use.kind == "denosumab" and use.is_taken and is_unknown:
        return _denosumab_without_dose(use, today)
    if is_lapsed and (use.is_taken or use.name not in INTERVAL):
        # The card calls a bisphosphonate that is no longer taken stopped.
        clause = _end_clause(use, today, ended="stopped")
        return DrugState("drug-stopped", clause, clause, use, _words(use, end=clause))
    return _without_dose(use, today)


def _denosumab_without_dose(use: DrugUse, today: date) -> DrugState:
    state = _without_dose(use, today)
    if use.ended_on is None or use.orders.is_standing:
        return state
    stopped = _end_clause(use, today, ended="stopped")
    return state._replace(because=joined((stopped, say("last dose not found"))))


# --- a drug that ended, and what followed


def _overdue(use: DrugUse, drugs: BoneDrugs, today: date) -> DrugState | None:
    """Find denosumab given too long ago, and no bone drug since."""
    last = overdue_since(use, drugs, today)
    if last is None:
        return None
    day, month = full_day_text(last), _month_text(last)
    followed = _since_then(use, drugs, last.last, today)
    if followed.startswith("nothing"):  # it may have been given elsewhere
        followed = say("nothing found since {month}", month=month)
    unclear = last if use.is_open else None
    if use.doses.sure:
        unclear = use.doses.unclear
    perhaps = use.doses.perhaps
    if perhaps and perhaps.last >= months_before(today, OVERDUE_MONTHS):
        unclear = unclear or perhaps
    if unclear:
        clause = say("{drug} may be overdue", drug=use.name)
        how = say("entry of {day} not understood", day=full_day_text(unclear))
    elif use.doses.has_undated:
        clause = say("{drug} may be overdue", drug=use.name)
        how = say("day of a dose not recorded")
    elif vague := find_vague_late_dose(use, today):
        clause = say("{drug} may be overdue", drug=use.name)
        how = say("last dose {day}, day not recorded", day=_month_text(vague))
    else:
        clause = say("{drug} overdue", drug=use.name)
        how = say("last {day}", day=day)
        if not use.doses.last:
            how = say("ended {day}", day=day)
    because = in_brackets(clause, how)
    words = _words(use, last=day, month=month, followed=followed)
    return DrugState("denosumab-overdue", because, clause, use, words)


def _anabolic_ended(use: DrugUse, drugs: BoneDrugs, today: date) -> DrugState | None:
    """Find an anabolic drug that ended, and no bone drug since."""
    if use.kind != "anabolic" or use.end is None:
        return None
    end = use.ended_on or use.doses.last or use.orders.newest
    if end and followers(use, drugs, end.last, today):
        return None
    followed = _since_then(use, drugs, end.last, today) if end else say("nothing since")
    clause = _end_clause(use, today)
    words = _words(use, end=clause, followed=followed)
    because = joined((clause, followed))
    return DrugState("anabolic-ended", because, clause, use, words)


def _since_then(use: DrugUse, drugs: BoneDrugs, after: date, today: date) -> str:
    """Write `nothing since`, or what is on record since but is no certain dose."""
    if drugs.unread:
        return say("nothing found since")
    others = [other for other in drugs.uses if other is not use]
    if use.is_open and use.doses.sure:
        return say("later entry not understood")
    texts = (
        *(_unclear_since(other, after) for other in others),
        *(_no_follow_on(other, use, after, today) for other in others),
    )
    if text := next(filter(None, texts), ""):
        return text
    for drug_use in (*others, use):
        if drug_use.orders.newest and drug_use.orders.newest.last > after:
            return say("{drug} only ordered since", drug=drug_use.name)
    for other in others:
        if other.orders.newest is None and other.orders.is_standing:
            return say("{drug} only listed", drug=other.name)
    return say("nothing since")


def _no_follow_on(other: DrugUse, use: DrugUse, after: date, today: date) -> str:
    """Write what was taken since and does not follow; empty if nothing was."""
    last = other.doses.last or other.started
    if not other.is_taken or last is None or last.first <= after:
        return ""
    if not is_follow_on(other, use, after):
        if other.name in GROUPS.values():  # it may be any bone drug
            return say("{drug} entry not understood", drug=other.name)
        return say("only {drug} since", drug=other.name)
    if is_brief_follower(other, use, after, today):
        return say("{drug} only briefly since", drug=other.name)
    return ""


def _unclear_since(other: DrugUse, after: date) -> str:
    """Write why it is open if another drug was given since; empty if it is clear."""
    if other.is_open:
        return say("{drug} entry not understood", drug=other.name)
    dose = vague_dose_around(other, after)
    if dose is None:
        return ""
    vague = say("last dose {day}, day not recorded", day=_month_text(dose))
    return joined((other.name, vague), " ")


# --- a drug that is taken


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
        return _taken_before(use, started, today, fracture_on or today, earlier)
    if not use.is_start_known:
        return None
    words = _words(use, **_starts(started, today))
    clause = say("{drug} started {started}", **words)
    if is_after and use.name not in FOR_PAIN:
        because = say("{started} for this fracture", started=clause)
        return DrugState("drug-started-for-fracture", because, clause, use, words)
    # Without the day of the fracture no card says which came first.
    state: DrugSignal = "long-on-drug" if use.name in FOR_PAIN else "early-on-drug"
    return DrugState(state, clause, clause, use, words)


def _taken_before(
    use: DrugUse,
    started: Dated,
    today: date,
    fracture_on: date,
    earlier: DrugUse | None,
) -> DrugState | None:
    """Find the state of a drug begun before the fracture; None if its start is open."""
    fracture = say("fracture on {drug}", drug=use.name)
    clause = say("on {drug}", drug=use.name)
    if is_long(started, fracture_on) or use.name in FOR_PAIN:
        words = _words(use, **_starts(started, today))
        because = in_brackets(fracture, say("since {since}", since=words["since"]))
        return DrugState("long-on-drug", because, clause, use, words)
    if earlier and earlier.started and is_long(earlier.started, fracture_on):
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


def _after_denosumab(
    use: DrugUse, started: Dated, denosumab: DrugUse, today: date
) -> DrugState:
    """Return the state of an anabolic drug that is not simply to go on."""
    words = _words(use, **_starts(started, today))
    because = _after(use.name, denosumab, words["since"])
    clause = say("on {drug}", drug=use.name)
    return DrugState("long-on-drug", because, clause, use, words)


def _after(fact: str, earlier: DrugUse, since: str) -> str:
    """Write `fracture on alendronate (after risedronate, since 2021)`."""
    after = say("after {drug}", drug=earlier.name)
    return in_brackets(fact, after, say("since {since}", since=since))


def _denosumab(
    use: DrugUse, today: date, *, is_before: bool, is_after: bool
) -> DrugState | None:
    """Find denosumab in time, due or just started; None if its last dose is unclear.

    Args:
        use: of denosumab.
        today: the day of the card.
        is_before: it was begun before the fracture.
        is_after: it was begun after the fracture.
    """
    last = use.doses.last
    if last is None or last.first < months_before(today, OVERDUE_MONTHS):
        return None
    day, due = _day_text(last, today), next_denosumab(last)
    due_text = near_date_text(due, today) if _is_exact(last) else month_text(due)
    words = _words(use, last=day, due=due_text)
    if due < today:
        was_due = say("{drug} was due {due}", **words)
        because = in_brackets(was_due, say("last {day}", day=day))
        due_clause = say("{drug} due", drug=use.name)
        return DrugState("denosumab-due", because, due_clause, use, words)
    if is_after and use.started:
        words = {**words, "started": _day_text(use.started, today)}
        clause = say("{drug} started {started}", **words)
        because = say("{started} for this fracture", started=clause)
        return DrugState("drug-started-for-fracture", because, clause, use, words)
    because = in_brackets(use.name, say("last {day}", day=day))
    if is_before:
        because = in_brackets(say("fracture on {drug}", drug=use.name), day)
    clause = say("on {drug}", drug=use.name)
    return DrugState("denosumab-in-time", because, clause, use, words)


# --- a drug without a dose that says more


def _without_dose(use: DrugUse, today: date) -> DrugState:
    """Return the state of a drug ordered or listed, without a dose that says more."""
    open_text = _open_text(use, today)
    if use.name in TUMOUR_DOSES and use.doses.last and not use.is_open:
        open_text = say("last dose {day}", day=_day_text(use.doses.last, today))
    newest = use.orders.newest
    ordered = _day_text(newest, today) if newest else ""
    since = _since_text(newest, today) if newest else ""
    is_ordered = use.is_injected or use.orders.is_signed_now
    verb = "{drug} ordered" if is_ordered else "{drug} prescribed"
    if use.is_taken or use.is_open:
        verb = "{drug} on record"
    words = _words(use, open=open_text, ordered=ordered, since=since)
    because = joined((use.name, open_text), " ")
    return DrugState("drug-without-dose", because, say(verb, drug=use.name), use, words)


def _open_text(use: DrugUse, today: date) -> str:
    """Write what is known and what is not: `prescribed 2021, intake not recorded`."""
    if use.is_open:
        return say("recorded, not understood")
    last = _since_text(use.doses.last, today) if use.doses.last else ""
    if use.is_running and not use.is_injected:
        return say("on the list, start not recorded")
    if use.is_running and use.doses.last and not _is_exact(use.doses.last):
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


def _order_text(use: DrugUse, today: date) -> str:
    """Write `ordered`, `prescribed 2021`; what is only listed has no order."""
    if use.orders.is_signed_now:
        return say("ordered now")
    if use.orders.newest is None:
        return say("on the list")
    if use.is_injected:
        return say("ordered")
    return say("prescribed {since}", since=_since_text(use.orders.newest, today))


# --- words of several states


def _words(use: DrugUse, **words: str) -> Mapping[str, str]:
    injected = "yes" if use.is_injected else ""
    forbidden_by = FORBIDDEN_BY.get(use.name, "")
    drug = {"drug": use.name, "Drug": capital(use.name), "forbidden_by": forbidden_by}
    return {**drug, "injected": injected, **words}


def _starts(started: Dated, today: date) -> dict[str, str]:
    return {"since": _since_text(started, today), "started": _day_text(started, today)}


# How a drug ended, in words; None if that is not sure.
ENDED: Mapping[HowEnded | None, str] = {
    "stopped": "{drug} stopped",
    "ended": "{drug} ended",
    "supply ended": "{drug} supply ended",
    "last given": "{drug} last given",
    None: "{drug} may have ended",
}


def _end_clause(use: DrugUse, today: date, *, ended: HowEnded = "ended") -> str:
    """Write `alendronate stopped 2023`, or with the day of the prescription.

    Args:
        use: the drug.
        today: the day of the card.
        ended: the verb of an intake that is recorded as ended.
    """
    how = use.end.how if use.end else None
    if how == "ended":
        how = ended
    if use.is_open and not use.doses.sure:
        how = None
    form = ENDED[how]
    clause = say(form, drug=use.name)
    if use.ended_on:
        return joined((clause, _since_text(use.ended_on, today)), " ")
    if use.orders.newest is None:
        return clause
    since = _since_text(use.orders.newest, today)
    return in_brackets(clause, say("prescribed {since}", since=since))


# --- days in words


def full_day_text(day: Dated) -> str:
    """Write the day as exactly as it is recorded, with its year."""
    return date_text(day.first) if _is_exact(day) else _month_text(day)


def _is_exact(day: Dated) -> bool:
    return day.first == day.last


def _month_text(day: Dated) -> str:
    """Write `Mar 2026`, or the bare year of a day that is not recorded more exactly."""
    is_in_month = (day.first.year, day.first.month) == (day.last.year, day.last.month)
    precision: DayForm = "month" if is_in_month else "year"
    return Day(day.first, precision)


def _day_text(day: Dated, today: date) -> str:
    """Write `3 Nov`, or the day as exactly as it is recorded."""
    return near_date_text(day.first, today) if _is_exact(day) else _month_text(day)


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

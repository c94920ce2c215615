"""Signals of a patient who leaves after an augmentation: what is still open.

None of them holds while an order is signed.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from cds_service.core.braces.bracing import LIMIT_BROKEN, Brace
from cds_service.core.drugs.bone_drugs import FOR_PAIN, KINDS, MAY_MEAN
from cds_service.core.facts.leaving import SOON_ENOUGH, Biopsy, GraveResult, next_dose
from cds_service.core.facts.situation import (
    SIGNALS,
    Signal,
    SignalEntry,
    Situation,
    signal,
)
from cds_service.core.findings import DrugUse, Finding, Gap
from cds_service.core.orders import STATUS
from cds_service.core.words.phrases import Joined, Verbatim, in_brackets, joined, say
from cds_service.core.words.wording import (
    capital,
    date_text,
    join_words,
    near_date_text,
    title_text,
)

# A drug that is taken since shortly before or after the fracture.
STARTED = ("drug-started-for-fracture", "early-on-drug")
# States of a bone drug that goes on, or is to be taken at home.
MAY_GO_ON = frozenset(
    {
        "denosumab-due",
        "denosumab-in-time",
        "long-on-drug",
        "early-on-drug",
        "drug-started-for-fracture",
        "drug-without-dose",
    }
)
# Signals under which training is not ours to ask for (rule file 10-rehabilitation).
NO_TRAINING = (
    "spinal-infection",
    "sepsis",
    "new-deficit",
    "bone-malignancy",
    "recent-cancer",
    "cause-named",
    "deficit-named",
    "unstable-spine",
    "unstable-since",
    "instability-told",
    "biopsy-grave",
    "biopsy-preliminary",
)
# Facts that ask about an injury by themselves.
ASKED_OF_INJURIES = (
    "recent-injury",
    "injury-treated",
    "recent-entry-unread",
    "instability-told",
    "unstable-since",
)
# A bone that broke this lately may still heal.
HEALS_IN = timedelta(days=90)
UNSTABLE = ("unstable-fracture", "spinal-instability")


def _is_drug_started(situation: Situation) -> bool:
    """Tell if a bone drug is taken since this fracture, or prescribed to be.

    One dose, a week's supply, and what the ward gives of a drug that is taken at home
    start nothing. The order of an injection starts nothing by itself. Nor does an order
    that may say "declined", or that goes on with a drug from before the operation: the
    patient may have fractured on that drug. If the day of the operation is not known,
    only a drug first written today counts as begun since. Calcitonin is given for the
    pain, and does not treat the bone.
    """
    state = situation.drug_state
    use = state.use
    if use is not None and use.name in FOR_PAIN:
        return False
    if state.signal in STARTED:
        return use is None or use.goes_home
    if state.signal != "drug-without-dose" or use is None or use.is_injected:
        return False
    if use.is_open or use.orders.prescribed is None:
        return False
    today = situation.today
    operated_on = min(situation.support.augmented_on or today, today)
    since = use.on_record_since
    return use.orders.is_standing and since is not None and since >= operated_on


def _is_review_dated(situation: Situation, *, with_doses: bool = True) -> bool:
    """Tell if a visit for bone treatment has a day.

    Args:
        situation: of the patient who leaves.
        with_doses: a visit at which a bone drug is only given counts as well.
    """
    leaving, today = situation.leaving, situation.today
    if leaving and leaving.next_booking("bone-treatment", today, with_doses=with_doses):
        return True
    days = (order.start for order in situation.support.counted("bone-treatment"))
    return any(today < day <= today + SOON_ENOUGH for day in days if day)


@signal("bone-treatment-settled")
def _settled(situation: Situation) -> Signal | None:
    """Find a bone drug that was started, or a visit for it with a day.

    Failing kidneys, low calcium or a harm of the drug may forbid it: then neither its
    start nor its next dose, however firmly booked, settles anything (E8).
    """
    if situation.leaving is None:
        return None
    doubts = ("kidney-failure", "bone-drug-caution", "bone-drug-withheld")
    is_doubtful = any(SIGNALS[name](situation) is not None for name in doubts)
    is_started = _is_drug_started(situation) and not is_doubtful
    is_dated = _is_review_dated(situation, with_doses=not is_doubtful)
    is_settled = is_started or is_dated
    return Signal() if is_settled else None


@signal("leaving-without-dose")
def _without_dose(situation: Situation) -> Signal | None:
    """Find a bone drug ordered or listed, with no dose recorded and no visit dated.

    One that was begun in this stay counts too, if nothing says that it goes on at home.
    """
    state = situation.drug_state
    if situation.leaving is None or _settled(situation):
        return None
    if state.signal in STARTED and not _is_drug_started(situation):
        return _for_home_open(situation)
    return SIGNALS["drug-without-dose"](situation)


def _for_home_open(situation: Situation) -> Signal | None:
    """Find a drug begun in this stay without an order for home, or a next dose."""
    state = situation.drug_state
    begun = SIGNALS[state.signal](situation)
    if begun is None or state.use is None:
        return None
    open_text = say("order for home not found")
    if state.use.is_injected:
        open_text = say("next dose not found")
    words = {**begun.words, "open": open_text}
    started = say("{drug} started {started}", **begun.words)
    return begun._replace(because=joined((started, open_text)), words=words)


@signal("review-undated")
def _review_undated(situation: Situation) -> Signal | None:
    """Find a review that is ordered and has no day, if no drug was started."""
    review = SIGNALS["review-ordered"](situation)
    if situation.leaving is None or review is None or _settled(situation):
        return None
    return review


@signal("bone-drug-withheld")
def _bone_drug_withheld(situation: Situation) -> Signal | None:
    """Find the objections to a bone drug that would go on, written since its dose.

    An intolerance counts however long ago it was.
    """
    leaving, state = situation.leaving, situation.drug_state
    use = state.use
    if leaving is None or use is None or state.signal not in MAY_GO_ON:
        return None
    last = use.doses.last.first if use.doses.last and use.is_injected else None
    counted = [
        one
        for one in leaving.objections
        if _is_of(one.drug, use)
        and (one.is_harm or one.day is None or last is None or one.day >= last)
    ]
    if not counted:
        return None
    drug = {"drug": use.name}
    fact = say("{drug} perhaps withheld or changed", **drug)
    if all(one.is_harm for one in counted):
        fact = say("{drug} perhaps not tolerated", **drug)
    newest = _newest_day((one.day for one in counted), situation.today)
    words = {**drug, "Drug": capital(use.name)}
    entries = situation.entries_of(dict.fromkeys(one.reference for one in counted))
    return Signal(in_brackets(fact, newest), words=words, entries=entries)


def _is_of(name: str, use: DrugUse) -> bool:
    """Tell if a name is that of a drug, or of a group that it belongs to."""
    if name in MAY_MEAN:
        return MAY_MEAN[name] in {None, use.kind}
    return name == use.name or KINDS.get(name) == use.kind == "denosumab"


@signal("next-dose-undated")
def _next_dose_undated(situation: Situation) -> Signal | None:
    """Find denosumab or zoledronate that goes on, and whose next dose has no day."""
    leaving, use = situation.leaving, situation.drug_state.use
    if leaving is None or use is None:
        return None
    due = next_dose(use)
    if due is None or situation.drug_state.signal == "denosumab-overdue":
        return None
    if leaving.booked_dose(due) or SIGNALS["bone-drug-withheld"](situation):
        return None
    today = situation.today
    words = {
        "drug": use.name,
        "Drug": capital(use.name),
        "drugs": situation.drug_state.clause,
        "due": near_date_text(due, today),
        "last": _last(use, today),
        "passed": "yes" if due < today else "",
    }
    return Signal(say("{drug} due {due}", **words), words=words)


def _last(use: DrugUse, today: date) -> str:
    return near_date_text(use.doses.last.first, today) if use.doses.last else ""


@signal("fracture-untreated")
def _fracture_untreated(situation: Situation) -> Signal | None:
    """Find a recent fracture of a vertebra that was not treated, or perhaps not."""
    other = situation.support.other
    levels = join_words(other.fractures) if other.fractures else ""
    doubtful = Joined(other.doubtful, ", ", " or ") if other.doubtful else ""
    if situation.leaving is None or not (levels or doubtful):
        return None
    words = {"levels": levels or doubtful, "sure": "yes" if levels else ""}
    # What was perhaps left is another thing to answer than what was left.
    doubts = (f"{level}?" for level in other.doubtful)
    entries = tuple(map(SignalEntry, (*other.fractures, *doubts)))
    return Signal(
        say("recent fracture of {levels}", **words), words=words, entries=entries
    )


@signal("unstable-since")
def _unstable_since(situation: Situation) -> Signal | None:
    """Find an unstable spine recorded since the operation, known or not excluded.

    Physiotherapy that was ordered before it was found, or on that day, was ordered for
    a stable spine; a later order answers it.
    """
    leaving = situation.leaving
    if leaving is None:
        return None
    known, doubted, sources = _instability_in(leaving.instability.diagnosed, situation)
    days = [leaving.instability.diagnosed[source] for source in sources]
    orders = situation.support.counted("rehabilitation")
    written = [one.written.day or one.start for one in orders]
    if not days or any(day and day > max(days) for day in written):
        return None
    title = joined(map(situation.wording.name, known or doubted))
    because = title if known else say("{name} not excluded", name=title)
    words = {"sure": "yes" if known else ""}
    return Signal(because, words=words, entries=situation.entries_of(sources))


@signal("instability-told")
def _instability_told(situation: Situation) -> Signal | None:
    """Find an unstable spine that only words of the operation or of an order tell of.

    No order of physiotherapy answers it: whoever wrote that may not know of it.
    """
    leaving = situation.leaving
    if leaving is None:
        return None
    _, doubted, sources = _instability_in(leaving.instability.told, situation)
    if not doubted:
        return None
    title = joined(map(situation.wording.name, doubted))
    because = say("{name} not excluded", name=title)
    return Signal(because, entries=situation.entries_of(sources))


def _instability_in(
    entries: Collection[str], situation: Situation
) -> tuple[list[str], list[str], set[str]]:
    """Return what is known to be unstable and what is in doubt, by these entries.

    The third set has the references of the entries that tell of either.
    """
    findings = situation.findings
    known, doubted, sources = list[str](), list[str](), set[str]()
    for name in UNSTABLE:
        outcome = findings.known.get(name) or findings.gaps.get(name)
        provenance = outcome.provenance if outcome else ()
        named = {source.resource for source in provenance} & {*entries}
        if named:
            (known if findings.is_true(name) else doubted).append(name)
            sources |= named
    return known, doubted, sources


@signal("unstable-before")
def _unstable_before(situation: Situation) -> Signal | None:
    """Find an unstable fracture or spine that a later order may know of."""
    if SIGNALS["unstable-since"](situation):
        return None
    return SIGNALS["unstable-bone"](situation)


@signal("brace-stop-open")
def _brace_stop_open(situation: Situation) -> Signal | None:
    """Find a brace that has no clear end, or ends late."""
    braces = [brace for brace in situation.braces if brace.issue]
    if situation.leaving is None or not braces:
        return None
    if SIGNALS["no-brace-advice"](situation):
        return None
    keep_reason = SIGNALS["brace-keep-reason"](situation)
    first_worn = min(braces, key=lambda brace: brace.since)
    today = situation.today
    words = {
        "brace": join_words(dict.fromkeys(brace.name for brace in braces)),
        "title": join_words(
            dict.fromkeys(title_text(brace.times.order.title) for brace in braces)
        ),
        "end": near_date_text(first_worn.last_day, today),
        "end_day": date_text(first_worn.last_day),
        "weeks": str(max(0, (today - first_worn.since).days) // 7),
        "how": _manner(first_worn, braces),
        "reason": keep_reason.because if keep_reason else "",
        "kept": "yes" if keep_reason else "",
    }
    orders = tuple(brace.times.order for brace in braces)
    entries = situation.entries_of(order.reference for order in orders)
    return Signal(
        words["brace"], orders, braces=tuple(braces), words=words, entries=entries
    )


def _manner(brace: Brace, braces: Sequence[Brace]) -> str:
    """Say how the brace that was worn first ends: late, passed, or unclear.

    Of braces of unknown status, or on hold, it is open if any is worn.

    Args:
        brace: the one of these that was worn first.
        braces: those with a problem.
    """
    if all(STATUS in other.times.order.unread for other in braces):
        return "unsure"
    if brace.issue == "passed":
        return "passed"
    # What was not read may say how long: "until fusion".
    if any(other.times.order.unread for other in braces):
        return "unclear"
    return "late" if brace.issue in LIMIT_BROKEN or brace.correction else "unclear"


def _biopsies(situation: Situation) -> tuple[Biopsy, ...]:
    return situation.leaving.biopsies if situation.leaving else ()


def _newest_day(days: Iterable[date | None], today: date) -> str:
    """Write the newest of these days; empty if none is known."""
    newest = max(filter(None, days), default=None)
    return near_date_text(newest, today) if newest else ""


@signal("biopsy-pending")
def _biopsy_pending(situation: Situation) -> Signal | None:
    """Find a biopsy that was sent, and has no final report on record."""
    pending = [
        biopsy
        for biopsy in _biopsies(situation)
        if not (biopsy.is_back or biopsy.preliminary)
    ]
    if not pending:
        return None
    sent_on = _newest_day((biopsy.sent_on for biopsy in pending), situation.today)
    owner = Verbatim(situation.policy.discharge.biopsy_owner)
    words = {"sent": sent_on, "owner": owner}
    entries = situation.entries_of(biopsy.reference for biopsy in pending)
    return Signal(say("biopsy result pending"), words=words, entries=entries)


@signal("report-awaited")
def _report_awaited(situation: Situation) -> Signal | None:
    """Find images of the spine since the operation whose report is not there yet."""
    leaving = situation.leaving
    if leaving is None or not leaving.reports.awaited:
        return None
    entries = situation.entries_of(leaving.reports.awaited)
    return Signal(say("report of spine imaging awaited"), entries=entries)


@signal("biopsy-grave")
def _biopsy_grave(situation: Situation) -> Signal | None:
    """Find a report of a biopsy that names a malignancy or an infection."""
    grave = [biopsy for biopsy in _biopsies(situation) if biopsy.names]
    if not grave:
        return None
    back_on = _newest_day((biopsy.back_on for biopsy in grave), situation.today)
    results = frozenset[str]().union(*(biopsy.names for biopsy in grave))
    words = {"back": back_on, "names": _result_text(results)}
    entries = _reports_of(grave, situation)
    return Signal(say("biopsy names {names}", **words), words=words, entries=entries)


def _reports_of(
    biopsies: Iterable[Biopsy], situation: Situation
) -> tuple[SignalEntry, ...]:
    return situation.entries_of(
        report for biopsy in biopsies for report in biopsy.reports
    )


def _result_text(results: Collection[str]) -> str:
    result_words = {"malignancy": say("a malignancy"), "infection": say("an infection")}
    return join_words(
        words for result, words in result_words.items() if result in results
    )


@signal("biopsy-preliminary")
def _biopsy_preliminary(situation: Situation) -> Signal | None:
    """Find a report of a biopsy that is not final, and names something grave."""
    biopsies = _biopsies(situation)
    nothing = frozenset[GraveResult]()
    final = nothing.union(*(biopsy.names for biopsy in biopsies))
    preliminary = nothing.union(*(biopsy.preliminary for biopsy in biopsies))
    if preliminary <= final:
        return None
    words = {"names": _result_text(preliminary)}
    grave = [biopsy for biopsy in biopsies if biopsy.preliminary]
    return Signal(
        say("preliminary biopsy result names {names}", **words),
        words=words,
        entries=_reports_of(grave, situation),
    )


@signal("biopsy-unclear")
def _biopsy_unclear(situation: Situation) -> Signal | None:
    """Find a result of a biopsy that is back, and was not understood whole."""
    unclear = [biopsy for biopsy in _biopsies(situation) if biopsy.is_unclear]
    if not unclear or SIGNALS["biopsy-grave"](situation):
        return None
    back_on = _newest_day((biopsy.back_on for biopsy in unclear), situation.today)
    return Signal(
        say("biopsy result not understood"),
        words={"back": back_on},
        entries=_reports_of(unclear, situation),
    )


@signal("rehabilitation-not-placed")
def _rehabilitation_not_placed(situation: Situation) -> Signal | None:
    """Find physiotherapy neither ordered nor booked, if nothing forbids it.

    A rehabilitation in hospital, for which the patient leaves, gives it.
    """
    leaving = situation.leaving
    if leaving is None or situation.support.counted("rehabilitation"):
        return None
    if leaving.goes_to_rehabilitation:
        return None
    if SIGNALS["rehabilitation-booked"](situation):
        return None
    if any(SIGNALS[name](situation) for name in NO_TRAINING):
        return None
    return Signal(words={"weeks": str(situation.policy.brace.review_weeks)})


@signal("training-despite-limit")
def _training_despite_limit(situation: Situation) -> Signal | None:
    """Find physiotherapy, placed although a fracture of the spine was lately unstable.

    So it is if an order forbids it, and none of it is of a later day. What another fact
    asks about is not asked again. A broken hip is no reason to ask:
    physiotherapy was ordered for a patient whose hip had been repaired, and the
    patient's page allows for it.
    """
    leaving, support = situation.leaving, situation.support
    is_placed = support.counted("rehabilitation") or (
        leaving and leaving.next_booking("rehabilitation", situation.today)
    )
    if leaving is None or not is_placed:
        return None
    if _is_training_forbidden(situation):
        return Signal(say("an order forbids physiotherapy"))
    if any(SIGNALS[name](situation) for name in ASKED_OF_INJURIES):
        return None
    unstable = SIGNALS["unstable-before"](situation)
    if unstable is None or not _has_recent_unstable_fracture(situation):
        return None
    return Signal(unstable.because)


def _is_training_forbidden(situation: Situation) -> bool:
    """Tell if an order forbids training, and no order of it is of a later day."""
    support = situation.support
    forbidden = support.forbidden_on
    if forbidden is None:
        return False
    days = (order.written.day for order in support.counted("rehabilitation"))
    return not any(day and day > forbidden for day in days)


def _has_recent_unstable_fracture(situation: Situation) -> bool:
    """Tell if a fracture of the months before the operation is unstable, or may be.

    Words of a diagnosis say so as its code does; what was not understood says nothing.
    A spine that is unstable without a fracture lasts for years.
    """
    leaving, findings = situation.leaving, situation.findings
    known, gap = findings.known.get(UNSTABLE[0]), findings.gaps.get(UNSTABLE[0])
    outcome: Finding | Gap | None = None
    if known is not None and known.value is True:
        outcome = known
    elif gap is not None and _is_diagnosed(gap) and not gap.may_be_old:
        outcome = gap
    if leaving is None or outcome is None:
        return False
    since = outcome.observed
    sources = {source.resource for source in outcome.provenance}
    is_recent = since is not None and situation.today - since <= HEALS_IN
    return is_recent and sources.isdisjoint(leaving.instability.diagnosed)


def _is_diagnosed(gap: Gap) -> bool:
    """Tell if words of a diagnosis name it; an order is of the treated fracture."""
    return gap.is_mentioned and any(one.is_diagnosis for one in gap.provenance)


@signal("biopsy-sent")
def _biopsy_sent(situation: Situation) -> Signal | None:
    sent = [one for one in _biopsies(situation) if not one.is_sample]
    return Signal() if sent else None


@signal("rehabilitation-booked")
def _rehabilitation_booked(situation: Situation) -> Signal | None:
    leaving = situation.leaving
    if leaving is None:
        return None
    visit = leaving.next_booking("rehabilitation", situation.today)
    return Signal() if visit else None

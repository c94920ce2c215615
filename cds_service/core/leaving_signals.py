"""Signals of a patient who leaves after an augmentation: what is still open.

None of them holds while an order is signed.
"""

from datetime import date

from cds_service.core.bracing import BROKEN, Brace
from cds_service.core.findings import DrugUse
from cds_service.core.leaving import SOON_ENOUGH, next_dose
from cds_service.core.phrases import Verbatim, say
from cds_service.core.situation import SIGNALS, Signal, Situation, signal
from cds_service.core.wording import (
    capital,
    join_words,
    say_date,
    say_near_date,
    say_title,
)

# A drug that is taken since shortly before or after the fracture.
STARTED = ("drug-started-for-fracture", "early-on-drug")
# Signals under which training is not ours to ask for (rule file 10-rehabilitation).
NO_TRAINING = (
    "spinal-infection",
    "sepsis",
    "new-deficit",
    "bone-malignancy",
    "recent-cancer",
    "unstable-spine",
    "biopsy-grave",
)


def is_drug_started(situation: Situation) -> bool:
    """Tell if a bone drug is taken since this fracture, or prescribed to be.

    What others give has to be given: its order alone starts nothing. Nor does an order
    that may say "declined".
    """
    state = situation.drug_state
    if state.signal in STARTED:
        return True
    use = state.use
    if state.signal != "drug-without-dose" or use is None or use.is_injected:
        return False
    if use.is_open or use.prescribed is None:
        return False
    since = situation.support.counted_from
    is_new = bool(since and use.prescribed.first >= since)
    return use.is_ordered and (is_new or use.is_ordered_now)


def is_review_dated(situation: Situation) -> bool:
    """Tell if a visit for bone treatment has a day."""
    leaving, today = situation.leaving, situation.today
    if leaving and leaving.next_booking("bone-treatment", today):
        return True
    days = (one.start for one in situation.support.counted("bone-treatment"))
    return any(today < day <= today + SOON_ENOUGH for day in days if day)


@signal("bone-treatment-settled")
def _settled(situation: Situation) -> Signal | None:
    """A bone drug was started, or a visit for it has a day.

    Failing kidneys may forbid the drug: then its start settles nothing (E8).
    """
    if situation.leaving is None:
        return None
    is_doubtful = SIGNALS["kidney-failure"](situation) is not None
    is_started = is_drug_started(situation) and not is_doubtful
    is_settled = is_started or is_review_dated(situation)
    return Signal() if is_settled else None


@signal("leaving-without-dose")
def _without_dose(situation: Situation) -> Signal | None:
    """A bone drug is ordered or listed, no dose is recorded, and nothing is dated."""
    state = situation.drug_state
    if situation.leaving is None or state.signal != "drug-without-dose":
        return None
    if _settled(situation):
        return None
    return SIGNALS["drug-without-dose"](situation)


@signal("review-undated")
def _review_undated(situation: Situation) -> Signal | None:
    """The review is ordered and has no day, and no drug was started."""
    found = SIGNALS["review-ordered"](situation)
    if situation.leaving is None or found is None or _settled(situation):
        return None
    return found


@signal("next-dose-undated")
def _next_dose_undated(situation: Situation) -> Signal | None:
    """Denosumab or zoledronate goes on, and its next dose has no day."""
    leaving, use = situation.leaving, situation.drug_state.use
    if leaving is None or use is None:
        return None
    due = next_dose(use)
    if due is None or situation.drug_state.signal == "denosumab-overdue":
        return None
    if leaving.booked_dose(due):
        return None
    today = situation.today
    words = {
        "drug": use.name,
        "Drug": capital(use.name),
        "drugs": situation.drug_state.clause,
        "due": say_near_date(due, today),
        "last": _last(use, today),
        "passed": "yes" if due < today else "",
    }
    return Signal(say("{drug} due {due}", **words), words=words)


def _last(use: DrugUse, today: date) -> str:
    return say_near_date(use.last_dose.first, today) if use.last_dose else ""


@signal("fracture-untreated")
def _fracture_untreated(situation: Situation) -> Signal | None:
    """A recent fracture of a vertebra that was not treated."""
    levels = situation.support.other.fractures
    if situation.leaving is None or not levels:
        return None
    words = {"levels": join_words(levels)}
    return Signal(say("recent fracture of {levels}", **words), words=words)


@signal("brace-stop-open")
def _brace_stop_open(situation: Situation) -> Signal | None:
    """A brace that nobody ends, or ends late."""
    braces = [one for one in situation.braces if one.issue]
    if situation.leaving is None or not braces:
        return None
    if SIGNALS["no-brace-advice"](situation):
        return None
    kept = SIGNALS["brace-keep-reason"](situation)
    first = min(braces, key=lambda one: one.since)
    today = situation.today
    words = {
        "brace": join_words(dict.fromkeys(one.name for one in braces)),
        "title": join_words(
            dict.fromkeys(say_title(one.times.order.title) for one in braces)
        ),
        "end": say_near_date(first.last_day, today),
        "end_day": say_date(first.last_day),
        "weeks": str(max(0, (today - first.since).days) // 7),
        "how": _how(first),
        "reason": kept.because if kept else "",
        "kept": "yes" if kept else "",
    }
    orders = tuple(one.times.order for one in braces)
    return Signal(words["brace"], orders, braces=tuple(braces), words=words)


def _how(brace: Brace) -> str:
    if brace.issue == "passed":
        return "passed"
    return "late" if brace.issue in BROKEN or brace.correction else "unclear"


@signal("biopsy-pending")
def _biopsy_pending(situation: Situation) -> Signal | None:
    """A biopsy was sent, and no final report is on record."""
    leaving = situation.leaving
    pending = [one for one in leaving.biopsies if not one.is_back] if leaving else []
    if not pending:
        return None
    days = [one.sent_on for one in pending if one.sent_on]
    sent = say_near_date(max(days), situation.today) if days else ""
    owner = Verbatim(situation.policy.discharge.biopsy_owner)
    return Signal(say("biopsy result pending"), words={"sent": sent, "owner": owner})


@signal("biopsy-grave")
def _biopsy_grave(situation: Situation) -> Signal | None:
    """The report of a biopsy names a malignancy or an infection."""
    leaving = situation.leaving
    grave = [one for one in leaving.biopsies if one.names] if leaving else []
    if not grave:
        return None
    days = [one.back_on for one in grave if one.back_on]
    found = frozenset[str]().union(*(one.names for one in grave))
    said = {"malignancy": say("a malignancy"), "infection": say("an infection")}
    named = [words for one, words in said.items() if one in found]
    words = {
        "back": say_near_date(max(days), situation.today) if days else "",
        "names": join_words(named),
    }
    return Signal(say("biopsy names {names}", **words), words=words)


@signal("biopsy-unclear")
def _biopsy_unclear(situation: Situation) -> Signal | None:
    """The result of a biopsy is back, and was not understood whole."""
    leaving = situation.leaving
    unclear = [one for one in leaving.biopsies if one.is_unclear] if leaving else []
    if not unclear or SIGNALS["biopsy-grave"](situation):
        return None
    days = [one.back_on for one in unclear if one.back_on]
    words = {"back": say_near_date(max(days), situation.today) if days else ""}
    return Signal(say("biopsy result not understood"), words=words)


@signal("rehabilitation-not-placed")
def _rehabilitation_not_placed(situation: Situation) -> Signal | None:
    """Physiotherapy is neither ordered nor booked, and nothing forbids it."""
    if situation.leaving is None or situation.support.counted("rehabilitation"):
        return None
    if SIGNALS["rehabilitation-booked"](situation):
        return None
    if any(SIGNALS[name](situation) for name in NO_TRAINING):
        return None
    return Signal(words={"weeks": str(situation.policy.brace.review_weeks)})


@signal("biopsy-sent")
def _biopsy_sent(situation: Situation) -> Signal | None:
    leaving = situation.leaving
    return Signal() if leaving and leaving.biopsies else None


@signal("rehabilitation-booked")
def _rehabilitation_booked(situation: Situation) -> Signal | None:
    leaving = situation.leaving
    if leaving is None:
        return None
    visit = leaving.next_booking("rehabilitation", situation.today)
    return Signal() if visit else None

"""The page that a patient takes home: its sentences, and their words.

The facts are kept in the audit entry, and hold nothing that names the patient. The
sentences of a language are `hooks/<service>/handout/<language>.toml`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from string import Formatter
from typing import Any, Self

from pydantic import Field, model_validator

from cds_service.core.braces.brace_reasons import keep_reasons
from cds_service.core.braces.bracing import SAME_WITHIN, BraceTimes
from cds_service.core.case import Case, Conclusion
from cds_service.core.data_file import Approved, DataTable
from cds_service.core.drugs.drug_states import DrugState
from cds_service.core.facts.leaving import Leaving, next_dose
from cds_service.core.facts.open_signals import PROSE_OPEN
from cds_service.core.facts.situation import Signal
from cds_service.core.findings import DrugUse
from cds_service.core.handout.handout_settings import HandoutSettings, HandoutWords
from cds_service.core.orders import AugmentationOrder
from cds_service.core.words.wording import is_near

# The page as a draft of the record; the audit log counts it next to recommendations.
HANDOUT_DRAFT = "handout"
SENTENCES = tuple(f"H{number}" for number in range(1, 11))
# Facts with which the page says nothing of exercise or of the end of a brace, and
# signals that one of them is open, or could not be read.
NO_TRAINING = ("F1", "F2", "F5", "F6", "F7")
FORBIDDING = frozenset(
    {
        "unstable-spine",
        "cause-open",
        "new-deficit-open",
        "deficit-open",
        "deficit-in-doubt",
        "stability-open",
        "biopsy-grave",
        "biopsy-pending",
        "biopsy-preliminary",
        "biopsy-unclear",
        "grave-lists-unread",
        "fracture-untreated",
        "complication-named",
        "recent-entry-unread",
        "recent-injury",
        "injury-treated",
        "report-awaited",
    }
)
# The signal of what limits training and walking; it says nothing of a brace.
LIMITED = "training-limited"
# A hip that broke this lately may still heal.
HIP_HEALS_IN = timedelta(days=90)
# Signals that words on how the operation went may not have been understood.
AFTER_UNREAD = frozenset({"new-deficit-open", "deficit-open"})
# With these the page names no next dose: it is too late, or somebody is asked first.
NO_NEXT_DOSE = frozenset(
    {"denosumab-overdue", "kidney-failure", "bone-drug-caution", "bone-drug-withheld"}
)
# With these a tablet at home goes on only after a question.
CHECKED_FIRST = frozenset({"bone-drug-caution", "bone-drug-withheld"})
# Signals with which a reason to keep a brace is not excluded. Words that were not
# understood forbid no walking, as they withhold no referral: few reports are understood
# whole.
BRACE_MAY_STAY = frozenset({"brace-reasons-unread", PROSE_OPEN})
OF_TRAINING = frozenset({"H5", "H6", "H7"})
# Said only of an operation that was understood whole.
OF_OPERATION = frozenset({"H1"})
# Said only if a fracture is on record.
FRACTURE_FACTS = frozenset({"H1", "H2"})
BROKEN = frozenset({"vertebral-fracture", "osteoporotic-vertebral-fracture"})
BLANKS = frozenset({"drug", "next", "ask", "by", "training", "off", "phone"})
# Signals of a drug that goes on. If it is taken at home, the patient need not ask.
GOES_ON = ("early-on-drug", "long-on-drug", "drug-started-for-fracture")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """An appointment as the page says it.

    Attributes:
        time: `10:00`; empty if only the day is known.
    """

    day: date
    time: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoutFacts:
    """The facts that fill the page.

    Attributes:
        on: the day of leaving.
        drug: our name for it, `denosumab`; empty if its next day is not known.
        next_dose: the day of its next dose; None without a drug.
        asks: the patient has to ask about bone medicine.
        training: the exercise class that is booked; None without one.
        brace_off: the day the brace comes off; None if no signed order ends it in time,
            or if it may still be needed.
        may_train: the page may advise walking and exercise: nothing forbids them.
        is_broken: a fracture of a vertebra is on record.
        is_done: the operation was done as ordered, as far as all its words tell.
    """

    on: date
    drug: str = ""
    next_dose: date | None = None
    asks: bool = True
    training: Visit | None = None
    brace_off: date | None = None
    may_train: bool = True
    is_broken: bool = True
    is_done: bool = True

    def to_json(self) -> dict[str, Any]:
        """Write the facts for the audit entry, days in ISO 8601."""
        facts: dict[str, Any] = {
            "on": self.on.isoformat(),
            "asks": self.asks,
            "mayTrain": self.may_train,
            "isBroken": self.is_broken,
            "isDone": self.is_done,
        }
        if self.drug and self.next_dose:
            facts |= {"drug": self.drug, "nextDose": self.next_dose.isoformat()}
        if self.training:
            day = self.training.day.isoformat()
            facts["training"] = {"day": day, "time": self.training.time}
        if self.brace_off:
            facts["braceOff"] = self.brace_off.isoformat()
        return facts

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Self:
        """Read the facts of an audit entry.

        Pages of older entries always said that a bone broke.
        """
        training = facts.get("training")
        visit = None
        if training:
            day = date.fromisoformat(training["day"])
            visit = Visit(day=day, time=training["time"])
        return cls(
            on=date.fromisoformat(facts["on"]),
            drug=facts.get("drug", ""),
            next_dose=_day(facts.get("nextDose")),
            asks=facts["asks"],
            training=visit,
            brace_off=_day(facts.get("braceOff")),
            may_train=facts["mayTrain"],
            is_broken=facts.get("isBroken", True),
            is_done=facts.get("isDone", True),
        )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


# --- facts of a conclusion


def find_handout(conclusion: Conclusion, leaving: Leaving) -> HandoutFacts:
    """Find the facts for the page of this patient, by signed orders alone."""
    case = conclusion.case
    names = {signal.name for signal in conclusion.signals}
    drug, day = "", None
    state = conclusion.drug_state
    is_held = not NO_NEXT_DOSE.isdisjoint({state.signal, *names})
    if state.use is not None and not is_held:
        day = _day_of_dose(state.use, leaving, case.today)
        drug = state.use.name if day else ""
    goes_on = _goes_on_at_home(state) and CHECKED_FIRST.isdisjoint(names)
    training = leaving.next_booking("rehabilitation", case.today)
    visit = Visit(day=training.day, time=training.time) if training else None
    is_forbidden = any(conclusion.facts.holds(fact) for fact in NO_TRAINING)
    is_forbidden |= _is_hip_healing(case)
    may_move = not is_forbidden and FORBIDDING.isdisjoint(names)
    is_brace_kept = _is_brace_kept(case) or not BRACE_MAY_STAY.isdisjoint(names)
    may_end = may_move and not is_brace_kept
    brace_off = _brace_off(conclusion.signals, case.today) if may_end else None
    is_unread = case.order is not None and _is_unread(case.order)
    return HandoutFacts(
        on=case.today,
        drug=drug,
        next_dose=day,
        asks=not drug and not goes_on,
        training=visit,
        brace_off=brace_off,
        may_train=may_move and LIMITED not in names and not _is_walking_watched(case),
        is_broken=_is_broken(case),
        is_done=not is_unread and AFTER_UNREAD.isdisjoint(names),
    )


def _is_unread(order: AugmentationOrder) -> bool:
    """Tell if words of the operation were not understood."""
    performed = order.performed
    return bool(order.unread) or (performed is not None and performed.is_note_unread)


def _is_broken(case: Case) -> bool:
    """Tell if a fracture of a vertebra is on record, or the reason of the operation."""
    is_reason = case.order is not None and not BROKEN.isdisjoint(case.order.reasons)
    return is_reason or "index-fracture" in case.findings.known


def _is_hip_healing(case: Case) -> bool:
    """Tell if a hip broke lately, or on a day that is not known."""
    if not case.findings.is_true("hip-fracture"):
        return False
    broken_on = case.findings.known["hip-fracture"].observed
    return broken_on is None or case.today - broken_on <= HIP_HEALS_IN


def _is_walking_watched(case: Case) -> bool:
    """Tell if no page sends the patient to walk a little more each day.

    An order says that they may not walk alone, or they had a heart attack, an embolism
    or a stroke in these days.
    """
    return not case.support.training_limits.isdisjoint({"aided", "event"})


def _is_brace_kept(case: Case) -> bool:
    """Tell if a reason to keep a brace is known or open, or its order was not read."""
    braces = case.support.of_kind("brace")
    is_unread = any(order.unread for order in braces)
    return is_unread or bool(keep_reasons(case.findings, case.support))


def _goes_on_at_home(state: DrugState) -> bool:
    is_injected = state.use is not None and state.use.is_injected
    return state.signal in GOES_ON and not is_injected


def _day_of_dose(use: DrugUse, leaving: Leaving, today: date) -> date | None:
    """Return the day that is booked, else the due day of an understood order.

    A visit is no day of a dose if an order in force was not understood: it may say that
    the patient declines.
    """
    due, orders = next_dose(use), use.orders
    if due is None or (orders.is_standing and orders.prescribed is None):
        return None
    if booking := leaving.booked_dose(due):
        return booking.day
    is_in_force = orders.is_standing and (orders.until is None or due <= orders.until)
    return due if is_in_force and due >= today else None


def _brace_off(signals: tuple[Signal, ...], today: date) -> date | None:
    """Return the last end of the braces in force, if each has a clear one in time."""
    brace_signal = next(
        (signal for signal in signals if signal.name == "brace-ordered"), None
    )
    if brace_signal is None or not brace_signal.braces:
        return None
    braces = brace_signal.braces
    # What an operation's follow-up or note says was not signed as an order.
    if any(brace.issue or brace.times.order.is_inside for brace in braces):
        return None
    ends = [_clear_end(brace.times) for brace in braces]
    days = [day for day in ends if day is not None and day >= today]
    return max(days) if len(days) == len(ends) else None


def _clear_end(times: BraceTimes) -> date | None:
    """Return the end of a brace; None if it is a shortest time, or not the only end."""
    by_dates, by_words = times.by_dates, times.by_words
    is_apart = times.order.worded.kind == "apart"
    if times.is_shortest or is_apart or times.ends is None:
        return None
    if by_dates and by_words and abs(by_dates - by_words) > SAME_WITHIN:
        return None
    return by_dates or by_words


# --- sentences


class HandoutForms(DataTable):
    """The forms of days and visits in writing.

    Attributes:
        day_of_year: a day of another year, if it could be taken for this one's. If
            a language has no such form, the year follows the day.
    """

    day: str
    day_of_year: str = "{day} {month} {year}"
    visit: str
    visit_at: str

    @model_validator(mode="after")
    def _can_be_filled(self) -> Self:
        of_visit = {"day", "time", "place"}
        allowed = {
            "day": {"day", "month"},
            "day_of_year": {"day", "month", "year"},
            "visit": of_visit,
            "visit_at": of_visit,
        }
        for name, blanks in allowed.items():
            if unknown := _blanks(getattr(self, name)) - blanks:
                raise ValueError(f"{name}: no blank is called {', '.join(unknown)}")
        return self


class HandoutLabels(DataTable):
    """The labels of the page on the screen."""

    name: str
    date: str
    print: str
    languages: str
    pdf_a4: str
    pdf_letter: str
    unread: str
    stays: str


class HandoutText(Approved):
    """One language: `hooks/<service>/handout/<language>.toml`.

    Attributes:
        language: BCP 47, as pages name it.
        name: what its speakers call it.
        months: twelve names.
        words: used if a site has none.
        drugs: names by ours; a drug that is missing has no sentence.
        reviewed: a clinician who speaks it has read it.
    """

    language: str = Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    name: str
    title: str
    source: str
    reviewed: bool
    months: tuple[str, ...] = Field(min_length=12, max_length=12)
    forms: HandoutForms
    words: HandoutWords
    drugs: Mapping[str, str]
    labels: HandoutLabels
    sentences: Mapping[str, str]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if tuple(self.sentences) != SENTENCES:
            raise ValueError(f"sentences are {', '.join(SENTENCES)}, in this order")
        for name, sentence in self.sentences.items():
            if unknown := _blanks(sentence) - BLANKS:
                raise ValueError(f"{name}: no blank is called {', '.join(unknown)}")
        return self

    def is_read(self, settings: HandoutSettings) -> bool:
        """Tell if a clinician who speaks this language has read the sentences."""
        return self.reviewed or bool(settings.words_of(self.language).reader)

    def day_text(self, day: date, today: date) -> str:
        """Write a day on the page of this day, `28 December`.

        The year is left out if it cannot be mistaken, as on cards.
        """
        form = self.forms.day if is_near(day, today) else self.forms.day_of_year
        month = self.months[day.month - 1]
        return form.format(day=day.day, month=month, year=day.year)

    def visit_text(self, visit: Visit, today: date, place: str) -> str:
        """Write an appointment; without a place its day and time alone."""
        day, time = self.day_text(visit.day, today), visit.time
        if not place:
            return f"{day}, {time}" if time else day
        form = self.forms.visit_at if time else self.forms.visit
        return form.format(day=day, time=time, place=place)


def _blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def handout_sentences(
    facts: HandoutFacts, text: HandoutText, settings: HandoutSettings
) -> Iterator[tuple[str, str]]:
    """Yield each sentence of the page with its name; none has an empty blank."""
    words = _fill(facts, text, settings)
    for name, sentence in text.sentences.items():
        if name in OF_TRAINING and not facts.may_train:
            continue
        if name in FRACTURE_FACTS and not facts.is_broken:
            continue
        if name in OF_OPERATION and not facts.is_done:
            continue
        if all(words[blank] for blank in _blanks(sentence)):
            yield name, sentence.format_map(words)


def _fill(
    facts: HandoutFacts, text: HandoutText, settings: HandoutSettings
) -> dict[str, str]:
    site_words, our_words = settings.words_of(text.language), text.words
    clinic = site_words.bone_clinic or our_words.bone_clinic
    therapy = site_words.physiotherapy or our_words.physiotherapy
    today, training, brace_off = facts.on, facts.training, facts.brace_off
    ask_by = today + timedelta(days=settings.ask_days)
    dose = Visit(day=facts.next_dose) if facts.next_dose else None
    ask = (site_words.ask or our_words.ask) if facts.asks else ""
    return {
        "drug": text.drugs.get(facts.drug, ""),
        "next": text.visit_text(dose, today, clinic) if dose else "",
        "ask": ask,
        "by": text.day_text(ask_by, today),
        "training": text.visit_text(training, today, therapy) if training else "",
        "off": text.day_text(brace_off, today) if brace_off else "",
        "phone": settings.phone,
    }

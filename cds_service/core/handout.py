"""The page that a patient takes home: which sentences, filled with what.

The facts are kept in the audit entry, and hold nothing that names the patient. The
sentences of a language are `hooks/<service>/handout/<language>.toml`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from string import Formatter
from typing import Any, Self

from pydantic import Field, model_validator

from cds_service.core.bone_drugs import DrugState
from cds_service.core.bracing import SAME, BraceTimes, keep_reasons
from cds_service.core.case import Case, Conclusion
from cds_service.core.data_file import DataTable
from cds_service.core.findings import DrugUse
from cds_service.core.handout_settings import HandoutSettings, HandoutWords
from cds_service.core.leaving import Leaving, next_dose
from cds_service.core.situation import Signal
from cds_service.core.wording import HALF_A_YEAR

# The page as a draft of the record; the audit log counts it beside recommendations.
HANDOUT_DRAFT = "handout"
SENTENCES = tuple(f"H{number}" for number in range(1, 11))
# Facts with which nobody is told how to move or when a brace comes off, and signals
# that one of them is open, or could not be read.
NO_TRAINING = ("F1", "F2", "F5", "F6", "F7")
FORBIDDING = frozenset(
    {
        *("unstable-spine", "cause-open", "new-deficit-open", "deficit-open"),
        *("stability-open", "biopsy-grave", "biopsy-unclear", "grave-lists-unread"),
    }
)
# Besides, it is not known what keeps a brace on.
REASONS_UNREAD = "brace-reasons-unread"
OF_TRAINING = frozenset({"H5", "H6", "H7"})
BLANKS = frozenset({"drug", "next", "ask", "by", "training", "off", "phone"})
# A drug that goes on. Nothing has to be asked of it if it is taken at home.
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
        drug: ours, `denosumab`; empty if no next day of a signed order is known.
        next_dose: with the drug.
        asks: the patient has to ask about bone medicine.
        training: None if nothing is booked.
        brace_off: None if no signed order ends the brace in time, or it may be needed.
        may_train: nothing forbids walking and exercise by a page.
    """

    on: date
    drug: str = ""
    next_dose: date | None = None
    asks: bool = True
    training: Visit | None = None
    brace_off: date | None = None
    may_train: bool = True

    def to_json(self) -> dict[str, Any]:
        """Write the facts for the audit entry, days in ISO 8601."""
        found: dict[str, Any] = {
            "on": self.on.isoformat(),
            "asks": self.asks,
            "mayTrain": self.may_train,
        }
        if self.drug and self.next_dose:
            found |= {"drug": self.drug, "nextDose": self.next_dose.isoformat()}
        if self.training:
            day = self.training.day.isoformat()
            found["training"] = {"day": day, "time": self.training.time}
        if self.brace_off:
            found["braceOff"] = self.brace_off.isoformat()
        return found

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Read the facts of an audit entry."""
        training = kept.get("training")
        visit = training and Visit(day=_day(training["day"]), time=training["time"])
        return cls(
            on=_day(kept["on"]),
            drug=kept.get("drug", ""),
            next_dose=_day(kept["nextDose"]) if "nextDose" in kept else None,
            asks=kept["asks"],
            training=visit,
            brace_off=_day(kept["braceOff"]) if "braceOff" in kept else None,
            may_train=kept["mayTrain"],
        )


def _day(written: str) -> date:
    return date.fromisoformat(written)


# --- facts of a conclusion


def find_handout(conclusion: Conclusion, leaving: Leaving) -> HandoutFacts:
    """Find what a page may say of this patient, by signed orders alone."""
    case, names = conclusion.case, {one.name for one in conclusion.signals}
    drug, day = "", None
    state = conclusion.drug_state
    if state.use is not None and state.signal != "denosumab-overdue":
        day = _day_of_dose(state.use, leaving, case.today)
        drug = state.use.name if day else ""
    training = leaving.next_booking("rehabilitation", case.today)
    is_forbidden = any(conclusion.facts.holds(one) for one in NO_TRAINING)
    may_train = not is_forbidden and FORBIDDING.isdisjoint(names)
    may_end = may_train and REASONS_UNREAD not in names and not _is_brace_kept(case)
    brace_off = _brace_off(conclusion.signals, case.today) if may_end else None
    return HandoutFacts(
        on=case.today,
        drug=drug,
        next_dose=day,
        asks=not drug and not _goes_on_at_home(state),
        training=Visit(day=training.day, time=training.time) if training else None,
        brace_off=brace_off,
        may_train=may_train,
    )


def _is_brace_kept(case: Case) -> bool:
    """Tell if a reason to keep a brace is known or open, or its order was not read."""
    braces = case.support.of_kind("brace")
    is_unread = any(order.unread for order in braces)
    return is_unread or bool(keep_reasons(case.findings, case.support))


def _goes_on_at_home(state: DrugState) -> bool:
    is_injected = state.use is not None and state.use.is_injected
    return state.signal in GOES_ON and not is_injected


def _day_of_dose(use: DrugUse, leaving: Leaving, today: date) -> date | None:
    """Give the day that is booked, else the due day of an order in force."""
    due = next_dose(use)
    if due is None:
        return None
    if booking := leaving.booked_dose(due):
        return booking.day
    return due if use.is_ordered and due >= today else None


def _brace_off(signals: tuple[Signal, ...], today: date) -> date | None:
    """Give the last end of the braces in force, if each has a clear one in time."""
    worn = next((one for one in signals if one.name == "brace-ordered"), None)
    if worn is None or not worn.braces:
        return None
    if any(one.issue for one in worn.braces):
        return None
    ends = [_clear_end(one.times) for one in worn.braces]
    days = [day for day in ends if day is not None and day >= today]
    return max(days) if len(days) == len(ends) else None


def _clear_end(times: BraceTimes) -> date | None:
    """Give the end of a brace; None if dates and words differ, or it is a shortest."""
    by_dates, by_words = times.by_dates, times.by_words
    if times.is_shortest or times.ends is None:
        return None
    if by_dates and by_words and abs(by_dates - by_words) > SAME:
        return None
    return by_dates or by_words


# --- sentences


class HandoutForms(DataTable):
    """The forms of days and visits in writing.

    Attributes:
        day_of_year: a day of another year, where it could be taken for this one's. If
            a language has no such form, the year follows the day.
    """

    day: str
    day_of_year: str = "{day} {month} {year}"
    visit: str
    visit_at: str

    @model_validator(mode="after")
    def _can_be_filled(self) -> Self:
        of_visit = {"day", "time", "place"}
        known = {
            "day": {"day", "month"},
            "day_of_year": {"day", "month", "year"},
            "visit": of_visit,
            "visit_at": of_visit,
        }
        for name, blanks in known.items():
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


class HandoutText(DataTable):
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
    owner: str
    approved: date
    review_by: date
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

    def say_day(self, day: date, on: date) -> str:
        """Write a day on the page of this day, `28 December`.

        The year is left out where nobody mistakes it, as on cards.
        """
        is_near = day.year == on.year or abs(day - on) <= HALF_A_YEAR
        form = self.forms.day if is_near else self.forms.day_of_year
        month = self.months[day.month - 1]
        return form.format(day=day.day, month=month, year=day.year)

    def say_visit(self, visit: Visit, on: date, place: str) -> str:
        """Write an appointment; without a place its day and time alone."""
        said, time = self.say_day(visit.day, on), visit.time
        if not place:
            return f"{said}, {time}" if time else said
        form = self.forms.visit_at if time else self.forms.visit
        return form.format(day=said, time=time, place=place)


def _blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def say_handout(
    facts: HandoutFacts, text: HandoutText, settings: HandoutSettings
) -> Iterator[tuple[str, str]]:
    """Give each sentence of the page with its name; one with an empty blank is none."""
    words = _fill(facts, text, settings)
    for name, sentence in text.sentences.items():
        if name in OF_TRAINING and not facts.may_train:
            continue
        if all(words[blank] for blank in _blanks(sentence)):
            yield name, sentence.format_map(words)


def _fill(
    facts: HandoutFacts, text: HandoutText, settings: HandoutSettings
) -> dict[str, str]:
    own, usual = settings.words_of(text.language), text.words
    clinic = own.bone_clinic or usual.bone_clinic
    therapy = own.physiotherapy or usual.physiotherapy
    on, training, off = facts.on, facts.training, facts.brace_off
    by = on + timedelta(days=settings.ask_days)
    dose = Visit(day=facts.next_dose) if facts.next_dose else None
    asked = (own.ask or usual.ask) if facts.asks else ""
    return {
        "drug": text.drugs.get(facts.drug, ""),
        "next": text.say_visit(dose, on, clinic) if dose else "",
        "ask": asked,
        "by": text.say_day(by, on),
        "training": text.say_visit(training, on, therapy) if training else "",
        "off": text.say_day(off, on) if off else "",
        "phone": settings.phone,
    }

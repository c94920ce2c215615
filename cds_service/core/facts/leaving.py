"""Describe a patient who leaves after an augmentation: dates, biopsies, doses.

`fhir/orders/discharge/performed.py` reads them from the record; `leaving_signals.py`
has the signals of what is still open.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, NamedTuple, get_args

from cds_service.core.findings import DrugUse
from cds_service.core.months import months_after
from cds_service.core.orders import PROCEDURES, AugmentationOrder
from cds_service.core.words.phrases import DayForm, in_brackets, joined, say
from cds_service.core.words.wording import join_words, near_date_text

BookingKind = Literal["bone-treatment", "rehabilitation"]
GraveResult = Literal["malignancy", "infection"]
# Injuries of these days, the gravest first.
InjuryKind = Literal[
    "hip-fracture",
    "head-injury",
    "femur-shaft-fracture",
    "femur-fracture-unstated",
    "pelvic-fracture",
    "new-fracture",
    "rib-fracture",
    "leg-fracture",
    "arm-fracture",
    "other-fracture",
    "fall",
]
INJURY_KINDS: tuple[InjuryKind, ...] = get_args(InjuryKind)
# Injected drugs whose next day must not be missed: months between two doses.
DOSE_MONTHS: Mapping[str, int] = {"denosumab": 6, "zoledronate": 12}
# Policy: a dose a month late is late (cards, F8). A visit a month early can give it.
NEAR_ENOUGH = timedelta(days=31)
# Policy: a visit in more than half a year settles no treatment that is open now.
SOON_ENOUGH = timedelta(days=183)
MOST_LEVELS = 3  # named in a summary; more are counted
# While one of these holds, what caused the fracture comes before a bone drug.
CAUSE_FIRST = frozenset(
    {"bone-malignancy", "recent-cancer", "biopsy-grave", "biopsy-preliminary"}
)
# The same holds while the cause is in doubt, unless a biopsy that was sent settles it.
CAUSES_DOUBTED = frozenset({"cause-in-doubt", "entries-broken", "recent-entry-unread"})
BIOPSY_SENT = "biopsy-pending"
# While one of these holds, the infection comes before a bone drug.
INFECTIONS = frozenset({"spinal-infection", "sepsis", "septic-complication"})
# Ends the name of an operation as the source of what its complications name.
ASPECT = "#complication"


class Booking(NamedTuple):
    """An appointment with a day.

    Attributes:
        time: `10:00` at the site; empty if only the day is booked.
        is_dose: a bone drug is given there, without a review of bone treatment.
    """

    kind: BookingKind
    day: date
    time: str
    reference: str
    is_dose: bool = False


class Biopsy(NamedTuple):
    """A biopsy that was sent.

    Attributes:
        sent_on: None if its day is not recorded.
        is_back: its report is final.
        is_unclear: its final report says, or attaches, what was not understood.
        names: the grave results that its reports name and do not deny.
        back_on: the day of the newest report that is grave or not clear; None if it
            has none.
        preliminary: the grave results that its reports name before they are final.
        is_sample: it is a sample of a disc, a vertebra or marrow, and no biopsy. Its
            report of pathology does not settle the cause.
        reports: references of its reports.
    """

    sent_on: date | None
    is_back: bool
    reference: str
    names: frozenset[GraveResult] = frozenset()
    back_on: date | None = None
    is_unclear: bool = False
    preliminary: frozenset[GraveResult] = frozenset()
    is_sample: bool = False
    reports: frozenset[str] = frozenset()


class Injury(NamedTuple):
    """A fall or a broken bone of these days outside the spine.

    Attributes:
        kind: what it is, the gravest that its codes or words name.
        reference: of the entry that tells of it.
        day: when it happened, or the first day of that time; None if no day is known.
        form: how exactly the day is known.
        is_recorded: the day is that of recording, since none of its onset is known.
        treated_on: the day on which a hip or a thigh that broke was repaired.
        is_before: it was repaired before the patient's operation.
    """

    kind: InjuryKind
    reference: str
    day: date | None = None
    form: DayForm = "near"
    is_recorded: bool = False
    treated_on: date | None = None
    is_before: bool = False


class Objection(NamedTuple):
    """The objection of an order or a diagnosis to a further dose of a bone drug.

    Attributes:
        drug: its name or that of its group, as `mappings/drugs.toml` has it.
        reference: of the entry.
        day: on which it was written; None if that is not known.
        is_harm: the drug was not tolerated, however long ago.
    """

    drug: str
    reference: str
    day: date | None = None
    is_harm: bool = False


class ReportsSince(NamedTuple):
    """References of the reports since the operation.

    Attributes:
        unread: those of images that were not understood.
        awaited: those of images of the spine that say nothing yet.
        grave: those whose coded result is grave.
    """

    unread: frozenset[str]
    awaited: frozenset[str]
    grave: frozenset[str]


class DiagnosesSince(NamedTuple):
    """References of the diagnoses that began since the operation, or may have.

    Attributes:
        illnesses: those of grave illness.
        perhaps_ill: those of grave illness without an exact day, or recorded on that of
            the operation.
        sphincters: those of bladder or bowel trouble that may have begun since.
        nerve_roots: those of a nerve root.
        unusual: those with a code that is not everyday, and cancers recorded since that
            tell of more.
    """

    illnesses: frozenset[str]
    perhaps_ill: frozenset[str]
    sphincters: frozenset[str]
    nerve_roots: frozenset[str]
    unusual: frozenset[str]


class Instability(NamedTuple):
    """Entries that tell of an unstable spine.

    Attributes:
        diagnosed: the first days of the diagnoses, by reference, that may be of it and
            began since the operation.
        told: references of the entries of the operation, and of the orders and
            procedures since.
    """

    diagnosed: Mapping[str, date]
    told: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """The record of the time after the augmentation.

    Attributes:
        bookings: appointments from today on, the next first.
        biopsies: each that was sent for this fracture.
        unread: prefetch keys of lists that could not be read whole.
        is_diagnosis_unsent: the stay has a diagnosis that nobody sent.
        long_known: references of the diagnoses that are no news of the last weeks.
        everyday: references of those that every ward has, which ask for nothing.
        reports: those since the operation.
        diagnoses: those that began since the operation, or may have.
        unread_acts: references of the orders and procedures since the operation that
            may be of a deficit or of what went wrong.
        names_harm: references of the entries that name a broken bone or a grave
            illness, in words or codes that are understood.
        deficits: references of the entries since the operation whose words name a
            deficit that they do not call old.
        causes: references of the entries since the operation whose words name an
            infection, a sepsis or a tumour as there, by the finding.
        complicated: references of the operations that name a complication of which no
            fact on the cause or on a deficit tells.
        instability: what tells of an unstable spine.
        goes_to_rehabilitation: the stay ends in a hospital of rehabilitation.
        injuries: falls and broken bones of these days, the gravest first.
        broken: references of the entries that cannot be read, of a diagnosis of a
            fracture or a fall, or of a brace.
        objections: the reasons against a further dose of a bone drug.
        antibiotics: references of the entries since the operation of a drug that is
            given for weeks against an infection of bone.
        contents: a digest of what each entry of the record says, by its reference.
    """

    bookings: tuple[Booking, ...] = ()
    biopsies: tuple[Biopsy, ...] = ()
    unread: tuple[str, ...] = ()
    is_diagnosis_unsent: bool = False
    long_known: frozenset[str] = frozenset()
    everyday: frozenset[str] = frozenset()
    reports: ReportsSince
    diagnoses: DiagnosesSince
    unread_acts: frozenset[str] = frozenset()
    names_harm: frozenset[str] = frozenset()
    deficits: frozenset[str] = frozenset()
    causes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    complicated: frozenset[str] = frozenset()
    instability: Instability
    goes_to_rehabilitation: bool = False
    injuries: tuple[Injury, ...] = ()
    broken: frozenset[str] = frozenset()
    objections: tuple[Objection, ...] = ()
    antibiotics: frozenset[str] = frozenset()
    contents: Mapping[str, str] = field(default_factory=dict)

    def next_booking(
        self, kind: BookingKind, today: date, *, with_doses: bool = True
    ) -> Booking | None:
        """Find the next appointment of this kind, if it is soon enough.

        Args:
            kind: what it is for.
            today: the day of the answer.
            with_doses: a visit at which a bone drug is only given counts as well.
        """
        last = today + SOON_ENOUGH
        bookings = (
            booking
            for booking in self.bookings
            if booking.kind == kind and (with_doses or not booking.is_dose)
        )
        return next((booking for booking in bookings if booking.day <= last), None)

    def booked_dose(self, due: date) -> Booking | None:
        """Find the visit at which a dose that is due on this day can be given.

        An earlier visit may be about the drug, and is not its next dose.
        """
        visits = [
            booking for booking in self.bookings if booking.kind == "bone-treatment"
        ]
        near_visits = [visit for visit in visits if abs(visit.day - due) <= NEAR_ENOUGH]
        return min(near_visits, key=lambda visit: abs(visit.day - due), default=None)


def next_dose(use: DrugUse) -> date | None:
    """Return the day on which the next dose is due, of a drug given at intervals."""
    months = DOSE_MONTHS.get(use.name)
    if months is None or use.doses.last is None or not use.is_running:
        return None
    return months_after(use.doses.last.first, months)


def leaving_sentence(order: AugmentationOrder, today: date) -> str:
    """Name what was done, `Leaving after kyphoplasty L1 (18 Nov)`."""
    procedure = PROCEDURES.get(order.procedure or "", "vertebral augmentation")
    levels = join_words(order.levels.names or ("",))
    if len(order.levels.names) > MOST_LEVELS:
        levels = say("of {count} levels", count=len(order.levels.names))
    procedure_text = joined((procedure, levels), " ")
    day = near_date_text(order.performed_on, today) if order.performed_on else ""
    return _leaving_after(order, in_brackets(procedure_text, day))


def short_leaving_sentence(order: AugmentationOrder) -> str:
    """Name what was done without place and day, `Leaving after kyphoplasty`."""
    procedure = PROCEDURES.get(order.procedure or "", "vertebral augmentation")
    return _leaving_after(order, procedure)


def _leaving_after(order: AugmentationOrder, procedure: str) -> str:
    if order.is_sure:
        return say("Leaving after {done}", done=procedure)
    return say("Leaving, perhaps after {done}", done=procedure)


def start_phrase(signals: Collection[str]) -> str:
    """Name when a bone drug is started: after what must be known or treated first."""
    if not INFECTIONS.isdisjoint(signals):
        return say("start after the infection")
    is_doubted = not CAUSES_DOUBTED.isdisjoint(signals) and BIOPSY_SENT not in signals
    if is_doubted or not CAUSE_FIRST.isdisjoint(signals):
        return say("start once the cause is known")
    return say("start")

"""Read from a patient's record what was done after a signing.

`core/earlier_cards/course_after_signing.py` judges it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from cds_service.core.braces.bracing import times_of
from cds_service.core.drugs.drug_courses import find_overdue
from cds_service.core.drugs.drug_entries import DrugEntry
from cds_service.core.earlier_cards.course_after_signing import (
    DAYS,
    Course,
    Step,
    last_day,
)
from cds_service.core.findings import BoneDrugs
from cds_service.core.orders import SupportOrder
from cds_service.core.vocabulary import BoneDrugSpec
from cds_service.core.words.wording import date_text
from cds_service.errors import DeadlinePassed, EvidenceUnavailable, PatientMismatch
from cds_service.fhir.entries.medication.products import DEVICE_ORDERS
from cds_service.fhir.entries.words.asides import VOID
from cds_service.fhir.entries.words.open_concepts import MAY_NEED_BRACE
from cds_service.fhir.findings.chart import Chart, CountedDays
from cds_service.fhir.findings.drugs.bone_drug_entries import entries_of
from cds_service.fhir.findings.drugs.bone_drug_history import read_history
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.order_times import IN_FORCE
from cds_service.fhir.orders.orders_on_record import unchecked_in
from cds_service.fhir.orders.recognition import REVIEW
from cds_service.fhir.orders.support.support_on_record import (
    CARRIED_OUT,
    find_support_on_record,
)
from cds_service.fhir.raw_json import Json, truth
from cds_service.outgoing.deadline import Deadline
from cds_service.population.scoring import (
    SECONDS,
    Run,
    by_type,
    loop_plan,
    record_of,
    visits_of,
)
from cds_service.population.worklist import (
    LOOP_OPEN,
    ORDERED_BEFORE,
    Row,
    Visit,
    bone_visits,
    referral_names,
    strange_intakes,
    with_notes,
)

DayAndResource = tuple[date, str]  # a day, and the resource that shows it
OVER = frozenset({"completed", "revoked", "stopped"})  # of a brace order
# Policy: an order that ended without a day belongs to this fracture if it was written
# at most this long before the signing.
BRACE_BEFORE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class _Patient:
    """One patient's record, and the signing that is asked about."""

    record: PatientRecord
    visits: Sequence[Json]
    run: Run
    signed: date
    ends: date

    @property
    def terminology(self) -> Terminology:
        return self.run.service.terminology

    @property
    def bone_drug(self) -> BoneDrugSpec:
        spec = self.run.service.finding_specs["bone-drug"]
        if not isinstance(spec, BoneDrugSpec):
            raise TypeError("mappings/findings/bone-drug.toml is of another kind")
        return spec

    def chart(self, day: date) -> Chart:
        """Return the record as of a day: nothing dated later is in it."""
        return Chart(
            self.record, self.terminology, CountedDays(day, day, date.max, day)
        )


def read_course(
    patient: str, lines: Sequence[bytes], run: Run, signed: date, days: int = DAYS
) -> Course | None:
    """Read what was done after a signing; None if the record cannot be read.

    Args:
        patient: their id.
        lines: as for `scoring.score`.
        run: what holds for all patients; nothing after its day counts.
        signed: the day of the signing.
        days: days after the signing within which a step is in time.
    """
    kinds = by_type(lines)
    patient_resource = next(iter(kinds.get("Patient", ())), None)
    if patient_resource is None:
        return None
    person = Person(patient, run.bases).identified(patient_resource, ())
    try:
        deadline = Deadline.after(SECONDS)
        record = record_of(person, kinds, run, loop_plan(run), deadline)
    except (EvidenceUnavailable, PatientMismatch, DeadlinePassed):
        return None
    visits = visits_of(kinds, person)
    signed_patient = _Patient(record, visits, run, signed, last_day(signed, days))
    return _course(signed_patient, patient_resource)


def _course(patient: _Patient, patient_resource: Mapping[str, Any]) -> Course:
    run, signed, ends = patient.run, patient.signed, patient.ends
    spec = patient.bone_drug
    now, then = patient.chart(run.as_of), patient.chart(min(ends, run.as_of))
    history = read_history(spec, then)
    entries = entries_of(spec, now)
    visits = _bone_visits(patient)
    referral, visit, missed = _referral_and_visit(patient, visits)
    brace = _brace_course(patient)
    steps: dict[Step, DayAndResource | None] = {
        "referral": referral,
        "visit": visit,
        "drug-ordered": _first(_drug_days(entries, signed, is_intake=False)),
        "drug-started": _first(_drug_days(entries, signed, is_intake=True)),
        "brace-ended": brace.ended,
    }
    done_steps = {step: done for step, done in steps.items() if done}
    undated: set[Step] = {"brace-ended"} if brace.is_end_undated else set()
    died = _day_of_death(patient_resource, run)
    is_dead = truth(patient_resource.get("deceasedBoolean")) is True
    unread_lists = tuple(_unread(patient, now))
    return Course(
        signed=signed,
        ends=ends,
        today=run.as_of,
        days={step: day for step, (day, _) in done_steps.items()},
        undated=frozenset(undated),
        is_on_drug=_is_on_drug(history, then.today),
        has_brace=brace.is_there,
        is_dead=is_dead or died is not None,
        died=died,
        unread=(
            *unread_lists,
            *strange_intakes(spec, now),
            *_unclear_drugs(history, entries, signed),
            *_unclear_visits(visits, run.as_of),
        ),
        has_unread_lists=bool(unread_lists),
        resources={step: resource for step, (_, resource) in done_steps.items()},
        missed=missed,
    )


def _day_of_death(patient_resource: Mapping[str, Any], run: Run) -> date | None:
    """Return the stated day of death, if it is not after the run's day."""
    calendar = run.service.calendar
    stated = calendar.first_day(patient_resource.get("deceasedDateTime"))
    return stated if stated and stated <= run.as_of else None


def _first(days: Iterator[DayAndResource]) -> DayAndResource | None:
    return min(days, default=None)


# --- bone drugs


def _is_on_drug(history: BoneDrugs, today: date) -> bool:
    """Tell if a bone drug is clearly taken, and its next dose is not overdue."""
    overdue = find_overdue(history, today)
    return any(
        use.is_running and not use.is_open and use is not overdue
        for use in history.uses
    )


def _unclear_drugs(
    history: BoneDrugs, entries: Sequence[DrugEntry], signed: date
) -> Iterator[str]:
    """Name the bone drugs that may be taken since, by entries not understood."""
    names = {use.name for use in history.uses if use.is_running and use.is_open}
    names |= {entry.name for entry in entries if _may_be_since(entry, signed)}
    for name in sorted(names):
        yield f"{name} recorded, not understood"


def _drug_days(
    entries: Sequence[DrugEntry], signed: date, *, is_intake: bool
) -> Iterator[DayAndResource]:
    """Yield days of orders, or of doses, dispenses and reports, from the signing on.

    A month without a day counts only if it begins at the signing or later, and then by
    its last day: doubt never makes a step earlier. An intake that was not understood
    whole does not count: it may have been refused, or never taken.
    """
    for entry in entries:
        if (
            entry.is_intake is is_intake
            and (entry.clarity.is_understood or not is_intake)
            and entry.begins
            and entry.begins.first >= signed
        ):
            yield entry.begins.last, entry.provenance.resource


def _may_be_since(entry: DrugEntry, signed: date) -> bool:
    """Tell if it may be an intake since the signing, and was not understood."""
    day = entry.last or entry.begins
    is_since = day is None or day.last >= signed
    return entry.is_intake and not entry.clarity.is_understood and is_since


# --- referrals and visits


def _bone_visits(patient: _Patient) -> list[Visit]:
    """List the visits for bone treatment from the signing on."""
    terminology = patient.terminology
    names = referral_names(patient.record, terminology)
    listed = bone_visits(patient.visits, terminology, names)
    return [visit for visit in listed if visit.day >= patient.signed]


def _referral_and_visit(
    patient: _Patient, visits: Sequence[Visit]
) -> tuple[DayAndResource | None, DayAndResource | None, tuple[date, ...]]:
    """Find the first referral and visit, and days of visits that were not kept.

    A referral counts from some days before the signing on, since it belongs to the
    fracture; a visit counts from the signing on.
    """
    terminology, signed, today = patient.terminology, patient.signed, patient.run.as_of
    orders = find_support_on_record(patient.record, terminology, CARRIED_OUT)
    first = signed - ORDERED_BEFORE
    placed = (
        (order.written.day, order.reference)
        for order in orders
        if order.kind == REVIEW
        and order.written.day
        and first <= order.written.day <= today
    )
    came = [visit for visit in visits if visit.is_kept and visit.day <= today]
    missed = (visit.day for visit in visits if visit.is_arranged and visit.day <= today)
    return (
        _first(placed),
        _first((visit.day, visit.reference) for visit in came),
        tuple(sorted(set(missed))) if not came else (),
    )


def _unclear_visits(visits: Sequence[Visit], today: date) -> Iterator[str]:
    """Name the visits up to today that were not understood."""
    for visit in visits:
        if visit.is_unclear and visit.day <= today:
            yield f"visit {date_text(visit.day)} recorded, not understood"


# --- braces


class _BraceCourse(NamedTuple):
    """The outcome of the braces of this fracture.

    Attributes:
        is_there: there is one, or may be.
        ended: the day on which the last ended; None if one has not, or on no known day.
        is_end_undated: all have ended, and one of them on no known day.
    """

    is_there: bool
    ended: DayAndResource | None = None
    is_end_undated: bool = False


def _brace_course(patient: _Patient) -> _BraceCourse:
    """Read what became of the braces.

    An order that is still in force has not ended, whatever last day it states.
    """
    active = [
        order
        for order in _brace_orders(patient, IN_FORCE)
        if order.written.day is None or order.written.day <= patient.run.as_of
    ]
    over = [
        order for order in _brace_orders(patient, OVER) if _is_of_this(order, patient)
    ]
    if active or _may_hide_a_brace(patient):
        return _BraceCourse(is_there=True)
    if not over:
        return _BraceCourse(is_there=False)
    days = [
        (end, order.reference)
        for order in over
        if (end := _stated_end(order, patient)) and end <= patient.run.as_of
    ]
    if len(days) < len(over):
        return _BraceCourse(is_there=True, is_end_undated=True)
    return _BraceCourse(is_there=True, ended=max(days))


def _brace_orders(
    patient: _Patient, statuses: frozenset[str]
) -> Iterator[SupportOrder]:
    orders = find_support_on_record(patient.record, patient.terminology, statuses)
    return (order for order in orders if order.kind == "brace")


def _may_hide_a_brace(patient: _Patient) -> bool:
    """Tell if a brace may be in a list or a device order that was not read.

    A device order is not read if it names a Device that the record does not hold.
    """
    lists = {"ServiceRequest", "DeviceRequest", "SupplyRequest"}
    if not lists.isdisjoint(unchecked_in(patient.record)):
        return True
    first = patient.signed - BRACE_BEFORE
    calendar = patient.run.service.calendar
    for entry in patient.record.entries:
        is_device = (
            entry.resource_type in DEVICE_ORDERS and MAY_NEED_BRACE in entry.concepts
        )
        if is_device and entry.status not in VOID:
            written = calendar.named_day(entry.raw.get("authoredOn"))
            if written is None or first <= written <= patient.run.as_of:
                return True
    return False


def _stated_end(order: SupportOrder, patient: _Patient) -> date | None:
    """Return the last day by the order's dates, length or words.

    An order that was stopped before it has none: the day of stopping is not recorded.
    """
    return times_of(order, None, patient.run.as_of).ends


def _is_of_this(order: SupportOrder, patient: _Patient) -> bool:
    """Tell if a brace order that is over may have ended after the signing."""
    if end := _stated_end(order, patient):
        return patient.signed <= end
    begun = order.written.day or order.start
    return begun is not None and begun >= patient.signed - BRACE_BEFORE


# --- what is not known


def _unread(patient: _Patient, chart: Chart) -> Iterator[str]:
    """Name the lists that may hold a visit or a drug and were not read."""
    if why := chart.unread(patient.bone_drug):
        yield why
    if "Procedure" in unchecked_in(patient.record):
        yield "procedures could not be read"
    if "Encounter" not in patient.run.exported:
        yield "visits could not be read"


# --- the nurse's list


def row_of(course: Course, card: str) -> Row:
    """Make the row of a patient who was neither seen nor treated.

    Args:
        card: the clinician's answer to the card, in words.
    """
    where = "in what could be read" if course.unread else "on record"
    text = (
        f"Order signed {date_text(course.signed)}, card {card}; by"
        f" {date_text(course.ends)} no visit for bone treatment and no dose of a bone"
        f" drug {where}"
    )
    resources = tuple(dict.fromkeys(course.resources.values()))
    signed = course.signed.isoformat()
    return Row(LOOP_OPEN, signed, with_notes(text, list(_notes(course))), resources)


def _notes(course: Course) -> Iterator[str]:
    if day := course.days.get("referral"):
        yield f"referral {date_text(day)}"
    if day := course.days.get("drug-ordered"):
        yield f"bone drug ordered {date_text(day)}, no dose or dispense on record"
    for day in course.missed:
        yield f"appointment {date_text(day)} not recorded as kept"
    yield from course.unread

"""Read the appointments that follow an augmentation, and what each is for."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import get_args

from cds_service.core.facts.leaving import Booking, BookingKind
from cds_service.fhir.element_names import MODIFIERS
from cds_service.fhir.entries.coded import read_code
from cds_service.fhir.entries.held_training import REHABILITATION
from cds_service.fhir.entries.medication.drug_groups import BONE_DRUG
from cds_service.fhir.entries.medication.drugs import read_billed
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.leaves import words_in
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import NO_DRAFTS, Order, codeables, entries_of_type
from cds_service.fhir.orders.recognition import REVIEW, with_meaning
from cds_service.fhir.orders.since.asides_as_reasons import VISIT_NOTES
from cds_service.fhir.orders.training.ward_training import is_visit_on_ward
from cds_service.fhir.orders.unread.unread_in_referral import (
    is_read_whole,
    is_visit_understood,
)
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of
from cds_service.fhir.references import last_name
from cds_service.fhir.site_calendar import Moment

BOOKED = frozenset({"booked", "arrived", "checked-in"})
TRAINING = "rehabilitation"
DISPENSABLE = frozenset({"optional", "information-only"})
# What an appointment says of itself, in words or codes.
ABOUT = ("serviceType", "specialty", "appointmentType", "reasonCode", "serviceCategory")


def read_bookings(
    record: PatientRecord,
    terminology: Terminology,
    operated_on: date | None,
    now: datetime,
) -> Iterator[Booking]:
    """Yield each visit to come, by what it is for.

    Args:
        record: everything that was gathered.
        terminology: the words and codes, and the site's days.
        operated_on: the day of the operation; None if it is not known.
        now: when it is answered. An earlier visit is not to come: its own records
            tell what it settled.
    """
    today = terminology.calendar.day_of(now)
    orders = [*entries_of_type(record, "ServiceRequest")]
    kinds = {one.reference: _kinds_of(one.resource, terminology) for one in orders}
    titles = {one.reference: _titles_of_order(one.resource) for one in orders}
    for appointment in entries_of_type(record, "Appointment"):
        moment = _moment_to_come(appointment.resource, terminology, now)
        if moment is None:
            continue
        time = terminology.calendar.clock_time(appointment.resource.get("start"))
        of_orders = [
            title
            for name in _orders_of(appointment.resource)
            for title in titles.get(name, ())
        ]
        words = _words_of_visit(appointment.resource)
        # A therapy on the day of leaving may still be part of the stay.
        is_of_stay = moment.day == today or is_visit_on_ward(
            words, of_orders, terminology
        )
        for kind in _kinds_booked(appointment.resource, kinds, terminology):
            if kind == TRAINING and is_of_stay:
                continue
            # One of the operation's day may be of the hours before it.
            if kind == REVIEW and moment.day <= (operated_on or today):
                continue
            is_dose = kind == REVIEW and _only_injects(
                appointment.resource, kinds, terminology
            )
            yield Booking(kind, moment.day, time, appointment.reference, is_dose)


def _moment_to_come(
    appointment: Json, terminology: Terminology, now: datetime
) -> Moment | None:
    """Return when an appointment takes place; None if it does not, or did before."""
    if not takes_place(appointment, terminology):
        return None
    moment = terminology.calendar.moment(appointment.get("start"))
    if moment is None or moment.day < terminology.calendar.day_of(now):
        return None
    is_past = moment.instant and datetime.fromisoformat(moment.instant) < now
    return None if is_past else moment


def takes_place(appointment: Json, terminology: Terminology) -> bool:
    """Tell if an appointment is booked, and nothing in it may say that it is off."""
    is_booked = text(appointment.get("status")) in BOOKED
    return is_booked and not may_be_off(appointment, terminology)


def may_be_off(appointment: Json, terminology: Terminology) -> bool:
    """Tell if anything in an appointment, whatever its status, may say that it is off.

    A participant who declined, a reason for cancelling, a comment that was not
    understood, or the words of an extension may say so.
    """
    if MODIFIERS & appointment.keys() or appointment.get("cancelationReason"):
        return True
    if any(map(_is_declined, objects(appointment.get("participant")))):
        return True
    words = [text(appointment.get(name)) for name in VISIT_NOTES]
    titles = [text(appointment.get("description"))]
    for codeable in codeables(appointment, *ABOUT):
        titles += texts_of(codeable)
    titles += words_in(appointment.get("extension"))
    plain, clauses = terminology.plain.referrals, terminology.clauses
    is_understood = all(map(plain.are_all, filter(None, words)))
    return not is_understood or any(
        clauses.is_withdrawn(title) or clauses.is_not_done(title) for title in titles
    )


def _is_declined(participant: Json) -> bool:
    """Tell if this participant declined, and the visit needs them."""
    if text(participant.get("status")) != "declined":
        return False
    actor = text(member(participant, "actor", "reference"))
    is_patient = last_name(actor).startswith("Patient/")
    return is_patient or participant.get("required") not in DISPENSABLE


def _kinds_booked(
    appointment: Json,
    of_orders: dict[str, frozenset[str]],
    terminology: Terminology,
) -> Sequence[BookingKind]:
    """List what an appointment is for: by its order, else its own codes and words."""
    booked = _kinds_ordered(appointment, of_orders)
    if not booked:
        booked = _kinds_named(appointment, terminology)
    described = text(appointment.get("description"))
    if described and not is_visit_understood(described, terminology):
        booked -= {REVIEW}
    if described and not _may_be_training(described, terminology):
        booked -= {TRAINING}
    kinds: tuple[BookingKind, ...] = get_args(BookingKind)
    return [kind for kind in kinds if kind in booked]


def _may_be_training(described: str, terminology: Terminology) -> bool:
    """Tell if a description leaves a visit training of the back, as far as it tells.

    "Ankle sprain" does not. It is read as the note of an order is.
    """
    note = {"resourceType": "ServiceRequest", "note": [{"text": described}]}
    return is_visit_understood(described, terminology) or is_read_whole(
        TRAINING, with_meaning(Order("", note), NO_DRAFTS, terminology), terminology
    )


def _kinds_ordered(
    appointment: Json, of_orders: dict[str, frozenset[str]]
) -> frozenset[str]:
    names = _orders_of(appointment)
    return frozenset[str]().union(*(of_orders.get(name, ()) for name in names))


def _orders_of(appointment: Json) -> list[str]:
    return [
        last_name(text(reference.get("reference")))
        for reference in objects(appointment.get("basedOn"))
    ]


def _titles_of_order(order: Json) -> list[str]:
    titles = codeables(order, "code", "orderDetail", "category", "locationCode")
    return [words for title in titles for words in texts_of(title)]


def _words_of_visit(appointment: Json) -> list[str]:
    """Return what an appointment says of itself and its comments, in words."""
    words = [text(appointment.get(name)) for name in VISIT_NOTES]
    titles = _titles_of_visit(appointment)
    return [*words, *(word for title in titles for word in texts_of(title))]


def _only_injects(
    appointment: Json, of_orders: dict[str, frozenset[str]], terminology: Terminology
) -> bool:
    """Tell if a visit for bone treatment only gives a drug: it is called no review."""
    if REVIEW in _kinds_ordered(appointment, of_orders):
        return False
    return not any(
        REVIEW
        in _kinds_of({"resourceType": "ServiceRequest", "code": title}, terminology)
        for title in _titles_of_visit(appointment)
    )


def _titles_of_visit(appointment: Json) -> list[Json]:
    """Return what an appointment says of itself, in codes or words."""
    titles = codeables(appointment, *ABOUT)
    if described := text(appointment.get("description")):
        titles.append({"text": described})
    return titles


def _kinds_named(appointment: Json, terminology: Terminology) -> frozenset[str]:
    """List what an appointment's own codes and words say that it is for.

    A visit to inject a bone drug is one of bone treatment; one that prepares for it, or
    of which any word was not understood, is not.
    """
    titles = _titles_of_visit(appointment)
    reasons = {"reasonCode": appointment.get("reasonCode")}
    kinds = frozenset[str]()
    for title in titles:
        order = {"resourceType": "ServiceRequest", "code": title}
        named = _kinds_of(order | reasons, terminology)
        visit = with_meaning(Order("", order), NO_DRAFTS, terminology)
        whole = is_read_whole(REVIEW, visit, terminology)
        kinds |= named if whole else named - {REVIEW}
        if _injects_bone_drug(order, terminology):
            kinds |= {REVIEW}
    return kinds


def _injects_bone_drug(order: Json, terminology: Terminology) -> bool:
    """Tell if a bone drug is given at a visit, and no word says that it only prepares.

    Words are those of a dose or of a visit; "dental check before denosumab" has others.
    """
    drug = read_billed(read_code(order, terminology), terminology)
    if drug is None or BONE_DRUG not in drug.concepts:
        return False
    plain = terminology.plain
    left = [" ".join(plain.doses.left_in(one)) for one in texts_of(order.get("code"))]
    return not any(map(plain.preparing.names_any, left)) and all(
        map(plain.referrals.are_all, left)
    )


def _kinds_of(order: Json, terminology: Terminology) -> frozenset[str]:
    visit = with_meaning(Order("", order), NO_DRAFTS, terminology)
    recognition = visit.meaning.support
    if recognition is None:
        return frozenset()
    kinds = recognition.concepts
    # A visit to endocrinology may be about diabetes.
    if not recognition.is_for_bone:
        kinds -= {REVIEW}
    # Physiotherapy may be for a stroke.
    is_training = not kinds.isdisjoint(REHABILITATION)
    if is_training and not is_read_whole(TRAINING, visit, terminology):
        kinds -= REHABILITATION
    return kinds

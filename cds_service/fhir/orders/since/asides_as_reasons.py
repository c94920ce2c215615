"""Read what is told next to diagnoses and operations as the reason of an order.

A note of yesterday at an old diagnosis, the evidence of a new one, the outcome of the
operation and a visit to come may be the only mention of a fall or a broken bone. Each
becomes an order of an unnamed act for that reason, so that one reader reads them all.
"""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.harm.act_words import (
    evidence_of,
    names_of_reasons,
    sites_and_stages,
)
from cds_service.fhir.entries.harm.harm_words import THERAPY
from cds_service.fhir.entries.words.asides import VOID
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.onset import begun, recorded_on
from cds_service.fhir.orders.drafts import codeables
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of
from cds_service.fhir.site_calendar import SiteCalendar

ORDER = "ServiceRequest"
COURSE = ("outcome", "followUp")
VISIT_TITLES = ("serviceType", "appointmentType", "specialty")
VISIT_NOTES = ("comment", "patientInstruction")
OFF = VOID | {"noshow", "proposed", "waitlist"}


def told_at_diagnoses(
    record: PatientRecord, since: date, terminology: Terminology
) -> Iterator[Entry]:
    """Yield the notes of this day or later, and what newer diagnoses name besides.

    That is their evidence, their sites and their stages. A note without a day is as old
    as its diagnosis. A note of the day of the operation itself may be of what led to
    it, unless its time is of a later day.
    """
    calendar = terminology.calendar
    birth = calendar.named_day(member(record.patient, "birthDate"))
    for entry in record.of_key("conditions"):
        if certainty_of(entry.raw) == "denied":
            continue
        is_newer = is_new(entry.raw, since, birth, calendar)
        notes = [
            note
            for note in objects(entry.raw.get("note"))
            if _is_later(note.get("time"), since, calendar)
            or (is_newer and not note.get("time"))
        ]
        asides = [*evidence_of(entry.raw), *sites_and_stages(entry.raw)]
        reasons = asides if is_newer else []
        if notes or reasons:
            yield _as_order(entry, reasons, notes)


def told_of_operation(
    record: PatientRecord, performed: Collection[str]
) -> Iterator[Entry]:
    """Yield how the operation went, and what is to follow it."""
    for entry in record.entries:
        if entry.reference in performed:
            course = codeables(entry.raw, *COURSE)
            if course:
                yield _as_order(entry, course, [])


def notes_of_operation(
    record: PatientRecord, performed: Collection[str]
) -> Iterator[Entry]:
    """Yield the notes of the operation."""
    for entry in record.entries:
        notes = objects(entry.raw.get("note"))
        if entry.reference in performed and notes:
            yield _as_order(entry, [], notes)


def told_of_visits(
    record: PatientRecord, since: date, terminology: Terminology
) -> Iterator[Entry]:
    """Yield the visits of this day or later, with what they are for and their notes."""
    for entry in record.entries:
        if entry.resource_type != "Appointment" or entry.status in OFF:
            continue
        if _is_later(entry.raw.get("start"), since, terminology.calendar):
            described = text(entry.raw.get("description"))
            titles = codeables(entry.raw, *VISIT_TITLES)
            titles += [{"text": described}] if described else []
            # "Stroke rehabilitation" is what is done there, and no news.
            told = [one for one in titles if not _is_of_therapy(one, terminology)]
            notes: list[Json] = [
                {"text": words}
                for name in VISIT_NOTES
                if (words := text(entry.raw.get(name)))
            ]
            yield _as_order(entry, [*told, *codeables(entry.raw, "reasonCode")], notes)


def told_of_stays(record: PatientRecord) -> Iterator[Entry]:
    """Yield what the patient's stay is for, and what its diagnoses are called."""
    for entry in record.of_key("encounter"):
        reasons = codeables(entry.raw, "reasonCode")
        own = {word for reason in reasons for word in texts_of(reason)}
        named = dict.fromkeys(names_of_reasons(entry.raw))
        reasons += [{"text": words} for words in named if words not in own]
        if reasons:
            yield _as_order(entry, reasons, [])


def _is_of_therapy(title: Json, terminology: Terminology) -> bool:
    return any(terminology.text_concepts(one, THERAPY) for one in texts_of(title))


def _as_order(entry: Entry, reasons: list[Json], notes: list[Json]) -> Entry:
    order: Json = {"resourceType": ORDER, "reasonCode": reasons, "note": notes}
    return entry._replace(raw=order, resource_type=ORDER)


def is_new(
    condition: Json, since: date, birth: date | None, calendar: SiteCalendar
) -> bool:
    """Tell if a diagnosis began, or without an onset was recorded, after this day."""
    first, last = begun(condition, birth, calendar)
    if first is not None and first == last:
        return first >= since
    if first is not None:
        return False
    return _is_later(recorded_on(condition), since, calendar)


def _is_later(time: object, since: date, calendar: SiteCalendar) -> bool:
    day = calendar.named_day(time)
    return day is not None and day >= since + timedelta(days=1)

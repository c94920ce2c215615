"""Read what a discharge asks about: appointments, biopsies, and what came since."""

from datetime import datetime

from cds_service.core.facts.leaving import (
    ASPECT,
    Booking,
    DiagnosesSince,
    Instability,
    Leaving,
    ReportsSince,
)
from cds_service.core.orders import AugmentationOrder
from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.entries.fractures.bones import CARRYING, CERVICAL
from cds_service.fhir.entries.harm.news_in_conditions import ACUTE, NERVE_ROOT, UNUSUAL
from cds_service.fhir.entries.words.bystanders import FRACTURED
from cds_service.fhir.entries.words.open_concepts import UNCODED
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.gathering.record_state import is_unread
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.discharge.bookings import read_bookings
from cds_service.fhir.orders.discharge.next_stays import leaves_for_rehabilitation
from cds_service.fhir.orders.discharge.sent_samples import biopsies_on_record
from cds_service.fhir.orders.discharge.unread_procedures import unread_acts_of_spine
from cds_service.fhir.orders.drafts import entries_of_type
from cds_service.fhir.orders.drugs.withheld_drugs import objections_to_doses
from cds_service.fhir.orders.operations.done_procedures import (
    RECENT,
    augmentations_of,
    is_done,
    levels_of,
    stay_of,
)
from cds_service.fhir.orders.reasons_of_stay import came_for, has_unsent_diagnosis
from cds_service.fhir.orders.since.acts import complicated_since, unread_acts_since
from cds_service.fhir.orders.since.antibiotics import antibiotics_since
from cds_service.fhir.orders.since.begun_drugs import telling_drugs_since
from cds_service.fhir.orders.since.everyday import everyday_entries
from cds_service.fhir.orders.since.illnesses import (
    illnesses_since,
    nerve_roots_since,
    sphincters_since,
    unstable_since,
    unusual_since,
)
from cds_service.fhir.orders.since.injuries import INJURIES, RecentTime, injuries_since
from cds_service.fhir.orders.since.injuries_in_acts import injured_acts_since
from cds_service.fhir.orders.since.known_words import (
    cancers_telling_more,
    known_by_words,
)
from cds_service.fhir.orders.since.long_known import known_before
from cds_service.fhir.orders.since.operated_again import operated_again_since
from cds_service.fhir.orders.since.places import monitored_stays
from cds_service.fhir.orders.since.reports import (
    awaited_reports_since,
    grave_reports_since,
    unread_reports_since,
)
from cds_service.fhir.orders.since.told_causes import causes_told_since
from cds_service.fhir.orders.since.told_deficits import deficits_told_since
from cds_service.fhir.orders.since.told_instability import unstable_told_since
from cds_service.fhir.orders.since.unplanned_acts import unusual_acts_since
from cds_service.fhir.orders.since.vertebrae_in_acts import vertebrae_in_acts_since
from cds_service.fhir.raw_json import Json, member, text
from cds_service.protocol.json_text import json_digest

LISTS = ("appointments", "pathology")
# Lists that not every EHR has: they count as unread only if reading them failed.
OPTIONAL_LISTS = ("supplyRequests", "imagingStudies", "cultures", "encounter")
# Concepts of a broken entry that is asked about before leaving.
BROKEN_DIAGNOSES = (
    INJURIES | FRACTURED | UNCODED | {CERVICAL, ACUTE, UNUSUAL, NERVE_ROOT}
)
BRACES = frozenset({"brace"})


def read_leaving(
    record: PatientRecord,
    terminology: Terminology,
    performed: AugmentationOrder,
    now: datetime,
) -> Leaving:
    """Read the appointments to come, the biopsies, and what came since."""
    today = terminology.calendar.day_of(now)
    since = performed.performed_on or today - RECENT
    weeks = min(since, today - RECENT)
    stays = _stays_of(record, performed)
    ended = _end_of(record, performed, terminology)
    time = RecentTime(since, weeks, stays, came_for(record, stays), ended)
    treated = _treated(record, performed, terminology)
    own = performed.references
    injured = injured_acts_since(record, since, own, terminology)
    injured |= vertebrae_in_acts_since(record, since, own, treated, terminology)
    monitored = monitored_stays(record, since, today, terminology)
    unread_acts = _unread_acts_since(record, time, performed, terminology)
    everyday = everyday_entries(record, terminology)
    return Leaving(
        bookings=_bookings(record, terminology, performed, now),
        biopsies=tuple(biopsies_on_record(record, terminology, performed, today)),
        unread=_unread_lists(record),
        is_diagnosis_unsent=has_unsent_diagnosis(record),
        long_known=known_before(record, terminology, performed.performed_on, today),
        everyday=everyday | known_by_words(record, since, terminology),
        reports=ReportsSince(
            unread=unread_reports_since(record, since, terminology, treated),
            awaited=awaited_reports_since(record, since, terminology),
            grave=grave_reports_since(record, since, terminology),
        ),
        diagnoses=_diagnoses_since(record, time, terminology),
        unread_acts=unread_acts | monitored | injured,
        names_harm=injured | _broken_by_words(record),
        deficits=deficits_told_since(record, since, own, terminology),
        causes=causes_told_since(record, since, own, terminology),
        complicated=complicated_since(record, since, own, terminology),
        instability=Instability(
            diagnosed=unstable_since(record, since, terminology),
            told=unstable_told_since(record, since, own, terminology),
        ),
        goes_to_rehabilitation=leaves_for_rehabilitation(record, terminology),
        injuries=tuple(injuries_since(record, time, terminology)),
        broken=_broken_in(record),
        objections=objections_to_doses(record, terminology, today),
        antibiotics=antibiotics_since(record, since, terminology),
        contents=_contents(record, performed),
    )


def _unread_acts_since(
    record: PatientRecord,
    time: RecentTime,
    performed: AugmentationOrder,
    terminology: Terminology,
) -> frozenset[str]:
    """Return acts and drugs since the operation, and its notes, that are to be read."""
    since, own = time.operation, performed.references
    return (
        unread_acts_since(record, since, own, terminology)
        | operated_again_since(record, since, own, terminology)
        | unusual_acts_since(record, time, own, terminology)
        | unread_acts_of_spine(record, performed, terminology)
        | telling_drugs_since(record, since, terminology)
        | _unread_notes(performed)
    )


def _diagnoses_since(
    record: PatientRecord, time: RecentTime, terminology: Terminology
) -> DiagnosesSince:
    since, stays = time.operation, time.stays
    illnesses = illnesses_since(record, since, stays, terminology)
    unusual = unusual_since(record, time, terminology)
    return DiagnosesSince(
        illnesses=illnesses.surely,
        perhaps_ill=illnesses.perhaps,
        sphincters=sphincters_since(record, since, stays, terminology),
        nerve_roots=nerve_roots_since(record, time, terminology),
        unusual=unusual | cancers_telling_more(record, since, stays, terminology),
    )


def _bookings(
    record: PatientRecord,
    terminology: Terminology,
    performed: AugmentationOrder,
    now: datetime,
) -> tuple[Booking, ...]:
    bookings = read_bookings(record, terminology, performed.performed_on, now)
    return tuple(
        sorted(bookings, key=lambda one: (one.day, one.time, one.kind, one.reference))
    )


def _unread_lists(record: PatientRecord) -> tuple[str, ...]:
    unread = [key for key in LISTS if _is_unread(record, key)]
    unread += [key for key in OPTIONAL_LISTS if _has_failed(record, key)]
    return tuple(unread)


def _unread_notes(augmentation: AugmentationOrder) -> frozenset[str]:
    performed = augmentation.performed
    is_unread = performed is not None and performed.is_note_unread
    return frozenset(augmentation.references if is_unread else ())


def _broken_by_words(record: PatientRecord) -> frozenset[str]:
    """Return the diagnoses of a bone that carries, also those in words alone."""
    return frozenset(
        entry.reference
        for entry in record.of_key("conditions")
        if not entry.concepts.isdisjoint(CARRYING)
        and certainty_of(entry.raw) != "denied"
    )


def _broken_in(record: PatientRecord) -> frozenset[str]:
    """Return unreadable entries that may be of harm or a brace, or in unknown words.

    Their days are not known: each may be of these days.
    """
    return frozenset(
        broken.reference
        for broken in record.unreadable
        if not broken.concepts.isdisjoint(
            BROKEN_DIAGNOSES if broken.key == "conditions" else BRACES
        )
    )


def _contents(record: PatientRecord, performed: AugmentationOrder) -> dict[str, str]:
    """Return what each entry says, and of this operation also each aspect of it."""
    contents = {entry.reference: _content_of(entry.raw) for entry in record.entries}
    aspects = {
        f"{name}{ASPECT}": content
        for name, content in contents.items()
        if name in performed.references
    }
    return contents | aspects


def _content_of(resource: Json) -> str:
    """Return a digest of all that a resource says, which a new version may repeat."""
    content = {name: value for name, value in resource.items() if name != "meta"}
    return json_digest(content)


def _stays_of(record: PatientRecord, performed: AugmentationOrder) -> frozenset[str]:
    """Return the stays that the procedures of this operation name."""
    named = (
        stay_of(one.resource)
        for one in entries_of_type(record, "Procedure")
        if one.reference in performed.references
    )
    return frozenset(filter(None, named))


def _end_of(
    record: PatientRecord, performed: AugmentationOrder, terminology: Terminology
) -> str:
    """Return when the last of these procedures ended; empty if no hour is known."""
    times = [
        text(member(one.resource, "performedPeriod", "end"))
        or text(one.resource.get("performedDateTime"))
        for one in entries_of_type(record, "Procedure")
        if one.reference in performed.references
    ]
    calendar = terminology.calendar
    ends = (
        (calendar.first_day(one), calendar.clock_time(one), one)
        for one in times
        if calendar.clock_time(one)
    )
    return max(ends, default=(None, "", ""))[-1]


def _treated(
    record: PatientRecord, performed: AugmentationOrder, terminology: Terminology
) -> frozenset[str]:
    """Return the vertebrae that this operation or an earlier one filled with cement.

    Empty if this one names none: then no vertebra is another one.
    """
    if not performed.levels.names:
        return frozenset()
    return frozenset(performed.levels.names).union(
        *(
            levels_of(one, terminology)
            for one in augmentations_of(record, terminology)
            if is_done(one, terminology)
        )
    )


def _is_unread(record: PatientRecord, key: str) -> bool:
    read = record.reads.get(key)
    return read is None or read.state == "failed" or read.is_cut


def _has_failed(record: PatientRecord, key: str) -> bool:
    read = record.reads.get(key)
    return read is not None and is_unread(read)

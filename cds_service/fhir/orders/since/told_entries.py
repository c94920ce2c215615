"""List the entries since an operation whose words may tell what happened.

They are acts and reports, the operation itself, visits to come and new diagnoses.
"""

from collections.abc import Collection, Iterator
from datetime import date

from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.exams.awaited_reports import NO_REPORT
from cds_service.fhir.entries.harm.act_words import DONE_OR_ORDERED, titles_and_reasons
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.recognition import is_augmentation
from cds_service.fhir.orders.since.acts import NEVER, is_since
from cds_service.fhir.orders.since.asides_as_reasons import is_new, told_of_visits
from cds_service.fhir.orders.since.reports import is_made_since
from cds_service.fhir.raw_json import Json, is_prohibition, member, text, texts_of


def entries_since(
    record: PatientRecord,
    since: date,
    performed: Collection[str],
    terminology: Terminology,
) -> Iterator[Entry]:
    """Yield the entries of this day or later that were not given up.

    Args:
        record: the patient's.
        since: the day of the operation, or the first that counts.
        performed: references of all entries of the operation.
        terminology: the service's terminology.
    """
    yield from _acts_since(record, since, performed, terminology)
    yield from _reports_since(record, since, terminology)
    yield from _diagnoses_since(record, since, terminology)
    yield from _visits(record, since, terminology)


def titles_of(resource: Json) -> list[str]:
    """List the titles of an entry, with the reasons of an act."""
    if text(resource.get("resourceType")) in DONE_OR_ORDERED:
        return [*titles_and_reasons(resource)]
    return [*texts_of(resource.get("code")), text(resource.get("conclusion"))]


def _acts_since(
    record: PatientRecord,
    since: date,
    performed: Collection[str],
    terminology: Terminology,
) -> Iterator[Entry]:
    """Yield the acts since then that were not given up, and the operation."""
    for act in record.entries:
        if act.resource_type not in DONE_OR_ORDERED:
            continue
        is_void = text(act.raw.get("status")) in NEVER or is_prohibition(act.raw)
        is_other = act.reference not in performed
        if is_other and (is_void or is_augmentation(act.raw, terminology)):
            continue
        if not is_other or is_since(act.raw, since, terminology.calendar):
            yield act


def _reports_since(
    record: PatientRecord, since: date, terminology: Terminology
) -> Iterator[Entry]:
    for report in record.of_key("diagnosticReports"):
        is_void = text(report.raw.get("status")) in NO_REPORT
        if not is_void and is_made_since(report, since, terminology.calendar):
            yield report


def _diagnoses_since(
    record: PatientRecord, since: date, terminology: Terminology
) -> Iterator[Entry]:
    calendar = terminology.calendar
    birth = calendar.named_day(member(record.patient, "birthDate"))
    for entry in record.of_key("conditions"):
        is_denied = certainty_of(entry.raw) in ("denied", "past")
        if not is_denied and is_new(entry.raw, since, birth, calendar):
            yield entry


def _visits(
    record: PatientRecord, since: date, terminology: Terminology
) -> Iterator[Entry]:
    """Yield the visits to come, with what they name."""
    named = {
        entry.reference: entry.concepts
        for entry in record.entries
        if entry.resource_type == "Appointment"
    }
    for visit in told_of_visits(record, since, terminology):
        yield visit._replace(concepts=named.get(visit.reference, frozenset()))

"""Find orders and procedures since an operation that may be of what went wrong.

"MRI because she cannot feel her legs" is no diagnosis and no report, and may be the
only mention of a cord compression.
"""

import re
from collections.abc import Collection, Iterator
from datetime import date, timedelta

from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.exams.awaited_reports import NO_REPORT
from cds_service.fhir.entries.grave.grave_concepts import GRAVE, OF_CORD
from cds_service.fhir.entries.harm.act_words import (
    DRUGS,
    REASONED,
    names_of_reasons,
    titles_and_reasons,
    titles_of,
    words_of_drug,
)
from cds_service.fhir.entries.harm.harm_in_acts import (
    has_fallen,
    is_injury_treated,
    is_rescue,
    is_titled_after_fall,
)
from cds_service.fhir.entries.harm.harm_words import (
    is_fall_alone,
    is_moved_to_monitors,
    tells_of_rescue,
    tells_of_second_operation,
)
from cds_service.fhir.entries.harm.unusual_titles import ALARM, COMPLAINT
from cds_service.fhir.entries.words.asides import VOID
from cds_service.fhir.entries.words.problem_words import has_grave_stem, undenied_parts
from cds_service.fhir.entries.words.unread_in_reasons import (
    is_reason_understood,
    words_of_reasons,
)
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.leaves import words_in
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.complications import has_named_complication
from cds_service.fhir.orders.drafts import codeables
from cds_service.fhir.orders.recognition import is_augmentation
from cds_service.fhir.orders.since.asides_as_reasons import (
    notes_of_operation,
    told_at_diagnoses,
    told_of_operation,
    told_of_visits,
)
from cds_service.fhir.orders.since.reports import is_made_since
from cds_service.fhir.raw_json import Json, is_prohibition, member, text, texts_of
from cds_service.fhir.site_calendar import SiteCalendar

# A bed that an ICU plans with the operation: a rule of `kinds/`.
BED_ASKED = ("bed-asked",)
# Operations for a complication, by their codes.
REOPERATION = "reoperation"
# Rules of `kinds/`.
AGAIN = ("another-operation",)
_CLAUSE = re.compile(r"[,;:.](?=\s)")
STATED = "MedicationStatement"
NEVER = VOID | {"not-done", "preparation", "draft", "revoked"}


def unread_acts_since(
    record: PatientRecord,
    since: date,
    performed: Collection[str],
    terminology: Terminology,
) -> frozenset[str]:
    """Return the orders and procedures of this day or later that are to be read.

    Their words tell of a deficit or of what went wrong, their code is of an operation
    for that, or an MRI was ordered for a reason that is not understood. In any other
    order (a blood count, physiotherapy, an X-ray) only such words count. How an
    augmentation went is read apart, unless its follow-up plans another operation.

    Args:
        record: the patient's.
        since: the day of the operation, or the first that counts.
        performed: references of all entries of the operation.
        terminology: the service's terminology.
    """
    gone_wrong = _acts_gone_wrong(record, since, performed, terminology)
    gone_wrong |= _told_at_diagnoses_and_visits(record, since, terminology)
    gone_wrong |= _falls_of_course(record, since, performed, terminology)
    gone_wrong |= _stays_after_fall(record, since, terminology)
    gone_wrong |= _reports_after_fall(record, since, terminology)
    again = {
        act.reference
        for act in _acts(record)
        if act.reference in performed and _plans_another(act.raw, terminology)
    }
    return frozenset(gone_wrong | again)


def _acts_gone_wrong(
    record: PatientRecord,
    since: date,
    performed: Collection[str],
    terminology: Terminology,
) -> set[str]:
    """Return the acts whose words or code tell of what went wrong."""
    return {
        act.reference
        for act in _acts_since(record, since, terminology)
        if not is_augmentation(act.raw, terminology)
        and (
            _may_have_gone_wrong(act, since, terminology)
            or (
                _is_of_later_day(act.raw, since, terminology.calendar)
                and act.reference not in performed
                and (
                    is_rescue(act.raw, terminology)
                    or is_injury_treated(act.raw, terminology)
                )
            )
        )
    }


def _told_at_diagnoses_and_visits(
    record: PatientRecord, since: date, terminology: Terminology
) -> set[str]:
    """Return the diagnoses and visits next to which a fall or harm is told.

    A visit may be booked for a complaint: "wound red", "fever since yesterday".
    """
    visits = [*told_of_visits(record, since, terminology)]
    of_harm = {
        told.reference
        for told in (*told_at_diagnoses(record, since, terminology), *visits)
        if any(
            is_fall_alone(words, terminology)
            or _is_of_harm(words, since, terminology)
            or tells_of_second_operation(words, terminology)
            for words in words_in(told.raw)
        )
    }
    return of_harm | {
        visit.reference
        for visit in visits
        if any(_complains(words, terminology) for words in words_in(visit.raw))
    }


def _falls_of_course(
    record: PatientRecord,
    since: date,
    performed: Collection[str],
    terminology: Terminology,
) -> set[str]:
    """Return the entries of the operation whose words tell of a fall or a complaint.

    A fact of its own asks about other words of the course that were not understood.
    """
    return {
        told.reference
        for told in (
            *told_of_operation(record, performed),
            *notes_of_operation(record, performed),
        )
        if any(
            is_fall_alone(words, terminology)
            or _tells_of_fall(words, since, terminology)
            or _complains(words, terminology)
            or tells_of_second_operation(words, terminology)
            for words in words_in(told.raw)
        )
    }


def _stays_after_fall(
    record: PatientRecord, since: date, terminology: Terminology
) -> set[str]:
    """Return the stays that have a fall as their reason."""
    return {
        stay.reference
        for stay in record.of_key("encounter")
        if any(
            terminology.grave_stems.falls.is_fallen(words)
            and _tells_of_fall(words, since, terminology)
            for words in names_of_reasons(stay.raw)
        )
    }


def _reports_after_fall(
    record: PatientRecord, since: date, terminology: Terminology
) -> set[str]:
    """Return the reports that a title says were made after a fall.

    On the day of the operation it may be the fall that led to it.
    """
    return {
        report.reference
        for report in record.of_key("diagnosticReports")
        if text(report.raw.get("status")) not in NO_REPORT
        and is_made_since(report, since + timedelta(days=1), terminology.calendar)
        and is_titled_after_fall(report.raw, terminology, since)
    }


def _complains(words: str, terminology: Terminology) -> bool:
    """Tell if how an operation went is a complaint, or a value that is an alarm.

    A complaint is of heart, lungs or legs, or pain.
    """
    return bool(terminology.kinds.named(words, ALARM)) or any(
        terminology.kinds.named(part, COMPLAINT)
        for part in undenied_parts(words, terminology)
    )


def _plans_another(procedure: Json, terminology: Terminology) -> bool:
    """Tell if the follow-up of an operation is another one."""
    planned = codeables(procedure, "followUp")
    words = [word for one in planned for word in texts_of(one)]
    return any(terminology.kinds.named(one, AGAIN) for one in words)


def complicated_since(
    record: PatientRecord,
    since: date,
    performed: Collection[str],
    terminology: Terminology,
) -> frozenset[str]:
    """Return the augmentations of these days that name a complication.

    Complications that are a fact on the cause or on a deficit are left out.

    Args:
        record: the patient's.
        since: the day of the operation, of which an entry may be some days older.
        performed: references of all entries of the operation.
        terminology: the service's terminology.
    """
    return frozenset(
        act.reference
        for act in _acts(record)
        if act.reference in performed or is_since(act.raw, since, terminology.calendar)
        if is_augmentation(act.raw, terminology)
        and has_named_complication(act.raw, terminology)
    )


def _acts_since(
    record: PatientRecord, since: date, terminology: Terminology
) -> Iterator[Entry]:
    for act in _acts(record):
        if is_since(act.raw, since, terminology.calendar):
            yield act


def _acts(record: PatientRecord) -> Iterator[Entry]:
    for act in record.entries:
        is_void = text(act.raw.get("status")) in NEVER or is_prohibition(act.raw)
        if act.resource_type in REASONED and not is_void:
            yield act


def is_since(act: Json, since: date, calendar: SiteCalendar) -> bool:
    """Tell if an act was done or ordered on this day or later, or has no day.

    The day for which an order asks counts if it was carried out, or has no other day.
    A drug that is only stated was begun then: most are as old as the patient's illness.
    """
    if act.get("resourceType") == STATED:
        begun = act.get("effectiveDateTime") or member(act, "effectivePeriod", "start")
        return bool(begun) and calendar.may_be_since([begun], since)
    times = [
        act.get("performedDateTime"),
        member(act, "performedPeriod", "end"),
        member(act, "performedPeriod", "start"),
        act.get("effectiveDateTime"),
        member(act, "effectivePeriod", "end"),
        member(act, "effectivePeriod", "start"),
        act.get("started"),
        act.get("authoredOn"),
    ]
    if text(act.get("status")) == "completed" or not act.get("authoredOn"):
        times += (
            act.get("occurrenceDateTime"),
            member(act, "occurrencePeriod", "end"),
            member(act, "occurrencePeriod", "start"),
        )
    return calendar.may_be_since(times, since)


def _is_of_later_day(act: Json, since: date, calendar: SiteCalendar) -> bool:
    """Tell if an act may have been done on a later day than the operation."""
    return is_since(act, since + timedelta(days=1), calendar)


def _may_have_gone_wrong(act: Entry, since: date, terminology: Terminology) -> bool:
    titles = _titles_of(act.raw)
    stems = terminology.grave_stems
    is_reoperation = REOPERATION in terminology.concepts(codeables(act.raw, "code"))
    is_fall = has_fallen(act.raw, terminology) or any(
        is_fall_alone(title, terminology) for title in titles_of(act.raw)
    )
    is_emergency = act.resource_type == "Procedure" and any(
        stems.is_emergency(part)
        for title in titles
        for part in undenied_parts(title, terminology)
    )
    is_later = _is_of_later_day(act.raw, since, terminology.calendar)
    # A bed that is asked for on the day of the operation is of its plan.
    is_called = any(
        stems.is_rescue_called(one)
        and (is_later or not terminology.kinds.named(one, BED_ASKED))
        for one in titles_of(act.raw)
    )
    is_moved = is_later and any(
        is_moved_to_monitors(one, terminology) for one in titles_of(act.raw)
    )
    if is_reoperation or is_fall or is_emergency or is_called or is_moved:
        return True
    # On the day of the operation an X-ray may be for the fall that led to it.
    if is_later and any(_is_for_fall(one, since, terminology) for one in titles):
        return True
    if any(
        _is_of_harm(words, since, terminology)
        # On the day of the operation a close watch is of its plan.
        or (is_later and tells_of_rescue(words, terminology))
        or tells_of_second_operation(words, terminology)
        for words in _said_in(act.raw, terminology)
    ):
        return True
    return _is_of_cord(act.raw, terminology) and not is_reason_understood(
        words_of_reasons(act.raw, terminology), GRAVE, terminology
    )


def _is_for_fall(title: str, since: date, terminology: Terminology) -> bool:
    """Tell if a title is of an examination for a fall, not for its prevention."""
    stems = terminology.grave_stems
    return stems.falls.is_examined_after_fall(title, since) and not stems.is_prevention(
        title
    )


def _is_of_harm(words: str, since: date, terminology: Terminology) -> bool:
    """Tell if words tell of a deficit, of a fall in the stay or what went wrong."""
    stems = terminology.grave_stems
    told = undenied_parts(words, terminology)
    if stems.deficits.are_in(words) or any(map(stems.complaints.is_worse, told)):
        return True
    if _tells_of_fall(words, since, terminology):
        return True
    # Of a deficit: a tumour is asked about by what looks for it.
    return has_grave_stem(words, terminology) and any(
        OF_CORD in stems.concepts_in(part) for part in told
    )


def _tells_of_fall(words: str, since: date, terminology: Terminology) -> bool:
    """Tell if words tell of a fall in this stay, which they do not want to prevent."""
    stems = terminology.grave_stems
    may_be = stems.falls.may_be_of_fall(words, since)
    is_fall = stems.falls.are_named if may_be else stems.falls.is_fallen
    return any(
        is_fall(clause)
        and not stems.is_prevention(clause)
        and any(map(is_fall, undenied_parts(clause, terminology)))
        for clause in dict.fromkeys(map(str.strip, _CLAUSE.split(words)))
    )


def _said_in(act: Json, terminology: Terminology) -> Iterator[str]:
    """Yield the words of an act that are not our own: its titles, reasons and notes.

    For a drug these are its reasons, its notes and how it is taken.
    """
    if text(act.get("resourceType")) in DRUGS:
        # A harm that a drug may do has not come.
        without = terminology.grave_stems.deficits.without_conditions
        every = [without(words) for words in words_of_drug(act, terminology)]
    else:
        every = [*titles_and_reasons(act), *words_in(act)]
    for words in dict.fromkeys(every):
        if not terminology.own_words.fullmatch(words):
            yield words


def _is_of_cord(act: Json, terminology: Terminology) -> bool:
    """Tell if an act is an MRI of the spine, which shows the cord."""
    return any(map(terminology.search_parts.is_mri_of_spine, _titles_of(act)))


def _titles_of(act: Json) -> list[str]:
    return [word for one in codeables(act, "code") for word in texts_of(one)]

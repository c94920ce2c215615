"""Find grave illness and signs of a nerve that began since an operation.

They are on the problem list. An embolism or an arrest may be the operation's, whoever
entered it.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from cds_service.fhir.certainty import (
    AGAIN,
    PAST,
    certainty_of,
    clinical_status,
    is_later_encounter,
)
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.grave.grave_concepts import UNSTABLE_BY_CODE
from cds_service.fhir.entries.harm.news_in_conditions import ACUTE, NERVE_ROOT, UNUSUAL
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.onset import begun, last_of_end, recorded_on
from cds_service.fhir.orders.reasons_of_stay import came_for
from cds_service.fhir.orders.recognition import FRACTURES
from cds_service.fhir.orders.since.injuries import RecentTime
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of
from cds_service.fhir.references import last_name
from cds_service.fhir.site_calendar import SiteCalendar, is_dated_before

# What an unstable spine is known by, and what leaves one open.
UNSTABLE = frozenset({"unstable-fracture", "spinal-instability"})
MAY_BE_UNSTABLE = UNSTABLE | UNSTABLE_BY_CODE | frozenset(map(in_doubt, UNSTABLE))
# Trouble of bladder, bowel or gait, of which a nerve may be the cause.
SPHINCTER = "sphincter-trouble"
PASSING = ("passing-illness",)  # a rule of `kinds/`


class Since(NamedTuple):
    """Diagnoses that began since an operation.

    Attributes:
        surely: those whose day says so.
        perhaps: those without an exact day, or recorded on that of the operation.
    """

    surely: frozenset[str]
    perhaps: frozenset[str]


def illnesses_since(
    record: PatientRecord,
    since: date,
    stays: frozenset[str],
    terminology: Terminology,
) -> Since:
    """Return the diagnoses of grave illness that began on this day or later.

    Args:
        record: the patient's.
        since: the day of the operation, or the first that counts.
        stays: those in which the operation was done, by their names.
        terminology: the service's terminology.
    """
    entries = (
        one
        for one in record.of_key("conditions")
        if ACUTE in one.concepts and not _is_dated_before(one.raw, since, terminology)
    )
    brought = came_for(record, stays)
    return _begun_since(entries, record, since, stays, terminology, brought)


def _is_dated_before(condition: Json, since: date, terminology: Terminology) -> bool:
    """Tell if a diagnosis in words is all of an illness that passes, of years before.

    "TIA 2012" may be recorded on the day of the operation, in the list of an admission.
    """
    code = condition.get("code")
    titles = texts_of(code)
    says_more = any(
        condition.get(name) for name in ("note", "extension", "evidence", "stage")
    )
    dated = ("onsetDateTime", "onsetPeriod", "onsetString", "onsetAge", "onsetRange")
    if says_more or objects(member(code, "coding")) or any(map(condition.get, dated)):
        return False
    return bool(titles) and all(
        terminology.kinds.named(title, PASSING)
        and is_dated_before(title, since.year - 1)
        for title in titles
    )


def sphincters_since(
    record: PatientRecord,
    since: date,
    stays: frozenset[str],
    terminology: Terminology,
) -> frozenset[str]:
    """Return the diagnoses of bladder or bowel trouble that may have begun since.

    What is over is not among them: a retention after anaesthesia passes.
    """
    entries = [
        entry
        for entry in record.of_key("conditions")
        if SPHINCTER in entry.concepts and not clinical_status(entry.raw) & PAST
    ]
    begun_since = _begun_since(entries, record, since, stays, terminology)
    return begun_since.surely | begun_since.perhaps


def nerve_roots_since(
    record: PatientRecord, time: RecentTime, terminology: Terminology
) -> frozenset[str]:
    """Return the diagnoses of a nerve root that began surely since then.

    Pain along a nerve is everyday next to a broken vertebra, and may be the first sign
    of a deficit if it is new.
    """
    entries = [
        entry
        for entry in record.of_key("conditions")
        if NERVE_ROOT in entry.concepts and not clinical_status(entry.raw) & PAST
    ]
    return _surely_or_recorded(entries, record, time, terminology)


def unstable_since(
    record: PatientRecord, since: date, terminology: Terminology
) -> dict[str, date]:
    """Return the diagnoses that may be of an unstable spine, with their first day.

    They surely began since then. A visit records the treated fracture once more, so a
    fracture counts by its onset alone.
    """
    calendar = terminology.calendar
    birth = calendar.named_day(member(record.patient, "birthDate"))
    entries = [
        entry
        for entry in record.of_key("conditions")
        if not entry.concepts.isdisjoint(MAY_BE_UNSTABLE)
        and not clinical_status(entry.raw) & PAST
    ]
    sure = _begun_since(entries, record, since, frozenset(), terminology).surely
    days = dict[str, date]()
    for entry in entries:
        day, _ = begun(entry.raw, birth, calendar)
        if day is None and entry.concepts.isdisjoint(FRACTURES):
            day = calendar.first_day(recorded_on(entry.raw))
        if day is not None and entry.reference in sure:
            days[entry.reference] = day
    return days


def unusual_since(
    record: PatientRecord, time: RecentTime, terminology: Terminology
) -> frozenset[str]:
    """Return the diagnoses with a code that is not everyday that surely began since.

    No list of grave codes is ever whole. What an older entry says in the same codes and
    words is no news: a list of the discharge repeats the diagnoses of years. One that
    was recorded since, with a month or a year that may be of these days, began then.
    """
    entries = [
        entry
        for entry in record.of_key("conditions")
        if UNUSUAL in entry.concepts and not clinical_status(entry.raw) & PAST
    ]
    began = _surely_or_recorded(entries, record, time, terminology)
    known = {
        _codes_and_titles(entry.raw)
        for entry in entries
        if entry.reference not in began
    }
    return frozenset(
        entry.reference
        for entry in entries
        if entry.reference in began and _codes_and_titles(entry.raw) not in known
    )


def _surely_or_recorded(
    entries: Sequence[Entry],
    record: PatientRecord,
    time: RecentTime,
    terminology: Terminology,
) -> frozenset[str]:
    """Return those that surely began since, or may have and were recorded after.

    One without any day may have, if it is of no other stay: what is known of it says no
    less than unknown words would.
    """
    calendar = terminology.calendar
    begun_since = _begun_since(
        entries, record, time.operation, time.stays, terminology, time.brought
    )
    return begun_since.surely | {
        entry.reference
        for entry in entries
        if entry.reference in begun_since.perhaps
        and _may_be_recorded_after(entry.raw, time, calendar)
    }


def _may_be_recorded_after(
    condition: Json, time: RecentTime, calendar: SiteCalendar
) -> bool:
    """Tell if a diagnosis was recorded after an operation, which an admission is not.

    On its day the hours decide, if both are known. Without any day, or with an onset in
    words, "19.11.2026", it may have been.
    """
    written = recorded_on(condition)
    recorded = calendar.first_day(written)
    if recorded is None:
        return bool(text(condition.get("onsetString"))) or not _is_dated(condition)
    if recorded > time.operation:
        return True
    hour = calendar.clock_time(written)
    is_of_day = recorded == time.operation == calendar.named_day(time.ended)
    return bool(is_of_day and hour and hour > (calendar.clock_time(time.ended) or "24"))


def _is_dated(condition: Json) -> bool:
    return any(name.startswith("onset") for name in condition)


def _codes_and_titles(condition: Json) -> tuple[frozenset[str], frozenset[str]]:
    """Return the codes and the titles of a diagnosis."""
    codings = objects(member(condition, "code", "coding"))
    codes = frozenset(text(one.get("code")) for one in codings)
    return codes, frozenset(texts_of(condition.get("code")))


def _begun_since(
    entries: Iterable[Entry],
    record: PatientRecord,
    since: date,
    stays: frozenset[str],
    terminology: Terminology,
    brought: frozenset[str] = frozenset(),
) -> Since:
    """Find those that began since then.

    Args:
        entries: the diagnoses.
        record: the patient's.
        since: the day that counts.
        stays: in which one without a day may have begun.
        terminology: the service's terminology.
        brought: those with which the patient came: without a day they are older.
    """
    calendar = terminology.calendar
    birth = calendar.named_day(member(record.patient, "birthDate"))
    begins: dict[str, bool | None] = {}
    for entry in entries:
        if certainty_of(entry.raw) != "denied":
            of_stays = frozenset() if entry.reference in brought else stays
            has_begun = _has_begun_since(entry.raw, since, of_stays, birth, calendar)
            begins[entry.reference] = has_begun
    return Since(
        frozenset(name for name, has_begun in begins.items() if has_begun),
        frozenset(name for name, has_begun in begins.items() if has_begun is None),
    )


def _has_begun_since(
    condition: Json,
    since: date,
    stays: frozenset[str],
    birth: date | None,
    calendar: SiteCalendar,
) -> bool | None:
    """Tell if a diagnosis began on this day or later.

    Without an onset the day of recording counts, unless the code is of a later visit or
    a status calls it over. A month or a year is as late as its last day, as the
    recording or as the end. If an illness came back, an earlier onset is that of its
    first time.

    Returns:
        None if it may have: its time began before, it was recorded on that very day, as
        the list of an admission often is, or it has no day and is of this stay.
    """
    first, last = begun(condition, birth, calendar)
    is_again = not clinical_status(condition).isdisjoint(AGAIN)
    if is_again and first is not None and first < since:
        first = last = None
    if first is not None and first == last:
        return first >= since
    recorded = calendar.last_day(recorded_on(condition))
    end = last_of_end(condition, birth, calendar)
    if any(day is not None and day < since for day in (last, recorded, end)):
        return False
    codings = objects(member(condition, "code", "coding"))
    is_later = any(is_later_encounter(text(one.get("code"))) for one in codings)
    is_past = clinical_status(condition) & PAST or certainty_of(condition) == "past"
    if (first is None or recorded is None) and (is_later or is_past):
        return False
    recorded_first = calendar.first_day(recorded_on(condition))
    earliest = first or recorded_first
    if earliest is None:
        stay = last_name(text(member(condition, "encounter", "reference")))
        return None if not stay or stay in stays else False
    is_sure = earliest > since if first is None else earliest >= since
    return True if is_sure else None

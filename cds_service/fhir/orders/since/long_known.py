"""Tell which diagnoses are older than the operation and these weeks."""

from datetime import date, timedelta

from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.fractures.bones import CARRYING
from cds_service.fhir.entries.words.problem_words import has_grave_stem, in_doubt
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.leaves import words_in
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.onset import begun, last_of_end, recorded_on
from cds_service.fhir.orders.operations.done_procedures import RECENT
from cds_service.fhir.orders.order_reasons import FORBIDDING
from cds_service.fhir.orders.since.everyday import says_no_more
from cds_service.fhir.orders.since.illnesses import PASSING
from cds_service.fhir.raw_json import Json, member, texts_of
from cds_service.fhir.site_calendar import SiteCalendar, years_in

# An illness that passes within weeks is over after this.
PASSED = timedelta(days=365)
CHANGED = ("newly-begun", "changed-of-late")  # the same
# What is asked about whenever it began.
NEVER_OF_BEFORE = frozenset(
    {one for name in FORBIDDING | CARRYING for one in (name, in_doubt(name))}
)


def known_before(
    record: PatientRecord,
    terminology: Terminology,
    operated: date | None,
    today: date,
) -> frozenset[str]:
    """Return the diagnoses whose days are all before the operation and these weeks.

    A diagnosis without a day is not among them. One that began more than a year before
    is no news, whenever it was entered.
    """
    since = min(operated or today, today - RECENT)
    return frozenset(
        entry.reference
        for entry in record.of_key("conditions")
        if (day := _last_day_of(entry.raw, record, terminology.calendar)) is not None
        and (day < since or _is_of_before(since, entry, record, terminology))
    )


def _is_of_before(
    since: date, entry: Entry, record: PatientRecord, terminology: Terminology
) -> bool:
    """Tell if a diagnosis began more than a year before, and nothing of it is newer.

    The list of an admission holds the diseases of years. None of its words may tell of
    a tumour, an infection or a deficit, or that the disease has changed since, and it
    must say no more than its title.
    """
    condition = entry.raw
    if condition.get("note") or any(words_in(condition.get("extension"))):
        return False
    if not says_no_more(condition, terminology):
        return False
    birth = terminology.calendar.named_day(member(record.patient, "birthDate"))
    days = (
        begun(condition, birth, terminology.calendar)[1],
        last_of_end(condition, birth, terminology.calendar),
    )
    if not any(day is not None and since - day > PASSED for day in days):
        return False
    titles = texts_of(condition.get("code"))
    if titles and all(terminology.kinds.named(one, PASSING) for one in titles):
        return True
    if not titles or not entry.concepts.isdisjoint(NEVER_OF_BEFORE):
        return False
    return not any(
        has_grave_stem(words, terminology)
        or terminology.grave_stems.complaints.is_worse(words)
        or terminology.kinds.named(words, CHANGED)
        or any(year >= since.year for year in years_in(words))
        for words in titles
    )


def _last_day_of(
    condition: Json, record: PatientRecord, calendar: SiteCalendar
) -> date | None:
    """Return the last day on which a diagnosis began or was recorded."""
    birth = calendar.named_day(member(record.patient, "birthDate"))
    _, begun_last = begun(condition, birth, calendar)
    recorded = calendar.last_day(recorded_on(condition))
    return max(filter(None, (begun_last, recorded)), default=None)

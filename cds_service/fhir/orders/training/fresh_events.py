"""Find a heart attack, an embolism of the lung or a stroke of the last weeks.

Training after one is agreed on with those who treat it. The codes are in
`complication-codes.toml`, the names in `fresh-events.toml`.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from cds_service.core.orders import TrainingLimit
from cds_service.fhir.certainty import PAST, certainty_of, clinical_status
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.words.problem_words import is_denial
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.dates.written_days import days_in, latest_of
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.fresh_event_names import FreshEvent
from cds_service.fhir.onset import begun, recorded_on
from cds_service.fhir.raw_json import Json, texts_of

# Policy: as long as its treatment decides on the load.
FRESH_FOR = timedelta(weeks=6)
EVENTS: Mapping[FreshEvent, TrainingLimit] = {
    "heart_fresh": "heart",
    "lung_fresh": "lung",
    "brain_fresh": "brain",
}


def fresh_events(
    record: PatientRecord, terminology: Terminology, today: date
) -> frozenset[TrainingLimit]:
    """Return the events of the last weeks, or of a day that nobody wrote down."""
    return frozenset(
        EVENTS[kind]
        for entry in record.of_key("conditions")
        for kind in EVENTS
        if _names(entry, kind, terminology) and _is_fresh(entry, terminology, today)
    )


def _names(entry: Entry, kind: FreshEvent, terminology: Terminology) -> bool:
    """Tell if a code or a title of a diagnosis is of an event.

    The titles of a code may call it an earlier one.
    """
    code, names = entry.raw.get("code"), terminology.fresh_event_names
    titles = texts_of(code)
    if any(is_denial(title, terminology) for title in titles):
        return False
    codes = terminology.complication_codes
    if any(codes.is_event(kind, *one) for one in terminology.codings(code)):
        return not any(map(names.call_over, titles))
    return any(names.are_in(kind, title) for title in titles)


def _is_fresh(entry: Entry, terminology: Terminology, today: date) -> bool:
    condition, calendar = entry.raw, terminology.calendar
    if certainty_of(condition) in ("denied", "past"):
        return False
    _, last = begun(condition, None, calendar)
    days = [last, calendar.last_day(recorded_on(condition)), _named(condition, today)]
    known = min(filter(None, days), default=None)
    if known is None:
        return not clinical_status(condition) & PAST
    return today - known <= FRESH_FOR


def _named(condition: Json, today: date) -> date | None:
    """Return the last day that its titles name: `MI 2015`."""
    titles = texts_of(condition.get("code"))
    days = [day for title in titles for day in latest_of(days_in(title), today)]
    return max(days, default=None)

"""Take a day before the patient's birth as one that is not stated.

"1926" for 2026 would make a fresh fracture an old one. A birth that makes the patient a
child, or is still to come, is mistyped itself: then all days stay.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from cds_service.fhir.gathering.query_results import QueryResult
from cds_service.fhir.parsing import PARTS, TIMES
from cds_service.fhir.raw_json import Json
from cds_service.fhir.site_calendar import SiteCalendar

# Records write it for a day that is not stated, and the calendar reads it as none.
NOT_STATED = "1900-01-01"
BIRTH = "birthDate"
# Policy: nobody younger has an augmentation.
YOUNGEST = timedelta(days=18 * 365)


def without_days_before(
    results: Mapping[str, QueryResult], born: date | None, calendar: SiteCalendar
) -> Mapping[str, QueryResult]:
    """Return the results with no day before the birth in their resources.

    Args:
        results: by prefetch key.
        born: the first day on which the patient may have been born; None if unknown.
        calendar: calendar of the site.
    """
    if born is None or not _is_grown_up(results, born, calendar):
        return results
    return {
        key: result._replace(
            entries=tuple(
                one._replace(resource=_since(one.resource, born, calendar))
                for one in result.entries
            )
        )
        for key, result in results.items()
    }


def _is_grown_up(
    results: Mapping[str, QueryResult], born: date, calendar: SiteCalendar
) -> bool:
    """Tell if anything on record came when the patient was of age."""
    days = map(calendar.last_day, _times_in(results))
    return any(day is not None and day - born >= YOUNGEST for day in days)


def _times_in(results: Mapping[str, QueryResult]) -> Iterator[str]:
    for result in results.values():
        for entry in result.entries:
            for name, value in entry.resource.items():
                if isinstance(value, Mapping) and name.endswith("Period"):
                    yield from (value[part] for part in PARTS if part in value)
                elif TIMES.fullmatch(name) and name != BIRTH:
                    yield value


def _since(resource: Json, born: date, calendar: SiteCalendar) -> Json:
    """Return a resource without days before the birth: itself, if it has none."""
    wrong = {
        name: corrected
        for name, value in resource.items()
        if (corrected := _corrected(name, value, born, calendar)) is not value
    }
    return {**resource, **wrong} if wrong else resource


def _corrected(name: str, value: Any, born: date, calendar: SiteCalendar) -> Any:
    """Return a time or a period without days before the birth, else the value."""
    if isinstance(value, str):
        is_time = TIMES.fullmatch(name) and name != BIRTH
        return NOT_STATED if is_time and _is_before(value, born, calendar) else value
    if not isinstance(value, Mapping) or not name.endswith("Period"):
        return value
    kept = {
        part: NOT_STATED if part in PARTS and _is_before(one, born, calendar) else one
        for part, one in value.items()
    }
    return kept if kept != value else value


def _is_before(written: Any, born: date, calendar: SiteCalendar) -> bool:
    """Tell if a FHIR time ends before the birth."""
    last = calendar.last_day(written)
    return last is not None and last < born

"""Read the day on which a condition began, by any form of `onset[x]`.

It also reads the day on which it was recorded, and the last day on which it ended.
"""

import re
from datetime import date, timedelta
from typing import Any

from cds_service.fhir.raw_json import Json, member, number, objects, text
from cds_service.fhir.site_calendar import WRITTEN_YEAR, SiteCalendar

# US Core and the German core data set write the day of a diagnosis in it.
ASSERTED = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"
Days = tuple[date | None, date | None]

_DAY = re.compile(r"(?<!\d)(?:19|20)\d\d-\d\d-\d\d(?!\d)")
# UCUM's code, and units that records write without a code, in the languages of
# `mappings/texts/` and of neighbours.
YEARS = frozenset(
    {
        *("a", "y", "yr", "yrs", "year", "years"),
        *("j", "jahr", "jahre", "jahren", "jaar", "jaren", "år"),
        *("an", "ans", "année", "années", "año", "años", "anno", "anni"),
        *("ano", "anos", "lat", "lata", "rok", "roku", "let", "leta"),
        *("vuotta", "vuosi", "год", "года", "лет"),
        *("年", "岁", "歳", "歲", "才", "세", "년"),
    }
)
OLDEST = 130  # years
# Policy: what began within these weeks may have come with a recent fracture.
OF_FRACTURE = timedelta(weeks=6)
# Elements that tell the onset without its day, or say that the day is unknown.
WITHOUT_DAY = ("onsetAge", "onsetRange", "onsetString", "_onset")
ONSETS = ("onsetDateTime", "onsetPeriod", "onsetAge", "onsetRange", "onsetString")


def recorded_on(condition: Json) -> Any:
    """Return the date on which a condition was recorded, else asserted, or None."""
    return condition.get("recordedDate") or asserted_on(condition)


def asserted_on(condition: Json) -> Any:
    """Return the date on which a condition was asserted, or None."""
    asserted = (
        extension.get("valueDateTime")
        for extension in objects(condition.get("extension"))
        if extension.get("url") == ASSERTED
    )
    return next(asserted, None)


def begun(condition: Json, birth: date | None, calendar: SiteCalendar) -> Days:
    """Return the first and the last day on which it may have begun, by its onset alone.

    Each is None if the onset does not tell it.

    Args:
        condition: a Condition.
        birth: the patient's day of birth; None if it is not recorded to the day.
        calendar: calendar of the site.
    """
    if begins := condition.get("onsetDateTime"):
        return calendar.first_day(begins), calendar.last_day(begins)
    if period := condition.get("onsetPeriod"):
        since = member(period, "start")
        ends = (calendar.last_day(one) for one in (since, member(period, "end")))
        return calendar.first_day(since), max(filter(None, ends), default=None)
    if birth and any(by_age := _by_age(condition, birth)):
        return by_age
    words = text(condition.get("onsetString"))
    if days := [day for one in _DAY.findall(words) if (day := calendar.named_day(one))]:
        return min(days), max(days)
    if years := WRITTEN_YEAR.findall(words):
        return calendar.first_day(min(years)), calendar.last_day(max(years))
    return None, None


def is_onset_reached(condition: Json, birth: date | None, today: date) -> bool:
    """Tell if an age or a range of onset, of any unit, reaches to the present age."""
    ages = (
        member(condition, "onsetAge", "value"),
        member(condition, "onsetRange", "high", "value"),
    )
    values = [value for age in ages if (value := number(age)) is not None]
    if birth is None or not values:
        return False
    return max(values) >= (today - birth).days // 365.25


def has_onset_without_day(condition: Json) -> bool:
    """Tell if a condition has an onset, and in no form that is a date."""
    is_dated = condition.get("onsetDateTime") or condition.get("onsetPeriod")
    return not is_dated and any(
        name.startswith(WITHOUT_DAY) and value for name, value in condition.items()
    )


def has_unread_onset(
    condition: Json, birth: date | None, calendar: SiteCalendar
) -> bool:
    """Tell if a condition has an onset in a form from which no day can be read."""
    has_onset = any(condition.get(name) for name in ONSETS)
    return has_onset and begun(condition, birth, calendar) == (None, None)


def has_end(condition: Json) -> bool:
    """Tell if a condition says when it ended, in any form."""
    return any(
        name.removeprefix("_").startswith("abatement") and value
        for name, value in condition.items()
    )


def last_of_end(
    condition: Json, birth: date | None, calendar: SiteCalendar
) -> date | None:
    """Return the last day on which it may have ended; None if no date or age tells it.

    Args:
        condition: a Condition.
        birth: the patient's day of birth; None if it is not recorded to the day.
        calendar: calendar of the site.
    """
    end = text(condition.get("abatementDateTime")) or text(
        member(condition, "abatementPeriod", "end")
    )
    if end or birth is None:
        return calendar.last_day(end)
    return _by_age(condition, birth, "abatement")[1]


def _by_age(condition: Json, birth: date, prefix: str = "onset") -> Days:
    low = high = _years(member(condition, f"{prefix}Age"))
    if low is None:
        low = _years(member(condition, f"{prefix}Range", "low"))
        high = _years(member(condition, f"{prefix}Range", "high"))
    return (
        None if low is None else _birthday(birth, low),
        None if high is None else _birthday(birth, high + 1) - timedelta(days=1),
    )


def _years(age: object) -> int | None:
    value = number(member(age, "value"))
    written = text(member(age, "code")) or text(member(age, "unit"))
    unit = written.strip().rstrip(".").lower()
    if value is None or unit not in YEARS or not 0 <= value < OLDEST:
        return None
    return int(value)


def _birthday(birth: date, age: int) -> date:
    """Return the birthday of this age; for 29 February, 1 March in years without it."""
    try:
        return birth.replace(year=birth.year + age)
    except ValueError:
        return date(birth.year + age, 3, 1)

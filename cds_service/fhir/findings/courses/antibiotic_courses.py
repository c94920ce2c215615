"""Find a course of an antibiotic so long that it may be for an infection of the spine.

Single doses before an operation and some days for a chest or a bladder are none.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain
from typing import NamedTuple

from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.grave.long_antibiotics import ELSEWHERE
from cds_service.fhir.entries.medication.drug_groups import (
    BROAD_ANTIBIOTIC,
    DEEP_INFECTION_DRUG,
    GOES_ON,
    MEDICATION_TYPES,
)
from cds_service.fhir.entries.medication.local_drugs import is_given_once
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.courses.drug_times import (
    DAYS,
    dated,
    end_of_course,
    first_and_last_day,
    handed_over,
    tablets_a_day,
    tablets_in,
)
from cds_service.fhir.leaves import words_in
from cds_service.fhir.raw_json import (
    Json,
    is_prohibition,
    member,
    number,
    objects,
    text,
    texts_of,
)

# Policy: infections of bone are treated for six weeks or more, others mostly for less
# than two.
LONG = timedelta(days=14)
# Weekly dispenses, and doses after dialysis or of a long-acting drug, are one course.
PAUSE = timedelta(days=8)
# Policy: of drugs that are given for two or three weeks against much else, and for
# months against acne or a cough.
BROAD, BROAD_AT_MOST = timedelta(days=28), timedelta(days=120)
# As long as an infection that was treated may bear on a fracture.
COUNTS_FOR = timedelta(days=365)
MOST_HOURS = 24 * 365.0
# Policy: tablets of an antibiotic a day of a course; the most if an order says none.
LEAST_A_DAY, MOST_A_DAY = 2, 4
# Rules of `kinds/`
NOT_OF_THE_COURSE = "not-of-the-course"
DOSAGES = ("dosageInstruction", "dosage")
NOT_GIVEN = frozenset(
    {"entered-in-error", "cancelled", "draft", "not-done", "not-taken", "declined"}
)


class Span(NamedTuple):
    """Days on which an entry says that an antibiotic is given, both inclusive."""

    first: date
    last: date
    entry: Entry


def find_long_antibiotic(chart: Chart) -> Entry | None:
    """Return an entry of a long course of the last year, or of unknown days; else None.

    Entries at most eight days apart are one course. A drug for many infections counts
    only by an entry that says so, while its weeks go on.
    """
    spans = []
    for entry in chart.of_kind(*MEDICATION_TYPES):
        if not _is_meant(entry):
            continue
        span = _days_of(entry, chart)
        if span is not None:
            spans.append(span)
        elif _is_of_unknown_days(entry):
            return entry
    long = _first_long(sorted(spans, key=lambda one: one[:2]), chart.today)
    return long or next(
        filter(None, (_broad(one, chart) for one in _broads(chart))), None
    )


def _broads(chart: Chart) -> Iterator[Entry]:
    """Yield the orders and statements of drugs of many infections."""
    for entry in chart.of_kind("MedicationRequest", "MedicationStatement"):
        # A draft of this signing says for how long, as an order on record does.
        goes_on = entry.origin == "context" or _goes_on(entry)
        if _is_meant(entry, BROAD_ANTIBIOTIC) and goes_on:
            yield entry


def _broad(entry: Entry, chart: Chart) -> Entry | None:
    """Return an entry of a drug of many infections if it tells of weeks of it."""
    kinds = chart.terminology.kinds
    if any(kinds.named(one, ELSEWHERE) for one in words_in(entry.raw)):
        return None
    span = _days_of(entry, chart, is_until_today=False)
    if span is None or span.last < chart.today:
        return None
    is_long = BROAD <= span.last - span.first + timedelta(days=1) <= BROAD_AT_MOST
    return entry if is_long else None


def _first_long(spans: list[Span], today: date) -> Entry | None:
    """Return the entry with which a course is long; the spans are in order."""
    first = last = None
    for span in spans:
        if first is None or last is None or span.first - last > PAUSE:
            first, last = span.first, span.last
        else:
            last = max(last, span.last)
        is_long = last - first + timedelta(days=1) >= LONG
        if is_long and last >= today - COUNTS_FOR:
            return span.entry
    return None


def _is_meant(entry: Entry, group: str = DEEP_INFECTION_DRUG) -> bool:
    """Tell if an entry is of such an antibiotic, and is not withdrawn or forbidden."""
    if entry.drug is None or group not in entry.drug.concepts:
        return False
    is_signed = entry.origin == "context"
    return (is_signed or entry.status not in NOT_GIVEN) and not is_prohibition(
        entry.raw
    )


def _days_of(entry: Entry, chart: Chart, *, is_until_today: bool = True) -> Span | None:
    """Return the days of an entry; None if its first day is not known.

    An order or a statement that goes on, and names no end, lasts until today, unless
    only what it says counts.
    """
    raw = entry.raw
    ends = end_of_course(raw, chart)
    if entry.resource_type == "MedicationRequest":
        begins = dated(raw.get("authoredOn"), chart)
        if begins is None and entry.origin == "context":
            begins = dated(chart.today.isoformat(), chart)
    elif entry.resource_type == "MedicationDispense":
        begins = handed_over(raw, chart)
    else:
        begins, ended = first_and_last_day(raw, "effective", chart)
        if entry.resource_type == "MedicationAdministration":
            ends = ended.last if ended else None
    if begins is None:
        return None
    length = max(
        _length_in_words(raw, chart),
        _length_of_doses(raw),
        _length_of_events(raw, chart),
    )
    if ends is None and not length:
        length = _length_of_supply(raw)
    told = begins.last + length
    if ends is None and not length and is_until_today:
        told = _end_of_validity(raw, begins.last, chart) or told
    if ends is None and _goes_on(entry) and is_until_today:
        ends = chart.today
    last = _last_day_in_words(raw, begins.last, chart) or told
    return Span(begins.first, max(ends or begins.last, told, last, begins.first), entry)


def _end_of_validity(raw: Json, written: date, chart: Chart) -> date | None:
    """Return the last day of an order that tells only how long it is valid.

    None if it is given once, or is valid for longer than any course: a prescription of
    a year says nothing of its weeks.
    """
    period = member(raw, "dispenseRequest", "validityPeriod")
    end = chart.calendar.last_day(member(period, "end"))
    if end is None or is_given_once(raw, chart.terminology):
        return None
    return end if written <= end <= written + BROAD_AT_MOST else None


def _length_in_words(raw: Json, chart: Chart) -> timedelta:
    """Return the longest time that the words of a drug name."""
    longest = chart.terminology.durations.longest
    hours = max(map(longest, _own_words(raw, chart)), default=0.0)
    return timedelta(hours=min(hours, MOST_HOURS)) - timedelta(days=1) * bool(hours)


def _last_day_in_words(raw: Json, written: date, chart: Chart) -> date | None:
    """Return the last day that the words of a drug name, within a year; else None."""
    last_day = chart.terminology.durations.last_day
    days = (last_day(one, written) for one in _own_words(raw, chart))
    latest = written + timedelta(hours=MOST_HOURS)
    return max((one for one in days if one and one <= latest), default=None)


def _own_words(raw: Json, chart: Chart) -> list[str]:
    """Return the words of a drug, without a time of something else.

    A time to a visit, or of a brace or of exercises, is not the drug's.
    """
    told = [
        *chain.from_iterable(map(objects, map(raw.get, DOSAGES))),
        *objects(raw.get("note")),
    ]
    words = [
        *texts_of(raw.get("medicationCodeableConcept")),
        *filter(None, map(text, chain.from_iterable(map(_texts, told)))),
    ]
    kinds = chart.terminology.kinds
    return [
        kinds.without(one, NOT_OF_THE_COURSE)
        if kinds.named(one, (NOT_OF_THE_COURSE,))
        else one
        for one in words
    ]


def _length_of_doses(raw: Json) -> timedelta:
    """Return the days that a number of doses makes: 126 doses, three a day."""
    days = [0.0]
    for dosage in chain.from_iterable(map(objects, map(raw.get, DOSAGES))):
        repeat = member(dosage, "timing", "repeat")
        unit = DAYS.get(text(member(repeat, "periodUnit")), 0)
        counts = (number(member(repeat, name)) for name in ("count", "countMax"))
        count = max(filter(None, counts), default=None)
        period = number(member(repeat, "period"))
        often = number(member(repeat, "frequency")) or 1
        if count and period and often > 0:
            days.append(count * period * unit / often)
    longest = min(max(days), MOST_HOURS / 24)
    return timedelta(days=max(longest - 1, 0))


def _length_of_events(raw: Json, chart: Chart) -> timedelta:
    """Return the time between the first and the last of the days that are named."""
    days = [
        day
        for dosage in chain.from_iterable(map(objects, map(raw.get, DOSAGES)))
        for day in map(chart.calendar.first_day, _events_of(dosage))
        if day is not None
    ]
    apart = max(days) - min(days) if days else timedelta()
    return min(apart, timedelta(hours=MOST_HOURS))


def _events_of(dosage: Json) -> list[object]:
    events = member(dosage, "timing", "event")
    return events if isinstance(events, list) else []


def _length_of_supply(raw: Json) -> timedelta:
    """Return the days for which the tablets last that are handed over.

    An order that does not say how many a day may be of four. One a day may be the
    month's supply against cystitis or acne, and says nothing of a course.
    """
    request = raw.get("dispenseRequest")
    tablets = tablets_in(member(request, "quantity"))
    if tablets is None:
        return timedelta()
    tablets *= 1 + (number(member(request, "numberOfRepeatsAllowed")) or 0)
    a_day = sum(tablets_a_day(one) for one in objects(raw.get("dosageInstruction")))
    if 0 < a_day < LEAST_A_DAY:
        return timedelta()
    days = min(tablets / (a_day or MOST_A_DAY), MOST_HOURS / 24)
    return timedelta(days=max(days - 1, 0))


def _texts(told: Json) -> Iterator[object]:
    yield from map(told.get, ("text", "patientInstruction"))
    for more in objects(told.get("additionalInstruction")):
        yield from texts_of(more)


def _goes_on(entry: Entry) -> bool:
    return entry.resource_type != "MedicationDispense" and entry.status in GOES_ON


def _is_of_unknown_days(entry: Entry) -> bool:
    """Tell if an order or a statement without a day may be of a long course."""
    is_listed = entry.resource_type in ("MedicationRequest", "MedicationStatement")
    return is_listed and _goes_on(entry)

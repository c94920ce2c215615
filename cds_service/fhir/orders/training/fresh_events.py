"""Find a heart attack, an embolism of the lung or a stroke of the last weeks.

Training after one is agreed on with those who treat it. The codes are in
`complication-codes.toml`, the names in `fresh-events.toml`.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from cds_service.core.orders import TrainingLimit
from cds_service.fhir.certainty import PAST, certainty_of, clinical_status
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.exams.awaited_reports import NO_REPORT
from cds_service.fhir.entries.harm.act_words import names_of_reasons
from cds_service.fhir.entries.reports import day_of_report
from cds_service.fhir.entries.words.problem_words import is_denial, undenied_parts
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.dates.written_days import days_in, latest_of
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences
from cds_service.fhir.mapping.texts.fresh_event_names import FreshEvent
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT
from cds_service.fhir.onset import begun, recorded_on
from cds_service.fhir.orders.since.told_causes import ABBREVIATED, SUSPECTED
from cds_service.fhir.raw_json import Json, objects, text, texts_of
from cds_service.fhir.site_calendar import years_in

# Policy: as long as its treatment decides on the load.
FRESH_FOR = timedelta(weeks=6)
# Policy: as long as nobody is sent to walk a little more each day.
JUST_NOW = timedelta(days=14)
# The day of an act or an order whose notes and reasons are read.
NOTED = {"Procedure": "performedDateTime", "ServiceRequest": "authoredOn"}
OVER = frozenset({"finished", "cancelled", "entered-in-error"})
# Words, codes that say the same, and how long ago; of an unknown day: not at all.
Told = tuple[list[str], list[Json], timedelta]
EVENTS: Mapping[FreshEvent, TrainingLimit] = {
    "heart_fresh": "heart",
    "lung_fresh": "lung",
    "brain_fresh": "brain",
}


def fresh_events(
    record: PatientRecord, terminology: Terminology, today: date
) -> frozenset[TrainingLimit]:
    """Return the events of the last weeks, and `event` if one is of these days.

    A diagnosis, a report or the reason of the present stay names them, and a note of an
    act or the reason of another order that says that it is of these weeks. One without
    a day counts as of today.
    """
    ages = [
        *_ages_of_diagnoses(record, terminology, today),
        *_ages_of_told(record, terminology, today),
    ]
    limits = frozenset(limit for limit, age in ages if age <= FRESH_FOR)
    is_just_now = any(age <= JUST_NOW for _, age in ages)
    return limits | {"event"} if is_just_now else limits


def _ages_of_diagnoses(
    record: PatientRecord, terminology: Terminology, today: date
) -> Iterator[tuple[TrainingLimit, timedelta]]:
    """Yield each event that a diagnosis in force names, and how long ago it was."""
    for entry in record.of_key("conditions"):
        limits = [EVENTS[kind] for kind in EVENTS if _names(entry, kind, terminology)]
        age = _age_of(entry, terminology, today) if limits else None
        if age is not None:
            yield from ((limit, age) for limit in limits)


def _ages_of_told(
    record: PatientRecord, terminology: Terminology, today: date
) -> Iterator[tuple[TrainingLimit, timedelta]]:
    """Yield each event that a report or the stay tells of, and how long ago it was."""
    told = (
        *_told_by_reports(record, terminology, today),
        *_told_by_stays(record),
        *_told_in_notes(record, terminology, today),
    )
    for words, codes, age in told:
        for kind, limit in EVENTS.items():
            if _tells(words, codes, kind, terminology, today):
                yield limit, age


def _told_by_reports(
    record: PatientRecord, terminology: Terminology, today: date
) -> Iterator[Told]:
    """Yield the sentences and the coded results of the reports of the last weeks."""
    for report in record.of_key("diagnosticReports"):
        day = day_of_report(report, terminology.calendar)
        age = timedelta() if day is None else today - day
        if age > FRESH_FOR or report.status in NO_REPORT:
            continue
        # "V.a." is no end of a sentence.
        conclusion = ABBREVIATED.sub(
            "Verdacht auf", text(report.raw.get("conclusion"))[:LONGEST_TEXT]
        )
        codes = objects(report.raw.get("conclusionCode"))
        coded = [word for code in codes for word in texts_of(code)]
        yield [*sentences(conclusion), *coded], codes, age


def _told_in_notes(
    record: PatientRecord, terminology: Terminology, today: date
) -> Iterator[Told]:
    """Yield the sentences of notes and reasons that are of these weeks by their words.

    "Stroke" alone is the history of many who are seen by somebody.
    """
    for entry in record.entries:
        if entry.resource_type not in NOTED or entry.status == "entered-in-error":
            continue
        written = terminology.calendar.named_day(
            entry.raw.get(NOTED[entry.resource_type])
        )
        if written is None or not timedelta() <= today - written <= FRESH_FOR:
            continue
        noted = [text(one.get("text")) for one in objects(entry.raw.get("note"))]
        words = [*noted, *names_of_reasons(entry.raw)]
        told = [
            sentence
            for one in words
            for sentence in sentences(ABBREVIATED.sub("suspected", one[:LONGEST_TEXT]))
            if terminology.fresh_event_names.are_of_these_weeks(sentence)
        ]
        if told:
            yield told, [], today - written


def _told_by_stays(record: PatientRecord) -> Iterator[Told]:
    """Yield what the stay that goes on is for."""
    for stay in record.of_key("encounter"):
        if stay.status not in OVER:
            reasons = objects(stay.raw.get("reasonCode"))
            yield names_of_reasons(stay.raw), reasons, timedelta()


def _tells(
    words: list[str],
    codes: list[Json],
    kind: FreshEvent,
    terminology: Terminology,
    today: date,
) -> bool:
    """Tell if words or codes state an event, which words do not ask for or deny."""
    stems, names = terminology.grave_stems, terminology.fresh_event_names
    is_coded = any(
        terminology.complication_codes.is_event(kind, *one)
        for code in codes
        for one in terminology.codings(code)
    )
    if is_coded and not any(map(names.call_over, words)):
        return True
    return any(
        names.are_in(kind, part.strip())
        for one in words
        # A denial behind the name, "ruled out", is cut off from its part.
        if names.are_in(kind, one) and not _is_long_ago(one, today)
        for part in undenied_parts(names.without_risk_class(one), terminology)
        if terminology.clauses.without_suspicion(part) == part
        and not stems.is_searched(part)
        and not stems.is_prevention(part)
        and not terminology.kinds.named(part, SUSPECTED)
    )


def _is_long_ago(words: str, today: date) -> bool:
    """Tell if the last day or year that words name is not of these weeks: `MI 2015`."""
    day = _last_day_in([words], today)
    if day is not None:
        return today - day > FRESH_FOR
    years = years_in(words)
    return bool(years) and today - date(max(years), 12, 31) > FRESH_FOR


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


def _age_of(entry: Entry, terminology: Terminology, today: date) -> timedelta | None:
    """Return how long ago a diagnosis began; None if it is denied or over."""
    condition, calendar = entry.raw, terminology.calendar
    if certainty_of(condition) in ("denied", "past"):
        return None
    _, last = begun(condition, None, calendar)
    days = [last, calendar.last_day(recorded_on(condition)), _named(condition, today)]
    known = min(filter(None, days), default=None)
    if known is not None:
        return today - known
    return None if clinical_status(condition) & PAST else timedelta()


def _named(condition: Json, today: date) -> date | None:
    """Return the last day that its titles name: `MI 2015`."""
    return _last_day_in(texts_of(condition.get("code")), today)


def _last_day_in(words: list[str], today: date) -> date | None:
    days = [day for one in words for day in latest_of(days_in(one), today)]
    return max(days, default=None)

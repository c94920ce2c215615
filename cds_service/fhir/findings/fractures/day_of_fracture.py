"""Read the day on which a vertebra of a stated fracture broke, and how exactly.

The day of an entry is often that on which it was recorded.
"""

from datetime import date, timedelta

from cds_service.core.findings import Precision
from cds_service.fhir.entries.words.bystanders import FRACTURED
from cds_service.fhir.entries.words.past_by_words import (
    LATE_EFFECT,
    is_onset_of_recording,
    past_in_words,
)
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.statements.stated import Stated
from cds_service.fhir.findings.worded_dates import date_in_words
from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS
from cds_service.fhir.onset import begun, has_onset_without_day
from cds_service.fhir.raw_json import text, texts_of
from cds_service.fhir.site_calendar import PRECISIONS

HISTORY = "earlier-vertebral-fracture"
A_YEAR = timedelta(days=366)
# With an earlier fracture so long ago, this is no second one in two years (F11).
LONG_AGO = timedelta(days=731)


def precision_of(stated: Stated, chart: Chart) -> Precision:
    """Return how exactly the day of the fracture is known."""
    if _has_onset_without_day(stated):
        return _vague_onset(stated, chart)[1]
    is_condition = stated.entry.resource_type == "Condition"
    element = "onsetDateTime" if is_condition else "performedDateTime"
    written = text(stated.entry.raw.get(element)).strip()
    return PRECISIONS.get(len(stated.worded or written), "day")


def is_augmentation_listed(stated: Stated) -> bool:
    """Tell if the problem list names an augmentation, which may be done or planned."""
    is_listed = stated.entry.resource_type == "Condition"
    return is_listed and bool(stated.concepts & AUGMENTATIONS)


def day_of(stated: Stated, chart: Chart) -> date | None:
    """Return the day of the fracture; None if it is not known.

    These do not tell it: the recording date of an old fracture, or of one whose onset
    has no day; the onset of a sequela; an onset that is the recording date. But if a
    sequela began long ago, the fracture is as old at least.
    """
    if is_late_effect(stated, chart):
        onset = _onset_of(stated, chart)
        is_old = onset is not None and chart.not_after - onset > LONG_AGO
        return onset if is_old else chart.calendar.first_day(stated.worded)
    if _has_onset_without_day(stated):
        return _vague_onset(stated, chart)[0]
    raw = stated.entry.raw
    is_past = is_history(stated, chart) or is_augmentation_listed(stated)
    is_old = is_past or stated.is_later_encounter
    if is_old and not stated.worded and stated.entry.resource_type != "Procedure":
        if is_past and is_onset_of_recording(raw, chart.calendar):
            return None
        return _onset_of(stated, chart)
    return stated.day


def _onset_of(stated: Stated, chart: Chart) -> date | None:
    onset = chart.calendar.effective(stated.entry.raw, "onset")
    return onset.day if onset else None


def _has_onset_without_day(stated: Stated) -> bool:
    """Tell if a diagnosis has an onset, and in no form that is a date."""
    is_diagnosis = stated.entry.resource_type == "Condition"
    return is_diagnosis and has_onset_without_day(stated.entry.raw)


def _vague_onset(stated: Stated, chart: Chart) -> tuple[date | None, Precision]:
    """Return a day of the month or year in which it began, and which of them it is.

    An age is that of a year of life, most of which lies in the year that is returned.
    A longer range of time dates nothing.
    """
    raw, calendar = stated.entry.raw, chart.calendar
    worded = date_in_words([text(raw.get("onsetString"))], raw, chart)
    exactness = PRECISIONS.get(len(worded), "year")
    first, last = begun(raw, chart.birth, calendar)
    if worded and not (first and last and last - first > A_YEAR):
        first, last = calendar.first_day(worded), calendar.last_day(worded)
    written = stated.day
    is_amended = first is not None and written is not None and first > written
    until = chart.today if is_amended else written
    last = min(filter(None, (last, until)), default=None)
    if first is None or last is None or not first <= last <= first + A_YEAR:
        return None, exactness
    return first + (last - first) / 2, exactness


def is_history(stated: Stated, chart: Chart) -> bool:
    return HISTORY in stated.concepts or is_late_effect(stated, chart)


def is_late_effect(stated: Stated, chart: Chart) -> bool:
    """Tell if it is the sequela of a fracture, by its code or its words."""
    if stated.is_sequela or stated.entry.resource_type != "Condition":
        return stated.is_sequela
    terminology = chart.terminology
    return LATE_EFFECT in past_in_words(
        texts_of(stated.entry.raw.get("code")),
        lambda part: bool(
            terminology.text_concepts(part, FRACTURED)
            or terminology.plain.bound.names_broken(part)
        ),
        terminology,
    )

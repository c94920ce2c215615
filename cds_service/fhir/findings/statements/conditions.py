"""Read what a diagnosis states of a finding, and why it does not count."""

from datetime import date

from cds_service.core.vocabulary import ConditionSpec, YesNoSpec
from cds_service.fhir.certainty import (
    ACTIVE,
    PAST,
    certainty_of,
    clinical_status,
    is_later_encounter,
)
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.words.problem_words import in_doubt, is_taken_as_active
from cds_service.fhir.findings.chart import Chart, Problem, age_in_words
from cds_service.fhir.findings.statements.stated import (
    DOUBTED,
    OLD_BY_WORDS,
    SUSPECTED,
    Stated,
    dated_ahead,
    latest_day,
)
from cds_service.fhir.findings.worded_dates import date_in_words
from cds_service.fhir.onset import begun, has_onset_without_day, recorded_on
from cds_service.fhir.raw_json import Json, text, texts_of


def read_condition(
    entry: Entry, concept: str, codes: tuple[str, ...], spec: YesNoSpec, chart: Chart
) -> Stated | None:
    """Read a diagnosis, with its day and why it does not count; None if denied."""
    certainty = certainty_of(entry.raw)
    if certainty == "denied":
        return None
    clinical = clinical_status(entry.raw)
    calendar = chart.calendar
    onset = calendar.effective(entry.raw, "onset")
    when = onset or calendar.moment(recorded_on(entry.raw))
    day = when.day if when else None
    acute_only, usable_days = _limits_of(spec)
    is_active = bool(clinical & ACTIVE)
    is_active = is_active or _counts_without_status(entry, day, spec, chart)
    problem: Problem | None = None
    if ahead := dated_ahead(day, chart):
        problem = ahead
    elif acute_only and all(map(is_later_encounter, codes)):
        problem = Problem("absent", "a healing or old fracture")
    elif certainty == "doubted" and not clinical & PAST:
        problem = SUSPECTED
    elif in_doubt(concept) in entry.named and not clinical & PAST:
        problem = DOUBTED
    elif not (is_active or clinical & PAST) and certainty != "past":
        problem = Problem("undetermined", "without a clinical status")
    elif usable_days:
        problem = _too_old(entry, day, usable_days, spec, chart)
    return Stated(
        entry,
        concept,
        codes[0],
        day,
        problem,
        is_past=certainty == "past" or not is_active,
    )


def _counts_without_status(
    entry: Entry, day: date | None, spec: YesNoSpec, chart: Chart
) -> bool:
    """Tell if an entry without a clinical status counts as an active one.

    A condition that may end counts only if it began, or was recorded, lately.
    """
    if not isinstance(spec, ConditionSpec) or spec.current_days:
        return False
    if not is_taken_as_active(entry.raw, chart.terminology):
        return False
    if spec.is_lasting or day is None:
        return spec.is_lasting
    recorded = chart.calendar.last_day(recorded_on(entry.raw))
    last = max(latest_day(entry, "onset", day, chart), recorded or day)
    return (chart.today - last).days <= spec.unstated_days


def _limits_of(spec: YesNoSpec) -> tuple[bool, int | None]:
    """Tell if only acute entries count, and for how many days; a drug has neither."""
    if isinstance(spec, ConditionSpec):
        return spec.acute_only, spec.usable_days
    return False, None


def _too_old(
    entry: Entry, day: date | None, usable_days: int, spec: YesNoSpec, chart: Chart
) -> Problem | None:
    """Return the problem of a diagnosis older than these days, or without a day."""
    if day is None:
        return Problem("undetermined", "no date")
    if (chart.today - latest_day(entry, "onset", day, chart)).days > usable_days:
        return Problem("stale", f"{age_in_words(day, chart.today)} old")
    if _is_worded_old(entry.raw, usable_days, spec, chart):
        return OLD_BY_WORDS
    if not has_onset_without_day(entry.raw):
        return None
    # The day of recording is the latest day alone.
    words = (*texts_of(entry.raw.get("code")), text(entry.raw.get("onsetString")))
    worded = date_in_words(words, entry.raw, chart)
    last = chart.calendar.last_day(worded)
    last = last or begun(entry.raw, chart.birth, chart.calendar)[1]
    if last is None:
        return Problem("undetermined", "no date")
    return OLD_BY_WORDS if (chart.today - last).days > usable_days else None


def _is_worded_old(
    condition: Json, usable_days: int, spec: YesNoSpec, chart: Chart
) -> bool:
    """Tell if words of an entry date it longer ago: `car crash 1990`."""
    if not (isinstance(spec, ConditionSpec) and spec.dated_in_words):
        return False
    words = (*texts_of(condition.get("code")), text(condition.get("onsetString")))
    if chart.terminology.years.is_of_childhood(" ".join(words)):
        return True
    last = chart.calendar.last_day(date_in_words(words, condition, chart))
    return last is not None and (chart.today - last).days > usable_days

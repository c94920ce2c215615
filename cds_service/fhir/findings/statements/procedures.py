"""Read what a procedure states of a finding, and why it does not count."""

from datetime import date

from cds_service.core.months import months_before
from cds_service.core.vocabulary import ConditionSpec, YesNoSpec
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.findings.augmentations.cement_reasons import (
    is_called_past,
    is_for_something_else,
    parts_of_title,
)
from cds_service.fhir.findings.augmentations.first_stages import is_of_first_stage
from cds_service.fhir.findings.augmentations.same_operation import (
    may_be_of_present_fracture,
)
from cds_service.fhir.findings.chart import Chart, Problem, age_in_words
from cds_service.fhir.findings.statements.current import may_be_current
from cds_service.fhir.findings.statements.stated import (
    DOUBTED,
    FIRST_STAGE,
    LATER_THAN_ORDER,
    LATER_THAN_TODAY,
    NOT_BEFORE_ORDER,
    UNFINISHED,
    Stated,
    latest_day,
)
from cds_service.fhir.findings.worded_dates import date_in_words
from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS


def read_procedure(
    entry: Entry, concept: str, codes: tuple[str, ...], spec: YesNoSpec, chart: Chart
) -> Stated | None:
    """Read a procedure.

    An augmentation needs a date before the order, otherwise it may be the ordered one.
    It counts as an earlier fracture; done for something else, or for the present one,
    it leaves that open. If its title calls it past, or names an earlier month or
    year, it was typed in at an admission: it was done by its day.

    A procedure that counts only for some months needs a date, too. If it is not known
    to be completed, it leaves the finding open.
    """
    when = chart.calendar.effective(entry.raw, "performed")
    day = when.day if when else None
    is_overdue = (
        entry.status == "preparation" and day is not None and day < chart.not_after
    )
    if not (may_be_current(entry) or is_overdue):
        return None
    worded = ""
    if day is not None and concept in AUGMENTATIONS:
        worded = _earlier_by_title(entry, day, chart)
        day = chart.calendar.last_day(worded) or day
    problem = _problem_of_procedure(entry, concept, day, spec, chart)
    if not worded and concept in AUGMENTATIONS and _is_typed_in(entry, chart):
        day = None
    return Stated(entry, concept, codes[0], day, problem, worded=worded)


def _earlier_by_title(augmentation: Entry, done: date, chart: Chart) -> str:
    """Return a month or year in its title that was over before its day, or nothing."""
    parts = parts_of_title(augmentation.raw, chart.terminology)
    worded = date_in_words(parts, augmentation.raw, chart) if parts else ""
    last = chart.calendar.last_day(worded)
    return worded if last is not None and last < done else ""


def _is_typed_in(augmentation: Entry, chart: Chart) -> bool:
    """Tell if its title calls it past, and its day may be that of typing."""
    is_exact = chart.calendar.exactness(augmentation.raw, "performed") == "day"
    return is_exact and is_called_past(augmentation.raw, chart.terminology)


def _problem_of_procedure(
    entry: Entry, concept: str, day: date | None, spec: YesNoSpec, chart: Chart
) -> Problem | None:
    """Report why a procedure does not count; None if it does."""
    is_augmentation = concept in AUGMENTATIONS
    months = spec.look_back_months.get(concept)
    limit = chart.written if is_augmentation else chart.not_after
    problem: Problem | None = None
    if in_doubt(concept) in entry.named:
        problem = DOUBTED
    elif day is None and (is_augmentation or months):
        problem = Problem("undetermined", "no date")
    elif day is not None and day > chart.read_on:
        problem = LATER_THAN_TODAY
    elif day is not None and day >= limit:
        problem = LATER_THAN_ORDER if day < chart.today else NOT_BEFORE_ORDER
    elif entry.status != "completed":
        problem = UNFINISHED
    elif is_augmentation and is_of_first_stage(entry, chart):
        problem = FIRST_STAGE
    elif is_augmentation and _proves_nothing(entry, day, chart):
        problem = DOUBTED
    elif day is not None and months:
        latest = latest_day(entry, "performed", day, chart)
        if latest < months_before(chart.today, months):
            problem = _of_long_ago(day, spec, chart)
    return problem


def _of_long_ago(day: date, spec: YesNoSpec, chart: Chart) -> Problem:
    """Report an act that is too old to count; one for a lasting disease may go on."""
    ago = f"{age_in_words(day, chart.today)} ago"
    if isinstance(spec, ConditionSpec) and spec.is_lasting:
        return Problem("undetermined", f"{ago}; whether it goes on is not recorded")
    return Problem("stale", ago)


def _proves_nothing(augmentation: Entry, day: date | None, chart: Chart) -> bool:
    """Tell if it may have been for no fracture, or for the one that is treated now."""
    if is_for_something_else(augmentation, chart):
        return True
    return day is not None and may_be_of_present_fracture(augmentation, day, chart)

"""Read what the entries of a list state of a finding, and why one does not count.

Conditions and procedures state it. Reports, orders and drugs only name it, which leaves
the finding open.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from cds_service.core.findings import PassedOver, Provenance
from cds_service.core.months import months_before
from cds_service.core.vocabulary import (
    ConditionSpec,
    EventSpec,
    FindingSpec,
    FractureSpec,
    YesNoSpec,
)
from cds_service.core.words.wording import date_text
from cds_service.fhir.certainty import (
    ACTIVE,
    PAST,
    certainty_of,
    clinical_status,
    is_later_encounter,
    is_sequela,
)
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.exams.awaited_reports import is_plain_exam
from cds_service.fhir.entries.grave.cultures import MICROBIOLOGY
from cds_service.fhir.entries.grave.grave_concepts import (
    SPINAL_OPERATION,
    UNJUDGED,
    UNJUDGED_ACT,
    UNREAD_PROSE,
    UNREAD_REASON,
    UNREAD_TITLE,
    VERTEBRA_REMOVED,
)
from cds_service.fhir.entries.grave.searches import (
    BRIEF_SEARCHES,
    ORDERS,
    SEARCHES,
    is_done_order,
)
from cds_service.fhir.entries.medication.drug_groups import GOES_ON, MEDICATION_TYPES
from cds_service.fhir.entries.medication.products import DEVICE_ORDERS
from cds_service.fhir.entries.words.problem_words import (
    in_doubt,
    is_taken_as_active,
    may_be_active,
)
from cds_service.fhir.findings.augmentations.cement_reasons import (
    is_called_past,
    is_for_something_else,
    parts_of_title,
)
from cds_service.fhir.findings.augmentations.first_stages import is_of_first_stage
from cds_service.fhir.findings.augmentations.same_operation import (
    may_be_of_present_fracture,
)
from cds_service.fhir.findings.chart import (
    ON_DRUGS,
    STATING,
    Chart,
    Problem,
    age_in_words,
)
from cds_service.fhir.findings.encounter import VOID_ENCOUNTER
from cds_service.fhir.findings.worded_dates import date_in_words
from cds_service.fhir.mapping.terminology import Match
from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS
from cds_service.fhir.onset import begun, has_onset_without_day, recorded_on
from cds_service.fhir.raw_json import (
    Json,
    member,
    objects,
    text,
    texts_of,
)
from cds_service.fhir.references import last_name
from cds_service.fhir.settings_of_care import INPATIENT
from cds_service.fhir.site_calendar import Span

SUSPECTED = Problem("undetermined", "suspected, not confirmed")
# The entry is on the list, so its day must be wrong.
LATER_THAN_TODAY = Problem("undetermined", "dated in the future")
LATER_THAN_ORDER = Problem("undetermined", "dated after the order was written")
LATER = Problem("future", "dated after the order")
NOT_BEFORE_ORDER = Problem("future", "not before the order")
WORDED = Problem("undetermined", "named in words, without a code that is known here")
OLD_BY_WORDS = Problem("stale", "of an earlier year by its words")
DOUBTED = Problem("undetermined", "its words leave it in doubt")
UNFINISHED = Problem("undetermined", "whether it was done is not recorded")
NAMED_ASIDE = Problem("undetermined", "named there")
FIRST_STAGE = Problem("absent", "the first stage of the treatment that goes on now")
# What looks for another cause of the fracture. Once it was done its result is awaited;
# policy: for two weeks, since most results of the laboratory are not asked for.
RESULT_COMES_IN = timedelta(days=14)
# Policy: an order is of the stay for so long; a stay is not always closed.
LONGEST_STAY = timedelta(days=90)
FINAL = frozenset({"final", "amended", "corrected", "appended"})
# Elements of a procedure that may add to its name that it ended or was declined.
SAID_OF_ACTS = frozenset({"note", "outcome", "statusReason", "modifierExtension"})
NOT_DONE = frozenset({"not-done", "entered-in-error", "preparation"})
UNDER_WAY = frozenset({"preparation", "in-progress", "on-hold"})
# Concepts of what was not judged or not understood in an entry.
OPEN_CONCEPTS = frozenset(
    {
        UNJUDGED,
        UNJUDGED_ACT,
        SPINAL_OPERATION,
        UNREAD_PROSE,
        UNREAD_REASON,
        UNREAD_TITLE,
        VERTEBRA_REMOVED,
    }
)
# Where an entry is kept, and the word before its day.
PLACES = {
    "Condition": ("on the problem list", "since"),
    "Procedure": ("among the procedures", "on"),
    "DiagnosticReport": ("in a report", "of"),
    "ImagingStudy": ("in an imaging study", "of"),
    "Encounter": ("in the record of this stay", "of"),
    "Appointment": ("with an appointment", "of"),
    "Observation": ("with a measured value", "of"),
    **dict.fromkeys(("ServiceRequest", *DEVICE_ORDERS), ("in an order", "of")),
    **dict.fromkeys(MEDICATION_TYPES, (ON_DRUGS, "of")),
}
# Policy: questions that older reports and orders leave open were answered since, and
# older drugs are over.
ASIDE_LASTS = timedelta(days=366)
# Policy: as long as an infection that is over counts (F1), germs of the blood may have
# come to rest in the spine.
SEEDS_IN = timedelta(days=90)
# Policy: what an order that was not understood asks for was done, or given up, since.
ORDER_LASTS = timedelta(days=180)
# Policy: a procedure may have been for a broken hip, which counts so long (F12).
ACT_LASTS = timedelta(days=731)
# Policy: an operation of the spine may be of the present illness for so long.
OPERATION_LASTS = timedelta(days=90)
LASTS: dict[str, timedelta | None] = {
    UNJUDGED_ACT: ACT_LASTS,
    SPINAL_OPERATION: OPERATION_LASTS,
    UNREAD_TITLE: ORDER_LASTS,
    # A tumour for which a vertebra was taken out may come back.
    VERTEBRA_REMOVED: None,
}


class Stated(NamedTuple):
    """One list entry that is relevant to a finding.

    Attributes:
        code: `system|code`; empty if only words name the concept.
        day: when it began, was done or was recorded; None if that is not known.
        problem: why it does not count, as a reason and a phrase; None if it does.
        is_past: it was true once.
        worded: the month or year in its title that gave the day, as FHIR writes it.
    """

    entry: Entry
    concept: str
    code: str
    day: date | None
    problem: Problem | None = None
    is_past: bool = False
    worded: str = ""

    @property
    def concepts(self) -> frozenset[str]:
        """Return the concepts of its codes, else of its words."""
        if not self.code:
            return self.entry.named
        return frozenset(match.concept for match in self.entry.matches)

    @property
    def is_undetermined(self) -> bool:
        """Tell if it proves neither yes nor no."""
        return self.problem is not None and self.problem.reason == "undetermined"

    @property
    def is_later_encounter(self) -> bool:
        """Tell if its ICD-10-CM code is of a later encounter for a fracture."""
        return is_later_encounter(self.code)

    @property
    def is_sequela(self) -> bool:
        """Tell if its ICD-10-CM code is of a sequela, which begins after the fracture.

        Its day is the latest on which the fracture may have been.
        """
        return is_sequela(self.code)

    def provenance(self, spec: FindingSpec) -> Provenance:
        """Return its source: `on the problem list since 3 May 2019`."""
        place, since = PLACES[self.entry.resource_type]
        printed = f"{place} {since} {date_text(self.day)}" if self.day else place
        return self.entry.source(spec, printed, self.code)

    def passed_over(self, spec: FindingSpec) -> PassedOver:
        """Return the statement for a card that it was not counted, and why."""
        reason, why = self.problem or ("absent", "resolved or in the past")
        provenance = self.provenance(spec)
        return PassedOver(
            spec.name, reason, f"{provenance.printed}, not counted: {why}", provenance
        )


def place_of(entry: Entry) -> str:
    """Say where an entry is kept; what is signed now is on no list yet."""
    kind = "ServiceRequest" if entry.origin == "context" else entry.resource_type
    return PLACES[kind][0]


def reason_of_list(why: str, entry: Entry) -> str:
    """Adapt a reason worded for the problem list to the list that holds the entry."""
    return why.replace(PLACES["Condition"][0], place_of(entry), 1)


def find_stated(chart: Chart, spec: YesNoSpec, concepts: Sequence[str]) -> list[Stated]:
    """Find the entries with any of these concepts; denied ones are left out."""
    if not concepts:
        return []
    wanted = or_in_doubt(tuple(concepts))
    if chart.mentions.keys().isdisjoint(wanted):  # most conditions of most records
        return []
    statements: list[Stated] = []
    for entry in chart.mentions_of(wanted):
        coded = [one for one in entry.matches if one.concept in concepts]
        named = sorted(one for one in concepts if entry.named & {one, in_doubt(one)})
        matches = coded or [Match(concept, "") for concept in named]
        concept = matches[0].concept
        if entry.resource_type not in STATING or concept in OPEN_CONCEPTS:
            within = look_back(spec, concept)
            if aside := read_aside(entry, concept, chart, within=within):
                statements.append(aside)
            continue
        read = (
            _read_condition if entry.resource_type == "Condition" else _read_procedure
        )
        codes = tuple(one.code for one in matches)
        if stated := read(entry, concept, codes, spec, chart):
            is_sure = coded or spec.by_words
            statements.append(stated if is_sure else _doubt_if_worded(stated))
    current = [_doubt_if_old(statement, spec, chart) for statement in statements]
    return _doubt_unless_plain(current, spec, chart)


@cache
def or_in_doubt(concepts: tuple[str, ...]) -> tuple[str, ...]:
    """List these concepts, and the names that they have in doubt."""
    return (*concepts, *map(in_doubt, concepts))


def _doubt_if_old(statement: Stated, spec: YesNoSpec, chart: Chart) -> Stated:
    """Leave open what may be over: it is of long ago, or of no known day."""
    days = spec.current_days if isinstance(spec, ConditionSpec) else None
    if not days or statement.problem or statement.is_past:
        return statement
    if statement.day is None:
        return statement._replace(problem=Problem("undetermined", "no date"))
    recorded = chart.calendar.last_day(recorded_on(statement.entry.raw))
    last = max(statement.day, recorded or statement.day)
    if (chart.today - last).days <= days:
        return statement
    age = f"{age_in_words(last, chart.today)} old"
    return statement._replace(problem=Problem("undetermined", age))


def _doubt_if_worded(stated: Stated) -> Stated:
    """Leave open a condition that only words name; for procedures words suffice."""
    if stated.entry.resource_type == "Procedure" or stated.is_past or stated.problem:
        return stated
    return stated._replace(problem=WORDED)


def _doubt_unless_plain(
    statements: list[Stated], spec: YesNoSpec, chart: Chart
) -> list[Stated]:
    """Leave open what the words of procedures name, unless they name it plainly.

    Words that are not plain may deny it, end it or be about a relative. If one entry
    has such words, no entry in words alone counts.
    """
    if not isinstance(spec, ConditionSpec) or not spec.plain_acts:
        return statements
    worded = [one for one in statements if not one.code and not one.problem]
    if all(_is_plain_act(one, spec, chart) for one in worded):
        return statements
    return [
        statement._replace(problem=WORDED) if statement in worded else statement
        for statement in statements
    ]


def _is_plain_act(stated: Stated, spec: ConditionSpec, chart: Chart) -> bool:
    """Tell if a dated procedure is named plainly, and goes on if it has an end."""
    raw, day = stated.entry.raw, stated.day
    if day is None or raw.keys() & SAID_OF_ACTS:
        return False
    if end := member(raw, "performedPeriod", "end"):
        last = chart.calendar.first_day(end)
        if last is None or last < chart.today:
            return False
    return all(
        chart.terminology.text_concepts(word, frozenset(spec.plain_acts))
        for word in texts_of(raw.get("code"))
    )


def _read_condition(
    entry: Entry, concept: str, codes: tuple[str, ...], spec: YesNoSpec, chart: Chart
) -> Stated | None:
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
    if ahead := _dated_ahead(day, chart):
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


def _dated_ahead(day: date | None, chart: Chart) -> Problem | None:
    """Report a day after the signing, or after an order that is looked at later."""
    if day is None or day <= chart.not_after:
        return None
    if day > chart.read_on:
        return LATER_THAN_TODAY
    return LATER_THAN_ORDER if day <= chart.today else LATER


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
    last = max(_latest(entry, "onset", day, chart), recorded or day)
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
    if (chart.today - _latest(entry, "onset", day, chart)).days > usable_days:
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


def _latest(entry: Entry, prefix: str, day: date, chart: Chart) -> date:
    """Return the last day that its date may mean: `2026` may be any day of it."""
    written = entry.raw.get(f"{prefix}DateTime") or recorded_on(entry.raw)
    return max(day, chart.calendar.last_day(written) or day)


def _read_procedure(
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
        latest = _latest(entry, "performed", day, chart)
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


def may_be_current(entry: Entry) -> bool:
    """Tell if a diagnosis is neither denied nor past, or an act may have been done."""
    if entry.resource_type == "Procedure":
        return entry.status not in NOT_DONE
    return (
        certainty_of(entry.raw) not in ("denied", "past")
        and not clinical_status(entry.raw) & PAST
    )


def may_go_on(stated: Stated, chart: Chart) -> bool:
    """Tell if an entry is current, or a diagnosis whose status is not understood."""
    is_diagnosis = stated.entry.resource_type == "Condition"
    return not stated.is_past or (
        is_diagnosis and may_be_active(stated.entry.raw, chart.terminology)
    )


def may_have_been(entry: Entry) -> bool:
    """Tell if a diagnosis is not denied, or an act may have been done."""
    if entry.resource_type == "Procedure":
        return entry.status not in NOT_DONE
    return certainty_of(entry.raw) != "denied"


def read_aside(
    entry: Entry, concept: str, chart: Chart, *, within: timedelta | None = ASIDE_LASTS
) -> Stated | None:
    """Read what a report, an order or a drug names, which leaves the finding open.

    One that is dated ahead is on record all the same: its day must be wrong. None if it
    is dated after an order that is looked at later, or longer ago than the finding
    looks back; a drug that is still taken counts however old it is.

    Args:
        entry: the report, order or drug.
        concept: the concept that it names.
        chart: the patient's record.
        within: how far the finding looks back; None for ever.
    """
    is_done = is_done_order(entry.raw)
    is_search = concept in SEARCHES and entry.resource_type in ORDERS
    # An order may stay active when its result is there: that names it.
    if is_search and _has_result(entry, chart, is_named=not is_done):
        return None
    is_report = concept in SEARCHES and entry.resource_type == "DiagnosticReport"
    is_brief = concept in BRIEF_SEARCHES and (is_search or is_report)
    if is_brief or (is_search and is_done):
        within = _result_comes_in(chart)
    if concept == "sepsis" and not entry.concepts.isdisjoint(MICROBIOLOGY):
        within = SEEDS_IN
    first, last = _span_of_aside(entry, chart)
    day = first if last and last > chart.not_after else last
    problem = _problem_of_aside(entry, concept, day, chart)
    if problem == LATER:
        return None
    is_taken = entry.resource_type in MEDICATION_TYPES and entry.status in GOES_ON
    is_old = bool(within and last and last < chart.today - within)
    if is_old and not is_taken:
        return None
    return Stated(entry, concept, "", day, problem)


def _span_of_aside(entry: Entry, chart: Chart) -> tuple[date | None, date | None]:
    """Return the first and the last day of an aside; a period may end ahead."""
    calendar, raw = chart.calendar, entry.raw
    prefix = "effective"
    if entry.resource_type == "Procedure" and calendar.effective(raw, "performed"):
        prefix = "performed"
    if when := calendar.effective(raw, prefix):
        span = calendar.span(raw, prefix)
        return span.first if span else when.day, when.day
    days = map(raw.get, ("authoredOn", "issued", "started", "whenHandedOver"))
    day = calendar.first_day(next(filter(None, days), None))
    if entry.resource_type in ORDERS and (planned := planned_days(entry, chart)):
        # Some are written years before they are carried out.
        day = max(day or planned.last, planned.last)
    return day, day


def planned_days(order: Entry, chart: Chart) -> Span | None:
    """Return the days that an order was planned for; None if it has none that is over.

    What is planned ahead counts from the day on which it was written.
    """
    span = chart.calendar.span(order.raw, "occurrence")
    return span if span and span.last <= chart.not_after else None


def _problem_of_aside(
    entry: Entry, concept: str, day: date | None, chart: Chart
) -> Problem:
    """Report why an aside does not decide; `LATER` if it leaves nothing open.

    A procedure that is planned is rightly dated ahead: one of the spine counts, and one
    that was not judged does not.
    """
    is_planned = entry.resource_type == "Procedure" and entry.status in UNDER_WAY
    ahead = _dated_ahead(day, chart)
    if is_planned and concept in (SPINAL_OPERATION, VERTEBRA_REMOVED):
        return NAMED_ASIDE
    if is_planned and ahead and concept == UNJUDGED_ACT:
        return LATER
    return ahead or NAMED_ASIDE


def _result_comes_in(chart: Chart) -> timedelta:
    """Return for how long a result is awaited: two weeks, or since the stay began."""
    calendar, within = chart.calendar, RESULT_COMES_IN
    for stay in chart.of_kind("Encounter"):
        period = member(stay.raw, "period")
        start = calendar.first_day(member(period, "start"))
        end = calendar.last_day(member(period, "end"))
        is_running = stay.status not in VOID_ENCOUNTER and not (
            end and end < chart.today
        )
        is_inpatient = text(member(stay.raw, "class", "code")) in INPATIENT
        if start and is_running and is_inpatient:
            within = max(within, min(chart.today - start, LONGEST_STAY))
    return within


def _has_result(order: Entry, chart: Chart, *, is_named: bool) -> bool:
    """Tell if a final report names an order, or may be its result and is not older.

    A report of another order is not its result, and an X-ray or a measured density is
    none of any search.

    Args:
        order: an order that looks for a tumour or an infection.
        chart: the patient's record.
        is_named: only a report that names the order counts.
    """
    calendar = chart.calendar
    written = calendar.first_day(order.raw.get("authoredOn"))
    for report in chart.of_kind("DiagnosticReport"):
        if report.status not in FINAL:
            continue
        named = objects(report.raw.get("basedOn"))
        if named:
            if order.reference in {
                last_name(text(one.get("reference"))) for one in named
            }:
                return True
            continue
        if is_named or is_plain_exam(report.raw, report.concepts, chart.terminology):
            continue
        made = chart.calendar.effective(report.raw)
        day = made.day if made else calendar.last_day(report.raw.get("issued"))
        if written is not None and day is not None and day >= written:
            return True
    return False


def look_back(spec: FindingSpec, concept: str) -> timedelta | None:
    """Return for how long what another list names leaves a finding open; None for ever.

    It counts as long as the fact itself, and at least for a year. Words that were not
    understood count for a year, those of an order's title for half a year, and a
    procedure that was not judged for two. An operation of the spine counts for 90 days:
    one of longer ago was for something else than what is treated now. One that took out
    a vertebra counts for ever.
    """
    if concept in OPEN_CONCEPTS:
        return LASTS.get(concept, ASIDE_LASTS)
    if isinstance(spec, FractureSpec):
        return None
    if isinstance(spec, EventSpec) and spec.older_days is None:
        days = spec.within_days
        return None if days is None else max(ASIDE_LASTS, timedelta(days))
    return ASIDE_LASTS

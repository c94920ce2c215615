"""Read when a drug was taken, given or ordered, and until when."""

import math
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from cds_service.core.findings import Dated
from cds_service.fhir.entries.medication.other_doses import dosages_of
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.mapping.durations.duration_lengths import DAY
from cds_service.fhir.mapping.durations.durations import Course
from cds_service.fhir.raw_json import Json, member, number, objects, text, texts_of

# Days of a unit, by its UCUM code or the word written instead.
DAYS = {"d": 1, "wk": 7, "mo": 30, "a": 365, "day": 1, "days": 1, "week": 7, "weeks": 7}
MOST_DAYS = 5000  # of a supply or a course; a longer one is a slip
_TABLETS = frozenset(
    {"", "1", "{tbl}", "tab", "tablet", "tablets", "tbl", "cap", "capsule", "{capsule}"}
)
# Rules of `kinds/`, and the days from which on such a course is one, not one of many.
EACH_MONTH, EACH_WEEK = "course-each-month", "course-each-week"
LEAST_DAYS = {EACH_MONTH: 32, EACH_WEEK: 14}
# Extensions that hold the period of use: Dutch (zib) and Japanese (JP Core) orders.
PERIODS_OF_USE = frozenset(
    {
        "http://nictiz.nl/fhir/StructureDefinition/ext-TimeInterval.Period",
        "http://nictiz.nl/fhir/StructureDefinition/zib-Medication-PeriodOfUse",
        (
            "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/"
            "JP_MedicationRequest_DosageInstruction_PeriodOfUse"
        ),
    }
)
# Policy: an order that begins within a month is one to begin now.
SOON = timedelta(days=31)


def dated(value: object, chart: Chart) -> Dated | None:
    """Read a day as exactly as it is written; None if it is later than the order."""
    at = chart.calendar.moment(value)
    if at is None or chart.is_ahead(at):
        return None
    is_exact = len(text(value).strip()) > len("2026-11")
    end = at.day if is_exact else chart.calendar.last_day(value) or at.day
    return Dated(at.day, min(end, chart.not_after))


def first_and_last_day(
    raw: Json, prefix: str, chart: Chart
) -> tuple[Dated | None, Dated | None]:
    """Return both days of `<prefix>[x]`; None for one that is missing or ahead."""
    day = dated(raw.get(f"{prefix}DateTime") or raw.get(f"{prefix}Instant"), chart)
    if day:
        return day, day
    period = raw.get(f"{prefix}Period")
    start, end = (dated(member(period, name), chart) for name in ("start", "end"))
    if start or end:
        return start or end, end
    at = chart.calendar.effective(raw, prefix)
    if at is None or chart.is_ahead(at):
        return None, None
    return Dated(at.day, at.day), Dated(at.day, at.day)


def handed_over(raw: Json, chart: Chart) -> Dated | None:
    """Return the day of a dispense."""
    return dated(raw.get("whenHandedOver") or raw.get("whenPrepared"), chart)


def begins_soon(raw: Json, chart: Chart) -> bool:
    """Tell if no element of an order gives a start more than a month ahead."""
    timings = [member(one, "timing") for one in objects(raw.get("dosageInstruction"))]
    starts = [member(raw, "dispenseRequest", "validityPeriod", "start")]
    for timing in timings:
        starts.append(member(timing, "repeat", "boundsPeriod", "start"))
        events = member(timing, "event")
        starts += events[:1] if isinstance(events, list) else []
    days = (chart.calendar.first_day(one) for one in starts)
    return all(day <= chart.today + SOON for day in days if day)


def continues_earlier(raw: Json, begins: Dated | None, chart: Chart) -> bool:
    """Tell if an entry continues an intake or order that is older than its own day.

    It does if it names the order that it renews, or if its dosage begins before its
    day.

    Args:
        raw: the entry.
        begins: the day on which it was written, or of the intake that it records.
        chart: the patient's record.
    """
    orders = (text(member(one, "reference")) for one in objects(raw.get("basedOn")))
    is_renewed = any("MedicationRequest/" in order for order in orders)
    if is_renewed or raw.get("priorPrescription"):
        return True
    dosages = [*objects(raw.get("dosageInstruction")), *objects(raw.get("dosage"))]
    periods = (member(one, "timing", "repeat", "boundsPeriod") for one in dosages)
    starts = (chart.calendar.first_day(member(one, "start")) for one in periods)
    return begins is not None and any(day < begins.first for day in starts if day)


def end_of_steroid(raw: Json, chart: Chart) -> date | None:
    """Find the last day of a course of a steroid.

    If nothing else says, then by a length that ends the words of its dosages (`7日分`),
    by a day in them, or by its pack.
    """
    authored = dated(raw.get("authoredOn"), chart)
    return (
        end_of_course(raw, chart)
        or end_in_words(raw, authored, chart, may_be_bare=True)
        or last_day_in_words(raw, authored, chart)
        or end_of_pack(raw, chart)
    )


def end_of_pack(raw: Json, chart: Chart) -> date | None:
    """Return the last day of an order that is one pack for a few days.

    None if it may be filled again, or if its words say more than a dose.
    """
    drugs = chart.terminology.drugs
    authored = dated(raw.get("authoredOn"), chart)
    names = texts_of(raw.get("medicationCodeableConcept"))
    packs = list(filter(None, map(drugs.pack.search, names)))
    if not packs or not authored:
        return None
    if number(member(raw, "dispenseRequest", "numberOfRepeatsAllowed")):
        return None
    dosages = objects(raw.get("dosageInstruction"))
    words = [*(text(one.get("text")) for one in dosages), *_other_words(raw)]
    if not all(map(chart.terminology.plain.doses.are_all, words)):
        return None
    days = packs[0]["days"] or drugs.pack_days
    return authored.last + timedelta(days=int(days))


def end_of_period(raw: Json, chart: Chart) -> date | None:
    """Return the last day of the order's own periods; None if one is open."""
    dosages = objects(raw.get("dosageInstruction"))
    periods = [
        member(raw, "dispenseRequest", "validityPeriod"),
        *(member(one, "timing", "repeat", "boundsPeriod") for one in dosages),
    ]
    ends = [chart.calendar.last_day(member(one, "end")) for one in periods if one]
    return max((end for end in ends if end), default=None)


def end_of_supply(raw: Json, authored: Dated | None, chart: Chart) -> date | None:
    """Return the last day of the order's supply, with its repeats."""
    request = raw.get("dispenseRequest")
    fill = duration_of(member(request, "expectedSupplyDuration"))
    start = chart.calendar.first_day(member(request, "validityPeriod", "start"))
    if start is None and authored:
        start = authored.last
    if fill is None or start is None:
        return None
    repeats = number(member(request, "numberOfRepeatsAllowed")) or 0
    days = fill.days * (1 + min(max(int(repeats), 0), MOST_DAYS))
    return start + timedelta(days=min(days, MOST_DAYS))


def end_of_course(
    raw: Json, chart: Chart, *, is_first_enough: bool = False
) -> date | None:
    """Find the last day of a course; None if nothing says so.

    Its times come first, then its supply, then its words.

    Args:
        raw: an order, a statement or a dispense.
        chart: the patient's record.
        is_first_enough: as in `end_in_words`.
    """
    kind = text(raw.get("resourceType"))
    if kind == "MedicationDispense":
        day = handed_over(raw, chart)
        days = duration_of(raw.get("daysSupply"))
        return day.last + days if day and days else None
    if kind == "MedicationStatement":
        return chart.calendar.last_day(member(raw, "effectivePeriod", "end"))
    authored = dated(raw.get("authoredOn"), chart)
    return (
        end_of_period_of_use(raw, chart)
        or end_of_dosage(raw, chart)
        or end_of_supply(raw, authored, chart)
        or end_in_words(raw, authored, chart, is_first_enough=is_first_enough)
    )


def end_in_words(
    raw: Json,
    authored: Dated | None,
    chart: Chart,
    *,
    may_be_bare: bool = False,
    is_first_enough: bool = False,
) -> date | None:
    """Return the last day of an order's dosages by their words: `daily for 5 days`.

    None unless each has a length, and all else that they and the notes say is plain
    words of a dose: `then 5 mg daily` goes on, and so does `for 5 days every month`. A
    dosage that begins with `then` is a step behind the one before it.

    Args:
        raw: the order.
        authored: its day.
        chart: the patient's record.
        may_be_bare: as in `DurationRules.course`.
        is_first_enough: a course that is taken again ends with its first days.
    """
    dosages = objects(raw.get("dosageInstruction"))
    words = [text(one.get("text")) for one in dosages]
    if not dosages or not all(words) or not authored:
        return None
    course_in = partial(chart.terminology.durations.course, may_be_bare=may_be_bare)
    each = [course for course in map(course_in, words) if course]
    courses = each if len(each) == len(words) else []
    if not _says_only(courses, raw, chart):
        courses = _courses_of_steps(dosages, course_in)
    if not _says_only(courses, raw, chart):
        return None
    if not is_first_enough and any(_is_repeated(one, chart) for one in courses):
        return None
    days = math.ceil(sum(course.hours for course in courses) / DAY)
    return authored.last + timedelta(days=days) if days < MOST_DAYS else None


def _says_only(courses: list[Course], raw: Json, chart: Chart) -> bool:
    """Tell if there are courses, and an entry says nothing else than a plain dose."""
    others = [*_other_words(raw), *(course.rest for course in courses)]
    plain = chart.terminology.plain.doses
    return bool(courses) and all(map(plain.are_all, filter(None, others)))


def _courses_of_steps(
    dosages: list[Json], course_in: Callable[[str], Course | None]
) -> list[Course]:
    """Read dosages as the steps of one course; none if a step adds no length to it.

    `5 mg daily` behind `10 mg daily for 3 days` has no end.
    """
    if all(number(one.get("sequence")) is not None for one in dosages):
        dosages = sorted(dosages, key=lambda one: number(one.get("sequence")) or 0)
    whole, joined = None, ""
    for dosage in dosages:
        joined = ", ".join(filter(None, (joined, text(dosage.get("text")))))
        longer = course_in(joined)
        if longer is None or (whole and longer.hours <= whole.hours):
            return []
        whole = longer
    return [whole] if whole else []


def _is_repeated(course: Course, chart: Chart) -> bool:
    """Tell if a course of days is taken each week or month: `for 5 days, monthly`."""
    kinds = chart.terminology.kinds
    return any(
        course.hours < days * DAY and kinds.named(course.rest, (rule,))
        for rule, days in LEAST_DAYS.items()
    )


def last_day_in_words(raw: Json, begun: Dated | None, chart: Chart) -> date | None:
    """Return the last day that the words of each dosage name: `until 10 Aug 2026`.

    None unless all else that they and the notes say is plain words of a dose, no timing
    gives bounds of its own, and the day lies between the start and what was said later.

    Args:
        raw: an order or a statement.
        begun: its first day.
        chart: the patient's record.
    """
    dosages = dosages_of(raw)
    words = [text(one.get("text")) for one in dosages]
    ends = [*filter(None, map(chart.terminology.durations.stated_end, words))]
    if not ends or len(ends) < len(words) or any(map(_is_bounded, dosages)):
        return None
    others = [*_other_words(raw), *(one.rest for one in ends)]
    if not all(map(chart.terminology.plain.doses.are_all, filter(None, others))):
        return None
    day = max(one.day for one in ends)
    stated = dated(raw.get("dateAsserted") or raw.get("effectiveDateTime"), chart)
    is_slip = begun is not None and day < begun.first
    is_said_later = stated is not None and day < stated.last
    return None if is_slip or is_said_later else day


def _is_bounded(dosage: Json) -> bool:
    """Tell if the timing of a dosage has bounds, or a number of doses."""
    repeat = member(dosage, "timing", "repeat")
    names = ("boundsPeriod", "boundsDuration", "boundsRange", "count", "countMax")
    return any(member(repeat, name) for name in names)


def _other_words(raw: Json) -> list[str]:
    """List the texts of an order next to the words of its dosages."""
    dosages = dosages_of(raw)
    return [
        *(text(one.get("patientInstruction")) for one in dosages),
        *(
            word
            for dosage in dosages
            for more in objects(dosage.get("additionalInstruction"))
            for word in texts_of(more)
        ),
        *(text(one.get("text")) for one in objects(raw.get("note"))),
    ]


def end_of_period_of_use(raw: Json, chart: Chart) -> date | None:
    """Return the last day of the period of use that national profiles add."""
    holders = (raw, *dosages_of(raw))
    periods = [
        one.get("valuePeriod")
        for holder in holders
        for one in objects(holder.get("extension"))
        if text(one.get("url")) in PERIODS_OF_USE
    ]
    ends = [chart.calendar.last_day(member(one, "end")) for one in periods]
    known = [end for end in ends if end]
    return max(known) if known and len(known) == len(ends) else None


def end_of_dosage(raw: Json, chart: Chart) -> date | None:
    """Return the last day that an order's dosages give; None if one is open."""
    authored = dated(raw.get("authoredOn"), chart)
    repeats = [
        member(dosage, "timing", "repeat")
        for dosage in objects(raw.get("dosageInstruction"))
    ]
    ends = [_end_of_repeat(one, authored, chart) for one in repeats]
    known = [end for end in ends if end]
    return max(known) if known and len(known) == len(ends) else None


def _end_of_repeat(repeat: object, authored: Dated | None, chart: Chart) -> date | None:
    """Return the end of a timing's period, or of its length from the order's day."""
    if end := chart.calendar.last_day(member(repeat, "boundsPeriod", "end")):
        return end
    length = duration_of(member(repeat, "boundsDuration"))
    length = length or duration_of(member(repeat, "boundsRange", "high"))
    return authored.last + length if authored and length else None


def duration_of(duration: object) -> timedelta | None:
    """Read a duration in days; None if it is not clear."""
    value = number(member(duration, "value"))
    unit = text(member(duration, "code")) or text(member(duration, "unit")) or "d"
    days = (value or 0) * DAYS.get(unit.lower(), 0)
    return timedelta(days=days) if 0 < days < MOST_DAYS else None


def mg_per_day(raw: Json) -> float:
    """Return the mg that an entry's dosages make in a day; 0 if they do not say.

    A dose without a timing is one a day.
    """
    return sum(_mg_of(one) * _times_a_day(one) for one in dosages_of(raw))


def _mg_of(dosage: Json) -> float:
    """Return the largest dose that a dosage states in mg, or 0."""
    rates = [dosage, *objects(dosage.get("doseAndRate"))]
    amounts = [dosage.get("dose"), *(one.get("doseQuantity") for one in rates)]
    amounts += [member(one, "doseRange", "high") for one in rates]
    doses = []
    for amount in amounts:
        unit = text(member(amount, "code")) or text(member(amount, "unit"))
        if unit.lower() == "mg":
            doses.append(number(member(amount, "value")) or 0)
    return max(doses, default=0)


def tablets_in(quantity: object) -> float | None:
    """Return how many tablets an amount is; None if it is of something else."""
    units = [text(member(quantity, name)) for name in ("code", "unit")]
    is_of_tablets = all(unit.strip().lower() in _TABLETS for unit in units)
    return number(member(quantity, "value")) if is_of_tablets else None


def tablets_a_day(dosage: Json) -> float:
    """Return how many tablets a dosage makes in a day; 0 if its timing does not say.

    An amount in mg is one tablet.
    """
    repeat = member(dosage, "timing", "repeat")
    if not DAYS.get(text(member(repeat, "periodUnit"))):
        return 0
    amounts = [
        member(one, "doseQuantity") for one in objects(dosage.get("doseAndRate"))
    ]
    tablets = [
        number(member(one, "value")) or 0
        for one in amounts
        if text(member(one, "unit")).lower() not in {"mg", "g", "ug", "ml"}
    ]
    return (max(tablets, default=0) or 1) * _times_a_day(dosage)


def _times_a_day(dosage: Json) -> float:
    """Return how often a dosage is taken in a day, on average; 1 without a timing."""
    repeat = member(dosage, "timing", "repeat")
    days = DAYS.get(text(member(repeat, "periodUnit")))
    period = number(member(repeat, "period"))
    if not days or not period:
        return 1
    return (number(member(repeat, "frequency")) or 1) / (period * days)

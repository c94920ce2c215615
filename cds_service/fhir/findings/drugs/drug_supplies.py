"""Read how long an intake of a bone drug lasts, and if the patient has it at home.

One tablet on the ward, or a week's supply, is no treatment: it neither follows another
drug nor settles a discharge.
"""

import math
from collections.abc import Iterator
from datetime import timedelta

from cds_service.core.drugs.bone_drugs import INTERVAL, KINDS
from cds_service.core.drugs.dose_days import BILLED
from cds_service.core.drugs.drug_entries import DrugEntry
from cds_service.core.findings import Supply
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.medication.local_drugs import is_given_once
from cds_service.fhir.entries.medication.other_doses import dosages_of
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.courses.dosage_ends import end_of_dosages
from cds_service.fhir.findings.courses.drug_times import (
    MOST_DAYS,
    duration_of,
    tablets_in,
)
from cds_service.fhir.findings.drugs.home_orders import SHORT, is_home_category
from cds_service.fhir.mapping.durations.duration_lengths import DAY
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of
from cds_service.fhir.settings_of_care import WARD

# Days for which one dose lasts if the entry does not say it: most tablets of these are
# weekly, those of ibandronate monthly. Other tablets are taken each day.
DAYS_OF_A_DOSE = {
    "alendronate": 7,
    "risedronate": 7,
    "ibandronate": 30,
    "romosozumab": 30,
}
# Drugs that a nurse or a doctor injects, and of which a dose lasts a month.
MONTHLY = frozenset({"romosozumab"})


def with_supply(intake: DrugEntry, entry: Entry, chart: Chart) -> DrugEntry:
    """Add to an intake how long it lasts, and if it is one at home.

    Args:
        intake: a dose, a supply or a statement, with its days.
        entry: the entry that it was read from.
        chart: the patient's record.
    """
    lasts, is_single = _length_of(intake, entry, chart)
    day = intake.begins or intake.last
    supply = None
    if day is not None and intake.name not in INTERVAL:
        supply = Supply(entry.resource_type, day.first, lasts, is_single)
    goes_home = _goes_home(intake, entry, supply, chart)
    return intake._replace(supply=supply, goes_home=goes_home)


def _length_of(
    intake: DrugEntry, entry: Entry, chart: Chart
) -> tuple[timedelta | None, bool]:
    """Return how long an intake lasts, None if not known, and if it is one dose."""
    one_dose = timedelta(days=DAYS_OF_A_DOSE.get(intake.name, 1))
    raw = entry.raw
    if entry.resource_type in BILLED:
        return (one_dose, True) if intake.name in MONTHLY else (None, False)
    if entry.resource_type == "MedicationAdministration":
        return _period_of(raw, chart) or one_dose, True
    if is_given_once(raw, chart.terminology):
        return one_dose, True
    if entry.resource_type == "MedicationDispense":
        is_of_tablets = KINDS.get(intake.name) != "anabolic"
        return _length_of_dispense(raw, one_dose, is_of_tablets=is_of_tablets)
    if entry.status == "completed" and intake.begins == intake.last:
        return one_dose, True
    length = _period_of(raw, chart) or _course_of(raw, chart)
    return length or _length_to_end(intake), False


def _length_to_end(intake: DrugEntry) -> timedelta | None:
    """Return the time to a day on which an intake ended; None without both days."""
    if intake.begins is None or intake.ended is None:
        return None
    length = intake.ended.last - intake.begins.first
    return length if length > timedelta() else None


def _length_of_dispense(
    raw: Json, one_dose: timedelta, *, is_of_tablets: bool
) -> tuple[timedelta | None, bool]:
    if days := duration_of(raw.get("daysSupply")):
        return days, False
    tablets = tablets_in(raw.get("quantity"))
    if tablets is None or not is_of_tablets:  # a pen lasts for weeks
        return None, False
    if tablets * one_dose.days >= MOST_DAYS:  # a mistyped number
        return None, False
    return one_dose * math.ceil(max(tablets, 1)), tablets <= 1


def _period_of(raw: Json, chart: Chart) -> timedelta | None:
    """Return the length of the period of an intake; None without both days."""
    return _between(raw.get("effectivePeriod"), chart)


def _between(period: object, chart: Chart) -> timedelta | None:
    begins = chart.calendar.first_day(member(period, "start"))
    ends = chart.calendar.last_day(member(period, "end"))
    return ends - begins if begins and ends and begins < ends else None


def _course_of(raw: Json, chart: Chart) -> timedelta | None:
    """Return the longest length that the dosages give; None if one has none."""
    lengths = [_length_of_dosage(one, chart) for one in dosages_of(raw)]
    known = [one for one in lengths if one]
    return max(known) if known and len(known) == len(lengths) else None


def _length_of_dosage(dosage: Json, chart: Chart) -> timedelta | None:
    repeat = member(dosage, "timing", "repeat")
    length = (
        duration_of(member(repeat, "boundsDuration"))
        or duration_of(member(repeat, "boundsRange", "high"))
        or _between(member(repeat, "boundsPeriod"), chart)
    )
    if length:
        return length
    course = chart.terminology.durations.course(text(dosage.get("text")))
    return timedelta(days=math.ceil(course.hours / DAY)) if course else None


def _goes_home(
    intake: DrugEntry, entry: Entry, supply: Supply | None, chart: Chart
) -> bool:
    """Tell if by this intake the drug is taken after the stay.

    What is given every half year acts on by itself.
    """
    if supply is None or (entry.resource_type in BILLED and intake.name not in MONTHLY):
        return True
    if supply.is_single or any(map(_is_of_ward, _categories(entry.raw))):
        return False
    lasts = supply.lasts
    if lasts is not None and lasts <= SHORT:
        return False
    if entry.resource_type == "MedicationDispense":
        return all(map(is_home_category, _categories(entry.raw)))
    period = chart.calendar.last_day(member(entry.raw, "effectivePeriod", "end"))
    begins = intake.begins.last if intake.begins else None
    dosages = end_of_dosages(entry.raw, begins, chart).day
    ends = (period, dosages.last if dosages else None)
    return all(end > chart.today + SHORT for end in ends if end)


def _categories(raw: Json) -> list[Json]:
    return objects(raw.get("category"))


def _is_of_ward(category: Json) -> bool:
    return any(word.strip().lower() in WARD for word in _words_of(category))


def _words_of(category: Json) -> Iterator[str]:
    yield from (text(one.get("code")) for one in objects(category.get("coding")))
    yield from texts_of(category)

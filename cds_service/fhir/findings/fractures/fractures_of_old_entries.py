"""Find old entries of other lists that tell of a vertebral fracture of their time.

A report of three years ago names the fracture of three years ago, whatever vertebra it
names, and an augmentation that was ordered then was for one. None of them states it, so
they leave an earlier fracture open.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from cds_service.fhir.entries.entry import BILLED_TYPES, Entry
from cds_service.fhir.entries.grave.grave_concepts import BROKEN_ASIDE
from cds_service.fhir.entries.medication.drug_groups import MEDICATION_TYPES
from cds_service.fhir.entries.medication.products import DEVICE_ORDERS
from cds_service.fhir.entries.words.asides import VOID
from cds_service.fhir.entries.words.bystanders import FRACTURED
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.findings.augmentations.cement_reasons import (
    PREVENTS,
    is_for_something_else,
)
from cds_service.fhir.findings.augmentations.same_operation import (
    SUBACUTE,
    may_be_of_present_fracture,
)
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.fractures.earlier_traces import SAID
from cds_service.fhir.findings.statements.asides import planned_days, read_aside
from cds_service.fhir.findings.statements.stated import NAMED_ASIDE, Stated
from cds_service.fhir.leaves import codes_of, words_in
from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS
from cds_service.fhir.orders.drafts import NO_DRAFTS
from cds_service.fhir.orders.levels.broken_levels import REGION_NAMES
from cds_service.fhir.orders.levels.treated_levels import find_levels
from cds_service.fhir.raw_json import is_prohibition, member

# Types that may name a fracture, besides the diagnoses, which state it.
NAMING = (
    *BILLED_TYPES,
    *DEVICE_ORDERS,
    *MEDICATION_TYPES,
    "Appointment",
    "DiagnosticReport",
    "Encounter",
    "ImagingStudy",
)
NOT_DONE = "not-done"
# The name of an examination, `vertebral fracture assessment`, names no fracture.
_EXAM = re.compile(
    r"(?i)\b(?:vertebral )?fractures? (?:risk )?"
    r"(?:assessment|screening|detection|evaluation)\b"
)
# policy: fractures of several levels within a month are one event
AT_ONCE = timedelta(days=30)


def fractures_of_long_ago(concept: str, chart: Chart) -> list[Stated]:
    """Find the entries older than half a year that name a vertebral fracture.

    What they only ask for, deny or are to prevent is left out. The same fracture counts
    for as long on the problem list.

    Args:
        concept: the concept under which they are stated.
        chart: the patient's record.
    """
    statements = []
    for entry in chart.of_kind(*NAMING):
        if entry.status in VOID or in_doubt(BROKEN_ASIDE) not in entry.concepts:
            continue
        stated = read_aside(entry, concept, chart, within=None)
        if stated is None:
            continue
        day = stated.day or _day_of_visit(entry, chart)
        is_old = day is not None and chart.not_after - day > SUBACUTE
        if is_old and _names_fracture(entry, chart):
            statements.append(stated._replace(day=day))
    return statements


def _day_of_visit(entry: Entry, chart: Chart) -> date | None:
    """Return the last day of a stay, or the day of an appointment."""
    period = member(entry.raw, "period")
    written = (member(period, "end"), member(period, "start"), entry.raw.get("start"))
    return chart.calendar.last_day(next(filter(None, written), None))


def _names_fracture(entry: Entry, chart: Chart) -> bool:
    """Tell if a code names a vertebral fracture, or words that do not only ask."""
    coded = map(chart.terminology.concepts, codes_of(entry.raw))
    if any(not FRACTURED.isdisjoint(one) for one in coded):
        return True
    return any(
        not FRACTURED.isdisjoint(part.named - part.ruled_out.keys() - part.of_another)
        for words in words_in(entry.raw, SAID)
        if not chart.terminology.kinds.named(words, PREVENTS)
        for part in chart.terminology.clauses.read(_EXAM.sub(" ", words))
        if not (part.is_suspected or part.is_denied or part.is_only_denial)
    )


def augmentations_of_long_ago(chart: Chart) -> Iterator[Stated]:
    """Find the augmentations that were ordered, or not done, for another fracture.

    One of the last month may be the one that is signed now, and is left out. So is one
    of the last half year, if a fracture on record explains it. One for another part of
    the spine counts, whatever its day, and so does an order without any day.
    """
    for entry in chart.of_kind("ServiceRequest", "Procedure"):
        named = sorted(entry.concepts & AUGMENTATIONS)
        if not named or not _tells_of_fracture(entry):
            continue
        stated = read_aside(entry, named[0], chart, within=None)
        if stated is None:
            continue
        day = _first_day(stated, chart)
        is_undated = day is None and entry.resource_type == "ServiceRequest"
        if is_undated or _is_old(entry, day, chart) or _is_outside(entry, chart):
            yield stated._replace(problem=NAMED_ASIDE)


def _first_day(stated: Stated, chart: Chart) -> date | None:
    """Return the day of an act; of an order the first that it was planned for."""
    entry, day = stated.entry, stated.day
    planned = (
        planned_days(entry, chart) if entry.resource_type == "ServiceRequest" else None
    )
    written = chart.calendar.first_day(entry.raw.get("authoredOn"))
    days = [written or day, planned.first if planned else None]
    return min(filter(None, days), default=None)


def _tells_of_fracture(augmentation: Entry) -> bool:
    """Tell if it is an order that was not withdrawn, or one that was not done."""
    if augmentation.resource_type == "Procedure":
        return augmentation.status == NOT_DONE
    is_void = augmentation.status in VOID or augmentation.status == "draft"
    return not is_void and not is_prohibition(augmentation.raw)


def _is_old(augmentation: Entry, day: date | None, chart: Chart) -> bool:
    if day is None or chart.not_after - day <= AT_ONCE:
        return False
    if is_for_something_else(augmentation, chart):
        return False
    return not may_be_of_present_fracture(augmentation, day, chart)


def _is_outside(augmentation: Entry, chart: Chart) -> bool:
    """Tell if it names a part of the spine that holds no treated vertebra."""
    levels = find_levels(augmentation.raw, NO_DRAFTS, chart.terminology)
    if levels.source or not (levels.regions and chart.treated):
        return False
    regions = (REGION_NAMES[f"{one} spine"] for one in levels.regions)
    return frozenset().union(*regions).isdisjoint(chart.treated)

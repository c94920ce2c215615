"""Find hospice care: on the lists, as an order, or as the kind or the end of a stay.

Hospice care silences the whole answer, so orders count by their codes alone, and stays
by their codes and by words for how they ended that say nothing else. Other words only
leave it open, as those of any entry do.
"""

from collections.abc import Iterator
from datetime import date

from cds_service.core.findings import Finding
from cds_service.core.vocabulary import EndOfLifeSpec
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.findings.chart import Chart, FindingOrGap
from cds_service.fhir.findings.encounter import (
    codes_of_end,
    codes_of_stay,
    last_day,
    stays,
)
from cds_service.fhir.findings.problem_list import find_condition, stated_as_true
from cds_service.fhir.findings.statements.stated import Stated
from cds_service.fhir.mapping.terminology import Match
from cds_service.fhir.raw_json import is_prohibition, objects, text, texts_of

# A code of FHIR that says how a stay ended; words next to it do not say otherwise.
ENDS = "http://terminology.hl7.org/CodeSystem/discharge-disposition"


def find_end_of_life(spec: EndOfLifeSpec, chart: Chart) -> FindingOrGap:
    """Find recent hospice care, or why it is not known."""
    outcome, passed = find_condition(spec, chart)
    if isinstance(outcome, Finding) and outcome.value is True:
        return outcome, passed
    counted = [*_ordered(spec, chart), *_in_stays(spec, chart)]
    return (stated_as_true(spec, counted, chart) if counted else outcome), passed


def _ordered(spec: EndOfLifeSpec, chart: Chart) -> Iterator[Stated]:
    """Yield the orders of hospice care that are decided and open."""
    for order in chart.of_kind("ServiceRequest"):
        is_decided = text(order.raw.get("intent")).endswith("order")
        is_open = order.status in spec.order_statuses
        if is_decided and is_open and not is_prohibition(order.raw):
            day = _written(order, chart)
            yield from _if_recent(order, order.matches, day, spec, chart)


def _written(order: Entry, chart: Chart) -> date | None:
    """Return the day of an order; today, if it is of this signing."""
    day = chart.calendar.last_day(order.raw.get("authoredOn"))
    return day or (chart.today if order.status == "draft" else None)


def _in_stays(spec: EndOfLifeSpec, chart: Chart) -> Iterator[Stated]:
    """Yield the stays in a hospice, or that ended with a discharge to one."""
    for stay in stays(chart):
        codings = [
            coding
            for code in codes_of_stay(stay.raw)
            for coding in objects(code.get("coding"))
        ]
        matches = chart.terminology.matches({"coding": codings})
        yield from _if_recent(stay, matches, last_day(stay, chart), spec, chart)
        if not matches:
            yield from _ended_in_words(stay, spec, chart)


def _ended_in_words(stay: Entry, spec: EndOfLifeSpec, chart: Chart) -> Iterator[Stated]:
    """Yield a stay that ended in a hospice by words alone: "Hospice - home"."""
    ends = [*codes_of_end(stay.raw)]
    if any(
        text(coding.get("system")) == ENDS
        for end in ends
        for coding in objects(end.get("coding"))
    ):
        return
    words = [word for end in ends for word in texts_of(end)]
    care = frozenset(spec.plain_acts)
    day = last_day(stay, chart)
    is_recent = 0 <= (chart.today - day).days <= spec.current_days
    if (
        words
        and is_recent
        and all(chart.terminology.text_concepts(word, care) for word in words)
    ):
        yield Stated(stay, spec.value_sets[0], "", day)


def _if_recent(
    entry: Entry,
    matches: tuple[Match, ...],
    day: date | None,
    spec: EndOfLifeSpec,
    chart: Chart,
) -> Iterator[Stated]:
    """Yield the entry if a code is of hospice care, and its day within the time."""
    codes = [match for match in matches if match.concept in spec.value_sets]
    if not codes or day is None:
        return
    if 0 <= (chart.today - day).days <= spec.current_days:
        yield Stated(entry, codes[0].concept, codes[0].code, day)

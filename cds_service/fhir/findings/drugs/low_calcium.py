"""Read a low calcium of the laboratory, of which labels of bone drugs warn.

It answers no finding, and no value is called normal: the card names a low one next to
the drug. What is low is said by the value's own interpretation or reference range; else
by fixed limits under which no laboratory calls it normal.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from cds_service.core.findings import LabelCaution
from cds_service.fhir.findings.chart import Chart, Reading
from cds_service.fhir.findings.values.observations import (
    NOT_YET_FINAL,
    RETRACTED,
    interpretation_codes,
    interpretations,
    note_problem,
    ranges_of_healthy,
    status_problem,
)
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import member, number, text
from cds_service.fhir.site_calendar import Moment

# Policy: as long as a diagnosis that is over counts (`findings/hypocalcaemia.toml`).
WITHIN = timedelta(days=31)
NAME = "low calcium"
# Value sets. A total is low where albumin is, and the calcium that counts is not.
TOTAL, ADJUSTED, IONISED = "calcium-total", "calcium-adjusted", "calcium-ionised"
MEASURES = (TOTAL, ADJUSTED, IONISED)
# Limits in mmol/L. Grade 2 of hypocalcaemia in CTCAE 5.0 begins under a calcium of 2.0,
# or an ionised one of 1.0. Pathology Harmony (UK) gives 2.2 to 2.6 for adjusted.
LOW = {TOTAL: 2.0, ADJUSTED: 2.2, IONISED: 1.0}
# From here on a value answers an older low one. That of ionised is of the laboratories
# with the highest lower limit.
NOT_LOW = {TOTAL: 2.2, ADJUSTED: 2.2, IONISED: 1.16}
# Beyond these a number is of another unit.
PLAUSIBLE = {TOTAL: (0.5, 5.0), ADJUSTED: (0.5, 5.0), IONISED: (0.2, 3.0)}
# Of 40.08 g/mol, and two charges. A factor in `units.toml` would hold for every
# substance.
UNITS = {"mmol/l": 1.0, "mg/dl": 1 / 4.008, "meq/l": 0.5}
LOW_CODES, NORMAL_CODES = frozenset({"L", "LL", "LU"}), frozenset({"N"})
HIGH_CODES = frozenset({"H", "HH", "HU"})
# Words of the code system: rules of `kinds/` do not read them.
LOW_WORDS = frozenset(
    {"low", "critical low", "significantly low", "below reference range"}
)
AT_MOST, AT_LEAST = frozenset({"<", "<="}), frozenset({">", ">="})


class _Calcium(NamedTuple):
    """A value of the laboratory.

    Attributes:
        measure: which calcium it is.
        reading: the value as recorded.
        when: its moment.
        is_low: it is below its limit.
        is_not_low: it is known not to be.
    """

    measure: str
    reading: Reading
    when: Moment
    is_low: bool
    is_not_low: bool


def low_calcium_in(chart: Chart) -> tuple[LabelCaution, ...]:
    """Return the newest low calcium, unless a later one is known not to be low."""
    values = [*_values(chart)]
    low = [
        one
        for one in values
        if one.is_low and not any(_answers(other, one) for other in values)
    ]
    if not low:
        return ()
    newest = max(low, key=lambda one: (one.when.day, _reference(one)))
    is_sure = newest.reading.entry.status not in NOT_YET_FINAL
    day = newest.when.day
    caution = LabelCaution("low-calcium", NAME, _reference(newest), is_sure, day=day)
    return (caution,)


def _reference(value: _Calcium) -> str:
    return value.reading.entry.reference


def _answers(later: _Calcium, low: _Calcium) -> bool:
    """Tell if a value that is not low is as new as a low one, and tells as much."""
    if not later.is_not_low or later.reading.entry.status in NOT_YET_FINAL:
        return False
    is_newer = later.when.day > low.when.day
    if later.measure == low.measure:
        return is_newer
    return later.measure != TOTAL and (is_newer or later.when.day == low.when.day)


def _values(chart: Chart) -> Iterator[_Calcium]:
    since = chart.today - WITHIN
    for measure in MEASURES:
        for reading in chart.readings_of((measure,)):
            chart.check_time()
            when = reading.entry.moment
            if when is None or when.day < since or chart.is_ahead(when):
                continue
            if _does_not_count(reading, chart.terminology):
                continue
            is_low, is_not_low = _judge(reading, measure)
            yield _Calcium(measure, reading, when, is_low, is_not_low)


def _does_not_count(reading: Reading, terminology: Terminology) -> bool:
    if reading.entry.status in RETRACTED:
        return True
    problem = status_problem(reading)
    is_open = problem is not None and problem.reason == "not-final"
    is_early = is_open and reading.entry.status in NOT_YET_FINAL
    if problem is not None and not is_early:
        return True
    return note_problem(reading, terminology.methods) is not None


def _judge(reading: Reading, measure: str) -> tuple[bool, bool]:
    """Tell if a value is low, and if it is known not to be."""
    codes = {one.upper() for one in interpretation_codes(reading)}
    words = {one.strip().lower() for one in interpretations(reading)}
    if codes & LOW_CODES or words & LOW_WORDS:
        return True, False
    quantity = reading.holder.get("valueQuantity")
    value = _moles(quantity)
    least, most = PLAUSIBLE[measure]
    if value is None or not least <= value <= most:
        return False, False
    comparator = text(member(quantity, "comparator"))
    limit = _lower_limit(reading)
    below = limit if limit is not None else LOW[measure]
    is_low = value < below or (comparator in AT_MOST and value <= below)
    if comparator in AT_LEAST:
        is_low = False
    if codes & (NORMAL_CODES | HIGH_CODES):
        return False, comparator not in AT_MOST
    enough = limit if limit is not None else NOT_LOW[measure]
    return is_low, value >= enough and comparator not in AT_MOST


def _lower_limit(reading: Reading) -> float | None:
    """Return the lower limit that the laboratory gives, in mmol/L; None without one.

    If it gives several for the healthy, it is not known which is of this patient: the
    lowest is taken.
    """
    limits = [
        _moles(limits.get("low"), reading.holder.get("valueQuantity"))
        for limits in ranges_of_healthy(reading)
    ]
    return min((one for one in limits if one is not None), default=None)


def _moles(quantity: object, value: object = None) -> float | None:
    """Return a concentration in mmol/L; None if its unit is another.

    Args:
        quantity: a Quantity.
        value: the value of which it is a limit, whose unit it has if it has none.
    """
    amount = number(member(quantity, "value"))
    if amount is None:
        return None
    unit = _unit(quantity) or _unit(value)
    return amount * UNITS[unit] if unit in UNITS else None


def _unit(quantity: object) -> str:
    written = text(member(quantity, "code")) or text(member(quantity, "unit"))
    return written.replace(" ", "").lower()

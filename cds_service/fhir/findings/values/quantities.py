"""Convert readings to the finding's canonical unit, or say why they are not used."""

import math
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from cds_service.core.findings import GapReason, PassedOver
from cds_service.core.vocabulary import FindingSpec, QuantitySpec
from cds_service.core.words.wording import date_text, number_text
from cds_service.fhir.findings.chart import Chart, Problem, Reading
from cds_service.fhir.findings.values.names_of_measures import problem_of_name
from cds_service.fhir.findings.values.observations import (
    RETRACTED,
    UNDATED,
    note_problem,
    status_problem,
    time_problem,
)
from cds_service.fhir.mapping.files.units import UnitTable
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import within_limit
from cds_service.fhir.raw_json import Json, text
from cds_service.fhir.site_calendar import Moment

# Reports write minus as U+2212 or a dash, and the decimal point as a comma.
NUMBER = re.compile(r"([-−–]?)\s?(\d{1,6}(?:[.,]\d{1,6})?)")
# `15/30`, `15 / 30 points`: a score and the most that it can be
OF_MOST = re.compile(
    r"(\d{1,3}(?:[.,]\d)?)\s?/\s?(\d{1,3})\s?"
    r"(?:points?|pts?\.?|punkte|pkt\.?|puntos|punti|[分点점])?",
    re.IGNORECASE,
)
T_SCORE_UNIT, SCORE_UNIT = "{T-score}", "{score}"
ONE_SIDE = frozenset({"left-side", "right-side"})
NUMERIC = (int, float, str)
LIMITS = frozenset({"<", "<=", ">", ">="})
_WITH_UNIT = re.compile(rf"{NUMBER.pattern}\s?([^\W\d_][^\n]{{0,24}})")
NO_NUMBER = Problem("no-value", "no number")
ONLY_A_LIMIT = Problem("no-value", "only a limit")
UNIT_DOES_NOT_FIT = Problem("unit-unknown", "the unit does not fit")
NOT_THE_MAPPED_UNIT = Problem(
    "unit-unknown", "the unit is not the one that the site's map says"
)
NO_UNIT = Problem("unit-unknown", "no unit")
A_DENSITY = Problem("unit-unknown", "a density rather than a T-score: no unit")
TOO_LARGE = Decimal("1e9")
PRINTABLE_UNIT = re.compile(r"[\w{}\[\]/%.'*^µ°²³ -]{1,20}")


class Recorded(NamedTuple):
    """A number as the record has it.

    Attributes:
        number: None if there is none.
        quantity: the raw Quantity, for unit and comparator; empty if there is none.
        printed: number and unit as text.
    """

    number: Decimal | None
    quantity: Json
    printed: str


class Measured(NamedTuple):
    """A number in the finding's canonical unit.

    Attributes:
        step: place value of the last recorded digit in the canonical unit, which bounds
            the rounding error.
        site: where it was measured, for people; empty if not stated, or fixed by the
            study.
        levels: the lumbar vertebrae that a T-score averages; {0} if only a code says
            that it is of a single vertebra.
        doubts: why it must not reassure, as sentences.
        is_method_known: it is known to have been measured as the finding requires.
        limit: `<15` if only this was printed; `value` is the highest number it allows.
    """

    reading: Reading
    value: float
    printed: str
    step: float
    moment: Moment
    site: str = ""
    levels: frozenset[int] = frozenset()
    doubts: tuple[str, ...] = ()
    is_method_known: bool = True
    limit: str = ""

    def refused(self, reason: GapReason, why: str, *, as_gap: str = "") -> "Refused":
        """Refuse this value; the gap or the card may still name it."""
        return Refused(self.reading, reason, why, self.printed, self, as_gap)


class Refused(NamedTuple):
    """A reading without a usable value, and why.

    Attributes:
        measured: the number, if it may be of another quantity: a gap may name it. Or
            the upper limit of values that are all low, `<15`: it is used if no number
            is newer.
        as_gap: a sentence of its own for the gap that follows; empty for the usual one.
    """

    reading: Reading
    reason: GapReason
    why: str
    printed: str
    measured: Measured | None = None
    as_gap: str = ""

    def passed_over(self, spec: FindingSpec) -> PassedOver:
        """Return the value passed over, with its day and why it is not used."""
        moment = self.reading.entry.moment
        day = f" ({date_text(moment.day)})" if moment else ""
        printed = self.printed or _recorded(self.reading.holder).printed
        detail = f"{shortened(printed) or 'a value'}{day} not used: {self.why}"
        return PassedOver(
            spec.name, self.reason, detail, self.reading.provenance(spec, self.printed)
        )


def shortened(printed: str) -> str:
    """Return the number with at most three decimals, for display.

    The provenance keeps it as found.
    """
    return re.sub(r"(\.\d{3})\d+", r"\1", printed)


def measure(
    reading: Reading, spec: QuantitySpec, chart: Chart
) -> Measured | Refused | None:
    """Convert a reading to the finding's unit, or say why not; None if retracted."""
    if reading.entry.status in RETRACTED:
        return None
    recorded = _recorded(reading.holder)
    if recorded.number is None and spec.unit == T_SCORE_UNIT:
        written = within_limit(text(reading.holder.get("valueString")))
        recorded = _recorded_in_line(written, chart.terminology) or recorded
    if recorded.number is None and spec.unit == SCORE_UNIT:
        recorded = _recorded_of_most(reading.holder, spec) or recorded
    if recorded.number is None and spec.unit != T_SCORE_UNIT:
        units = chart.terminology.units
        recorded = _recorded_with_unit(reading.holder, units) or recorded
    number, quantity, printed = recorded
    problem = _why_no_value(reading, number, quantity)
    problem = problem or problem_of_name(reading, spec, chart.terminology)
    units = chart.terminology.units
    if problem is not None or number is None:
        reason, why = problem or NO_NUMBER
        is_limit = problem == ONLY_A_LIMIT
        if is_limit and _is_high_enough(reading, recorded, spec, units):
            reason = "absent"
        low = _low_limit(reading, recorded, spec, chart) if is_limit else None
        return Refused(reading, reason, why, printed, low)
    value = _converted(float(number), quantity, reading.match.unit, spec, units)
    if isinstance(value, Problem):
        return Refused(reading, value.reason, value.why, printed)
    problem = _why_not_usable(reading, value, spec, chart)
    moment = reading.entry.moment
    if problem is not None or moment is None:
        reason, why = problem or UNDATED
        return Refused(reading, reason, why, printed)
    measured = Measured(reading, value, printed, _step(number, value), moment)
    return _of_another_scale(measured, spec, chart.today) or measured


def _of_another_scale(
    measured: Measured, spec: QuantitySpec, today: date
) -> Refused | None:
    """Refuse a value that may be of another scale; None if it is not."""
    doubt, concept = spec.ambiguous, measured.reading.match.concept
    if doubt is None or measured.value > doubt.up_to.get(concept, -math.inf):
        return None
    if not spec.is_usable(measured.moment.day, today):
        return measured.refused("stale", doubt.because)
    return measured.refused("other-method", doubt.because)


def _is_high_enough(
    reading: Reading, recorded: Recorded, spec: QuantitySpec, units: UnitTable
) -> bool:
    """Tell if a lower limit leaves no room for a value that raises the risk.

    Laboratories write `>60`.
    """
    number, quantity, _ = recorded
    if spec.raises_below is None or number is None:
        return False
    if text(quantity.get("comparator")) not in (">", ">="):
        return False
    value = _converted(float(number), quantity, reading.match.unit, spec, units)
    return not isinstance(value, Problem) and value >= spec.raises_below


def _low_limit(
    reading: Reading, recorded: Recorded, spec: QuantitySpec, chart: Chart
) -> Measured | None:
    """Return the highest value under a limit, if all values under it raise the risk.

    Laboratories write `<15`. None if some of them do not.
    """
    number, quantity, printed = recorded
    comparator, moment = text(quantity.get("comparator")), reading.entry.moment
    if spec.raises_below is None or number is None or comparator not in ("<", "<="):
        return None
    units = chart.terminology.units
    value = _converted(float(number), quantity, reading.match.unit, spec, units)
    if isinstance(value, Problem) or moment is None:
        return None
    # `<15` excludes 15 itself.
    most = math.nextafter(value, -math.inf) if comparator == "<" else value
    problem = _why_not_usable(reading, most, spec, chart)
    if problem is not None or most >= spec.raises_below:
        return None
    sign = "<" if comparator == "<" else "≤"
    limit = f"{sign}{number_text(value, spec.decimals)}"
    step = _step(number, value)
    return Measured(reading, most, printed, step, moment, limit=limit)


def _why_not_usable(
    reading: Reading, value: float, spec: QuantitySpec, chart: Chart
) -> Problem | None:
    """Report why a value is not used: it is not plausible, or by its time or notes."""
    problem = _why_not_plausible(reading, value, spec, chart.terminology)
    problem = problem or time_problem(reading, spec, chart)
    return problem or note_problem(reading, chart.terminology.methods)


def _why_not_plausible(
    reading: Reading, value: float, spec: QuantitySpec, terminology: Terminology
) -> Problem | None:
    if not spec.is_plausible(value):
        return Problem("out-of-range", "not plausible")
    words = {*reading.words, *reading.site_words} if spec.both_sides else ()
    if any(terminology.text_concepts(word, ONE_SIDE) for word in words):
        return Problem("no-value", "of one side only")
    return None


def _step(number: Decimal, value: float) -> float:
    """Return the place value of the last recorded digit, in the canonical unit."""
    exponent = number.as_tuple().exponent
    digits = -exponent if isinstance(exponent, int) else 0
    factor = abs(value / float(number)) if number else 1.0
    return 10.0**-digits * factor


def _why_no_value(
    reading: Reading, number: Decimal | None, quantity: Json
) -> Problem | None:
    if problem := status_problem(reading):
        return problem
    if quantity.get("comparator"):
        return ONLY_A_LIMIT
    return NO_NUMBER if number is None else None


def _recorded(holder: Json) -> Recorded:
    """Read the number of an Observation or component."""
    quantity = holder.get("valueQuantity")
    if isinstance(quantity, dict):
        value = _decimal(quantity.get("value"))
        unit = text(quantity.get("unit")) or text(quantity.get("code"))
        # What does not look like a unit may be free text of the record, which must not
        # be repeated.
        if unit and not PRINTABLE_UNIT.fullmatch(unit):
            unit = "(unit not recognised)"
        printed = " ".join(filter(None, (_written(quantity, value), unit)))
        return Recorded(value, quantity, printed)
    value = _decimal(holder.get("valueInteger"))
    written = NUMBER.fullmatch(text(holder.get("valueString")).strip())
    if value is None and written:
        value = _signed(written)
    printed = "" if value is None else str(value)
    return Recorded(value, {}, printed)


def _signed(written: re.Match[str]) -> Decimal:
    """Return the number of a match of `NUMBER`."""
    sign = "-" if written[1] else ""
    return Decimal(sign + written[2].replace(",", "."))


def _recorded_in_line(line: str, terminology: Terminology) -> Recorded | None:
    """Read a T-score that a report wrote as text; None if the line says more."""
    match = terminology.reports.line(line)
    written = NUMBER.fullmatch(match["number"].removeprefix("+")) if match else None
    if match is None or written is None:
        return None
    place = match["place"] or ""
    if not terminology.plain.values.are_all(place):
        return None
    unit = match["unit"] or ""
    if unit and terminology.units.canonical(unit) is None:
        return None
    value = -_signed(written) if match["minus"] else _signed(written)
    if not unit:
        return Recorded(value, {}, str(value))
    return Recorded(value, {"unit": unit}, f"{value} {unit}")


def _recorded_with_unit(holder: Json, units: UnitTable) -> Recorded | None:
    """Read a number and its unit, written as text; None if it says more: `13,8 kg`."""
    match = _WITH_UNIT.fullmatch(text(holder.get("valueString")).strip())
    if match is None or units.canonical(match[3]) is None:
        return None
    value = _signed(match)
    return Recorded(value, {"unit": match[3]}, f"{value} {match[3]}")


def _recorded_of_most(holder: Json, spec: QuantitySpec) -> Recorded | None:
    """Read a score that names the most it can be, if that is the most of this one.

    `12/14` is of the short form of the MNA.
    """
    match = OF_MOST.fullmatch(text(holder.get("valueString")).strip())
    if match is None or float(match[2]) != spec.range[1]:
        return None
    value = Decimal(match[1].replace(",", "."))
    return Recorded(value, {}, f"{value}/{match[2]}")


def _decimal(value: Any) -> Decimal | None:
    """Return a finite number as written; None for anything else, or beyond 1e9."""
    if isinstance(value, bool) or not isinstance(value, NUMERIC):
        return None
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        return None
    return number if number.is_finite() and abs(number) < TOO_LARGE else None


def _written(quantity: Json, value: Decimal | None) -> str:
    if value is None:
        return ""
    comparator = text(quantity.get("comparator"))
    limit = comparator if comparator in LIMITS else ""
    return f"{limit}{value}"


def _converted(
    value: float, quantity: Json, implied: str, spec: QuantitySpec, units: UnitTable
) -> float | Problem:
    """Return the value in the finding's unit, or why there is none."""
    unit = _unit_of(quantity, units)
    if unit is None:
        return UNIT_DOES_NOT_FIT
    if implied:
        expected = units.canonical(implied)
        if expected is None or (unit and unit != expected):
            return NOT_THE_MAPPED_UNIT
        unit = expected
    if not unit and spec.refuse_bare:
        lowest, highest = spec.refuse_bare
        if lowest <= value <= highest:
            return A_DENSITY
    if unit not in spec.accept_units:
        return UNIT_DOES_NOT_FIT if unit else NO_UNIT
    converted = units.convert(value, unit or spec.unit, spec.unit)
    return UNIT_DOES_NOT_FIT if converted is None else converted


def _unit_of(quantity: Json, units: UnitTable) -> str | None:
    """Return the canonical unit of a Quantity; empty if it states none.

    It is None if the unit is unknown or contradictory. The code takes precedence over
    the text, except for the code 1, next to which records write `T-Score` or `g/cm2`.
    """
    code = _canonical(quantity.get("code"), units)
    if code and quantity.get("unit") == quantity["code"]:
        return code
    label = _canonical(quantity.get("unit"), units)
    if code == "":
        return label
    if code is None or not label or label == code:
        return code
    if code == "1":
        return label
    is_same = any(
        units.convert(1.0, *pair) == 1.0 for pair in ((code, label), (label, code))
    )
    return code if is_same else None


def _canonical(written: Any, units: UnitTable) -> str | None:
    """Return the canonical spelling; empty if no unit is written, None if unknown."""
    spelling = text(written).strip()
    return units.canonical(spelling) if spelling else ""


def any_differ(values: Sequence[Measured], decimals: int) -> bool:
    """Tell if two values differ by more than rounding.

    Rounding is half of the coarser value's last digit, and at most one shown decimal.
    Each value is compared with the lowest and highest of the values that are at least
    as precise.

    Args:
        values: values of one finding.
        decimals: how many are shown to people.
    """
    if len(values) == 1:
        return False
    lowest, highest = math.inf, -math.inf
    for measured in sorted(values, key=lambda measured: measured.step):
        lowest, highest = min(lowest, measured.value), max(highest, measured.value)
        rounding = min(measured.step / 2, 10.0**-decimals)
        if max(measured.value - lowest, highest - measured.value) > rounding + 1e-9:
            return True
    return False

"""Turn a patient's values into the terms of a study's model.

Types are checked, and values beyond the study's range are held (docs/evidence.md,
step 8).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from cds_service.core.findings import Value
from cds_service.core.models.logistic_study import Predictor, Term
from cds_service.core.models.reduced_tables import Ends, ReducedTable, Vector

Side = Literal["reassuring", "alarming"]
PSOAS_TOTAL = "psoas-total-area"
PSOAS_MUSCLE = "psoas-muscle-area"
PSOAS_FAT = "psoas-fat-fraction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A value beyond the study's range; both values are in its unit.

    Attributes:
        used: the value that is taken instead.
        side: `reassuring` if the value itself would give a lower figure.
    """

    value: float
    used: float
    side: Side


def hold_inputs(
    table: ReducedTable, slopes: Mapping[str, float], inputs: Mapping[str, Value]
) -> dict[str, Held]:
    """Return the values beyond the study's range, by finding.

    A continuous input is held at the cohort's 5th or 95th percentile on the side that
    lowers the figure, and at the 0.5th or 99.5th on the other: extrapolation never
    reassures. If the total area of the psoas is known, its muscle is held by the share
    of fat.

    Args:
        slopes: coefficients of the model in use, by term; the sign says which side
            lowers the figure.
    """
    held_values = {}
    # In the order of the study, so that the result is always the same.
    for name, ends in table.ranges.items():
        if name not in inputs:
            continue
        value = _number(name, inputs[name])
        held_value = _held(value, ends, falls=slopes[name] < 0)
        if held_value is not None:
            held_values[name] = held_value
    if PSOAS_TOTAL in inputs and PSOAS_MUSCLE in inputs:
        held_values.pop(PSOAS_MUSCLE, None)
        muscle = _hold_muscle(table, slopes, inputs, held_values.get(PSOAS_TOTAL))
        if muscle is not None:
            held_values[PSOAS_MUSCLE] = muscle
    return held_values


def _held(value: float, ends: Ends, *, falls: bool) -> Held | None:
    lowest, low, high, highest = ends
    sides: tuple[Side, Side] = ("reassuring", "alarming")
    below, above = low, highest
    if falls:
        sides = ("alarming", "reassuring")
        below, above = lowest, high
    if value < below:
        return Held(value=value, used=below, side=sides[0])
    if value > above:
        return Held(value=value, used=above, side=sides[1])
    return None


def _hold_muscle(
    table: ReducedTable,
    slopes: Mapping[str, float],
    inputs: Mapping[str, Value],
    total: Held | None,
) -> Held | None:
    """Hold the psoas muscle area, cm², by the total area and the share of fat.

    The share of fat, in %, is held at its 5th and 95th percentile; muscle is the total
    without it. If total and muscle were held separately, more fat would reassure, and
    muscle could exceed the total.

    Args:
        total: the total area, if it is held itself.
    """
    muscle = _number(PSOAS_MUSCLE, inputs[PSOAS_MUSCLE])
    whole = _number(PSOAS_TOTAL, inputs[PSOAS_TOTAL])
    _, leanest, fattest, _ = table.ranges[PSOAS_FAT]
    fat = 100 * (1 - muscle / whole) if whole else leanest
    share = min(max(fat, leanest), fattest)
    used = (total.used if total else whole) * (1 - share / 100)
    if share == fat:
        return replace(total, value=muscle, used=used) if total else None
    # At a given total, more fat is less muscle.
    is_reassuring = (fat > fattest) == (slopes[PSOAS_MUSCLE] > 0)
    side: Side = "reassuring" if is_reassuring else "alarming"
    return Held(value=muscle, used=used, side=side)


def fits(predictor: Predictor, value: Value) -> bool:
    """Tell if a value is of the kind that this input takes."""
    if predictor.kind == "number":
        return not isinstance(value, bool | str) and math.isfinite(value)
    return value in predictor.words if predictor.words else isinstance(value, bool)


def encode_inputs(terms: Sequence[Term], values: Mapping[str, Value]) -> Vector:
    """Return the values of the terms: 0/1 for yes/no, and for a category's words."""
    return np.array(
        [_encoded(term, values[term.finding]) for term in terms], dtype=np.float64
    )


def _encoded(term: Term, value: Value) -> float:
    if term.kind == "number":
        return _number(term.finding, value)
    if term.kind == "yes-no":
        if not isinstance(value, bool):
            raise ValueError(f"{term.finding} must be yes or no, not {value!r}")
        return float(value)
    if not isinstance(value, str) or value not in term.words:
        raise ValueError(
            f"{term.finding} must be one of {', '.join(term.words)}, not {value!r}"
        )
    return float(value == term.word)


def _number(finding: str, value: Value) -> float:
    if isinstance(value, bool | str) or not math.isfinite(value):
        raise ValueError(f"{finding} must be a number, not {value!r}")
    return float(value)

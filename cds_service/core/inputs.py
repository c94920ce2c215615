"""From a patient's values to a model's columns: kinds checked, and values held where the study ends (step 8)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cds_service.core.facts import Value
from cds_service.core.study import LogisticStudy, Predictor, Term
from cds_service.core.table import ReducedModel, ReducedTable, Vector

Side = Literal["reassuring", "alarming"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A value beyond what its study can say, and what was taken in its place, in the study's unit.

    Attributes:
        bound: percentile of the study's weighted cohort that was taken: 0.5, 5, 95 or 99.5.
    """

    value: float
    used: float
    side: Side
    bound: float


def hold_inputs(
    study: LogisticStudy, table: ReducedTable, in_use: ReducedModel, inputs: Mapping[str, Value]
) -> dict[str, Held]:
    """Values that lie beyond what the study can say, by finding (step 8): extrapolation never reassures.

    A continuous input is held at the cohort's 5th or 95th percentile on the side that lowers the figure and at the
    0.5th or 99.5th on the other, the side by the sign of its coefficient in the model in use.
    """
    slopes = dict(zip(in_use.terms, in_use.coefficients.tolist(), strict=True))
    held = {}
    for name, (lowest, low, high, highest) in table.ranges.items():
        if name not in inputs:
            continue
        value, falls = _number(_predictor(study, name), inputs[name]), slopes[name] < 0
        below, above = ((lowest, 0.5), (high, 95.0)) if falls else ((low, 5.0), (highest, 99.5))
        if value < below[0]:
            side: Side = "alarming" if falls else "reassuring"
            held[name] = Held(value=value, used=below[0], side=side, bound=below[1])
        elif value > above[0]:
            side = "reassuring" if falls else "alarming"
            held[name] = Held(value=value, used=above[0], side=side, bound=above[1])
    return held


def _predictor(study: LogisticStudy, name: str) -> Predictor:
    return next(one for one in study.predictors if one.finding == name)


def encode_inputs(study: LogisticStudy, terms: Sequence[Term], values: Mapping[str, Value]) -> Vector:
    """The model's columns: 0/1 for yes/no and for each word but the reference."""
    columns = []
    for term in terms:
        predictor, value = _predictor(study, term.finding), values[term.finding]
        if predictor.kind == "category":
            columns.append(float(_word(predictor, value) == term.word))
        elif predictor.kind == "yes-no":
            columns.append(float(_yes_no(predictor, value)))
        else:
            columns.append(_number(predictor, value))
    return np.array(columns, dtype=np.float64)


def _word(predictor: Predictor, value: Value) -> str:
    if not isinstance(value, str) or value not in predictor.words:
        raise ValueError(f"{predictor.finding} must be one of {', '.join(predictor.words)}, not {value!r}")
    return value


def _yes_no(predictor: Predictor, value: Value) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{predictor.finding} must be yes or no, not {value!r}")  # noqa: TRY004 - one kind of error
    return value


def _number(predictor: Predictor, value: Value) -> float:
    if isinstance(value, bool | str) or not math.isfinite(value):
        raise ValueError(f"{predictor.finding} must be a number, not {value!r}")
    return float(value)

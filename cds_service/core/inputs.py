"""From a patient's values to a model's columns: kinds checked, and values held where the study ends (step 8)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cds_service.core.facts import Value
from cds_service.core.study import LogisticStudy, Term
from cds_service.core.table import ReducedTable, Vector

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


def hold_inputs(table: ReducedTable, slopes: Mapping[str, float], inputs: Mapping[str, Value]) -> dict[str, Held]:
    """Values that lie beyond what the study can say, by finding (step 8): extrapolation never reassures.

    A continuous input is held at the cohort's 5th or 95th percentile on the side that lowers the figure and at the
    0.5th or 99.5th on the other.

    Args:
        slopes: coefficients of the model in use, whose sign says which side is which.
    """
    held = {}
    for name, (lowest, low, high, highest) in table.ranges.items():
        if name not in inputs:
            continue
        value, falls = _number(name, inputs[name]), slopes[name] < 0
        below, above = ((lowest, 0.5), (high, 95.0)) if falls else ((low, 5.0), (highest, 99.5))
        if value < below[0]:
            side: Side = "alarming" if falls else "reassuring"
            held[name] = Held(value=value, used=below[0], side=side, bound=below[1])
        elif value > above[0]:
            side = "reassuring" if falls else "alarming"
            held[name] = Held(value=value, used=above[0], side=side, bound=above[1])
    return held


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a model, and what a value must be to stand in it.

    Attributes:
        word: of a category, the word that this column is about.
        words: of a category, all of them.
    """

    finding: str
    kind: Literal["number", "yes-no", "category"]
    word: str | None
    words: tuple[str, ...]


def columns_of(study: LogisticStudy, terms: Sequence[Term]) -> tuple[Column, ...]:
    """The columns of these terms."""
    predictors = {one.finding: one for one in study.predictors}
    return tuple(
        Column(term.finding, predictors[term.finding].kind, term.word, predictors[term.finding].words) for term in terms
    )


def encode_inputs(columns: Sequence[Column], values: Mapping[str, Value]) -> Vector:
    """What stands in the columns: 0/1 for yes/no and for each word but the reference."""
    return np.array([_encoded(one, values[one.finding]) for one in columns], dtype=np.float64)


def _encoded(column: Column, value: Value) -> float:
    if column.kind == "number":
        return _number(column.finding, value)
    if column.kind == "yes-no":
        if not isinstance(value, bool):
            raise ValueError(f"{column.finding} must be yes or no, not {value!r}")
        return float(value)
    if not isinstance(value, str) or value not in column.words:
        raise ValueError(f"{column.finding} must be one of {', '.join(column.words)}, not {value!r}")
    return float(value == column.word)


def _number(finding: str, value: Value) -> float:
    if isinstance(value, bool | str) or not math.isfinite(value):
        raise ValueError(f"{finding} must be a number, not {value!r}")
    return float(value)

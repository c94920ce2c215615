"""Tables of reduced models: what `studies build` writes and the service reads (`cds_service/studies/reduced/*.json`).

One line for each set of known inputs, so that a reviewer can read and compare them. A table carries the digest of the
numbers that it was built from (`LogisticStudy.table_digest`); with other numbers it is stale.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cds_service.core.study import LogisticStudy, Study
from cds_service.errors import DataFileError

FORMAT = 2
PERCENTILES = (0.5, 5.0, 95.0, 99.5)
DIGITS = 10
SAME = 1e-6  # relative, between machines
SAME_NEAR_ZERO = 1e-9

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Ends = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReducedModel:
    """The model with only some inputs, fitted in the cohort (evidence.md, steps 4-7). Arrays are read-only.

    Attributes:
        known: the inputs, in the order of the study file.
        terms: their columns, by name.
        inputs_known: share of the model's information that they carry, 0..1.
        intercept: log odds at all inputs 0.
        coefficients: log odds per unit, one for each term.
        covariance: of centred intercept and coefficients, already widened to the printed standard errors.
        distance: mean squared distance between full and reduced linear predictor in the weighted cohort.
        distance_line: m0 and m1: that distance where a patient stands is m0 + m1 x 4r(1 - r), r the reduced risk.
    """

    known: tuple[str, ...]
    terms: tuple[str, ...]
    inputs_known: float
    intercept: float
    coefficients: Vector
    covariance: Matrix
    distance: float
    distance_line: tuple[float, float]

    def distance_at(self, risk: float) -> float:
        """Squared distance to the full linear predictor where a patient stands; at least the mean of all.

        Args:
            risk: 0..1, at the study's own incidence.
        """
        level, slope = self.distance_line
        return max(self.distance, level + slope * 4 * risk * (1 - risk))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReducedTable:
    """All reduced models of one study.

    Attributes:
        study_digest: sha256 of the numbers of the study that it follows from (`LogisticStudy.table_digest`).
        effective_share: effective sample of the weighted cohort, as share of the draws.
        means: weighted cohort mean of each term.
        ranges: percentiles 0.5, 5, 95 and 99.5 of each continuous input in the weighted cohort.
        error_ratios: printed standard error over that of the printed model's information, for each of its terms.
        references: average risk of the patients with the same procedure, 0..1, by procedure; empty where the study had
            one procedure alone.
        models: by the set of known inputs.
    """

    study_id: str
    study_digest: str
    seed: int
    draws: int
    effective_share: float
    incidence: float
    intercept: float
    means: Mapping[str, float]
    ranges: Mapping[str, Ends]
    error_ratios: Mapping[str, float]
    references: Mapping[str, float]
    models: Mapping[frozenset[str], ReducedModel]


def table_path(study_id: str, folder: Path) -> Path:
    """Path of a study's table."""
    return folder / f"{study_id}.json"


def write_table(table: ReducedTable, folder: Path) -> None:
    """Write a table; the same table gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    table_path(table.study_id, folder).write_text("\n".join(_lines(table)) + "\n", encoding="utf-8")


def _lines(table: ReducedTable) -> Iterator[str]:
    head: dict[str, Any] = {
        "format": FORMAT,
        "study": table.study_id,
        "studyDigest": table.study_digest,
        "seed": table.seed,
        "draws": table.draws,
        "effectiveShare": _rounded(table.effective_share),
        "incidence": _rounded(table.incidence),
        "intercept": _rounded(table.intercept),
        "means": {name: _rounded(mean) for name, mean in table.means.items()},
        "percentiles": list(PERCENTILES),
        "ranges": {name: [_rounded(end) for end in ends] for name, ends in table.ranges.items()},
        "errorRatios": {name: _rounded(ratio) for name, ratio in table.error_ratios.items()},
        "references": {name: _rounded(average) for name, average in table.references.items()},
    }
    yield "{"
    for key, value in head.items():
        yield f" {json.dumps(key)}: {json.dumps(value)},"
    yield ' "sets": ['
    models = list(table.models.values())
    for model in models:
        yield f"  {json.dumps(_as_json(model))}{',' if model is not models[-1] else ''}"
    yield " ]"
    yield "}"


def _as_json(model: ReducedModel) -> dict[str, Any]:
    return {
        "known": list(model.known),
        "inputsKnown": _rounded(model.inputs_known),
        "intercept": _rounded(model.intercept),
        "coefficients": {
            term: _rounded(value) for term, value in zip(model.terms, model.coefficients.tolist(), strict=True)
        },
        "covariance": [[_rounded(value) for value in row] for row in model.covariance.tolist()],
        "distance": _rounded(model.distance),
        "distanceLine": [_rounded(number) for number in model.distance_line],
    }


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def stale_tables(studies: Mapping[str, Study], folder: Path) -> list[str]:
    """Ids of the logistic studies whose table is missing, unreadable, or built from another study file."""
    return [
        study.id for study in studies.values() if isinstance(study, LogisticStudy) and not _is_current(study, folder)
    ]


def _is_current(study: LogisticStudy, folder: Path) -> bool:
    try:
        read_table(study, folder)
    except DataFileError:
        return False
    return True


def compare_tables(one: Path, other: Path) -> tuple[str, ...]:
    """Ids of the studies whose tables in two folders differ beyond rounding, or exist in one folder only."""
    names = sorted({path.name for folder in (one, other) for path in folder.glob("*.json")})
    return tuple(Path(name).stem for name in names if not _is_same(_load(one / name), _load(other / name)))


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(_is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=SAME, abs_tol=SAME_NEAR_ZERO)
    return type(one) is type(other) and bool(one == other)


def read_table(study: LogisticStudy, folder: Path) -> ReducedTable:
    """The table of a study.

    Raises:
        DataFileError: it is missing, stale, of another format, or does not hold every set of inputs.
    """
    path = table_path(study.id, folder)
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataFileError(path.name, "", f"cannot be read ({error}); run studies build") from error
    try:
        table = _from_json(read)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataFileError(path.name, "", f"is no table of reduced models ({error!r}); run studies build") from error
    _check_table(table, study, path.name)
    return table


def _check_table(table: ReducedTable, study: LogisticStudy, file: str) -> None:
    if table.study_id != study.id:
        raise DataFileError(file, "study", f"is of {table.study_id}")
    if table.study_digest != study.table_digest:
        raise DataFileError(file, "studyDigest", f"{study.id}.toml has changed since; run studies build")
    expected = 2 ** len(study.inputs)
    if len(table.models) != expected or frozenset(study.input_names) not in table.models:
        raise DataFileError(file, "sets", f"{len(table.models)} sets of known inputs, {expected} are expected")
    for model in table.models.values():
        names = tuple(term.name for term in study.terms if term.finding in model.known)
        size = len(names) + 1
        if model.terms != names or model.covariance.shape != (size, size):
            raise DataFileError(file, "sets", f"the set {list(model.known)} does not fit the study's terms")


def _from_json(read: Mapping[str, Any]) -> ReducedTable:
    if read["format"] != FORMAT:
        raise ValueError(f"format {read['format']}")
    models = [_model_from_json(one) for one in read["sets"]]
    return ReducedTable(
        study_id=read["study"],
        study_digest=read["studyDigest"],
        seed=read["seed"],
        draws=read["draws"],
        effective_share=float(read["effectiveShare"]),
        incidence=float(read["incidence"]),
        intercept=float(read["intercept"]),
        means=MappingProxyType({name: float(mean) for name, mean in read["means"].items()}),
        ranges=MappingProxyType({name: _four(ends) for name, ends in read["ranges"].items()}),
        error_ratios=MappingProxyType({name: float(ratio) for name, ratio in read["errorRatios"].items()}),
        references=MappingProxyType({name: float(average) for name, average in read["references"].items()}),
        models=MappingProxyType({frozenset(model.known): model for model in models}),
    )


def _four(ends: list[float]) -> Ends:
    lowest, low, high, highest = map(float, ends)
    return lowest, low, high, highest


def _model_from_json(one: Mapping[str, Any]) -> ReducedModel:
    coefficients = np.array(list(one["coefficients"].values()), dtype=np.float64)
    covariance = np.array(one["covariance"], dtype=np.float64)
    for array in (coefficients, covariance):
        array.setflags(write=False)
    level, slope = map(float, one["distanceLine"])
    return ReducedModel(
        known=tuple(one["known"]),
        terms=tuple(one["coefficients"]),
        inputs_known=float(one["inputsKnown"]),
        intercept=float(one["intercept"]),
        coefficients=coefficients,
        covariance=covariance,
        distance=float(one["distance"]),
        distance_line=(level, slope),
    )

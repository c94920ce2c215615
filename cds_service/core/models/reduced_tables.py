"""Read and write the tables of reduced models in `cds_service/studies/reduced/`.

`studies build` writes them, one line for each set of known inputs, so that a reviewer
can compare them. A table has the digest of the numbers that it was built from
(`LogisticStudy.table_digest`); if these have changed, it is stale.
"""

import json
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator
from pydantic.alias_generators import to_camel

from cds_service.core.models.logistic_study import LogisticStudy
from cds_service.errors import DataFileError

PERCENTILES = (0.5, 5.0, 95.0, 99.5)
DIGITS = 10
SAME = 1e-6  # relative, between machines
SAME_NEAR_ZERO = 1e-9
NUMBER = re.compile(r"(?<=[ \[])(-?\d[\d.e+-]*)")


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _read_only(rows: Any) -> "Matrix":
    array = np.array(rows, dtype=np.float64)
    array.setflags(write=False)
    return array


Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Number = Annotated[float, PlainSerializer(_rounded)]
Ends = tuple[Number, Number, Number, Number]
Rows = Annotated[
    Matrix,
    PlainValidator(_read_only),
    PlainSerializer(
        lambda matrix: [[_rounded(value) for value in row] for row in matrix.tolist()]
    ),
]


class TablePart(BaseModel):
    """A part of a table: camelCase in the file, nothing unknown, immutable."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        arbitrary_types_allowed=True,
    )


Part = TypeVar("Part", bound=TablePart)


class ReducedModel(TablePart):
    """The model with only some inputs, fitted in the cohort (evidence.md, steps 4-7).

    It has t terms. Arrays are read-only.

    Attributes:
        known: the inputs, in the order of the study file.
        inputs_known: share of the model's information that they carry, 0..1.
        intercept: log odds at all inputs 0.
        by_term: t coefficients, log odds per unit, by term.
        covariance: (1 + t) x (1 + t), of intercept and coefficients with all inputs
            centred at the cohort's means; already widened to the printed standard
            errors.
        distance: mean squared distance between the log odds of full and reduced model
            in the weighted cohort.
        distance_line: m0 and m1: for a patient of risk r, by the reduced model, that
            distance is m0 + m1 x 4r(1 - r).
    """

    known: tuple[str, ...]
    inputs_known: Number
    intercept: Number
    by_term: Mapping[str, Number] = Field(alias="coefficients")
    covariance: Rows
    distance: Number
    distance_line: tuple[Number, Number]

    @property
    def terms(self) -> tuple[str, ...]:
        """Name the columns of the inputs."""
        return tuple(self.by_term)

    @cached_property
    def coefficients(self) -> Vector:
        """Return the log odds per unit, one for each term."""
        return _read_only(list(self.by_term.values()))

    def distance_at(self, risk: float) -> float:
        """Return a patient's squared distance to the full model; at least the mean.

        Args:
            risk: 0..1, at the study's own incidence.
        """
        level, slope = self.distance_line
        return max(self.distance, level + slope * 4 * risk * (1 - risk))


class ReducedTable(TablePart):
    """All reduced models of one study.

    Attributes:
        study_digest: sha256 of the numbers of the study that it follows from
            (`LogisticStudy.table_digest`).
        draws: patients of the rebuilt cohort.
        effective_share: effective sample of the weighted cohort, as share of the draws.
        incidence: share of the study's patients with the outcome, 0..1.
        intercept: of the printed model, log odds.
        means: weighted cohort mean of each term.
        percentiles: those of `ranges`, in %.
        ranges: percentiles of each continuous input in the weighted cohort.
        error_ratios: by term, the printed standard error divided by the one that
            follows from the cohort.
        references: average risk of the patients with the same procedure, 0..1, by
            procedure; empty if the study had one procedure alone.
        sets: one model for each set of known inputs.
    """

    format: Literal[2] = 2
    study: str
    study_digest: str
    seed: int
    draws: int
    effective_share: Number
    incidence: Number
    intercept: Number
    means: Mapping[str, Number]
    percentiles: Ends = PERCENTILES
    ranges: Mapping[str, Ends]
    error_ratios: Mapping[str, Number]
    references: Mapping[str, Number]
    sets: tuple[ReducedModel, ...]

    @cached_property
    def models(self) -> Mapping[frozenset[str], ReducedModel]:
        """Return the models by the set of known inputs."""
        return {frozenset(model.known): model for model in self.sets}


def table_path(study_id: str, folder: Path) -> Path:
    return folder / f"{study_id}.json"


def write_table(table: ReducedTable, folder: Path) -> None:
    """Write a table; the same table gives the same bytes."""
    head = table.model_dump(mode="json", by_alias=True)
    sets = ",\n  ".join(map(json.dumps, head.pop("sets")))
    lines = "\n".join(
        f" {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()
    )
    folder.mkdir(parents=True, exist_ok=True)
    table_path(table.study, folder).write_text(
        f'{{\n{lines}\n "sets": [\n  {sets}\n ]\n}}\n', encoding="utf-8"
    )


def compare_tables(first: Path, second: Path) -> tuple[str, ...]:
    """List studies whose tables differ beyond rounding, or exist only once."""
    names = sorted(
        {path.name for folder in (first, second) for path in folder.glob("*.json")}
    )
    return tuple(
        Path(name).stem for name in names if not _is_same(first / name, second / name)
    )


def _is_same(first: Path, second: Path) -> bool:
    """Tell if all words are the same, and all numbers the same up to rounding."""
    if not (first.is_file() and second.is_file()):
        return False
    first_parts, second_parts = (
        NUMBER.split(path.read_text(encoding="utf-8")) for path in (first, second)
    )
    first_numbers, second_numbers = (
        np.array(parts[1::2], dtype=np.float64) for parts in (first_parts, second_parts)
    )
    is_close = len(first_numbers) == len(second_numbers) and np.allclose(
        first_numbers, second_numbers, rtol=SAME, atol=SAME_NEAR_ZERO
    )
    return first_parts[::2] == second_parts[::2] and bool(is_close)


def read_table(study: LogisticStudy, folder: Path) -> ReducedTable:
    """Read the table of a study.

    Raises:
        DataFileError: it is missing, broken or stale.
    """
    path = table_path(study.id, folder)
    table = read_part(path, ReducedTable, "of reduced models")
    made_from = Numbers(table.study, table.study_digest)
    check_numbers(path.name, made_from, Numbers(study.id, study.table_digest))
    _check_sets(table, study, path.name)
    return table


def read_part(path: Path, kind: type[Part], what: str) -> Part:
    """Read a file that `studies build` wrote.

    Raises:
        DataFileError: it is missing or broken.
    """
    try:
        return kind.model_validate_json(path.read_bytes())
    except OSError as error:
        raise DataFileError(
            path.name, "", f"cannot be read ({error}); run studies build"
        ) from error
    except ValueError as error:
        raise DataFileError(
            path.name, "", f"is no table {what} ({error}); run studies build"
        ) from error


class Numbers(NamedTuple):
    """The numbers that a table is made from: those of a study, with their digest."""

    study: str
    digest: str


def check_numbers(file: str, made_from: Numbers, present: Numbers) -> None:
    """Refuse a table that was made from other numbers.

    Raises:
        DataFileError: it is of another study, or stale.
    """
    if made_from.study != present.study:
        raise DataFileError(file, "study", f"is of {made_from.study}")
    if made_from.digest != present.digest:
        changed = f"{present.study}.toml has changed since; run studies build"
        raise DataFileError(file, "studyDigest", changed)


def _check_sets(table: ReducedTable, study: LogisticStudy, file: str) -> None:
    expected = 2 ** len(study.inputs)
    has_full = frozenset(study.input_names) in table.models
    if len(table.models) != expected or not has_full:
        raise DataFileError(
            file,
            "sets",
            f"{len(table.models)} sets of known inputs, {expected} are expected",
        )
    for model in table.sets:
        names = tuple(term.name for term in study.terms if term.finding in model.known)
        size = len(names) + 1
        if model.terms != names or model.covariance.shape != (size, size):
            raise DataFileError(
                file,
                "sets",
                f"the set {list(model.known)} does not fit the study's terms",
            )

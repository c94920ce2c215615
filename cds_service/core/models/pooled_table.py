"""Read the table of the pooled model, which `studies build` writes.

`studies/reduced/pooled-2026.json` has the pooled coefficients, and the intercept and
the mean of each input over the population at many baselines. It is stale if it was made
from other numbers than those of the model's file.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from cds_service.core.models.pooled_study import BONES, Bone, PooledStudy
from cds_service.core.models.reduced_tables import (
    Number,
    Numbers,
    TablePart,
    check_numbers,
    read_part,
    table_path,
)
from cds_service.errors import DataFileError


class LeftOut(TablePart):
    """The hospital farthest from the rest.

    Attributes:
        distance: from the rest, in SD.
        of_mean: it is left out of the mean as well as of tau.
    """

    study: str
    distance: Number
    of_mean: bool


class Pooled(TablePart):
    """A pooled result in log odds (step 1 of docs/pooled.md).

    Attributes:
        se: standard error of the mean.
        tau: SD between hospitals.
    """

    mean: Number
    se: Number
    tau: Number

    @property
    def variance(self) -> float:
        """Return the variance in a new hospital, se² + tau²."""
        return self.se**2 + self.tau**2


class PooledCoefficient(Pooled):
    """The coefficient of one input per unit, before the model shrinks it.

    Attributes:
        left_out: the hospital that does not count; None if all do.
        all_in: the coefficient with no hospital left out.
    """

    left_out: LeftOut | None
    all_in: Pooled


class Centres(TablePart):
    """Intercepts and means of the model with one bone input, at rising baselines.

    All tuples have one number for each baseline (step 3 of docs/pooled.md).

    Attributes:
        log_odds: the baselines, as log odds.
        intercepts: the log odds with all inputs 0.
        means: by input, its mean over the population. A patient of risk p weighs
            p(1 - p): by so much a small change of the log odds changes p.
    """

    log_odds: tuple[Number, ...]
    intercepts: tuple[Number, ...]
    means: Mapping[str, tuple[Number, ...]]


class PooledTable(TablePart):
    """All that `studies build` computes for the pooled model.

    Attributes:
        study_digest: digest of the numbers that it was made from
            (`PooledStudy.table_digest`).
        points: number of points that make up the population; each has every
            combination of the yes/no inputs.
        baseline: the pooled incidence, as log odds.
        coefficients: by input.
        centres: by the bone input of the model.
    """

    format: Literal[1] = 1
    study: str
    study_digest: str
    seed: int
    points: int
    baseline: Pooled
    coefficients: Mapping[str, PooledCoefficient]
    centres: Mapping[Bone, Centres]


def write_pooled_table(table: PooledTable, folder: Path) -> None:
    """Write the table, a line for each coefficient; the same table, the same bytes."""
    content = table.model_dump(mode="json", by_alias=True)
    lines = [f" {json.dumps(key)}: {_member(value)}" for key, value in content.items()]
    folder.mkdir(parents=True, exist_ok=True)
    table_path(table.study, folder).write_text(
        "{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8"
    )


def _member(value: object) -> str:
    if not isinstance(value, dict):
        return json.dumps(value)
    lines = (f"  {json.dumps(key)}: {json.dumps(part)}" for key, part in value.items())
    return "{\n" + ",\n".join(lines) + "\n }"


def read_pooled_table(study: PooledStudy, folder: Path) -> PooledTable:
    """Read the table of the pooled model.

    Raises:
        DataFileError: it is missing, broken or stale.
    """
    path = table_path(study.id, folder)
    table = read_part(path, PooledTable, "of the pooled model")
    made_from = Numbers(table.study, table.study_digest)
    check_numbers(path.name, made_from, Numbers(study.id, study.table_digest))
    if faults := _shape_faults(table, study):
        raise DataFileError(
            path.name, faults[0], "does not fit the study's inputs; run studies build"
        )
    return table


def _shape_faults(table: PooledTable, study: PooledStudy) -> list[str]:
    """List the members that do not belong to these inputs."""
    faults = []
    if table.coefficients.keys() != study.by_id.keys():
        faults.append("coefficients")
    for bone in BONES:
        centres = table.centres.get(bone)
        if centres is None or set(centres.means) != set(study.names(bone)):
            faults.append(f"centres.{bone}")
    return faults

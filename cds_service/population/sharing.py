"""What may leave a hospital: how well the models did, as a handful of sums.

No row, no date, no name, no count under five. Several such files make a result across
hospitals (`hospitals.py`).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from cds_service.errors import CdsError
from cds_service.population.hospitals import (
    AcrossHospitals,
    Measure,
    Result,
    pool_results,
    results_of,
)
from cds_service.population.validating import SMALLEST_CELL, ModelValidation

Number = Annotated[float, Field(allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
    )


class SharedResult(_Part):
    """A measure on the scale of pooling.

    Logs of observed / expected, log odds of the AUC.
    """

    value: Number
    error: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class SharedModel(_Part):
    """How one model did at one hospital.

    Attributes:
        months: within which outcomes were counted, as the model says.
    """

    version: str
    outcome: str
    months: int
    n: Annotated[int, Field(ge=2 * SMALLEST_CELL)]
    events: Annotated[int, Field(ge=SMALLEST_CELL)]
    expected: Number
    measures: Mapping[Measure, SharedResult]


class SharedFile(_Part):
    """The file: all that leaves the house.

    Attributes:
        withheld: models that are not in it, and why.
    """

    form: Literal["kyphoplasty-cds validation, shared 1"] = (
        "kyphoplasty-cds validation, shared 1"
    )
    models: Mapping[str, SharedModel]
    withheld: Mapping[str, str]


class Combined(BaseModel):
    """One model over the hospitals whose files were given."""

    hospitals: int
    n: int
    events: int
    expected: float
    across: AcrossHospitals | None


def shared_file(found: Sequence[ModelValidation]) -> SharedFile:
    """Make the file of this hospital."""
    models, withheld = {}, {}
    for one in found:
        without = one.overall.n - one.overall.events
        measures = results_of(one.overall)
        if min(one.overall.events, without) < SMALLEST_CELL:
            withheld[one.model.id] = (
                f"fewer than {SMALLEST_CELL} with or without the outcome"
            )
        elif not measures:
            withheld[one.model.id] = "too few patients for any measure"
        else:
            models[one.model.id] = SharedModel(
                version=one.model.version,
                outcome=one.model.outcome,
                months=one.model.horizon_months,
                n=one.overall.n,
                events=one.overall.events,
                expected=round(one.overall.expected, 1),
                measures={
                    name: SharedResult(
                        value=round(each.value, 4), error=round(each.error, 4)
                    )
                    for name, each in measures.items()
                },
            )
    return SharedFile(models=models, withheld=withheld)


def read_shared(path: Path) -> SharedFile:
    """Read another hospital's file.

    Raises:
        CdsError: it is none.
    """
    try:
        return SharedFile.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise CdsError(
            f"{path.name} is no file of validate --share: {error}"
        ) from error


def combine(files: Sequence[SharedFile]) -> dict[str, Combined]:
    """Combine the hospitals' results by model.

    Raises:
        CdsError: the files are of different versions of a model.
    """
    found = {}
    for name in sorted({name for file in files for name in file.models}):
        models = [file.models[name] for file in files if name in file.models]
        versions = sorted({one.version for one in models})
        if len(versions) > 1:
            raise CdsError(
                f"{name}: the files are of different versions, {', '.join(versions)}"
            )
        results = [
            {key: Result(each.value, each.error) for key, each in one.measures.items()}
            for one in models
        ]
        found[name] = Combined(
            hospitals=len(models),
            n=sum(one.n for one in models),
            events=sum(one.events for one in models),
            expected=sum(one.expected for one in models),
            across=pool_results(results),
        )
    return found


def combined_json(found: Mapping[str, Combined]) -> dict[str, Any]:
    """As `validate --combine --json` has it."""
    return {
        "models": {
            name: {
                **one.model_dump(exclude={"across"}),
                "measures": one.across.to_json() if one.across else {},
            }
            for name, one in found.items()
        }
    }

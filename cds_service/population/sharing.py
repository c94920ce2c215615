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
from cds_service.population.validating import (
    FITTED_ON_THESE,
    SMALLEST_CELL,
    ModelValidation,
)

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
    """A measure, with its standard error, on the scale on which it is pooled.

    That is the log of observed / expected, and the log odds of the AUC; the intercept
    and the slope are as they are.
    """

    value: Number
    error: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class SharedModel(_Part):
    """The performance of one model at one hospital.

    Attributes:
        months: the time within which outcomes were counted here.
        expected: the number of events that the model predicts.
    """

    version: str
    outcome: str
    months: int
    n: Annotated[int, Field(ge=2 * SMALLEST_CELL)]
    events: Annotated[int, Field(ge=SMALLEST_CELL)]
    expected: Number
    measures: Mapping[Measure, SharedResult]


class SharedFile(_Part):
    """The file: all that leaves the hospital.

    Attributes:
        withheld: models that are not in it, and why.
    """

    form: Literal["kyphoplasty-cds validation, shared 1"] = (
        "kyphoplasty-cds validation, shared 1"
    )
    models: Mapping[str, SharedModel]
    withheld: Mapping[str, str]


class Combined(BaseModel):
    """One model over the hospitals whose files were given.

    Attributes:
        months: the different times within which they counted outcomes.
    """

    hospitals: int
    months: tuple[int, ...]
    n: int
    events: int
    expected: float
    across: AcrossHospitals | None


def shared_file(found: Sequence[ModelValidation]) -> SharedFile:
    """Make the file of this hospital."""
    models, withheld = {}, {}
    for one in found:
        if why := _why_withheld(one):
            withheld[one.model.id] = why
        else:
            models[one.model.id] = _shared_model(one)
    return SharedFile(models=models, withheld=withheld)


def _why_withheld(found: ModelValidation) -> str:
    overall = found.overall
    if min(overall.events, overall.n - overall.events) < SMALLEST_CELL:
        return f"fewer than {SMALLEST_CELL} with or without the outcome"
    if found.another_time:
        return found.another_time
    if FITTED_ON_THESE in found.notes:
        return FITTED_ON_THESE
    return "" if results_of(overall) else "too few patients for any measure"


def _shared_model(found: ModelValidation) -> SharedModel:
    overall, results = found.overall, results_of(found.overall)
    return SharedModel(
        version=found.model.version,
        outcome=found.model.outcome,
        months=found.months or found.model.horizon_months,
        n=overall.n,
        events=overall.events,
        expected=round(overall.expected, 1),
        measures={
            name: SharedResult(value=round(each.value, 4), error=round(each.error, 4))
            for name, each in results.items()
        },
    )


def read_shared(path: Path) -> SharedFile:
    """Read another hospital's file.

    Raises:
        CdsError: it cannot be read, or is not such a file.
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
        CdsError: the files are of different versions of a model, or two are of the same
            patients.
    """
    found = {}
    for name in sorted({name for file in files for name in file.models}):
        models = [file.models[name] for file in files if name in file.models]
        versions = sorted({one.version for one in models})
        if len(versions) > 1:
            raise CdsError(
                f"{name}: the files are of different versions, {', '.join(versions)}"
            )
        if any(one in models[:place] for place, one in enumerate(models)):
            raise CdsError(
                f"{name}: two files have the same results; a hospital counts once"
            )
        results = [
            {key: Result(each.value, each.error) for key, each in one.measures.items()}
            for one in models
        ]
        found[name] = Combined(
            hospitals=len(models),
            months=tuple(sorted({one.months for one in models})),
            n=sum(one.n for one in models),
            events=sum(one.events for one in models),
            expected=sum(one.expected for one in models),
            across=pool_results(results),
        )
    return found


def combined_json(found: Mapping[str, Combined]) -> dict[str, Any]:
    """Return the JSON that `validate --combine --json` prints."""
    return {
        "models": {
            name: {
                **one.model_dump(exclude={"across"}),
                "measures": one.across.to_json() if one.across else {},
            }
            for name, one in found.items()
        }
    }

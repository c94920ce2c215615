"""Make the file that may leave a hospital: the models' performance in a few sums.

No row, no date, no name, no count under five. Several such files make a result across
hospitals (`hospitals.py`).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from cds_service.core.site_values.recalibration import Finite
from cds_service.errors import CdsError
from cds_service.population.validation.hospitals import (
    AcrossHospitals,
    Measure,
    Result,
    pool_results,
    results_of,
)
from cds_service.population.validation.validating import (
    FITTED_ON_THESE,
    SMALLEST_CELL,
    ModelValidation,
)


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

    The scale is the log for observed / expected, and log odds for the AUC. Intercept
    and slope are unchanged.
    """

    value: Finite
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
    expected: Finite
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


def shared_file(validations: Sequence[ModelValidation]) -> SharedFile:
    """Make the file of this hospital."""
    models, withheld = {}, {}
    for validation in validations:
        if why := _why_withheld(validation):
            withheld[validation.model.id] = why
        else:
            models[validation.model.id] = _shared_model(validation)
    return SharedFile(models=models, withheld=withheld)


def _why_withheld(validation: ModelValidation) -> str:
    overall = validation.overall
    if min(overall.events, overall.n - overall.events) < SMALLEST_CELL:
        return f"fewer than {SMALLEST_CELL} with or without the outcome"
    if validation.another_time:
        return validation.another_time
    if FITTED_ON_THESE in validation.notes:
        return FITTED_ON_THESE
    return "" if results_of(overall) else "too few patients for any measure"


def _shared_model(validation: ModelValidation) -> SharedModel:
    overall, results = validation.overall, results_of(validation.overall)
    return SharedModel(
        version=validation.model.version,
        outcome=validation.model.outcome,
        months=validation.months or validation.model.horizon_months,
        n=overall.n,
        events=overall.events,
        expected=round(overall.expected, 1),
        measures={
            name: SharedResult(
                value=round(result.value, 4), error=round(result.error, 4)
            )
            for name, result in results.items()
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
    combined = {}
    for name in sorted({name for file in files for name in file.models}):
        models = [file.models[name] for file in files if name in file.models]
        versions = sorted({model.version for model in models})
        if len(versions) > 1:
            raise CdsError(
                f"{name}: the files are of different versions, {', '.join(versions)}"
            )
        if any(model in models[:place] for place, model in enumerate(models)):
            raise CdsError(
                f"{name}: two files have the same results; a hospital counts once"
            )
        results = [
            {
                key: Result(result.value, result.error)
                for key, result in model.measures.items()
            }
            for model in models
        ]
        combined[name] = Combined(
            hospitals=len(models),
            months=tuple(sorted({model.months for model in models})),
            n=sum(model.n for model in models),
            events=sum(model.events for model in models),
            expected=sum(model.expected for model in models),
            across=pool_results(results),
        )
    return combined


def combined_json(combined: Mapping[str, Combined]) -> dict[str, Any]:
    """Return the JSON that `validate --combine --json` prints."""
    return {
        "models": {
            name: {
                **model.model_dump(exclude={"across"}),
                "measures": model.across.to_json() if model.across else {},
            }
            for name, model in combined.items()
        }
    }

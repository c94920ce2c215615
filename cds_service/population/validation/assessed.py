"""Tell which patients count for a model: their outcomes, figures and weights."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cds_service.core.site_values.policy import Policy
from cds_service.population.outcomes.follow_up import censoring_weights
from cds_service.population.outcomes.outcomes_file import (
    REFRACTURE,
    LocalPatient,
    OutcomesFile,
)
from cds_service.population.validation import performance
from cds_service.population.validation.local_models import LocalFigure, LocalModel

NOT_EVERY_ROW = (
    "the file does not say of every row within how many months the outcome was counted"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """A local patient with an outcome and what the model says.

    Attributes:
        weight: how many patients this one represents; more than 1 after losses.
    """

    patient: LocalPatient
    figure: LocalFigure
    has_outcome: bool
    weight: float = 1.0


def assessed(
    file: OutcomesFile, model: LocalModel, policy: Policy
) -> tuple[Assessed, ...]:
    """List the patients whose outcome is known, each with the figure of this model."""
    weights = _weights(file, model)
    return tuple(
        Assessed(
            patient=patient,
            figure=model.figure_of(patient.findings, policy),
            has_outcome=patient.outcomes[model.outcome],
            weight=weights.get(patient.row, 1.0),
        )
        for patient in file.patients
        if model.outcome in patient.outcomes
    )


def _weights(file: OutcomesFile, model: LocalModel) -> Mapping[int, float]:
    """Return the weight of each row; none for an outcome without follow-up."""
    if model.outcome != REFRACTURE:
        return {}
    followed = [
        (patient.row, patient.follow_up)
        for patient in file.patients
        if patient.follow_up
    ]
    weights = censoring_weights([follow_up for _, follow_up in followed])
    return dict(zip((row for row, _ in followed), weights.tolist(), strict=True))


def weights_of(rows: Sequence[Assessed]) -> performance.Vector | None:
    """Return the weights of these rows; None if each represents itself."""
    weights = np.array([row.weight for row in rows])
    return None if np.all(weights == 1) else weights


def months_of(row: Assessed, model: LocalModel) -> int | None:
    return row.patient.months.get(model.outcome)


def horizon_in_words(model: LocalModel) -> str:
    """Return the model's horizon in words."""
    shortest, longest = model.horizon
    if shortest == longest:
        return f"the study counts {shortest}"
    return f"the model takes {shortest} to {longest}"


def other_months(model: LocalModel, months: Iterable[int | None]) -> list[int]:
    """List the months that lie outside the model's horizon, in order."""
    shortest, longest = model.horizon
    return sorted(
        number
        for number in months
        if number is not None and not shortest <= number <= longest
    )


def why_another_time(rows: Sequence[Assessed], model: LocalModel) -> str:
    """Return why these outcomes are not what the model predicts; empty if they are."""
    months = {months_of(row, model) for row in rows}
    if other := other_months(model, months):
        return f"outcomes within {other[0]} months, {horizon_in_words(model)}"
    if len(months - {None}) > 1:
        return "outcomes of several times in one file: their intercept would mix them"
    return NOT_EVERY_ROW if None in months else ""

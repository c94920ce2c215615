"""Observed / expected by quarter, as the file for the site folder."""

from collections.abc import Mapping, Sequence
from datetime import date

from cds_service.core.site_values.observed_expected import ObservedExpected, Quarter
from cds_service.errors import CdsError
from cds_service.population.outcomes.outcomes_file import OutcomesFile
from cds_service.population.validation.site_file import rows_of
from cds_service.population.validation.validating import SMALLEST_CELL, ModelValidation


def observed_expected(
    validations: Sequence[ModelValidation], file: OutcomesFile, today: date
) -> tuple[Mapping[str, ObservedExpected], tuple[str, ...]]:
    """Return the quarters of each model, and why others have none.

    Raises:
        CdsError: no model has a quarter.
    """
    measured, why = {}, []
    for validation in validations:
        quarters = tuple(
            Quarter(
                quarter=name,
                n=group.n,
                events=group.events,
                expected=group.expected,
                ratio=group.observed_expected.value,
                interval=group.observed_expected.interval,
            )
            for name, group in validation.quarters.items()
            if group.observed_expected
            and min(group.events, group.n - group.events) >= SMALLEST_CELL
        )
        if quarters:
            measured[validation.model.id] = ObservedExpected(
                version=validation.model.version,
                measured=today,
                outcomes_digest=file.digest,
                quarters=quarters,
            )
        else:
            why.append(
                f"{validation.model.id}: no quarter whose time is over has"
                f" {SMALLEST_CELL} patients with and without the outcome"
            )
    if not measured:
        raise CdsError("; ".join(why) or "the file has no outcomes")
    return measured, tuple(why)


def observed_expected_toml(measured: Mapping[str, ObservedExpected]) -> str:
    """Return the file for the site folder."""
    lines = ["# Written by kyphoplasty-cds validate --quarters."]
    for name, model in measured.items():
        table = model.model_dump(by_alias=True)
        quarters = table.pop("quarters")
        lines += ["", f"[{name}]", *rows_of(table)]
        for quarter in quarters:
            lines += ["", f"[[{name}.quarters]]", *rows_of(quarter)]
    return "\n".join(lines) + "\n"

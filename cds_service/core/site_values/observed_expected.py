"""Observed / expected by quarter on a site's patients: its `observed-expected.toml`.

`kyphoplasty-cds validate --quarters` writes it, one table for each model. The committee
sees it, and Prometheus reads it: a model that fitted last year may not fit today.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from cds_service.core.data_file import DataTable

FEWEST = 5  # patients with and without the outcome; fewer could be recognised
Ratio = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Quarter(DataTable):
    """Patients of one quarter, by the day of the procedure.

    Attributes:
        expected: events by the figures in force when it was measured.
        ratio: observed / expected.
        interval: interval of the ratio, 95 %.
    """

    quarter: Annotated[str, Field(pattern=r"^[12]\d{3} Q[1-4]$")]
    n: int
    events: int
    expected: Ratio
    ratio: Ratio
    interval: tuple[Ratio, Ratio]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if min(self.events, self.n - self.events) < FEWEST:
            raise ValueError(f"events: at least {FEWEST} with and without the outcome")
        low, high = self.interval
        if not low <= self.ratio <= high:
            raise ValueError("interval: must hold the ratio")
        return self


class ObservedExpected(DataTable):
    """One model's quarters, oldest first.

    Attributes:
        version: version of the model that was measured.
        outcomes_digest: sha256 of the file of outcomes.
    """

    version: str
    measured: date
    outcomes_digest: str
    quarters: Annotated[tuple[Quarter, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        names = [quarter.quarter for quarter in self.quarters]
        if names != sorted(set(names)):
            raise ValueError("quarters: each once, oldest first")
        return self

    def to_json(self) -> Mapping[str, Any]:
        """Write it as the model's card has it."""
        return self.model_dump(mode="json", exclude={"outcomes_digest"})

"""The studies: rates in strata, changes of markers, and what a study may be.

The tables that every study has are in `study_tables.py`, the printed models in
`logistic_study.py`. `study_files.py` reads the files.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from cds_service.core.models.logistic_study import LogisticStudy
from cds_service.core.models.study_tables import (
    Cohort,
    Count,
    FindingName,
    Measured,
    Outcome,
    Paper,
    Part,
    Patients,
    Positive,
    Text,
    Unit,
    canonical,
)


class StratumCounts(Part):
    """One side of the cut-off with its printed counts."""

    id: Text
    label: Text
    above: float | None = None
    at_most: float | None = None
    n: Annotated[int, Field(gt=0)]
    events: dict[Outcome, Count]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        self._has_one_of("above", "at_most")
        if any(count > self.n for count in self.events.values()):
            raise ValueError(f"events: above the stratum's {self.n} patients")
        return self

    def holds(self, value: float) -> bool:
        """Tell if a value lies on this side, in the study's unit."""
        if self.above is not None:
            return value > self.above
        return self.at_most is not None and value <= self.at_most


class StrataStudy(Paper):
    """Rates in groups divided at a cut-off; no model."""

    kind: Literal["strata"]
    outcomes: tuple[Outcome, ...]
    cohort: Cohort
    finding: FindingName
    unit: Unit
    cutoff: float
    strata: Annotated[tuple[StratumCounts, ...], Field(min_length=2)]
    printed_p: dict[Outcome, Text]
    recomputed_p: dict[Outcome, float]
    measures: tuple[Measured, ...] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if any(set(stratum.events) != set(self.outcomes) for stratum in self.strata):
            raise ValueError(
                f"strata: each names the events of {', '.join(self.outcomes)}"
            )
        if sum(stratum.n for stratum in self.strata) != self.cohort.n:
            raise ValueError(
                f"strata: do not add to the cohort's {self.cohort.n} patients"
            )
        return self


class Quartiles(Part):
    """Median and quartiles of one group, in %."""

    median: float
    q1: float
    q3: float

    @model_validator(mode="after")
    def _rise(self) -> Self:
        if not self.q1 <= self.median <= self.q3:
            raise ValueError("quartiles are not in order")
        return self


class MarkerChange(Part):
    """One measure's change between two dated values, in %, in the two groups."""

    id: Text
    label: Text
    finding: FindingName
    unit: Annotated[Literal["%"], AfterValidator(canonical)]
    refractured: Quartiles
    not_refractured: Quartiles
    printed_p: Text
    printed_in: Text = Field(alias="from")


class MarkerStudy(Paper):
    """Changes seen in patients with and without the outcome; neither model nor rate.

    Attributes:
        interval_days: mean time between the two values, days.
        interval_range_days: shortest and longest time between them, days.
    """

    kind: Literal["follow-up-marker"]
    cohort: Patients
    interval_days: Positive
    interval_range_days: tuple[int, int]
    markers: Annotated[tuple[MarkerChange, ...], Field(min_length=1)]


Study = LogisticStudy | StrataStudy | MarkerStudy

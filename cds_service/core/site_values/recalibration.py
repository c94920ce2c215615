"""A study's figures refitted to a site's patients: its `recalibration.toml`.

`kyphoplasty-cds validate --refit` writes it, one table for each study. It takes the
place of the shift to a site's incidence (docs/evidence.md, step 10) for its study.
"""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from cds_service.core.data_file import DataTable

Finite = Annotated[float, Field(allow_inf_nan=False)]
Pair = tuple[Finite, Finite]


class SetShift(DataTable):
    """The further shift of figures from one set of known inputs.

    Attributes:
        inputs: the findings that were known.
        shift: log odds, shrunken towards 0 by how little the sets differ.
        variance: variance of the shift.
        n: local patients of whom these inputs, and no others, were known.
    """

    inputs: tuple[str, ...]
    shift: Finite
    variance: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    n: Annotated[int, Field(gt=0)]
    events: Annotated[int, Field(gt=0)]


class Recalibration(DataTable):
    """A study's figures moved to local patients, with the origin of the fit.

    Log odds here = intercept + slope x log odds of the study.

    Attributes:
        covariance: 2 x 2, of intercept and slope; 0 for a slope that was not fitted.
        n: local patients whose figure would be shown, and whose outcome is known.
        events: those of them with the outcome.
        months: time over which outcomes were counted; None if the file did not say.
        first: day of the earliest procedure, if the file gave days.
        last: day of the latest procedure, likewise.
        study_version: version of the study's file, for people.
        table_digest: digest of the study's numbers; if they are others now, the
            recalibration is stale.
        outcomes_digest: sha256 of the file of outcomes.
        sets: sets of known inputs that differ from the rest here; none for the pooled
            model.
    """

    method: Literal["intercept", "intercept-and-slope"]
    intercept: Finite
    slope: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    covariance: tuple[Pair, Pair]
    n: Annotated[int, Field(gt=0)]
    events: Annotated[int, Field(gt=0)]
    months: Annotated[int, Field(gt=0)] | None = None
    first: date | None = None
    last: date | None = None
    study_version: str
    table_digest: str
    outcomes_digest: str
    fitted: date
    sets: tuple[SetShift, ...] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        (of_intercept, upper), (lower, of_slope) = self.covariance
        is_symmetric = upper == lower
        is_negative = min(of_intercept, of_slope) < 0
        has_variances = not is_negative and of_intercept * of_slope >= upper * lower
        if not (is_symmetric and has_variances):
            raise ValueError("covariance: must be symmetric and not negative")
        if self.events >= self.n:
            raise ValueError("events: must be fewer than n")
        if self.method == "intercept" and self.slope != 1:
            raise ValueError("slope: must be 1 if the intercept alone was fitted")
        return self

    def for_inputs(self, known: frozenset[str]) -> Self:
        """Return this recalibration for a patient of whom these inputs are known.

        Its `sets` then holds the one that applies, or none.
        """
        if not self.sets:
            return self
        fitting = (one for one in self.sets if known == {*one.inputs})
        set_shift = next(fitting, None)
        if set_shift is None:
            return self.model_copy(update={"sets": ()})
        (of_intercept, of_both), row_of_slope = self.covariance
        update = {
            "intercept": self.intercept + set_shift.shift,
            "covariance": ((of_intercept + set_shift.variance, of_both), row_of_slope),
            "sets": (set_shift,),
        }
        return self.model_copy(update=update)

    @property
    def incidence(self) -> float:
        """Return the share of the local patients with the outcome, 0..1."""
        return self.events / self.n

    @property
    def years(self) -> str:
        """Write `2024-2026` with a dash, `2025`, or nothing if no days are known."""
        if self.first is None or self.last is None:
            return ""
        first, last = self.first.year, self.last.year
        return str(first) if first == last else f"{first}–{last}"

    def to_json(self) -> dict[str, Any]:
        """Write the line and the patients of the fit, for the cards of models."""
        keys = {
            "method",
            "intercept",
            "slope",
            "n",
            "events",
            "months",
            "first",
            "last",
        }
        return self.model_dump(mode="json", include=keys, exclude_none=True)

    def move(self, log_odds: float) -> float:
        """Turn log odds of the study into those here."""
        return self.intercept + self.slope * log_odds

    def own(self, log_odds: float) -> float:
        """Turn log odds here into those of the study."""
        return (log_odds - self.intercept) / self.slope

    def variance_at(self, log_odds: float) -> float:
        """Return the variance that the fit adds at these log odds of the study."""
        (of_intercept, of_both), (_, of_slope) = self.covariance
        variance = of_intercept + 2 * of_both * log_odds + of_slope * log_odds**2
        return max(0.0, variance)

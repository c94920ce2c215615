"""The values that a site may set, with their defaults from `policy.toml`.

This is schema and merging only: no file is read here.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_serializer, model_validator

from cds_service.core.data_file import DataTable
from cds_service.core.site_values.recalibration import Recalibration

HALF = 0.5  # a patient: taken instead of a count of 0
Share = Annotated[float, Field(gt=0, lt=1)]
SarcopeniaCriteria = Literal["awgs-2019", "ewgsop2", "awgs-2025", "study"]


class BracePolicy(DataTable):
    """Limits of bracing in weeks, and the days after an augmentation with an answer.

    Attributes:
        card: `always` shows the limits with every augmentation, `when-needed` only if
            an order concerns them.
        indicator: the colour of a brace beyond the limit.
    """

    max_weeks: int = Field(gt=0, le=52)
    review_weeks: int = Field(gt=0, le=52)
    only_days: int = Field(ge=0, le=730)
    card: Literal["when-needed", "always"]
    indicator: Literal["info", "warning"]


class BedRestPolicy(DataTable):
    """Hours of bed rest after the procedure that are routine."""

    max_hours: int = Field(gt=0, le=168)


class NutritionPolicy(DataTable):
    """Thresholds of the dietitian referral: BMI in kg/m2, MNA in points of 30."""

    bmi_below: float
    mna_below: float


class SarcopeniaPolicy(DataTable):
    """The ruler of the referral; the model's input keeps the study's own."""

    criteria: SarcopeniaCriteria


class Incidence(DataTable):
    """Shares of patients with the outcome, 0..1, by outcome; absent if not known."""

    refracture: Share | None = None
    residual_pain: Share | None = None

    def of(self, outcome: str) -> float | None:
        """Return the incidence of one outcome, or None."""
        return self.refracture if outcome == "refracture" else self.residual_pain


class SiteIncidence(DataTable):
    """A site's count of one outcome over `months`: events, or a share alone.

    Attributes:
        incidence: share of patients, 0..1; serves the studies of the same horizon
            alone.
        events: how many of `patients` had the outcome; serves the pooled model as well.
    """

    incidence: Share | None = None
    events: int | None = Field(default=None, ge=0)
    patients: int | None = Field(default=None, gt=0)
    months: int = Field(gt=0, le=240)

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Self:
        if (self.events is None) != (self.patients is None):
            raise ValueError("events and patients belong together")
        if (self.incidence is None) == (self.events is None):
            raise ValueError(
                "give events and patients, or incidence if they are not known"
            )
        if (
            self.events is not None
            and self.patients is not None
            and self.events > self.patients
        ):
            raise ValueError("events: must not be more than patients")
        return self

    @property
    def share(self) -> float:
        """Return the share with the outcome, 0..1.

        A share of 0 or 1 is moved inwards by about half a patient.
        """
        if self.events is None or self.patients is None:
            return self.incidence or HALF
        least = HALF / (self.patients + 1)
        return min(max(self.events / self.patients, least), 1 - least)


def _with_horizon(value: Any) -> Any:
    if isinstance(value, int | float):
        example = "{ events = 24, patients = 300, months = 24 }"
        # pydantic reports a ValueError, and lets a TypeError through
        raise ValueError(f"an incidence needs its horizon: {example}")  # noqa: TRY004
    return value


WithHorizon = Annotated[SiteIncidence | None, BeforeValidator(_with_horizon)]


class SiteBaseline(DataTable):
    """`[baseline]`: the incidences that a site observes, by outcome."""

    refracture: WithHorizon = None
    residual_pain: WithHorizon = None

    def of(self, outcome: str, months: int) -> float | None:
        """Return the site's incidence within exactly so many months, or None."""
        observed = self.refracture if outcome == "refracture" else self.residual_pain
        if observed is None or observed.months != months:
            return None
        return observed.share


class SiteScale(DataTable):
    """A measure in the site's own patients without pain or fracture, on its scanner."""

    mean: float = Field(allow_inf_nan=False)
    sd: float = Field(gt=0, allow_inf_nan=False)
    n: int = Field(ge=2)


class SiteReferences(DataTable):
    """`[reference]`: site references of measures that differ between scanners."""

    vbq: SiteScale | None = None

    def of(self, finding: str) -> SiteScale | None:
        """Return the site's scale of one finding, or None."""
        return self.vbq if finding == "vbq" else None


class BandPolicy(DataTable):
    """The limits of "high" and "above" in a study; no site sets them.

    Attributes:
        high_ratio: a figure is "high" from this multiple of the baseline in force.
        high_risk: it is also "high" from this risk, 0..1.
        above_points: least difference between figure and reference, 0..1, at which a
            figure of 10 % and more is "above".
        above_points_small: the same for a figure under 10 %.
    """

    high_ratio: float = Field(gt=1)
    high_risk: Share
    above_points: Share
    above_points_small: Share


class SuggestionsPolicy(DataTable):
    """Orders that a site's order sets offer already: no card has a button for them."""

    fls_in_order_set: bool


class DischargePolicy(DataTable):
    """Settings for a patient who leaves after an augmentation.

    Attributes:
        days: number of days after an augmentation in which a discharge is about it.
        biopsy_owner: who looks at a result that comes later, `surgical ward`.
    """

    days: int = Field(ge=1, le=365)
    biopsy_owner: str = Field(max_length=40)


class FeedbackPolicy(DataTable):
    """Keep what users write with an override: it is free text about a patient."""

    user_comments: bool


class ShowingPolicy(DataTable):
    """Conditions for showing a study's figure. Shares 0..1; the shift in log odds.

    Attributes:
        inputs_known: share of the study's information from which on it has a figure.
        inputs_on_card: share from which on it may have a line on a card.
        disagreement: least difference between two studies that disagree, on a common
            baseline.
        baseline_shift_warning: least difference of a site's incidence from the study's
            that is warned of.
    """

    inputs_known: Share
    inputs_on_card: Share
    disagreement: Share
    baseline_shift_warning: float = Field(gt=0)


class Policy(DataTable):
    """All of `policy.toml`, with a site's values merged in by `with_site`.

    Attributes:
        recalibration: by study; of a site that refitted a study to its own patients.
        set_by_site: keys of the site's `[policy]` table, so that a text can name the
            source of a number.
    """

    brace: BracePolicy
    bed_rest: BedRestPolicy
    nutrition: NutritionPolicy
    sarcopenia: SarcopeniaPolicy
    baseline: SiteBaseline
    reference: SiteReferences
    pooled_incidence: Incidence
    bands: BandPolicy
    showing: ShowingPolicy
    feedback: FeedbackPolicy
    suggestions: SuggestionsPolicy
    discharge: DischargePolicy
    recalibration: Mapping[str, Recalibration] = Field(default_factory=dict)
    set_by_site: frozenset[str] = frozenset()

    @field_serializer("set_by_site")
    def _in_order(self, keys: frozenset[str]) -> list[str]:
        """Sort the keys: the digest of a policy must be the same in every process."""
        return sorted(keys)

    def with_site(
        self,
        baseline: Mapping[str, Any],
        policy: Mapping[str, Any],
        reference: Mapping[str, Any] | None = None,
    ) -> "Policy":
        """Lay a site's `[baseline]`, `[policy]` and `[reference]` over these values.

        Raises:
            pydantic.ValidationError: a value is outside its range.
            KeyError: `[policy]` has a key that no policy table knows.
        """
        tables = self.model_dump(by_alias=True)
        tables["baseline"] = {**tables["baseline"], **baseline}
        tables["reference"] = {**tables["reference"], **(reference or {})}
        for key, value in policy.items():
            table, name = SITE_KEYS[key]
            tables[table][name] = value
        return Policy.model_validate({**tables, "set-by-site": frozenset(policy)})


SITE_KEYS: Mapping[str, tuple[str, str]] = {
    "brace-max-weeks": ("brace", "max-weeks"),
    "brace-review-weeks": ("brace", "review-weeks"),
    "brace-only-days": ("brace", "only-days"),
    "brace-card": ("brace", "card"),
    "brace-indicator": ("brace", "indicator"),
    "sarcopenia-criteria": ("sarcopenia", "criteria"),
    "bed-rest-max-hours": ("bed-rest", "max-hours"),
    "fls-in-order-set": ("suggestions", "fls-in-order-set"),
    "discharge-days": ("discharge", "days"),
    "discharge-biopsy-owner": ("discharge", "biopsy-owner"),
    "feedback-user-comments": ("feedback", "user-comments"),
}
# Keys of a site's `[policy]` that earlier versions had, with what to do instead.
_NO_REPEATS = (
    "is retired: an accepted card shortens nothing any more,"
    " and how long an override counts depends on its reason; delete this line"
)
_NO_BANDS = (
    "is retired: a figure no longer sets a card's colour, so this limit has no effect;"
    " delete this line"
)
RETIRED_KEYS: Mapping[str, str] = {
    **dict.fromkeys(("repeats-enabled", "repeats-days"), _NO_REPEATS),
    **dict.fromkeys(("band-high-ratio", "band-high-risk"), _NO_BANDS),
}

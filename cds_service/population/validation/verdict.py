"""Say a validation in three plain sentences: the verdict, what to do, how sure.

The limits are policy, and are in docs/validate.md.
"""

from typing import Literal, NamedTuple

from cds_service.population.validation.performance import FEWEST, Estimate, Performance

Verdict = Literal["fits", "does not fit", "unclear", "too few"]
RATIO = (0.8, 1.25)  # observed / expected within which figures are near enough
SLOPE = (0.7, 1.3)  # calibration slope likewise
# Within which the whole interval has to lie before anybody says that a model fits.
SURE_OF_RATIO, SURE_OF_SLOPE = (0.67, 1.5), (0.5, 1.5)


class Sentences(NamedTuple):
    """The three sentences, and the verdict in one word for programs."""

    verdict: Verdict
    first: str
    second: str
    third: str

    def __str__(self) -> str:
        return f"{self.first} {self.second} {self.third}"


def judge(measured: Performance, unknown: int) -> Sentences:
    """Judge one model on local patients.

    Args:
        unknown: patients whose outcome is not known.
    """
    verdict = _verdict(measured)
    first = {
        "fits": "It fits here",
        "does not fit": "Do not use it here",
        "unclear": "Whether it fits here is not clear",
        "too few": "Too few patients to say whether it fits here",
    }[verdict]
    second = {
        "fits": "Measure it again on the patients of the next year.",
        "does not fit": "Recalibrate it (--refit), or switch its figures off.",
        "unclear": "Go on counting; the intervals below hold both answers.",
        "too few": "Go on counting; --plan says how many patients it takes.",
    }[verdict]
    return Sentences(
        verdict, f"{first}: {_facts(measured)}.", second, _how_sure(measured, unknown)
    )


def _verdict(measured: Performance) -> Verdict:
    ratio, slope = measured.observed_expected, measured.calibration_slope
    if ratio is None or min(measured.events, measured.n - measured.events) < FEWEST:
        return "too few"
    if _is_outside(ratio, RATIO) or (slope is not None and _is_outside(slope, SLOPE)):
        return "does not fit"
    is_sure = _is_near(ratio, RATIO, SURE_OF_RATIO) and (
        slope is not None and _is_near(slope, SLOPE, SURE_OF_SLOPE)
    )
    return "fits" if is_sure else "unclear"


def _is_outside(estimate: Estimate, limits: tuple[float, float]) -> bool:
    """Tell if the whole interval lies outside."""
    low, high = estimate.interval
    return high < limits[0] or low > limits[1]


def _is_near(
    estimate: Estimate, limits: tuple[float, float], sure: tuple[float, float]
) -> bool:
    """Tell if the value lies within the limits, and its interval is narrow enough."""
    low, high = estimate.interval
    is_narrow = sure[0] <= low and high <= sure[1]
    return limits[0] <= estimate.value <= limits[1] and is_narrow


def _facts(measured: Performance) -> str:
    """Write `said 31 %, happened 14 %; slope 0.24`."""
    predicted, observed = measured.mean_figure, measured.share
    if predicted is None or observed is None:
        return "no patient has a known outcome"
    slope = (
        f"; slope {measured.calibration_slope.value:.2f}"
        if measured.calibration_slope
        else ""
    )
    facts = f"said {predicted:.0%}, happened {observed:.0%}".replace("%", " %")
    return facts + slope.replace("-", "−")


def _how_sure(measured: Performance, unknown: int) -> str:
    patients = f"{measured.n} patients, {measured.events} with the outcome"
    missing = f", {unknown} more whose outcome is not known" if unknown else ""
    if measured.observed_expected is None:
        return f"It rests on {patients}{missing}."
    low, high = (f"{end:.2f}" for end in measured.observed_expected.interval)
    return f"It rests on {patients}{missing}; observed / expected is {low} to {high}."

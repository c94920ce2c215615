"""What a validation says, in three plain sentences: the verdict, what to do, how sure.

The limits are policy, and stand in docs/validate.md.
"""

from typing import Literal, NamedTuple

from cds_service.population.performance import FEWEST, Estimate, Performance

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


def judge(found: Performance, unknown: int) -> Sentences:
    """Judge one model on local patients.

    Args:
        unknown: patients whose outcome is not known.
    """
    verdict = _verdict(found)
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
        verdict, f"{first}: {_facts(found)}.", second, _how_sure(found, unknown)
    )


def _verdict(found: Performance) -> Verdict:
    ratio, slope = found.observed_expected, found.calibration_slope
    if ratio is None or min(found.events, found.n - found.events) < FEWEST:
        return "too few"
    if _is_outside(ratio, RATIO) or (slope is not None and _is_outside(slope, SLOPE)):
        return "does not fit"
    is_sure = _is_near(ratio, RATIO, SURE_OF_RATIO) and (
        slope is not None and _is_near(slope, SLOPE, SURE_OF_SLOPE)
    )
    return "fits" if is_sure else "unclear"


def _is_outside(found: Estimate, limits: tuple[float, float]) -> bool:
    """Tell if the whole interval lies outside."""
    low, high = found.interval
    return high < limits[0] or low > limits[1]


def _is_near(
    found: Estimate, limits: tuple[float, float], sure: tuple[float, float]
) -> bool:
    """Tell if the value lies within the limits, and its interval is narrow enough."""
    low, high = found.interval
    is_narrow = sure[0] <= low and high <= sure[1]
    return limits[0] <= found.value <= limits[1] and is_narrow


def _facts(found: Performance) -> str:
    """`said 31 %, happened 14 %; slope 0.24`."""
    said, happened = found.mean_figure, found.share
    if said is None or happened is None:
        return "no patient has a known outcome"
    slope = (
        f"; slope {found.calibration_slope.value:.2f}"
        if found.calibration_slope
        else ""
    )
    facts = f"said {said:.0%}, happened {happened:.0%}".replace("%", " %")
    return facts + slope.replace("-", "−")


def _how_sure(found: Performance, unknown: int) -> str:
    patients = f"{found.n} patients, {found.events} with the outcome"
    missing = f", {unknown} more whose outcome is not known" if unknown else ""
    if found.observed_expected is None:
        return f"It rests on {patients}{missing}."
    low, high = (f"{end:.2f}" for end in found.observed_expected.interval)
    return f"It rests on {patients}{missing}; observed / expected is {low} to {high}."

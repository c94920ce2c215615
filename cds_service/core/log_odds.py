"""Log odds, probabilities, and the range of a figure once its missing inputs are measured (evidence page, step 6)."""

from __future__ import annotations

import math

Interval = tuple[float, float]
EIGHT_IN_TEN = (0.1, 0.9)
CLOSE = 1e-10  # log odds; Newton converges quadratically, so the remaining error is about its square
MOST_STEPS = 200  # a handful are needed
ROOT_2, ROOT_2PI = math.sqrt(2), math.sqrt(2 * math.pi)


def expit(log_odds: float) -> float:
    """Probability, 0..1, without overflow."""
    if log_odds >= 0:
        return 1 / (1 + math.exp(-log_odds))
    return math.exp(log_odds) / (1 + math.exp(log_odds))


def logit(probability: float) -> float:
    """Log odds."""
    return math.log(probability / (1 - probability))


def if_measured(log_odds: float, distance: float) -> Interval:
    """Step 6: 10th and 90th percentile of what the figure would be once all is measured.

    Its log odds follow p·N(log odds + d/2, d) + (1 - p)·N(log odds - d/2, d), d = 2(sqrt(1 + distance) - 1), whose
    mean risk is the risk itself: measuring cannot on average change the figure.
    """
    spread = 2 * (math.sqrt(1 + distance) - 1)
    if spread <= 0:
        return expit(log_odds), expit(log_odds)
    low, high = (_mixture_percentile(share, log_odds, spread) for share in EIGHT_IN_TEN)
    return expit(low), expit(high)


def _mixture_percentile(share: float, log_odds: float, spread: float) -> float:
    """Newton's method; a step that leaves the bracketing interval is replaced by its midpoint."""
    risk, deviation, half = expit(log_odds), math.sqrt(spread), spread / 2
    low, high = log_odds - half - 10 * deviation, log_odds + half + 10 * deviation
    point = log_odds
    for _ in range(MOST_STEPS):
        upper, lower = (point - log_odds - half) / deviation, (point - log_odds + half) / deviation
        excess = risk * _share_below(upper) + (1 - risk) * _share_below(lower) - share
        low, high = (point, high) if excess < 0 else (low, point)
        density = risk * math.exp(-upper * upper / 2) + (1 - risk) * math.exp(-lower * lower / 2)
        step = excess * deviation * ROOT_2PI / density if density else math.inf
        if abs(step) < CLOSE:
            return point - step
        point = point - step if low < point - step < high else (low + high) / 2
    return point


def _share_below(deviations: float) -> float:
    """Of the normal distribution."""
    return math.erfc(-deviations / ROOT_2) / 2

"""Log odds, probabilities, and what a figure may become once what is missing was measured (evidence page, step 6)."""

from __future__ import annotations

import math

Interval = tuple[float, float]
EIGHT_IN_TEN = (0.1, 0.9)


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
    risk, deviation, erfc, root = expit(log_odds), math.sqrt(spread), math.erfc, math.sqrt(2)
    low, high = log_odds - spread / 2 - 10 * deviation, log_odds + spread / 2 + 10 * deviation
    while low < (middle := (low + high) / 2) < high:
        upper = erfc(-((middle - log_odds - spread / 2) / deviation) / root) / 2  # shares of the normal distribution
        lower = erfc(-((middle - log_odds + spread / 2) / deviation) / root) / 2
        too_low = risk * upper + (1 - risk) * lower < share
        low, high = (middle, high) if too_low else (low, middle)
    return middle

"""Where figures may go once what is missing was measured, against the distribution of the evidence page itself."""

from math import exp, log, sqrt
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.core.prediction import if_measured

LOG_ODDS = st.floats(-8, 8)
DISTANCES = st.floats(1e-6, 60)


def share_of_figures_below(risk, log_odds, distance):
    """Step 6: p·N(log odds + d/2, d) + (1 - p)·N(log odds - d/2, d), d = 2(sqrt(1 + distance) - 1)."""
    spread, odds = 2 * (sqrt(1 + distance) - 1), exp(log_odds)
    p, at = odds / (1 + odds), log(risk / (1 - risk))
    above, below = (NormalDist(log_odds + sign * spread / 2, sqrt(spread)) for sign in (1, -1))
    return p * above.cdf(at) + (1 - p) * below.cdf(at)


@given(LOG_ODDS, DISTANCES)
def test_one_figure_in_ten_lies_below_the_range_and_one_above(log_odds, distance):
    low, high = if_measured(log_odds, distance)
    assert share_of_figures_below(low, log_odds, distance) == pytest.approx(0.1, abs=1e-7)
    assert share_of_figures_below(high, log_odds, distance) == pytest.approx(0.9, abs=1e-7)


@given(LOG_ODDS)
def test_where_nothing_is_left_to_measure_the_range_is_the_figure(log_odds):
    assert if_measured(log_odds, 0.0) == pytest.approx((1 / (1 + exp(-log_odds)),) * 2)


@given(LOG_ODDS, st.floats(60, 1e9))
def test_however_much_is_not_known_there_is_a_range(log_odds, distance):
    low, high = if_measured(log_odds, distance)
    assert 0 <= low <= high <= 1

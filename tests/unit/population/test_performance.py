"""Each measure against another library, or against an example that others published."""

import math
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from dcurves import dca
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, roc_auc_score

from cds_service.population.validation.performance import (
    auc_delong,
    calibration_groups,
    decision_curve,
    fit_intercept,
    measure,
    observed_expected,
)
from tests.tables import cases


def drawn(n=1500, slope=0.7, shift=0.4, seed=1):
    """Figures, and outcomes whose true log odds are shift + slope x those of the figure."""
    random = np.random.default_rng(seed)
    log_odds = random.normal(-1.5, 1.2, n)
    outcome = (random.random(n) < 1 / (1 + np.exp(-(shift + slope * log_odds)))).astype(
        float
    )
    return outcome, 1 / (1 + np.exp(-log_odds)), log_odds


PUBLISHED = cases(__file__, "published")
OUTCOME = np.array([float(one) for one in PUBLISHED["poor"]])
VALUE = np.array([float(one) for one in PUBLISHED["s100b"].split()])


def test_auc_and_its_interval_are_those_that_proc_prints():
    """R, pROC 1.19: `roc(aSAH$outcome, aSAH$s100b, ci = TRUE)`: 0.7314, 95 % CI 0.6301-0.8326 (DeLong)."""
    assert (len(OUTCOME), int(OUTCOME.sum())) == (113, 41)
    found = auc_delong(OUTCOME, VALUE)
    assert (round(found.value, 4), *(round(end, 4) for end in found.interval)) == (
        0.7314,
        0.6301,
        0.8326,
    )


def test_calibration_is_that_of_r():
    """R 4.2, `confint.default` of `glm(y ~ lp)` and `glm(y ~ 1, offset = lp)`, binomial, lp the log of S100β."""
    found = measure(list(OUTCOME), list(VALUE / (1 + VALUE)))
    slope, intercept = found.calibration_slope, found.calibration_intercept
    assert (slope.value, *slope.interval) == pytest.approx(
        (1.120177, 0.590990, 1.649365), abs=2e-5
    )
    assert (intercept.value, *intercept.interval) == pytest.approx(
        (1.163641, 0.747862, 1.579420), abs=2e-5
    )
    assert found.brier == pytest.approx(0.2294234, abs=1e-7)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.99])
def test_figures_that_are_extreme_and_wrong_have_an_intercept(share):
    """Events as by the figures or not, 0 and 1 among them: as many are expected, once it is added, as were observed."""
    outcome, log_odds = np.arange(100) < 100 * share, np.array([-30.0, 30.0] * 50)
    value, error = fit_intercept(outcome.astype(float), log_odds)
    assert (1 / (1 + np.exp(-value - log_odds))).sum() == pytest.approx(
        outcome.sum(), abs=1e-6
    )
    assert 0 < error < 1e6
    assert abs(measure(list(outcome), [0.0, 1.0] * 50).calibration_intercept.value) < 40


def test_brier_and_auc_are_those_of_scikit_learn():
    outcome, risk, _ = drawn()
    found = measure(list(outcome.astype(bool)), list(risk))
    assert found.brier == pytest.approx(brier_score_loss(outcome, risk))
    assert found.auc.value == pytest.approx(roc_auc_score(outcome, risk))


def test_curve_is_that_of_scikit_learn():
    outcome, risk, _ = drawn(n=1000)
    share, figure = calibration_curve(outcome, risk, n_bins=10, strategy="quantile")
    points = calibration_groups(outcome, risk)
    assert {one.n for one in points} == {100}
    assert [one.predicted for one in points] == pytest.approx(list(figure))
    assert [one.observed for one in points] == pytest.approx(list(share))


@pytest.mark.parametrize(
    "counts",
    [(38, 2, 160), (25, 175), (1, 199), (199, 1), (15, 15, 15), (7,) * 29, (200,)],
)
def test_no_point_of_the_curve_is_of_few_patients_or_parts_equal_figures(counts):
    risk = np.repeat(np.linspace(0.1, 0.9, len(counts)), counts)
    points = calibration_groups((np.arange(len(risk)) % 3 == 0).astype(float), risk)
    assert all(one.n >= 20 for one in points)
    assert sum(one.n for one in points) in (0, len(risk))
    assert len(points) != 1


def test_decision_curve_is_that_of_dcurves_on_its_example():
    """The data of the tutorial of decisioncurveanalysis.org, 750 men, 105 cancers."""
    data = pd.read_csv(files("dcurves") / "data" / "df_binary.csv")
    outcome, risk = (
        data["cancer"].to_numpy(float),
        data["cancerpredmarker"].to_numpy(float),
    )
    ours = decision_curve(outcome, risk)
    theirs = dca(
        data=data,
        outcome="cancer",
        modelnames=["cancerpredmarker"],
        thresholds=[one.threshold for one in ours],
    )
    for name, column in (("cancerpredmarker", "model"), ("all", "all")):
        benefit = theirs[theirs["model"] == name].sort_values("threshold")[
            "net_benefit"
        ]
        assert [getattr(one, column) for one in ours] == pytest.approx(
            list(benefit), abs=1e-9
        )


def test_observed_over_expected_by_hand():
    """30 of 200 where 20 were expected: 1.5, times and through exp(1.96 sqrt(0.85 / 30)) = 1.391."""
    outcome = np.repeat([1.0, 0.0], [30, 170])
    found = observed_expected(outcome, np.full(200, 0.1))
    assert found.value == pytest.approx(1.5)
    assert found.interval == pytest.approx((1.5 / 1.391, 1.5 * 1.391), abs=0.001)
    assert math.sqrt(math.prod(found.interval)) == pytest.approx(1.5)


def repeated(runs):
    return [value for value, times in runs for _ in range(times)]


@pytest.mark.parametrize(
    ("outcome", "risk", "nulls", "said"),
    cases(__file__, "what_the_data_cannot_carry_is_missing_with_its_reason"),
)
def test_what_the_data_cannot_carry_is_missing_with_its_reason(
    outcome, risk, nulls, said
):
    found = measure(repeated(outcome), repeated(risk))
    measures = (
        "observed_expected",
        "calibration_intercept",
        "calibration_slope",
        "auc",
        "brier",
    )
    assert {name for name in measures if getattr(found, name) is None} == set(nulls)
    assert any(said in note for note in found.notes)
    assert any("Collins 2016" in note for note in found.notes)


def test_intervals_hold_the_truth_in_95_of_100():
    """Of 200 sets of 600 patients whose figures are right: 0 and 1 lie in the intervals of intercept and slope."""
    held = {"intercept": 0, "slope": 0, "ratio": 0}
    for seed in range(200):
        outcome, risk, _ = drawn(n=600, slope=1.0, shift=0.0, seed=seed)
        found = measure(list(outcome.astype(bool)), list(risk))
        for name, one, truth in (
            ("intercept", found.calibration_intercept, 0),
            ("slope", found.calibration_slope, 1),
            ("ratio", found.observed_expected, 1),
        ):
            held[name] += one.interval[0] <= truth <= one.interval[1]
    assert all(182 <= count <= 199 for count in held.values()), held

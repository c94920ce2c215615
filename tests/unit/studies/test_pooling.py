"""Pooling of published results: the table of the pooled model, and the routines behind it."""

import math

import numpy as np
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from cds_service.core.models.pooled_study import Entry
from cds_service.studies.pooled_model import pooled_table
from cds_service.studies.pooling import paule_mandel, pool_entries
from tests.chart_builders import open_service

STUDY, TABLE = open_service().pooled.study, open_service().pooled.table

# From an independent calculation: mean, SE, tau; with all hospitals in; who is left
# out.
RESULTS = {
    "t": ((-0.49415, 0.07252, 0.23668), (-0.48443, 0.07279, 0.59804)),
    "hu": ((-0.02133, 0.00817, 0.01696), (-0.02133, 0.00817, 0.01696)),
    "bmi": ((-0.04471, 0.02360, 0.03189), (-0.09085, 0.08619, 0.17454)),
    "age": ((0.03085, 0.00928, 0.02883), (0.03435, 0.00962, 0.07072)),
    "female": ((0.33235, 0.09963, 0.26774), (0.33235, 0.09963, 0.26774)),
    "fracture": ((0.62850, 0.23773, 0.31425), (1.08411, 0.46412, 0.88220)),
    "steroids": ((0.83273, 0.25220, 0.50083), (0.83273, 0.25220, 0.50083)),
    "levels": ((0.57782, 0.12181, 0.28891), (0.57782, 0.12181, 0.28891)),
    "sarcopenia": ((0.81440, 0.30133, 0.40720), (0.81440, 0.30133, 0.40720)),
}
LEFT_OUT = {
    "t": ("sarcopenia-pvm-2022", 2.3, False),
    "bmi": ("sarcopenia-pvm-2022", 2.6, False),
    "age": ("sarcopenia-pvm-2022", 3.2, True),
    "fracture": ("BMC MSD 2023", 3.6, True),
}


def numbers(pooled):
    return (pooled.mean, pooled.se, pooled.tau)


def test_every_input_has_a_result():
    assert set(TABLE.coefficients) == set(RESULTS) == set(STUDY.by_id)


@pytest.mark.parametrize("name", RESULTS)
def test_the_shipped_results_are_those_of_an_independent_calculation(name):
    found, (expected, all_in) = TABLE.coefficients[name], RESULTS[name]
    assert numbers(found) == pytest.approx(expected, abs=0.001)
    assert numbers(found.all_in) == pytest.approx(all_in, abs=0.001)


@pytest.mark.parametrize("name", RESULTS)
def test_the_hospital_farthest_from_the_rest_is_named(name):
    left_out = TABLE.coefficients[name].left_out
    if name not in LEFT_OUT:
        assert left_out is None
        return
    study, distance, of_mean = LEFT_OUT[name]
    assert (left_out.study, left_out.of_mean) == (study, of_mean)
    assert left_out.distance == pytest.approx(distance, abs=0.05)


def test_the_baseline_is_that_of_an_independent_calculation():
    assert numbers(TABLE.baseline) == pytest.approx((-1.614, 0.120, 0.466), abs=0.001)


@pytest.mark.parametrize("one", STUDY.inputs, ids=lambda one: one.id)
def test_the_file_gives_the_shipped_results(one):
    fresh, shipped = pool_entries(one.entries), TABLE.coefficients[one.id]
    assert numbers(fresh) == pytest.approx(numbers(shipped), abs=1e-8)


def test_few_points_already_give_the_shipped_centres():
    fresh = pooled_table(STUDY, points=2**9)
    for bone, shipped in TABLE.centres.items():
        found = fresh.centres[bone]
        assert found.log_odds == shipped.log_odds
        assert found.intercepts == pytest.approx(shipped.intercepts, abs=0.02)


# --- routines


def test_tau_is_that_of_statsmodels():
    values = np.array([-0.677, -1.81, -0.384, -0.1])
    variances = np.array([0.19, 0.53, 0.30, 0.1]) ** 2
    theirs = combine_effects(values, variances, method_re="iterated", atol=1e-12)
    assert paule_mandel(values, variances) == pytest.approx(math.sqrt(theirs.tau2))


@pytest.mark.parametrize("values", [[0.3], [0.3, 0.31, 0.29]])
def test_one_value_or_alike_ones_do_not_differ(values):
    assert paule_mandel(np.array(values), np.full(len(values), 0.04)) == 0


def entry(log_odds, se, study="A", design="cohort", *, in_mean=True):
    return Entry(
        study=study,
        design=design,
        log_odds=log_odds,
        se=se,
        in_mean=in_mean,
        note="as printed",
        source="not recorded",
        read="abstract",
    )


def test_from_few_hospitals_the_difference_is_at_least_half_the_mean():
    found = pool_entries(
        [entry(0.8, 0.3, design="meta-analysis"), entry(0.8, 0.3, "B")]
    )
    assert numbers(found) == pytest.approx((0.8, (1 / 0.09 + 1 / 0.25) ** -0.5, 0.4))


def test_five_hospitals_that_agree_do_not_differ():
    found = pool_entries([entry(0.8, 0.3, name) for name in "ABCDE"])
    assert numbers(found) == pytest.approx((0.8, 0.3 / math.sqrt(5), 0))


def test_an_entry_inside_another_moves_the_difference_and_not_the_mean():
    mean = [entry(0.5, 0.1, "M", "meta-analysis")]
    inside = [
        entry(at, 0.1, f"H{at}", in_mean=False) for at in (0.1, 0.3, 0.5, 0.7, 0.9)
    ]
    found = pool_entries(mean + inside)
    assert found.mean == pytest.approx(0.5)
    assert found.tau > 0.2


def test_a_lone_hospital_is_not_left_out():
    lone = [entry(0.5, 0.1, "M", "meta-analysis"), entry(3.0, 0.1, "B")]
    assert pool_entries(lone).left_out is None


# --- sources


@pytest.mark.parametrize("one", STUDY.inputs, ids=lambda one: one.id)
def test_every_entry_says_what_was_read_and_where_or_that_it_is_not_recorded(one):
    for source in one.entries:
        assert source.source == "not recorded" or source.source.startswith("https://")
        assert source.read in ("abstract", "full text")
        assert source.note


def test_no_meta_analysis_enters_the_baseline():
    names = {one.study for one in STUDY.rates}
    assert not names & {"Liu 2025", "Dai 2022", "Cao 2016", "Nguyen 2025"}
    assert len(names) == len(STUDY.rates) == 17

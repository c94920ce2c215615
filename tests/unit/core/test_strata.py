"""Strata and the follow-up marker."""

import math
from datetime import date, timedelta

import pytest
from study_samples import STUDIES

from cds_service.core.models.strata import (
    compare_with_marker,
    place_in_strata,
    stratum_of,
    wilson_interval,
)
from tests.fact_builders import facts, finding

PLVI, MUSCLE = STUDIES["psoas-plvi-2024"], STUDIES["muscle-change-2021"]
# 246 days apart; the study's mean is 247
FIRST, LAST = date(2026, 1, 5), date(2026, 9, 8)
AUGMENTED = finding("prior-augmentation", True, observed=date(2026, 1, 9))._replace(
    label="kyphoplasty"
)


def compared(*changes, augmented=AUGMENTED, study=MUSCLE):
    """These changes beside the marker; a change is its name, its value, and what else is said of it."""
    known = [
        finding(name, value, observed=LAST)._replace(**{"since": FIRST, **more})
        for name, value, more in changes
    ]
    return compare_with_marker(
        study, facts(done=augmented, **{one.name: one for one in known})
    )


def area(value=-10.0, **more):
    return ("paraspinal-csa-change", value, more)


@pytest.mark.parametrize(
    ("value", "outcome", "events", "rate"),
    [
        (0.79, "refracture", 8, 0.111),
        (0.8, "refracture", 3, 0.042),
        (0.79, "residual-pain", 6, 0.083),
        (0.791, "residual-pain", 2, 0.028),
    ],
)
def test_the_stratum_of_a_value_has_its_printed_rate(value, outcome, events, rate):
    found = stratum_of(PLVI, outcome, value)
    assert (found.counts.events[outcome], found.counts.n, found.study.id) == (
        events,
        72,
        "psoas-plvi-2024",
    )
    assert found.rate == pytest.approx(rate, abs=0.0005)


def test_the_low_stratum_is_that_of_the_contract_a_year_after_vertebroplasty():
    found = stratum_of(PLVI, "refracture", 0.5)
    assert found.interval == pytest.approx((0.057, 0.204), abs=0.0005)
    assert found.counts.label == "PLVI <= 0.79"
    assert (found.study.cohort.horizon_months, found.study.cohort.procedures) == (
        12,
        ("PVP",),
    )


@pytest.mark.parametrize(("events", "n"), [(3, 72), (8, 72), (0, 72), (72, 72), (1, 2)])
def test_wilson_ends_are_where_the_score_test_just_rejects(events, n):
    for end in wilson_interval(events, n):
        if 0 < end < 1:
            assert abs(events / n - end) == pytest.approx(
                1.96 * math.sqrt(end * (1 - end) / n), abs=1e-12
            )


@pytest.mark.parametrize("outcome", ["refracture", "residual-pain"])
def test_fishers_exact_test_gives_the_recomputed_p(outcome):
    few, many = sorted(counts.events[outcome] for counts in PLVI.strata)
    total = few + many

    def chance(count):
        return (
            math.comb(72, count) * math.comb(72, total - count) / math.comb(144, total)
        )

    p = sum(
        chance(count)
        for count in range(total + 1)
        if chance(count) <= chance(few) * (1 + 1e-9)
    )
    assert p == pytest.approx(PLVI.recomputed_p[outcome], abs=0.005)


def test_an_outcome_or_a_value_of_no_stratum_gives_none():
    assert (
        stratum_of(
            PLVI.model_copy(update={"outcomes": ("refracture",)}), "residual-pain", 0.5
        )
        is None
    )
    assert (
        stratum_of(
            PLVI.model_copy(update={"strata": PLVI.strata[:1]}), "refracture", 0.5
        )
        is None
    )


def test_a_patient_is_placed_by_the_finding_and_a_gap_places_nobody():
    assert (
        place_in_strata(PLVI, "refracture", facts({"plvi": 0.7})).counts.label
        == "PLVI <= 0.79"
    )
    assert place_in_strata(PLVI, "refracture", facts()) is None


@pytest.mark.parametrize(
    ("name", "change", "is_in_range"),
    [
        ("paraspinal-csa-change", -10.0, True),
        ("paraspinal-csa-change", -7.5, True),
        ("paraspinal-csa-change", -7.4, False),
        # worse than three quarters of those who had refractured
        ("paraspinal-csa-change", -11.9, True),
        ("paraspinal-csa-change", -1.0, False),
        ("paraspinal-signal-change", 10.0, True),
        ("paraspinal-signal-change", 2.0, False),
        ("paraspinal-ratio-change", -20.0, True),
        ("paraspinal-ratio-change", -30.0, True),
        ("paraspinal-signal-change", 40.0, True),
        ("paraspinal-signal-change", -40.0, False),
        ("paraspinal-csa-change", 12.0, False),
    ],
)
def test_a_change_is_in_range_from_the_near_end_of_one_groups_quartiles_and_outside_the_others(
    name, change, is_in_range
):
    found = compared((name, change, {}))
    assert bool(found.in_range) is is_in_range
    assert (found.first, found.last) == (FIRST, LAST)
    assert found.changes[0].change == change


def test_a_change_inside_both_groups_quartiles_is_not_in_range():
    of_area = MUSCLE.markers[0]
    wide = of_area.model_copy(
        update={
            "not_refractured": of_area.not_refractured.model_copy(update={"q1": -11.0})
        }
    )
    assert (
        compared(area(), study=MUSCLE.model_copy(update={"markers": (wide,)})).in_range
        == ()
    )


def test_only_changes_of_the_newest_two_days_are_compared():
    old = (
        "paraspinal-signal-change",
        10.0,
        {"since": date(2025, 1, 1), "observed": date(2025, 6, 1)},
    )
    assert [change.label for change in compared(area(), old).changes] == ["muscle area"]


@pytest.mark.parametrize(
    ("days_before", "days_after", "is_compared"),
    [
        (4, 92, True),
        (4, 91, False),
        (4, 457, True),
        (4, 458, False),
        (0, 200, False),
        (200, 0, False),
    ],
)
def test_one_mri_before_the_kyphoplasty_and_one_after_it_as_far_apart_as_in_the_study(
    days_before, days_after, is_compared
):
    """96 to 461 days (evidence page, section 2)."""
    done = AUGMENTED.observed
    pair = {
        "since": done - timedelta(days=days_before),
        "observed": done + timedelta(days=days_after),
    }
    assert (compared(area(**pair)) is not None) is is_compared


@pytest.mark.parametrize(
    "augmented",
    [
        AUGMENTED._replace(label="vertebroplasty"),
        AUGMENTED._replace(label=""),
        AUGMENTED._replace(observed=None),
        AUGMENTED._replace(value=False),
    ],
)
def test_only_after_a_kyphoplasty_whose_day_is_known(augmented):
    assert compared(area(), augmented=augmented) is None


def test_what_of_the_measurement_is_not_recorded_stands_beside_the_marker():
    doubt = ("The scanner is not recorded.",)
    assert compared(area(concerns=doubt)).concerns == doubt


def test_without_a_change_or_its_days_there_is_nothing_to_compare():
    assert compared() is None
    assert compared(area(since=None)) is None

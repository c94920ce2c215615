"""The worlds of the simulation are what they say, and its figures are of the studies in force."""

import json

import numpy as np
import pytest

from cds_service.loading import POOLED_SIMULATION, SIMULATION
from tests.chart_builders import open_service
from tests.simulation.__main__ import REPORT
from tests.simulation.elsewhere import (
    ELSEWHERE,
    failures,
    judge_elsewhere,
    worlds_for,
)
from tests.simulation.judging import print_again
from tests.simulation.pooled_worlds import (
    POOLED_WORLDS,
    STUDY,
    WORLDS_BEYOND,
    judge_world,
)
from tests.simulation.report import report, summary
from tests.simulation.worlds import WORLDS, populate

S, N, R = "sarcopenia-pvm-2022", "nvcf-nomogram-2024", "residual-pain-2025"
MODELS = open_service().models
POOLED = json.loads(POOLED_SIMULATION.read_text(encoding="utf-8"))
CASES = [
    *((S, name) for name in WORLDS),
    (N, "skewed"),
    (N, "curved"),
    (R, "related"),
    (R, "two kinds"),
]


@pytest.mark.parametrize(("study", "world"), CASES)
def test_every_printed_number_is_true_in_every_world(study, world):
    printed = MODELS[study].study
    place = populate(printed, WORLDS[world], size=6000, seed=1)
    assert place.weights @ place.risk == pytest.approx(printed.incidence, abs=1e-9)
    for predictor in printed.predictors:
        for name, group in predictor.groups.items():
            share = {
                "event": place.risk,
                "no_event": 1 - place.risk,
                "all": np.ones(6000),
            }[name] * place.weights
            share = share / share.sum()
            if group.mean is not None:
                values = place.column(predictor.finding)
                assert share @ values == pytest.approx(group.mean, abs=1e-6)
                assert np.sqrt(share @ (values - group.mean) ** 2) == pytest.approx(
                    group.sd, abs=1e-6
                )
            elif group.count is not None:
                size = (
                    printed.cohort.events
                    if name == "event"
                    else printed.cohort.n - printed.cohort.events
                )
                assert share @ place.column(predictor.finding) == pytest.approx(
                    group.count / size, abs=1e-6
                )


def test_worlds_differ_in_what_is_not_printed():
    """The correlation of T-score and BMI among patients without refracture, and the shape of the T-score."""
    found = {}
    for name in ("as assumed", "related", "skewed"):
        place = populate(MODELS[S].study, WORLDS[name], size=8000, seed=1)
        share = (1 - place.risk) * place.weights / ((1 - place.risk) @ place.weights)
        away = [
            place.column(one) - share @ place.column(one)
            for one in ("bmd-t-score", "bmi")
        ]
        spread = [np.sqrt(share @ one**2) for one in away]
        skewness = float(share @ (away[0] / spread[0]) ** 3)
        found[name] = (
            float(share @ (away[0] * away[1]) / (spread[0] * spread[1])),
            skewness,
        )
    assert found["related"][0] > found["as assumed"][0] + 0.08
    assert found["skewed"][1] > found["as assumed"][1] + 0.2


def test_a_study_printed_again_is_a_study_of_the_same_size():
    place = populate(MODELS[S].study, WORLDS["as assumed"], size=6000, seed=1)
    again, (slopes, _), area = print_again(place, np.random.default_rng(4))
    assert again.cohort.n == 214
    assert (
        sum(again.predictors[-1].groups["event"].counts.values()) == again.cohort.events
    )
    assert [term.beta for term in again.terms] == pytest.approx(list(slopes))
    assert 0.85 < area < 1


def test_the_shipped_figures_are_of_the_studies_in_force():
    shipped = json.loads(SIMULATION.read_text(encoding="utf-8"))
    assert {name: one["version"] for name, one in shipped["models"].items()} == {
        name: model.study.version for name, model in MODELS.items()
    }
    assert all("simulation" in open_service().model_cards[name] for name in MODELS)
    assert REPORT.read_text(encoding="utf-8") == report(shipped, POOLED)
    assert all(one["summary"] == summary(one) for one in shipped["models"].values())


@pytest.mark.parametrize("study", [S, N])
def test_limits_say_what_is_true_of_low_figures(study):
    """First on the model card, where no one need read the whole simulation."""
    assert any(
        "Low figures are optimistic" in one
        for one in open_service().model_cards[study]["limits"]
    )


# --- hospitals unlike the study's


def test_smaller_effects_make_figures_too_extreme_and_the_card_says_so():
    """An AUC of 0.63 is a spread of 0.47 of the log odds; printed are 2.3: slope 0.2."""
    found = judge_elsewhere(ELSEWHERE["smaller effects"], MODELS[S], 2000, 6000, 1)
    assert found["full"]["auc"] == pytest.approx(0.63, abs=0.03)
    assert found["full"]["slope"] == pytest.approx(0.2, abs=0.06)
    said = " ".join(failures({"smaller effects": found}))
    assert "Fails in simulated hospitals where effects are so small" in said


def test_an_incidence_that_nobody_set_doubles_the_figures():
    found = judge_elsewhere(ELSEWHERE["half the incidence"], MODELS[S], 2000, 6000, 1)
    assert found["full"]["observedExpected"] == pytest.approx(0.5, abs=0.05)


def test_an_error_of_the_t_score_breaks_what_8_in_10_says():
    plain = judge_elsewhere(ELSEWHERE["the ill measured"], MODELS[S], 1500, 6000, 1)
    wrong = judge_elsewhere(ELSEWHERE["T-score error"], MODELS[S], 1500, 6000, 1)
    assert wrong["ifMeasured"] < 0.75 < plain["ifMeasured"]


def test_a_study_without_a_t_score_has_no_world_of_its_error():
    assert "T-score error" not in worlds_for(MODELS[N].study)
    assert "T-score error" in worlds_for(MODELS[S].study)


@pytest.mark.parametrize("study", [S, N, R])
def test_model_cards_publish_where_figures_fail_and_the_condition_of_8_in_10(study):
    lines = open_service().model_cards[study]["simulation"]["summary"]
    assert any(line.startswith("Fails in simulated hospitals where") for line in lines)
    assert any("is for patients like the study's" in line for line in lines)


# --- the pooled model


@pytest.mark.parametrize("row", range(len(POOLED["rows"])))
def test_the_rerun_of_the_pooled_table_agrees_with_the_one_given(row):
    """Roughly: a fifth of the hospitals, and of each patient more may be known than there."""
    given, again = POOLED["rows"][row], POOLED["rerun"]["rows"][row]
    assert (given["world"], given["incidence"]) == (again["world"], again["incidence"])
    if "slope" in given:
        assert again["slope"]["pooled"] == pytest.approx(
            given["slope"]["pooled"], rel=0.25, abs=0.1
        )
        assert again["auc"]["pooled"] == pytest.approx(given["auc"]["pooled"], abs=0.05)
        assert again["newHospitalCovers"] == pytest.approx(
            given["newHospitalCovers"], abs=0.1
        )


def test_a_simulated_hospital_shows_that_the_pooled_model_ranks_where_its_effects_hold():
    service = open_service()
    found = judge_world(
        POOLED_WORLDS[0], service.pooled, service.models[STUDY], 4, 150, 1
    )
    assert found["slope"]["study"] < found["slope"]["pooled"]
    assert found["auc"]["pooled"] > 0.55


def test_the_pooled_card_publishes_every_world_in_which_it_fails():
    """A slope outside 0.7 to 1.3, or fewer than 9 in 10 inside the interval."""
    said = " ".join(POOLED["failures"])
    for one in (*POOLED["rerun"]["rows"], *POOLED["rerun"]["beyond"]):
        is_wrong = one["newHospitalCovers"] < 0.9 or not (
            0.7 <= one["slope"]["pooled"] <= 1.3
        )
        assert (f"{one['world']}, incidence {one['incidence']}:" in said) == is_wrong
    assert open_service().model_cards["pooled-2026"]["simulation"]["failures"]


def test_a_record_with_gaps_gives_the_pooled_model_less():
    """What is missing by risk ranks patients worse than what everybody has."""
    service = open_service()
    judged = {
        world.gaps: judge_world(
            world, service.pooled, service.models[STUDY], 24, 150, 1
        )
        for world in (POOLED_WORLDS[0], *WORLDS_BEYOND[2:4])
    }
    areas = {gaps: one["auc"]["pooled"] for gaps, one in judged.items()}
    assert areas["high risk"] < areas["none"]
    assert areas["by chance"] < areas["none"]

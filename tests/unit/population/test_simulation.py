"""The worlds of the simulation are what they say, and its figures are of the studies in force."""

import json

import numpy as np
import pytest

from cds_service.loading import POOLED_SIMULATION, SIMULATION
from tests.chart_builders import open_service
from tests.simulation.__main__ import REPORT
from tests.simulation.judging import print_again
from tests.simulation.pooled_worlds import POOLED_WORLDS, STUDY, judge_world
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

"""The verdict of a validation, a plan before it, and what hospitals share of it."""

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from cds_service.cli import main
from cds_service.population.validation.performance import measure
from cds_service.population.validation.planning import (
    patients_for_auc,
    plan_validation,
    predictor_at,
)
from cds_service.population.validation.verdict import judge
from tests.chart_builders import open_service

POOLED = "pooled-2026"


def run(*arguments):
    return CliRunner().invoke(main, ["validate", *map(str, arguments)])


def hospital(path, shift, n=900, seed=1, months=24):
    """Patients whose true log odds are shift + those of the pooled model."""
    random, pooled = np.random.default_rng(seed), open_service().pooled
    rows = []
    for number in range(n):
        known = {
            "age": int(random.integers(60, 90)),
            "t": round(random.normal(-2.6, 0.9), 1),
        }
        risk = expit(shift + pooled.figure(known).log_odds)
        rows.append(
            {"id": f"mrn-{number}", "date": "2024-05-01", "hospital": "St Elsewhere"}
            | {"age": known["age"], "bmd-t-score": known["t"]}
            | {
                "outcome-refracture": int(random.random() < risk),
                "months-refracture": months,
            }
        )
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


# --- the verdict


def drawn(n, *, said=0.0, slope=1.0, seed=4):
    """Outcomes, and figures that are wrong by a shift and a slope."""
    random = np.random.default_rng(seed)
    true = random.normal(-1.6, 0.8, n)
    outcome = random.random(n) < expit(true)
    return measure(list(outcome), list(expit(said + (true + 1.6) / slope - 1.6)))


@pytest.mark.parametrize(
    ("found", "verdict", "first"),
    [
        pytest.param(drawn(6000), "fits", "It fits here: said 2", id="right"),
        pytest.param(
            drawn(3000, said=1.1),
            "does not fit",
            "Do not use it here: said",
            id="too-high",
        ),
        pytest.param(
            drawn(3000, slope=0.24),
            "does not fit",
            "Do not use it here: said",
            id="too-sharp",
        ),
        pytest.param(
            drawn(150), "unclear", "Whether it fits here is not clear", id="few"
        ),
        pytest.param(drawn(40), "too few", "Too few patients to say", id="too-few"),
    ],
)
def test_the_first_sentence_is_the_verdict(found, verdict, first):
    sentences = judge(found, 7)
    assert sentences.verdict == verdict
    assert sentences.first.startswith(first)
    assert "7 more whose outcome is not known" in sentences.third
    assert str(sentences).count(". ") == 2


def test_the_report_and_the_terminal_open_with_it(tmp_path):
    """Figures of a model whose true average is three times lower."""
    result = run(hospital(tmp_path / "o.csv", -1.3), "--report", tmp_path / "r.html")
    assert result.exit_code == 0, result.output
    assert "pooled-2026: Do not use it here: said 1" in result.stdout
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert page.index("Do not use it here") < page.index("To be known first")


# --- the plan


def test_a_plan_gives_intervals_as_narrow_as_it_says():
    """Draw so many patients for whom the model is right; the interval is as wide as planned."""
    random, service = np.random.default_rng(6), open_service()
    plan = plan_validation(service.pooled, 0.17)
    predictor = predictor_at(service.pooled, 0.17)
    widths = {"observed / expected": [], "slope": [], "AUC": []}
    for need in plan.needs[:3]:
        for _ in range(6):
            chosen = random.choice(
                len(predictor.weights), need.patients, p=predictor.weights
            )
            risk = expit(predictor.log_odds[chosen])
            found = measure(list(random.random(len(risk)) < risk), list(risk))
            estimates = {
                "observed / expected": found.observed_expected,
                "slope": found.calibration_slope,
                "AUC": found.auc,
            }
            low, high = estimates[need.measure].interval
            widths[need.measure].append(high - low)
    for need in plan.needs[:3]:
        assert np.mean(widths[need.measure]) == pytest.approx(need.width, rel=0.12), (
            need.measure
        )


def test_the_auc_of_the_plan_is_that_of_its_patients():
    random, service = np.random.default_rng(7), open_service()
    predictor = predictor_at(service.pooled, 0.1)
    chosen = random.choice(len(predictor.weights), 200_000, p=predictor.weights)
    risk = expit(predictor.log_odds[chosen])
    auc = roc_auc_score(random.random(len(risk)) < risk, risk)
    assert plan_validation(service.pooled, 0.1).auc == pytest.approx(auc, abs=0.01)
    assert risk.mean() == pytest.approx(0.1, abs=0.002)


def test_the_published_example_of_the_auc():
    """pmvalsampsize: prevalence 0.018, AUC 0.8, an interval 0.1 wide: 4252 patients."""
    assert patients_for_auc(0.8, 0.018, 0.1) == 4252


def test_the_command_plans_at_the_sites_own_incidence(tmp_path, monkeypatch):
    plain = json.loads(run("--plan", "--json").stdout)
    (tmp_path / "site.toml").write_text(
        '[site]\nname = "Test"\n[baseline]\nrefracture = { events = 400, patients = 10000, months = 24 }\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("KYPHOPLASTY_CDS_SITE", str(tmp_path))
    here = json.loads(run("--plan", "--json").stdout)
    assert here["incidence"] < plain["incidence"]
    assert here["needs"][0]["patients"] > plain["needs"][0]["patients"]


# --- sharing


def test_nothing_of_a_patient_leaves_the_house(tmp_path):
    result = run(hospital(tmp_path / "o.csv", 0.0), "--share", tmp_path / "s.json")
    assert result.exit_code == 0, result.output
    text = (tmp_path / "s.json").read_text(encoding="utf-8")
    for secret in ("mrn", "2024-05", "Elsewhere", '"id"', '"date"'):
        assert secret not in text, secret
    shared = json.loads(text)
    assert set(shared) == {"form", "models", "withheld"}
    assert shared["models"][POOLED]["n"] == 900


def test_few_events_are_not_shared(tmp_path):
    path = hospital(tmp_path / "o.csv", -6.0, n=60)
    assert run(path, "--share", tmp_path / "s.json").exit_code == 0
    shared = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    assert shared["models"] == {}
    assert "fewer than 5" in shared["withheld"][POOLED]


def shared_by(tmp_path, name, **more):
    """The file that a hospital shares."""
    path = tmp_path / f"{name}.json"
    patients = hospital(tmp_path / f"{name}.csv", 0.0, **more)
    assert run(patients, "--share", path).exit_code == 0
    return path


def test_outcomes_of_another_time_are_not_shared(tmp_path):
    """Nobody at the other end could tell that a study of 24 months was measured at 12."""
    shared = json.loads(shared_by(tmp_path, "a", months=12).read_text(encoding="utf-8"))
    assert shared["models"][POOLED]["months"] == 12
    assert "within 12 months" in shared["withheld"]["nvcf-nomogram-2024"]
    assert "sarcopenia-pvm-2022" in shared["models"]


def test_hospitals_that_counted_over_other_times_are_named(tmp_path):
    files = [
        shared_by(tmp_path, str(months), months=months, seed=months)
        for months in (12, 24, 36)
    ]
    result = run("--combine", *files)
    assert result.exit_code == 0, result.output
    assert "within 12, 24, 36 months" in " ".join(result.output.split())


def test_a_hospital_counts_once(tmp_path):
    """One file three times was three hospitals that agree to the second decimal."""
    file = shared_by(tmp_path, "a")
    result = run("--combine", file, file, shared_by(tmp_path, "b", seed=2))
    assert result.exit_code == 1
    assert "two files have the same results" in " ".join(result.output.split())


def test_hospitals_together_find_what_no_single_one_says(tmp_path):
    """Six hospitals whose true shifts spread around -0.4."""
    shifts = (-0.9, -0.7, -0.5, -0.3, -0.1, 0.1)
    for number, shift in enumerate(shifts):
        file = hospital(tmp_path / f"{number}.csv", shift, seed=number)
        assert run(file, "--share", tmp_path / f"{number}.json").exit_code == 0
    files = sorted(tmp_path.glob("*.json"))
    found = json.loads(run("--combine", *files, "--json").stdout)["models"][POOLED]
    across = found["measures"]["calibrationIntercept"]
    assert (found["hospitals"], found["n"]) == (6, 5400)
    assert across["mean"] == pytest.approx(np.mean(shifts), abs=0.15)
    assert across["tau"] == pytest.approx(np.std(shifts, ddof=1), abs=0.15)
    low, high = across["nextHospital"]
    assert low < min(shifts)
    assert high > max(shifts)


def test_what_is_no_shared_file_is_refused(tmp_path):
    (tmp_path / "x.json").write_text('{"models": {"a": {"n": 3}}}', encoding="utf-8")
    result = run("--combine", tmp_path / "x.json")
    assert result.exit_code == 1
    assert "no file of validate --share" in result.output


@pytest.mark.parametrize("arguments", [(), ("--combine",), ("a.csv", "b.csv")])
def test_wrong_use_is_said(tmp_path, arguments, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("outcome-refracture\n1\n", encoding="utf-8")
    assert run(*arguments).exit_code == 2

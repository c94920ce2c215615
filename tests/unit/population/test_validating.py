"""`validate`: the file, the figures of the live flow, groups, and a recalibration that the cards then name."""

import csv
import json
import re
import shutil
from copy import deepcopy
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from cds_service.audit.chain import seal
from cds_service.errors import CdsError, DataFileError
from cds_service.loading import load_service
from cds_service.population.outcomes.outcomes_file import read_outcomes
from cds_service.review.replay import replay
from cds_service.site.folder import load_site
from tests.chart_builders import (
    HOOK,
    application,
    ask,
    by_topic,
    kyphoplasty,
    model,
    open_service,
    order_sign,
    thin_and_weak,
)
from tests.population_builders import validate, write_csv
from tests.review_desk import ReviewDesk, words

S = "sarcopenia-pvm-2022"
MODELS = open_service().models
EXAMPLES = [one for one in MODELS[S].study.examples if one.inputs]


def read(path):
    return read_outcomes(path, open_service().finding_specs, date(2026, 11, 20))


def judged(path, rows, model=S):
    """What `validate` says of this study for these rows."""
    return json.loads(validate(write_csv(path / "o.csv", rows), "--json").stdout)[
        "models"
    ][model]


def site_patients(path, n=900, *, shift=-1.0, slope=0.6, seed=3, **more):
    """Patients whose true log odds are shift + slope x those of the study, with T-score and level known."""
    random, model_in_force = np.random.default_rng(seed), MODELS[S]
    reduced = model_in_force.reduced(frozenset({"bmd-t-score", "tl-junction"}))
    rows = []
    for number in range(n):
        score, junction = round(random.normal(-2.5, 0.5), 2), int(random.random() < 0.6)
        held = min(
            max(score, model_in_force.table.ranges["bmd-t-score"][0]),
            model_in_force.table.ranges["bmd-t-score"][2],
        )
        own = reduced.intercept + reduced.coefficients @ [held, junction]
        event = int(random.random() < 1 / (1 + np.exp(-(shift + slope * own))))
        rows.append(
            {
                "id": number,
                "date": f"{2024 + number % 3}-05-01",
                "sex": "female" if number % 3 else "male",
            }
            | {
                "age": 65 + number % 25,
                "procedure": "PKP",
                "bmd-t-score": score,
                "tl-junction": junction,
            }
            | {"outcome-refracture": event, "months-refracture": 12, **more}
        )
    return write_csv(path, rows)


# --- the file


def test_cells_are_read_in_every_form_of_the_contract(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text(
        "id;date;Sex;age;diabetes;sarcopenia;weight;height;treated-levels;procedure;outcome-refracture\na;2025-03-01;Female;80;yes;0;50;1.60;T12,"
        " l1;pkp;true\nb;2025-03-02;;;no;TRUE;;;L4;;0\nc;;;;;;;;;;\n",
        encoding="utf-8-sig",
    )
    one, two, three = read(path).patients
    values = {name: found.value for name, found in one.findings.known.items()}
    assert {
        **values,
        "bmi": pytest.approx(19.53, abs=0.01),
        "tl-junction": True,
        "diabetes": True,
    } == values
    assert (values["sarcopenia"], values["treated-levels"], values["sex"]) == (
        False,
        "T12,L1",
        "female",
    )
    assert (one.outcomes, two.outcomes, three.outcomes) == (
        {"refracture": True},
        {"refracture": False},
        {},
    )
    assert (
        two.findings.is_false("tl-junction"),
        two.findings.is_true("sarcopenia"),
    ) == (True, True)


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("bmi", "195", "row 2, bmi: not plausible in kg/m2; taken as missing"),
        (
            "bmi",
            "1,234",
            "row 2, bmi: a comma that may mean thousands or decimals; taken as missing",
        ),
        (
            "diabetes",
            "maybe",
            "row 2, diabetes: neither 1, true, yes nor 0, false, no; taken as missing",
        ),
        (
            "procedure",
            "fusion",
            "row 2, procedure: not one of PKP, PVP; taken as missing",
        ),
        (
            "treated-levels",
            "L9",
            "row 2, treated-levels: no levels from T1 to L5; taken as missing",
        ),
        (
            "treated-levels",
            "/",
            "row 2, treated-levels: no levels from T1 to L5; taken as missing",
        ),
        ("date", "5/1/2025", "row 2, date: no date like 2026-05-01; taken as missing"),
        (
            "bmd-t-score",
            "inf",
            "row 2, bmd-t-score: not plausible in {T-score}; taken as missing",
        ),
        ("ward", "x", "column 'ward' is not known and not used"),
        ("date", "31.4.2025", "row 2, date: no date like 2026-05-01; taken as missing"),
        (
            "months-refracture",
            "inf",
            "row 2, months-refracture: no number of months; taken as missing",
        ),
    ],
)
def test_a_bad_cell_is_named_and_missing(tmp_path, column, cell, said):
    file = read(
        write_csv(tmp_path / "o.csv", [{column: cell, "outcome-refracture": "1"}])
    )
    assert file.faults == (said,)
    assert column not in file.patients[0].findings.known


def test_a_row_that_cannot_be_trusted_is_named(tmp_path):
    """Without quotes `T12,L1` makes the next column's value the one before it: here a sarcopenia that nobody wrote."""
    path = tmp_path / "o.csv"
    rows = (
        "T12,L1,0,1,1,2025-01-01",
        "L1,0,1,0,2025-01-01,,",
        "L1,0,1,1,2027-01-01",
        "L1,0,1",
    )
    path.write_text(
        "\n".join(
            ("treated-levels,diabetes,sarcopenia,outcome-refracture,date", *rows)
        ),
        encoding="utf-8",
    )
    file = read(path)
    assert file.faults == (
        "row 2: 6 cells under 5 headings; the row is not used",
        "row 4, date: after today; the row is not used",
        "row 5: 3 cells under 5 headings; the last ones are taken as missing",
    )
    assert [(one.row, one.outcomes) for one in file.patients] == [
        (3, {"refracture": False}),
        (5, {}),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("bmi,bmi\n", "appears twice"),
        ("bmi,outcome-refracture\n20,\n", "no row has an outcome"),
    ],
)
def test_a_file_without_use_is_refused(tmp_path, text, said):
    (tmp_path / "o.csv").write_text(text, encoding="utf-8")
    with pytest.raises(CdsError, match=said):
        read(tmp_path / "o.csv")
    assert validate(tmp_path / "o.csv").exit_code == 1


# --- figures and measures


def test_figures_are_those_of_the_evidence_page(tmp_path):
    """Each example of the study as a row: the same risk, with all inputs known and with some."""
    rows = [
        {**one.inputs, "procedure": "PKP", "outcome-refracture": 0} for one in EXAMPLES
    ]
    rows[0]["outcome-refracture"] = 1
    found = judged(tmp_path, rows)
    assert (found["n"], found["events"]) == (len(EXAMPLES), 1)
    assert found["expected"] == pytest.approx(
        sum(one.risk for one in EXAMPLES), abs=0.01 * len(EXAMPLES)
    )


def test_every_row_with_an_outcome_counts_and_what_is_null_has_its_reason(tmp_path):
    rows = [
        {"bmd-t-score": "-2.5", "outcome-refracture": int(n < 8)} for n in range(30)
    ] + [{"outcome-refracture": 1}]
    found = judged(tmp_path, rows)
    assert (found["n"], found["events"], found["calibrationSlope"]) == (31, 9, None)
    assert any("fewer than 20" in note for note in found["notes"])
    assert found["missing"]["bmi"] == 1.0
    assert set(found["decisionCurve"][0]) == {"threshold", "model", "all"}


def test_those_whose_outcome_is_not_known_are_left_out_and_what_they_could_change_is_said(
    tmp_path,
):
    """T -3.0 at the junction: 0.667 each (evidence page). 12 events of 20, 4 unknown: 12 to 16 of 24 x 0.667 = 16.0."""
    rows = [
        {
            "bmd-t-score": -3.0,
            "tl-junction": 1,
            "outcome-refracture": int(n < 12) if n < 20 else "",
        }
        for n in range(24)
    ]
    found = judged(tmp_path, rows)
    assert (found["n"], found["events"]) == (20, 12)
    (said,) = [
        note
        for note in found["notes"]
        if note.startswith("4 of 24 patients have no known outcome")
    ]
    assert said.endswith("lies between 0.75 (none had it) and 1.00 (all did)")


def test_the_report_is_one_file_with_its_plots_and_says_each_fault_once(tmp_path):
    file = site_patients(tmp_path / "o.csv", 300)
    file.write_text(
        file.read_text(encoding="utf-8").replace(",PKP,", ",fusion,", 1),
        encoding="utf-8",
    )
    assert validate(file, "--report", tmp_path / "report.html").exit_code == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("row 2, procedure: not one of PKP, PVP") == 1
    assert page.count("<section>") == 3
    assert page.count("<svg") == 4  # of the two models whose figures differ
    assert "smoothed by lowess" in page
    assert not re.search(r"<(script|link|img|image)|src=|url\((?!#)", page)


def test_the_pooled_model_is_judged_by_the_figures_of_its_worked_patients(tmp_path):
    """Woman 76, BMI 26, T -2.6, one level, no steroid: 0.1329; T unknown: 0.1416 with BMI 33."""
    woman = {
        "age": 76,
        "sex": "female",
        "level-count": 1,
        "steroid-use": 0,
        "outcome-refracture": 0,
    }
    rows = [woman | {"bmi": 26, "bmd-t-score": -2.6}, woman | {"bmi": 33}]
    rows[0]["outcome-refracture"] = 1
    found = judged(tmp_path, rows, "pooled-2026")
    assert (found["n"], found["events"], found["horizonMonths"]) == (2, 1, 24)
    assert found["expected"] == pytest.approx(0.1329 + 0.1416, abs=0.004)
    assert found["missing"]["bmd-t-score"] == 0.5
    assert found["missing"]["age"] == 0


def test_a_refit_of_the_pooled_model_corrects_new_patients(tmp_path):
    """True log odds are -0.5 + the model's own: the intercept is found, and in force the figures fit."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "site.toml").write_text('[site]\nname = "Test"\n', encoding="utf-8")
    result = validate(pooled_patients(tmp_path / "o.csv", -0.5), "--refit", folder)
    assert result.exit_code == 0, result.output
    service = load_service(load_site(folder))
    fitted = service.policy.recalibration["pooled-2026"]
    assert abs(fitted.intercept + 0.5) < 3 * fitted.covariance[0][0] ** 0.5
    figure = service.pooled.figure(
        {"age": 76, "bmi": 22}, service.pooled.baseline_of(None, fitted)
    )
    plain = service.pooled.figure({"age": 76, "bmi": 22})
    assert figure.log_odds == pytest.approx(
        fitted.intercept + fitted.slope * plain.log_odds
    )
    assert service.model_cards["pooled-2026"]["recalibration"]["n"] == 800
    card = by_topic(ask(order_sign(thin_and_weak(), kyphoplasty()), service=service))
    detail = card["rehabilitation"]["detail"]
    assert "rough guide, agrees with 800 patients of this hospital" in detail
    assert "not tested here" not in detail


def pooled_patients(path, shift, n=800):
    """Patients whose true log odds are shift + those of the pooled model."""
    random, pooled, rows = np.random.default_rng(5), open_service().pooled, []
    for number in range(n):
        known = {
            "age": int(random.integers(60, 90)),
            "t": round(random.normal(-2.6, 0.9), 1),
            "bmi": 24.0,
        }
        risk = 1 / (1 + np.exp(-(shift + pooled.figure(known).log_odds)))
        rows.append(
            {
                "id": number,
                "age": known["age"],
                "bmd-t-score": known["t"],
                "bmi": known["bmi"],
            }
            | {
                "outcome-refracture": int(random.random() < risk),
                "months-refracture": 24,
            }
        )
    return write_csv(path, rows)


def test_groups_of_fewer_than_five_are_left_out(tmp_path):
    rows = [
        {
            "sex": "male" if n < 4 else "female",
            "age": 80,
            "bmd-t-score": -2 - n / 20,
            "outcome-refracture": n % 3 // 2,
        }
        for n in range(40)
    ]
    found = judged(tmp_path, rows)
    assert "men" not in found["groups"]
    assert found["groups"]["women"]["n"] == 36
    assert "men: 4 patients, fewer than 5; left out" in found["notes"]


# --- recalibration


def test_a_refit_finds_the_truth_and_corrects_new_patients(tmp_path, monkeypatch):
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "site.toml").write_text('[site]\nname = "Test"\n', encoding="utf-8")
    result = validate(site_patients(tmp_path / "o.csv"), "--refit", folder)
    assert result.exit_code == 0, result.output
    fitted = load_service(load_site(folder)).policy.recalibration[S]
    assert (fitted.n, fitted.months, fitted.years, fitted.method) == (
        900,
        12,
        "2024–2026",
        "intercept-and-slope",
    )
    for value, truth, variance in ((fitted.intercept, -1.0, 0), (fitted.slope, 0.6, 1)):
        assert abs(value - truth) < 3 * fitted.covariance[variance][variance] ** 0.5
    others = site_patients(tmp_path / "new.csv", seed=4)
    before = json.loads(validate(others, "--json").stdout)["models"][S]
    monkeypatch.setenv("KYPHOPLASTY_CDS_SITE", str(folder))
    after = json.loads(validate(others, "--json").stdout)["models"][S]
    itself = json.loads(validate(tmp_path / "o.csv", "--json").stdout)["models"][S]
    fit = [
        itself[name]["value"]
        for name in ("calibrationSlope", "calibrationIntercept", "observedExpected")
    ]
    assert fit == pytest.approx([1, 0, 1], abs=1e-6)  # what a fit is
    assert any("on this very file" in note for note in itself["notes"])
    assert any("look too good" in note for note in after["notes"])
    low, high = before["calibrationSlope"]["interval"]
    assert high < 1
    for name, right in (
        ("calibrationSlope", 1),
        ("calibrationIntercept", 0),
        ("observedExpected", 1),
    ):
        low, high = after[name]["interval"]
        assert low < right < high, name
    assert after["auc"]["value"] == pytest.approx(before["auc"]["value"])


@pytest.mark.parametrize(
    ("n", "more", "code", "said"),
    [
        (40, {}, 1, "fewer than 20"),
        (120, {"confirmed": ""}, 1, "are not confirmed"),
        (120, {"confirmed": "yes"}, 0, ": intercept on 120 patients"),
        # of few events too: else the figures stay too extreme at both ends
        (
            240,
            {"shift": -1.0, "slope": 0.3},
            0,
            ": intercept-and-slope on 240 patients, \\d\\d ",
        ),
        (
            200,
            {"months-refracture": 24},
            0,
            "sarcopenia-pvm-2022: outcomes within 24 months, the study counts 12",
        ),
        (
            200,
            {"months-refracture": 24},
            0,
            "pooled-2026: intercept-and-slope on 200 patients",
        ),
        (
            200,
            {"months-refracture": 60},
            1,
            "outcomes within 60 months, the model takes 12 to 36",
        ),
        (
            200,
            {"months-refracture": ""},
            1,
            "does not say of every row within how many months",
        ),
        (200, {"id": 7}, 1, "1 ids are in more than one row"),
    ],
)
def test_a_refit_needs_events_confirmation_and_the_studys_horizon(
    tmp_path, n, more, code, said
):
    file = site_patients(tmp_path / "o.csv", n, **{"shift": 0.0, "slope": 1.0, **more})
    result = validate(file, "--refit", tmp_path / "r.toml")
    assert result.exit_code == code, result.output
    assert re.search(said, result.output), result.output
    assert (tmp_path / "r.toml").exists() == (code == 0)


@pytest.fixture
def recalibrated(tmp_path):
    (tmp_path / "site.toml").write_text('[site]\nname = "Test"\n', encoding="utf-8")
    digest = MODELS[S].study.table_digest
    text = Path(__file__).with_name("recalibration.toml").read_text(encoding="utf-8")
    (tmp_path / "recalibration.toml").write_text(
        text.replace("DIGEST", digest), encoding="utf-8"
    )
    return tmp_path


def test_cards_audit_entry_and_replay_hold_the_recalibration(recalibrated):
    service = load_service(load_site(recalibrated))
    # its method is not recorded
    record = [one for one in thin_and_weak() if "pma" not in one["id"]]
    body = order_sign(record, kyphoplasty(), service=service)
    cards = by_topic(ask(body, service=service))
    found, plain = model(cards, S), model(by_topic(ask(body)), S)
    own = np.log(plain["risk"] / (1 - plain["risk"]))
    assert np.log(found["risk"] / (1 - found["risk"])) == pytest.approx(
        -0.5 + 0.8 * own
    )
    assert found["baseline"]["incidence"] == pytest.approx(61 / 412)
    assert found["baseline"]["recalibration"]["n"] == 412
    assert "Recalibrated on 412 local patients, 2024–2026" in found["concerns"]
    assert "Not calibrated here" not in " ".join(found["concerns"])
    entry = application(service).log.entries[-1]
    content = json.loads(seal(entry).body)["content"]
    assert content["policy"]["recalibration"][S]["n"] == 412
    assert replay(content, open_service(), HOOK).is_identical


def test_one_of_another_study_or_of_other_numbers_stops_the_start(recalibrated):
    file = recalibrated / "recalibration.toml"
    text = file.read_text(encoding="utf-8")
    for changed, said in (
        (text.replace(S, "unknown-study"), "is not one of the models"),
        (
            text.replace(MODELS[S].study.table_digest, "0" * 64),
            "the study has changed since",
        ),
        (text.replace("slope = 0.8", "slope = -0.8"), "slope"),
        (text.replace("[[0.02, 0.001]", "[[-0.02, 0.001]"), "covariance"),
    ):
        file.write_text(changed, encoding="utf-8")
        with pytest.raises(DataFileError, match=said):
            load_service(load_site(recalibrated))


def test_observed_and_expected_are_told_by_quarter(tmp_path):
    """Counted by hand over the rows; a quarter whose time is not over is left out.

    Of that one the early events are known, and nobody was followed to the end.
    """
    days = ["2024-02-10", "2024-05-10", "2024-08-10", "2026-10-01"]
    rows = []
    made = site_patients(tmp_path / "made.csv", n=600)
    with made.open(encoding="utf-8") as file:
        for place, row in enumerate(csv.DictReader(file)):
            rows.append({**row, "id": f"q{place}", "date": days[place % 3]})
    late = [{**rows[0], "id": f"late{n}", "date": days[3]} for n in range(8)]
    path = write_csv(tmp_path / "quarters.csv", [*rows, *late])
    found = json.loads(validate(path, "--json").stdout)["models"][S]
    quarters = {
        name: group
        for name, group in found["groups"].items()
        if name.startswith("quarter ")
    }
    assert list(quarters) == [f"quarter 2024 Q{number}" for number in (1, 2, 3)]
    outcome = next(name for name in rows[0] if name.startswith("outcome-"))
    for place, group in enumerate(quarters.values()):
        own = [row for row in rows if row["date"] == days[place]]
        assert group["n"] == len(own) == 200
        assert group["events"] == sum(int(row[outcome]) for row in own)
    assert any("quarter 2026 Q4: its time may not be over" in n for n in found["notes"])

    page = tmp_path / "page.html"
    validate(path, "--report", page)
    assert "Observed / expected by quarter" in page.read_text(encoding="utf-8")


# --- observed / expected where the committee and Prometheus see it


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A site whose 600 patients of three quarters were measured."""
    tmp_path = tmp_path_factory.mktemp("quarters")
    days = ["2024-02-10", "2024-05-10", "2024-08-10"]
    made = site_patients(tmp_path / "made.csv", n=600)
    with made.open(encoding="utf-8") as file:
        rows = [
            {**row, "id": f"q{place}", "date": days[place % 3]}
            for place, row in enumerate(csv.DictReader(file))
        ]
    late = [{**rows[0], "id": f"late{n}", "date": "2026-10-01"} for n in range(8)]
    few = [{**rows[0], "id": f"few{n}", "date": "2023-10-01"} for n in range(8)]
    path = write_csv(tmp_path / "quarters.csv", [*rows, *late, *few])
    site = tmp_path / "site"
    site.mkdir()
    (site / "site.toml").write_text('[site]\nname = "Test"\n', encoding="utf-8")
    result = validate(path, "--quarters", site)
    assert result.exit_code == 0, result.output
    return site, json.loads(validate(path, "--json").stdout)["models"][S]


@pytest.fixture
def quarterly(measured, tmp_path):
    """A copy of this site, which a test may change."""
    site, found = measured
    return shutil.copytree(site, tmp_path / "site"), deepcopy(found)


def test_quarters_are_written_for_the_site_and_small_ones_are_not(quarterly):
    """All eight of the quarter of 2023 have one outcome, so it is left out."""
    site, found = quarterly
    card = load_service(load_site(site)).model_cards[S]["observedExpected"]
    kept = {one["quarter"]: one for one in card["quarters"]}
    assert list(kept) == ["2024 Q1", "2024 Q2", "2024 Q3"]
    assert "quarter 2023 Q4" in found["groups"]
    for name, one in kept.items():
        group = found["groups"][f"quarter {name}"]
        assert (one["n"], one["events"]) == (group["n"], group["events"])
        assert one["ratio"] == pytest.approx(group["observedExpected"]["value"])
        assert one["ratio"] == pytest.approx(one["events"] / one["expected"])


def test_the_committee_and_prometheus_see_the_quarters(quarterly, tmp_path):
    service = load_service(load_site(quarterly[0]))
    quarter = service.model_cards[S]["observedExpected"]["quarters"][1]
    desk = ReviewDesk(tmp_path, service)
    metrics = desk.app.test_client().get("/metrics").get_data(as_text=True)
    page = words(desk.reviewer().get("/audit/figures"))
    table = desk.reviewer("berta").get("/audit/figures.csv")
    desk.close()
    line = f'kyphoplasty_cds_observed_expected{{model="{S}",quarter="2024 Q2"}}'
    (value,) = re.findall(rf"^{re.escape(line)} (.*)$", metrics, re.MULTILINE)
    assert float(value) == pytest.approx(quarter["ratio"])
    caption = f"Observed / expected by quarter: {S} 1.0.0"
    ratio, (low, high) = quarter["ratio"], quarter["interval"]
    assert caption in page
    assert f"{ratio:.2f} {low:.2f} to {high:.2f}" in page
    assert f"{caption},2024 Q2,200,{quarter['events']}," in table


def test_a_site_without_quarters_has_no_such_table(tmp_path):
    desk = ReviewDesk(tmp_path)
    page = words(desk.reviewer().get("/audit/figures"))
    desk.close()
    assert "Observed / expected" not in page


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[sarcopenia-pvm-2022]", "[another-2020]", "not one of the models"),
        ("events = ", "events = 1 #", "at least 5 with and without"),
        ('quarter = "2024 Q3"', 'quarter = "2024 Q2"', "each once, oldest first"),
    ],
)
def test_a_file_of_quarters_that_cannot_be_true_stops_the_start(
    quarterly, old, new, said
):
    site, _ = quarterly
    file = site / "observed-expected.toml"
    text = file.read_text(encoding="utf-8")
    if old.startswith("["):
        text = text.replace("sarcopenia-pvm-2022", "another-2020")
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataFileError, match=said):
        load_service(load_site(site))

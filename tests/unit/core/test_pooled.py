"""The pooled model's figure: worked patients, a site's own incidence, and what must always hold.

`pooled-examples.json` and the numbers here come from an independent calculation.
"""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_samples import UNITS

from cds_service.core.models.pooled import known_inputs, load_pooled_model
from cds_service.core.models.pooled_table import read_pooled_table
from cds_service.core.models.reduced_tables import table_path
from cds_service.core.models.study_files import load_pooled_study
from cds_service.core.site_values.policy import SiteIncidence
from cds_service.core.site_values.recalibration import Recalibration
from cds_service.errors import DataFileError
from cds_service.loading import REDUCED, STUDIES
from tests.chart_builders import open_service
from tests.fact_builders import facts

MODEL = open_service().pooled
EXAMPLES = json.loads(Path(__file__).with_name("pooled-examples.json").read_text())
BANDS = {"below": "below", "not-different": "not clearly different", "above": "above"}
TYPICAL = {
    "age": 76,
    "female": True,
    "levels": False,
    "steroids": False,
    "bmi": 26,
    "t": -2.6,
}
# the direction in which a number is worse
WORSE = {"t": -1, "hu": -1, "bmi": -1, "age": 1}


def site(events, patients, months=24):
    return MODEL.baseline_of(
        SiteIncidence(events=events, patients=patients, months=months)
    )


def figure_of(example):
    baseline = site(*example["site"]) if example["site"] else None
    return MODEL.figure(example["patient"], baseline, raising=example["facts"])


def by_name(example):
    return example["name"]


# --- worked patients


@pytest.mark.parametrize("example", EXAMPLES, ids=by_name)
def test_the_figure_is_that_of_an_independent_calculation(example):
    found, expected = figure_of(example), example["expect"]
    assert found.risk == pytest.approx(expected["risk"], abs=0.002)
    assert found.new_hospital == pytest.approx(
        tuple(expected["new_hospital_95"]), abs=0.002
    )
    assert found.same_hospital == pytest.approx(
        tuple(expected["same_hospital_average_95"]), abs=0.002
    )
    assert found.above_share == pytest.approx(
        expected["above_in_share_of_hospitals"], abs=0.002
    )
    assert (found.relative_error, found.absolute_error) == pytest.approx(
        (expected["s_rel"], expected["s_abs"]), abs=0.002
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=by_name)
def test_the_figure_is_said_as_expected(example):
    found, expected = figure_of(example), example["expect"]
    assert (found.words, found.usual) == (expected["words"], expected["usual"])
    assert found.is_personal is expected["personal"]
    assert found.is_usual_or_more is expected["in_summary"]
    assert BANDS[found.band] == expected["band"]
    assert dict(found.held) == expected["held"]
    assert (found.bone or "t") == expected["bone"]


@pytest.mark.parametrize("example", EXAMPLES, ids=by_name)
def test_the_odds_against_the_average_are_as_expected(example):
    found = figure_of(example)
    away = math.exp(found.log_odds - found.baseline.log_odds)
    expected = example["expect"]["odds_ratio_to_average"]
    assert (away, *found.odds_ratio) == pytest.approx(expected, rel=0.005, abs=0.006)


def test_neither_t_score_nor_hu_is_said_as_no_bone_value():
    assert MODEL.figure({"age": 76, "bmi": 22}).bone is None


# --- centres of the population


@pytest.mark.parametrize(
    ("bone", "incidence", "intercept"),
    [("t", 0.166, -4.422), ("hu", 0.166, -2.169), ("t", 0.08, -5.296)],
)
def test_the_intercept_is_that_of_an_independent_calculation(
    bone, incidence, intercept
):
    log_odds = math.log(incidence / (1 - incidence))
    centre = MODEL.averaging.centre(bone, log_odds)
    assert centre.intercept == pytest.approx(intercept, abs=0.001)


# --- a site's own incidence


# 2 of 20: (-2.001 / 0.454 - 1.614 / 0.232) / (1 / 0.454 + 1 / 0.232) = -1.745, by hand.
@pytest.mark.parametrize(
    ("events", "patients", "percent"), [(24, 300, 9.2), (2, 20, 14.9)]
)
def test_a_sites_events_are_weighted_with_the_pooled_incidence(
    events, patients, percent
):
    found = site(events, patients)
    assert 100 * found.incidence == pytest.approx(percent, abs=0.05)
    assert (found.source, found.events, found.patients) == ("site", events, patients)


def test_a_site_without_an_event_has_a_figure():
    assert 0.05 < site(0, 60).incidence < 0.166


def test_many_patients_are_as_good_as_alone():
    assert site(800, 10_000).incidence == pytest.approx(0.08, abs=0.001)


@pytest.mark.parametrize("months", [6, 11, 37, 60])
def test_another_time_than_the_sources_counted_is_no_ground(months):
    assert site(24, 300, months) == MODEL.baseline_of()


@pytest.mark.parametrize("months", [12, 36])
def test_one_to_three_years_are(months):
    assert site(24, 300, months).source == "site"


def test_a_share_without_its_patients_has_no_weight():
    share = SiteIncidence(incidence=0.08, months=24)
    assert MODEL.baseline_of(share) == MODEL.baseline_of()


def test_a_recalibration_moves_figures_and_is_the_average():
    fitted = Recalibration(
        method="intercept-and-slope",
        intercept=-0.3,
        slope=0.7,
        covariance=((0.01, 0.0), (0.0, 0.0)),
        n=500,
        events=50,
        study_version="1.0.0",
        table_digest=MODEL.study.table_digest,
        outcomes_digest="0",
        fitted="2026-11-01",
    )
    plain, moved = (
        MODEL.figure(TYPICAL),
        MODEL.figure(TYPICAL, MODEL.baseline_of(None, fitted)),
    )
    assert moved.log_odds == pytest.approx(-0.3 + 0.7 * plain.log_odds)
    assert moved.relative_error == pytest.approx(0.7 * plain.relative_error)
    assert moved.absolute_error**2 == pytest.approx(moved.relative_error**2 + 0.01)
    assert moved.baseline.incidence == pytest.approx(0.1)
    assert moved.effects["t"] == pytest.approx(0.7 * plain.effects["t"])


# --- what must always hold

RANGES = {
    "age": st.floats(50, 100),
    "bmi": st.floats(14, 45),
    "t": st.floats(-5.5, 1),
    "hu": st.floats(-10, 200),
    **dict.fromkeys(
        ("female", "fracture", "steroids", "levels", "sarcopenia"), st.booleans()
    ),
}
PATIENTS = st.fixed_dictionaries({}, optional=RANGES)


@given(PATIENTS, st.sampled_from(sorted(RANGES)), st.floats(0, 1))
def test_a_worse_fact_never_lowers_the_figure(patient, name, share):
    if name not in patient:
        return
    value = patient[name]
    step = 30.0 * share if name == "hu" else 3.0 * share
    worse = value + WORSE[name] * step if name in WORSE else True
    before, after = MODEL.figure(patient), MODEL.figure({**patient, name: worse})
    assert after.risk >= before.risk - 1e-9
    assert not (before.band == "above" and after.band == "below")


@given(PATIENTS, st.sampled_from(["female", "fracture", "steroids", "levels"]))
def test_what_is_not_known_lies_between_yes_and_no(patient, name):
    unknown = {key: value for key, value in patient.items() if key != name}
    no, yes = (MODEL.figure({**unknown, name: answer}).risk for answer in (False, True))
    assert no <= MODEL.figure(unknown).risk <= yes


@given(PATIENTS, st.sampled_from(["t", "hu"]))
def test_a_bone_value_that_is_not_known_lies_between_its_ends(patient, bone):
    rest = {
        key: value for key, value in patient.items() if key not in ("t", "hu", "age")
    }
    best, worst = sorted(
        MODEL.figure({**rest, bone: end}).risk for end in MODEL.study.by_id[bone].held
    )
    # Sarcopenia follows a bone value beyond the held range, which nobody's own does.
    assert best - 0.005 <= MODEL.figure(rest).risk <= worst + 0.005


@given(PATIENTS)
def test_with_t_score_and_hu_the_higher_figure_is_the_patients(patient):
    alone = [
        MODEL.figure({name: v for name, v in patient.items() if name != other})
        for other in ("t", "hu")
    ]
    if {"t", "hu"} <= set(patient):
        both = MODEL.figure(patient)
        assert both.risk == max(one.risk for one in alone)
        assert both.other_bone == min(one.risk for one in alone)
        assert both.bone == max(alone, key=lambda one: one.risk).bone


@given(PATIENTS)
def test_the_figure_lies_in_its_intervals_and_a_new_hospital_is_less_certain(patient):
    found = MODEL.figure(patient)
    (low, high), (lowest, highest) = found.same_hospital, found.new_hospital
    assert 0 < lowest < low < found.risk < high < highest < 1


@given(PATIENTS)
def test_the_order_of_the_inputs_does_not_matter(patient):
    assert MODEL.figure(patient) == MODEL.figure(dict(reversed(patient.items())))


@given(PATIENTS)
def test_nothing_is_below_without_the_patient_s_own_bone_and_weight(patient):
    found = MODEL.figure(patient)
    if found.band == "below":
        assert {"age", "female", "bmi"} <= set(patient)
        assert found.bone is not None
        assert not patient.get("fracture")
        assert not patient.get("steroids")
        assert patient["age"] < 80


@given(PATIENTS)
def test_a_figure_under_the_usual_stands_in_no_summary(patient):
    found = MODEL.figure(patient)
    if found.is_usual_or_more:
        ladder = [step.words for step in MODEL.study.say.ladder]
        usual = ladder.index(f"about {found.usual}")
        assert found.words not in ladder[:usual]


@pytest.mark.parametrize("fact", MODEL.study.bands.raising)
def test_beside_a_raising_fact_nothing_is_below(fact):
    low = TYPICAL | {"female": False}
    assert MODEL.figure(low).band == "below"
    assert MODEL.figure(low, raising=[fact]).band == "not-different"


@pytest.mark.parametrize("name", ["age", "female", "bmi", "t"])
def test_what_below_needs_must_be_known(name):
    low = TYPICAL | {"age": 62, "female": False, "t": -1.5}
    assert MODEL.figure(low).band == "below"
    known = {key: value for key, value in low.items() if key != name}
    assert MODEL.figure(known).band == "not-different"


@pytest.mark.parametrize("needed", MODEL.study.say.personal_needs)
def test_age_and_one_of_these_make_a_figure_the_patients_own(needed):
    value = {"t": -2.5, "hu": 80, "bmi": 22}.get(needed, True)
    assert MODEL.figure({"age": 76, needed: value}).is_personal
    assert not MODEL.figure({needed: value}).is_personal


def test_a_no_alone_is_no_figure_of_ones_own():
    assert not MODEL.figure({"age": 76, "female": True, "levels": False}).is_personal


@pytest.mark.parametrize(
    ("risk", "words"),
    [
        (0.02, "about 1 in 20"),
        (0.166, "about 1 in 6"),
        (0.36, "about 1 in 3"),
        (0.57, "about 1 in 2"),
        (0.58, "more than 1 in 2"),
    ],
)
def test_a_risk_is_said_as_the_nearest_step(risk, words):
    assert MODEL.words_of(risk) == words


@pytest.mark.parametrize(
    ("known", "words"),
    [({"diabetes": True}, "no input diabetes"), ({"t": math.nan}, "not finite")],
)
def test_what_is_no_input_is_refused(known, words):
    with pytest.raises(ValueError, match=words):
        MODEL.figure(known)


# --- inputs from findings


def inputs(**values):
    named = {name.replace("_", "-"): value for name, value in values.items()}
    return {
        name: value
        for name, (value, _) in known_inputs(MODEL.study, facts(named)).items()
    }


def test_findings_become_inputs():
    assert inputs(
        age=76.0,
        sex="female",
        bmi=24.0,
        bmd_t_score=-2.6,
        ct_attenuation=80.0,
        level_count=1.0,
        sarcopenia=False,
    ) == {
        "age": 76.0,
        "female": True,
        "bmi": 24.0,
        "t": -2.6,
        "hu": 80.0,
        "levels": False,
        "sarcopenia": False,
    }


@pytest.mark.parametrize(
    ("values", "known"),
    [
        ({"prior_vertebral_fracture": True}, {"fracture": True}),
        ({"prior_augmentation": True}, {"fracture": True}),
        # A chart holds half of the earlier fractures: silence is no "no".
        ({"prior_vertebral_fracture": False, "prior_augmentation": False}, {}),
        ({"steroid_use": False}, {"steroids": False}),
        ({"steroid_use": False, "long_term_steroid": True}, {"steroids": True}),
        ({"level_count": 3.0}, {"levels": True}),
        ({"sex": "male"}, {"female": False}),
        ({}, {}),
    ],
)
def test_a_yes_of_any_finding_is_a_yes_and_silence_is_no_no(values, known):
    assert inputs(**values) == known


# --- files


def test_a_stale_table_stops_the_start(tmp_path):
    text = (STUDIES / "pooled-2026.toml").read_text(encoding="utf-8")
    changed = tmp_path / "pooled-2026.toml"
    changed.write_text(text.replace("shrink = 0.8 ", "shrink = 0.9 "), encoding="utf-8")
    with pytest.raises(DataFileError, match="run studies build"):
        load_pooled_model(load_pooled_study(tmp_path, UNITS), REDUCED)


def test_a_changed_note_makes_no_table_stale(tmp_path):
    text = (STUDIES / "pooled-2026.toml").read_text(encoding="utf-8")
    changed = tmp_path / "pooled-2026.toml"
    changed.write_text(text.replace("Table 3, adjusted", "Table 3"), encoding="utf-8")
    load_pooled_model(load_pooled_study(tmp_path, UNITS), REDUCED)


@pytest.mark.parametrize("content", [None, "{", '{"format": 1}'])
def test_a_table_that_is_missing_or_broken_stops_the_start(tmp_path, content):
    if content is not None:
        table_path("pooled-2026", tmp_path).write_text(content)
    with pytest.raises(DataFileError, match="run studies build"):
        read_pooled_table(MODEL.study, tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('source = "not recorded"', 'source = "a journal"', "https address"),
        ("in_mean = true", "in_mean = false", "none enters the mean"),
        ("held = [-4.5, -1.5]", "held = [-1.5, -4.5]", "lower end first"),
        ("more_from = 0.5744", "more_from = 0.4", "ladder"),
        ('"sarcopenia"]', '"diabetes"]', "no input diabetes"),
    ],
)
def test_a_wrong_file_names_the_fault(tmp_path, old, new, fault):
    text = (STUDIES / "pooled-2026.toml").read_text(encoding="utf-8")
    assert old in text
    changed = tmp_path / "pooled-2026.toml"
    changed.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataFileError, match=fault):
        load_pooled_study(tmp_path, UNITS)

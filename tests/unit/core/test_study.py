"""Study files: what they say, and which faults stop the start."""

import math
from pathlib import Path

import pytest
from study_samples import LOGISTIC, NOMOGRAM, PAIN, SARCOPENIA, STUDIES, STUDIES_FOLDER, UNITS

from cds_service.core.study import Cutoff, Requirement
from cds_service.core.study_files import find_study_faults, load_contrary_evidence, load_studies
from cds_service.errors import DataFileError
from tests.tables import cases

S, N, R = "sarcopenia-pvm-2022", "nvcf-nomogram-2024", "residual-pain-2025"
P, M, C = "psoas-plvi-2024", "muscle-change-2021", "contrary-evidence"


def test_the_five_studies_are_read_in_the_order_of_their_ids():
    assert list(STUDIES) == [M, N, P, R, S]


def test_incidences_are_events_over_patients():
    assert [LOGISTIC[name].incidence for name in (S, N, R)] == [74 / 214, 28 / 188, 29 / 213]


def test_standard_errors_of_the_refracture_study_are_those_of_its_printed_intervals():
    printed = [0.140, 0.589, 0.607, 0.051, 0.531, 0.505, 0.834, 0.816]
    assert [round(term.standard_error, 3) for term in SARCOPENIA.terms] == printed


def test_coefficients_are_the_logarithms_of_the_printed_odds_ratios():
    printed = {
        S: [0.55, 3.39, 5.47, 1.13, 0.16, 0.34, 0.55, 0.75],
        N: [0.249, 0.958, 0.992],
        R: [4.222, 85.212, 1.139, 0.118, 1.634, 0.509, 1.082],
    }
    for name, ratios in printed.items():
        for term, ratio in zip(LOGISTIC[name].terms, ratios, strict=True):
            assert math.exp(term.beta) == pytest.approx(ratio, rel=0.025), term.name


def test_wald_statistics_give_the_printed_intervals_of_the_odds_ratios():
    printed = [
        (0.791, 22.521),
        (7.006, 1036.458),
        (1.017, 1.276),
        (0.014, 1.015),
        (0.881, 3.031),
        (0.285, 0.910),
        (1.008, 1.160),
    ]
    for term, (low, high) in zip(PAIN.terms, printed, strict=True):
        assert term.standard_error == pytest.approx(math.log(high / low) / 3.92, rel=0.02), term.name


def test_the_misprinted_sign_of_the_procedure_is_corrected_and_the_print_kept():
    procedure = NOMOGRAM.predictors[0].levels[0]
    assert procedure.beta == -1.390
    assert procedure.printed == 1.390
    assert math.log(0.249) == pytest.approx(procedure.beta, abs=0.001)


def test_kyphosis_and_cement_are_the_only_inputs_known_after_the_procedure():
    late = [one.finding for study in LOGISTIC.values() for one in study.predictors if not one.known_at_order_sign]
    assert sorted(late) == ["cement-diffused", "local-kyphosis-post"]


def test_contrary_evidence_speaks_of_studies_that_exist():
    for entry in load_contrary_evidence(STUDIES_FOLDER).entries:
        assert set(entry.studies) <= set(STUDIES)


def test_contrary_evidence_that_is_missing_stops_the_start(tmp_path):
    with pytest.raises(DataFileError, match=r"contrary-evidence\.toml"):
        load_contrary_evidence(tmp_path)


def test_a_folder_without_studies_stops_the_start(tmp_path):
    with pytest.raises(DataFileError, match="no study file"):
        load_studies(tmp_path, UNITS)


def test_cutoffs_are_those_of_the_papers():
    cutoffs = {one.id: one for study in STUDIES.values() for one in study.cutoffs}
    assert {name: one.at_or_above or one.at_or_below for name, one in cutoffs.items()} == {
        "low-plvi": 0.79,
        "high-muscle-fat": 49.782,
        "low-psoas-area": 11.937,
        "high-pma-rate": 51.7,
    }


@pytest.mark.parametrize(("bound", "value", "is_met"), cases(__file__, "a_cutoff_holds_at_its_bound"))
def test_a_cutoff_holds_at_its_bound(bound, value, is_met):
    table = {"id": "c", "finding": "plvi", "unit": "1", "text": "t", "from": "Table 1", **bound}
    assert Cutoff.model_validate(table).is_met(value) is is_met


@pytest.mark.parametrize(("require", "value", "is_met"), cases(__file__, "a_requirement_is_met_or_not"))
def test_a_requirement_is_met_or_not(require, value, is_met):
    assert Requirement.model_validate(require).is_met(value) is is_met


@pytest.mark.parametrize(("name", "old", "new", "key"), cases(__file__, "faults"))
def test_a_wrong_file_stops_the_start_with_its_name_and_key(tmp_path, name, old, new, key):
    text = (STUDIES_FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / f"{name}.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataFileError) as caught:
        load_studies(tmp_path, UNITS)
    assert f"/{name}.toml: {key.replace('[', '.').replace(']', '')}" in str(caught.value)


def test_inputs_with_and_without_outcome_groups_do_not_mix(tmp_path):
    text = (STUDIES_FOLDER / f"{S}.toml").read_text(encoding="utf-8")
    groups = "event    = { mean = 19.05, sd = 1.25 }\nno_event = { mean = 20.17, sd = 1.25 }"
    (tmp_path / f"{S}.toml").write_text(text.replace(groups, "all = { mean = 19.8, sd = 1.4 }"), encoding="utf-8")
    with pytest.raises(DataFileError, match="predictors: either all inputs"):
        load_studies(tmp_path, UNITS)


def test_a_check_of_all_files_reports_every_fault(tmp_path):
    for name, old, new in ((S, "count = 58", "count = 75"), (N, "se = 0.010", ""), (R, "schema = 1", "schema = = 1")):
        text = (STUDIES_FOLDER / f"{name}.toml").read_text(encoding="utf-8")
        (tmp_path / f"{name}.toml").write_text(text.replace(old, new), encoding="utf-8")
    faults = find_study_faults(tmp_path, UNITS)
    assert {Path(fault.file).name for fault in faults} == {f"{S}.toml", f"{N}.toml", f"{R}.toml"}

"""Study files: what they say, and which faults stop the start."""

import math
from pathlib import Path

import pytest
from study_samples import LOGISTIC, STUDIES, STUDIES_FOLDER, UNITS

from cds_service.core.data_file import Faults
from cds_service.core.study import Cutoff, Requirement
from cds_service.core.study_files import (
    find_study_faults,
    load_contrary_evidence,
    load_studies,
)
from cds_service.errors import DataFileError
from tests.tables import cases

S, N, R = "sarcopenia-pvm-2022", "nvcf-nomogram-2024", "residual-pain-2025"
P, M, C = "psoas-plvi-2024", "muscle-change-2021", "contrary-evidence"


def test_the_five_studies_are_read_in_the_order_of_their_ids():
    assert list(STUDIES) == [M, N, P, R, S]


@pytest.mark.parametrize(("name", "term", "ratio", "error"), cases(__file__, "printed"))
def test_terms_are_those_of_the_printed_odds_ratios_and_intervals(
    name, term, ratio, error
):
    (found,) = [one for one in LOGISTIC[name].terms if one.name == term]
    assert math.exp(found.beta) == pytest.approx(ratio, rel=0.025)
    if isinstance(error, list):
        error = math.log(error[1] / error[0]) / 3.92
    assert found.standard_error == pytest.approx(error, rel=0.02)


def test_contrary_evidence_speaks_of_studies_that_exist():
    for entry in load_contrary_evidence(STUDIES_FOLDER).entries:
        assert set(entry.studies) <= {*STUDIES, "pooled-2026"}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("vbq-scale", "2.8 there and 85 here"),
        ("vbq-scale-second", "4.14, with an odds ratio of 23.47"),
        ("external-auc", "0.52 to 0.74"),
        ("pooled-bone-density", "0.74 (18 studies"),
    ],
)
def test_contrary_evidence_gives_each_number_to_its_source(entry, said):
    found = {
        one.id: one.statement for one in load_contrary_evidence(STUDIES_FOLDER).entries
    }
    assert said in found[entry]


def test_a_folder_without_studies_stops_the_start(tmp_path):
    with pytest.raises(DataFileError, match="no study file"):
        load_studies(tmp_path, UNITS)
    with pytest.raises(DataFileError, match=r"contrary-evidence\.toml"):
        load_contrary_evidence(tmp_path)


def test_cutoffs_are_those_of_the_papers():
    cutoffs = {one.id: one for study in STUDIES.values() for one in study.cutoffs}
    assert {
        name: one.at_or_above or one.at_or_below for name, one in cutoffs.items()
    } == {
        "low-plvi": 0.79,
        "high-muscle-fat": 49.782,
        "low-psoas-area": 11.937,
        "high-pma-rate": 51.7,
    }


@pytest.mark.parametrize(
    ("bound", "value", "is_met"), cases(__file__, "a_cutoff_holds_at_its_bound")
)
def test_a_cutoff_holds_at_its_bound(bound, value, is_met):
    table = {
        "id": "c",
        "finding": "plvi",
        "unit": "1",
        "text": "t",
        "from": "Table 1",
        **bound,
    }
    assert Cutoff.model_validate(table).is_met(value) is is_met


@pytest.mark.parametrize(
    ("require", "value", "is_met"), cases(__file__, "a_requirement_is_met_or_not")
)
def test_a_requirement_is_met_or_not(require, value, is_met):
    assert Requirement.model_validate(require).is_met(value) is is_met


@pytest.mark.parametrize(("name", "old", "new", "key"), cases(__file__, "faults"))
def test_a_wrong_file_stops_the_start_with_its_name_and_key(
    tmp_path, name, old, new, key
):
    text = (STUDIES_FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / f"{name}.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataFileError) as caught:
        load_studies(tmp_path, UNITS)
    assert f"/{name}.toml: {key.replace('[', '.').replace(']', '')}" in str(
        caught.value
    )


def test_a_check_of_all_files_reports_every_fault(tmp_path):
    for name, old, new in (
        (S, "count = 58", "count = 75"),
        (N, "se = 0.010", ""),
        (R, "schema = 1", "schema = = 1"),
    ):
        text = (STUDIES_FOLDER / f"{name}.toml").read_text(encoding="utf-8")
        (tmp_path / f"{name}.toml").write_text(text.replace(old, new), encoding="utf-8")
    faults = Faults()
    find_study_faults(tmp_path, UNITS, faults)
    assert {Path(fault.file).name for fault in faults.found} == {
        f"{S}.toml",
        f"{N}.toml",
        f"{R}.toml",
    }

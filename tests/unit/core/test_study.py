"""Study files: what they say, and which faults stop the start."""

import math
from pathlib import Path

import pytest
from study_samples import LOGISTIC, STUDIES, STUDIES_FOLDER, UNITS

from cds_service.core.data_file import Faults
from cds_service.core.models.study_files import (
    find_study_faults,
    load_contrary_evidence,
    load_studies,
)
from cds_service.core.models.study_tables import Cutoff, Requirement
from cds_service.errors import DataFileError

S, N, R = "sarcopenia-pvm-2022", "nvcf-nomogram-2024", "residual-pain-2025"
P, M, C = "psoas-plvi-2024", "muscle-change-2021", "contrary-evidence"


def test_the_five_studies_are_read_in_the_order_of_their_ids():
    assert list(STUDIES) == [M, N, P, R, S]


@pytest.mark.parametrize(
    ("name", "term", "ratio", "error"),
    [
        # odds ratio, and the standard error of its logarithm or the 95 % interval that gives it
        ("sarcopenia-pvm-2022", "bmi", 0.55, 0.14),
        ("sarcopenia-pvm-2022", "diabetes", 3.39, 0.589),
        ("sarcopenia-pvm-2022", "sarcopenia", 5.47, 0.607),
        ("sarcopenia-pvm-2022", "pma-rate", 1.13, 0.051),
        ("sarcopenia-pvm-2022", "bmd-t-score", 0.16, 0.531),
        ("sarcopenia-pvm-2022", "tl-junction", 0.34, 0.505),
        ("sarcopenia-pvm-2022", "mna-category=B", 0.55, 0.834),
        ("sarcopenia-pvm-2022", "mna-category=C", 0.75, 0.816),
        ("nvcf-nomogram-2024", "procedure", 0.249, 0.485),
        ("nvcf-nomogram-2024", "ct-attenuation", 0.958, 0.01),
        ("nvcf-nomogram-2024", "multifidus-smi", 0.992, 0.004),
        ("residual-pain-2025", "fascia-injury", 4.222, [0.791, 22.521]),
        ("residual-pain-2025", "vbq", 85.212, [7.006, 1036.458]),
        ("residual-pain-2025", "local-kyphosis-post", 1.139, [1.017, 1.276]),
        ("residual-pain-2025", "cement-diffused", 0.118, [0.014, 1.015]),
        ("residual-pain-2025", "psoas-muscle-area", 1.634, [0.881, 3.031]),
        ("residual-pain-2025", "psoas-total-area", 0.509, [0.285, 0.91]),
        ("residual-pain-2025", "es-mf-fat-fraction", 1.082, [1.008, 1.16]),
    ],
)
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
    ("bound", "value", "is_met"),
    [
        ({"at_or_above": 51.7}, 51.7, True),
        ({"at_or_above": 51.7}, 51.69, False),
        ({"at_or_below": 0.79}, 0.79, True),
        ({"at_or_below": 0.79}, 0.8, False),
    ],
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
    ("require", "value", "is_met"),
    [
        ({"equals": False}, False, True),
        ({"equals": False}, True, False),
        ({"equals": "PKP"}, "PVP", False),
        ({"at_most": 1}, 1.0, True),
        ({"at_most": 1}, 2.0, False),
        ({"at_most": 1}, "L1", False),
        ({"at_least": 60}, 60.0, True),
        ({"at_least": 60}, 59.9, False),
        ({"below": -2.5}, -2.5, False),
        ({"below": -2.5}, -2.6, True),
        ({"at_most": -2.5}, -2.5, True),
        ({"at_most": -2.5}, -2.4, False),
        ({"above": 1.0}, 1.0, False),
        ({"at_least": 60, "at_most": 91}, 92.0, False),
        ({"at_least": 60}, "old", False),
    ],
)
def test_a_requirement_is_met_or_not(require, value, is_met):
    assert Requirement.model_validate(require).is_met(value) is is_met


@pytest.mark.parametrize(
    ("name", "old", "new", "key"),
    [
        # file, text, replaced by, key of the fault
        (
            "sarcopenia-pvm-2022",
            (
                "event    = { mean = 19.05, sd = 1.25 }\n"
                "no_event = { mean = 20.17, sd = 1.25 }"
            ),
            "all = { mean = 19.8, sd = 1.4 }",
            "predictors: either all inputs",
        ),
        (
            "sarcopenia-pvm-2022",
            'finding = "bmi"',
            'finding = "body-mass"',
            "predictors[0].finding",
        ),
        (
            "sarcopenia-pvm-2022",
            'unit = "kg/m2"',
            'unit = "lb/in2"',
            "predictors[0].unit",
        ),
        (
            "sarcopenia-pvm-2022",
            "ci = [-0.87, -0.32]",
            "ci = [0.32, 0.87]",
            "predictors[0]: ci",
        ),
        (
            "sarcopenia-pvm-2022",
            "ci = [-2.23, 1.04]",
            "ci = [0.23, 1.04]",
            "predictors[6].levels[0]: ci",
        ),
        (
            "sarcopenia-pvm-2022",
            "count = 58",
            "count = 75",
            "predictors[2].event.count",
        ),
        (
            "sarcopenia-pvm-2022",
            "count = 11 }",
            "count = 141 }",
            "predictors[2].no_event.count",
        ),
        (
            "sarcopenia-pvm-2022",
            "{ A = 3, B = 21, C = 50 }",
            "{ A = 4, B = 21, C = 50 }",
            "predictors[6].event.counts",
        ),
        (
            "sarcopenia-pvm-2022",
            "{ A = 3, B = 21, C = 50 }",
            "{ B = 24, C = 50 }",
            "predictors[6].event.counts",
        ),
        (
            "sarcopenia-pvm-2022",
            'id = "sarcopenia-pvm-2022"',
            'id = "sarcopenia"',
            "id",
        ),
        (
            "sarcopenia-pvm-2022",
            "ci = [-0.87, -0.32]",
            "ci = [-0.87, -0.32]\nse = 0.14",
            "predictors[0]",
        ),
        ("sarcopenia-pvm-2022", "ci = [-0.87, -0.32]", "", "predictors[0]"),
        (
            "sarcopenia-pvm-2022",
            "{ mean = 19.05, sd = 1.25 }",
            "{ mean = 19.05, sd = 1.25, count = 3 }",
            "predictors[0].event",
        ),
        (
            "sarcopenia-pvm-2022",
            "{ mean = 19.05, sd = 1.25 }",
            "{ mean = 19.05 }",
            "predictors[0].event",
        ),
        (
            "sarcopenia-pvm-2022",
            "{ mean = 19.05, sd = 1.25 }",
            "{ mean = 19.05, sd = 0 }",
            "predictors[0].event.sd",
        ),
        (
            "sarcopenia-pvm-2022",
            "{ mean = 19.05, sd = 1.25 }",
            "{ mean = nan, sd = 1.25 }",
            "predictors[0].event.mean",
        ),
        (
            "sarcopenia-pvm-2022",
            "event    = { mean = 19.05, sd = 1.25 }\n",
            "",
            "predictors[0]",
        ),
        (
            "sarcopenia-pvm-2022",
            "event    = { count = 31 }",
            "event    = { counts = { A = 74 } }",
            "predictors[1].event",
        ),
        ("sarcopenia-pvm-2022", "beta = -0.59", "", "predictors[0]"),
        (
            "sarcopenia-pvm-2022",
            "beta = -0.59",
            "beta = -0.59\nprinted = 0.59",
            "predictors[0]: a corrected misprint",
        ),
        (
            "sarcopenia-pvm-2022",
            'reference = "A"',
            "",
            "predictors[6]: a category needs its reference",
        ),
        (
            "sarcopenia-pvm-2022",
            'finding = "diabetes"',
            'finding = "sarcopenia"',
            "predictors[2].finding",
        ),
        (
            "sarcopenia-pvm-2022",
            "beta = -0.59",
            "beta = -0.59\ngamma = 1",
            "predictors[0].gamma",
        ),
        ("sarcopenia-pvm-2022", "n = 214", "", "cohort.n"),
        ("sarcopenia-pvm-2022", "events = 74", "events = 214", "cohort.events"),
        ("sarcopenia-pvm-2022", 'kind = "logistic"', 'kind = "forest"', "kind"),
        ("sarcopenia-pvm-2022", "schema = 1", 'schema = 1\ndigest = "0"', "digest"),
        ("sarcopenia-pvm-2022", "schema = 1", "schema = 2", "schema"),
        ("sarcopenia-pvm-2022", "schema = 1", "schema = = 1", ""),
        (
            "sarcopenia-pvm-2022",
            'finding = "steroid-use"',
            'finding = "steroids"',
            "applicability[6].finding",
        ),
        (
            "sarcopenia-pvm-2022",
            "{ at_most = 1 }",
            "{ equals = true, at_most = 1 }",
            "applicability[2].require",
        ),
        ("sarcopenia-pvm-2022", "{ at_most = 1 }", "{ }", "applicability[2].require"),
        (
            "sarcopenia-pvm-2022",
            'severity = "absolute"',
            'severity = "fatal"',
            "applicability[7].severity",
        ),
        (
            "sarcopenia-pvm-2022",
            'at_or_above = 51.7\nunit = "%"',
            'at_or_above = 51.7\nunit = "1"',
            "cutoffs[0].unit",
        ),
        (
            "sarcopenia-pvm-2022",
            "at_or_above = 51.7",
            "at_or_above = 51.7\nat_or_below = 51.7",
            "cutoffs[0]",
        ),
        ("nvcf-nomogram-2024", "se = 0.010", "se = -0.010", "predictors[1].se"),
        (
            "nvcf-nomogram-2024",
            "se = 0.010",
            "se = 0.010\nwald = 18.5",
            "predictors[1]",
        ),
        (
            "nvcf-nomogram-2024",
            "all = { mean = 59.33, sd = 29.75 }",
            "event = { mean = 59.33, sd = 29.75 }",
            "predictors[1]",
        ),
        (
            "residual-pain-2025",
            'identity = "psoas-muscle-area"',
            'identity = "a + b"',
            "predictors[4].identity",
        ),
        (
            "residual-pain-2025",
            'unit = "%"\nfrom = "Table 2"',
            'unit = "1"\nfrom = "Table 2"',
            "auxiliaries[0].unit",
        ),
        ("psoas-plvi-2024", 'unit = "1" ', 'unit = "%" ', "unit"),
        ("psoas-plvi-2024", "n = 72", "n = 71", "strata"),
        (
            "psoas-plvi-2024",
            "{ refracture = 3, residual-pain = 2 }",
            "{ refracture = 73, residual-pain = 2 }",
            "strata[0]: events",
        ),
        (
            "psoas-plvi-2024",
            "{ refracture = 3, residual-pain = 2 }",
            "{ refracture = 3 }",
            "strata: each names",
        ),
        ("psoas-plvi-2024", "above = 0.79", "", "strata[0]"),
        (
            "muscle-change-2021",
            'finding = "paraspinal-csa-change"',
            'finding = "muscle"',
            "markers[0].finding",
        ),
        ("muscle-change-2021", "q1 = -11.8", "q1 = -1.8", "markers[0]."),
        ("contrary-evidence", 'id = "contrary-evidence"', 'id = "contrary"', "id"),
    ],
)
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

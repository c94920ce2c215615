"""What we read as SQL-on-FHIR views, run by a library that passes the specification's tests for what they use."""

import json
from datetime import date
from pathlib import Path

import pytest
import sqlonfhir
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.samples import load_samples

FIXTURES = Path(__file__).parents[2] / "fixtures"
SPECIFICATION = [
    (file["resources"], case)
    for path in sorted((FIXTURES / "sql-on-fhir").glob("*.json"))
    for file in [json.loads(path.read_text(encoding="utf-8"))]
    for case in file["tests"]
]


@pytest.fixture(scope="module")
def views():
    result = CliRunner().invoke(main, ["mappings", "views"])
    assert result.exit_code == 0, result.output
    return {one["name"]: one for one in json.loads(result.output)}


@pytest.mark.parametrize(
    ("resources", "case"),
    SPECIFICATION,
    ids=[case["title"] for _, case in SPECIFICATION],
)
def test_the_library_passes_the_tests_of_the_specification_that_apply(resources, case):
    assert sqlonfhir.evaluate(resources, case["view"]) == case["expect"]


@pytest.mark.xfail(
    raises=IndexError,
    strict=True,
    reason="sqlonfhir 0.0.2 takes it that a reference is there",
)
def test_without_a_subject_the_patients_key_is_null(views):
    t_score = {"system": "http://loinc.org", "code": "80946-7"}
    nobody = {
        "resourceType": "Observation",
        "id": "o",
        "status": "final",
        "code": {"coding": [t_score]},
    }
    assert sqlonfhir.evaluate([nobody], views["bmd_t_score"])[0]["patient_id"] is None


# The stories of `samples.toml`.
@pytest.mark.parametrize(
    ("patient", "view", "value", "unit"),
    [
        ("p1-thin-high", "bmd_t_score", -3.2, "{T-score}"),
        ("p1-thin-high", "bmi", 18.5, "kg/m2"),
        ("p4-vertebroplasty", "ct_attenuation", 45, "[hnsf'U]"),
        ("p4-vertebroplasty", "multifidus_smi", 105, "mm2/m2"),
    ],
)
def test_a_view_finds_the_sample_patients_measurement(
    views, patient, view, value, unit
):
    sample = next(one for one in load_samples(date(2026, 11, 20)) if one.id == patient)
    rows = sqlonfhir.evaluate(list(sample.resources), views[view])
    assert (value, unit, patient) in {
        (float(row["value"]), row["unit"], row["patient_id"]) for row in rows
    }


def test_a_view_finds_diabetes_on_the_problem_list(views):
    found = {
        sample.id: len(sqlonfhir.evaluate(list(sample.resources), views["diabetes"]))
        for sample in load_samples(date(2026, 11, 20))
    }
    assert found["p1-thin-high"] == 1
    assert found["p2-low"] == found["p3-typical-western"] == 0


def test_every_view_is_read_and_has_a_name_that_sql_can_use(views):
    assert len(views) > 30
    for name, view in views.items():
        assert name.isidentifier()
        assert view["resource"] in {"Observation", "Condition"}
        assert (
            sqlonfhir.evaluate(
                [{"resourceType": view["resource"], "id": "empty"}], view
            )
            == []
        )

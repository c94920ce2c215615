"""Finding files: right ones load, wrong ones stop the start by file and key; examples of docs/map-codes.md work."""

import json
import re
import shutil
from pathlib import Path

import pytest

from cds_service.errors import DataFileError
from cds_service.fhir.mapping.terminology import Terminology, check_specs, load_finding_specs
from tests.builders import MAPPINGS, coded, findings_of, observation, specs, terminology
from tests.tables import cases

PAGE = Path(__file__).resolve().parents[4] / "docs/map-codes.md"


def test_observations_are_asked_by_enumerated_codes():
    for spec in specs().values():
        if spec.kind in ("quantity", "boolean", "category"):
            assert all(terminology().codes(concept) for concept in spec.asked_concepts), spec.name


@pytest.mark.parametrize(
    ("name", "old", "new", "key"), cases(__file__, "a_wrong_finding_file_stops_the_start_with_file_and_key")
)
def test_a_wrong_finding_file_stops_the_start_with_file_and_key(tmp_path, name, old, new, key):
    folder = tmp_path / "findings"
    shutil.copytree(MAPPINGS / "findings", folder)
    path = folder / f"{name}.toml"
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new), encoding="utf-8")
    with pytest.raises(DataFileError) as error:
        load_finding_specs(tmp_path)
    assert (Path(error.value.file).name, error.value.key) == (f"{name}.toml", key)


@pytest.mark.parametrize(
    ("old", "new", "key"), cases(__file__, "a_finding_that_names_what_does_not_exist_stops_the_start")
)
def test_a_finding_that_names_what_does_not_exist_stops_the_start(tmp_path, old, new, key):
    (tmp_path / "findings").mkdir()
    content = (MAPPINGS / "findings" / "bmi.toml").read_text(encoding="utf-8")
    assert old in content
    (tmp_path / "findings" / "bmi.toml").write_text(content.replace(old, new), encoding="utf-8")
    with pytest.raises(DataFileError) as error:
        check_specs(load_finding_specs(MAPPINGS, tmp_path), terminology())
    assert (Path(error.value.file).name, error.value.key) == ("bmi.toml", key)


def example(page: str, name: str) -> str:
    """The block of docs/map-codes.md that follows the file name."""
    found = re.search(rf"`{re.escape(name)}`[^`]*```\w+\n(.*?)```", page, re.DOTALL)
    assert found is not None, name
    return found[1]


def test_the_pages_local_code_is_read(tmp_path):
    """A site adds one file and its code 7010, in newtons and without a unit, is a grip strength."""
    page = PAGE.read_text(encoding="utf-8")
    content = example(page, "mappings/conceptmap/flowsheet.json")
    (tmp_path / "conceptmap").mkdir()
    (tmp_path / "conceptmap" / "flowsheet.json").write_text(content, encoding="utf-8")
    mapped = Terminology(MAPPINGS, tmp_path)
    system = json.loads(content)["group"][0]["source"]
    without_unit = observation(coded("7010", system), 200)
    found = findings_of(without_unit, mapped=mapped).known["grip-strength"]
    assert found.value == pytest.approx(200 / 9.80665, rel=1e-6)
    assert found.provenance[0].code == f"{system}|7010"
    contradiction = findings_of(observation(coded("7010", system), 20, "kg"), mapped=mapped)
    assert contradiction.gaps["grip-strength"].reason == "unit-unknown"
    assert "grip-strength" in findings_of(without_unit).gaps


def test_the_pages_own_freshness_is_in_force(tmp_path):
    """A site replaces one finding file and an older T-score is stale."""
    page = PAGE.read_text(encoding="utf-8")
    (tmp_path / "findings").mkdir()
    (tmp_path / "findings" / "gait-speed.toml").write_text(
        example(page, "mappings/findings/gait-speed.toml"), encoding="utf-8"
    )
    changed = load_finding_specs(MAPPINGS, tmp_path)
    assert changed["gait-speed"].usable_days == 92
    assert changed["bmi"] == specs()["bmi"]


def test_the_page_names_every_folder_and_file():
    page = PAGE.read_text(encoding="utf-8")
    for path in set(MAPPINGS.iterdir()) - {MAPPINGS / "README.md"}:
        assert path.name in page, path.name

"""Finding files: right ones load, wrong ones stop the start by file and key; examples of docs/map-codes.md work."""

import json
import re
import shutil
from pathlib import Path

import pytest

from cds_service.errors import DataFileError
from cds_service.fhir.mapping.terminology import Terminology, asked_codes, check_specs, load_finding_specs
from tests.builders import LOINC, MAPPINGS, coded, findings_of, observation, specs, terminology
from tests.tables import cases

PAGE = Path(__file__).resolve().parents[4] / "docs/map-codes.md"


def test_our_own_files_name_only_what_exists():
    check_specs(specs(), terminology())


def test_every_value_set_of_ours_is_used_by_a_finding_or_by_orders():
    used = {
        name
        for spec in specs().values()
        for name in (*spec.asked_concepts, *spec.unclear, *spec.told_by_code, *spec.history)
    }
    of_orders = {path.stem for path in (MAPPINGS / "valueset").glob("*.json")} - used
    assert of_orders <= {
        "augmentation-additional-level", "bed-rest", "bedside-measurement", "bone-treatment", "brace",
        "ct-attenuation-measurement", "dietitian", "dxa", "femur-site", "height-restoration", "lumbar-spine-site",
        "local-route", "lumbar-vertebra", "mri-muscle-measurement", "no-information", "nothing-known",
        "osteoporosis", "other-condition", "osteoporotic-vertebral-fracture",
        "rehabilitation", "vertebral-fracture",
    }  # fmt: skip


def test_observations_are_asked_by_enumerated_codes():
    for spec in specs().values():
        if spec.kind in ("quantity", "boolean", "category"):
            assert all(terminology().codes(concept) for concept in spec.asked_concepts), spec.name


@pytest.mark.parametrize("key", ["boneDensity", "body", "function", "imaging"])
def test_the_codes_of_one_prefetch_key_fit_into_a_query(key):
    codes = asked_codes(specs(), terminology(), key)
    assert codes == tuple(sorted(set(codes)))
    assert len(",".join("|".join(code) for code in codes)) < 1900


def test_the_codes_asked_for_bone_density_hold_all_sites_and_none_of_another_kind():
    codes = asked_codes(specs(), terminology(), "boneDensity")
    assert {(LOINC, "38267-1"), (LOINC, "38264-8"), (LOINC, "38263-0"), (LOINC, "38265-5"), (LOINC, "83311-1")} <= set(
        codes
    )
    assert (LOINC, "39156-5") not in codes


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
    assert (error.value.file, error.value.key) == (f"findings/{name}.toml", key)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('value_sets = ["bmi"]', 'value_sets = ["bmj"]', "value_sets"),
        ('accept_units = ["kg/m2"]', 'accept_units = ["kg"]', "accept_units"),
    ],
)
def test_a_finding_that_names_what_does_not_exist_stops_the_start(tmp_path, old, new, key):
    (tmp_path / "findings").mkdir()
    content = (MAPPINGS / "findings" / "bmi.toml").read_text(encoding="utf-8")
    assert old in content
    (tmp_path / "findings" / "bmi.toml").write_text(content.replace(old, new), encoding="utf-8")
    with pytest.raises(DataFileError) as error:
        check_specs(load_finding_specs(MAPPINGS, tmp_path), terminology())
    assert (error.value.file, error.value.key) == ("findings/bmi.toml", key)


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


def test_a_new_measure_is_one_file(tmp_path):
    folder = tmp_path / "mappings" / "findings"
    folder.mkdir(parents=True)
    (folder / "calf-circumference.toml").write_text(
        'name = "calf-circumference"\ntitle = "calf"\nkind = "quantity"\nkey = "function"\nunit = "m"\n'
        'accept_units = ["m", "cm"]\nrange = [0.1, 0.8]\nvalue_sets = ["calf-circumference"]\n',
        encoding="utf-8",
    )
    mapped = Terminology(MAPPINGS, folder.parent)
    specs = load_finding_specs(MAPPINGS, folder.parent)
    check_specs(specs, mapped)
    system = "https://kyphoplasty-cds.org/fhir/CodeSystem/measures"
    assert (system, "calf-circumference") in asked_codes(specs, mapped, "function")

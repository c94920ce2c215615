"""The wheel, installed in a fresh environment and run from another folder: what packaging loses shows only here.

Its own target (`make wheel-test`), since it installs everything anew.
"""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.packaging
ROOT = Path(__file__).resolve().parents[2]


def run(*command, cwd):
    return subprocess.run(
        map(str, command),
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
        timeout=900,
    ).stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        folder,
        ROOT,
        cwd=folder,
    )
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The command of a fresh environment that holds the wheel, and a folder that is not the checkout."""
    folder = tmp_path_factory.mktemp("elsewhere")
    run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    run(
        folder / "venv/bin/python", "-m", "pip", "install", "--quiet", wheel, cwd=folder
    )
    return folder / "venv/bin/kyphoplasty-cds", folder


def test_the_wheel_holds_one_package_with_its_data(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {
        "cds_service"
    }
    for part in (
        "_data/hooks/kyphoplasty-order-sign/service.json",
        "_data/mappings/units.toml",
        "studies/reduced",
        "samples",
    ):
        assert any(name.startswith(f"cds_service/{part}") for name in names), part


def test_the_data_files_are_whole_from_another_folder(installed):
    command, folder = installed
    assert "all data files are valid" in run(command, "mappings", "check", cwd=folder)
    assert len(json.loads(run(command, "models", "--json", cwd=folder))) == 5


def test_the_demonstration_runs_from_another_folder(installed):
    command, folder = installed
    assert "Refracture below average" in run(
        command, "demo", "--patient", "p2", cwd=folder
    )


def test_the_papers_of_a_go_live_are_printed_from_another_folder(installed):
    command, folder = installed
    assert "Committee book" in run(command, "preview", cwd=folder)
    assert "<h1>Integration sheet" in run(
        command, "integration-sheet", "--format", "html", cwd=folder
    )
    (recorded,) = folder.glob("venv/**/samples/hospital/order-sign.json")
    assert "kyphoplasty" in run(command, "mappings", "learn", recorded, cwd=folder)

"""`score` as a person runs it who lacks what an option needs."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cds_service.cli import main


def test_spark_that_is_not_installed_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pyarrow", "pyspark"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "cds_service.population.spark", raising=False)
    (tmp_path / "Patient.ndjson").write_text('{"resourceType": "Patient", "id": "a"}\n')
    done = CliRunner().invoke(main, ["score", str(tmp_path), "--engine", "spark"])
    assert done.exit_code == 1, done.output
    assert "pip install 'kyphoplasty-cds[spark]'" in done.output


@pytest.mark.parametrize("command", ["score", "outcomes"])
@pytest.mark.parametrize("line", ['{"hello": 1}', "a letter", ""])
def test_a_file_that_is_no_export_ends_with_an_error(
    command: str, line: str, tmp_path: Path
) -> None:
    file = tmp_path / "letter.ndjson"
    file.write_text(f"{line}\n")
    done = CliRunner().invoke(main, [command, str(file)])
    assert done.exit_code == 1, done.output
    assert f"no Patient in {file}" in done.output
    assert "months-refracture" not in done.output


@pytest.mark.parametrize("command", ["score", "outcomes"])
def test_an_export_in_which_nobody_was_treated_is_one(
    command: str, tmp_path: Path
) -> None:
    (tmp_path / "Patient.ndjson").write_text('{"resourceType": "Patient", "id": "a"}\n')
    done = CliRunner().invoke(main, [command, str(tmp_path)])
    assert done.exit_code == 0, done.output

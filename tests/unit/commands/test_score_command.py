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

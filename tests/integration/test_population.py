"""`score` as processes: the same bytes on Spark as on one machine, and after a kill as without one."""

import gzip
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.population import local
from tests.chart_builders import TODAY, drug, patient
from tests.codes import codeable
from tests.patients.typical import typical_orders
from tests.population_builders import done, whose, write_export
from tests.population_load import write

NEEDS_SPARK = pytest.mark.skipif(
    not (
        importlib.util.find_spec("pyspark")
        and importlib.util.find_spec("pyarrow")
        and shutil.which("java")
    ),
    reason="pyspark and pyarrow (the extra spark) or Java are not installed",
)
PATIENTS, LAST = 40, 400  # lines of the packed file


def command(export: Path, out: Path, *more: Any) -> list[str]:
    words = [
        "score",
        export,
        "--as-of",
        TODAY,
        "--out",
        out,
        "--worklist",
        out.with_suffix(".csv"),
        *more,
    ]
    return [sys.executable, "-m", "cds_service.cli", *map(str, words)]


def score(export: Path, out: Path, *more: Any) -> list[str]:
    """Runs to the end; returns what it said."""
    ended = subprocess.run(
        command(export, out, *more),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stderr.splitlines()


def written(out: Path) -> tuple[bytes, bytes]:
    """Lines and work list."""
    return out.read_bytes(), out.with_suffix(".csv").read_bytes()


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Patients of all kinds, past procedures, drugs named elsewhere, bad lines, a packed file, odd names."""
    everything: list[dict[str, Any]] = []
    for number, signing in enumerate(typical_orders(PATIENTS, seed=5)):
        drafts = [
            {**one, "status": "active"}
            for one in signing.drafts
            if one["resourceType"] != "MedicationRequest"
        ]
        own = (
            [patient(), *signing.record, *drafts]
            if number % 3
            else [patient(), *signing.record, done(90), *drafts]
        )
        everything += whose(f"p{number}", own)
    named = {
        "medicationCodeableConcept": None,
        "medicationReference": {"reference": "Medication/x"},
    }
    everything += whose("p0", [drug("prednisolone", number="by-name", **named)])
    everything.append(
        {
            "resourceType": "Medication",
            "id": "x",
            "code": codeable("http://www.whocc.no/atc", "H02AB06"),
        }
    )
    everything += whose(
        "p1",
        [
            drug(
                "losartan",
                number="else",
                subject={"reference": "https://else.org/fhir/Patient/p1"},
            )
        ],
    )
    folder = write_export(tmp_path_factory.mktemp("spark") / "an [export]", everything)
    lines = (folder / "Observation.ndjson").read_bytes().splitlines()
    (folder / "Observation.ndjson").write_bytes(
        b"\n".join([b"{", *lines[:5], b"", b"[1]"])
    )
    rest = [*lines[5:LAST], *[b""] * (LAST - len(lines) + 4), b"\xff"]
    with gzip.open(folder / "Observation_2.ndjson.gz", "wb") as packed:
        packed.write(b"\r\n".join(rest))
    return folder


@NEEDS_SPARK
def test_spark_gives_the_same_bytes_and_says_the_same(
    export: Path, tmp_path: Path
) -> None:
    said = score(export, tmp_path / "local")
    on_spark = score(export, tmp_path / "spark", "--engine", "spark")
    assert written(tmp_path / "spark") == written(tmp_path / "local")
    assert len((tmp_path / "local").read_bytes().splitlines()) == PATIENTS
    assert said[-5:] == on_spark[-5:]
    assert [line.split("/")[-1].split(": ")[0] for line in said[:3]] == [
        "Observation.ndjson:1",
        "Observation.ndjson:8",
        f"Observation_2.ndjson.gz:{LAST}",
    ]


def test_processes_give_the_same_bytes_as_one(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, many = tmp_path / "one", tmp_path / "many"
    for out in (one, many):
        assert CliRunner().invoke(main, command(export, out)[3:]).exit_code == 0
        monkeypatch.setattr(local, "SMALL_BYTES", 0)
    assert written(one) == written(many)


SPILLS = """
from pathlib import Path
from pyspark import StorageLevel
from cds_service.population.spark import spark_session
session = spark_session()
session.range(10).persist(StorageLevel.DISK_ONLY).count()
print(session.conf.get("spark.driver.host"), *{oct(one.stat().st_mode & 0o77) for one in Path(".").rglob("*")})
"""


@NEEDS_SPARK
def test_spark_on_this_machine_is_for_this_user_alone(tmp_path: Path) -> None:
    surroundings = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("SPARK_")
    }
    done = subprocess.run(
        [sys.executable, "-c", SPILLS],
        cwd=tmp_path,
        env=surroundings | {"SPARK_LOCAL_DIRS": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    host, *rights = done.stdout.split()
    assert host in ("127.0.0.1", "localhost"), done.stderr
    assert rights == ["0o0"]


def test_a_killed_run_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    write(tmp_path / "export", 400)
    score(tmp_path / "export", tmp_path / "whole")
    out = tmp_path / "killed"
    running = subprocess.Popen(
        command(tmp_path / "export", out), stderr=subprocess.DEVNULL
    )
    while running.poll() is None and not list(tmp_path.glob("killed.work/*.scored")):
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert not out.exists()
    assert list(tmp_path.glob("killed.work/*.part"))
    score(tmp_path / "export", out)
    assert written(out) == written(tmp_path / "whole")

"""What `deploy/Dockerfile` does, done in a folder of this machine: its own commands, its health check, its start.

An image is not built here, which takes a daemon or a registry. `make image-test`, since
it installs everything anew.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from packaging.utils import canonicalize_name

from tests.bench.running import free_port
from tests.deploy.locked import read_lock

pytestmark = pytest.mark.packaging
ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "deploy/Dockerfile").read_text().replace("\\\n", " ")
BUILD, FINAL = TEXT.split("FROM ${PYTHON_IMAGE} AS build")[1].split(
    "FROM ${PYTHON_IMAGE}\n"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder that stands for `/` of the image: after the steps of the build, in their order."""
    root = tmp_path_factory.mktemp("image")
    folder = root / "build"
    folder.mkdir()
    path = f"{Path(sys.executable).resolve().parent}:{os.environ['PATH']}"
    for step in BUILD.splitlines():
        word, _, rest = step.partition(" ")
        if word == "COPY":
            *sources, target = rest.split()
            for source in sources:
                copy(ROOT / source, folder / target)
        elif word == "RUN":
            command = rest.replace("/opt/", f"{root}/opt/")
            done = subprocess.run(
                ["sh", "-ec", command],
                cwd=folder,
                env={**os.environ, "PATH": path},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, (
                rest,
                done.stdout[-2000:],
                done.stderr[-2000:],
            )
    return root


def copy(source, target):
    if source.is_dir():
        shutil.copytree(
            source, target, ignore=shutil.ignore_patterns("__pycache__", "_data")
        )
    else:
        shutil.copy(source, target)


def words(instruction):
    """The JSON words of an instruction of the final stage."""
    return json.loads(re.search(rf"^{instruction} (\[.*\])", FINAL, re.MULTILINE)[1])


def test_only_what_is_locked_and_the_wheel_is_in_it(place):
    (packages,) = (place / "opt/kyphoplasty-cds/lib").glob("python*/site-packages")
    there = {
        canonicalize_name(path.name.partition("-")[0])
        for path in packages.glob("*.dist-info")
    }
    assert there - {
        one.name for one in read_lock(ROOT / "deploy/requirements.lock")
    } == {"kyphoplasty-cds"}
    assert not (place / "opt/kyphoplasty-cds/bin/pip").exists()


def test_it_starts_as_the_image_would_and_its_health_check_passes(place):
    """Without capabilities, where it may write nothing but the log and the counts of its workers."""
    for name in ("tmp", "data", "work"):
        (place / name).mkdir(exist_ok=True)
    (place / "work").chmod(0o555)
    port = str(free_port())
    binaries = place / "opt/kyphoplasty-cds/bin"
    own = ("KYPHOPLASTY_CDS_", "PYTHON")
    environment = {
        name: one for name, one in os.environ.items() if not name.startswith(own)
    } | {
        "PATH": f"{binaries}:{os.environ['PATH']}",
        "TMPDIR": str(place / "tmp"),
        "HOME": "/nonexistent",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "KYPHOPLASTY_CDS_DATABASE_URL": f"sqlite:///{place / 'data/audit.sqlite3'}",
    }
    given = [
        one.replace("0.0.0.0", "127.0.0.1").replace("8080", port)
        for one in words("CMD")
    ]
    bare = (
        ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
        if os.getuid() == 0
        else []
    )
    process = subprocess.Popen(
        [*bare, *words("ENTRYPOINT"), *given],
        cwd=place / "work",
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        lines = iter(process.stdout.readline, "")
        assert any("listening on" in line for line in lines)
        check = json.loads(re.search(r"HEALTHCHECK .*CMD (\[.*\])", FINAL)[1])
        subprocess.run(
            [one.replace("8080", port) for one in check],
            env=environment,
            check=True,
            timeout=60,
        )
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert list((place / "work").iterdir()) == []


def test_the_image_starts_the_sandbox_with_its_patients_and_stops(place):
    """`docker run IMAGE sandbox`: one address, and an end without an error."""
    binaries, temporary = place / "opt/kyphoplasty-cds/bin", place / "tmp"
    temporary.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [*words("ENTRYPOINT"), "sandbox", "--port", str(free_port())],
        cwd=temporary,
        env={**os.environ, "PATH": f"{binaries}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        address = process.stdout.readline().strip()
        with urlopen(address, timeout=60) as page:
            assert page.status == 200
        with urlopen(f"{address}/fhir/Patient?_count=1", timeout=60) as found:
            assert json.load(found)["entry"]
    finally:
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=60)
    assert (process.returncode, rest) == (0, "")

"""`deploy/install.sh`, run by somebody whose files are their own, from a checkout with secrets in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.packaging
ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(
    *(
        ".git",
        ".venv",
        ".cache",
        "__pycache__",
        "_data",
        "*.egg-info",
        "build",
        "*.env",
        "tls",
    )
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    checkout = tmp_path_factory.mktemp("checkout") / "checkout"
    shutil.copytree(ROOT, checkout, ignore=LEFT_OUT)
    (checkout / "deploy/tls").mkdir()
    for name in ("tls/cds.key", "owner.env", "site/client-secret"):
        secret = checkout / "deploy" / name
        secret.write_text("a secret")
        secret.chmod(0o600)
    folder = tmp_path_factory.mktemp("opt") / "kyphoplasty-cds"
    command = (
        f"umask 077; chmod -R go= {checkout}; {checkout}/deploy/install.sh {folder}"
    )
    environment = {**os.environ, "PYTHON": sys.executable}
    done = subprocess.run(
        ["sh", "-ec", command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return folder


def test_all_of_it_can_be_read_by_the_service_s_user(installed):
    closed = [
        path
        for path in installed.rglob("*")
        if not path.is_symlink() and not path.stat().st_mode & 0o004
    ]
    assert closed == []
    assert all(
        path.stat().st_mode & 0o005 == 0o005
        for path in (*installed.glob("deploy/*.sh"), installed)
    )


def test_no_secret_of_the_checkout_is_in_it(installed):
    units = "".join(path.read_text() for path in ROOT.glob("deploy/systemd/*.service"))
    there = {path.name for path in (installed / "deploy").iterdir()}
    assert there == {
        "backup.sh",
        "checkpoint.sh",
        "restore.sh",
        "verify.sh",
        "fetch.sh",
        "operate.md",
        "examples",
    }
    assert all(
        f"deploy/{name}" in units
        for name in ("backup.sh", "checkpoint.sh", "operate.md")
    )
    examples = {
        "nginx.conf",
        "alerts.yaml",
        "prometheus.yaml",
        "service.env.example",
        "owner.env.example",
    }
    assert {path.name for path in (installed / "deploy/examples").iterdir()} == examples
    assert not [
        path
        for path in installed.rglob("*")
        if path.is_file() and path.read_bytes() == b"a secret"
    ]


def test_an_environment_stays_with_the_python_that_made_it(installed):
    """Parts of two in one folder would run nothing any more."""
    other = next(
        path for path in map(Path, ("/bin/sh", "/usr/bin/env")) if path.exists()
    )
    command = [ROOT / "deploy/install.sh", installed]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHON": str(other)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "was made with" in done.stderr) == (2, True), done.stderr
    subprocess.run(
        [installed / "bin/kyphoplasty-cds", "mappings", "check"],
        check=True,
        capture_output=True,
    )

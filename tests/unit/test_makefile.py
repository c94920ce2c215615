"""`make` on a machine whose Python is unfit, or whose environment is of another one."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "deploy").mkdir()
    for name in ("Makefile", "pyproject.toml", "deploy/requirements.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def make(checkout, *words):
    outside = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MAKE", "MFLAGS"))
    }
    return subprocess.run(
        ["make", *words],
        cwd=checkout,
        env=outside,
        capture_output=True,
        text=True,
        check=False,
    )


def program(path, body):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_an_unfit_python_is_refused_with_one_sentence(checkout):
    old = program(checkout / "python2", "exit 1")
    done = make(checkout, "demo", f"PYTHON={old}")
    assert done.returncode == 2
    assert (
        done.stdout
        == f"Python 3.11 or newer is needed, and {old} is none: make demo PYTHON=python3.11 names one.\n"
    )
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize(
    ("venv", "words", "is_kept"),
    [
        (f'exec {sys.executable} "$@"', [f"PYTHON={sys.executable}"], True),
        (f'exec {sys.executable} "$@"', [], True),
        ("exit 1", [], False),  # its Python is gone, or too old
        ('echo "(3, 99)"', [f"PYTHON={sys.executable}"], False),
    ],
)
def test_an_environment_of_another_python_is_made_anew(checkout, venv, words, is_kept):
    program(checkout / ".venv" / "bin" / "python", venv)
    (checkout / ".venv" / ".ready").touch()
    assert (make(checkout, "--question", ".venv", *words).returncode == 0) is is_kept


@pytest.mark.parametrize(
    ("words", "is_kept"),
    [([], False), (["KEEP=1"], True), (["KEEP=0"], False), (["KEEP="], False)],
)
def test_keep_0_does_not_keep(words, is_kept):
    printed = make(ROOT, "--dry-run", "--always-make", "demo", *words).stdout
    (line,) = (one for one in printed.splitlines() if "kyphoplasty-cds demo" in one)
    assert ("--keep" in line) is is_kept


def installing(checkout, pip):
    """`make .venv` whose environment is this script: it plays Python and pip."""
    body = f'case "$*" in *"--require-hashes"*) {pip} ;; esac\nexit 0'
    program(checkout / ".venv" / "bin" / "python", body)
    return make(checkout, ".venv")


def test_installing_says_how_far_it_is(checkout):
    done = installing(checkout, "echo 'Collecting a'; sleep 10.5; exit 0")
    assert done.returncode == 0, done.stderr
    packages = (checkout / "deploy/requirements.lock").read_text().count("==")
    assert f"1 of {packages} packages, 10 s" in done.stdout
    assert (checkout / ".venv/.ready").exists()


def test_what_pip_says_of_a_fault_is_shown(checkout):
    done = installing(checkout, "echo 'no such package'; exit 1")
    assert done.returncode == 2
    assert "no such package" in done.stderr
    assert not (checkout / ".venv/.ready").exists()


def test_every_folder_of_tests_belongs_to_a_target():
    """A folder that no target names is run by nobody, in CI neither."""
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"tests/\w+", makefile))
    holding = {
        f"tests/{path.relative_to(ROOT / 'tests').parts[0]}"
        for path in (ROOT / "tests").rglob("test_*.py")
    }
    assert holding - named == set()

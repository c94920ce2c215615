"""Programs of this machine that tests of `deploy/` need."""

import os
import shutil

import pytest

PACKAGES = {
    "nginx": "nginx-light",
    "psql": "postgresql-client",
    "sqlite3": "sqlite3",
    "systemd-analyze": "systemd",
    "promtool": "prometheus",
}


def need(*programs: str) -> None:
    """Skip, with a word, where one is absent; in CI that is a failure."""
    for program in programs:
        if shutil.which(program) is None:
            lacks(f"{program} is not installed: apt-get install {PACKAGES[program]}")


def lacks(what: str) -> None:
    """Skip, saying what is not there and how to get it; in CI that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)

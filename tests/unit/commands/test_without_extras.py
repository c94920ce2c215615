"""Commands in the environment of `make .venv`, which has no extra packages."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
RUN = (
    "import sys; sys.modules['statsmodels'] = None;"
    " from cds_service.cli import main; sys.exit(main())"
)


def run(*words):
    return subprocess.run(
        [sys.executable, "-c", RUN, *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", ["validate", "outcomes"])
def test_help_needs_no_extra(command):
    done = run(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_lacking_package_is_named_in_one_line(tmp_path):
    outcomes = tmp_path / "outcomes.csv"
    outcomes.write_text("age,outcome-refracture\n76,1\n80,0\n")
    done = run("validate", outcomes)
    assert done.returncode in (1, 2)
    assert "pip install" in done.stderr
    assert "Traceback" not in done.stderr

"""Scripts that name what they make by the second: two of one second keep apart."""

import os
import subprocess
import sys

import pytest

from tests.builders import MAPPINGS

ROOT = MAPPINGS.parent
PROGRAM = """#!/bin/sh
exec {python} -c 'from cds_service.cli import main; main()' "$@"
"""
# a clock that shows one second for its first readings
CLOCK = """#!/bin/sh
if [ "$(wc -l < {seen})" -lt 3 ]; then echo x >> {seen}; echo 20261124T030000Z
else exec /bin/date "$@"; fi
"""


@pytest.fixture
def environment(tmp_path):
    programs = tmp_path / "bin"
    programs.mkdir()
    seen = tmp_path / "seen"
    seen.touch()
    texts = {
        "kyphoplasty-cds": PROGRAM.format(python=sys.executable),
        "date": CLOCK.format(seen=seen),
    }
    for name, text in texts.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    (tmp_path / "log").mkdir()
    return os.environ | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "KYPHOPLASTY_CDS_DATABASE_URL": f"sqlite:///{tmp_path}/log/audit.sqlite3",
    }


@pytest.mark.parametrize("script", ["checkpoint.sh", "backup.sh"])
def test_two_runs_of_one_second_make_two(tmp_path, environment, script):
    folder = tmp_path / "made"
    subprocess.run(["kyphoplasty-cds", "audit", "migrate"], env=environment, check=True)
    command = ["sh", ROOT / "deploy" / script, folder]
    for _ in range(2):
        subprocess.run(command, env=environment, check=True, timeout=60)
    made = sorted(folder.iterdir())
    assert len(made) == 2
    assert "20261124T030000Z" in made[0].name
    notes = [one if one.is_file() else one / "checkpoint.note" for one in made]
    assert len({note.read_text() for note in notes}) == 2

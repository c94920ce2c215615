"""Every command of `docs/go-live.md`, in its order, in one shell; what the page shows is what comes out."""

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.bench.running import free_port

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/go-live.md").read_text(encoding="utf-8")
# with what each shows
BLOCKS = re.findall(r"```sh\n(.*?)```(?:\s*```text\n(.*?)```)?", PAGE, re.DOTALL)
MARK = "@@ block {} @@"


@pytest.fixture(scope="module")
def said(tmp_path_factory) -> list[str]:
    """What each block printed."""
    folder = tmp_path_factory.mktemp("hillside")
    for name in ("cds_service", "mappings", "hooks"):
        (folder / name).symlink_to(ROOT / name)
    programs = folder / ".venv/bin"
    programs.mkdir(parents=True)
    for name, called in (("python", ""), ("kyphoplasty-cds", "-m cds_service.cli")):
        (programs / name).write_text(
            f'#!/bin/sh\nexec {sys.executable} {called} "$@"\n'
        )
        (programs / name).chmod(0o755)
    script = "set -eu\n" + "".join(
        f"echo '{MARK.format(place)}'\n{code}" for place, (code, _) in enumerate(BLOCKS)
    )
    for port in ("8090", "8080"):
        script = script.replace(port, str(free_port()))
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("KYPHOPLASTY_CDS_")
    }
    clean |= {"PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    (record_server,) = re.findall(r"samples (\d+)", script)
    recorded = (ROOT / "cds_service/samples/hospital/order-sign.json").read_text(
        encoding="utf-8"
    )
    # it names the server of the page
    (folder / "order-sign.json").write_text(recorded.replace("8090", record_server))
    script = script.replace(
        "cds_service/samples/hospital/order-sign.json", "order-sign.json"
    )
    (folder / "guide.sh").write_text(script)
    with (folder / "said.txt").open("w") as output:
        running = subprocess.Popen(
            ["bash", "guide.sh"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=clean,
            start_new_session=True,
        )
    try:
        code = running.wait(timeout=300)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    printed = (folder / "said.txt").read_text(encoding="utf-8")
    assert code == 0, printed[-3000:]
    return re.split(
        "|".join(MARK.format(place) for place in range(len(BLOCKS))), printed
    )[1:]


def test_every_command_runs_in_its_order(said):
    assert len(said) == len(BLOCKS) > 8


def test_the_page_shows_what_comes_out(said):
    for (_, shown), printed in zip(BLOCKS, said, strict=True):
        for line in shown.splitlines():
            assert line.strip() in printed, (line, printed)

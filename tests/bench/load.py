"""Load from wrk, which Debian packages: so many connections, each sends its next call when it has an answer."""

import json
import shutil
import subprocess
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.bench.running import tree_seconds
from tests.running_service import RunningService

HOW_TO_GET = "wrk is not installed: apt-get install wrk"
SCRIPT = Path(__file__).with_name("calls.lua")
RUNS = count(1)
# else answers that nobody waits for any more keep their worker from taking new
# connections
SETTLE_SECONDS = 0.5


@dataclass(frozen=True)
class Call:
    """What is sent.

    Attributes:
        body: with `@P@` and `@H@`.
        cards: of a right answer, at least so many, and none where that is 0.
    """

    path: str
    body: str
    cards: int


@dataclass(frozen=True)
class Measured:
    """One run.

    Attributes:
        rate: right answers a second.
        p50: milliseconds of the answer that half are faster than; likewise p95.
        cpu: milliseconds of processor time of all the server's processes for one
            answer.
        refused: answers with another status than 2xx.
        broken: connections that failed, answers that never came.
    """

    rate: float
    p50: float
    p95: float
    cpu: float
    refused: int
    broken: int


def load(
    server: RunningService,
    call: Call,
    *,
    seconds: float,
    connections: int,
    folder: Path,
) -> Measured:
    """Send this call as fast as the server answers it.

    Args:
        folder: for the body, which wrk reads from a file.

    Raises:
        RuntimeError: wrk failed, or nothing was answered.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit(HOW_TO_GET)
    body = folder / "body.json"
    body.write_text(call.body, encoding="utf-8")
    time.sleep(SETTLE_SECONDS)
    before = tree_seconds(server.process_id)
    how = (
        "-t1",
        f"-c{connections}",
        f"-d{seconds:g}s",
        "--timeout",
        "30s",
        "-s",
        SCRIPT,
    )
    said = subprocess.run(
        [wrk, *how, server.url + call.path, "--", body, str(next(RUNS))],
        capture_output=True,
        text=True,
        check=False,
    )
    spent = tree_seconds(server.process_id) - before
    if said.returncode or "{" not in said.stdout:
        raise RuntimeError(f"wrk: {said.stdout}{said.stderr}")
    found = json.loads(said.stdout[said.stdout.index("{") :])
    if not found["calls"]:
        raise RuntimeError(f"{call.path}: nothing was answered in {seconds:g} s")
    right = found["calls"] - found["refused"]
    return Measured(
        rate=right / found["seconds"],
        cpu=spent * 1000 / found["calls"],
        **{name: found[name] for name in ("p50", "p95", "refused", "broken")},
    )


def check(server: RunningService, call: Call) -> None:
    """Ask once, so that what is measured is the answer that is meant.

    Raises:
        RuntimeError: it is another.
    """
    body = call.body.replace("@P@", "p0").replace(
        "@H@", "3f0a2c1e-5b1d-4c8e-9d6b-0a1b2c3d4e5f"
    )
    answer = server.call(body.encode(), path=call.path)
    cards = len(answer.json().get("cards", ())) if answer.status == 200 else -1
    if cards < call.cards or bool(cards) != bool(call.cards):
        raise RuntimeError(
            f"{call.path}: {answer.status}, {cards} cards, {answer.text[:300]}"
        )

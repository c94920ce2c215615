"""SIGTERM under load: who was connected gets an answer, the process ends with 0, the log says that it ended."""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.bench.bodies import kyphoplasty_call
from tests.bench.running import Running
from tests.endurance.invariants import Left, exported
from tests.endurance.mixed_run import SERVE
from tests.live_service import CALL

CALLERS = 8
LOAD_SECONDS = 2.0
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Drained:
    """What became of the calls.

    Attributes:
        before, after: whole answers to calls begun before SIGTERM, and after it.
        lost_before, lost_after: connections that were made and got no whole answer.
        statuses: of all answers.
        code: of the process.
        seconds: from SIGTERM to its end.
        last: kind of the log's last entry but the export's own.
    """

    before: int
    after: int
    lost_before: int
    lost_after: int
    statuses: frozenset[int]
    code: int
    seconds: float
    last: str


def drain(folder: Path) -> Drained:
    """Call without a pause, send SIGTERM, go on calling until nobody listens."""
    database = f"sqlite:///{folder / 'audit.sqlite3'}"
    calls: list[tuple[float, int]] = []
    with Running("drained", SERVE, folder, {"DATABASE_URL": database}) as service:
        service.wait_for("/health/ready")
        ended = threading.Event()
        threads = [threading.Thread(target=_call, args=(service, number, calls, ended)) for number in range(CALLERS)]
        for thread in threads:
            thread.start()
        time.sleep(LOAD_SECONDS)
        told = time.monotonic()
        service.signal(signal.SIGTERM)
        code = service.wait(PATIENCE_SECONDS)
        seconds = time.monotonic() - told
        ended.set()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
    kinds = [entry["kind"] for entry in exported(Left(database, folder, {}, 0)) if entry["kind"] != "export"]
    return Drained(
        before=sum(status > 0 and at < told for at, status in calls),
        after=sum(status > 0 and at >= told for at, status in calls),
        lost_before=sum(status == 0 and at < told for at, status in calls),
        lost_after=sum(status == 0 and at >= told for at, status in calls),
        statuses=frozenset(status for _, status in calls if status),
        code=code,
        seconds=seconds,
        last=kinds[-1],
    )


def _call(service: Running, caller: int, calls: list[tuple[float, int]], ended: threading.Event) -> None:
    """One call after another, each on a connection of its own, until none is accepted."""
    body, number = kyphoplasty_call(20), 0
    while not ended.is_set():
        number += 1
        own = body.replace("@P@", f"p{caller}-{number}").replace("@H@", f"{caller:08x}-0000-4000-8000-{number:012x}")
        connection = HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE_SECONDS)
        try:
            connection.connect()
        except OSError:
            return  # nobody listens any more
        began, status = time.monotonic(), 0
        try:
            connection.request("POST", CALL, own.encode(), {"Content-Type": "application/json"})
            response = connection.getresponse()
            response.read()
            status = response.status
        except (OSError, HTTPException):
            pass  # lost: counted as 0
        finally:
            connection.close()
        calls.append((began, status))

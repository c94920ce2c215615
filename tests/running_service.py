"""`kyphoplasty-cds serve` in a process of its own, as an operator starts it, with everything that it writes."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.live_service import CALL, Reply


class RunningService:
    """One service.

    Attributes:
        url: where it answers.
    """

    def __init__(
        self,
        folder: Path,
        *,
        site: Path | None = None,
        workers: int = 1,
        database: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Returns once it answers.

        Args:
            folder: where its log and, without another, its database lie.
            site: the site folder; None is open mode.
            workers: processes.
            database: URL; empty is a SQLite file.
            environment: more variables.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "log.txt"
        own = {
            "KYPHOPLASTY_CDS_DATABASE_URL": database or f"sqlite:///{folder / 'audit.sqlite3'}",
            "KYPHOPLASTY_CDS_DEADLINE_SECONDS": "30",  # a busy machine must not turn into a gap
            "KYPHOPLASTY_CDS_LOG_LEVEL": "DEBUG",  # nothing may be in the log even then
            "PYTHONUNBUFFERED": "1",
            **({"KYPHOPLASTY_CDS_SITE": str(site)} if site else {}),
            **(environment or {}),
        }
        clean = {name: value for name, value in os.environ.items() if not name.startswith("KYPHOPLASTY_CDS_")}
        with self.log.open("a") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "cds_service.cli", "serve", "--port", "0", "--workers", str(workers)],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=folder,
                env=clean | own,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        found = re.search(r"listening on (http://(\S+))", self._process.stdout.readline())
        assert found, self.log.read_text()
        self.url, self._address = found[1], found[2]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it with all its workers, and wait until it has ended."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, how)
        self._process.communicate(timeout=60)

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        """Any request, on a connection of its own, so that any worker may get it."""
        connection = HTTPConnection(self._address, timeout=60)
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # it may answer before it has read everything
                names = {name.replace("_", "-"): value for name, value in headers.items()}
                connection.request(method, path, body=body, headers=names)
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read())
        finally:
            connection.close()

    def call(self, body: Any, token: str | None = None, path: str = CALL, **headers: str) -> Reply:
        """A call with this token."""
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return self.send("POST", path, json.dumps(body).encode(), Content_Type="application/json", **headers)

    def lines(self) -> list[dict[str, Any]]:
        """Its log lines so far."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def logged(self, **members: Any) -> dict[str, Any]:
        """The first log line with these members, which comes a little after the answer."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            for line in self.lines():
                if members.items() <= line.items():
                    return line
            time.sleep(0.02)
        raise AssertionError((members, self.lines()))

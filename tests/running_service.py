"""`kyphoplasty-cds serve` in a process of its own, as an operator starts it, and everything that it leaves behind."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.bench.running import children
from tests.live_service import CALL, Reply, exchange
from tests.waiting import wait_until

DEADLINE_SECONDS = "30"  # a busy machine must not turn into a gap


@dataclass(frozen=True)
class Mark:
    """How much there was at a moment."""

    notes: int = 0
    lines: int = 0
    entry: int = 0


class RunningService:
    """One service, which answers once this is made; a context manager that ends it.

    Attributes:
        url: where it answers.
        statuses: of all answers so far.
        start: before anything was asked.
    """

    start = Mark()

    def __init__(
        self,
        folder: Path,
        *,
        arguments: Iterable[str] = (),
        environment: Mapping[str, str] | None = None,
        command: Iterable[str] = (),
    ) -> None:
        """Start it.

        Args:
            folder: where its log and, without another, its database lie.
            arguments: of `serve`.
            environment: more variables.
            command: that starts it.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.statuses: list[int] = []
        self.database = folder / "audit.sqlite3"
        self._environment = clean_environment(folder) | dict(environment or {})
        self._errors = (folder / "errors.txt").open("w")
        self._process = subprocess.Popen(
            [
                *command,
                sys.executable,
                *self._program(),
                "serve",
                "--port",
                "0",
                *arguments,
            ],
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            cwd=folder,
            env=self._environment,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        found = re.search(
            r"listening on (http://(\S+))", self._process.stdout.readline()
        )
        assert found, (folder / "errors.txt").read_text()
        self.url, self.address = found[1], found[2]

    def _program(self) -> list[str | Path]:
        return ["-m", "cds_service.cli"]

    @property
    def process_id(self) -> int:
        return self._process.pid

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def workers(self) -> tuple[int, ...]:
        """Ids of its worker processes."""
        return children(self.process_id)

    def connect(self) -> socket.socket:
        """A connection for bytes as they stand."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def ends(self) -> int:
        """Its exit code, once it has ended by itself."""
        return self._process.wait(timeout=60)

    def close(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it with all its workers, and wait until it has ended."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, how)
        self._process.communicate(timeout=60)
        self._errors.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Any request, on a connection of its own, so that any worker may get it."""
        reply = exchange(self.address, method, path, body, headers)
        self.statuses.append(reply.status)
        return reply

    def call(
        self, body: Any, token: str | None = None, path: str = CALL, **more: str
    ) -> Reply:
        """A call with this token, and more headers; bytes go as they are."""
        headers = {"Content-Type": "application/json", **more} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )
        return self.send(
            "POST",
            path,
            body if isinstance(body, bytes) else json.dumps(body).encode(),
            headers,
        )

    # --- what it did

    def mark(self) -> Mark:
        """How things stand."""
        # what was answered before has its lines by then: none is taken for new
        time.sleep(0.05)
        with closing(sqlite3.connect(self.database)) as connection:
            (last,) = connection.execute(
                "SELECT coalesce(max(sequence), 0) FROM audit_entry"
            ).fetchone()
        return Mark(lines=len(self.lines()), entry=last)

    def lines(self) -> list[str]:
        """All log lines."""
        return (self.folder / "errors.txt").read_text().splitlines()

    def logged(self, since: Mark = start, **members: Any) -> dict[str, Any]:
        """The first log line with these members, which comes a little after the answer."""
        found = wait_until(
            lambda: [one for one in self.logs(since) if members.items() <= one.items()],
            lambda: (members, self.lines()[since.lines :]),
        )
        return dict(found[0])

    def logs(self, since: Mark) -> list[dict[str, Any]]:
        """Log lines so far; one that is being written is not among them."""
        whole = (self.folder / "errors.txt").read_text().rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()[since.lines :]]

    def entries(self, since: Mark = start, count: int = 0) -> list[dict[str, Any]]:
        """Audit entries made since, at least so many: kind and columns of the search."""

        def made() -> list[dict[str, Any]]:
            with closing(sqlite3.connect(self.database)) as connection:
                connection.row_factory = sqlite3.Row
                query = (
                    "SELECT * FROM audit_search WHERE sequence > ? ORDER BY sequence"
                )
                return [dict(row) for row in connection.execute(query, (since.entry,))]

        return (
            made()
            if count == 0
            else wait_until(lambda: made() if len(made()) >= count else [], made)
        )

    def content(self, sequence: int) -> Any:
        """What the entry at this place says."""
        return json.loads(
            self._ask("SELECT body FROM audit_payload WHERE sequence = ?", sequence)
        )["content"]

    def entry_id(self, sequence: int) -> str:
        """The id of the entry at this place."""
        return self._ask(
            "SELECT entry_id FROM audit_entry WHERE sequence = ?", sequence
        )

    def _ask(self, query: str, sequence: int) -> str:
        with closing(sqlite3.connect(self.database)) as connection:
            return str(connection.execute(query, (sequence,)).fetchone()[0])

    def command(self, *arguments: str, typed: str = "") -> str:
        """What another command of ours prints about the same log."""
        run = [sys.executable, "-m", "cds_service.cli", *arguments]
        done = subprocess.run(
            run,
            env=self._environment,
            check=True,
            capture_output=True,
            input=typed.encode(),
        )
        return done.stdout.decode()


def clean_environment(folder: Path) -> dict[str, str]:
    """Of this process without our settings; a log in a file, and lines of every level."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("KYPHOPLASTY_CDS_")
    }
    return clean | {
        "KYPHOPLASTY_CDS_DATABASE_URL": f"sqlite:///{folder}/audit.sqlite3",
        "KYPHOPLASTY_CDS_DEADLINE_SECONDS": DEADLINE_SECONDS,
        "KYPHOPLASTY_CDS_LOG_LEVEL": "DEBUG",  # nothing may be in the log even then
        "PYTHONUNBUFFERED": "1",
    }

"""A service in a process of its own, with a witness at its sockets, and everything that it leaves behind."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

WITNESSED = Path(__file__).with_name("witnessed.py")
DEADLINE_SECONDS = "30"  # a busy machine must not turn into a gap
FORMATS = ("ndjson", "csv", "fhir")


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    @property
    def issue(self) -> str:
        """Code of the OperationOutcome."""
        return str(self.document["issue"][0]["code"])


@dataclass(frozen=True)
class Mark:
    """How much there was before a case."""

    notes: int
    lines: int
    entry: int


class Running:
    """One service: `kyphoplasty-cds serve` with these arguments, environment and site.

    Attributes:
        url: where it answers.
        statuses: of all answers so far.
        start: before anything was asked.
    """

    def __init__(
        self,
        folder: Path,
        *,
        arguments: Iterable[str] = (),
        environment: Mapping[str, str] | None = None,
        command: Iterable[str] = (),
    ) -> None:
        self.folder = folder
        self.statuses: list[int] = []
        self.database = folder / "audit.sqlite3"
        (folder / "names.json").write_text("{}")
        self._environment = clean_environment(folder) | dict(environment or {})
        self._errors = (folder / "errors.txt").open("w")
        self._process = subprocess.Popen(
            [*command, sys.executable, WITNESSED, folder, "serve", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            cwd=folder,
            env=self._environment,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        found = re.search(r"listening on (http://(\S+))", self._process.stdout.readline())
        assert found, (folder / "errors.txt").read_text()
        self.url, self.address = found[1], found[2]
        self.start = Mark(0, 0, 0)

    @property
    def process_id(self) -> int:
        return self._process.pid

    def connect(self) -> socket.socket:
        """A connection for bytes as they stand."""
        host, _, port = self.address.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=60)

    def ends(self) -> int:
        """Its exit code, once it has ended by itself."""
        return self._process.wait(timeout=60)

    def close(self) -> None:
        """End it, and wait until it has ended."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        self._process.communicate(timeout=30)
        self._errors.close()

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answered:
        """Any request."""
        connection = HTTPConnection(self.address, timeout=60)
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # it may answer before it has read everything
                connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            answered = Answered(response.status, response.headers, response.read())
        finally:
            connection.close()
        self.statuses.append(answered.status)
        return answered

    def lead(self, names: Mapping[str, Iterable[str]]) -> None:
        """From now on names lead to these addresses; all others nowhere."""
        fresh = self.folder / "names.new"
        fresh.write_text(json.dumps({name: list(addresses) for name, addresses in names.items()}))
        fresh.replace(self.folder / "names.json")

    # --- what it did

    def mark(self) -> Mark:
        """How things stand."""
        time.sleep(0.05)  # what was answered before has its lines by then: none is taken for new
        return Mark(len(self._notes()), len(self.lines()), self._last_entry())

    def connects(self, since: Mark) -> set[str]:
        """Addresses, `127.0.0.2:8080`, that it tried to connect to."""
        return {":".join(one["arguments"]) for one in self.noted("socket.connect", since)}

    def lookups(self, since: Mark) -> list[str]:
        """Names that it looked up."""
        asked = (one["arguments"][0] for one in self.noted("socket.get", since))
        return [name for name in asked if name != "None" and not re.fullmatch(r"[0-9.]+|.*:.*", name)]

    def noted(self, event: str, since: Mark) -> list[dict[str, Any]]:
        """What the witness saw of events whose names begin so."""
        return [one for one in self._notes()[since.notes :] if one["event"].startswith(event)]

    def lines(self) -> list[str]:
        """All log lines."""
        return (self.folder / "errors.txt").read_text().splitlines()

    def logged(self, since: Mark, **members: Any) -> dict[str, Any]:
        """The log line with these members, which comes a little after the answer."""
        found = _wait_until(
            lambda: [one for one in self.logs(since) if members.items() <= one.items()],
            lambda: (members, self.lines()[since.lines :]),
        )
        return dict(found[0])

    def logs(self, since: Mark) -> list[dict[str, Any]]:
        """Log lines so far; one that is being written is not among them."""
        whole = (self.folder / "errors.txt").read_text().rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()[since.lines :]]

    def entries(self, since: Mark, count: int = 0) -> list[dict[str, Any]]:
        """Audit entries made since, at least so many: kind and columns of the search."""

        def made() -> list[dict[str, Any]]:
            with closing(sqlite3.connect(self.database)) as connection:
                connection.row_factory = sqlite3.Row
                query = "SELECT * FROM audit_search WHERE sequence > ? ORDER BY sequence"
                return [dict(row) for row in connection.execute(query, (since.entry,))]

        return made() if count == 0 else _wait_until(lambda: made() if len(made()) >= count else [], made)

    def content(self, sequence: int) -> Any:
        """What the entry at this place says."""
        with closing(sqlite3.connect(self.database)) as connection:
            query = "SELECT body FROM audit_payload WHERE sequence = ?"
            return json.loads(connection.execute(query, (sequence,)).fetchone()[0])["content"]

    def entry_id(self, sequence: int) -> str:
        """The id of the entry at this place."""
        with closing(sqlite3.connect(self.database)) as connection:
            query = "SELECT entry_id FROM audit_entry WHERE sequence = ?"
            return str(connection.execute(query, (sequence,)).fetchone()[0])

    def command(self, *arguments: str, typed: str = "") -> str:
        """What another command of ours prints about the same log."""
        run = [sys.executable, "-m", "cds_service.cli", *arguments]
        done = subprocess.run(run, env=self._environment, check=True, capture_output=True, input=typed.encode())
        return done.stdout.decode()

    def left_behind(self) -> dict[str, bytes]:
        """Everything that may outlive a request, by name."""
        left = {str(file.relative_to(self.folder)): file.read_bytes() for file in _files_of(self.folder)}
        left |= {name: self.send("GET", name).body for name in ("/metrics", "/health/ready", "/openapi.json")}
        return left | {form: self.command("audit", "export", "--format", form).encode() for form in FORMATS}

    def _notes(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "witness.ndjson").read_text().splitlines()]

    def _last_entry(self) -> int:
        with closing(sqlite3.connect(self.database)) as connection:
            return int(connection.execute("SELECT coalesce(max(sequence), 0) FROM audit_entry").fetchone()[0])


def _wait_until(condition: Callable[[], Any], what: Callable[[], Any] = str) -> Any:
    """What the condition gives once it gives anything; a generous end, for a machine that is busy."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(what())


def _files_of(folder: Path) -> list[Path]:
    """Database, journal and log; not what the test itself put there."""
    ours = {"witness.ndjson", "names.json", "site.toml", "keys.json", "other.json"}
    return [file for file in folder.rglob("*") if file.is_file() and file.name not in ours]


def clean_environment(folder: Path) -> dict[str, str]:
    """Of this process without our settings; a log in a file, and lines of every level."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KYPHOPLASTY_CDS_")}
    return clean | {
        "KYPHOPLASTY_CDS_DATABASE_URL": f"sqlite:///{folder}/audit.sqlite3",
        "KYPHOPLASTY_CDS_DEADLINE_SECONDS": DEADLINE_SECONDS,
        "KYPHOPLASTY_CDS_LOG_LEVEL": "DEBUG",  # nothing may be in the log even then
        "PYTHONUNBUFFERED": "1",
    }

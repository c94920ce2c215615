"""A server as a process group of its own: started, waited for, looked at from outside, ended."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Self

TICKS = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).resolve().parents[2]
PREFIX = "KYPHOPLASTY_CDS_"


class Running:
    """A server on a free port of this machine; a context manager that ends it.

    Attributes:
        started: monotonic time before its first process was there.
        errors: file with what it wrote to standard error.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        folder: Path,
        settings: Mapping[str, str] | None = None,
        *,
        port: int | None = None,
    ) -> None:
        self.name = name
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.errors = folder / f"{name}.errors.txt"
        environment = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
        environment |= {PREFIX + key: value for key, value in (settings or {}).items()}
        self.started = time.monotonic()
        with self.errors.open("w") as errors:
            self._process = subprocess.Popen(
                [str(part).replace("PORT", str(self.port)) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                cwd=ROOT,
                env=environment,
                start_new_session=True,
            )

    @property
    def process_id(self) -> int:
        """Of its first process."""
        return self._process.pid

    def wait_for(self, path: str, body: bytes | None = None, *, seconds: float = 60) -> float:
        """Ask until it answers 200; seconds since it was started.

        Raises:
            RuntimeError: it ended, or does not.
        """
        while time.monotonic() < self.started + seconds:
            if self._process.poll() is not None:
                break
            with suppress(OSError, HTTPException):
                if self.ask(path, body)[0] == 200:
                    return time.monotonic() - self.started
            time.sleep(0.01)
        self.stop()
        raise RuntimeError(f"{self.name} does not answer:\n{self.errors.read_text()[-3000:]}")

    def ask(self, path: str, body: bytes | None = None, *, timeout: float = 60, **headers: str) -> tuple[int, bytes]:
        """Status and body of one request."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            kind = {"Content-Type": "application/json"} if body is not None else {}
            connection.request("POST" if body is not None else "GET", path, body, kind | headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def workers(self) -> tuple[int, ...]:
        """Ids of the processes that the first one has started and that are alive."""
        return children(self.process_id)

    def cpu_seconds(self) -> float:
        """Processor time of all its processes until now; that of ended ones is in their parent's account."""
        return tree_seconds(self.process_id)

    def signal(self, number: int) -> None:
        """Send the first process a signal."""
        os.kill(self.process_id, number)

    def wait(self, seconds: float) -> int:
        """The exit code."""
        return self._process.wait(seconds)

    def stop(self) -> None:
        """End it: politely, then by force."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self.process_id, signal.SIGKILL)
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()


def _ticks(process: int) -> int:
    try:
        words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(int(word) for word in words[11:15])


def children(process: int) -> tuple[int, ...]:
    """Ids of the living processes that any thread of this one has started."""
    found: list[int] = []
    for listed in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(word) for word in listed.read_text().split()]
    return tuple(found)


def tree_seconds(process: int) -> float:
    """Processor time of a process and of all below it, ended ones included."""
    return _ticks(process) / TICKS + sum(tree_seconds(child) for child in children(process))


def megabytes(process: int) -> float:
    """What a process has in memory for itself, with its part of what it shares (PSS)."""
    rows = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("Pss:")) / 1024


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])

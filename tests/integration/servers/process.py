"""Server processes on this machine: they say where they listen, and end with whoever started them."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.waiting import wait_until

LISTENING = re.compile(r"^listening on (\d+)$", re.MULTILINE)


class ServerError(RuntimeError):
    """A server did not start, or did not take what it was given; says what the server said."""


@contextmanager
def started(
    command: Sequence[str],
    *,
    within: float,
    environment: Mapping[str, str] | None = None,
) -> Iterator[int]:
    """Run a server that prints `listening on PORT`, and stop it at the end; its port on loopback.

    Its standard input is a pipe that nobody writes to: when it closes, because we stop
    or because we died, the server must end by itself.

    Raises:
        ServerError: it ended.
        AssertionError: it did not listen within these seconds.
    """
    with TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as sink:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
            )
        try:
            yield _listening_port(process, log, within)
        finally:
            process.stdin.close()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _listening_port(process: subprocess.Popen[bytes], log: Path, within: float) -> int:
    def said() -> str:
        return log.read_text(encoding="utf-8", errors="replace")

    wait_until(
        lambda: LISTENING.search(said()) or process.poll() is not None,
        said,
        seconds=within,
    )
    if found := LISTENING.search(said()):
        return int(found[1])
    raise ServerError(
        f"{process.args!r} ended with {process.returncode}:\n{said()[-4000:]}"
    )

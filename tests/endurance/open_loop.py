"""Calls at a given rate whether or not they are answered, each on a connection of its own: `open_loop(…)`.

The generator is a process of its own: `python -m tests.endurance.open_loop PORT PATH FILE RATE SECONDS CONNECTIONS`.
Rate 0 lets so many connections call one after another instead.
"""

from __future__ import annotations

import json
import select
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.bench.running import ROOT, Running

PATIENCE_SECONDS = 30
LOST = 0
SERIES = count(1)


@dataclass(frozen=True)
class Calls:
    """What a series gave.

    Attributes:
        seconds: how long calls were sent.
        answers: status of each call and milliseconds since it began to connect; status 0 where no whole answer came.
        behind: milliseconds by which the generator itself was late with its latest call.
    """

    seconds: float
    answers: tuple[tuple[int, float], ...]
    behind: float

    @property
    def statuses(self) -> Counter[int]:
        """How many of each."""
        return Counter(status for status, _ in self.answers)

    def rate(self, *, within: float) -> float:
        """Answers 200 a second that came within so many seconds."""
        return sum(status == 200 and spent <= within * 1000 for status, spent in self.answers) / self.seconds

    def times(self, *statuses: int) -> tuple[float, float] | None:
        """Median and 95th percentile in milliseconds of answers with these statuses; None without two of them."""
        found = sorted(spent for status, spent in self.answers if status in statuses)
        return (statistics.median(found), found[int(0.95 * len(found))]) if len(found) > 1 else None


def open_loop(
    server: Running, path: str, body: str, folder: Path, *, seconds: float, rate: float = 0, connections: int = 8
) -> Calls:
    """Call for so long.

    Args:
        body: with `@P@` and `@H@`.
        rate: calls a second; 0 lets each connection call again when it has its answer.
    """
    file = folder / "open-loop.json"
    file.write_text(
        body.replace("@P@", "p@N@").replace("@H@", f"{next(SERIES):08x}-0000-4000-8000-@N@"), encoding="utf-8"
    )
    words = [str(server.port), path, str(file), str(rate), str(seconds), str(connections)]
    said = subprocess.run(
        [sys.executable, "-m", "tests.endurance.open_loop", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(said.stdout)
    return Calls(seconds, tuple((status, spent) for status, spent in found["answers"]), found["behind"])


@dataclass(slots=True)
class _Call:
    """One that is on its way.

    Attributes:
        left: of the request, still to be sent.
        began: when it began to connect.
    """

    socket: socket.socket
    left: memoryview
    began: float
    answer: bytearray = field(default_factory=bytearray)


class _Generator:
    """One thread that waits for all sockets at once and computes next to nothing: else it would measure itself."""

    def __init__(self, port: int, path: str, body: bytes) -> None:
        self._port, self._parts = port, body.split(b"@N@")
        self._head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        self._numbers = count(1)
        self._calls: dict[int, _Call] = {}
        self._poll = select.epoll()
        self.answers: list[tuple[int, float]] = []
        self.behind = 0.0

    def at_rate(self, rate: float, seconds: float) -> None:
        """One call every so often, whatever became of those before."""
        began, number, calls = time.monotonic(), 0, round(rate * seconds)
        while number < calls or self._calls:
            late = time.monotonic() - began - number / rate
            if number < calls and late >= 0:
                self.behind = max(self.behind, late)
                self._begin()
                number += 1
                late -= 1 / rate
            self._go_on(min(max(0.0, -late), 1.0) if number < calls else 1.0)

    def one_after_another(self, connections: int, seconds: float) -> None:
        """So many at once, each when the one before it has its answer."""
        until = time.monotonic() + seconds
        while time.monotonic() < until or self._calls:
            while len(self._calls) < connections and time.monotonic() < until:
                self._begin()
            self._go_on(1.0)

    def _begin(self) -> None:
        body = (b"%012x" % next(self._numbers)).join(self._parts)
        head = f"{self._head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
        call = _Call(socket.socket(), memoryview(head + body), time.perf_counter())
        call.socket.setblocking(False)
        call.socket.connect_ex(("127.0.0.1", self._port))
        self._calls[call.socket.fileno()] = call
        with suppress(OSError):  # not connected yet, or not at all
            call.left = call.left[call.socket.send(call.left) :]
        self._poll.register(call.socket, select.EPOLLIN | (select.EPOLLOUT if call.left else 0))

    def _go_on(self, seconds: float) -> None:
        """Send and read what can be, after so many seconds at most."""
        for descriptor, events in self._poll.poll(seconds):
            call = self._calls[descriptor]
            try:
                if events & select.EPOLLOUT:
                    self._send(call)
                if events & ~select.EPOLLOUT:
                    self._read(call)
            except BlockingIOError:
                continue
            except OSError:
                self._end(call, LOST)  # no answer is an answer too
        given_up = time.perf_counter() - PATIENCE_SECONDS
        while (oldest := next(iter(self._calls.values()), None)) and oldest.began < given_up:
            self._end(oldest, LOST)

    def _send(self, call: _Call) -> None:
        try:
            call.left = call.left[call.socket.send(call.left) :]
        except (BrokenPipeError, ConnectionResetError):
            call.left = call.left[:0]  # it may answer before it has read everything
        if not call.left:
            self._poll.modify(call.socket, select.EPOLLIN)

    def _read(self, call: _Call) -> None:
        piece = call.socket.recv(65536)
        call.answer += piece
        status = _status_of(bytes(call.answer))
        if status or not piece:
            self._end(call, status)

    def _end(self, call: _Call, status: int) -> None:
        self.answers.append((status, (time.perf_counter() - call.began) * 1000))
        del self._calls[call.socket.fileno()]
        call.socket.close()  # which also takes it from the poll


def _status_of(answer: bytes) -> int:
    """Of an answer that is whole."""
    head, _, body = answer.partition(b"\r\n\r\n")
    length = next((line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), b":-1")
    is_whole = int(length.partition(b":")[2]) == len(body)
    return int(head.split(b" ", 2)[1]) if is_whole else LOST


def main() -> None:
    """Call, and print what came."""
    port, path, file, rate, seconds, connections = sys.argv[1:]
    generator = _Generator(int(port), path, Path(file).read_bytes())
    if float(rate):
        generator.at_rate(float(rate), float(seconds))
    else:
        generator.one_after_another(int(connections), float(seconds))
    print(json.dumps({"answers": generator.answers, "behind": generator.behind * 1000}))  # noqa: T201 - for `open_loop`


if __name__ == "__main__":
    main()

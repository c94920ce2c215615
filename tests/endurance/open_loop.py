"""Calls at a given rate whether or not they are answered, each on a connection of its own: `open_loop(…)`.

The generator is a process of its own: `python -m tests.endurance.open_loop PORT PATH FILE RATE SECONDS CONNECTIONS`.
Rate 0 lets so many connections call one after another instead.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
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
        answers: status and milliseconds of each call; status 0 where no whole answer came.
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


class _Generator:
    def __init__(self, port: int, path: str, body: bytes) -> None:
        self._port, self._parts = port, body.split(b"@N@")
        self._head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        self._numbers = count(1)
        self.answers: list[tuple[int, float]] = []
        self.behind = 0.0

    async def at_rate(self, rate: float, seconds: float) -> None:
        """One call every so often, whatever became of those before."""
        began, calls = time.monotonic(), []
        for number in range(round(rate * seconds)):
            wanted = began + number / rate
            await asyncio.sleep(max(0.0, wanted - time.monotonic()))
            self.behind = max(self.behind, time.monotonic() - wanted)
            calls.append(asyncio.create_task(self._call()))
        await asyncio.gather(*calls)

    async def one_after_another(self, connections: int, seconds: float) -> None:
        """So many at once, each when the one before it has its answer."""
        until = time.monotonic() + seconds

        async def go_on() -> None:
            while time.monotonic() < until:
                await self._call()

        await asyncio.gather(*(go_on() for _ in range(connections)))

    async def _call(self) -> None:
        body = (b"%012x" % next(self._numbers)).join(self._parts)
        head = f"{self._head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
        began, status = time.perf_counter(), LOST
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                status = await self._answered(head + body)
        except (OSError, TimeoutError, ValueError):
            pass  # no answer is an answer too
        self.answers.append((status, (time.perf_counter() - began) * 1000))

    async def _answered(self, octets: bytes) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(octets)  # it may answer before it has read everything
            answer = await reader.read(-1)
        finally:
            writer.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        length = next((line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), b":-1")
        is_whole = int(length.partition(b":")[2]) == len(body)
        return int(head.split(b" ", 2)[1]) if is_whole else LOST


def main() -> None:
    """Call, and print what came."""
    port, path, file, rate, seconds, connections = sys.argv[1:]
    generator = _Generator(int(port), path, Path(file).read_bytes())
    if float(rate):
        asyncio.run(generator.at_rate(float(rate), float(seconds)))
    else:
        asyncio.run(generator.one_after_another(int(connections), float(seconds)))
    print(json.dumps({"answers": generator.answers, "behind": generator.behind * 1000}))  # noqa: T201 - for `open_loop`


if __name__ == "__main__":
    main()

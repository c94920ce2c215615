"""A proxy before PostgreSQL that can lose a connection right before or right after its COMMIT reaches the server.

It is a process of its own, so that whoever uses it has its processor for itself: `python -m tests.lossy_proxy PORT`.
Each line of standard input is a command, and is answered with the number of connections that were lost so far.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import suppress
from typing import Literal

from tests.bench.running import ROOT

Moment = Literal["before", "after"]


class LossyProxy:
    """The running proxy.

    Attributes:
        port: its own.
    """

    def __init__(self, port: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.lossy_proxy", str(port)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    @property
    def lost(self) -> int:
        """How many connections were lost around a COMMIT."""
        return self._tell("count")

    def lose(self, when: Moment) -> None:
        """The connection with the next COMMIT: before the server reads it, or after it has done it."""
        self._tell(when)

    def cut(self) -> None:
        """Lose every connection that is open now."""
        self._tell("cut")

    def close(self) -> None:
        """End it, and all connections."""
        self._process.communicate(timeout=30)

    def _tell(self, command: str) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


class _Losses:
    """What all connections of the proxy share."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.next = ""
        self.lost = 0
        self.open: set[_FromProgram] = set()

    def obey(self, command: str) -> None:
        if command in {"before", "after"}:
            self.next = command
        elif command == "cut":
            for connection in tuple(self.open):
                connection.lose()

    def take(self) -> str:
        """The moment that the COMMIT which just came is for."""
        found, self.next = self.next, ""
        return found


class _Side(asyncio.Protocol):
    """One end of a connection, which holds back the other when it cannot take more."""

    transport: asyncio.Transport
    other: _Side | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, _error: Exception | None) -> None:
        if self.other is not None:
            self.other.transport.close()

    def pause_writing(self) -> None:
        if self.other is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other is not None:
            self.other.transport.resume_reading()


class _FromProgram(_Side):
    """What a program sends to the server."""

    def __init__(self, losses: _Losses) -> None:
        self._losses = losses
        self.is_muted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._losses.open.add(self)
        self.transport.pause_reading()  # until there is somewhere to send it
        self._reaching = asyncio.get_running_loop().create_task(self._reach())

    async def _reach(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(
                lambda: _FromServer(self), "127.0.0.1", self._losses.port
            )
        except OSError:
            self.transport.abort()
        else:
            self.transport.resume_reading()

    def data_received(self, octets: bytes) -> None:
        assert self.other is not None
        when = self._losses.take() if b"COMMIT" in octets else ""
        if when == "before":
            self.lose_here()
            return
        self.is_muted = when == "after"
        self.other.transport.write(octets)

    def connection_lost(self, error: Exception | None) -> None:
        self._losses.open.discard(self)
        super().connection_lost(error)

    def lose(self) -> None:
        """Neither side hears of the other any more."""
        self.transport.abort()
        if self.other is not None:
            self.other.transport.abort()

    def lose_here(self) -> None:
        """The same, counted."""
        self._losses.lost += 1
        self.lose()


class _FromServer(_Side):
    """What the server answers."""

    def __init__(self, program: _FromProgram) -> None:
        self._program = program

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.other, self._program.other = self._program, self
        if self._program.transport.is_closing():
            self.transport.abort()

    def data_received(self, octets: bytes) -> None:
        if self._program.is_muted:
            self._program.lose_here()  # the server has done what it was told; nobody hears of it
        else:
            self._program.transport.write(octets)


async def _serve(losses: _Losses) -> None:
    """Until standard input ends."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def obey() -> None:
        if command := sys.stdin.readline():  # whoever tells us something waits for what we say
            losses.obey(command.strip())
            print(losses.lost, flush=True)  # noqa: T201 - read by whoever started us
        else:
            ended.set()

    server = await loop.create_server(lambda: _FromProgram(losses), "127.0.0.1", 0, backlog=100)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    loop.add_reader(sys.stdin, obey)
    await ended.wait()
    server.close()
    losses.obey("cut")


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(_Losses(int(sys.argv[1]))))

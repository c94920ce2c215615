"""Several processes of `serve` on one database."""

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.bench.running import Running

COMMAND = [sys.executable, "-m", "cds_service.cli", "serve", "--host", "127.0.0.1", "--port", "PORT", "--workers", "1"]
DEADLINE_SECONDS = "30"  # a busy machine must not turn into a gap


class Replicas:
    """Started together, each with a port of its own; they can be killed one by one."""

    def __init__(self, folder: Path, database_url: str, replicas: int) -> None:
        self._folder = folder
        self.database_url = database_url
        self._count = replicas
        self._ends = ExitStack()
        self._numbers = count(1)
        self.all: list[Running] = []

    @property
    def ports(self) -> list[int]:
        return [one.port for one in self.all]

    def start_again(self, number: int) -> Running:
        """A new process in the place of one that has ended. It may not answer yet."""
        self.all[number] = self._start(COMMAND, port=self.all[number].port)
        return self.all[number]

    def start_other(self, code: Path) -> Running:
        """One more, of the code in another folder; the proxy does not know it."""
        return self._start(["env", f"--chdir={code}", *COMMAND])

    def _start(self, command: Sequence[str], *, port: int | None = None) -> Running:
        name = f"replica-{next(self._numbers)}"
        settings = {
            "DATABASE_URL": self.database_url,
            "PUBLIC_URL": "https://cds.example.org",  # by which nginx calls them
            "DEADLINE_SECONDS": DEADLINE_SECONDS,
        }
        return self._ends.enter_context(Running(name, command, self._folder, settings, port=port))

    def __enter__(self) -> Self:
        try:
            self.all = [self._start(COMMAND) for _ in range(self._count)]
            for one in self.all:
                one.wait_for("/health/ready", seconds=120)
        except BaseException:
            self._ends.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for running in self.all:
            with suppress(ProcessLookupError):
                running.signal(signal.SIGTERM)
        self._ends.close()


def kill(replica: Running) -> None:
    """As the machine would end it: all its processes at once, without a word."""
    os.killpg(replica.process_id, signal.SIGKILL)
    replica.wait(30)

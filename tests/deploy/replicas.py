"""Several processes of `serve` on one database."""

import os
import signal
from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Self

from tests.deploy.ehr import site_settings
from tests.running_service import RunningService
from tests.waiting import wait_until


class Replicas:
    """Started together, each with a port of its own; they can be killed one by one."""

    def __init__(
        self,
        folder: Path,
        database_url: str,
        replicas: int,
        *,
        arguments: Iterable[str] = (),
        environment: Mapping[str, str] | None = None,
        fhir_servers: Iterable[str] = (),
    ) -> None:
        """Start them.

        Args:
            arguments: of each `serve`.
            environment: more settings of each.
            fhir_servers: that the EHR may name.
        """
        self._folder = folder
        self._arguments = tuple(arguments)
        self._settings = {
            "KYPHOPLASTY_CDS_DATABASE_URL": database_url,
            **site_settings(folder / "site", *fhir_servers),
            **(environment or {}),
        }
        self.database_url = database_url
        self._numbers = count(1)
        self._started: list[RunningService] = []
        self.all = [self._start() for _ in range(replicas)]

    @property
    def ports(self) -> list[int]:
        return [one.port for one in self.all]

    def start_again(self, number: int) -> RunningService:
        """A new process in the place of one that has ended."""
        self.all[number] = self._start(arguments=("--port", str(self.all[number].port)))
        return self.all[number]

    def start_other(self, code: Path) -> RunningService:
        """One more, of the code in another folder; the proxy does not know it."""
        return self._start(command=("env", f"--chdir={code}", f"PYTHONPATH={code}"))

    def _start(
        self, arguments: Iterable[str] = (), command: Iterable[str] = ()
    ) -> RunningService:
        folder = self._folder / f"replica-{next(self._numbers)}"
        made = RunningService(
            folder,
            arguments=(*self._arguments, *arguments),
            environment=self._settings,
            command=command,
        )
        self._started.append(made)
        wait_until(lambda: made.send("GET", "/health/ready").status == 200)
        return made

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._started:
            one.close()


def kill(replica: RunningService) -> None:
    """As the machine would end it: all its processes at once, without a word."""
    os.killpg(replica.process_id, signal.SIGKILL)
    replica.ends()

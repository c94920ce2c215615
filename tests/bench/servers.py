"""The servers that are measured side by side, each started when the first row wants it: two workers each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from tests.bench.running import ROOT, Running
from tests.client_tokens import Signer, client_of, key_set, site_folder
from tests.live_service import SERVICE_ID
from tests.postgres_server import HOW_TO_GET, find_programs, postgres_server

WORKERS = 2
SERVE = (sys.executable, "-m", "cds_service.cli", "serve", "--port", "PORT")
CALL = f"/cds-services/{SERVICE_ID}"
UPSTREAM_MILLISECONDS = 50
AUDIENCE = "https://cds.example.org/bench"


class NotHere(Exception):
    """What a row needs is missing on this machine; says what."""


class Servers:
    """All that run, by name; a context manager that ends them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = ExitStack()
        self._running: dict[str, Running] = {}
        self._missing: dict[str, NotHere] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def get(self, name: str) -> Running:
        """The server of this name, which answers.

        Raises:
            NotHere: it cannot run on this machine.
        """
        if name in self._missing:
            raise self._missing[name]
        if name not in self._running:
            try:
                self._running[name] = MAKERS[name](self)
            except NotHere as missing:
                self._missing[name] = missing
                raise
        return self._running[name]

    def start(self, name: str, command: tuple[str | Path, ...], ready: str, **settings: str) -> Running:
        """Start one more, and wait until it answers at this path."""
        running = self._stack.enter_context(Running(name, command, self.folder, settings))
        running.wait_for(ready)
        return running

    def ours(self, name: str, *, workers: int = WORKERS, database: str = "", **settings: str) -> Running:
        """The service, with its audit log in a new SQLite file where no database is named."""
        url = database or f"sqlite:///{self.folder / name}.sqlite3"
        command = (*SERVE, "--workers", str(workers))
        return self.start(name, command, "/health/ready", DATABASE_URL=url, **settings)

    def new_database(self) -> str:
        """The address of an empty database of a PostgreSQL of ours."""
        programs = find_programs()
        if programs is None:
            raise NotHere(HOW_TO_GET)
        return self._stack.enter_context(postgres_server(programs)).new_database()


def _baseline(servers: Servers) -> Running:
    command = (sys.executable, "-m", "tests.bench.baseline_app", "PORT", str(WORKERS))
    return servers.start("baseline", command, "/health/live")


def tokens(number: int) -> list[str]:
    """So many tokens of the client that the server `jwt` knows, each good once."""
    signer = Signer("ES384")
    return [signer.token(AUDIENCE) for _ in range(number)]


def _jwt(servers: Servers) -> Running:
    site = site_folder(servers.folder / "site", client_of(f'audiences = ["{AUDIENCE}"]'))
    (site / "keys.json").write_bytes(key_set(Signer("ES384")))
    return servers.ours("jwt", SITE=str(site))


def _slow_fhir(servers: Servers) -> Running:
    command = (sys.executable, "-m", "tests.bench.slow_fhir", "PORT", str(UPSTREAM_MILLISECONDS))
    return servers.start("slow-fhir", command, "/fhir/Patient/p1")


MAKERS: Mapping[str, Callable[[Servers], Running]] = {
    "baseline": _baseline,
    "slow-fhir": _slow_fhir,
    "sqlite": lambda servers: servers.ours("sqlite"),
    "jwt": _jwt,
    "postgres": lambda servers: servers.ours("postgres", database=servers.new_database()),
}
BENCH = ROOT / ".cache" / "bench"

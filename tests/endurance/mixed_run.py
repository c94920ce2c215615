"""A mixed run with faults, from a seed: all is started, callers call while things fail, all ends in order."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.bench.running import ROOT, Running
from tests.endurance.callers import PASSWORD, REVIEWER, Callers, Sent
from tests.endurance.fhir_process import FhirProcess
from tests.endurance.invariants import Left, broken, command_environment
from tests.endurance.trouble import DatabaseTrouble, Trouble, locked, lossy
from tests.endurance.watching import Watch
from tests.lossy_proxy import LossyProxy
from tests.postgres_server import PostgresServer

DEADLINE_SECONDS = 3.0
ALLOWANCE_SECONDS = 0.1
CALLERS = 8
# Where an answer that was late had stayed.
STOPPED = "with a worker that had been stopped"
WAITING = "before or behind the application: for a thread, a processor, or the network"
CALLER = "with the caller, who did not run"
ANSWERING = "in the application"
SERVE = (sys.executable, "-m", "cds_service.cli", "serve", "--port", "PORT", "--workers", "2")


@dataclass(frozen=True)
class Ran:
    """What a run gave.

    Attributes:
        broken: invariants that do not hold, in words.
        done: how often what went wrong on purpose.
        still: when a worker stood still.
        watch: memory and descriptors, and stalls of this process.
        spared_since: monotonic time since when no worker was killed.
        handled: seconds that the service itself logged for a signing, by hookInstance.
    """

    sent: list[Sent]
    broken: list[str]
    done: Counter[str]
    still: list[tuple[float, float]]
    watch: Watch
    spared_since: float
    handled: dict[str, float]

    def late(self) -> dict[str, list[float]]:
        """Seconds beyond deadline and allowance of answers that came late to their callers, by where they stayed.

        Pages for reviewers have no deadline; one look at them may be three requests: for the form, the login, the page.
        """
        found: dict[str, list[float]] = {where: [] for where in (STOPPED, WAITING, CALLER, ANSWERING)}
        for one in self.sent:
            over = one.seconds - DEADLINE_SECONDS - ALLOWANCE_SECONDS
            if over > 0 and one.status and one.kind != "review":
                found[self._where(one, over)].append(over)
        return found

    def _where(self, one: Sent, over: float) -> str:
        ended = one.began + one.seconds
        if any(began < ended and one.began < until + DEADLINE_SECONDS for began, until in self.still):
            return STOPPED
        if self.watch.stalled(one.began, ended) >= over:
            return CALLER
        handled = self.handled.get(one.hook_instance, 0.0)
        return ANSWERING if handled > DEADLINE_SECONDS + ALLOWANCE_SECONDS else WAITING


def run(
    folder: Path,
    *,
    seconds: float,
    seed: int,
    postgres: PostgresServer | None,
    sparing_seconds: float = 0.0,
    callers: int = CALLERS,
) -> Ran:
    """Call for so long, with faults; then end, and check.

    Args:
        seconds: with every fault.
        sparing_seconds: on from there, with all but the killing of workers, so that it is seen whether one grows.
        postgres: the log's server; SQLite without it.
    """
    with ExitStack() as stack:
        database, seen, trouble_of = stack.enter_context(_database(folder, postgres))
        _add_reviewer(database)
        settings = {"DATABASE_URL": seen, "DEADLINE_SECONDS": f"{DEADLINE_SECONDS}"}
        fhir = FhirProcess()
        stack.callback(fhir.close)
        service = stack.enter_context(Running("service", SERVE, folder, settings))
        service.wait_for("/health/ready")
        watch = Watch(service)
        stack.callback(watch.stop)
        trouble = Trouble(service, fhir, trouble_of, seed)
        calling = Callers(service.url, fhir.base, seed)
        calling.start(callers)
        trouble.start()
        time.sleep(seconds)
        trouble.spare_workers()
        spared_since = time.monotonic()
        time.sleep(sparing_seconds)
        trouble.stop()
        calling.stop()
        watch.stop()
        metrics = service.ask("/metrics")[1]
        faults = _end(service)
        texts = {"metrics": metrics, **{file.name: file.read_bytes() for file in folder.glob("*.errors.txt")}}
        left = Left(database, folder, texts, trouble.done["worker killed"])
        faults += broken(calling.sent, left)
        handled = _handled(service.errors)
        return Ran(calling.sent, faults, trouble.done, trouble.still, watch, spared_since, handled)


@contextmanager
def _database(folder: Path, postgres: PostgresServer | None) -> Iterator[tuple[str, str, DatabaseTrouble]]:
    """Its address, its address as the service sees it, and what befalls it."""
    if postgres is None:
        file = folder / "audit.sqlite3"
        yield f"sqlite:///{file}", f"sqlite:///{file}", locked(file)
        return
    url = postgres.new_database()
    proxy = LossyProxy(postgres.port)
    try:
        yield url, url.replace(str(postgres.port), str(proxy.port)), lossy(proxy)
    finally:
        proxy.close()


def _add_reviewer(database: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "cds_service.cli", "audit", "add-reviewer", REVIEWER, "--password-file", "-"],
        input=f"{PASSWORD}\n",
        text=True,
        capture_output=True,
        cwd=ROOT,
        env=command_environment(database),
        check=True,
    )


def _end(service: Running) -> list[str]:
    """End it as an operator does; what is wrong with that."""
    service.stop()
    code = service.wait(1)
    return [] if code == 0 else [f"the service ended with {code} after SIGTERM"]


def _handled(log: Path) -> dict[str, float]:
    found = {}
    for line in log.read_text(encoding="utf-8").splitlines():
        with suppress(json.JSONDecodeError):
            fields = json.loads(line)
            if fields.get("event") == "call":
                found[fields["hookInstance"]] = fields["milliseconds"] / 1000
    return found

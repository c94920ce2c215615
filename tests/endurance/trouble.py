"""What goes wrong meanwhile, by chance from a seed: FHIR servers that err, databases that go away, workers that die."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.bench.running import Running
from tests.endurance.fhir_process import FhirProcess
from tests.faults.service_under_faults import templates
from tests.faults.test_random_faults import FAULTS
from tests.lossy_proxy import LossyProxy

# Without those that lead to a second server.
FHIR_FAULTS = [fault for fault in FAULTS if "OTHER" not in fault]
PLACES = [*sorted(templates()), "Observation", "*"]


class DatabaseTrouble(Protocol):
    """What can befall the database."""

    def __call__(self, chance: random.Random) -> str:
        """Do it; what it was."""


@dataclass
class Trouble:
    """The faults of one run.

    Attributes:
        kills: whether workers are killed; see `spare_workers`.
        done: how often what was done.
        still: from when until when a worker stood still, monotonic.
        pause: seconds between two faults, at least and at most.
    """

    service: Running
    fhir: FhirProcess
    database: DatabaseTrouble
    seed: int
    pause: tuple[float, float] = (0.5, 3.0)
    kills: bool = True
    done: Counter[str] = field(default_factory=Counter)
    still: list[tuple[float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stopped = threading.Event()
        self._chance = random.Random(f"trouble {self.seed}")
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.failure: BaseException | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def spare_workers(self) -> None:
        """Kill none any more, so that their memory can be followed."""
        self.kills = False

    def stop(self) -> None:
        """End it, and leave all in order.

        Raises:
            BaseException: whatever ended it too early.
        """
        self._stopped.set()
        self._thread.join(60)
        if self.failure is not None:
            raise self.failure

    def _run(self) -> None:
        acts: tuple[tuple[int, Callable[[], str]], ...] = (
            (6, self._fhir_errs),
            (3, self._fhir_recovers),
            (3, self._database_fails),
            (1, self._worker_dies),
            (1, self._worker_stands_still),
        )
        try:
            while not self._stopped.wait(self._chance.uniform(*self.pause)):
                (act,) = self._chance.choices([one for _, one in acts], [weight for weight, _ in acts])
                what = act()
                if what:
                    self.done[what] += 1
            self.fhir.play({})
        except BaseException as failure:  # noqa: BLE001 - told by `stop`
            self.failure = failure

    def _fhir_errs(self) -> str:
        places = self._chance.sample(PLACES, self._chance.randint(1, 4))
        self.fhir.play(
            {place: self._chance.choice(FHIR_FAULTS) + self._chance.choice(("", " once")) for place in places}
        )
        return "FHIR server errs"

    def _fhir_recovers(self) -> str:
        self.fhir.play({})
        return "FHIR server recovers"

    def _database_fails(self) -> str:
        return self.database(self._chance)

    def _worker_dies(self) -> str:
        worker = self._worker()
        if not self.kills or worker is None:
            return ""
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
        return "worker killed"

    def _worker_stands_still(self) -> str:
        worker = self._worker()
        if worker is None:
            return ""
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGSTOP)
            began = time.monotonic()
            self._stopped.wait(self._chance.uniform(0.3, 4))
            os.kill(worker, signal.SIGCONT)
            self.still.append((began, time.monotonic()))
        return "worker stood still"

    def _worker(self) -> int | None:
        workers = self.service.workers()
        return self._chance.choice(workers) if workers else None


def lossy(proxy: LossyProxy) -> DatabaseTrouble:
    """Connections to PostgreSQL are lost: before a COMMIT arrives, before its answer does, or all at once."""

    def act(chance: random.Random) -> str:
        how = chance.choice(("before", "after", "all"))
        if how == "all":
            proxy.cut()
            return "all database connections cut"
        proxy.lose("before" if how == "before" else "after")
        return f"database connection lost {how} COMMIT"

    return act


def locked(file: Path) -> DatabaseTrouble:
    """Another process writes to the SQLite file and takes its time."""

    def act(chance: random.Random) -> str:
        with closing(sqlite3.connect(file, isolation_level=None, timeout=5)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return ""
            time.sleep(chance.uniform(0.1, 2))
            other.execute("ROLLBACK")
        return "database locked by another writer"

    return act

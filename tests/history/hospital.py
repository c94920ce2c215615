"""A hospital around one audit log: the service in processes of its own, and its operators.

The service is the real application behind a socket; operators run the real scripts of
`deploy/` and the same functions as the commands. The clock is ours, and jumps.
"""

import json
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPException
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

from alembic import command
from alembic.config import Config

from cds_service.audit.chain import AuditEntry, time_text
from cds_service.audit.checkpoint import make_checkpoint
from cds_service.audit.database import MIGRATIONS, Database
from cds_service.audit.purge import doubt_of_clock, purge_before
from cds_service.audit.store import AuditStore
from cds_service.audit.verification.notes import Checkpoint, read_note
from cds_service.audit.verification.walk import Report, verify_log
from cds_service.errors import CdsError
from cds_service.review.access import Access
from cds_service.review.accounts import Accounts
from cds_service.samples.fhir_server import LocalServer
from cds_service.settings import Settings
from cds_service.web.app import Wiring, create_app
from tests.attacks.reviewers import PASSWORD, Browser
from tests.audit_builders import rows_of, write_key
from tests.chart_builders import (
    HOOK,
    NOW,
    PATIENT,
    kyphoplasty,
    open_service,
    order_sign,
    strong_and_nourished,
    thin_and_weak,
)
from tests.live_service import Reply, exchange
from tests.running_service import clean_environment

FORK = multiprocessing.get_context("fork")
DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SECONDS = 60.0  # of a call; a busy machine must not turn into a gap
ENDS = 300.0  # every operation ends long before
KEPT = timedelta(days=2)  # what a purge leaves
PATIENTS = ("anna", "bert", "cara")
CHARTS = (thin_and_weak(), strong_and_nourished())
NAMES = count(1)
PLACE = f"/cds-services/{HOOK}"


def request_for(patient: str) -> Mapping[str, Any]:
    """The signing of a kyphoplasty of this patient, as one of two charts has it."""
    chart = CHARTS[PATIENTS.index(patient) % 2]
    body = order_sign(chart, kyphoplasty(), hook_instance=str(uuid4()))
    written = json.dumps(body).replace(PATIENT, patient)
    return dict(json.loads(written))


@dataclass(frozen=True)
class Shown:
    """A card that an EHR was given: whose, and what the clock said before and after."""

    patient: str
    first: str
    last: str


@dataclass(frozen=True)
class Backup:
    """What the script left, and the cards that had been shown when it began."""

    folder: Path
    shown: Mapping[str, Shown]


class Replica:
    """The service as a process that can be killed at any moment."""

    def __init__(self, url: str, clock: Any) -> None:
        ours, its = FORK.Pipe()
        self._process = FORK.Process(target=_serve, args=(url, clock, its), daemon=True)
        self._process.start()
        its.close()  # so that the end of one that cannot start is seen
        assert ours.poll(SECONDS), "a replica did not start"
        self.address = str(ours.recv())

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Any request."""
        return exchange(self.address, method, path, body, headers)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, and wait for that."""
        os.kill(self._process.pid or 0, how)
        self._process.join(ENDS)
        assert self._process.exitcode is not None, "a replica did not end"

    def limit_files(self, size: int) -> None:
        """Let none of its files grow beyond so many bytes; -1 lifts that."""
        hard = resource.RLIM_INFINITY
        resource.prlimit(self._process.pid or 0, resource.RLIMIT_FSIZE, (size, hard))


def _serve(url: str, clock: Any, its: Any) -> None:
    """What the process does: it serves until it is ended."""

    def now() -> datetime:
        return NOW + timedelta(seconds=clock.value)

    store = AuditStore(url, wait_seconds=SECONDS, clock=now)
    settings = Settings(database_url=url, deadline_seconds=SECONDS)
    server = LocalServer(
        lambda base: create_app(
            open_service(),
            settings,
            audit=store,
            base_url=base,
            wiring=Wiring(clock=now),
        )
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    its.send(server.url.removeprefix("http://"))
    try:
        signal.pause()
    finally:
        server.stop()
        store.close()
        os._exit(0)


@dataclass
class Hospital:
    """What was done, and what must hold.

    Attributes:
        shown: cards by their uuid.
        notes: of all checkpoints that were made, but those of what was lost.
    """

    folder: Path
    url: str
    replicas: list[Replica] = field(default_factory=list)
    shown: dict[str, Shown] = field(default_factory=dict)
    notes: list[Checkpoint] = field(default_factory=list)
    backups: list[Backup] = field(default_factory=list)
    key: Path | None = None
    purged_before: str = ""

    def __post_init__(self) -> None:
        """Make the tables and an account, and start two replicas."""
        self.clock = FORK.RawValue("d", 0.0)  # no lock that a killed one could hold
        self.key = self.folder / "first.key"
        with closing(AuditStore(self.url, clock=self.now)) as store:
            store.open_with(AuditEntry(kind="start", at=self.now(), content={}))
            accounts = Accounts(Access(lambda: store.database, self.now))
            accounts.add("reviewer", "reviewer", PASSWORD)
        self.replicas = [Replica(self.url, self.clock) for _ in range(2)]

    def close(self) -> None:
        for one in self.replicas:
            one.end(signal.SIGKILL)

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.clock.value)

    # --- what an EHR and reviewers do

    def sign(self, patient: str, replica: int) -> int:
        """Sign an order; the status of the answer, 0 where none came."""
        body, first = request_for(patient), time_text(self.now())
        reply = self._post(replica, "", body)
        if reply is None:
            return 0
        assert reply.status < 600, reply.text
        others = [one for one in PATIENTS if one != patient]
        assert not any(f"Patient/{one}" in reply.text for one in others), reply.text
        if reply.status == 200:
            last = time_text(self.now())
            whose = Shown(patient, min(first, last), max(first, last))
            found = {card["uuid"]: whose for card in reply.json()["cards"]}
            assert self.shown.keys().isdisjoint(found)
            self.shown |= found
        return reply.status

    def answer(self, place: int, replica: int) -> int:
        """Override one of the cards that were shown; the status, 0 where none came."""
        if not self.shown:
            return 0
        card = sorted(self.shown)[place % len(self.shown)]
        at = self.now().isoformat().replace("+00:00", "Z")
        said = {"card": card, "outcome": "overridden", "outcomeTimestamp": at}
        reply = self._post(replica, "/feedback", {"feedback": [said]})
        return reply.status if reply else 0

    def log_in(self, replica: int) -> int:
        """Log in to the pages; the status of the form's answer, 0 where none came."""
        with suppress(OSError, HTTPException):
            return Browser(self.replicas[replica]).log_in("reviewer").status
        return 0

    def _post(self, replica: int, place: str, body: Any) -> Reply | None:
        """Send a call; None where the process was killed meanwhile."""
        sent = {"Content-Type": "application/json"}
        with suppress(OSError, HTTPException):
            return self.replicas[replica].send(
                "POST", f"{PLACE}{place}", json.dumps(body).encode(), sent
            )
        return None

    # --- what operators do

    def checkpoint(self) -> None:
        with closing(_Disposed(self.url)) as log:
            note = make_checkpoint(log.database, self.key, self.now)
        self.notes.append(read_note(note))

    def change_key(self) -> None:
        """Sign with another key from now on."""
        self.key = write_key(self.folder / f"{next(NAMES)}.key")

    def purge(self) -> None:
        """Delete what is older than is kept, unless the clock seems wrong."""
        before = self.now() - KEPT
        with closing(_Disposed(self.url)) as log:
            if doubt_of_clock(log.database, self.now()):
                return
            self.purged_before = max(self.purged_before, time_text(before))
            # what has no checkpoint behind it stays, and is said
            with suppress(CdsError):
                purge_before(log.database, before, "os:operator", self.now)

    def backup(self) -> None:
        """Make a copy, by the script."""
        shown = dict(self.shown)
        folder = self.folder / f"backups-{next(NAMES)}"
        said = self.run("backup.sh", str(folder))
        self.backups.append(Backup(Path(said.stdout.strip()), shown))

    def migrate(self) -> None:
        """Bring the tables to the newest step, as before an update."""
        migrate_tables(self.url)

    def verify(self) -> Report:
        """Hold the log against all notes."""
        return verify_log(self.url, self.notes)

    def kill(self, replica: int) -> None:
        self.replicas[replica].end(signal.SIGKILL)

    def start(self, replica: int) -> None:
        self.replicas[replica] = Replica(self.url, self.clock)

    def recover(self, backup: Backup, url: str) -> None:
        """Put a backup in the place of the log, which is a broken one then."""
        for one in self.replicas:
            one.end()
        self.url = url
        self.run("restore.sh", str(backup.folder))
        last = verify_log(url).last
        lost = [one for one in self.notes if one.sequence > last]
        self.notes = [one for one in self.notes if one.sequence <= last]
        # what came after it is lost, and every later note tells
        for note in lost:
            assert not verify_log(url, [note]).is_whole
        there = self._cards()
        self.shown = {
            card: one
            for card, one in self.shown.items()
            if card in backup.shown or card in there
        }
        with closing(_Disposed(url)) as log:
            log.database.prepare()
        self.replicas = [Replica(url, self.clock) for _ in self.replicas]

    def run(self, script: str, *words: str) -> subprocess.CompletedProcess[str]:
        """A script of `deploy/` over this log, to its end."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        ours = {
            "PATH": path,
            "KYPHOPLASTY_CDS_DATABASE_URL": self.url,
            "KYPHOPLASTY_CDS_AUDIT_KEY": str(self.key),
        }
        done = subprocess.run(
            [DEPLOY / script, *words],
            env=clean_environment(self.folder) | ours,
            capture_output=True,
            text=True,
            check=False,
            timeout=ENDS,
        )
        assert done.returncode == 0, (done.stdout, done.stderr)
        return done

    # --- what must hold

    def _cards(self) -> Mapping[str, list[str]]:
        """By each card in the log the patients of the entries that hold it."""
        found: dict[str, list[str]] = {}
        query = (
            "SELECT audit_card.card, patient FROM audit_card"
            " JOIN audit_search ON audit_search.sequence = audit_card.sequence"
            " WHERE kind = 'answer'"
        )
        for card, patient in rows_of(self.url, query):
            found.setdefault(card, []).append(patient)
        return found

    def check(self) -> None:
        """Every shown card has one entry, its patient's; the log and all notes hold."""
        there = self._cards()
        for card, one in self.shown.items():
            held = there.get(card, [])
            may_be_gone = one.first < self.purged_before
            assert held == [one.patient] or (may_be_gone and not held), (card, held)
        report = self.verify()
        assert report.is_whole, report.faults


STEPS_OF_TABLES = sorted(
    path.stem[1:5] for path in (MIGRATIONS / "versions").glob("m[0-9]*.py")
)


def make_tables(url: str, step: str) -> None:
    """Make the tables as the version of this step made them."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with closing(_Disposed(url)) as log, log.database.writing(SECONDS) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, step)


def migrate_tables(url: str) -> None:
    """Bring them to the newest step."""
    with closing(_Disposed(url)) as log:
        log.database.prepare()


class _Disposed:
    """A database whose connections end with it."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.close = self.database.dispose

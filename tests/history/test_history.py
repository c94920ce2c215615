"""One history after the other: what happens to a log, in any order and at once.

Every shown card has one entry, its patient's; every checkpoint holds for ever; a
restore holds what its note covers; every operation ends. `make history EXAMPLES=n` runs
more and other ones than this.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cds_service.audit.chain import AuditEntry
from cds_service.audit.store import AuditStore
from cds_service.audit.verification.walk import verify_log
from tests.chart_builders import NOW
from tests.history.hospital import (
    ENDS,
    NAMES,
    PATIENTS,
    STEPS_OF_TABLES,
    Hospital,
    make_tables,
    migrate_tables,
)
from tests.history.small_disk import SmallDisk, can_mount, small_disk
from tests.postgres_server import PostgresServer

EXAMPLES = int(os.environ.get("HISTORIES", "0"))  # 0: the same few at every run
STEPS = 12
REPLICAS = some.integers(0, 1)
JUMPS = some.sampled_from([60, 3600, 86_400, 3 * 86_400, 40 * 86_400])
# What may happen at once: nothing that starts a process of the service anew.
AT_ONCE: dict[str, Callable[[Hospital, int], Any]] = {
    "sign": lambda one, number: one.sign(PATIENTS[number % 3], number % 2),
    "answer": lambda one, number: one.answer(number, number % 2),
    "log in": lambda one, number: one.log_in(number % 2),
    "checkpoint": lambda one, _: one.checkpoint(),
    "purge": lambda one, _: one.purge(),
    "backup": lambda one, _: one.backup(),
    "verify": lambda one, _: one.verify(),
    "migrate": lambda one, _: one.migrate(),
}


class History(RuleBasedStateMachine):
    """What happens to the hospital around one log."""

    new_url: ClassVar[Callable[[Path], str]]
    disk: ClassVar[SmallDisk | None] = None

    @initialize(step=some.sampled_from(STEPS_OF_TABLES))
    def begins(self, step: str) -> None:
        """A log whose tables are new, or as an earlier version left them."""
        self.folder = Path(tempfile.mkdtemp(prefix="kyphoplasty-cds-history-"))
        url = type(self).new_url(self.folder)
        make_tables(url, step)
        self.hospital = Hospital(self.folder, url)

    def teardown(self) -> None:
        if hasattr(self, "hospital"):
            self.hospital.close()
            shutil.rmtree(self.folder)
        if self.disk is not None:
            self.disk.drop_databases()

    @rule(patient=some.sampled_from(PATIENTS), replica=REPLICAS)
    def signs(self, patient: str, replica: int) -> None:
        assert self.hospital.sign(patient, replica) == 200

    @precondition(lambda self: self.hospital.shown)
    @rule(place=some.integers(0, 99), replica=REPLICAS)
    def answers(self, place: int, replica: int) -> None:
        # 404: what was purged is not known any more
        assert self.hospital.answer(place, replica) in (200, 404)

    @rule(replica=REPLICAS)
    def logs_in(self, replica: int) -> None:
        # 429: too often since
        assert self.hospital.log_in(replica) in (303, 429)

    @rule()
    def makes_a_checkpoint(self) -> None:
        self.hospital.checkpoint()

    @rule()
    def changes_the_key(self) -> None:
        self.hospital.change_key()

    @rule()
    def purges(self) -> None:
        self.hospital.purge()

    @rule(seconds=JUMPS, back=some.booleans())
    def clock_jumps(self, seconds: int, *, back: bool) -> None:
        self.hospital.clock.value += -seconds if back else seconds

    @rule(replica=REPLICAS)
    def is_killed(self, replica: int) -> None:
        self.hospital.kill(replica)
        self.hospital.start(replica)

    @rule()
    def is_updated(self) -> None:
        """A backup, the tables, then one replica after the other."""
        self.hospital.backup()
        self.hospital.migrate()
        for replica in range(2):
            self.hospital.replicas[replica].end()
            self.hospital.start(replica)

    @precondition(lambda self: self.hospital.backups)
    @rule(place=some.integers(0, 9))
    def is_restored(self, place: int) -> None:
        backups = self.hospital.backups
        (folder := self.folder / f"restored-{next(NAMES)}").mkdir()
        url = type(self).new_url(folder)
        self.hospital.recover(backups[place % len(backups)], url)

    @precondition(lambda self: self.hospital.url.startswith("sqlite"))
    @rule(patient=some.sampled_from(PATIENTS), left=some.integers(0, 20_000))
    def finds_the_disk_full(self, patient: str, left: int) -> None:
        """No card leaves that the log cannot hold; once there is room, all is well."""
        journal = Path(f"{self.hospital.url.removeprefix('sqlite:///')}-wal")
        size = journal.stat().st_size if journal.exists() else 0
        for one in self.hospital.replicas:
            one.limit_files(size + left)
        for _ in range(3):
            self.hospital.sign(patient, 0)
        self.hospital.check()
        for one in self.hospital.replicas:
            one.limit_files(-1)

    @precondition(lambda self: type(self).disk is not None)
    @rule(patient=some.sampled_from(PATIENTS), left=some.integers(0, 60_000))
    def finds_the_servers_disk_full(self, patient: str, left: int) -> None:
        """The same of PostgreSQL, whose tables find no room to grow."""
        with type(self).disk.full(left):
            for _ in range(3):
                self.hospital.sign(patient, 0)
            self.hospital.check()
        assert self.hospital.sign(patient, 0) == 200

    @rule(
        acts=some.lists(
            some.tuples(some.sampled_from(sorted(AT_ONCE)), some.integers(0, 99)),
            min_size=2,
            max_size=5,
        ),
        killed=some.none() | REPLICAS,
    )
    def happens_at_once(self, acts: list[tuple[str, int]], killed: int | None) -> None:
        with ThreadPoolExecutor(len(acts) + 1) as pool:
            begun = [pool.submit(AT_ONCE[act], self.hospital, n) for act, n in acts]
            if killed is not None:
                begun.append(pool.submit(self.hospital.kill, killed))
            for one in begun:
                one.result(ENDS)
        if killed is not None:
            self.hospital.start(killed)

    @invariant()
    def all_holds(self) -> None:
        if hasattr(self, "hospital"):
            self.hospital.check()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_whatever_happens_the_log_holds(
    kind: str, request: pytest.FixtureRequest
) -> None:
    with ExitStack() as stack:
        parts: dict[str, Any] = {
            "new_url": staticmethod(
                lambda folder: f"sqlite:///{folder / 'log.sqlite3'}"
            )
        }
        if kind == "postgresql":
            server = request.getfixturevalue("postgres")
            new = server.new_database
            if can_mount():
                parts["disk"] = stack.enter_context(small_disk(server))
                new = parts["disk"].new_database
            parts["new_url"] = staticmethod(lambda _folder: new())
        machine = type(f"History{kind.title()}", (History,), parts)
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=EXAMPLES or 3,
                stateful_step_count=STEPS,
                derandomize=not EXAMPLES,
                database=None,
                deadline=None,
                print_blob=True,
                phases=[Phase.generate, *([Phase.shrink] if EXAMPLES else [])],
                suppress_health_check=list(HealthCheck),
            ),
        )


@pytest.mark.skipif(not can_mount(), reason="needs root, to mount a small disk")
def test_a_server_without_room_costs_cards_and_no_entry(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    """Until there is no room left for an entry no card leaves; then all is well."""
    with small_disk(postgres) as disk:
        hospital = Hospital(tmp_path, disk.new_database())
        try:
            assert hospital.sign("anna", 0) == 200
            with disk.full(0):
                found = [hospital.sign("anna", number % 2) for number in range(30)]
                assert found[-1] == 503
                hospital.check()
            assert hospital.sign("anna", 0) == 200
            hospital.check()
        finally:
            hospital.close()
            disk.drop_databases()


@pytest.mark.parametrize("step", STEPS_OF_TABLES)
def test_tables_of_an_earlier_version_are_migrated_at_once(
    audit_url: str, step: str
) -> None:
    """Several at the same moment: one does it, the others wait."""
    make_tables(audit_url, step)
    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(migrate_tables, audit_url) for _ in range(4)]:
            one.result(ENDS)
    with closing(AuditStore(audit_url)) as store:
        store.append(AuditEntry(kind="start", at=NOW, content={}))
    assert verify_log(audit_url).is_whole

"""Faults of database and disk, as the table audit_faults.toml has them, over the whole web application."""

import logging
import os
import sqlite3
import subprocess
import threading
import tomllib
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy.exc import OperationalError

from cds_service.audit.chain import AuditEntry, AuditState
from cds_service.audit.store import AuditStore
from cds_service.audit.verification.walk import verify_log
from cds_service.cli import main
from cds_service.errors import AuditUnavailable
from cds_service.web.logs import QueuedLines
from tests.audit_builders import NOON, rows_of
from tests.chart_builders import Asked, kyphoplasty, open_service, order_sign, patient
from tests.lossy_proxy import LossyProxy
from tests.waiting import wait_until

CASES = tomllib.loads(
    Path(__file__).with_name("audit_faults.toml").read_text(encoding="utf-8")
)["case"]
# F31, F32: test_audit_crashes.py; F40: feedback
ROWS = {"F24", "F25", "F26", "F27", "F28", "F29", "F30", "F38", "F39"}


class World:
    """One log, one application over it, and what can be done to both."""

    def __init__(self, case, folder, request):
        self.case = case
        self.folder = folder
        self.closing = ExitStack()
        self.server = (
            request.getfixturevalue("postgres")
            if case["database"] != "sqlite"
            else None
        )
        self.proxy = None
        self.url = self._url(case)
        self.answered = []
        self.monkeypatch = request.getfixturevalue("monkeypatch")

    def _url(self, case):
        if self.server is None:
            disk = self.folder / "disk"
            disk.mkdir()
            if case["fault"] == "full":
                self.closing.enter_context(small_disk(disk))
            return f"sqlite:///{disk / 'audit.sqlite3'}"
        url = self.server.new_log()
        if case["fault"].startswith("lost"):
            self.proxy = LossyProxy(self.server.port)
            self.closing.callback(self.proxy.close)
            return url.replace(str(self.server.port), str(self.proxy.port))
        return url

    def open(self):
        self.store = AuditStore(self.url)
        self._asked = Asked(open_service(), log=self.store)

    def status_of(self, health):
        return self._asked.get(f"/health/{health}", "*/*").status_code

    def call(self):
        """The status of one signing; a card leaves with 200 and with nothing else."""
        body = order_sign([patient()], kyphoplasty(), hook_instance=str(uuid4()))
        response = self._asked.post(body)
        if response.status_code == 200:
            assert response.json["cards"]
            self.answered.append(body["hookInstance"])
        else:
            assert response.json["resourceType"] == "OperationOutcome"
            assert response.headers["Retry-After"] == "1"
        return response.status_code

    def is_ready(self, wanted):
        return wait_until(lambda: self.status_of("ready") == wanted)

    def kinds(self):
        return [
            row[0]
            for row in rows_of(
                self.url, "SELECT kind FROM audit_entry ORDER BY sequence"
            )
        ]


@contextmanager
def small_disk(folder):
    """A file system of four megabytes, where the machine lets us make one."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder]
    made = subprocess.run(mount, stderr=subprocess.DEVNULL, check=False)
    try:
        yield
    finally:
        if made.returncode == 0:
            subprocess.run(["umount", folder], check=True)


# --- the faults


@contextmanager
def locked(world):
    with sqlite3.connect(
        world.url.removeprefix("sqlite:///"), isolation_level=None
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    other.close()


@contextmanager
def lost(world, how, _commit):
    world.proxy.lose(how)
    yield
    assert world.proxy.lost == 1


@contextmanager
def raises(world, table, code, times=None):
    """When a row is put into this table, so many times or always."""
    with psycopg.connect(world.url.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("CREATE SEQUENCE tries")
        owner.execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF nextval('tries') <= {times or 10**6} THEN RAISE EXCEPTION 'test' USING ERRCODE = '{code}'; END IF;"
            " RETURN NEW; END $$"
        )
        owner.execute(
            f"CREATE TRIGGER fail BEFORE INSERT ON {table} EXECUTE FUNCTION fail()"
        )
        yield
        assert times is None or owner.execute(
            "SELECT last_value FROM tries"
        ).fetchone() == (int(times) + 1,)
        owner.execute(f"DROP TRIGGER fail ON {table}")


@contextmanager
def broken(world, code):
    """As SQLite says it; that it does so when fsync fails is tried with a real one in test_audit_crashes.py."""
    world.monkeypatch.setattr(
        world.store.database, "writing", failing(getattr(sqlite3, code))
    )
    yield
    world.monkeypatch.undo()


@contextmanager
def stopped(world):
    world.server.stop()
    try:
        yield
    finally:
        world.server.start()


@contextmanager
def full(world):
    disk = world.folder / "disk"
    if not os.path.ismount(disk):  # the stand-in where we may not mount
        with broken(world, "SQLITE_FULL"):
            yield
        return
    filler = disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    yield
    filler.unlink()


def failing(code):
    @contextmanager
    def writing(_wait_seconds=None):
        error = sqlite3.OperationalError("test")
        error.sqlite_errorcode = code
        raise OperationalError("COMMIT", None, error)
        yield

    return writing


NO_FOLDER = "/proc/self/no-folder/note"  # nothing can be made there


@contextmanager
def no_witness(world):
    world.monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", world.url)
    result = CliRunner().invoke(main, ["audit", "checkpoint", "--out", NO_FOLDER])
    assert (result.exit_code, type(result.exception)) == (2, SystemExit)
    yield


@contextmanager
def unread_log_lines(_world):
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, bytes(4096))
    os.set_blocking(writing, True)
    handler = QueuedLines(writing, most_lines=2)
    log = logging.getLogger("kyphoplasty_cds")
    log.addHandler(handler)
    log.setLevel("INFO")
    yield
    log.removeHandler(handler)
    threading.Thread(target=drain, args=(reading,), daemon=True).start()


def drain(reading):
    while os.read(reading, 65536):
        pass


FAULTS = {
    one.__name__: one
    for one in (
        locked,
        lost,
        raises,
        broken,
        stopped,
        full,
        no_witness,
        unread_log_lines,
    )
}


# --- the table


def test_every_row_has_its_cases():
    assert {case["row"] for case in CASES} == ROWS


@pytest.fixture
def world(request, tmp_path):
    made = World(request.param, tmp_path, request)
    yield made
    made.store.close()
    made.closing.close()


@pytest.mark.parametrize(
    "world", CASES, indirect=True, ids=lambda case: f"{case['row']} {case['title']}"
)
def test_a_fault_costs_what_the_table_says_and_no_more(world):
    case = world.case
    at_start = case.get("at_start", False)
    if not at_start:
        world.open()
        assert world.call() == 200
    fault, *words = case["fault"].split()
    with FAULTS[fault](world, *words):
        if at_start:
            world.open()
            world.store.open_with(AuditEntry(kind="start", at=NOON, content={}))
        assert [world.call() for _ in case["status"]] == case["status"]
        assert world.is_ready(case["ready"])
        assert world.status_of("live") == 200
    if "later" in case:
        wait_until(lambda: world.store.state() == AuditState(is_ready=True))
        assert world.call() == case["later"]
    else:
        assert world.call() == 503
        world.store.close()
        world.open()
        assert world.is_ready(200)
    wait_until(lambda: len(world.kinds()) > len(case["kinds"]))
    assert world.kinds() == ["genesis", *case["kinds"]]
    shown = rows_of(
        world.url, "SELECT hook_instance FROM audit_search WHERE kind = 'answer'"
    )
    assert sorted(row[0] for row in shown) == sorted(world.answered)
    assert verify_log(world.url).is_whole


@pytest.mark.parametrize(
    ("told", "words"),
    [
        pytest.param({"sqlite_errorcode": sqlite3.SQLITE_FULL}, "full", id="full"),
        pytest.param(
            {"sqlite_errorcode": sqlite3.SQLITE_READONLY_DBMOVED}, "read-only", id="ro"
        ),
        pytest.param({"sqlite_errorcode": sqlite3.SQLITE_CORRUPT}, "damaged", id="bad"),
        pytest.param({"sqlite_errorcode": sqlite3.SQLITE_IOERR_READ}, "disk", id="io"),
        pytest.param({"sqlstate": "53100"}, "full", id="full server"),
        pytest.param({"sqlstate": "25006"}, "only lets read", id="standby"),
        pytest.param({"sqlstate": "XX001"}, "damaged", id="bad server"),
        pytest.param({"sqlstate": None}, "does not answer", id="nothing told"),
    ],
)
def test_the_line_of_a_log_that_is_down_says_the_kind_of_fault(
    tmp_path, monkeypatch, caplog, told, words
):
    fault = sqlite3.OperationalError("of /secret/path, row 'Mrs Smith'")
    for name, value in told.items():
        setattr(fault, name, value)

    @contextmanager
    def writing(_wait_seconds=None):
        raise OperationalError("COMMIT", None, fault)
        yield

    with closing(AuditStore(f"sqlite:///{tmp_path / 'audit.sqlite3'}")) as store:
        store.append(AuditEntry(kind="answer", at=NOON, content={}))
        monkeypatch.setattr(store.database, "writing", writing)
        with pytest.raises(AuditUnavailable):
            store.append(AuditEntry(kind="answer", at=NOON, content={}))
        monkeypatch.undo()
    (line,) = [one.fields for one in caplog.records if one.message == "audit-down"]
    assert words in line["detail"]
    assert not any(part in str(line) for part in ("secret", "Smith", str(tmp_path)))


def test_a_gap_tells_how_many_and_when(tmp_path, monkeypatch):
    with closing(AuditStore(f"sqlite:///{tmp_path / 'audit.sqlite3'}")) as store:
        store.append(AuditEntry(kind="answer", at=NOON, content={}))
        with monkeypatch.context() as broken:
            broken.setattr(store.database, "writing", failing(sqlite3.SQLITE_FULL))
            for minute in (1, 2):
                with pytest.raises(AuditUnavailable, match="could not be written"):
                    store.append(
                        AuditEntry(
                            kind="answer", at=NOON.replace(minute=minute), content={}
                        )
                    )
            assert (store.state().is_ready, store.state().lost) == (False, 2)
        assert store.state().is_ready
        gap = store.reader.entry(3).content
        assert gap == {
            "lost": 2,
            "since": "2026-11-20T12:01:00.000Z",
            "until": "2026-11-20T12:02:00.000Z",
        }

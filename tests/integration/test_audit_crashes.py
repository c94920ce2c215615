"""F30 to F32: killed at any moment, cut from power, or lied to by the disk: what was acknowledged is there."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from cds_service.audit.query import Query
from cds_service.audit.store import AuditStore
from cds_service.audit.verification.walk import verify_log
from tests.audit_builders import answer_entry, rows_of

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("AUDIT_KILLS", "20"))  # `make kill-rounds` does 200
SHIM = Path(__file__).with_name("refused_fsync.c")
FILE = "audit.sqlite3"
LYING = """
import os, sys
from cds_service.audit.store import AuditStore
from cds_service.errors import AuditUnavailable
from tests.audit_builders import answer_entry
store = AuditStore(sys.argv[1])
store.append(answer_entry(1))
open(os.environ["NO_FSYNC"], "w").close()
for number in (2, 3):
    try:
        store.append(answer_entry(number))
    except AuditUnavailable:
        print("refused")
os.unlink(os.environ["NO_FSYNC"])  # the disk is well again, but what it holds is not known
try:
    store.append(answer_entry(4))
except AuditUnavailable:
    print("refused")
print("ready" if store.state().is_ready else "not ready")
store.close()
"""
OTHER_PROGRAM = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT * FROM audit_entry').fetchall()"


def acknowledged(url, seconds):
    """Ids that a process said were kept until it was killed at a random moment."""
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.audit_load.writing", url, "0", "w", "2"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    lines = [writer.stdout.readline()]
    reading = threading.Thread(target=lambda: lines.extend(writer.stdout))
    reading.start()
    time.sleep(seconds)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    reading.join()
    writer.stdout.close()
    return [
        line.split()[1]
        for line in lines
        if line.startswith("kept") and line.endswith("\n")
    ]


def test_no_acknowledged_entry_is_lost_however_often_the_writer_is_killed(audit_url):
    """G-TMP-4."""
    chance = random.Random(7)
    seen = before = 0
    for _ in range(ROUNDS):
        kept = acknowledged(audit_url, chance.uniform(0.01, 0.3))
        there = {
            row[0] for row in rows_of(audit_url, "SELECT entry_id FROM audit_entry")
        }
        assert set(kept) <= there
        assert len(there) > before
        report = verify_log(audit_url)
        assert (report.faults, report.last) == ([], report.entries)
        seen, before = seen + len(kept), len(there)
    assert seen >= ROUNDS


def test_no_acknowledged_entry_is_lost_when_postgresql_itself_crashes(postgres):
    url = postgres.new_log()
    with closing(AuditStore(url)) as store:
        for number in range(1, 40):
            store.append(answer_entry(number))
        postgres.stop("immediate")
        postgres.start()
    kept = {row[0] for row in rows_of(url, "SELECT entry_id FROM audit_entry")}
    assert {answer_entry(number).id for number in range(1, 40)} <= kept
    assert verify_log(url).is_whole


@pytest.fixture
def store(tmp_path):
    """With one answer, in a file."""
    with closing(AuditStore(f"sqlite:///{tmp_path / FILE}")) as made:
        made.append(answer_entry(1))
        yield made


def after_a_power_cut(tmp_path, number, share=1.0):
    """The address of a copy of the log's files as they are now, of the journal's beginning alone."""
    cut = tmp_path / f"cut-{number}"
    cut.mkdir()
    shutil.copy(tmp_path / FILE, cut)
    journal = (tmp_path / f"{FILE}-wal").read_bytes()
    (cut / f"{FILE}-wal").write_bytes(journal[: int(len(journal) * share)])
    return f"sqlite:///{cut / FILE}"


def test_what_is_on_disk_when_append_returns_holds_the_entry(store, tmp_path):
    """F32: copies of the files as they are after each acknowledgement, as a power cut would leave them at best."""
    for number in range(2, 6):
        store.append(answer_entry(number))
        url = after_a_power_cut(tmp_path, number)
        assert rows_of(
            url, "SELECT count(*) FROM audit_entry WHERE kind = 'answer'"
        ) == [(number,)]
        assert verify_log(url).is_whole


def test_a_journal_cut_anywhere_costs_entries_at_the_end_and_nothing_else(
    store, tmp_path
):
    """F32: the journal's tail never reached the disk; a checkpoint that was kept would tell."""
    for number in range(2, 6):
        store.append(answer_entry(number))
    for share in (0.3, 0.6, 0.9, 0.99):
        url = after_a_power_cut(tmp_path, share, share)
        if rows_of(url, "SELECT name FROM sqlite_master WHERE name = 'audit_entry'"):
            assert all(
                one.what == "removed" and one.sequence == 1
                for one in verify_log(url).faults
            )


def test_every_write_waits_for_the_disk(store):
    with store.database.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_every_write_to_postgresql_waits_for_its_disk(postgres):
    url = postgres.new_log()
    postgres.ask(
        f"ALTER DATABASE {url.rpartition('/')[2]} SET synchronous_commit = off"
    )
    with closing(AuditStore(url)) as store, store.database.writing() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_a_disk_that_does_not_confirm_ends_all_writing_until_a_restart(tmp_path):
    """F30, with a file system that really refuses fsync."""
    if shutil.which("cc") is None:
        pytest.skip(
            "there is no C compiler for a library that refuses fsync: apt-get install gcc libc6-dev"
        )
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-o", tmp_path / "shim.so", SHIM], check=True
    )
    url = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    said = subprocess.run(
        [sys.executable, "-c", LYING, url],
        cwd=ROOT,
        env={
            **os.environ,
            "LD_PRELOAD": str(tmp_path / "shim.so"),
            "NO_FSYNC": str(tmp_path / "no-fsync"),
        },
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    assert said.split("\n") == ["refused", "refused", "refused", "not ready", ""]
    with closing(AuditStore(url)) as store:
        store.append(answer_entry(5))
        (gap,) = store.reader.find(Query(kinds=("gap",))).entries
        assert store.reader.entry(gap.id).content["lost"] == 3
    assert rows_of(url, "SELECT kind FROM audit_entry ORDER BY sequence")[-2:] == [
        ("gap",),
        ("answer",),
    ]
    assert not (tmp_path / "audit.sqlite3.lost").exists()
    assert verify_log(url).is_whole


def test_an_entry_is_kept_although_another_program_looked_into_the_file_before(
    store, tmp_path
):
    """Whoever closes last empties SQLite's journal, and must see that our connections are still open."""
    # more connections of the same process
    with store.database.reading(), store.database.reading():
        pass
    subprocess.run([sys.executable, "-c", OTHER_PROGRAM, tmp_path / FILE], check=True)
    store.append(answer_entry(2))
    url = f"sqlite:///{tmp_path / FILE}"
    kept = {row[0] for row in rows_of(url, "SELECT entry_id FROM audit_entry")}
    assert {answer_entry(1).id, answer_entry(2).id} <= kept
    store.close()
    assert verify_log(url).is_whole

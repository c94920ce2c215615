"""The log over real databases: what is acknowledged is there, in one chain, whoever writes and however many."""

import os
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from cds_service.audit.chain import AuditEntry
from cds_service.audit.database import HEAD, MIGRATIONS, VERSION_TABLE, Database
from cds_service.audit.query import Query
from cds_service.audit.store import AuditStore
from cds_service.audit.verification.walk import verify_log
from cds_service.errors import AuditUnavailable, DataFileError
from tests.audit_builders import (
    NOON,
    answer_entry,
    clock,
    fill,
    rows_of,
    tamper,
    uuid_of,
)

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = 8
# many at once on a small machine: this is about order, not about time
WAIT_SECONDS = "20"
# of each; `make kill-rounds` writes 500
WRITES = int(os.environ.get("AUDIT_WRITES", "200"))


@pytest.fixture
def store(audit_url):
    with closing(AuditStore(audit_url, clock=clock, wait_seconds=5)) as made:
        yield made


def start(url, count, name):
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.audit_load.writing",
            url,
            str(count),
            name,
            WAIT_SECONDS,
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_eight_processes_write_one_chain_without_fork_or_gap(empty_url):
    """G-TMP-3, from an empty database on: eight at once also make the tables and the first entry."""
    writers = [start(empty_url, WRITES, f"w{number}") for number in range(PROCESSES)]
    kept = [
        line.split()[1]
        for one in writers
        for line in one.communicate()[0].splitlines()
        if line.startswith("kept")
    ]
    assert [one.returncode for one in writers] == [0] * PROCESSES
    assert len(kept) == len(set(kept)) == PROCESSES * WRITES
    AuditStore(empty_url).close()
    report = verify_log(empty_url)
    assert (report.faults, report.last) == ([], report.entries)
    there = {
        row[0]
        for row in rows_of(
            empty_url, "SELECT entry_id FROM audit_entry WHERE kind = 'answer'"
        )
    }
    assert there == set(kept)


def test_an_error_that_nobody_expected_is_said_and_the_log_goes_on(store, monkeypatch):
    ways = iter((RuntimeError("of a library"), RuntimeError("again"), None))
    prepare = Database.prepare

    def fail_at_first(database):
        if error := next(ways, None):
            raise error
        prepare(database)

    monkeypatch.setattr(Database, "prepare", fail_at_first)
    state = store.state()
    assert (state.is_ready, "unexpected" in state.trouble) == (False, True)
    with pytest.raises(AuditUnavailable):
        store.append(answer_entry(1))
    store.append(answer_entry(2))
    assert store.state().is_ready
    assert [stored.kind for stored in map(store.reader.entry, (1, 2, 3))] == [
        "genesis",
        "gap",
        "answer",
    ]


def feedback(number, **changed):
    return answer_entry(number, kind="feedback", cards=(), **changed)


def test_entries_of_one_call_are_kept_all_or_none_and_once(store, audit_url):
    store.append(answer_entry(1))
    calls = "CREATE UNIQUE INDEX one_call ON audit_search (hook_instance)"
    tamper(audit_url, calls)
    together = [feedback(number) for number in range(2, 12)]
    with pytest.raises(AuditUnavailable):
        store.append_together([*together, feedback(12, hook_instance=uuid_of(9002))])
    assert not store.reader.find(Query(kinds=("feedback",))).entries
    store.append_together(together)
    store.append_together(together[3:])
    kept = store.reader.find(Query(kinds=("feedback",))).entries
    assert sorted(one.id for one in kept) == [one.id for one in together]
    assert verify_log(audit_url).is_whole


def test_a_fork_writes_on_with_a_connection_of_its_own(store, audit_url):
    store.append(answer_entry(1))
    child = os.fork()
    if child == 0:
        store.append(answer_entry(2))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    store.append(answer_entry(3))
    assert rows_of(
        audit_url, "SELECT count(*) FROM audit_entry WHERE kind = 'answer'"
    ) == [(3,)]
    assert verify_log(audit_url).is_whole


def test_order_is_that_of_the_sequence_though_the_clock_is_set_back(store, audit_url):
    """G-TMP-10."""
    store.append(answer_entry(1))
    store.append(answer_entry(2, at=NOON - timedelta(hours=1)))
    report = verify_log(audit_url)
    assert report.is_whole
    assert "time went back at entry 3" in report.notes


def test_rows_cannot_be_changed_by_accident(audit_url):
    database = fill(audit_url, 1)
    for statement in (
        "UPDATE audit_entry SET kind = 'read'",
        "DELETE FROM audit_entry",
        "UPDATE audit_payload SET body = ''",
    ):
        with (
            pytest.raises(Exception, match="append-only"),
            database.writing() as connection,
        ):
            connection.execute(text(statement))
    database.dispose()
    assert verify_log(audit_url).is_whole


def test_a_fork_of_the_chain_is_refused_by_the_database_itself(audit_url):
    fill(audit_url, 2).dispose()
    with pytest.raises(Exception, match=r"(?i)unique"):
        tamper(
            audit_url,
            f"INSERT INTO audit_entry SELECT 99, '{uuid_of(99)}', at, kind, format, commitment, previous_hash, hash"
            " FROM audit_entry WHERE sequence = 2",
        )


# --- migrations


def test_the_newest_step_is_the_one_that_the_program_asks_for():
    steps = sorted(
        path.stem[1:5] for path in (MIGRATIONS / "versions").glob("m[0-9]*.py")
    )
    assert steps[-1] == HEAD


def test_a_hook_instance_that_is_no_uuid_is_stored_and_found(audit_url):
    hook_instance = "signing|" + "x" * 192
    with closing(AuditStore(audit_url)) as log:
        log.append(answer_entry(1, hook_instance=hook_instance))
        (found,) = log.reader.find(Query(hook_instance=hook_instance)).entries
    assert found.hook_instance == hook_instance


def test_a_log_of_the_version_before_is_migrated_as_it_is(audit_url, monkeypatch):
    monkeypatch.setattr("cds_service.audit.database.HEAD", "0002")
    fill(audit_url, 2).dispose()
    monkeypatch.undo()
    with closing(AuditStore(audit_url)) as log:
        log.append(answer_entry(3, hook_instance="x" * 200))
        assert len(log.reader.find(Query(kinds=("answer",))).entries) == 3
    assert verify_log(audit_url).is_whole


def test_a_database_of_a_newer_version_is_refused(audit_url):
    fill(audit_url, 0).dispose()
    tamper(audit_url, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    database = Database(audit_url)
    with pytest.raises(DataFileError, match="newer version"):
        database.prepare()
    database.dispose()
    with closing(AuditStore(audit_url)) as log, pytest.raises(AuditUnavailable):
        log.append(answer_entry(1))


def test_a_log_without_a_file_is_refused():
    with pytest.raises(DataFileError, match="needs a file"):
        Database("sqlite://")


# --- finding


@pytest.fixture
def reader(store):
    """Seven answers, a refusal, and feedback on the first."""
    for number in range(1, 8):
        band = "lower" if number == 3 else "high"
        store.append(
            answer_entry(number, patient=f"pat-{number % 2}", refracture_band=band)
        )
    said = {"content": {}, "patient": "pat-1"}
    store.append(
        AuditEntry(kind="refusal", at=NOON, status=412, result="refused", **said)
    )
    about = {
        "about": uuid_of(1),
        "card": uuid_of(5001),
        "topic": "rehabilitation",
        "result": "overridden",
    }
    store.append(
        AuditEntry(kind="feedback", at=NOON + timedelta(minutes=1), **about, **said)
    )
    return store.reader


def second(number):
    """The moment of this entry; call and card have numbers from 9000 and 5000 on."""
    return NOON + timedelta(seconds=number)


# The numbers of the entries that are found, of those of `reader`.
@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        (Query(kinds=("answer",), patient="pat-1"), [7, 5, 3, 1]),
        (Query(kinds=("answer",), user="Practitioner/7", since=second(6)), [7, 6]),
        (Query(kinds=("answer",), until=second(3)), [2, 1]),
        (Query(outcome="refracture", band="lower"), [3]),
        (Query(band="lower"), [3]),
        (Query(outcome="residual-pain", band="lower"), []),
        (Query(hook_instance=uuid_of(9004)), [4]),
        (Query(kinds=("answer",), card=uuid_of(5002)), [2]),
        (Query(rule="b", until=second(2)), [1]),
        (Query(rule="b c"), []),
        (Query(rule="_"), []),
        (Query(kinds=("answer",), feedback="overridden"), [1]),
        (Query(kinds=("answer",), feedback="accepted"), []),
        (Query(feedback="none", patient="pat-1"), [7, 5, 3]),
        (Query(kinds=("answer",), partial=True), []),
        (
            Query(kinds=("answer",), warning=True, partial=False, patient="pat-0"),
            [6, 4, 2],
        ),
    ],
)
def test_entries_are_found_newest_first(reader, asked, numbers):
    entries = reader.find(asked).entries
    assert [entry.id for entry in entries] == [uuid_of(number) for number in numbers]


def test_a_log_that_cannot_be_read_is_unavailable(tmp_path):
    with (
        closing(AuditStore(f"sqlite:///{tmp_path}")) as log,
        pytest.raises(AuditUnavailable),
    ):
        log.reader.head()


def test_all_replicas_sign_links_with_one_key(store, audit_url):
    key = store.link_key(5)
    assert len(key) == 32
    with closing(AuditStore(audit_url, wait_seconds=5)) as second:
        assert second.link_key(5) == key
    assert rows_of(audit_url, "SELECT count(*) FROM audit_link_key") == [(1,)]

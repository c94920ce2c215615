"""A database that stands still holds up no answer beyond its deadline, and what it has not confirmed is not shown."""

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from cds_service.audit.store import AuditStore
from cds_service.audit.verification.walk import verify_log
from cds_service.errors import AuditUnavailable
from cds_service.outgoing.deadline import Deadline
from tests.audit_builders import answer_entry, rows_of
from tests.chart_builders import Asked, kyphoplasty, order_sign, patient

# whoever waits without regard to a deadline; what nobody who minds it ever takes
LONG, HANG_SECONDS = 60, 30
BODY = order_sign([patient()], kyphoplasty())


@pytest.fixture
def store(tmp_path):
    made = AuditStore(f"sqlite:///{tmp_path / 'audit.sqlite3'}", wait_seconds=LONG)
    made.append(answer_entry(1))
    yield made
    made.close()


@contextmanager
def locked(store):
    """Another program writes."""
    other = sqlite3.connect(store.database.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def uncommitted(store):
    """The database has everything, and does not say so."""
    begin, goes_on = store.database.writing, threading.Event()

    @contextmanager
    def writing(wait_seconds=None):
        with begin(wait_seconds) as connection:
            yield connection
            goes_on.wait(LONG)

    store.database.writing = writing
    try:
        yield
    finally:
        goes_on.set()


def kinds(store):
    return [
        kind
        for (kind,) in rows_of(
            store.url, "SELECT kind FROM audit_entry ORDER BY sequence"
        )
    ]


def test_an_answer_that_the_database_does_not_take_in_time_is_refused_and_never_written(
    store,
):
    asked = Asked(log=store, deadline=2)
    with locked(store):
        began = time.monotonic()
        response = asked.post(BODY)
        assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
        assert time.monotonic() - began < HANG_SECONDS
        assert not store.state().is_ready
    store.close()
    assert kinds(store) == ["genesis", "answer", "gap"]
    assert verify_log(store.url).is_whole


def test_an_answer_whose_commit_hangs_is_refused_and_the_log_says_that_it_was_not_shown(
    store, caplog
):
    asked = Asked(log=store, deadline=2)
    with uncommitted(store):
        began = time.monotonic()
        assert asked.post(BODY).status_code == 503
        assert time.monotonic() - began < HANG_SECONDS
    store.close()
    assert kinds(store) == ["genesis", "answer", "answer", "gap"]
    query = "SELECT e.entry_id, s.about FROM audit_entry e, audit_search s WHERE e.sequence = 3 AND s.sequence = 4"
    ((late, about),) = rows_of(store.url, query)
    assert late == about
    said = [one.fields for one in caplog.records if hasattr(one, "fields")]
    assert {"event": "audit-late", "entry": late} in said
    assert verify_log(store.url).is_whole


def test_answers_that_were_refused_while_the_database_hung_do_not_hold_up_the_next_one(
    store,
):
    begun = []
    with uncommitted(store):
        writing = store.database.writing
        store.database.writing = lambda wait: begun.append(wait) or writing(wait)
        for number in range(2, 6):
            with pytest.raises(AuditUnavailable):
                store.append(answer_entry(number), Deadline.after(0.2))
    store.append(answer_entry(6))
    # the one that hung, the gap that tells of it, and the last, with the gap of the
    # others
    assert len(begun) == 3
    assert kinds(store) == ["genesis", "answer", "answer", "gap", "gap", "answer"]


@pytest.mark.parametrize("trouble", [locked, uncommitted])
def test_a_refusal_for_want_of_time_does_not_wait_for_the_database_and_is_recorded(
    store, trouble
):
    asked = Asked(log=store, deadline=1e-6)
    with trouble(store):
        began = time.monotonic()
        assert asked.post(BODY).status_code == 503
        assert time.monotonic() - began < HANG_SECONDS
    store.append(answer_entry(2))
    assert [one for one in kinds(store) if one != "genesis"] in (
        ["answer", "refusal", "answer"],
        ["answer", "gap", "answer"],  # its time for the lock was over
    )


def test_threads_append_at_once_and_each_has_its_own_entry(store):
    with ThreadPoolExecutor(16) as threads:
        list(
            threads.map(
                store.append, (answer_entry(number) for number in range(2, 202))
            )
        )
    assert kinds(store) == ["genesis", *["answer"] * 201]
    assert verify_log(store.url).is_whole


def test_a_file_that_is_no_database_any_more_is_told_and_refuses_answers(tmp_path):
    made = AuditStore(f"sqlite:///{tmp_path / 'audit.sqlite3'}")
    made.append(answer_entry(1))
    other = sqlite3.connect(made.database.file, isolation_level=None)
    # what this store has in memory is of before
    other.execute("PRAGMA user_version = 7")
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    with made.database.file.open("r+b") as file:
        file.write(b"x" * 8192)
    with pytest.raises(AuditUnavailable):
        made.append(answer_entry(2))
    state = made.state()
    assert (state.is_ready, state.trouble, state.lost) == (
        False,
        "the file of the log is no SQLite database",
        1,
    )
    made.close()


def test_a_log_in_a_folder_that_is_not_there_is_told(tmp_path):
    made = AuditStore(f"sqlite:///{tmp_path / 'nowhere' / 'audit.sqlite3'}")
    with pytest.raises(AuditUnavailable):
        made.append(answer_entry(1))
    assert "look at its folder" in made.state().trouble
    made.close()


def test_the_journal_is_emptied_though_somebody_writes_just_then(store):
    store.append(answer_entry(2))
    with store.database.writing():
        pass  # which does not wait by itself
    other = sqlite3.connect(
        store.database.file, isolation_level=None, check_same_thread=False
    )
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.2, other.execute, ["ROLLBACK"]).start()
    store.database.empty_journal()
    assert store.database.file.with_name("audit.sqlite3-wal").stat().st_size == 0
    other.close()

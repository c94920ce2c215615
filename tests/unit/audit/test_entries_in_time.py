"""A database that stands still holds up no answer beyond its deadline: what it has not confirmed goes to the spool."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import contextmanager

import pytest

from cds_service.audit import writer
from cds_service.audit.store import AuditStore
from cds_service.audit.verification.walk import verify_log
from cds_service.settings import Settings
from cds_service.web.app import create_app
from cds_service.web.transport.arrival import ARRIVED
from tests.audit_builders import answer_entry, rows_of
from tests.chart_builders import HOOK, NOW, kyphoplasty, open_service, order_sign, patient

LONG, HANG_SECONDS = 60, 30  # whoever waits without regard to a deadline; what nobody who minds it ever takes
BODY = order_sign([patient()], kyphoplasty())
ADDRESS = f"/cds-services/{HOOK}"


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "COMMIT_SECONDS", LONG)
    made = AuditStore(f"sqlite:///{tmp_path / 'audit.sqlite3'}", share_seconds=LONG)
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


@pytest.mark.parametrize("trouble", [locked, uncommitted])
def test_an_answer_leaves_in_time_and_is_in_the_log_once(store, trouble):
    app = create_app(open_service(), Settings(deadline_seconds=2), audit=store, base_url="http://127.0.0.1:8080")
    with trouble(store):
        began = time.monotonic()
        response = app.test_client().post(ADDRESS, json=BODY)
        assert response.status_code == 200
        assert response.json["cards"]
        assert time.monotonic() - began < HANG_SECONDS
    store.close()
    assert len(rows_of(store.url, "SELECT 1 FROM audit_entry WHERE kind = 'answer'")) == 2
    assert verify_log(store.url).is_whole


@pytest.mark.parametrize("trouble", [locked, uncommitted])
def test_a_refusal_for_want_of_time_does_not_wait_for_the_database(store, trouble):
    app = create_app(
        open_service(), Settings(deadline_seconds=2), audit=store, base_url="http://127.0.0.1:8080", clock=lambda: NOW
    )
    with trouble(store):
        began = time.monotonic()
        response = app.test_client().post(ADDRESS, json=BODY, environ_overrides={ARRIVED: began - LONG})
        assert response.status_code == 503
        assert time.monotonic() - began < HANG_SECONDS
    store.close()
    assert rows_of(store.url, "SELECT kind FROM audit_entry WHERE kind IN ('answer', 'refusal')") == [
        ("answer",),
        ("refusal",),
    ]


def test_a_file_that_is_no_database_any_more_is_told_and_the_writer_goes_on(tmp_path):
    made = AuditStore(f"sqlite:///{tmp_path / 'audit.sqlite3'}")
    made.append(answer_entry(1))
    other = sqlite3.connect(made.database.file, isolation_level=None)
    other.execute("PRAGMA user_version = 7")  # what this store has in memory is of before
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    with made.database.file.open("r+b") as file:
        file.write(b"x" * 8192)
    made.append(answer_entry(2))  # the spool has it
    assert made.state().trouble == "the database does not answer, entries are spooled"
    assert made._writer._thread.is_alive()
    made.close()


def test_the_journal_is_emptied_though_somebody_writes_just_then(store):
    store.append(answer_entry(2))
    with store.database.writing():
        pass  # which does not wait by itself
    other = sqlite3.connect(store.database.file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.2, other.execute, ["ROLLBACK"]).start()
    store.database.empty_journal()
    assert store.database.file.with_name("audit.sqlite3-wal").stat().st_size == 0
    other.close()

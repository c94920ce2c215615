"""A database that stands still holds some threads of the pages, and no call that asks nothing of it."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from cds_service.audit.chain import AuditEntry, AuditState
from cds_service.audit.store import HANG_SECONDS, AuditStore
from cds_service.audit.verification.walk import verify_log
from cds_service.errors import AuditUnavailable
from cds_service.web.http_server import THREADS
from tests.audit_builders import NOON, rows_of
from tests.bench.running import children
from tests.running_service import RunningService
from tests.waiting import wait_until

PAGE = ("GET", "/audit/figures", None, {"Cookie": "kyphoplasty-cds-review=none"})
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


@pytest.fixture
def url(postgres):
    return postgres.new_log()


@pytest.fixture
def service(tmp_path, url):
    database = {"KYPHOPLASTY_CDS_DATABASE_URL": url}
    with RunningService(tmp_path, environment=database) as running:
        yield running


@contextmanager
def stopped(postgres) -> Iterator[None]:
    """Stop the processes of the database."""
    processes = [postgres.process_id, *children(postgres.process_id)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


@contextmanager
def standing_still(postgres, url: str, statuses: list[int], ask) -> Iterator[None]:
    """Stop the processes of the database while as many pages as there are threads read."""
    address = url.replace("+psycopg", "")
    with (
        psycopg.connect(address) as locking,
        psycopg.connect(address, autocommit=True) as watching,
    ):
        locking.execute("LOCK TABLE audit_session")
        pages = [
            threading.Thread(target=lambda: statuses.append(ask(*PAGE).status))
            for _ in range(THREADS)
        ]
        for page in pages:
            page.start()
        wait_until(lambda: watching.execute(WAITING).fetchone()[0] > 10)
        time.sleep(0.3)  # the rest
        with stopped(postgres):
            yield
    for page in pages:
        page.join(60)


def test_other_calls_are_answered_while_it_stands_still(postgres, service, url):
    """Each page that was reading waited for it, in a thread that no timeout ended."""
    service.send(*PAGE)
    statuses: list[int] = []
    with standing_still(postgres, url, statuses, service.send):
        wait_until(lambda: statuses)  # those without a connection
        began = time.monotonic()
        assert service.send("GET", "/cds-services").status == 200
        assert time.monotonic() - began < 5
        assert set(statuses) == {503}
    assert len(statuses) == THREADS


def seconds_to_refuse(store: AuditStore) -> float:
    """How long an answer waits for its entry until it is refused."""
    began = time.monotonic()
    with pytest.raises(AuditUnavailable):
        store.append(AuditEntry(kind="answer", at=NOON, content={}))
    return time.monotonic() - began


def test_answers_do_not_queue_behind_an_entry_that_hangs(postgres, url):
    """Each took its whole time, with a thread, to find out what the one before had found."""
    store = AuditStore(url, wait_seconds=1.0)
    store.append(AuditEntry(kind="answer", at=NOON, content={}))
    with stopped(postgres):
        assert seconds_to_refuse(store) > 0.9
        time.sleep(HANG_SECONDS + 0.2)
        assert sum(seconds_to_refuse(store) for _ in range(10)) < 0.9
        with pytest.raises(AuditUnavailable):
            store.append(AuditEntry(kind="read", at=NOON, content={}))
    wait_until(lambda: store.state() == AuditState(is_ready=True))
    store.append(AuditEntry(kind="answer", at=NOON, content={}))
    store.close()
    kinds = rows_of(url, "SELECT kind FROM audit_entry ORDER BY sequence")
    # What is no answer is true, and is written; the eleven are counted.
    assert sorted(kind for (kind,) in kinds) == sorted(
        ["genesis", "answer", "read", "gap", "answer"]
    )
    assert verify_log(url).is_whole

"""A database that stands still holds some threads of the pages, and no call that asks nothing of it."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from cds_service.web.http_server import THREADS
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
        stopped = [postgres.process_id, *children(postgres.process_id)]
        for process in stopped:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in stopped:
                os.kill(process, signal.SIGCONT)
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

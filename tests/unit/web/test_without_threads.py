"""Where the system gives no thread more, an answer says less, or is refused; it is never an unexpected error."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from cds_service.audit.store import AuditStore
from cds_service.fhir.gathering import parallel
from cds_service.settings import Settings
from cds_service.web.app import create_app
from cds_service.web.transport.connection import Phase
from cds_service.web.transport.gate import Kind, make_lines
from cds_service.web.transport.limits import Limits
from cds_service.web.transport.worker import Worker
from tests.chart_builders import HOOK, NOW, KeptEntries, kyphoplasty, open_service, order_sign, patient

ADDRESS = f"/cds-services/{HOOK}"
SERVER = "https://ehr.example.org/r4"
SENT = order_sign([patient()], kyphoplasty())
UNSENT = order_sign([patient()], kyphoplasty(), prefetch=False, fhir_server=SERVER)


@pytest.fixture
def threadless(monkeypatch):
    """Until this is undone."""
    monkeypatch.setattr(parallel, "_THREADS", parallel._Threads())  # those of other tests may be free
    monkeypatch.setattr(threading.Thread, "start", _no_thread)
    return monkeypatch


def service(log):
    settings = Settings(deadline_seconds=60, fhir_servers=(SERVER,))
    app = create_app(open_service(), settings, audit=log, base_url="http://127.0.0.1:8080", clock=lambda: NOW)
    return app.test_client()


@pytest.mark.usefixtures("threadless")
@pytest.mark.parametrize(
    ("body", "status", "kind"), [(SENT, 200, "answer"), (UNSENT, 412, "refusal")], ids=["sent along", "to be read"]
)
def test_what_was_sent_along_is_answered_and_what_had_to_be_read_is_not_readable(body, status, kind):
    log = KeptEntries()
    response = service(log).post(ADDRESS, json=body)
    assert response.status_code == status
    assert [entry.kind for entry in log.entries] == [kind]


def test_without_its_writer_the_log_takes_nothing_and_is_not_ready_until_it_gets_one(tmp_path, threadless):
    log = AuditStore(f"sqlite:///{tmp_path / 'audit.sqlite3'}")
    client = service(log)
    assert client.post(ADDRESS, json=SENT).status_code == 503
    assert client.get("/health/ready").status_code == 503
    threadless.undo()
    assert client.post(ADDRESS, json=SENT).status_code == 200
    assert client.get("/health/ready").status_code == 200
    log.close()


def test_a_request_waits_for_the_thread_that_there_is(monkeypatch):
    """Of two in work one has no thread of its own: the loop that receives goes on, and the one thread answers both."""
    answered, is_free = [], threading.Event()
    pool = ThreadPoolExecutor(4)
    pool.submit(is_free.wait)
    monkeypatch.setattr(threading.Thread, "start", _no_thread)
    worker = Worker.__new__(Worker)
    worker.tpool = pool
    worker._lines = make_lines(Limits())
    worker._tally = SimpleNamespace(count=lambda *_what: None)
    worker._work = answered.append
    line, connections = worker._lines[Kind.ANSWER], [SimpleNamespace(phase=Phase.WAITING) for _ in range(2)]
    for connection in connections:
        assert line.offer(connection, 1, 0.0)
    monkeypatch.setattr("cds_service.web.transport.worker.time.monotonic", lambda: 0.0)
    worker._begin(line)
    assert [connection.phase for connection in connections] == [Phase.ANSWERING] * 2
    is_free.set()
    pool.shutdown(wait=True)
    assert answered == connections


def _no_thread(_thread):
    raise RuntimeError("can't start new thread")

"""Where the system gives no thread more, an answer says less, or is refused; it is never an unexpected error."""

import threading

import pytest

from cds_service.audit.store import AuditStore
from cds_service.settings import Settings
from cds_service.web.app import create_app
from tests.chart_builders import HOOK, NOW, KeptEntries, kyphoplasty, open_service, order_sign, patient
from tests.stub_fhir import StubFhir

ADDRESS = f"/cds-services/{HOOK}"
SERVER = "https://ehr.example.org/r4"
SENT = order_sign([patient()], kyphoplasty())
UNSENT = order_sign([patient()], kyphoplasty(), prefetch=False, fhir_server=SERVER)


@pytest.fixture
def threadless(monkeypatch):
    """Until this is undone."""
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


def test_what_cannot_be_read_in_time_for_want_of_threads_is_refused(monkeypatch):
    stub, log = StubFhir(), KeptEntries()
    monkeypatch.setattr(threading.Timer, "start", _no_thread)
    response = service(log).post(ADDRESS, json=order_sign([], kyphoplasty(), prefetch=False, fhir_server=stub.base))
    stub.close()
    assert (response.status_code, response.json["issue"][0]["code"]) == (412, "transient")
    assert [entry.kind for entry in log.entries] == ["refusal"]


def test_without_its_writer_the_log_takes_nothing_and_is_not_ready_until_it_gets_one(tmp_path, threadless):
    log = AuditStore(f"sqlite:///{tmp_path / 'audit.sqlite3'}")
    client = service(log)
    assert client.post(ADDRESS, json=SENT).status_code == 503
    assert client.get("/health/ready").status_code == 503
    threadless.undo()
    assert client.post(ADDRESS, json=SENT).status_code == 200
    assert client.get("/health/ready").status_code == 200
    log.close()


def _no_thread(_thread):
    raise RuntimeError("can't start new thread")

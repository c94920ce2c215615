"""Where the system gives no thread more, an answer says less, or is refused; it is never an unexpected error."""

import threading

import pytest

from cds_service.audit.store import AuditStore
from tests.chart_builders import Asked, kyphoplasty, order_sign, patient
from tests.stub_fhir import StubFhir

SERVER = "https://ehr.example.org/r4"
SENT = order_sign([patient()], kyphoplasty())
UNSENT = order_sign([patient()], kyphoplasty(), prefetch=False, fhir_server=SERVER)


@pytest.fixture
def threadless(monkeypatch):
    """Until this is undone."""
    monkeypatch.setattr(threading.Thread, "start", _no_thread)
    return monkeypatch


@pytest.mark.usefixtures("threadless")
@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [(SENT, 200, "answer"), (UNSENT, 412, "refusal")],
    ids=["sent along", "to be read"],
)
def test_what_was_sent_along_is_answered_and_what_had_to_be_read_is_not_readable(
    body, status, kind
):
    asked = Asked(fhir_servers=(SERVER,))
    assert asked.post(body).status_code == status
    assert [entry.kind for entry in asked.log.entries] == [kind]


def test_what_cannot_be_read_in_time_for_want_of_threads_is_refused(monkeypatch):
    asked = Asked()
    monkeypatch.setattr(threading.Timer, "start", _no_thread)
    with StubFhir() as stub:
        response = asked.post(
            order_sign([], kyphoplasty(), prefetch=False, fhir_server=stub.base)
        )
    assert (response.status_code, response.json["issue"][0]["code"]) == (
        412,
        "transient",
    )
    assert [entry.kind for entry in asked.log.entries] == ["refusal"]


def test_without_its_writer_the_log_takes_nothing_and_is_not_ready_until_it_gets_one(
    tmp_path, threadless
):
    log = AuditStore(f"sqlite:///{tmp_path / 'audit.sqlite3'}")
    asked = Asked(log=log)
    assert asked.post(SENT).status_code == 503
    assert asked.client.get("/health/ready").status_code == 503
    threadless.undo()
    assert asked.post(SENT).status_code == 200
    assert asked.client.get("/health/ready").status_code == 200
    log.close()


def _no_thread(_thread):
    raise RuntimeError("can't start new thread")

"""A client that calls more often than its site allows: 429, the token stays unused, and not all of a flood is read."""

from __future__ import annotations

import json

import pytest

from cds_service.settings import Settings
from cds_service.site.folder import load_site
from cds_service.web.app import create_app
from tests.chart_builders import HOOK, NOW, KeptEntries, kyphoplasty, open_service, order_sign, patient
from tests.client_tokens import ISSUER, Signer, client_of, key_set, site_folder
from tests.live_service import FEEDBACK

BASE = "http://127.0.0.1:8080"
ADDRESS = f"/cds-services/{HOOK}"
SIGNED = json.dumps(order_sign([patient()], kyphoplasty())).encode()


@pytest.fixture
def log():
    return KeptEntries()


@pytest.fixture
def send(tmp_path, log):
    """Sends a call of a client that may make two a minute."""
    folder = site_folder(tmp_path, client_of("calls-per-minute = 2"), more='[service]\ndiscovery = "closed"')
    (folder / "keys.json").write_bytes(key_set(Signer()))
    settings = Settings(deadline_seconds=60)
    site = load_site(folder)
    app = create_app(open_service(), settings, audit=log, base_url=BASE, site=site, clock=lambda: NOW)
    client = app.test_client()

    def call(body=SIGNED, path=ADDRESS, kind="application/json", method="POST"):
        token = Signer().token(BASE + path, now=NOW.timestamp())
        headers = {"Authorization": f"Bearer {token}"}
        return client.open(path, method=method, data=body, content_type=kind, headers=headers)

    call.metrics = lambda: client.get("/metrics").text
    return call


def test_as_many_refused_orders_as_a_client_has_calls_are_recorded_and_the_rest_is_counted(send, log):
    answers = [send() for _ in range(10)]
    assert [one.status_code for one in answers] == [200] * 2 + [429] * 8
    assert all(0 < int(one.headers["Retry-After"]) <= 30 for one in answers[2:])
    assert {one.json["issue"][0]["code"] for one in answers[2:]} == {"throttled"}
    assert [entry.kind for entry in log.entries] == ["answer"] * 2 + ["refusal"] * 2
    assert {(entry.status, entry.reason, entry.client, entry.patient) for entry in log.entries[2:]} == {
        (429, "too-many-calls", ISSUER, "pat-1")
    }
    assert f'calls_total{{service="{HOOK}",status="429"}} 8.0' in send.metrics()


@pytest.mark.parametrize(("body", "kind"), [(b"{", "application/json"), (SIGNED, "text/plain"), (b"", "")])
def test_a_call_too_many_is_told_so_whatever_it_carries(send, log, body, kind):
    for _ in range(2):
        send()
    assert send(body, kind=kind).status_code == 429
    assert [entry.kind for entry in log.entries] == ["answer"] * 2


def test_feedback_and_discovery_are_calls_too(send, log):
    assert send(b'{"feedback": []}', FEEDBACK).status_code == 200
    assert send(path="/cds-services", method="GET").status_code == 200
    assert send().status_code == 429
    assert send(b'{"feedback": []}', FEEDBACK).status_code == 429
    assert send(path="/cds-services", method="GET").status_code == 429
    assert [entry.kind for entry in log.entries] == ["refusal"]

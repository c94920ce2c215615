"""G-AUD-8: a request full of canaries leaves none in database, journal, log lines, metrics or exports."""

import base64
import io
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from cds_service.audit.exporting import FORMATS, begin_export, export_lines
from cds_service.audit.query import Query
from cds_service.audit.store import AuditStore
from cds_service.audit.verification.walk import verify_log
from cds_service.settings import Settings
from cds_service.web.app import create_app
from cds_service.web.logs import JsonLines
from tests.audit_builders import clock
from tests.canaries import BIRTH, CANARY, Canaries
from tests.chart_builders import HOOK, brace, kyphoplasty, open_service, order_sign, period, thin_and_weak

TOKEN = "Canary-token-q7w8e9r0t1y2u3i4o5p6"


def marked_request(**changed: Any) -> dict[str, Any]:
    long_brace = brace(occurrencePeriod=period(0, 200))
    body = order_sign(thin_and_weak(), kyphoplasty(), long_brace)
    body = Canaries().mark(body)
    body["context"] |= {
        "userId": "Practitioner/allowed-user",
        "encounterId": "allowed-encounter",
        "x": "Canary-unknown",
    }
    body |= {
        "fhirServer": "http://127.0.0.1:9/fhir",
        "fhirAuthorization": {"access_token": TOKEN, "token_type": "Bearer", "scope": "Canary-scope", "subject": "x"},
        "Canary-key": "Canary-value",
    }
    return body | changed


@pytest.fixture
def ran(tmp_path):
    """Everything that a run leaves behind, by name."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(JsonLines())
    log = logging.getLogger()
    log.addHandler(handler)
    log.setLevel("DEBUG")
    url = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    store = AuditStore(url)
    app = create_app(open_service(), Settings(deadline_seconds=60), audit=store, base_url="http://127.0.0.1:8080")
    client = app.test_client()
    answered = client.post(f"/cds-services/{HOOK}", json=marked_request())
    assert answered.status_code == 200
    (brace_card,) = [card for card in answered.json["cards"] if card["source"]["topic"]["code"] == "braceLimit"]
    assert "Canary" in json.dumps(brace_card["suggestions"]), "the corrected order goes back to the EHR whole"
    refusals = [
        {"prefetch": {}, "fhirServer": "https://Canary-server.example.org/Canary"},
        {"prefetch": {}},
        {"hook": "Canary-hook"},
        {"hookInstance": "Canary-instance"},
    ]
    statuses = [client.post(f"/cds-services/{HOOK}", json=marked_request(**one)).status_code for one in refusals]
    assert statuses == [403, 412, 400, 400]
    left = {
        "database": Path(tmp_path / "audit.sqlite3").read_bytes(),
        "journal": Path(tmp_path / "audit.sqlite3-wal").read_bytes(),
        "log lines": lines.getvalue().encode(),
        "metrics": client.get("/metrics").data,
        "readiness": client.get("/health/ready").data,
    }
    for form in FORMATS:
        export = begin_export(store.database, Query(), form, "os:reviewer", clock)
        left[form] = "".join(export_lines(store.database, export)).encode()
    kinds = [found.kind for found in store.reader.find(Query()).entries]
    log.removeHandler(handler)
    log.setLevel("WARNING")
    store.close()
    assert verify_log(url).is_whole
    assert kinds.count("refusal") == 4
    return left


def test_no_canary_is_left_behind(ran):
    found = {name: sorted(set(CANARY.findall(octets.decode("utf-8", "replace")))) for name, octets in ran.items()}
    assert found == {name: [] for name in ran}


def test_no_part_of_the_token_and_no_birth_date_is_left_behind(ran):
    for name, octets in ran.items():
        text = octets.decode("utf-8", "replace")
        parts = {TOKEN[place : place + 8] for place in range(len(TOKEN) - 7)}
        assert not [part for part in parts if part in text], name
        assert base64.b64encode(TOKEN.encode()).decode()[:10] not in text, name
        assert BIRTH not in text, name


def test_the_ids_that_an_entry_needs_are_there(ran):
    for name in ("journal", "ndjson", "csv", "fhir"):
        text = ran[name].decode("utf-8", "replace")
        assert all(word in text for word in ("pat-1", "Practitioner/allowed-user", "allowed-encounter")), name
    assert "o-bmi" in ran["ndjson"].decode()

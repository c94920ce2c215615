"""The HTTP surface over a small stand-in for the flow: addresses, statuses, bodies, headers, and what never leaves."""

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

from cds_service import __version__
from cds_service.errors import (
    FhirReadError,
)
from cds_service.protocol.feedback import MAX_ITEMS
from cds_service.protocol.messages import UUID_TEXT, Card, Coding, HookResponse, Source
from cds_service.settings import BODY_BYTES, Settings
from cds_service.site.folder import Site, SiteFolder
from cds_service.web.app import create_app
from cds_service.web.logs import JsonLines
from cds_service.web.metrics import Metrics
from tests.chart_builders import KeptEntries, open_service
from tests.client_tokens import ISSUER, Signer, key_set
from tests.tables import cases
from tests.wire_builders import CARD_ID, HOOK_INSTANCE, hook_request

SERVICE_ID = "kyphoplasty-order-sign"
CALL = f"/cds-services/{SERVICE_ID}"
TOKEN = {"access_token": "s3cret-token", "token_type": "Bearer", "expires_in": 300, "scope": "x", "subject": "us"}
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DISCOVERY = {
    "hook": "order-sign",
    "id": SERVICE_ID,
    "title": "Muscle and bone",
    "description": "What it does.",
    "prefetch": {"patient": "Patient/{{context.patientId}}", "conditions": "Condition?patient={{context.patientId}}"},
}
MODEL = {
    **open_service().model_cards["sarcopenia-pvm-2022"],
    "id": "study-2022",
    "limits": ["one hospital", "<script>alert(1)</script>"],
}
SERVICE = replace(
    open_service(),
    hooks={SERVICE_ID: replace(open_service().hooks[SERVICE_ID], discovery=DISCOVERY)},
    model_cards={"study-2022": MODEL},
    digests={"version": "0.1.0", "studies": "ab" * 32},
)
TOPIC = Coding(system="https://x.org/topic", code="rehabilitation")
EXTENSION = {
    "org.kyphoplasty-cds.assessments": [
        {"models": [{"missing": [{"name": "bmi"}, {"name": "pma-rate"}]}, {"missing": [{"name": "bmi"}]}]}
    ]
}
CARD = Card(
    uuid=CARD_ID, summary="Café", indicator="warning", source=Source(label="us", topic=TOPIC), extension=EXTENSION
)


def no_cards(_service, _hook, _request, _ports):
    return HookResponse(cards=())


def application(flow=no_cards, *, site=None, service=SERVICE, now=NOW, **settings):
    folder = SiteFolder(Path("site"), Site.model_validate(site), None, None) if site else None
    app = create_app(
        service,
        Settings(**settings),
        audit=KeptEntries(),
        base_url="http://127.0.0.1:8080/",
        site=folder,
        clock=lambda: now,
        flow=flow,
    )
    return app.test_client()


def failing(error: Exception):
    def flow(*_arguments):
        raise error

    return flow


def call(client, body=None, **options):
    return client.post(CALL, json=hook_request() if body is None else body, **options)


def issue(response, status: int):
    """The one issue of the OperationOutcome, which must be valid."""
    assert response.status_code == status
    assert response.content_type == "application/fhir+json; charset=utf-8"
    (found,) = OperationOutcome.model_validate(response.json).issue
    assert found.severity == "error"
    return found


# --- discovery


@pytest.mark.parametrize(
    ("wish", "keys"), [("full", ["patient", "conditions"]), ("patient", ["patient"]), ("none", None)]
)
def test_ch_04_discovery_asks_for_what_the_operator_wishes(wish, keys):
    (entry,) = application(prefetch=wish).get("/cds-services").json["services"]
    assert list(entry["prefetch"]) == keys if keys else "prefetch" not in entry


@pytest.mark.parametrize("path", ["//cds-services", "/cds-services/", "/cds-services//"])
def test_doubled_slashes_are_tolerated(path):
    response = application().get("/", environ_overrides={"PATH_INFO": path})
    assert response.status_code == 200
    assert response.json["services"]


# --- the call


def test_the_flow_gets_the_hook_the_request_and_the_outside_world():
    seen = []
    client = application(lambda *arguments: seen.append(arguments) or HookResponse(), deadline_seconds=3)
    call(client, hook_request(fhirServer="http://127.0.0.1:1/fhir", fhirAuthorization=TOKEN))
    ((service, hook, request, ports),) = seen
    assert (service, hook.id) == (SERVICE, SERVICE_ID)
    assert request.context.patient_id == "p1"
    assert ports.clock() == NOW
    assert ports.fhir is not None
    assert ports.base_url == "http://127.0.0.1:8080"
    assert ports.deadline.ends - ports.deadline.began == pytest.approx(3)


def test_a_site_may_narrow_the_time_for_its_ehr(tmp_path):
    seen = []
    keys = tmp_path / "keys.json"
    keys.write_bytes(key_set(Signer()))
    site = {
        "site": {"name": "X"},
        "clients": [
            {"issuer": ISSUER, "jwks-file": str(keys), "fhir-servers": ["https://e.org/r4"], "deadline-seconds": 1}
        ],
    }
    client = application(lambda *arguments: seen.append(arguments[3]) or HookResponse(), site=site)
    token = Signer().token(f"http://127.0.0.1:8080{CALL}")
    call(client, hook_request(fhirServer="https://e.org/r4/"), headers={"Authorization": f"Bearer {token}"})
    assert seen[0].deadline.ends - seen[0].deadline.began == pytest.approx(1)


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=UTF-8", "application/fhir+json"]
)
def test_json_of_any_name_is_taken(content_type):
    data = json.dumps(hook_request()).encode()
    assert application().post(CALL, data=data, content_type=content_type).status_code == 200


@pytest.mark.parametrize("headers", cases(__file__, "other_media_are_415"))
def test_other_media_are_415(headers):
    found = issue(application().post(CALL, data=json.dumps(hook_request()).encode(), headers=headers), 415)
    assert found.code == "not-supported"


def test_a_body_beyond_the_limit_is_413():
    data = b" " * (BODY_BYTES + 1)
    assert issue(application().post(CALL, data=data, content_type="application/json"), 413).code == "too-long"


def test_a_process_without_memory_for_an_answer_is_503():
    assert issue(call(application(failing(MemoryError()))), 503).code == "throttled"


def test_an_unexpected_error_says_only_its_id(caplog):
    with caplog.at_level(logging.INFO, "kyphoplasty_cds"):
        response = call(application(failing(RuntimeError("Hallie Hoeger has osteoporosis"))))
    found = issue(response, 500)
    assert found.code == "exception"
    (record,) = [one for one in caplog.records if one.name == "kyphoplasty_cds.errors"]
    line = json.loads(JsonLines().format(record))
    assert line["errorId"] in found.diagnostics
    assert line["kind"] == "RuntimeError"
    assert any("test_app.py" in frame for frame in line["frames"])
    assert b"Hallie" not in response.data
    assert "Hallie" not in JsonLines().format(record)


def test_a_number_that_is_not_finite_never_leaves():
    card = CARD.model_copy(update={"extension": {"org.x": float("nan")}})
    issue(call(application(lambda *_arguments: HookResponse(cards=(card,)))), 500)


# --- FHIR servers


@pytest.mark.parametrize(
    "server", ["https://ehr.example.org/fhir", "http://10.0.0.1/fhir", "file:///x", "", "http://127.1/fhir"]
)
def test_ch_59_of_a_server_that_may_not_be_named_nothing_is_read(server):
    seen = []
    client = application(lambda *arguments: seen.append(arguments[-1]) or HookResponse())
    assert call(client, {**hook_request(), "fhirServer": server}).status_code == 200
    (ports,) = seen
    assert not ports.may_name_server
    with pytest.raises(FhirReadError, match="--fhir-server"):
        ports.fhir.fetch("Patient/p1", until=0.0)


# --- CORS


SITE = {"site": {"name": "X", "allowed-origins": ["https://sandbox.example.org"]}}


def test_a_site_lets_its_own_origins_read_alone():
    client = application(site=SITE)
    allowed = client.options(CALL, headers={"Origin": "https://sandbox.example.org"})
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://sandbox.example.org"
    for origin in ("https://evil.org", "null", "https://sandbox.example.org.evil.tld", "http://sandbox.example.org"):
        for response in (client.options(CALL, headers={"Origin": origin}), call(client, headers={"Origin": origin})):
            assert "Access-Control-Allow-Origin" not in response.headers
            assert response.headers["Vary"] == "Origin"


def test_other_pages_are_not_for_other_origins():
    assert "Access-Control-Allow-Origin" not in application().get("/health/live").headers


# --- pages


@pytest.mark.parametrize("path", ["/", "/models", "/models/study-2022"])
def test_pages_for_people_run_nothing(path):
    response = application().get(path, headers={"Accept": "text/html"})
    assert response.status_code == 200
    assert response.content_type == "text/html; charset=utf-8"
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    text = response.get_data(as_text=True)
    assert "<script" not in text
    assert "style=" not in text


def test_the_page_of_a_model_shows_its_numbers():
    text = application().get("/models/study-2022").get_data(as_text=True)
    assert ">−0.59<" in text
    assert ">−0.87 to −0.32<" in text
    assert ">17.54<" in text
    assert "Table 3" in text
    assert "one hospital" in text
    assert "&lt;script&gt;" in text


def test_a_model_is_json_for_programs():
    client = application()
    headers = {"Accept": "application/json"}
    assert client.get("/models/study-2022", headers=headers).json == MODEL
    assert client.get("/models", headers=headers).json == [MODEL]


def test_a_browser_gets_an_error_as_a_page_and_a_program_as_json():
    client, path, browser = (
        application(),
        "/models/canary-echo",
        {"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8"},
    )
    page = client.get(path, headers=browser)
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "There is nothing at this address." in page.text
    assert "canary" not in page.text
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        assert "canary" not in issue(client.get(path, headers=headers), 404).model_dump_json()
    issue(client.post(path, headers=browser), 405)  # a page is what a browser asks for by GET


def test_the_start_page_leads_everywhere_that_it_names():
    client = application()
    text = client.get("/").get_data(as_text=True)
    links = [part.partition('"')[0] for part in text.split('href="')[1:]]
    assert {"/cds-services", "/models", "/guidelines", "/openapi.json", "/metrics"} <= set(links)
    for link in links:
        if link.startswith(("#", "http")):
            continue
        with client.get(link) as response:
            assert response.status_code == 200


def test_every_address_is_described_and_every_description_is_an_address():
    client = application()
    described = client.get("/openapi.json").json
    paths = {path.replace("{id}", "study-2022"): operations for path, operations in described["paths"].items()}
    for of_a_log in ("/audit", "/basis/{address}"):  # this one has no pages
        del paths[of_a_log]
    for path, operations in paths.items():
        methods = operations.keys() & {"get", "post"}
        assert methods
        for method in methods if not path.startswith("/sandbox/") else ():  # test_sandbox.py asks these
            body = {"feedback": []} if path.endswith("/feedback") else hook_request()
            response = client.open(path, method=method.upper(), json=body if method == "post" else None)
            assert response.status_code == 200
    rules = {str(rule) for rule in client.application.url_map.iter_rules() if rule.endpoint != "static"}
    words = {"{id}": "<model_id>", "{path}": "<path:path>", SERVICE_ID: "<service_id>"}
    ours = set()
    for path in described["paths"]:
        (word,) = [word for word in words if word in path] or [""]
        ours.add(path.replace(word, words[word]) if word else path)
    assert rules == ours - {"/audit", "/basis/{address}"}


def test_the_description_names_what_is_in_force():
    described = application().get("/openapi.json").json
    assert described["info"]["version"] == __version__
    assert described["servers"] == [{"url": "http://127.0.0.1:8080"}]
    service = open_service()
    (model_id,) = described["paths"]["/models/{id}"]["parameters"]
    assert model_id["schema"]["enum"] == list(service.model_cards)
    (hook,) = service.hooks.values()
    schemas = described["components"]["schemas"]
    assert schemas["Request"]["properties"]["hook"] == {"const": hook.hook}
    assert schemas["Request"]["properties"]["hookInstance"]["pattern"] == f"^{UUID_TEXT.pattern}$"
    assert schemas["Feedback"]["properties"]["feedback"]["maxItems"] == MAX_ITEMS
    call_of_it = described["paths"][f"/cds-services/{hook.id}"]["post"]
    assert call_of_it["summary"] == hook.discovery["title"]


def test_health_says_what_is_in_force():
    client = application()
    assert client.get("/health/live").json == {"status": "live"}
    ready = client.get("/health/ready").json
    assert ready["status"] == "ready"
    assert ready["digests"] == SERVICE.digests


def test_what_is_overdue_is_said_and_does_not_stop_the_service():
    hook = SERVICE.hooks["kyphoplasty-order-sign"]
    first, *rest = sorted(hook.rules, key=lambda rule: rule.id)
    day = datetime(2027, 6, 1, tzinfo=UTC)
    rules = (first.model_copy(update={"review_by": day.date() - timedelta(days=1)}), *rest)
    service = replace(SERVICE, hooks={hook.id: replace(hook, rules=rules)})
    client = application(service=service, now=day)
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json["overdue"]) == (
        200,
        {"recommendations": [first.id], "guidelines": [], "summaries": []},
    )
    counts = client.get("/metrics").get_data(as_text=True)
    assert 'kyphoplasty_cds_reviews_overdue{part="recommendations"} 1.0' in counts
    assert 'kyphoplasty_cds_reviews_overdue{part="guidelines"} 0.0' in counts


def test_answers_are_not_kept_by_caches():
    client = application()
    for response in (client.get("/cds-services"), call(client), client.get("/models"), client.get("/nothing")):
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"


# --- counts and logs


def test_an_answer_leaves_though_it_could_not_be_counted(monkeypatch, caplog):
    def fail(*_arguments):
        raise ZeroDivisionError

    monkeypatch.setattr("cds_service.web.cds_api._note_call", fail)
    assert call(application()).status_code == 200
    assert [record.failure.__class__ for record in caplog.records if hasattr(record, "failure")] == [ZeroDivisionError]


def test_calls_and_cards_are_counted():
    client = application(lambda *_arguments: HookResponse(cards=(CARD,)))
    call(client)
    call(client)
    client.post("/cds-services/patient-4711", json={})
    text = client.get("/metrics").get_data(as_text=True)
    assert f'kyphoplasty_cds_calls_total{{service="{SERVICE_ID}",status="200"}} 2.0' in text
    assert 'kyphoplasty_cds_calls_total{service="unknown",status="404"} 1.0' in text
    assert f'indicator="warning",service="{SERVICE_ID}",topic="rehabilitation"}} 2.0' in text
    assert "4711" not in text


def test_one_line_is_logged_for_a_call(caplog):
    with caplog.at_level(logging.INFO, "kyphoplasty_cds"):
        call(application(lambda *_arguments: HookResponse(cards=(CARD,))))
    (record,) = caplog.records
    line = json.loads(JsonLines().format(record))
    assert line["event"] == "call"
    assert line["hookInstance"] == HOOK_INSTANCE
    assert line["service"] == SERVICE_ID
    assert (line["status"], line["cards"], line["gaps"]) == (200, 1, 2)
    assert line["milliseconds"] >= 0


def test_counts_that_alerts_ask_for_are_there_before_the_first():
    """Prometheus sees no increase in a count that begins at 1: the first lost entry would be nobody's alert."""
    text = Metrics().text().decode()
    for wanted in (
        'kyphoplasty_cds_audit_entries_total{kept="lost",kind="answer"} 0.0',
        'kyphoplasty_cds_logins_total{result="denied"} 0.0',
        'kyphoplasty_cds_logins_total{result="locked"} 0.0',
    ):
        assert wanted in text

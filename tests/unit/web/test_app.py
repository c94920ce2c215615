"""The HTTP surface, over a stand-in for the flow where that matters: statuses, bodies, headers, and what is counted."""

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

from cds_service import __version__
from cds_service.protocol.feedback import MAX_ITEMS
from cds_service.protocol.messages import UUID_TEXT, Card, Coding, HookResponse, Source
from cds_service.site.folder import Site, SiteFolder, load_site
from cds_service.web.logs import JsonLines
from tests.chart_builders import HOOK, HOOK_INSTANCE, Asked, open_service, order_sign
from tests.client_tokens import Signer, client_of, key_set, site_folder
from tests.review_desk import ReviewDesk
from tests.wire_builders import CARD_ID

CALL = f"/cds-services/{HOOK}"
OTHER = order_sign([])
TOPIC = Coding(system="https://x.org/topic", code="rehabilitation")
EXTENSION = {
    "org.kyphoplasty-cds.assessments": [
        {
            "models": [
                {"missing": [{"name": "bmi"}, {"name": "pma-rate"}]},
                {"missing": [{"name": "bmi"}]},
            ]
        }
    ]
}
CARD = Card(
    uuid=CARD_ID,
    summary="Café",
    indicator="warning",
    source=Source(label="us", topic=TOPIC),
    extension=EXTENSION,
)


@pytest.fixture(scope="module")
def client():
    return Asked().client


def one_card(*_arguments):
    return HookResponse(cards=(CARD,))


def issue(response, status: int):
    """The one issue of the OperationOutcome, which must be valid."""
    assert response.status_code == status
    assert response.content_type == "application/fhir+json; charset=utf-8"
    (found,) = OperationOutcome.model_validate(response.json).issue
    return found


@pytest.mark.parametrize(
    ("wish", "keys"),
    [
        ("full", {one.key for one in open_service().hooks[HOOK].plan.templates}),
        ("patient", {"patient"}),
        ("none", None),
    ],
)
def test_ch_04_discovery_asks_for_what_the_operator_wishes(wish, keys):
    entry, *_ = Asked(prefetch=wish).client.get("/cds-services").json["services"]
    assert entry["prefetch"].keys() == keys if keys else "prefetch" not in entry


def test_a_site_may_narrow_the_time_for_its_ehr(tmp_path):
    seen = []
    folder = site_folder(tmp_path, client_of("deadline-seconds = 1.5"))
    (folder / "keys.json").write_bytes(key_set(Signer()))
    asked = Asked(
        flow=lambda *arguments: seen.append(arguments[3]) or HookResponse(),
        site=load_site(folder),
    )
    token = Signer().token(f"http://127.0.0.1:8080{CALL}")
    asked.post(OTHER, headers={"Authorization": f"Bearer {token}"})
    assert seen[0].deadline.ends - seen[0].deadline.began == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (CALL, HOOK),
        (f"{CALL}/feedback", HOOK),
        ("/cds-services/kyphoplasty-discharge", "kyphoplasty-discharge"),
        ("/cds-services/Jane-Doe", "unknown"),
        ("/cds-services/Jane-Doe/feedback", ""),
    ],
)
def test_the_line_of_a_refused_token_names_a_service_of_ours_alone(
    tmp_path, caplog, path, named
):
    folder = site_folder(tmp_path, client_of())
    (folder / "keys.json").write_bytes(key_set(Signer()))
    asked = Asked(site=load_site(folder))
    caplog.clear()
    with caplog.at_level(logging.INFO, "kyphoplasty_cds.calls"):
        assert asked.client.post(path, json=OTHER).status_code == 401
    (record,) = [one for one in caplog.records if one.name == "kyphoplasty_cds.calls"]
    line = json.loads(JsonLines().format(record))
    assert (line["event"], line["service"]) == ("unauthenticated", named)


@pytest.mark.parametrize(
    ("peer", "left"),
    [
        pytest.param("192.0.2.7", 0, id="our-proxy"),
        pytest.param("192.0.2.8", 600_000, id="anybody"),
    ],
)
def test_a_refusal_reads_away_what_our_proxy_still_sends(tmp_path, peer, left):
    folder = site_folder(tmp_path, client_of())
    (folder / "keys.json").write_bytes(key_set(Signer()))
    asked = Asked(site=load_site(folder), trusted_proxies="192.0.2.7")
    body = BytesIO(b"[" + b" " * 599_998 + b"]")
    response = asked.client.post(
        CALL,
        input_stream=body,
        content_length=600_000,
        content_type="application/json",
        environ_base={"REMOTE_ADDR": peer},
    )
    assert response.status_code == 401
    assert len(body.read()) == left


def test_a_body_may_name_its_charset(client):
    sent = {
        "data": json.dumps(OTHER),
        "content_type": "application/json; charset=UTF-8",
    }
    assert client.post(CALL, **sent).status_code == 200


def test_a_process_without_memory_for_an_answer_is_503():
    def flow(*_arguments):
        raise MemoryError

    response = Asked(flow=flow).post(OTHER)
    assert (issue(response, 503).code, response.headers["Retry-After"]) == (
        "throttled",
        "1",
    )


def test_a_number_that_is_not_finite_never_leaves():
    card = CARD.model_copy(update={"extension": {"org.x": float("nan")}})
    issue(Asked(flow=lambda *_arguments: HookResponse(cards=(card,))).post(OTHER), 500)


def test_a_site_lets_its_own_origins_read_alone(client):
    tables = {"site": {"name": "X", "allowed-origins": ["https://sandbox.example.org"]}}
    asked = Asked(
        site=SiteFolder(Path("site"), Site.model_validate(tables), None, None)
    )
    allowed = asked.client.options(
        CALL, headers={"Origin": "https://sandbox.example.org"}
    )
    assert (
        allowed.headers["Access-Control-Allow-Origin"] == "https://sandbox.example.org"
    )
    for origin in (
        "https://evil.org",
        "null",
        "https://sandbox.example.org.evil.tld",
        "http://sandbox.example.org",
    ):
        headers = {"Origin": origin}
        for response in (
            asked.client.options(CALL, headers=headers),
            asked.post(OTHER, headers=headers),
        ):
            assert "Access-Control-Allow-Origin" not in response.headers
            assert response.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Origin" not in client.get("/health/live").headers


# --- pages


@pytest.mark.parametrize("path", ["/", "/models", "/models/sarcopenia-pvm-2022"])
def test_pages_for_people_run_nothing(client, path):
    response = client.get(path, headers={"Accept": "text/html"})
    assert (response.status_code, response.content_type) == (
        200,
        "text/html; charset=utf-8",
    )
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert not any(word in policy for word in ("script-src", "unsafe"))
    assert not any(word in response.text for word in ("<script", "style="))


def test_a_program_gets_an_error_as_json_whatever_it_accepts(client):
    path = "/models/canary-echo"
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        assert (
            "canary"
            not in issue(client.get(path, headers=headers), 404).model_dump_json()
        )
    browser = {"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8"}
    # a page is what a browser asks for by GET
    issue(client.post(path, headers=browser), 405)


def test_the_start_page_leads_everywhere_that_it_names(client):
    links = [
        part.partition('"')[0] for part in client.get("/").text.split('href="')[1:]
    ]
    assert {
        "/cds-services",
        "/models",
        "/guidelines",
        "/openapi.json",
        "/metrics",
    } <= set(links)
    for link in links:
        if not link.startswith(("#", "http")):
            with client.get(link) as response:
                assert response.status_code == 200


def test_the_description_names_what_is_in_force(client):
    described = client.get("/openapi.json").json
    assert described["info"]["version"] == __version__
    assert described["servers"] == [{"url": "http://127.0.0.1:8080"}]
    service = open_service()
    (model_id,) = described["paths"]["/models/{id}"]["parameters"]
    assert model_id["schema"]["enum"] == list(service.model_cards)
    hook = service.hooks[HOOK]
    schemas = described["components"]["schemas"]
    assert schemas["Request"]["properties"]["hook"] == {"const": hook.hook}
    assert (
        schemas["Request"]["properties"]["hookInstance"]["pattern"]
        == f"^{UUID_TEXT.pattern}$"
    )
    assert schemas["Feedback"]["properties"]["feedback"]["maxItems"] == MAX_ITEMS
    assert described["paths"][CALL]["post"]["summary"] == hook.discovery["title"]
    for one in service.hooks.values():
        post = described["paths"][f"/cds-services/{one.id}"]["post"]
        assert post["summary"] == one.discovery["title"]


def test_what_is_overdue_is_said_and_does_not_stop_the_service():
    hook = open_service().hooks[HOOK]
    first, *rest = sorted(hook.rules, key=lambda rule: rule.id)
    day = datetime(2027, 6, 1, tzinfo=UTC)
    rules = (
        first.model_copy(update={"review_by": day.date() - timedelta(days=1)}),
        *rest,
    )
    asked = Asked(replace(open_service(), hooks={HOOK: replace(hook, rules=rules)}))
    asked.now = day
    ready = asked.client.get("/health/ready")
    assert (ready.status_code, ready.json["status"], ready.json["digests"]) == (
        200,
        "ready",
        open_service().digests,
    )
    none: dict[str, list[str]] = {
        key: [] for key in ("facts", "guidelines", "summaries", "closures")
    }
    assert ready.json["overdue"] == {"recommendations": [first.id], **none}
    counts = asked.client.get("/metrics").text
    assert 'kyphoplasty_cds_reviews_overdue{part="recommendations"} 1.0' in counts
    assert 'kyphoplasty_cds_reviews_overdue{part="guidelines"} 0.0' in counts


def test_answers_are_not_kept_by_caches(client):
    for response in (
        client.post(CALL, json=OTHER),
        *map(client.get, ("/cds-services", "/models", "/nothing")),
    ):
        assert response.headers["Cache-Control"] == "no-store"


# --- counts and logs


def test_an_answer_leaves_though_it_could_not_be_counted(client, monkeypatch, caplog):
    def fail(*_arguments):
        raise ZeroDivisionError

    monkeypatch.setattr("cds_service.web.cds_api._note_call", fail)
    assert client.post(CALL, json=OTHER).status_code == 200
    assert [
        record.failure.__class__
        for record in caplog.records
        if hasattr(record, "failure")
    ] == [ZeroDivisionError]


def test_calls_and_cards_are_counted():
    asked = Asked(flow=one_card)
    asked.post(OTHER)
    asked.post(OTHER)
    asked.client.post("/cds-services/patient-miller", json={})
    text = asked.client.get("/metrics").text
    assert f'kyphoplasty_cds_calls_total{{service="{HOOK}",status="200"}} 2.0' in text
    assert 'kyphoplasty_cds_calls_total{service="unknown",status="404"} 1.0' in text
    assert f'indicator="warning",service="{HOOK}",topic="rehabilitation"}} 2.0' in text
    assert "miller" not in text


def test_one_line_is_logged_for_a_call(caplog):
    with caplog.at_level(logging.INFO, "kyphoplasty_cds"):
        Asked(flow=one_card).post(OTHER)
    (record,) = caplog.records
    line = json.loads(JsonLines().format(record))
    assert (line["event"], line["service"], line["hookInstance"]) == (
        "call",
        HOOK,
        HOOK_INSTANCE,
    )
    assert (line["status"], line["cards"], line["gaps"]) == (200, 1, 2)
    assert line["milliseconds"] >= 0


def test_counts_that_alerts_ask_for_are_there_before_the_first():
    """Prometheus sees no increase in a count that begins at 1: the first lost entry would be nobody's alert."""
    text = Asked().client.get("/metrics").text
    for wanted in (
        'kyphoplasty_cds_audit_entries_total{kept="lost",kind="answer"} 0.0',
        'kyphoplasty_cds_logins_total{result="denied"} 0.0',
        'kyphoplasty_cds_logins_total{result="locked"} 0.0',
    ):
        assert wanted in text


@pytest.mark.parametrize(
    ("forwarded", "status"),
    [
        (None, 200),
        ("", 200),
        ("127.0.0.1", 200),
        ("::1", 200),
        ("192.0.2.7", 403),
        ("192.0.2.7:50123", 403),
        ("127.0.0.1, 192.0.2.7", 403),
        ("192.0.2.7, 127.0.0.1", 403),
        ("unknown", 403),
    ],
)
@pytest.mark.parametrize("path", ["/cds-services", "/sandbox", "/audit/login"])
def test_open_mode_answers_nothing_that_a_proxy_brings_from_elsewhere(
    desk, path, forwarded, status
):
    """A proxy that calls it by a name of this machine let everybody in."""
    headers = {"X-Forwarded-For": forwarded} if forwarded is not None else {}
    answer = desk.app.test_client().get(path, headers=headers)
    assert answer.status_code == status
    assert ("for its own machine alone" in answer.text) is (status == 403)


def test_a_service_that_knows_its_callers_may_be_behind_any_proxy(tmp_path):
    folder = site_folder(tmp_path, client_of())
    (folder / "keys.json").write_bytes(key_set(Signer()))
    answer = Asked(site=load_site(folder)).client.get(
        "/cds-services", headers={"X-Forwarded-For": "192.0.2.7"}
    )
    assert answer.status_code == 200


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return ReviewDesk(tmp_path_factory.mktemp("log"))

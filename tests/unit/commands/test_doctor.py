"""`doctor`: one entry that says what to change and where, in the vendor's words."""

import json
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.loading import load_service
from tests.client_tokens import Signer, key_set
from tests.codes import ORDERS, codeable, concept_map
from tests.live_service import LiveService
from tests.signings import empty_prefetch, kyphoplasty, order_sign
from tests.stub_issuer import say
from tests.stub_server import StubServer
from tests.waiting import wait_until

BASE = "https://ehr.example.org/api/FHIR/R4"
LIST = "urn:com.epic.cdshooks.action.code.system.preference-list-item"
SERVICE = "https://cds.example.org/cds-services/kyphoplasty-order-sign"
KEY = Signer("RS384", kid="one")
SEEN = (
    Path(__file__).resolve().parents[2]
    / "conformance/ehr/crd-request-generator/seen.order-sign.json"
)
PLAN = load_service().hooks["kyphoplasty-order-sign"].discovery["prefetch"]


@pytest.fixture
def site(tmp_path):
    """A hospital with Epic, whose rehabilitation is mapped."""
    (tmp_path / "site.toml").write_text(
        '[site]\nname = "X"\ntime-zone = "UTC"\n[[clients]]\n'
        f'issuer = "{BASE}"\nprofile = "epic"\njwks-url = "{BASE}/keys/1"\n'
        f'fhir-servers = ["{BASE}"]\n',
        encoding="utf-8",
    )
    maps = tmp_path / "mappings/conceptmap"
    maps.mkdir(parents=True)
    content = concept_map(LIST, ("PT_EVAL", ORDERS, "rehabilitation"))
    (maps / "own.json").write_text(json.dumps(content), encoding="utf-8")
    return tmp_path


@pytest.fixture
def doctor(tmp_path, monkeypatch):
    """What the command finds, by key, in this text or JSON."""
    monkeypatch.setenv("KYPHOPLASTY_CDS_PUBLIC_URL", "https://cds.example.org")

    def run(what, *options):
        if not isinstance(what, str):
            file = tmp_path / "what.json"
            file.write_text(json.dumps(what), encoding="utf-8")
            what = str(file)
        done = CliRunner().invoke(main, ["doctor", what, "--json", *options])
        assert done.exit_code in (0, 1), done.output
        found = json.loads(done.stdout)
        assert done.exit_code == bool(found["findings"])
        return {one["key"]: one for one in found["findings"]}

    return run


def call(*drafts, **changed):
    body = order_sign(*drafts) | {"prefetch": empty_prefetch(PLAN)}
    return body | {"fhirServer": BASE} | changed


def test_a_call_that_would_be_answered_has_no_finding(doctor, site):
    assert doctor(call(kyphoplasty()), "--site", str(site)) == {}


@pytest.mark.parametrize(
    ("base", "is_found"),
    [
        pytest.param("http://inner:8080/fhir", True, id="another base"),
        pytest.param(BASE, False, id="its own"),
    ],
)
def test_entries_under_another_base_name_the_line_to_add(doctor, site, base, is_found):
    body = call(kyphoplasty())
    entry = {"fullUrl": f"{base}/Condition/1", "resource": {"resourceType": "List"}}
    bundle = {"resourceType": "Bundle", "type": "searchset", "entry": [entry]}
    body["prefetch"]["conditions"] = bundle
    found = doctor(body, "--site", str(site))
    assert ("fhir-aliases" in found) == is_found
    if is_found:
        line = f'fhir-aliases = {{ "{BASE}" = ["{base}"] }}'
        assert line in found["fhir-aliases"]["change"]


def test_a_call_without_orders_names_the_scope_and_where_to_grant_it(doctor, site):
    body = call()
    body["context"]["draftOrders"] = None
    found = doctor(body, "--site", str(site))["orders-missing"]
    assert "ServiceRequest (Unsigned Order)" in found["change"]
    assert "client ID" in found["place"]
    assert "Endpoint URI" in found["place"]
    generic = doctor(body)["orders-missing"]
    assert "grant the scope of unsigned orders" in generic["change"]
    assert generic["place"] == ""


@pytest.mark.parametrize(
    ("body", "key", "words"),
    [
        pytest.param(
            call(kyphoplasty(code=codeable("urn:own", "SX-77"))),
            "not-mapped",
            "urn:own|SX-77",
            id="a code that nobody mapped",
        ),
        pytest.param(
            call(kyphoplasty(), hookInstance="a" * 64),
            "hook-instance",
            "no UUID",
            id="no UUID",
        ),
        pytest.param(
            call(kyphoplasty(), hook="patient-view"),
            "hook",
            "patient-view",
            id="another hook",
        ),
        pytest.param(
            call(kyphoplasty(), fhirServer="https://other.example.org/r4"),
            "fhir-server",
            "other.example.org",
            id="another server",
        ),
        pytest.param(
            call(kyphoplasty(), prefetch={"serviceRequestBundle": None}),
            "prefetch-missing",
            "sent were serviceRequestBundle",
            id="keys of its own",
        ),
        pytest.param(
            call({"resourceType": "ProcedureRequest", "id": "1", "status": "draft"}),
            "fhir-version",
            "STU3",
            id="an older FHIR",
        ),
    ],
)
def test_what_keeps_a_call_from_its_cards_is_named(doctor, site, body, key, words):
    found = doctor(body, "--site", str(site))
    assert words in found[key]["what"]
    assert found[key]["change"]


def test_an_order_of_a_drug_is_named_by_its_own_code(doctor, site):
    concept = codeable("http://www.nlm.nih.gov/research/umls/rxnorm", "904419")
    drug = {
        "resourceType": "MedicationRequest",
        "id": "request-123",
        "status": "draft",
        "medicationCodeableConcept": concept | {"text": "Alendronic acid 10 MG"},
    }
    found = doctor(call(drug), "--site", str(site))["not-mapped"]
    assert "rxnorm|904419 “Alendronic acid 10 MG”" in found["what"]


def test_a_client_with_keys_of_its_own_is_not_told_to_rename_them(doctor):
    """The request generator, as it called: its server asked for no token."""
    body = json.loads(SEEN.read_text(encoding="utf-8"))["body"]
    found = doctor(body, "--ehr", "crd-request-generator")
    assert set(found) == {"no-token"}
    assert "unless that server asks for none" in found["no-token"]["change"]
    assert "prefetch-missing" in doctor(body), "an EHR that can be told"


def test_a_discharge_lacks_no_orders(doctor, site):
    body = call(hook="encounter-discharge")
    body["context"] = {
        "userId": "Practitioner/1",
        "patientId": "p1",
        "encounterId": "e1",
    }
    assert "orders-missing" not in doctor(body, "--site", str(site))


def test_a_query_that_failed_in_the_ehr_is_named(doctor, site):
    failed = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "forbidden"}],
    }
    body = call(kyphoplasty())
    body["prefetch"]["conditions"] = failed
    found = doctor(body, "--site", str(site))["prefetch-failed"]
    assert "conditions failed: forbidden" in found["what"]


def test_an_empty_search_in_epics_way_is_no_failure(doctor, site):
    entry = {
        "search": {"mode": "outcome"},
        "resource": {
            "resourceType": "OperationOutcome",
            "issue": [{"severity": "warning", "code": "processing"}],
        },
    }
    body = call(kyphoplasty())
    body["prefetch"]["conditions"] = {"resourceType": "Bundle", "entry": [entry]}
    assert doctor(body, "--site", str(site)) == {}


def button(*codings, kind="create"):
    resource = {"resourceType": "ServiceRequest", "code": {"coding": list(codings)}}
    action = {"type": kind, "description": "Refer", "resource": resource}
    return {"cards": [{"suggestions": [{"label": "Refer", "actions": [action]}]}]}


OID = {"system": "urn:oid:1.2.3", "code": "PT0012"}
OWN = {"system": LIST, "code": "PT_EVAL"}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(button(OID), "carries PT0012", id="a code of the record"),
        pytest.param(button(OID, OWN), "carries PT0012", id="its own is second"),
        pytest.param(
            button(OWN, kind="update"), "would update an order", id="an update"
        ),
        pytest.param(button(OWN), "", id="its own"),
    ],
)
def test_a_button_that_the_ehr_cannot_place_is_named(doctor, answer, words):
    found = doctor(answer, "--ehr", "epic")
    assert bool(found) is bool(words)
    if words:
        assert words in found["dead-button"]["what"]
        assert "Epic" in found["dead-button"]["what"]


def token(now=None, header=None, signer=KEY, **claims):
    header = {"jku": f"{BASE}/keys/1"} | (header or {})
    aud = claims.get("aud", SERVICE)
    return signer.token(aud, header=header, claims={"iss": BASE} | claims, now=now)


@pytest.mark.parametrize(
    ("changed", "key", "words"),
    [
        pytest.param({}, None, "", id="it fits"),
        pytest.param(
            {"header": {"jku": f"{BASE}/keys/2"}},
            "jwt.jku",
            f"the token's jku is {BASE}/keys/2, site.toml has {BASE}/keys/1",
            id="another key set",
        ),
        pytest.param(
            {"iss": "https://other.example.org"},
            "jwt.iss",
            f"the token's iss is https://other.example.org, site.toml has {BASE}",
            id="another issuer",
        ),
        pytest.param(
            {"aud": "https://cds.example.org"},
            "jwt.aud",
            f"the token's aud is https://cds.example.org, the service is {SERVICE}",
            id="an address without its path",
        ),
        pytest.param(
            {"iat": 1_700_000_000, "exp": 9_999_999_999},
            "jwt.lifetime",
            "the token lasts 8299999999 seconds, more than",
            id="too long",
        ),
        pytest.param({"now": 1_700_000_000}, "jwt.exp", "expired", id="an old one"),
    ],
)
def test_a_token_and_the_site_are_held_side_by_side(doctor, site, changed, key, words):
    found = doctor(token(**changed), "--site", str(site))
    if key is None:
        assert found == {}
        return
    assert words in found[key]["what"]
    if key in ("jwt.iss", "jwt.aud"):
        assert "External Endpoint Configuration" in found[key]["place"]


def test_a_token_with_another_algorithm_and_key_is_named(doctor, site):
    signer = Signer("ES384", kid="two")
    found = doctor(token(signer=signer), "--site", str(site))
    assert "signed with ES384; accepted: RS384" in found["jwt.alg"]["what"]
    change = 'add "ES384" to algorithms, or sign with RS384'
    assert found["jwt.alg"]["change"] == change
    text = (site / "site.toml").read_text(encoding="utf-8")
    text = text.replace(f'jwks-url = "{BASE}/keys/1"', 'jwks-file = "keys.json"')
    (site / "site.toml").write_text(text, encoding="utf-8")
    (site / "keys.json").write_bytes(key_set(Signer("RS384", kid="three")))
    found = doctor(token(), "--site", str(site))
    assert "the token's kid is one, keys.json has three" in found["jwt.kid"]["what"]


def test_no_part_of_a_tokens_signature_is_printed(site, monkeypatch):
    monkeypatch.setenv("KYPHOPLASTY_CDS_PUBLIC_URL", "https://cds.example.org")
    written = token(aud="https://x.example.org")
    done = CliRunner().invoke(main, ["doctor", "-", "--site", str(site)], input=written)
    assert done.exit_code == 1
    assert written.rpartition(".")[2][:20] not in done.output


def lines(*events):
    return "\n".join(f"2026-11-22 cds[1]: {json.dumps(event)}" for event in events)


def test_log_lines_are_counted_and_their_cure_named(doctor, site, tmp_path):
    missing = {
        "event": "call",
        "status": 200,
        "reason": "orders-missing",
        "client": BASE,
    }
    refused = {
        "event": "unauthenticated",
        "reason": "jwt.aud",
        "iss": BASE,
        "aud": "https://cds.example.org/",
        "expected": {"aud": [SERVICE]},
    }
    log = tmp_path / "service.log"
    log.write_text(lines(*[missing] * 120, refused), encoding="utf-8")
    found = doctor(str(log), "--site", str(site))
    assert found["orders-missing"]["what"] == "no draft orders in 120 of 120 calls"
    assert "ServiceRequest (Unsigned Order)" in found["orders-missing"]["change"]
    assert f"site.toml has {SERVICE}" in found["jwt.aud"]["what"]


def test_statuses_and_keys_of_a_log_say_what_to_look_at(doctor):
    log = lines(
        {"event": "call", "status": 403},
        {"event": "call", "status": 200},
        {
            "event": "client-keys",
            "reason": "jwks.unreachable",
            "issuer": BASE,
            "detail": "dns",
        },
    )
    found = doctor(log)
    assert found["status-403"]["what"] == "status 403 in 1 of 2 calls"
    assert "fhir-servers" in found["status-403"]["change"]
    assert "dns" in found["jwks.unreachable"]["change"]


def test_key_sets_on_other_origins_are_cured_by_the_site_file(doctor):
    line = {"event": "client-keys", "reason": "jwks.origin", "issuer": BASE}
    detail = "on other origins: https://keys.example.org"
    change = doctor(lines(line | {"detail": detail}))["jwks.origin"]["change"]
    assert "https://keys.example.org" in change
    assert "jwks-origins" in change


def test_a_running_service_is_asked(doctor, tmp_path):
    with LiveService(tmp_path) as running:
        wait_until(lambda: running.send("GET", "/health/ready").status == 200)
        assert doctor(running.url) == {}
        epic = doctor(running.url, "--ehr", "epic")
        assert "dead-button" in epic, "open mode offers what Epic cannot place"
    gone = doctor(running.url)
    assert "unreachable" in gone


def test_what_it_cannot_read_is_wrong_use():
    done = CliRunner().invoke(main, ["doctor", "no such file"])
    assert done.exit_code == 2
    assert "neither a recorded call" in done.output
    wrong = CliRunner().invoke(main, ["doctor", '{"cards": []}', "--ehr", "epik"])
    assert wrong.exit_code == 2
    assert "no profile epik" in wrong.output


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(b'{"event": "call", "client": ["x"]}', id="client-of-a-line"),
        pytest.param(b'{"event": "call", "status": {"a": 1}}', id="status-of-a-line"),
        pytest.param(b'{"event": "call"} \xff', id="no-text"),
        pytest.param(b"\xff\xfe", id="nothing"),
    ],
)
def test_what_is_odd_ends_with_a_word(given):
    done = CliRunner().invoke(main, ["doctor", "-"], input=given)
    assert isinstance(done.exception, SystemExit | None), done.exception
    assert done.exit_code in (0, 1, 2)


def test_a_key_id_that_is_no_text_is_none_of_the_file(doctor, site):
    (site / "keys.json").write_bytes(key_set(KEY))
    toml = (site / "site.toml").read_text(encoding="utf-8")
    changed = toml.replace(f'jwks-url = "{BASE}/keys/1"', 'jwks-file = "keys.json"')
    (site / "site.toml").write_text(changed, encoding="utf-8")
    parts = [{"alg": "RS384", "kid": ["one"]}, {"iss": BASE}]
    coded = [
        urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode()
        for one in parts
    ]
    assert "jwt.kid" in doctor(".".join([*coded, "x"]), "--site", str(site))


@pytest.mark.parametrize(
    "page",
    [
        pytest.param({"reasons": [1, {}]}, id="reasons"),
        pytest.param({"reasons": 5}, id="reason"),
        pytest.param({"services": 5}, id="services"),
    ],
)
def test_an_address_that_answers_otherwise_is_told(page):
    with Odd(page) as server:
        done = CliRunner().invoke(main, ["doctor", server.origin])
    assert isinstance(done.exception, SystemExit), done.exception
    assert "change:" in done.output


@pytest.mark.parametrize(
    ("status", "page"),
    [
        pytest.param(200, {"cards": [{"source": "x"}]}, id="source"),
        pytest.param(200, {"cards": [{"source": {"topic": "x"}}]}, id="topic"),
        pytest.param(500, {"issue": [{"details": {}}]}, id="issue"),
        pytest.param(500, {"issue": [{"details": {"text": 5}}]}, id="text"),
    ],
)
def test_a_probe_of_something_else_is_told(status, page):
    with Odd(page, status) as server:
        done = CliRunner().invoke(main, ["probe", server.origin])
    assert isinstance(done.exception, SystemExit), done.exception
    assert "bad: " in done.output


@pytest.mark.parametrize("url", ["http://exa mple/", "http://[::1", "https://u:p@h/"])
def test_an_address_that_is_none_is_wrong_use(url):
    done = CliRunner().invoke(main, ["doctor", url])
    assert done.exit_code == 2, done.exception
    assert "u:p" not in done.output


class Odd(StubServer):
    """Answers everything with one document."""

    def __init__(self, page, status=200):
        self.page, self.status = page, status
        super().__init__()

    def respond(self, handler):
        say(handler, self.status, self.page)

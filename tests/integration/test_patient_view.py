"""For an EHR without order-sign: the same answer when a chart with an open augmentation order is opened."""

import json
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest

from cds_service.audit.query import Query
from cds_service.audit.store import AuditStore
from cds_service.loading import load_service
from cds_service.settings import Settings
from cds_service.site.folder import load_site
from cds_service.web.app import Wiring, create_app
from tests.audit_builders import NOON
from tests.card_rules import faults_of
from tests.client_tokens import Signer, client_of, key_set, site_folder
from tests.codes import CPT, SCT, codeable
from tests.patients.leaving import TREATED
from tests.signings import (
    TODAY,
    empty_prefetch,
    kyphoplasty,
    observed,
    order_sign,
    searchset,
)

ORACLE, OTHER = "https://cds-hooks.cerner.com", "https://ehr.example.org"
BOTH = "https://both.example.org"
KEY = Signer()
SIGN, OPENED = "kyphoplasty-order-sign", "kyphoplasty-patient-view"
BASE = "http://127.0.0.1:8080"


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    """A hospital with an EHR that knows patient-view alone, and another."""
    folder = site_folder(
        tmp_path_factory.mktemp("site"),
        client_of('profile = "oracle-health"', issuer=ORACLE),
        client_of(issuer=OTHER),
        client_of("patient-view = true", issuer=BOTH),
    )
    (folder / "keys.json").write_bytes(key_set(KEY))
    site = load_site(folder)
    service = load_service(site)
    store = AuditStore(f"sqlite:///{folder / 'audit.sqlite3'}", wait_seconds=30)
    app = create_app(
        service,
        Settings(deadline_seconds=30),
        audit=store,
        base_url=BASE,
        site=site,
        wiring=Wiring(clock=lambda: NOON),
    )
    plan = service.hooks[OPENED].discovery["prefetch"]
    yield SimpleNamespace(client=app.test_client(), store=store, plan=plan)
    store.close()


def call(clinic, service_id, body, issuer=ORACLE):
    path = f"/cds-services/{service_id}"
    token = KEY.token(BASE + path, claims={"iss": issuer})
    headers = {"Authorization": f"Bearer {token}"}
    return clinic.client.post(path, json=body, headers=headers)


def record(clinic, *orders, procedures=()):
    """A prefetch with a T-score, and these orders and procedures on record."""
    found = {"boneDensity": searchset(observed("t1", "80946-7", -2.8, "{T-score}"))}
    if orders:
        found["serviceRequests"] = searchset(*orders)
    if procedures:
        found["procedures"] = searchset(*procedures)
    return empty_prefetch(clinic.plan, **found)


def opened(clinic, *orders, **changed):
    context = {"userId": "Practitioner/1", "patientId": "p1"}
    body = {"hook": "patient-view", "hookInstance": str(uuid4()), "context": context}
    return body | {"prefetch": record(clinic, *orders)} | changed


def words(cards):
    return [(card["summary"], card["detail"], card["indicator"]) for card in cards]


def buttons(cards):
    return [one["label"] for card in cards for one in card.get("suggestions", ())]


@pytest.mark.parametrize("status", ["active", "draft"])
def test_an_open_order_on_record_is_answered_as_if_it_were_signed(clinic, status):
    order = kyphoplasty("p1", status=status)
    reply = call(clinic, OPENED, opened(clinic, order), BOTH)
    assert reply.status_code == 200, reply.text
    assert faults_of(reply.json) == []
    prefetch = record(clinic, order)
    signed = order_sign(order, patient="p1") | {"prefetch": prefetch}
    expected = call(clinic, SIGN, signed, BOTH).json["cards"]
    assert expected
    assert words(reply.json["cards"]) == words(expected)
    assert buttons(reply.json["cards"]) == buttons(expected)


OLD = "2026-02-01"


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"authoredOn": OLD}, id="written"),
        pytest.param({"authoredOn": "2025"}, id="written last year"),
        pytest.param({"authoredOn": OLD, "occurrenceDateTime": OLD}, id="planned"),
    ],
)
def test_an_order_of_long_ago_is_none_of_now(clinic, changed):
    old = kyphoplasty("p1", status="active") | changed
    reply = call(clinic, OPENED, opened(clinic, old))
    assert (reply.status_code, reply.json) == (200, {"cards": []})


def test_an_order_of_long_ago_for_a_day_to_come_is_one_of_now(clinic):
    period = {"start": OLD, "end": "2099-01-01"}
    old = kyphoplasty("p1", status="active", authoredOn=OLD, occurrencePeriod=period)
    assert call(clinic, OPENED, opened(clinic, old)).json["cards"]


def ordered(days, level="L1", **members):
    """An order on record that was written so many days ago."""
    return kyphoplasty(
        "p1",
        id=f"order-{level}-{days}",
        status="active",
        code=codeable(CPT, "22514" if level.startswith("L") else "22513"),
        bodySite=[codeable(SCT, TREATED[level])],
        authoredOn=(TODAY - timedelta(days=days)).isoformat(),
        **members,
    )


def done(days, level="L1", **members):
    """The operation, done so many days ago."""
    return {
        "resourceType": "Procedure",
        "id": f"done-{level}",
        "status": "completed",
        "subject": {"reference": "Patient/p1"},
        "code": codeable(CPT, "22514" if level.startswith("L") else "22513"),
        "bodySite": [codeable(SCT, TREATED[level])],
        "performedDateTime": (TODAY - timedelta(days=days)).isoformat(),
        **members,
    }


BASED = {"basedOn": [{"reference": "ServiceRequest/order-L1-80"}]}
ONE_WITHOUT_LEVEL = {"bodySite": None, **BASED}


@pytest.mark.parametrize(
    "procedure",
    [
        pytest.param(done(75), id="of the same level, since"),
        pytest.param(done(75, **ONE_WITHOUT_LEVEL), id="based on the order"),
        pytest.param(done(80), id="on the day of the order"),
    ],
)
def test_an_order_that_was_carried_out_is_none_of_now(clinic, procedure):
    body = opened(clinic)
    body["prefetch"] = record(clinic, ordered(80), procedures=[procedure])
    assert call(clinic, OPENED, body).json == {"cards": []}


@pytest.mark.parametrize(
    "procedure",
    [
        pytest.param(done(81), id="before the order"),
        pytest.param(done(75, "T12"), id="another level"),
        pytest.param(done(75, status="not-done"), id="not done"),
        pytest.param(done(75, status="preparation"), id="not yet done"),
    ],
)
def test_an_order_that_was_not_carried_out_is_answered(clinic, procedure):
    body = opened(clinic)
    body["prefetch"] = record(clinic, ordered(80), procedures=[procedure])
    assert call(clinic, OPENED, body).json["cards"]


FIRST_DONE = [
    pytest.param([done(75)], id="its operation is on record"),
    pytest.param([], id="nothing says if it was carried out"),
]


@pytest.mark.parametrize("procedures", FIRST_DONE)
def test_an_earlier_order_belongs_to_no_operation_of_now(clinic, procedures):
    """Opened, the chart says what it says when the newest order is signed."""
    earlier, newest = ordered(80), ordered(0, "T12")
    held = record(clinic, earlier, newest, procedures=procedures)
    body = opened(clinic) | {"prefetch": held}
    cards = call(clinic, OPENED, body, BOTH).json["cards"]
    signed = order_sign(newest, patient="p1") | {"prefetch": held}
    expected = call(clinic, SIGN, signed, BOTH).json["cards"]
    assert expected
    assert words(cards) == words(expected)
    assert "at once" not in json.dumps(cards)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(ordered(7), id="written within a week"),
        pytest.param(ordered(80, occurrenceDateTime="2099-01-01"), id="to come"),
    ],
)
def test_orders_of_one_operation_are_answered_together(clinic, first):
    cards = call(clinic, OPENED, opened(clinic, first, ordered(0, "T12")), BOTH).json[
        "cards"
    ]
    assert "Two fractures at once" in cards[0]["summary"]


@pytest.mark.parametrize(
    "orders",
    [
        pytest.param([], id="none"),
        pytest.param([kyphoplasty("p1", status="completed")], id="done"),
        pytest.param([kyphoplasty("p1", status="revoked")], id="revoked"),
        pytest.param(
            [kyphoplasty("p1", status="active", code={"text": "X-ray of the hip"})],
            id="another order",
        ),
    ],
)
def test_no_card_without_an_open_order(clinic, orders):
    reply = call(clinic, OPENED, opened(clinic, *orders))
    assert (reply.status_code, reply.json) == (200, {"cards": []})


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"serviceRequests": "order"}, id="orders"),
        pytest.param({"patient": "person"}, id="person"),
        pytest.param({"patient": "person", "serviceRequests": "order"}, id="both"),
    ],
)
def test_a_chart_of_another_patient_is_refused_and_kept(clinic, changed):
    of_another = {
        "order": searchset(kyphoplasty("p2", status="active")),
        "person": {"resourceType": "Patient", "id": "p2"},
    }
    body = opened(clinic, kyphoplasty("p1", status="active"))
    body["prefetch"] |= {key: of_another[one] for key, one in changed.items()}
    reply = call(clinic, OPENED, body)
    assert reply.status_code == 400, reply.text
    query = Query(hook_instance=body["hookInstance"])
    (entry,) = clinic.store.reader.find(query, limit=5).entries
    assert (entry.kind, entry.reason) == ("refusal", "patient-mismatch")
    assert (entry.patient, entry.client) == ("p1", ORACLE)


def test_orders_that_cannot_be_read_are_no_card_and_no_error(clinic):
    body = opened(clinic)
    del body["prefetch"]["serviceRequests"]
    before = len(noted(clinic))
    reply = call(clinic, OPENED, body)
    assert (reply.status_code, reply.json) == (200, {"cards": []})
    entry = noted(clinic)[0]
    assert len(noted(clinic)) == before + 1
    assert (entry.patient, entry.client) == (None, ORACLE)
    content = clinic.store.reader.entry(entry.id).content
    assert content == {"nearMisses": [], "ordersUnread": True}


def test_a_chart_without_an_order_leaves_no_entry(clinic):
    # The first answer makes the log.
    call(clinic, OPENED, opened(clinic, kyphoplasty("p1", status="active")))
    before = len(noted(clinic))
    call(clinic, OPENED, opened(clinic))
    assert len(noted(clinic)) == before


def noted(clinic):
    """The entries of calls that got no card, the newest first."""
    return clinic.store.reader.find(Query(kinds=("near-miss",)), limit=50).entries


def test_each_answer_is_in_the_log_and_takes_feedback(clinic):
    reply = call(clinic, OPENED, opened(clinic, kyphoplasty("p1", status="active")))
    card = reply.json["cards"][0]
    item = {
        "card": card["uuid"],
        "outcome": "overridden",
        "outcomeTimestamp": "2026-11-20T12:00:00Z",
    }
    told = call(clinic, f"{OPENED}/feedback", {"feedback": [item]})
    assert told.status_code == 200, told.text


def test_it_is_off_for_every_other_ehr(clinic):
    body = opened(clinic, kyphoplasty("p1", status="active"))
    assert call(clinic, OPENED, body, OTHER).status_code == 404
    assert OPENED not in load_service().hooks
    assert next(iter(load_service().hooks)) == SIGN


def test_discovery_has_it_where_it_is_on(clinic):
    listed = clinic.client.get("/cds-services").json["services"]
    assert {one["id"]: one["hook"] for one in listed}[OPENED] == "patient-view"
    assert listed[0]["id"] == SIGN
    (entry,) = (one for one in listed if one["id"] == OPENED)
    assert "status=draft,active" in entry["prefetch"]["serviceRequests"]
    assert json.dumps(entry["prefetch"]).count("draftOrders") == 0


@pytest.mark.parametrize(
    ("lines", "is_on"),
    [
        (('profile = "epic"',), False),
        (('profile = "epic"', "patient-view = true"), True),
        (('profile = "oracle-health"', "patient-view = false"), False),
        (("patient-view = true",), True),
    ],
)
def test_a_site_turns_it_on_or_off_itself(tmp_path, lines, is_on):
    folder = site_folder(tmp_path, client_of(*lines))
    (folder / "keys.json").write_bytes(key_set(KEY))
    site = load_site(folder)
    assert site.site.clients[0].patient_view is is_on
    assert (OPENED in load_service(site).hooks) is is_on

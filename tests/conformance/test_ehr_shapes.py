"""The shapes that vendors publish, replayed under their profiles; `ehr/<name>/` says what of each is documented."""

import json
import time
from pathlib import Path
from uuid import uuid4

import pytest

from cds_service.loading import load_service
from cds_service.site.profiles import load_profile, profile_folders, value_of
from tests.card_rules import faults_of
from tests.chart_builders import HOOK
from tests.client_tokens import Signer, key_set, site_folder
from tests.codes import ORDERS, concept_map
from tests.live_service import CALL, FEEDBACK
from tests.site_application import site_client

FOLDER = Path(__file__).with_name("ehr")
BASE = "https://cds.example.org"
KEY = Signer("RS384", kid="a1B2+c3D4/e5F6=", name="epic")
LIST = "urn:com.epic.cdshooks.action.code.system.preference-list-item"
RECORD = "urn:oid:1.2.840.114350.1.13.0.1.7.2.696580"


def shape(ehr, name):
    return json.loads((FOLDER / ehr / f"{name}.json").read_text(encoding="utf-8"))


def fact(ehr, group, key):
    profile = load_profile(ehr, profile_folders([]))
    return value_of(getattr(getattr(profile, group), key))


@pytest.fixture(scope="module")
def epic(tmp_path_factory):
    """The application at a hospital with Epic, whose orderables are mapped in part."""
    issuer = shape("epic", "jwt")["claims"]["iss"]
    folder = site_folder(
        tmp_path_factory.mktemp("epic"),
        f'issuer = "{issuer}"\nprofile = "epic"\njwks-file = "keys.json"\n'
        f'fhir-servers = ["{issuer}"]',
    )
    (folder / "keys.json").write_bytes(key_set(KEY))
    maps = folder / "mappings/conceptmap"
    maps.mkdir(parents=True)
    for name, system, codes in (
        ("record", RECORD, [("90210", "kyphoplasty"), ("17", "rehabilitation")]),
        ("z-own", LIST, [("PT_EVAL", "rehabilitation"), ("FLS", "bone-treatment")]),
    ):
        meant = [(code, ORDERS, order) for code, order in codes]
        content = concept_map(system, *meant) | {"id": name}
        (maps / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    with site_client(folder, base_url=BASE) as client:
        yield client


def post(client, path, body, **claims):
    """A call with the token that the page shows, of now."""
    published = shape("epic", "jwt")
    now = int(time.time())
    lasts = published["claims"]["exp"] - published["claims"]["iat"]
    said = published["claims"] | {
        "jti": str(uuid4()),
        "iat": now,
        "nbf": now - 300,
        "exp": now + lasts,
    }
    token = KEY.token(
        BASE + path,
        header=published["header"],
        claims={**said, "aud": BASE + path, **claims},
    )
    headers = {"Authorization": f"Bearer {token}"}
    return client.post(path, json=body, headers=headers)


@pytest.fixture(scope="module")
def request_of_epic():
    """The published request; what the site prefetches besides found nothing, in Epic's way."""
    body = shape("epic", "request.order-sign")["body"]
    nothing = body["prefetch"]["conditions"]
    templates = load_service().hooks[HOOK].discovery["prefetch"]
    prefetch = dict.fromkeys(templates, nothing) | body["prefetch"]
    prefetch["encounter"] = None
    return {**body, "prefetch": prefetch}


@pytest.fixture(scope="module")
def cards(epic, request_of_epic):
    reply = post(epic, CALL, request_of_epic)
    assert reply.status_code == 200, reply.text
    assert faults_of(reply.json) == []
    assert reply.json["cards"], "a kyphoplasty by the hospital's own code"
    return reply.json["cards"]


def test_epic_gets_no_button_that_it_cannot_place(cards):
    can = fact("epic", "answer", "actions")
    systems = fact("epic", "answer", "order_systems")
    pressed = [one for card in cards for one in card.get("suggestions", ())]
    assert pressed, "what is mapped has a button"
    for suggestion in pressed:
        (action,) = suggestion["actions"]
        assert action["type"] in can
        assert action["description"], "the text that its users read"
        resource = action["resource"]
        assert resource["resourceType"] in fact("epic", "answer", "resources")
        assert resource["code"]["coding"][0]["system"] in systems
        assert RECORD not in {one["system"] for one in resource["code"]["coding"]}


def test_epic_gets_cards_within_what_it_shows(cards):
    for card in cards:
        assert card["indicator"] in fact("epic", "answer", "indicators")
        assert card.get("selectionBehavior", "any") in fact(
            "epic", "answer", "selection"
        )
        code = card["source"]["topic"]["code"]
        assert code.isalnum()
        assert len(code) <= 100


@pytest.mark.parametrize("number", range(3))
def test_epic_feedback_is_taken_in_each_published_form(epic, cards, number):
    body = shape("epic", "feedback")["bodies"][number]
    (item,) = body["feedback"]
    card = next(one for one in cards if one.get("suggestions"))
    item |= {"card": card["uuid"]}
    if "acceptedSuggestions" in item:
        item["acceptedSuggestions"] = [{"id": card["suggestions"][0]["uuid"]}]
    reply = post(epic, FEEDBACK, body)
    assert reply.status_code == 200, reply.text


def test_epic_without_the_scope_of_unsigned_orders_gets_no_card(epic, request_of_epic):
    context = {
        key: value
        for key, value in request_of_epic["context"].items()
        if key != "draftOrders"
    }
    reply = post(epic, CALL, {**request_of_epic, "context": context})
    assert (reply.status_code, reply.json) == (200, {"cards": []})


@pytest.mark.parametrize("ehr", ["cds-hooks-sandbox", "crd-request-generator"])
def test_the_test_clients_requests_are_answered_in_open_mode(service, templates, ehr):
    body = shape(ehr, "request.order-sign")["body"]
    missing = {key: None for key in templates if key not in body["prefetch"]}
    body["prefetch"] |= missing
    body["prefetch"]["patient"] = {
        "resourceType": "Patient",
        "id": body["context"]["patientId"],
        "gender": "female",
        "birthDate": "1945-08-12",
    }
    reply = service.post(body)
    assert reply.status == 200, reply.text
    drafts = fact(ehr, "request", "drafts") or ("ServiceRequest",)
    is_ours = "ServiceRequest" in drafts
    assert bool(reply.json()["cards"]) is is_ours, "a drug is none of ours"


@pytest.mark.parametrize("ehr", ["cds-hooks-sandbox", "oracle-health"])
def test_a_profile_and_the_published_token_agree(ehr):
    header, claims = (shape(ehr, "jwt")[part] for part in ("header", "claims"))
    assert fact(ehr, "token", "issuer_value") == claims["iss"]
    algorithms = fact(ehr, "token", "algorithms")
    assert algorithms is None or header["alg"] in algorithms
    lasts = fact(ehr, "token", "lifetime_seconds")
    assert lasts in (None, claims["exp"] - claims["iat"])

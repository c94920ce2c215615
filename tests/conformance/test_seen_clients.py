"""What the stock test clients sent when they were driven for real, replayed.

`ehr/NAME/seen.*.json` are captured request bodies; each says what was shortened. They
were captured while the clients' own screens showed the answers in a browser.
"""

import json
import time
from pathlib import Path
from uuid import uuid4

import pytest

from tests.card_rules import faults_of
from tests.client_tokens import Signer, key_set, site_folder
from tests.live_service import CALL, FEEDBACK
from tests.site_application import site_client

FOLDER = Path(__file__).with_name("ehr")
BASE = "https://cds.example.org"
CHART_CALL = "/cds-services/kyphoplasty-patient-view"
KEY = Signer("ES384", kid="44823f3d-0b01-4a6c-a80e-b9d3e8a7226f", name="sandbox")


def seen(client, name):
    path = FOLDER / client / f"seen.{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))["body"]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    """The application at a site that knows the stock sandbox by its profile."""
    claims = json.loads(
        (FOLDER / "cds-hooks-sandbox/jwt.json").read_text(encoding="utf-8")
    )["claims"]
    server = seen("cds-hooks-sandbox", "patient-view")["fhirServer"]
    folder = site_folder(
        tmp_path_factory.mktemp("sandbox"),
        f'issuer = "{claims["iss"]}"\nprofile = "cds-hooks-sandbox"\n'
        f'jwks-file = "keys.json"\nfhir-servers = ["{server}"]\npatient-view = true',
    )
    (folder / "keys.json").write_bytes(key_set(KEY))

    def post(path, body):
        now = int(time.time())
        said = {"jti": str(uuid4()), "iat": now, "exp": now + 300, "aud": BASE + path}
        token = KEY.token(BASE + path, claims=claims | said)
        headers = {"Authorization": f"Bearer {token}"}
        return client.post(path, json=body, headers=headers)

    with site_client(folder, base_url=BASE) as client:
        yield post


def test_the_generators_signing_is_answered_from_the_server_that_it_names(
    service, server
):
    """Of its own prefetch no key is ours, so the record is read; "Unknown" says nothing."""
    body = seen("crd-request-generator", "order-sign") | {"fhirServer": server.base}
    (entry,) = body["context"]["draftOrders"]["entry"]
    (coding,) = entry["resource"]["code"]["coding"]
    assert coding["display"] == "Unknown", "as it was sent"
    (card, *others) = service.cards(body)
    assert "bone" in card["summary"]
    assert [button["label"] for button in card["suggestions"]]
    assert all("could not be read" not in one["detail"] for one in (card, *others))
    assert all("Authorization" not in headers for headers in server.headers)


def test_what_the_generator_sends_after_a_pressed_button_gets_no_second_card(
    service, server
):
    """The referral alone is signed, though its prefetch still has the first order."""
    body = seen("crd-request-generator", "after-a-suggestion")
    codes = [
        coding["code"]
        for entry in body["prefetch"]["serviceRequestBundle"]["entry"]
        for coding in entry["resource"].get("code", {}).get("coding", ())
    ]
    assert "22514" in codes, "the signing before"
    reply = service.post(body | {"fhirServer": server.base})
    assert (reply.status, reply.json()) == (200, {"cards": []})


def test_the_sandboxes_edited_call_gets_the_card_of_its_new_order(service, templates):
    """Its first call, a drug alone, had the same hookInstance and got no card."""
    body = seen("cds-hooks-sandbox", "resent")
    # It was seen before the cultures were asked for.
    left_out = set(templates) - set(body["prefetch"]) - {"cultures"}
    assert left_out == {"encounter"}
    drug = {"resourceType": "MedicationRequest", "id": "request-123", "status": "draft"}
    first = body | {
        "context": body["context"]
        | {"draftOrders": {"resourceType": "Bundle", "entry": [{"resource": drug}]}}
    }
    reply = service.post(first)
    assert (reply.status, reply.json()) == (200, {"cards": []})
    (card, *_) = service.cards(body)
    pressed = card["suggestions"][0]["uuid"]
    when = "2026-11-20T09:01:00.245Z"
    for statement in (
        {"outcome": "accepted", "acceptedSuggestions": [{"id": pressed}]},
        {
            "outcome": "overridden",
            "overrideReason": {
                "reason": {
                    key: card["overrideReasons"][0][key] for key in ("code", "system")
                }
            },
        },
    ):
        told = {"card": card["uuid"], "outcomeTimestamp": when, **statement}
        reply = service.post({"feedback": [told]}, FEEDBACK)
        assert (reply.status, reply.json()) == (200, {})


@pytest.mark.parametrize(
    ("path", "name"),
    [
        pytest.param(CALL, "resent", id="order-sign"),
        pytest.param(CHART_CALL, "patient-view", id="patient-view"),
    ],
)
def test_under_its_profile_the_sandbox_gets_words_and_links_but_no_dead_button(
    sandbox, path, name
):
    """A button that names no drug did nothing when it was pressed there."""
    reply = sandbox(path, seen("cds-hooks-sandbox", name))
    assert reply.status_code == 200, reply.text
    assert faults_of(reply.json) == []
    (card, *others) = reply.json["cards"]
    assert "bone" in card["summary"]
    assert "**Rehabilitation:**" in card["detail"]
    assert not any("suggestions" in one for one in (card, *others))
    assert {link["type"] for link in card["links"]} == {"absolute"}, "it opens these"

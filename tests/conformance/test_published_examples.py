"""The order-sign examples of the published guides, shortened: none orders anything of ours, and each gets 200.

Sources: `input/pagecontent/order-sign.md` of HL7/cds-hooks-library, in an envelope of
the CDS Hooks specification;
`input/resources/CRDServiceRequest*.json` of HL7/davinci-crd; `src/util/buildRequest.js` and `auth.js` of
HL7-DaVinci/crd-request-generator, with our order. Examples of other hooks are calls of
another service.
"""

import json
import time
from pathlib import Path

import pytest

from tests.client_tokens import Signer
from tests.live_service import CALL
from tests.signings import empty_prefetch, kyphoplasty, observed, order_sign, searchset

ELSEWHERE = "http://hooks.smarthealthit.org:9080"
EXAMPLES, GENERATED = (
    json.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    for name in ("published_orders.json", "request_generator.json")
)


@pytest.mark.parametrize("name", EXAMPLES)
def test_ch_22_every_published_order_gets_200_and_no_card(service, name):
    reply = service.post(EXAMPLES[name])
    assert (reply.status, reply.json()) == (200, {"cards": []})


def test_ch_59_a_full_prefetch_is_answered_whatever_base_is_named(service, templates):
    prefetch = empty_prefetch(
        templates, boneDensity=searchset(observed("t1", "38267-1", -2.8, "{T-score}"))
    )
    body = order_sign(kyphoplasty(), fhirServer=ELSEWHERE, prefetch=prefetch)
    assert [card["detail"] for card in service.cards(body)] == [
        card["detail"]
        for card in service.cards({**body, "fhirServer": "no base at all"})
    ]
    for optional in (
        "diagnosticReports",
        "dispenses",
        "imagingStudies",
        "supplyRequests",
    ):
        del prefetch[optional]
    assert service.cards(body)


def test_ch_59_a_key_that_was_not_sent_is_403_and_the_text_names_the_cure_and_nothing_of_the_call(
    service, templates
):
    prefetch = empty_prefetch(templates)
    del prefetch["conditions"]
    reply = service.post(
        order_sign(kyphoplasty(), fhirServer=ELSEWHERE, prefetch=prefetch)
    )
    (issue,) = reply.json()["issue"]
    assert (reply.status, issue["code"]) == (403, "forbidden")
    assert "--fhir-server" in issue["details"]["text"]
    assert "smarthealthit" not in reply.body.decode()


def test_ch_16_the_da_vinci_request_generator_places_our_order(service, server):
    """What `buildRequest.js` sends without a login server; `PatientBox.js` fills in displays."""
    body = GENERATED | {"fhirServer": server.base}
    # Its own token: RS256, a day long, keys at an address that serves no JWK Set. Open
    # mode asks for none.
    jku = {"jku": "http://localhost:3001/public_keys"}
    token = Signer("RS256").token(
        service.url + CALL, header=jku, claims={"exp": int(time.time()) + 86_400}
    )
    bearer = f"Bearer {token}"
    reply = service.send(
        "POST",
        CALL,
        json.dumps(body).encode(),
        Content_Type="application/json",
        Authorization=bearer,
    )
    assert reply.status == 200, reply.body
    cards = reply.json()["cards"]
    assert [card["source"]["topic"]["code"] for card in cards][:1] == ["rehabilitation"]
    assert "could not be read" not in str(cards), "an empty token restricts nothing"
    assert all("Authorization" not in headers for headers in server.headers)
    assert any(request.startswith("/fhir/Condition?") for request in server.requests)

"""The order-sign examples of the published guides, shortened: none orders anything of ours, and each gets 200.

Sources: `input/pagecontent/order-sign.md` of HL7/cds-hooks-library, in an envelope of the CDS Hooks specification;
`input/resources/CRDServiceRequest*.json` of HL7/davinci-crd; `src/util/buildRequest.js` and `auth.js` of
HL7-DaVinci/crd-request-generator, with our order. Examples of other hooks are calls of another service.
"""

import json
import time
from pathlib import Path

import pytest

from tests.client_tokens import Signer
from tests.live_service import CALL
from tests.signings import Json, empty_prefetch, kyphoplasty, observed, order_sign, person, searchset
from tests.stub_fhir import StubFhir, fhir, page

ELSEWHERE = "http://hooks.smarthealthit.org:9080"
EXAMPLES: dict[str, Json] = json.loads(Path(__file__).with_name("published_orders.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_ch_22_every_published_order_gets_200_and_no_card(service, name):
    reply = service.post(EXAMPLES[name])
    assert (reply.status, reply.json()) == (200, {"cards": []})


def test_ch_59_a_full_prefetch_is_answered_whatever_base_is_named(service, templates):
    prefetch = empty_prefetch(templates, boneDensity=searchset(observed("t1", "38267-1", -2.8, "{T-score}")))
    body = order_sign(kyphoplasty(), fhirServer=ELSEWHERE, prefetch=prefetch)
    assert [card["detail"] for card in service.cards(body)] == [
        card["detail"] for card in service.cards({**body, "fhirServer": "no base at all"})
    ]
    optional = {
        key: value
        for key, value in prefetch.items()
        if key not in ("diagnosticReports", "imagingStudies", "supplyRequests")
    }
    assert service.cards({**body, "prefetch": optional})


def test_ch_59_a_key_that_was_not_sent_is_403_and_the_text_names_the_cure_and_nothing_of_the_call(service, templates):
    prefetch = empty_prefetch(templates)
    del prefetch["conditions"]
    reply = service.post(order_sign(kyphoplasty(), fhirServer=ELSEWHERE, prefetch=prefetch))
    (issue,) = reply.json()["issue"]
    assert (reply.status, issue["code"]) == (403, "forbidden")
    assert "--fhir-server" in issue["details"]["text"]
    assert "smarthealthit" not in reply.body.decode()


def of_request_generator(base: str, order: Json, *others: Json) -> Json:
    """What `buildRequest.js` sends without a login server; `PatientBox.js` fills in displays."""
    return {
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "fhirServer": base,
        "hook": "order-sign",
        "fhirAuthorization": {
            "access_token": "",
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "patient/Patient.read patient/Observation.read",
            "subject": "cds-service4",
        },
        "context": {
            "userId": "Practitioner/example",
            "patientId": "p1",
            "encounterId": "enc89284",
            "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": order}]},
        },
        "extension": {"davinci-crd.configuration": {"alt-drug": True}},
        "prefetch": {
            "serviceRequestBundle": {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [{"resource": one} for one in (person(), order, *others)],
            }
        },
    }


def test_ch_16_the_da_vinci_request_generator_places_our_order(service):
    server = StubFhir()
    server.default = fhir(page(total=0))
    server.say("/Patient/p1", person())
    order = kyphoplasty(
        code={"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "22514", "display": "Unknown"}]},
        performer=[{"reference": "Practitioner/pra1234"}],
        insurance=[{"reference": "Coverage/cov1"}],
    )
    coverage = {"resourceType": "Coverage", "id": "cov1", "beneficiary": {"reference": "Patient/p1"}}
    body = json.dumps(of_request_generator(server.base, order, coverage)).encode()
    # Its own token: RS256, a day long, keys at an address that serves no JWK Set. Open mode asks for none.
    jku = {"jku": "http://localhost:3001/public_keys"}
    token = Signer("RS256").token(service.url + CALL, header=jku, claims={"exp": int(time.time()) + 86_400})
    try:
        reply = service.send("POST", CALL, body, Content_Type="application/json", Authorization=f"Bearer {token}")
    finally:
        server.close()
    assert reply.status == 200, reply.body
    cards = reply.json()["cards"]
    assert [card["source"]["topic"]["code"] for card in cards][:1] == ["rehabilitation"]
    assert "could not be read" not in str(cards), "an empty token restricts nothing"
    assert all("Authorization" not in headers for headers in server.headers)
    assert any(request.startswith("/fhir/Condition?") for request in server.requests)

"""The order-sign examples of the published guides, shortened: none orders anything of ours, and each gets 200.

Sources: `input/pagecontent/order-sign.md` of HL7/cds-hooks-library, in an envelope of the CDS Hooks specification;
`input/resources/CRDServiceRequest*.json` of HL7/davinci-crd; `src/util/buildRequest.js` and `auth.js` of
HL7-DaVinci/crd-request-generator, with our order. Examples of other hooks are calls of another service.
"""

import json
import time

import pytest

from tests.client_tokens import Signer
from tests.live_service import CALL
from tests.signings import Json, empty_prefetch, kyphoplasty, observed, order_sign, person, searchset
from tests.stub_fhir import StubFhir, fhir, page

ELSEWHERE = "http://hooks.smarthealthit.org:9080"
ACCESS = {
    "access_token": "some-opaque-fhir-access-token",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "user/Patient.read user/Observation.read",
    "subject": "cds-service4",
}
DIET = {
    "resourceType": "NutritionOrder",
    "id": "pureeddiet-simple",
    "status": "draft",
    "patient": {"reference": "Patient/1288992"},
    "dateTime": "2014-09-17",
    "orderer": {"reference": "Practitioner/example", "display": "Dr Adam Careful"},
    "oralDiet": {
        "type": [{"coding": [{"system": "http://snomed.info/sct", "code": "226211001"}], "text": "Pureed diet"}],
        "schedule": [{"repeat": {"boundsPeriod": {"start": "2015-02-10"}, "frequency": 3, "periodUnits": "d"}}],
    },
    "supplement": [{"instruction": "Ensure Pudding at breakfast, lunch, supper"}],
}
DOSE = {"value": 5, "unit": "mL", "system": "http://unitsofmeasure.org", "code": "mL"}


def drug(kind: str, subject: str, **dose: object) -> Json:
    return {
        "resourceType": kind,
        "id": "smart-103",
        "status": "draft",
        "intent": "order",
        "medicationCodeableConcept": {"text": "Amoxicillin 120 MG/ML / clavulanate potassium 8.58 MG/ML Suspension"},
        subject: {"reference": "Patient/1288992"},
        "dosageInstruction": [{"text": "5 mL bid x 10 days", **dose}],
    }


def of_library(*orders: Json) -> Json:
    return order_sign(*orders, patient="1288992", fhirServer=ELSEWHERE, fhirAuthorization=ACCESS)


def of_crd(*orders: Json, **members: object) -> Json:
    body = order_sign(*orders, patient="123", **members)
    body["context"]["encounterId"] = "987"
    return body


def billed(number: str, system: str, code: str, display: str) -> Json:
    """An order whose references are on another server than the one that is named."""
    return kyphoplasty(
        "123",
        id=number,
        intent="original-order",
        code={"coding": [{"system": system, "code": code, "display": display}]},
        bodySite=None,
        subject={"reference": "http://example.org/fhir/Patient/123"},
        encounter={"reference": "http://example.org/fhir/Encounter/987"},
        requester={"reference": "http://example.org/fhir/PractitionerRole/ABC", "display": "Dr. Jones"},
    )


MAMMOGRAPHY = billed(
    "1357", "http://snomed.info/sct", "726551006", "Contrast enhanced spectral mammography (Procedure)"
)
OXYGEN = billed(
    "2468",
    "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "E0431",
    "Portable gaseous oxygen system, rental; includes portable container, regulator, flowmeter",
)
EXAMPLES: dict[str, Json] = {
    "order-sign, R4": of_library(DIET, drug("MedicationRequest", "subject", doseQuantity=DOSE)),
    "order-sign, STU3": of_library(
        DIET, drug("MedicationRequest", "subject", doseAndRate={"doseQuantity": {"val": 1, **DOSE}})
    ),
    "order-sign, DSTU2": of_library(DIET, drug("MedicationOrder", "patient", doseQuantity=DOSE)),
    "CRD, two orders": of_crd(
        MAMMOGRAPHY,
        OXYGEN,
        fhirServer="http://example.org/some-payer/fhir/crd",
        fhirAuthorization=ACCESS,
        prefetch={
            "patient": person("123"),
            "encounter": searchset({"resourceType": "Encounter", "id": "987", "status": "finished"}),
            "coverage": searchset({"resourceType": "Coverage", "id": "COV1", "status": "active"}),
            "servicerequest": searchset(MAMMOGRAPHY, {**OXYGEN, "performer": []}),
        },
        extension={"davinci-crd.configuration": {"cost": False, "max-cards": 5}},
    ),
    "CRD, a communication": of_crd(
        {
            "resourceType": "CommunicationRequest",
            "id": "example",
            "basedOn": [{"reference": "http://example.org/fhir/EligibilityRequest/xyz"}],
            "status": "draft",
            "subject": {"reference": "http://example.org/fhir/Patient/123"},
            "payload": [{"contentString": "Liver pathology biopsy report"}],
        }
    ),
}


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

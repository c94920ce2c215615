"""What serves the sandbox page: the page and its policy, the built-in FHIR server, search, record, orders."""

import pytest
import requests

from cds_service.core.data_file import data_root
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.operations.augmentation import find_augmentation_order
from cds_service.fhir.orders.recognition import read_drafts
from cds_service.fhir.orders.support.signed_support import find_draft_support_orders
from cds_service.samples import load_samples
from cds_service.samples.fhir_server import start_fhir_server
from cds_service.site.folder import Site, SiteFolder
from tests.chart_builders import Asked
from tests.live_service import TODAY, LiveService

CLIENT = {
    "issuer": "https://ehr.example.org",
    "jwks_url": "https://ehr.example.org/keys",
    "fhir_servers": ["https://ehr.example.org/r4"],
}


@pytest.fixture(scope="module")
def audit():
    return []


@pytest.fixture(scope="module")
def live(tmp_path_factory, audit):
    # a list appends as an audit log does
    service = LiveService(tmp_path_factory.mktemp("sandbox"), audit=audit)
    yield service
    service.close()


@pytest.fixture(scope="module")
def elsewhere():
    resources = (
        resource for sample in load_samples(TODAY) for resource in sample.resources
    )
    with start_fhir_server(resources) as server:
        yield server


def get(live, path: str) -> requests.Response:
    return requests.get(live.url + path, timeout=60)


def ask(live, what: str, **members: object) -> requests.Response:
    return requests.post(f"{live.url}/sandbox/{what}", json=members, timeout=60)


def built_in(live) -> str:
    return f"{live.url}/sandbox/fhir"


def test_an_operated_sample_patient_is_discharged(live):
    """What was signed is active, and the augmentation was done in this stay."""
    sample = next(one for one in load_samples(TODAY) if one.id == "p6-open-ended-brace")
    orders = [one["resource"] for one in sample.draft_orders["entry"]]
    call = ask(live, "discharge", patient=sample.id, orders=orders).json()
    (done,) = [
        one["resource"]
        for one in call["prefetch"]["procedures"]["entry"]
        if one["resource"]["id"].startswith("done-")
    ]
    assert done["status"] == "completed"
    assert done["performedDateTime"] == TODAY.isoformat()
    path = f"{live.url}/cds-services/kyphoplasty-discharge"
    reply = requests.post(path, json=call, timeout=60)
    (card,) = reply.json()["cards"]
    assert card["summary"].startswith("Leaving after kyphoplasty T12")
    assert "TLSO off by" in card["detail"]


@pytest.mark.parametrize(
    ("patient", "orders", "status"),
    [
        pytest.param("nobody", [], 404, id="no sample"),
        pytest.param("p2-low", "none", 400, id="no list"),
        pytest.param("p2-low", [{}], 400, id="no id"),
        pytest.param("p2-low", [3], 400, id="no order"),
        pytest.param("p2-low", 5, 400, id="a number"),
        pytest.param("p2-low", [{"id": "x", "resourceType": 7}], 400, id="no type"),
        pytest.param(
            "p2-low",
            [{"id": "x", "resourceType": "ServiceRequest", "code": 3}],
            400,
            id="no R4",
        ),
    ],
)
def test_a_discharge_of_nobody_is_refused(live, patient, orders, status):
    assert ask(live, "discharge", patient=patient, orders=orders).status_code == status


@pytest.mark.parametrize("what", ["patients", "record", "discharge"])
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" * 2000, id="deep lists"),
        pytest.param(b'{"a":' * 3000, id="deep objects"),
        pytest.param(b'{"server": "x", "server": "y"}', id="a key twice"),
        pytest.param(
            b'{"server": "http://127.0.0.1:1/fhir", "find": "\\ud800",'
            b' "patient": "\\ud800", "orders": []}',
            id="half a surrogate",
        ),
        pytest.param(b'{"server": NaN}', id="no number"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_body_that_is_no_plain_json_is_refused(live, what, body):
    url = f"{live.url}/sandbox/{what}"
    headers = {"Content-Type": "application/json"}
    reply = requests.post(url, data=body, headers=headers, timeout=60)
    assert reply.status_code == 400


def test_the_script_never_makes_markup_of_text(live):
    for name in ("sandbox.js", "sandbox.cards.js", "sandbox.parts.js"):
        script = get(live, f"/static/{name}").text
        for word in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "Function(",
        ):
            assert word not in script


def test_a_site_with_clients_has_no_sandbox(tmp_path):
    site = Site.model_validate({"site": {"name": "x"}, "clients": [CLIENT]})
    closed = Asked(site=SiteFolder(tmp_path, site, None, None)).client
    response = closed.get("/sandbox")
    assert (response.status_code, "open mode only" in response.text) == (404, True)
    assert 'href="/sandbox"' not in closed.get("/").text
    for path in ("/sandbox/fhir/Patient", "/sandbox/choices"):
        assert closed.get(path).status_code == 403
    for path in ("/sandbox/patients", "/sandbox/record"):
        assert (
            closed.post(
                path, json={"server": "http://127.0.0.1/fhir", "patient": "p1"}
            ).status_code
            == 403
        )


def test_nothing_of_it_is_for_other_origins(live):
    assert (
        "Access-Control-Allow-Origin"
        not in ask(live, "patients", server=built_in(live)).headers
    )


@pytest.mark.parametrize(
    "path", ["%E2%82%AC", "Patient/%E2%80%AE", "Patient/%C3%A9?name=%E2%82%AC", "%FF"]
)
def test_an_address_beyond_latin_letters_is_not_found_there(live, path):
    response = get(live, f"/sandbox/fhir/{path}")
    assert (response.status_code, response.json()["resourceType"]) == (
        404,
        "OperationOutcome",
    )


def test_patients_of_another_server_are_found_by_name(live, elsewhere):
    patients = ask(live, "patients", server=elsewhere.url, find="P3").json()["patients"]
    assert [(one["id"], one["title"]) for one in patients] == [
        ("p3-typical-western", "Sample P3")
    ]
    assert len(ask(live, "patients", server=elsewhere.url).json()["patients"]) == 15


@pytest.mark.parametrize(
    "server",
    ["https://hapi.fhir.org/baseR4", "http://10.0.0.1/fhir", "file:///etc", "x"],
)
def test_a_server_that_was_not_named_is_not_asked(live, server):
    assert ask(live, "patients", server=server, find="x").status_code == 403
    assert ask(live, "record", server=server, patient="p1").status_code == 403


def test_findings_and_gaps_are_said_in_words_and_a_look_is_not_audited(live, audit):
    record = ask(live, "record", server=built_in(live), patient="p1-thin-high").json()
    findings = {one["title"]: one for one in record["findings"]}
    assert findings["T-score"]["value"] == "−3.2"  # samples/README.md
    assert findings["BMI"]["value"] == "18.5 kg/m²"
    assert findings["diabetes"]["value"] == "yes"
    assert findings["T-score"]["source"].startswith("Observation/")
    assert {"title": "multifidus index", "reason": "asked for, not there"} in record[
        "gaps"
    ]
    assert record["record"]["unread"] == {}
    assert audit == []


def test_a_record_that_cannot_be_read_is_refused_as_the_service_would(live):
    assert (
        ask(live, "record", server="http://127.0.0.1:9/fhir", patient="p1").status_code
        == 412
    )
    assert (
        ask(live, "record", server=built_in(live), patient="no/id").status_code == 400
    )


def test_the_offered_codes_are_those_that_the_service_knows(live):
    choices = get(live, "/sandbox/choices").json()
    terminology = Terminology(data_root("mappings"))
    for name, procedure in (("kyphoplasty", "PKP"), ("vertebroplasty", "PVP")):
        for level in choices["levels"]:
            order = draft(
                code={"coding": [choices["procedures"][name][level["region"]]]}
            )
            order["bodySite"] = [{"coding": [level["coding"]]}]
            found = find_augmentation_order(
                read_drafts(
                    {"entry": [{"resource": order}]}, Person("p1"), terminology
                ),
                terminology,
            )
            assert found is not None
            assert (found.procedure, found.levels.names) == (
                procedure,
                (level["level"],),
            )
    brace = draft("DeviceRequest", codeCodeableConcept={"coding": [choices["brace"]]})
    bed_rest = draft(code={"coding": [choices["bedRest"]]})
    bundle = {"entry": [{"resource": brace}, {"resource": bed_rest}]}
    kinds = {
        one.kind
        for one in find_draft_support_orders(
            read_drafts(bundle, Person("p1"), terminology), terminology
        )
    }
    assert kinds == {"brace", "bed-rest"}


def draft(resource_type: str = "ServiceRequest", **members):
    return {
        "resourceType": resource_type,
        "id": "o1",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        **members,
    }


def test_it_answers_as_an_ehr_with_a_profile_would_get_it(live):
    sample = next(one for one in load_samples(TODAY) if one.id == "p1-thin-high")
    body = {
        "hook": "order-sign",
        "hookInstance": "3f0a2c1e-5b1d-4c8e-9d6b-0a1b2c3d4e5f",
        "fhirServer": built_in(live),
        "context": {
            "userId": "Practitioner/1",
            "patientId": sample.id,
            "draftOrders": sample.draft_orders,
        },
    }

    def answered(path):
        reply = requests.post(live.url + path, json=body, timeout=60)
        assert reply.status_code == 200, reply.text
        return reply.json()["cards"]

    epic = answered("/sandbox/as/epic")
    anyone = answered("/cds-services/kyphoplasty-order-sign")
    assert [card["summary"] for card in epic] == [card["summary"] for card in anyone]
    assert any(card.get("suggestions") for card in anyone)
    assert not any(card.get("suggestions") for card in epic), "nothing is mapped here"


def test_it_plays_an_ehr_that_has_a_profile_alone(live):
    assert "As Epic would take it" in get(live, "/sandbox?ehr=epic").text
    assert "would take it" not in get(live, "/sandbox").text
    assert ask(live, "as/no-such").status_code == 404


def test_a_profile_that_is_not_there_is_answered_with_those_that_are(live):
    page = get(live, "/sandbox?ehr=oracle")
    assert page.status_code == 404
    assert "No EHR here is called oracle" in page.text
    assert 'href="/sandbox?ehr=oracle-health"' in page.text
    assert "<b>" not in get(live, "/sandbox?ehr=<b>x").text


@pytest.mark.parametrize(
    ("ehr", "is_known"), [("epic", True), ("oracle-health", False), ("hapi", False)]
)
def test_of_an_ehr_whose_actions_nobody_knows_the_page_says_so(live, ehr, is_known):
    text = get(live, f"/sandbox?ehr={ehr}").text
    assert ("which orders it applies is not known" in text) is not is_known

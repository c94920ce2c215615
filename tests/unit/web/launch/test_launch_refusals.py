"""What does not open the worksheet: strangers, replays, mixed-up servers, answers that prove nothing."""

import pytest

from cds_service.errors import DataFileError
from tests.launch_desk import SITE, Clinician, LaunchDesk, said
from tests.stub_ehr import StubEhr
from tests.stub_issuer import rsa_key

OPEN_AGAIN = "Open it again from the patient's record"


def refused(response):
    assert response.status_code == 403, response.text
    assert OPEN_AGAIN in said(response)


@pytest.mark.parametrize(
    "iss",
    [
        pytest.param("https://evil.example.org/fhir", id="another-server"),
        pytest.param("http://127.0.0.1:1/fhir", id="another-port"),
        pytest.param("{base}/../fhir", id="dots"),
        pytest.param("{base}x", id="longer-path"),
        pytest.param("{base}?x=1", id="query"),
        pytest.param("//127.0.0.1/fhir", id="no-scheme"),
        pytest.param("javascript:alert(1)", id="script"),
        pytest.param("", id="none"),
    ],
)
def test_only_servers_of_the_site_launch(clinician, ehr, iss):
    refused(clinician.set_out(iss=iss.format(base=ehr.base) or " "))
    assert ehr.calls == []


def test_a_trailing_slash_is_the_same_server(clinician, ehr):
    response = clinician.set_out(iss=f"{ehr.base}/")
    assert response.status_code == 303


@pytest.mark.parametrize("launch", ["", "x" * 5000])
def test_a_launch_needs_its_handle(clinician, launch):
    refused(clinician.set_out(launch=launch))


def test_an_answer_is_taken_once(clinician, ehr):
    address = ehr.browse(clinician.set_out().headers["Location"])
    way = clinician.client.get_cookie("kyphoplasty-cds-launch-way", path="/worksheet")
    assert clinician.come_back(address).status_code == 200
    clinician.client.set_cookie(
        "kyphoplasty-cds-launch-way", way.decoded_value, path="/worksheet"
    )
    refused(clinician.come_back(address))


def test_an_answer_of_another_browser_is_not_taken(clinician, desk, ehr):
    address = ehr.browse(clinician.set_out().headers["Location"])
    victim = Clinician(desk)
    refused(victim.come_back(address))
    victim.set_out()
    refused(victim.come_back(address))


def test_an_answer_of_one_ehr_fits_no_launch_of_another(ehr, make_desk):
    with StubEhr() as other:
        desk = make_desk(
            f"""[[clients]]
issuer = "https://other.example.org"
jwks-url = "http://127.0.0.1:9/keys"
fhir-servers = ["{other.base}"]
[clients.worksheet]
client-id = "kyphoplasty-cds"
"""
        )
        clinician = Clinician(desk)
        address = ehr.browse(clinician.set_out().headers["Location"])
        cookie = "kyphoplasty-cds-launch-way"
        way = clinician.client.get_cookie(cookie, path="/worksheet").decoded_value
        mixed = way.replace(ehr.base, other.base)
        clinician.client.set_cookie(cookie, mixed, path="/worksheet")
        refused(clinician.come_back(address))
        assert other.calls == []


@pytest.mark.parametrize(
    ("grants", "claims", "why"),
    [
        pytest.param({"patient": None}, {}, "no-patient", id="no-patient"),
        pytest.param({"patient": "../x"}, {}, "no-patient", id="no-id"),
        pytest.param({"access_token": None}, {}, "no-token", id="no-token"),
        pytest.param({"access_token": "a b"}, {}, "no-token", id="token-of-words"),
        pytest.param({"token_type": "mac"}, {}, "no-token", id="no-bearer"),
        pytest.param({"id_token": None}, {}, "no-token", id="no-id-token"),
        pytest.param({"expires_in": 0}, {}, "token-expired", id="expired"),
        pytest.param({"expires_in": -5}, {}, "token-expired", id="expired-before"),
        pytest.param({"expires_in": "0"}, {}, "token-expired", id="expired-in-text"),
        pytest.param({}, {"nonce": "another"}, "nonce", id="nonce"),
        pytest.param({}, {"aud": "another"}, "audience", id="audience"),
        pytest.param({}, {"iss": "https://x.example"}, "issuer", id="issuer"),
        pytest.param({}, {"fhirUser": None}, "user", id="nobody"),
        pytest.param({}, {"fhirUser": "Patient/p1"}, "user", id="a-patient"),
        pytest.param({}, {"fhirUser": "Practitioner/.."}, "user", id="a-folder"),
        pytest.param({}, {"fhirUser": "Practitioner/."}, "user", id="this-folder"),
        pytest.param(
            {},
            {"fhirUser": "https://x.example/fhir/Practitioner/1"},
            "user",
            id="of-another-server",
        ),
    ],
)
def test_an_answer_that_proves_nothing_opens_nothing(
    clinician, desk, ehr, grants, claims, why
):
    ehr.grants, ehr.claims = grants, {**ehr.claims, **claims}
    refused(clinician.come_back(ehr.browse(clinician.set_out().headers["Location"])))
    entry = desk.newest("login")
    assert (entry.result, desk.content(entry)["why"]) == ("denied", why)


def test_a_token_signed_by_nobody_we_know_opens_nothing(clinician, desk, ehr):
    address = ehr.browse(clinician.set_out().headers["Location"])
    published = ehr.jwks()
    ehr.jwks = lambda: published
    ehr.keys = {"k1": rsa_key()}
    refused(clinician.come_back(address))
    assert desk.content(desk.newest("login"))["why"] == "signature"


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"code_challenge_methods_supported": ["plain"]}, id="no-pkce"),
        pytest.param({"code_challenge_methods_supported": None}, id="unsaid-pkce"),
        pytest.param({"token_endpoint": "https://evil.example.org/t"}, id="elsewhere"),
        pytest.param({"authorization_endpoint": "javascript:x"}, id="script"),
        pytest.param({"issuer": None}, id="no-issuer"),
        pytest.param({"jwks_uri": None}, id="no-keys"),
    ],
)
def test_a_server_that_is_not_safe_is_not_followed(clinician, ehr, document):
    ehr.document = document
    response = clinician.set_out()
    assert response.status_code == 503
    assert "cannot be reached now" in said(response)


def test_without_a_registration_there_is_no_launch(tmp_path, ehr):
    desk = LaunchDesk(tmp_path, ehr, template=SITE.partition("[clients.worksheet]")[0])
    assert Clinician(desk).set_out().status_code == 404
    desk.close()


def test_the_way_back_leads_to_no_other_site(clinician, ehr):
    address = ehr.browse(clinician.set_out().headers["Location"])
    landed = clinician.come_back(f"{address}&wanted=https://evil.example.org")
    assert "evil.example.org" not in landed.text


SECOND = """[[clients]]
issuer = "https://other.example.org"
jwks-url = "http://127.0.0.1:9/keys"
fhir-servers = ["{base}"]
[clients.worksheet]
client-id = "kyphoplasty-cds"
"""


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        pytest.param(SECOND, "two EHRs name one FHIR server", id="one-server-twice"),
        pytest.param(
            SECOND.replace("{base}", "http://ehr.internal/fhir"),
            "needs an https address",
            id="plain-http",
        ),
        pytest.param(
            'client-secret-file = "worksheet.secret"', "cannot be read", id="no-secret"
        ),
    ],
)
def test_a_registration_that_cannot_be_used_stops_the_start(
    make_desk, ehr, more, fault
):
    with pytest.raises(DataFileError, match=fault):
        make_desk(more.format(base=ehr.base))

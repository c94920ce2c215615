"""Which FHIR server may be called; which one a client may name of these is in the attack table (A26, B1)."""

import pytest

from cds_service.errors import NotAllowed
from cds_service.outgoing import Connections
from cds_service.protocol.messages import parse_request
from cds_service.site.folder import Site
from cds_service.web.fhir_access import allowed_fhir_server, open_reader
from tests.wire_builders import hook_request

TOKEN = {
    "access_token": "t",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "patient/*.read",
    "subject": "us",
}
LOOPBACK = "http://127.0.0.1:1/fhir"


def client(issuer: str, *servers: str) -> dict:
    return {
        "issuer": issuer,
        "jwks-url": "https://keys.example.org",
        "fhir-servers": servers,
    }


SITE = Site.model_validate(
    {
        "site": {"name": "X"},
        "clients": [
            client(
                "a", "https://ehr.example.org/fhir/r4", "https://ehr.example.org/test"
            ),
            client("b", "https://other.example.org/r4"),
        ],
    }
)
WHERE = {
    "open mode": (None, []),
    "open mode, one named": (None, ["https://r4.smarthealthit.org"]),
}
WHERE |= {"a site": (SITE, ["https://named.example.org"])}


@pytest.mark.parametrize(
    ("where", "url"),
    [
        ("open mode", "http://127.0.0.1:8200/fhir"),
        ("open mode", "http://localhost/fhir/"),
        ("open mode", "https://[::1]:8443/fhir"),
        ("open mode, one named", "https://r4.smarthealthit.org/"),
        ("a site", "https://ehr.example.org/fhir/r4/"),
        ("a site", "https://EHR.example.org:443/test"),
        ("a site", "https://other.example.org/r4"),
    ],
)
def test_a_server_of_this_machine_named_or_of_a_client_may_be_called(where, url):
    site, named = WHERE[where]
    assert allowed_fhir_server(url, site, named)


@pytest.mark.parametrize(
    ("where", "url"),
    [
        ("open mode", "https://ehr.example.org/fhir/r4"),
        ("open mode", "http://10.0.0.1/fhir"),
        ("open mode", "http://169.254.169.254/latest"),
        ("open mode", "http://127.1/fhir"),
        ("open mode", "http://2130706433/fhir"),
        ("open mode", "http://0x7f000001/fhir"),
        ("open mode", "http://0.0.0.0/fhir"),
        ("open mode", "http://localhost.evil.tld/fhir"),
        ("open mode", "http://localhost@evil.tld/fhir"),
        ("open mode", "http://127.0.0.1:8200/fhir?x="),
        ("open mode", "file:///etc/passwd"),
        ("open mode", ""),
        ("open mode", "fhir"),
        ("open mode, one named", "http://r4.smarthealthit.org"),
        ("open mode, one named", "https://r4.smarthealthit.org/x"),
        ("open mode, one named", "https://r4.smarthealthit.org.evil.tld"),
        ("a site", "http://127.0.0.1:8200/fhir"),
        ("a site", "https://named.example.org"),
        ("a site", "https://ehr.example.org"),
        ("a site", "https://ehr.example.org/fhir"),
        ("a site", "https://ehr.example.org/fhir/r4/../../admin"),
        ("a site", "https://ehr.example.org/fhir/r4/%2e%2e"),
        ("a site", "https://ehr.example.org/fhir/r4/tenant"),
        ("a site", "https://ehr.example.org/fhir/r4evil"),
        ("a site", "https://ehr.example.org.evil.tld/fhir/r4"),
        ("a site", "https://ehr.example.org@evil.tld/fhir/r4"),
        ("a site", "https://ehr.example.org./fhir/r4"),
        ("a site", "https://ehr.example.org:8443/fhir/r4"),
        ("a site", "http://ehr.example.org/fhir/r4"),
        ("a site", "https://ehr.example.org/fhir/r4\t"),
        ("a site", "https://ehr.example.org/fhir/r4#x"),
        ("a site", "https://ehr.example.org\\fhir/r4"),
    ],
)
def test_no_other_server_may_be_called(where, url):
    site, named = WHERE[where]
    with pytest.raises(NotAllowed) as caught:
        allowed_fhir_server(url, site, named)
    assert "example.org" not in str(caught.value)


@pytest.mark.parametrize(
    ("members", "client_id", "sent"),
    [
        ({}, None, None),
        ({"fhirServer": LOOPBACK}, None, "no token"),
        ({"fhirServer": LOOPBACK, "fhirAuthorization": TOKEN}, None, "Bearer t"),
        ({"fhirServer": LOOPBACK, "fhirAuthorization": TOKEN}, "us", "Bearer t"),
        (
            {"fhirServer": LOOPBACK, "fhirAuthorization": {**TOKEN, "subject": None}},
            "us",
            "Bearer t",
        ),
        ({"fhirServer": LOOPBACK, "fhirAuthorization": TOKEN}, "somebody else", None),
        (
            {"fhirServer": LOOPBACK, "fhirAuthorization": {**TOKEN, "expires_in": 0}},
            None,
            None,
        ),
    ],
)
def test_a_server_is_read_with_a_token_that_is_ours_and_good_or_without_one(
    members, client_id, sent
):
    reader = open_reader(
        parse_request(hook_request(**members), "order-sign"), Connections(), client_id
    )
    found = reader and reader._session.headers.get("Authorization", "no token")
    assert found == sent

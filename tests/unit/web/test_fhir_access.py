"""Which FHIR server may be called; which one a client may name of these is in the attack table (A26, B1)."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Where:
    """A service, and the servers that its operator names on the command line."""

    name: str
    site: Site | None = None
    named: tuple[str, ...] = ()


OPEN_MODE = Where("open mode")
ONE_NAMED = Where("open mode, one named", named=("https://r4.smarthealthit.org",))
A_SITE = Where("a site", SITE, named=("https://named.example.org",))


def calls(where, *urls):
    return [pytest.param(where, url, id=f"{where.name}-{url}") for url in urls]


@pytest.mark.parametrize(
    ("where", "url"),
    [
        *calls(
            OPEN_MODE,
            "http://127.0.0.1:8200/fhir",
            "http://localhost/fhir/",
            "https://[::1]:8443/fhir",
        ),
        *calls(ONE_NAMED, "https://r4.smarthealthit.org/"),
        *calls(
            A_SITE,
            "https://ehr.example.org/fhir/r4/",
            "https://EHR.example.org:443/test",
            "https://other.example.org/r4",
        ),
    ],
)
def test_a_server_of_this_machine_named_or_of_a_client_may_be_called(where, url):
    assert allowed_fhir_server(url, where.site, where.named)


@pytest.mark.parametrize(
    ("where", "url"),
    [
        *calls(
            OPEN_MODE,
            "https://ehr.example.org/fhir/r4",
            "http://10.0.0.1/fhir",
            "http://169.254.169.254/latest",
            "http://127.1/fhir",
            "http://2130706433/fhir",
            "http://0x7f000001/fhir",
            "http://0.0.0.0/fhir",
            "http://localhost.evil.tld/fhir",
            "http://localhost@evil.tld/fhir",
            "http://127.0.0.1:8200/fhir?x=",
            "file:///etc/passwd",
            "",
            "fhir",
        ),
        *calls(
            ONE_NAMED,
            "http://r4.smarthealthit.org",
            "https://r4.smarthealthit.org/x",
            "https://r4.smarthealthit.org.evil.tld",
        ),
        *calls(
            A_SITE,
            "http://127.0.0.1:8200/fhir",
            "https://named.example.org",
            "https://ehr.example.org",
            "https://ehr.example.org/fhir",
            "https://ehr.example.org/fhir/r4/../../admin",
            "https://ehr.example.org/fhir/r4/%2e%2e",
            "https://ehr.example.org/fhir/r4/tenant",
            "https://ehr.example.org/fhir/r4evil",
            "https://ehr.example.org.evil.tld/fhir/r4",
            "https://ehr.example.org@evil.tld/fhir/r4",
            "https://ehr.example.org./fhir/r4",
            "https://ehr.example.org:8443/fhir/r4",
            "http://ehr.example.org/fhir/r4",
            "https://ehr.example.org/fhir/r4\t",
            "https://ehr.example.org/fhir/r4#x",
            "https://ehr.example.org\\fhir/r4",
        ),
    ],
)
def test_no_other_server_may_be_called(where, url):
    with pytest.raises(NotAllowed) as caught:
        allowed_fhir_server(url, where.site, where.named)
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

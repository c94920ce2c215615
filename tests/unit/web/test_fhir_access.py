"""Which FHIR server a caller may name."""

import pytest

from cds_service.errors import NotAllowed
from cds_service.outgoing import Connections
from cds_service.protocol.messages import parse_request
from cds_service.site.clients import Client
from cds_service.site.folder import Site
from cds_service.web.fhir_access import allowed_fhir_server, check_right_to_server, open_reader
from tests.tables import cases
from tests.wire_builders import hook_request

TOKEN = {"access_token": "t", "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read", "subject": "us"}


def client(issuer: str, *servers: str, seconds: float | None = None) -> dict:
    found = {"issuer": issuer, "jwks-url": "https://keys.example.org", "fhir-servers": servers}
    return found if seconds is None else {**found, "deadline-seconds": seconds}


SITE = Site.model_validate(
    {
        "site": {"name": "X"},
        "clients": [
            client("a", "https://ehr.example.org/fhir/r4", "https://ehr.example.org/test", seconds=2.0),
            client("b", "https://other.example.org/r4", seconds=1.0),
        ],
    }
)


def request(**members):
    return parse_request(hook_request(**members), "order-sign")


@pytest.mark.parametrize("url", ["http://127.0.0.1:8200/fhir", "http://localhost/fhir/", "https://[::1]:8443/fhir"])
def test_open_mode_may_call_the_machine_itself(url):
    assert allowed_fhir_server(url, None).is_loopback


@pytest.mark.parametrize("url", cases(__file__, "open_mode_may_call_nothing_else"))
def test_open_mode_may_call_nothing_else(url):
    with pytest.raises(NotAllowed):
        allowed_fhir_server(url, None)


def test_open_mode_may_call_a_server_that_was_named():
    named = ["https://r4.smarthealthit.org"]
    assert allowed_fhir_server("https://r4.smarthealthit.org/", None, named)
    for url in (
        "http://r4.smarthealthit.org",
        "https://r4.smarthealthit.org/x",
        "https://r4.smarthealthit.org.evil.tld",
    ):
        with pytest.raises(NotAllowed):
            allowed_fhir_server(url, None, named)


@pytest.mark.parametrize(
    "url", ["https://ehr.example.org/fhir/r4/", "https://EHR.example.org:443/test", "https://other.example.org/r4"]
)
def test_a_site_may_call_the_servers_of_its_clients(url):
    assert allowed_fhir_server(url, SITE)


@pytest.mark.parametrize("url", cases(__file__, "a_site_may_call_no_other"))
def test_a_site_may_call_no_other(url):
    with pytest.raises(NotAllowed) as caught:
        allowed_fhir_server(url, SITE, ["https://named.example.org"])
    assert "example.org" not in str(caught.value)


def test_a_server_is_read_with_its_token_and_without_one():
    connections = Connections()
    with_token = open_reader(request(fhirServer="http://127.0.0.1:1/fhir", fhirAuthorization=TOKEN), connections)
    without = open_reader(request(fhirServer="http://127.0.0.1:1/fhir"), connections)
    assert with_token._session.headers["Authorization"] == "Bearer t"
    assert "Authorization" not in without._session.headers


@pytest.mark.parametrize("subject", ["us", None])
def test_a_token_for_us_is_used(subject):
    asked = request(fhirServer="http://127.0.0.1:1/fhir", fhirAuthorization={**TOKEN, "subject": subject})
    assert open_reader(asked, Connections(), "us") is not None


def test_a_token_for_another_client_gives_no_reader():
    asked = request(fhirServer="http://127.0.0.1:1/fhir", fhirAuthorization=TOKEN)
    assert open_reader(asked, Connections(), "somebody else") is None


FIRST, SECOND = SITE.clients


@pytest.mark.parametrize("server", ["https://ehr.example.org/test/", None])
def test_a_client_may_name_its_own_servers_or_none(server):
    check_right_to_server(request(fhirServer=server), FIRST, None)


@pytest.mark.parametrize("server", ["https://ehr.example.org/test", "http://127.0.0.1/r4", "https://other.example.org"])
def test_a_client_may_not_name_the_servers_of_another(server):
    with pytest.raises(NotAllowed) as caught:
        check_right_to_server(request(fhirServer=server), SECOND, None)
    assert caught.value.reason == "fhir.host_denied"


def test_a_tenant_may_not_name_the_server_of_another_tenant():
    north, south = "https://e.org/north", "https://e.org/south"
    shared = Client.model_validate(
        {
            **client("a", north, south),
            "tenants": ["north", "south"],
            "tenant-fhir-servers": {"north": [north]},
        }
    )
    check_right_to_server(request(fhirServer=north), shared, "north")
    check_right_to_server(request(fhirServer=south), shared, "south")
    with pytest.raises(NotAllowed) as caught:
        check_right_to_server(request(fhirServer=south), shared, "north")
    assert caught.value.reason == "tenant.mismatch"


def test_no_server_or_an_expired_token_gives_no_reader():
    expired = {**TOKEN, "expires_in": 0}
    assert open_reader(request(), Connections()) is None
    assert open_reader(request(fhirServer="http://127.0.0.1:1/fhir", fhirAuthorization=expired), Connections()) is None

"""Checks which FHIR server a request may name, before any DNS lookup, and makes its reader with the request's token."""

from __future__ import annotations

from collections.abc import Sequence

from cds_service.errors import NotAllowed
from cds_service.fhir.gathering.record import FhirReader
from cds_service.fhir.server.client import FhirClient
from cds_service.outgoing import Connections
from cds_service.outgoing.address import Address, parse_base
from cds_service.protocol.messages import HookRequest
from cds_service.site.clients import Client
from cds_service.site.folder import Site

REFUSED = "This service may not call the fhirServer that the request names."


def allowed_fhir_server(url: str, site: Site | None, named: Sequence[str] = ()) -> Address:
    """The URL of a FHIR server that may be called without a client's token: open mode, `explain`, the sandbox.

    In open mode (no site folder, or one without clients), these are servers on this machine and those named at start;
    otherwise exactly the base URLs of the site's clients.

    Raises:
        NotAllowed: any other server, or not a plain base URL.
    """
    address = _address(url)
    is_open = site is None or not site.clients
    allowed = _bases(named) if site is None or is_open else site.fhir_servers
    if address in allowed or (is_open and address.is_loopback):
        return address
    raise NotAllowed(REFUSED, reason="fhir.host_denied")


def check_fhir_server(request: HookRequest, site: Site | None, named: Sequence[str]) -> None:
    """Refuse a request that names a FHIR server which may not be called.

    Raises:
        NotAllowed: it does.
    """
    if request.fhir_server is not None:
        allowed_fhir_server(request.fhir_server, site, named)


def check_right_to_server(request: HookRequest, client: Client, tenant: str | None) -> None:
    """Refuse a request that names a FHIR server which this client, or this tenant of it, may not name.

    Raises:
        NotAllowed: it does.
    """
    if request.fhir_server is None:
        return
    address = _address(request.fhir_server)
    if address not in _bases(client.fhir_servers):
        raise NotAllowed(REFUSED, reason="fhir.host_denied")
    if address not in _bases(client.servers_of(tenant)):
        raise NotAllowed(REFUSED, reason="tenant.mismatch")


def aliases_of(request: HookRequest, client: Client | None) -> tuple[str, ...]:
    """Other base URLs that the request's FHIR server uses in its references, according to the site."""
    if client is None or request.fhir_server is None:
        return ()
    return client.aliases_of(_address(request.fhir_server).url)


def open_reader(request: HookRequest, connections: Connections, client_id: str | None = None) -> FhirReader | None:
    """Make a reader for the request's FHIR server, which the caller must be allowed to name.

    None if the request names no server, if it says that its token has expired, or if the token was issued to another
    client.

    Args:
        request: the hook call.
        connections: shared by the process.
        client_id: our client id at this EHR's authorization server; None if the site does not say.
    """
    token = request.fhir_authorization
    if request.fhir_server is None or (token is not None and (token.has_expired or not token.is_for(client_id))):
        return None
    secret = token.access_token.get_secret_value() if token is not None else None
    return FhirClient(request.fhir_server, secret, connections=connections)


def _address(url: str) -> Address:
    try:
        return parse_base(url)
    except ValueError:
        raise NotAllowed(REFUSED, reason="fhir.host_denied") from None


def _bases(urls: Sequence[str]) -> tuple[Address, ...]:
    return tuple(parse_base(one) for one in urls)

"""Which FHIR server a caller may name, and a reader of it; checked on every call, before any look-up."""

from __future__ import annotations

from collections.abc import Sequence

from cds_service.errors import NotAllowed
from cds_service.fhir.address import Address, parse_base
from cds_service.fhir.gathering.record import FhirReader
from cds_service.fhir.server.client import Connections, FhirClient
from cds_service.protocol import HookRequest
from cds_service.site import Site

REFUSED = "This service may not call the fhirServer that the request names."


def allowed_fhir_server(url: str, site: Site | None, named: Sequence[str] = ()) -> Address:
    """The address of a FHIR server that may be called.

    In open mode (no site folder, or one that names no clients): the machine itself, and the servers named at start.
    Else exactly the bases of the site's clients.

    Raises:
        NotAllowed: any other, and whatever is no plain base address.
    """
    try:
        address = parse_base(url)
    except ValueError:
        raise NotAllowed(REFUSED) from None
    is_open = site is None or not site.clients
    allowed = tuple(parse_base(one) for one in named) if site is None or is_open else site.fhir_servers
    if address in allowed or (is_open and address.is_loopback):
        return address
    raise NotAllowed(REFUSED)


def check_fhir_server(request: HookRequest, site: Site | None, named: Sequence[str]) -> None:
    """Refuse a request that names a FHIR server which may not be called.

    Raises:
        NotAllowed: it does.
    """
    if request.fhir_server is not None:
        allowed_fhir_server(request.fhir_server, site, named)


def open_reader(request: HookRequest, connections: Connections) -> FhirReader | None:
    """A reader of the request's FHIR server, which must have passed `check_fhir_server`.

    None when the request names none, or says itself that its token has expired.
    """
    token = request.fhir_authorization
    if request.fhir_server is None or (token is not None and token.has_expired):
        return None
    secret = token.access_token.get_secret_value() if token is not None else None
    return FhirClient(request.fhir_server, secret, connections=connections)


def deadline_seconds(request: HookRequest, site: Site | None, default: float) -> float:
    """Seconds for this answer: the window of the EHR whose server is named, else the narrowest of all, else ours."""
    if site is None:
        return default
    named = parse_base(request.fhir_server).url if request.fhir_server is not None else None
    windows = [
        client.deadline_seconds
        for client in site.clients
        if client.deadline_seconds is not None and (named is None or named in client.fhir_servers)
    ]
    return min([default, *windows])

"""Check the FHIR server that a request names, and make its reader.

The check comes before any DNS lookup. The reader has the request's token.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cds_service.errors import FhirReadError, NotAllowed, TooBusy
from cds_service.fhir.gathering.fhir_reader import Fetched, FhirReader, RefusingReader
from cds_service.fhir.server.client import FhirClient
from cds_service.outgoing import Connections
from cds_service.outgoing.address import Address, parse_base
from cds_service.places import CallPlace
from cds_service.protocol.messages import HookRequest
from cds_service.site.clients import Client
from cds_service.site.folder import Site

REFUSED = (
    "This service may not call the fhirServer that the request names, and part of the"
    " record was not sent."
)
# What the reader of a refusal may do about it: in open mode, by the client's list, by
# the tenant's list.
OPEN = "Start it with serve --fhir-server URL, or send the whole prefetch."
LISTED = (
    "List the server in fhir-servers of this client ([[clients]] in site.toml), or send"
    " the whole prefetch."
)
OF_TENANT = (
    "List the server in tenant-fhir-servers of this client ([[clients]] in site.toml)"
    " for the token's tenant."
)
NO_PLACE = "too many calls of this EHR wait for its FHIR server"


@dataclass(frozen=True, slots=True)
class ClosedServer(RefusingReader):
    """A FHIR server that the caller may not name.

    It is never called; each read fails with the reason.
    """

    refusal: NotAllowed

    def is_refusing(self) -> bool:
        return True

    def fetch(self, query: str, *, until: float) -> Fetched:  # noqa: ARG002
        raise FhirReadError(self.refusal.reason, str(self.refusal))

    def follow(self, page: Any, *, until: float) -> Fetched:  # noqa: ARG002
        return Fetched(
            (page,), "the next page is on a server that this service may not call"
        )


class PlacedReader(RefusingReader):
    """Reads for one call, which takes one of its EHR's places at the first read."""

    def __init__(self, reader: FhirReader, place: CallPlace) -> None:
        self._reader, self._place = reader, place

    def is_refusing(self) -> bool:
        return not self._has_place()

    def fetch(self, query: str, *, until: float) -> Fetched:
        """Read as the reader does.

        Raises:
            FhirReadError: it does, or this EHR has no place left.
        """
        if not self._has_place():
            raise FhirReadError("no-place", NO_PLACE)
        return self._reader.fetch(query, until=until)

    def follow(self, page: Any, *, until: float) -> Fetched:
        """Read the later pages of a search as the reader does."""
        if not self._has_place():
            return Fetched((page,), f"the next page was not read: {NO_PLACE}")
        return self._reader.follow(page, until=until)

    def _has_place(self) -> bool:
        try:
            self._place.take()
        except TooBusy:
            return False
        return True


def allowed_fhir_server(
    url: str, site: Site | None, named: Sequence[str] = ()
) -> Address:
    """Return the base URL of a FHIR server if calls without a caller may use it.

    Open mode, `explain` and the sandbox make such calls. In open mode (no site folder,
    or one without clients) they may use servers on this machine and those named at
    start; otherwise exactly the base URLs of the site's clients.

    Raises:
        NotAllowed: it is another server, or no plain base URL.
    """
    if site is not None and site.clients:
        address = _address(url, LISTED)
        if address in site.fhir_servers:
            return address
        raise _denied(LISTED)
    address = _address(url, OPEN)
    if address in _bases(named) or address.is_loopback:
        return address
    raise _denied(OPEN)


def check_fhir_server(
    request: HookRequest, site: Site | None, named: Sequence[str]
) -> None:
    """Refuse a request that names a FHIR server which may not be called.

    Raises:
        NotAllowed: it does.
    """
    if request.fhir_server is not None:
        allowed_fhir_server(request.fhir_server, site, named)


def check_right_to_server(
    request: HookRequest, client: Client, tenant: str | None
) -> None:
    """Refuse a request for a FHIR server that this client or tenant may not name.

    Raises:
        NotAllowed: it does.
    """
    if request.fhir_server is None:
        return
    address = _address(request.fhir_server, LISTED)
    if address not in _bases(client.fhir_servers):
        raise _denied(LISTED)
    of_tenant = client.tenant_fhir_servers.get(tenant or "", client.fhir_servers)
    if address not in _bases(of_tenant):
        raise _denied(OF_TENANT, "tenant.mismatch")


def aliases_of(request: HookRequest, client: Client | None) -> tuple[str, ...]:
    """Return the other base URLs that the site lists for the request's server.

    The server uses them in its references. A call that names no server counts as one
    from the server that the site lists for its EHR, if it lists a single one.
    """
    if client is None:
        return ()
    if request.fhir_server is not None:
        return client.fhir_aliases.get(_address(request.fhir_server, LISTED).url, ())
    if len(client.fhir_servers) != 1:
        return ()
    (server,) = client.fhir_servers
    return (server, *client.fhir_aliases.get(server, ()))


def open_reader(
    request: HookRequest, connections: Connections, client_id: str | None = None
) -> FhirReader | None:
    """Make a reader for the request's FHIR server, which the caller may name.

    There is none if the request names no server, if it says that its token has expired,
    or if the token was issued to another client.

    Args:
        client_id: our client id at this EHR's authorization server; None if the site
            does not say.
    """
    token = request.fhir_authorization
    if request.fhir_server is None:
        return None
    if token is not None and (token.has_expired or not token.is_for(client_id)):
        return None
    secret = token.access_token.get_secret_value() if token is not None else None
    patient = request.context.patient_id
    return FhirClient(
        request.fhir_server, secret, patient=patient, connections=connections
    )


def _address(url: str, cure: str) -> Address:
    try:
        return parse_base(url)
    except ValueError:
        raise _denied(cure) from None


def _denied(cure: str, reason: str = "fhir.host_denied") -> NotAllowed:
    return NotAllowed(f"{REFUSED} {cure}", reason=reason)


def _bases(urls: Sequence[str]) -> tuple[Address, ...]:
    return tuple(parse_base(url) for url in urls)

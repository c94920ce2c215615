"""Reading a FHIR server over HTTP: one address, one token, one deadline, and nothing that leaves the server's own base.

Every answer is judged before it counts; what fails raises `FhirReadError` with words for people. No retries but one:
some servers refuse `_sort`.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin

import requests
import urllib3
from requests.adapters import HTTPAdapter

from cds_service.errors import FhirReadError
from cds_service.fhir.address import Address, parse_address, parse_base
from cds_service.fhir.prefetch import has_entries, is_error_outcome, next_page
from cds_service.fhir.record import Fetched
from cds_service.json_text import JsonTextError, decode_record_json

MAX_BYTES = 8 * 1024 * 1024  # of one answer, decoded
MAX_PAGES = 20
MAX_RESOURCES = 2000
MAX_REDIRECTS = 3
SORT = re.compile(r"(?<=[?&])_sort=[^&]*&?")
RESOURCE_TYPE = re.compile(r"[A-Z][A-Za-z]+")
HEADERS = {"Accept": "application/fhir+json, application/json;q=0.9", "Accept-Encoding": "gzip"}


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    content_type: str
    location: str
    body: bytes


class Connections(HTTPAdapter):
    """Open connections that all requests of a process share; they carry nothing of any request."""

    def __init__(self) -> None:
        super().__init__(pool_connections=16, pool_maxsize=32, max_retries=0)


class FhirClient:
    """One FHIR server on behalf of one request.

    The token goes to the base's own origin alone, and never over plain http but to the machine itself.
    """

    def __init__(self, base: str, token: str | None = None, *, connections: Connections | None = None) -> None:
        """A client of the server at this base.

        Args:
            base: the server's base address, already allowed for this caller.
            token: bearer token of this request; None for a server that asks for none.
            connections: shared between requests; its own when None.

        Raises:
            FhirReadError: the base is not an address.
        """
        try:
            self._base = parse_base(base)
        except ValueError:
            raise FhirReadError("address", "the server's address is not valid") from None
        self._session = _open_session(connections or Connections())
        self._headers = dict(HEADERS)
        if token is not None and (self._base.scheme == "https" or self._base.is_loopback):
            self._headers["Authorization"] = f"Bearer {token}"

    def fetch(self, query: str, *, until: float) -> Fetched:
        """What the server answers to `Type/id` or `Type?parameters`, with all further pages of a search.

        Args:
            query: relative to the base, tokens already put in and percent-encoded.
            until: monotonic time at which this read must have ended.

        Raises:
            FhirReadError: the first answer cannot be used. A page that fails later leaves `Fetched.note`.
        """
        url = f"{self._base.url}/{query}"
        try:
            first = self._document(url, until)
        except _SortRefused:
            url = SORT.sub("", url).rstrip("&?")
            first = self._document(url, until)
        return self._with_pages(first, url, until)

    def follow(self, page: Any, *, until: float) -> Fetched:
        """All pages after this first page of a search, which came with the request.

        Raises:
            FhirReadError: never; what could not be read is in `Fetched.note`.
        """
        return self._with_pages(page, self._base.url + "/", until)

    def _with_pages(self, first: Any, url: str, until: float) -> Fetched:
        documents, seen, here = [first], {url}, url
        while (link := next_page(documents[-1])) is not None:
            if not has_entries(documents[-1]):
                break
            if len(documents) >= MAX_PAGES or _count_entries(documents) >= MAX_RESOURCES:
                return Fetched(tuple(documents), f"the list was cut after {len(documents)} pages")
            address = self._page_address(link, here)
            if address is None or address in seen:
                return Fetched(tuple(documents), "the address of the next page cannot be used")
            seen.add(address)
            try:
                documents.append(self._page(address, until))
            except FhirReadError as error:
                return Fetched(tuple(documents), f"page {len(documents) + 1}: {error}")
            here = address
        return Fetched(tuple(documents))

    def _page(self, url: str, until: float) -> Any:
        document = self._document(url, until)
        if document["resourceType"] != "Bundle":
            raise FhirReadError("not-a-page", "the server sent no list")
        return document

    def _page_address(self, link: str, here: str) -> str | None:
        """Where to ask for a page: the link itself when it lies on the base, else its path and query on the base."""
        try:
            address = parse_address(urljoin(here, link))
        except ValueError:
            return None
        if address.is_under(self._base):
            return address.url
        on_base = self._onto_base(address)
        return on_base.url if on_base.query else None

    def _onto_base(self, address: Address) -> Address:
        """A foreign link asked on our base: servers behind a gateway write their inner address."""
        base = self._base.segments
        if address.segments[: len(base)] == base:
            rest = address.segments[len(base) :]
        else:
            rest = tuple(part for part in address.segments[-1:] if RESOURCE_TYPE.fullmatch(part))
        return replace(self._base, segments=base + rest, query=address.query)

    def _document(self, url: str, until: float) -> Any:
        """The resource at this address.

        Raises:
            FhirReadError: no answer in time, a refusal, not FHIR JSON, or an OperationOutcome that says error.
        """
        reply = self._reply(url, until)
        if reply.status in {400, 500} and SORT.search(url):
            raise _SortRefused("sort", f"the server refused ({reply.status})")
        if reply.status != requests.codes.ok:
            raise FhirReadError(f"http-{reply.status}", f"the server refused ({reply.status})")
        document = _decoded(reply)
        if document["resourceType"] == "OperationOutcome" and is_error_outcome(document):
            raise FhirReadError("outcome", "the server answered with an error")
        return document

    def _reply(self, url: str, until: float) -> _Reply:
        for _ in range(MAX_REDIRECTS + 1):
            reply = self._get(url, until)
            if reply.status not in {301, 302, 303, 307, 308}:
                return reply
            url = self._redirect_target(url, reply.location)
        raise FhirReadError("redirect", "the server redirects in a circle")

    def _redirect_target(self, url: str, location: str) -> str:
        try:
            target = parse_address(urljoin(url, location))
        except ValueError:
            target = None
        if target is None or not target.is_under(self._base):
            raise FhirReadError("redirect", "the server redirects to another place")
        return target.url

    def _get(self, url: str, until: float) -> _Reply:
        try:
            timeout = (_left(until) / 2 + 0.05, _left(until))
            with self._session.get(
                url, headers=self._headers, timeout=timeout, allow_redirects=False, stream=True
            ) as response:
                return _Reply(
                    response.status_code,
                    response.headers.get("Content-Type", "").lower(),
                    response.headers.get("Location", ""),
                    _body_of(response.raw, until),
                )
        except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError):
            raise _late() from None
        except requests.exceptions.SSLError:
            raise FhirReadError("tls", "the server's certificate or encryption was refused") from None
        except (requests.exceptions.ChunkedEncodingError, urllib3.exceptions.HTTPError):
            raise FhirReadError("truncated", "the server's answer broke off") from None
        except requests.exceptions.RequestException:
            raise FhirReadError("unreachable", "the server cannot be reached") from None
        except OSError:  # a socket that fails while it is read comes through unwrapped
            raise FhirReadError("unreachable", "the connection to the server failed") from None


class _SortRefused(FhirReadError):
    """The server refused a query that asks for an order; it may answer without."""


class _Session(requests.Session):
    """A session to which no answer is a redirect: `FhirClient` follows those that it may by itself."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 - the library's name
        """None: requests would parse and prepare any address, even when told not to follow."""
        return None


def _open_session(connections: Connections) -> requests.Session:
    session = _Session()
    session.trust_env = False  # no proxy, no netrc: the token goes where the request says
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("http://", connections)
    session.mount("https://", connections)
    return session


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise _late()
    return left


def _late() -> FhirReadError:
    return FhirReadError("timeout", "not read in time")


def _body_of(raw: urllib3.HTTPResponse, until: float) -> bytes:
    """The decoded body, piece by piece as it comes, so that a server that trickles cannot outlive the deadline."""
    pieces: list[bytes] = []
    size = 0
    while piece := raw.read1(65536, decode_content=True):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_BYTES:
            raise FhirReadError("too-large", "the server's answer is too large")
        _left(until)
    return b"".join(pieces)


def _decoded(reply: _Reply) -> dict[str, Any]:
    if not reply.body.strip():
        raise FhirReadError("empty", "the server's answer is empty")
    if "html" in reply.content_type or "xml" in reply.content_type:
        raise FhirReadError("content-type", "the server sent no FHIR JSON")
    try:
        document = decode_record_json(reply.body)
    except JsonTextError:
        raise FhirReadError("not-json", "the server sent no JSON that can be read") from None
    if not isinstance(document, dict) or not isinstance(document.get("resourceType"), str):
        raise FhirReadError("not-fhir", "the server sent no FHIR resource")
    return document


def _count_entries(documents: list[Any]) -> int:
    return sum(len(document["entry"]) for document in documents if has_entries(document))

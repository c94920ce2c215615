"""The issuer over HTTP: its discovery document, its keys, and the exchange of a code for an ID token.

What the document names is called only where it lies on the issuer's own origin or on one that the site names, and
browsers are sent there alone. A slow issuer costs two threads at most, so that the service itself goes on.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

from cds_service.deadline import Deadline
from cds_service.errors import CallFailed
from cds_service.json_text import JsonTextError, decode_json
from cds_service.openid.id_token import Jwk
from cds_service.openid.refusal import IssuerUnavailable, LoginRefused
from cds_service.outgoing import Connections
from cds_service.outgoing.address import parse_address
from cds_service.published import Monotonic, NotPublished, Published, Thing
from cds_service.site.review import ReviewLogin

WELL_KNOWN = "/.well-known/openid-configuration"
FETCH_SECONDS = 5.0  # for the document, and for the keys
MOST_AT_ONCE = 2
TURN_SECONDS = 1.0
BASIC, POST = "client_secret_basic", "client_secret_post"
REFUSALS: Mapping[int, str] = {400: "code", 401: "client", 403: "code"}  # of the token endpoint


@dataclass(frozen=True, slots=True)
class Provider:
    """What the discovery document says (OpenID Connect Discovery 1.0, section 3).

    Attributes:
        names_itself: whether its answers carry `iss` (RFC 9207).
    """

    authorization: str
    token: str
    keys: str
    authentication: str
    names_itself: bool


class Issuer:
    """One issuer, as this process knows it."""

    def __init__(
        self,
        login: ReviewLogin,
        secret: str | None,
        connections: Connections,
        clock: Monotonic = time.monotonic,
    ) -> None:
        """Nothing is asked yet.

        Args:
            login: of the site.
            secret: of the client; None for a public one.
            connections: whose addresses are checked.
            clock: monotonic seconds.
        """
        self._login = login
        self._secret = secret
        self._session = connections.session()
        self._origins = {parse_address(url).origin for url in (login.issuer, *login.servers)}
        self._provider = Published(self._fetch_provider, monotonic=clock)
        self._keys = Published(self._fetch_keys, monotonic=clock)
        self._turns = threading.BoundedSemaphore(MOST_AT_ONCE)

    def authorization_address(self, query: Mapping[str, str], deadline: Deadline) -> str:
        """Where the browser goes to log in.

        Raises:
            IssuerUnavailable: it cannot be told.
        """
        scope = " ".join(dict.fromkeys(("openid", *self._login.scopes)))
        asked = {"response_type": "code", "client_id": self._login.client_id, "scope": scope, **query}
        url = self._found(deadline).authorization
        return f"{url}{'&' if '?' in url else '?'}{urlencode(asked)}"

    def check_sender(self, named: str | None, deadline: Deadline) -> None:
        """Refuse an answer that another issuer sent (RFC 9207).

        Raises:
            LoginRefused: it is named wrongly, or not named although it always does.
            IssuerUnavailable: it cannot be told.
        """
        if named is None and not self._found(deadline).names_itself:
            return
        if named != self._login.issuer:
            raise LoginRefused("sender")

    def redeem(self, code: str, verifier: str, redirect: str, deadline: Deadline) -> str:
        """The ID token for a code (OpenID Connect Core 1.0, section 3.1.3).

        Raises:
            LoginRefused: the issuer refuses the code.
            IssuerUnavailable: it does not answer.
        """
        provider = self._found(deadline)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": verifier,
        }
        headers = {}
        if self._secret is None:
            form["client_id"] = self._login.client_id
        elif provider.authentication == POST:
            form |= {"client_id": self._login.client_id, "client_secret": self._secret}
        else:  # RFC 6749, section 2.3.1: both are form-encoded first
            pair = f"{quote_plus(self._login.client_id)}:{quote_plus(self._secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        answer = self._ask(provider.token, deadline, headers, form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise LoginRefused("no-token")
        return token

    def keys(self, deadline: Deadline, *, anew: bool = False) -> Sequence[Jwk]:
        """Its keys as JWKs (RFC 7517).

        Args:
            deadline: of the exchange.
            anew: ask again where what is known is not brand-new, since a token names a key that is not among them.

        Raises:
            IssuerUnavailable: it does not answer.
        """
        return self._known(self._keys, deadline, anew=anew)

    def _found(self, deadline: Deadline) -> Provider:
        return self._known(self._provider, deadline)

    @staticmethod
    def _known(published: Published[Thing], deadline: Deadline, *, anew: bool = False) -> Thing:
        found = published.get(deadline, lambda _: not anew)
        if found is None:
            raise IssuerUnavailable(published.fault or "busy")
        return found

    def _fetch_keys(self) -> Sequence[Jwk]:
        with _not_published():
            deadline = Deadline.after(FETCH_SECONDS)
            keys = self._ask(self._found(deadline).keys, deadline).get("keys")
        if not isinstance(keys, list):
            raise NotPublished("keys")
        return [key for key in keys if isinstance(key, dict)]

    def _fetch_provider(self) -> Provider:
        with _not_published():
            place = self._endpoint(self._login.issuer.rstrip("/") + WELL_KNOWN)
            return self._read(self._ask(place, Deadline.after(FETCH_SECONDS)))

    def _read(self, document: Mapping[str, Any]) -> Provider:
        if document.get("issuer") != self._login.issuer:
            raise IssuerUnavailable("discovery-issuer")
        offered = document.get("token_endpoint_auth_methods_supported", [BASIC])
        return Provider(
            authorization=self._endpoint(document.get("authorization_endpoint")),
            token=self._endpoint(document.get("token_endpoint")),
            keys=self._endpoint(document.get("jwks_uri")),
            authentication=POST if isinstance(offered, list) and POST in offered and BASIC not in offered else BASIC,
            names_itself=document.get("authorization_response_iss_parameter_supported") is True,
        )

    def _endpoint(self, url: Any) -> str:
        """The address, which must be one that the site allows."""
        try:
            address = parse_address(url) if isinstance(url, str) else None
        except ValueError:
            address = None
        if address is None or address.origin not in self._origins:
            raise IssuerUnavailable("discovery-address")
        return str(url)

    def _ask(
        self,
        place: str,
        deadline: Deadline,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        """The JSON object that an address answers with; a redirect is no answer."""
        try:
            with self._turn():
                reply = self._session.request(
                    "GET" if form is None else "POST",
                    place,
                    data=form,
                    headers={"Accept": "application/json", **(headers or {})},
                    timeout=max(0.0, deadline.left),
                )
        except CallFailed as error:
            raise IssuerUnavailable(error.reason) from None
        if form is not None and reply.status_code in REFUSALS:
            raise LoginRefused(REFUSALS[reply.status_code])
        if reply.status_code != 200:
            raise IssuerUnavailable(f"http-{reply.status_code}")
        try:
            answer = decode_json(reply.content)
        except JsonTextError:
            raise IssuerUnavailable("not-json") from None
        if not isinstance(answer, dict):
            raise IssuerUnavailable("not-json")
        return answer

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=TURN_SECONDS):
            raise IssuerUnavailable("busy")
        try:
            yield
        finally:
            self._turns.release()


@contextmanager
def _not_published() -> Iterator[None]:
    """The fetch failed for the same reason."""
    try:
        yield
    except IssuerUnavailable as error:
        raise NotPublished(error.reason) from None

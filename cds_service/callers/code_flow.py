"""OAuth's authorization code flow with PKCE, for our login and our launch.

A server's discovery document names its addresses. We call them, and send browsers
there, only on origins that the site allows. ID tokens are verified here too.
"""

import base64
import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

import jwt

from cds_service.callers.key_sets import FAMILIES, KeySet
from cds_service.callers.keys import KeyAddress
from cds_service.callers.verifying import decode, read_token
from cds_service.errors import CallFailed, LoginRefused
from cds_service.outgoing import Connections
from cds_service.outgoing.address import Address, parse_address
from cds_service.outgoing.cached import Cached, Monotonic
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.json_text import JsonTextError, decode_json

FETCH_SECONDS = 5.0  # for the discovery document
MAX_BYTES = 256 * 1024
MAX_CODE = 4096  # characters
TURN_SECONDS = 1.0  # for one of the threads that may call the token endpoint
BUSY = "the login server has not answered yet"
BASIC, POST = "client_secret_basic", "client_secret_post"
CHALLENGE = "S256"
# statuses by which the token endpoint refuses -> what it refuses
REFUSALS: Mapping[int, str] = {400: "code", 401: "client", 403: "code"}
# Asymmetric signatures only: with `none` or HS256, anyone who knows the public key
# could sign.
ALGORITHMS: tuple[str, ...] = tuple(
    name for family in FAMILIES.values() for name in family
)
OPTIONS: Any = {
    "require": ["iss", "sub", "aud", "exp", "iat", "nonce"],
    "verify_sub": False,
    "verify_jti": False,
}
# The first match counts. For a strictly parsed token, all other errors of PyJWT are
# about times.
TOKEN_FAULTS: Mapping[type[jwt.PyJWTError], str] = {
    jwt.InvalidSignatureError: "signature",
    jwt.InvalidAudienceError: "audience",
    jwt.InvalidIssuerError: "issuer",
    jwt.MissingRequiredClaimError: "claims",
    jwt.ExpiredSignatureError: "expired",
    jwt.ImmatureSignatureError: "not-yet",
    jwt.PyJWTError: "times",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Our registration as a client of one authorization server.

    Attributes:
        document: URL of the server's discovery document.
        client_id: our id at the server.
        secret: our secret; None for a public client.
        issuer: the issuer that the document must name; empty if it may name any.
        allowed: addresses on whose origins those in the document must be.
        needs_challenge: the document must offer PKCE.
        most_at_once: most threads that wait for the token endpoint at once.
    """

    document: str
    client_id: str
    secret: str | None = None
    issuer: str = ""
    allowed: Sequence[Address] = ()
    needs_challenge: bool = False
    most_at_once: int = 2


@dataclass(frozen=True, slots=True)
class Provider:
    """A server's discovery document (OpenID Connect Discovery, section 3).

    Attributes:
        issuer: the issuer of its ID tokens.
        authorization, token: URLs of these endpoints, as written.
        keys: the source of its keys.
        authentication: the way in which we authenticate at the token endpoint.
        names_itself: its responses contain `iss` (RFC 9207).
    """

    issuer: str
    authorization: str
    token: str
    keys: KeyAddress
    authentication: str
    names_itself: bool


@dataclass(frozen=True, slots=True)
class Secret:
    """The seed of one browser's secrets while it is at the server.

    Attributes:
        seed: random text.
        purpose: purpose of the flow, so that a value of one flow fits no other.
    """

    seed: str
    purpose: str = ""

    def value(self, name: str) -> str:
        """Derive the value of this name; one value does not reveal another."""
        purpose = f"{self.purpose}{name}".encode()
        return _base64(hmac.digest(self.seed.encode(), purpose, hashlib.sha256))

    @property
    def parameters(self) -> dict[str, str]:
        """Return state, nonce and challenge, as they are sent (RFC 7636)."""
        verifier = self.value("verifier").encode()
        return {
            "state": self.value("state"),
            "nonce": self.value("nonce"),
            "code_challenge": _base64(hashlib.sha256(verifier).digest()),
            "code_challenge_method": CHALLENGE,
        }


class AuthorizationServer:
    """One authorization server, with its document and keys in this process."""

    def __init__(
        self,
        registration: Registration,
        connections: Connections,
        clock: Monotonic = time.monotonic,
    ) -> None:
        """Keep the registration; the document is requested when it is needed."""
        self._ours = registration
        self._connections = connections
        self._session = connections.session(max_bytes=MAX_BYTES)
        self._clock = clock
        self._origins = {address.origin for address in registration.allowed}
        self._provider = Cached(self._fetch_provider, monotonic=clock)
        self._turns = threading.BoundedSemaphore(registration.most_at_once)

    def authorization_address(
        self, query: Mapping[str, str], deadline: Deadline
    ) -> str:
        """Return the URL to which the browser goes to log in.

        Raises:
            CallFailed: the discovery document cannot be read.
        """
        parameters = {
            "response_type": "code",
            "client_id": self._ours.client_id,
            **query,
        }
        url = self._discovered(deadline).authorization
        mark = "&" if "?" in url else "?"
        return f"{url}{mark}{urlencode(parameters)}"

    def read_code(self, query: Mapping[str, str], deadline: Deadline) -> str:
        """Read the code from the query with which the browser comes back.

        Raises:
            LoginRefused: there is no code, or another server sent it (RFC 9207), or it
                names no sender although this server always does.
            CallFailed: the discovery document cannot be read.
        """
        named, provider = query.get("iss"), self._discovered(deadline)
        if named != provider.issuer and (named is not None or provider.names_itself):
            raise LoginRefused("sender")
        code = query.get("code", "")
        if "error" in query or not 0 < len(code) <= MAX_CODE:
            raise LoginRefused("no-code")
        return code

    def redeem(
        self, code: str, verifier: str, redirect: str, deadline: Deadline
    ) -> Mapping[str, Any]:
        """Exchange a code for tokens (RFC 6749, section 4.1.3).

        Raises:
            LoginRefused: the server refuses the code.
            CallFailed: it does not answer.
        """
        provider, ours = self._discovered(deadline), self._ours
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": verifier,
        }
        auth = None
        if ours.secret is not None and provider.authentication == BASIC:
            # RFC 6749, section 2.3.1
            auth = (quote_plus(ours.client_id), quote_plus(ours.secret))
        else:
            form["client_id"] = ours.client_id
            if ours.secret is not None:
                form["client_secret"] = ours.secret
        if not self._turns.acquire(timeout=TURN_SECONDS):
            raise CallFailed("busy", BUSY)
        try:
            return self._ask(provider.token, deadline, form, auth)
        finally:
            self._turns.release()

    def verified_claims(
        self, answer: Mapping[str, Any], nonce: str, deadline: Deadline
    ) -> Mapping[str, Any]:
        """Verify the ID token in an answer and return its claims.

        The rules are those of OpenID Connect Core 1.0, 3.1.3.7.

        Raises:
            LoginRefused: there is none, or a check failed.
            CallFailed: the keys cannot be read.
        """
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise LoginRefused("no-token")
        provider = self._discovered(deadline)
        return _verified(
            token,
            lambda kid: self._keys(provider.keys, kid, deadline),
            self._ours.client_id,
            provider.issuer,
            nonce,
        )

    def _keys(self, source: KeyAddress, kid: str | None, deadline: Deadline) -> KeySet:
        """Return the server's keys, fetched again if none has this id."""
        keys = source.known(kid, deadline)
        if keys is None:
            raise CallFailed(source.cached.fault or "busy", BUSY)
        return keys

    def _discovered(self, deadline: Deadline) -> Provider:
        provider = self._provider.get(deadline)
        if provider is None:
            raise CallFailed(self._provider.fault or "busy", BUSY)
        return provider

    def _fetch_provider(self) -> Provider:
        ours = self._ours
        document = self._ask(ours.document, Deadline.after(FETCH_SECONDS))
        issuer = document.get("issuer")
        if not isinstance(issuer, str) or ours.issuer not in ("", issuer):
            raise CallFailed("discovery-issuer", "the document is of another issuer")
        challenges = document.get("code_challenge_methods_supported")
        if ours.needs_challenge and CHALLENGE not in values_of(challenges):
            raise CallFailed("discovery-pkce", "the server does not offer PKCE")
        offered = values_of(
            document.get("token_endpoint_auth_methods_supported", [BASIC])
        )
        has_post_alone = POST in offered and BASIC not in offered
        names_itself = document.get("authorization_response_iss_parameter_supported")
        return Provider(
            issuer=issuer,
            authorization=self._endpoint(document.get("authorization_endpoint")),
            token=self._endpoint(document.get("token_endpoint")),
            keys=self._keys_at(self._endpoint(document.get("jwks_uri")), issuer),
            authentication=POST if has_post_alone else BASIC,
            names_itself=names_itself is True,
        )

    def _keys_at(self, url: str, issuer: str) -> KeyAddress:
        """Return the source of the keys at this URL; a known one is kept."""
        known = self._provider.last
        if known is not None and known.keys.url == url:
            return known.keys
        return KeyAddress(
            issuer,
            url,
            self._connections,
            algorithms=ALGORITHMS,
            monotonic=self._clock,
        )

    def _endpoint(self, url: Any) -> str:
        """Return the URL if it is one that the site allows."""
        try:
            address = parse_address(url) if isinstance(url, str) else None
        except ValueError:
            address = None
        if address is None or address.origin not in self._origins:
            raise CallFailed(
                "discovery-address",
                "the document names an address that the site does not allow",
            )
        return str(url)

    def _ask(
        self,
        url: str,
        deadline: Deadline,
        form: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Mapping[str, Any]:
        """Request JSON from a URL, by POST if a form is given; a redirect fails."""
        method = "GET" if form is None else "POST"
        reply = self._session.request(
            method,
            url,
            data=form,
            auth=auth,
            headers={"Accept": "application/json"},
            timeout=max(0.0, deadline.left),
        )
        if form is not None and reply.status_code in REFUSALS:
            raise LoginRefused(REFUSALS[reply.status_code])
        if reply.status_code != 200:
            raise CallFailed(f"http-{reply.status_code}", "the server refused")
        try:
            answer = decode_json(reply.content)
        except JsonTextError:
            answer = None
        if not isinstance(answer, dict):
            raise CallFailed("not-json", "the server's answer is no JSON object")
        return answer


def _verified(
    token: str,
    keys: Callable[[str | None], KeySet],
    client_id: str,
    issuer: str,
    nonce: str,
) -> Mapping[str, Any]:
    try:
        header, _ = read_token(token)
    except ValueError:
        raise LoginRefused("token") from None
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS or "crit" in header:
        raise LoginRefused("algorithm")
    fitting = keys(kid).fitting(algorithm, kid) if isinstance(kid, str | None) else ()
    if not fitting:
        raise LoginRefused("key")
    try:
        claims = decode(
            token, fitting, ALGORITHMS, OPTIONS, audience=[client_id], issuer=issuer
        )
    except jwt.PyJWTError as error:
        faults = (
            word for kind, word in TOKEN_FAULTS.items() if isinstance(error, kind)
        )
        raise LoginRefused(next(faults)) from None
    # the authorized party: which of several audiences requested the token
    party = claims.get("azp")
    is_needed = len(values_of(claims["aud"])) > 1
    if party != client_id and (party is not None or is_needed):
        raise LoginRefused("azp")
    if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise LoginRefused("nonce")
    return claims


def values_of(claim: Any) -> Sequence[Any]:
    """Return the values of a claim that may be a list; none if it is no list."""
    return claim if isinstance(claim, list) else ()


def _base64(digest: bytes) -> str:
    """Encode without padding: 43 characters for 32 bytes."""
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

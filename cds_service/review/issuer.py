"""The hospital's OpenID issuer: discovery document, keys, the exchange of a code for an ID token, and the token itself.

We call URLs from the document, and send browsers to them, only on the issuer's own
origin or one that the site allows.
"""

import hmac
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

import jwt

from cds_service.callers.keys import FAMILIES, KeyAddress, KeySet
from cds_service.callers.verifying import decode, read_token
from cds_service.errors import CallFailed, LoginRefused
from cds_service.outgoing import Connections
from cds_service.outgoing.address import parse_address
from cds_service.outgoing.cached import Cached, Monotonic
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.json_text import JsonTextError, decode_json
from cds_service.review.sessions import Vouched
from cds_service.site.review import ReviewLogin, Role

WELL_KNOWN = "/.well-known/openid-configuration"
FETCH_SECONDS = 5.0  # for the document
MAX_BYTES = 256 * 1024
MOST_AT_ONCE = 2  # threads that a slow issuer may occupy
TURN_SECONDS = 1.0
BUSY = "the issuer has not answered yet"
BASIC, POST = "client_secret_basic", "client_secret_post"
# of the token endpoint
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
SUBJECT = re.compile(r"[\x21-\x7e]{1,255}")
# Account names only: personal names contain spaces, and nothing may break a page or a
# log line.
SHOWN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}")
STRONGEST: tuple[Role, ...] = ("privacy-officer", "reviewer", "operator")
# The first match counts: PyJWT's other errors, for a strictly parsed token, are about
# times.
REASONS: Mapping[type[jwt.PyJWTError], str] = {
    jwt.InvalidSignatureError: "signature",
    jwt.InvalidAudienceError: "audience",
    jwt.InvalidIssuerError: "issuer",
    jwt.MissingRequiredClaimError: "claims",
    jwt.ExpiredSignatureError: "expired",
    jwt.ImmatureSignatureError: "not-yet",
    jwt.PyJWTError: "times",
}


@dataclass(frozen=True, slots=True)
class Provider:
    """The discovery document (OpenID Connect Discovery 1.0, section 3); URLs as written.

    Attributes:
        names_itself: whether its responses contain `iss` (RFC 9207).
    """

    authorization: str
    token: str
    keys: KeyAddress
    authentication: str
    names_itself: bool


class Issuer:
    """One issuer, with this process's cached data."""

    def __init__(
        self,
        login: ReviewLogin,
        secret: str | None,
        connections: Connections,
        clock: Monotonic = time.monotonic,
    ) -> None:
        """Requests nothing yet.

        Args:
            secret: the client secret; None for a public client.
        """
        self._login = login
        self._secret = secret
        self._connections = connections
        self._session = connections.session(max_bytes=MAX_BYTES)
        self._clock = clock
        self._origins = {
            parse_address(url).origin for url in (login.issuer, *login.servers)
        }
        self._provider = Cached(self._fetch_provider, monotonic=clock)
        self._turns = threading.BoundedSemaphore(MOST_AT_ONCE)

    def authorization_address(
        self, query: Mapping[str, str], deadline: Deadline
    ) -> str:
        """The URL to which the browser goes to log in.

        Raises:
            CallFailed: the discovery document cannot be read.
        """
        scope = " ".join(dict.fromkeys(("openid", *self._login.scopes)))
        asked = {
            "response_type": "code",
            "client_id": self._login.client_id,
            "scope": scope,
            **query,
        }
        url = self._found(deadline).authorization
        return f"{url}{'&' if '?' in url else '?'}{urlencode(asked)}"

    def check_sender(self, named: str | None, deadline: Deadline) -> None:
        """Refuse a response from another issuer (RFC 9207).

        Raises:
            LoginRefused: the response names another issuer, or none although this
                issuer always names itself.
            CallFailed: the discovery document cannot be read.
        """
        if named is None and not self._found(deadline).names_itself:
            return
        if named != self._login.issuer:
            raise LoginRefused("sender")

    def redeem(
        self, code: str, verifier: str, redirect: str, deadline: Deadline
    ) -> str:
        """Exchange a code for an ID token (OpenID Connect Core 1.0, section 3.1.3).

        Raises:
            LoginRefused: the issuer refuses the code.
            CallFailed: it does not answer.
        """
        provider = self._found(deadline)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": verifier,
        }
        auth = None
        if self._secret is not None and provider.authentication == BASIC:
            # RFC 6749, section 2.3.1
            auth = (quote_plus(self._login.client_id), quote_plus(self._secret))
        else:
            form["client_id"] = self._login.client_id
            form |= {"client_secret": self._secret} if self._secret is not None else {}
        if not self._turns.acquire(timeout=TURN_SECONDS):
            raise CallFailed("busy", BUSY)
        try:
            token = self._ask(provider.token, deadline, form, auth).get("id_token")
        finally:
            self._turns.release()
        if not isinstance(token, str):
            raise LoginRefused("no-token")
        return token

    def keys(self, kid: str | None, deadline: Deadline) -> KeySet:
        """The issuer's keys, fetched again if none has this id.

        Raises:
            CallFailed: it does not answer.
        """
        source = self._found(deadline).keys
        found = source.known(kid, deadline)
        if found is None:
            raise CallFailed(source.cached.fault or "busy", BUSY)
        return found

    def _found(self, deadline: Deadline) -> Provider:
        found = self._provider.get(deadline)
        if found is None:
            raise CallFailed(self._provider.fault or "busy", BUSY)
        return found

    def _fetch_provider(self) -> Provider:
        document = self._ask(
            self._login.issuer.rstrip("/") + WELL_KNOWN, Deadline.after(FETCH_SECONDS)
        )
        if document.get("issuer") != self._login.issuer:
            raise CallFailed("discovery-issuer", "the document is of another issuer")
        offered = document.get("token_endpoint_auth_methods_supported", [BASIC])
        return Provider(
            authorization=self._endpoint(document.get("authorization_endpoint")),
            token=self._endpoint(document.get("token_endpoint")),
            keys=self._keys_at(self._endpoint(document.get("jwks_uri"))),
            authentication=POST
            if isinstance(offered, list) and POST in offered and BASIC not in offered
            else BASIC,
            names_itself=document.get("authorization_response_iss_parameter_supported")
            is True,
        )

    def _keys_at(self, url: str) -> KeyAddress:
        """The keys at this URL; known keys are kept while the URL stays the same."""
        known = self._provider.last
        if known is not None and known.keys.url == url:
            return known.keys
        return KeyAddress(
            self._login.issuer,
            url,
            self._connections,
            algorithms=ALGORITHMS,
            monotonic=self._clock,
        )

    def _endpoint(self, url: Any) -> str:
        """The URL, which must be one that the site allows."""
        try:
            address = parse_address(url) if isinstance(url, str) else None
        except ValueError:
            address = None
        if address is None or address.origin not in self._origins:
            raise CallFailed(
                "discovery-address",
                "the document names an address that the site does not",
            )
        return str(url)

    def _ask(
        self,
        url: str,
        deadline: Deadline,
        form: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Mapping[str, Any]:
        """Request a JSON object from a URL, by POST if a form is given; a redirect is a failure."""
        reply = self._session.request(
            "GET" if form is None else "POST",
            url,
            data=form,
            auth=auth,
            headers={"Accept": "application/json"},
            timeout=max(0.0, deadline.left),
        )
        if form is not None and reply.status_code in REFUSALS:
            raise LoginRefused(REFUSALS[reply.status_code])
        if reply.status_code != 200:
            raise CallFailed(f"http-{reply.status_code}", "the issuer refused")
        try:
            answer = decode_json(reply.content)
        except JsonTextError:
            answer = None
        if not isinstance(answer, dict):
            raise CallFailed("not-json", "the issuer's answer is no JSON object")
        return answer


# --- ID tokens (OpenID Connect Core 1.0, section 3.1.3.7)


def verified_claims(
    token: str, keys: Callable[[str | None], KeySet], login: ReviewLogin, nonce: str
) -> Mapping[str, Any]:
    """Verify an ID token and return its claims.

    Args:
        keys: returns the issuer's keys, fetched again if none has the requested id.
        login: whose issuer and client id the token must contain.

    Raises:
        LoginRefused: any check failed.
    """
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
            token,
            fitting,
            ALGORITHMS,
            OPTIONS,
            audience=[login.client_id],
            issuer=login.issuer,
        )
    except jwt.PyJWTError as error:
        raise LoginRefused(
            next(word for kind, word in REASONS.items() if isinstance(error, kind))
        ) from None
    # the authorized party: which of several audiences requested the token
    party = claims.get("azp")
    if (party is None and len(_list(claims["aud"])) > 1) or (
        party is not None and party != login.client_id
    ):
        raise LoginRefused("azp")
    if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise LoginRefused("nonce")
    return claims


def vouched(claims: Mapping[str, Any], login: ReviewLogin) -> Vouched:
    """The account in verified claims; of several roles, the most powerful one counts.

    Raises:
        LoginRefused: its name cannot be stored, or it has no role here.
    """
    subject = claims["sub"]
    if not isinstance(subject, str) or not SUBJECT.fullmatch(subject):
        raise LoginRefused("subject")
    given = claims.get(login.role_claim)
    values = (
        {given}
        if isinstance(given, str)
        else {one for one in _list(given) if isinstance(one, str)}
    )
    roles = {login.roles[value] for value in values & login.roles.keys()}
    role = next((one for one in STRONGEST if one in roles), None)
    shown = claims.get(login.name_claim) if login.name_claim else None
    is_readable = isinstance(shown, str) and SHOWN.fullmatch(shown)
    if role is None:
        raise LoginRefused("role")
    return Vouched(login.issuer, subject, role, str(shown) if is_readable else subject)


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()

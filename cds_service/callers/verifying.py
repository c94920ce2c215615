"""The path of a token, top to bottom: form, header, issuer, keys, PyJWT's checks, our own, first use.

PyJWT verifies the signature, `aud`, `iss`, `exp`, `iat`, `nbf` and what must be there; CDS Hooks 2.0.1 ("Trusting CDS
Clients") asks for the rest. The answer is the same whatever was wrong: the reason is for the log alone.
"""

from __future__ import annotations

import math
import re
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from jwt.exceptions import InvalidJTIError

from cds_service.callers.keys import MAX_KID, KeyAddress, KeyFile, KeySource
from cds_service.callers.replays import Replays
from cds_service.core.caller import Caller
from cds_service.deadline import Deadline
from cds_service.errors import NotAuthenticated
from cds_service.json_text import decode_json
from cds_service.outgoing import Connections
from cds_service.outgoing.address import parse_address
from cds_service.site.clients import MAX_NAME, Client

MAX_HEADER = 16 * 1024  # characters of the Authorization header
MAX_JTI = 256  # characters
SKEW_SECONDS = 60  # between the clocks of two machines
LATEST = 253_402_300_800  # the year 10000; no time is later
SHOWN = 64  # characters of what a caller claims, in the log
SHAPE = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)", re.ASCII)
# Members of a header that would change how the token is read, or that bring a key along.
REFUSED_MEMBERS: Mapping[str, str] = {
    **dict.fromkeys(("crit", "b64", "zip"), "jwt.crit"),
    **dict.fromkeys(("jwk", "x5c", "x5u"), "jwt.header"),
}
TIME_CLAIM = re.compile(r"\((exp|iat|nbf)\)")  # in the messages of PyJWT, which has one exception for all three
OPTIONS: Any = {"require": ["iss", "aud", "exp", "iat", "jti"], "verify_sub": False}  # `sub` is not ours to judge
FAULTS: Mapping[type[jwt.PyJWTError], str] = {
    jwt.InvalidSignatureError: "jwt.signature",
    jwt.InvalidAudienceError: "jwt.aud",
    jwt.ExpiredSignatureError: "jwt.exp",
    InvalidJTIError: "jwt.jti",
}


@dataclass(frozen=True, slots=True)
class KnownClient:
    """One EHR of the site, and where its keys come from."""

    settings: Client
    source: KeySource

    @classmethod
    def of(cls, settings: Client, folder: Path, connections: Connections) -> KnownClient:
        """The EHR with its keys.

        Raises:
            DataFileError: the file of its keys holds none.
        """
        if settings.jwks_file is not None:
            return cls(settings, KeyFile(settings.issuer, folder / settings.jwks_file))
        return cls(settings, KeyAddress(settings.issuer, settings.jwks_url or "", connections))


class Callers:
    """Every EHR that may call, and which of them does."""

    def __init__(self, clients: Iterable[KnownClient], replays: Replays) -> None:
        """Nothing is fetched yet.

        Args:
            clients: one for each issuer.
            replays: knows which tokens were used.
        """
        self._clients: Mapping[str, KnownClient] = {one.settings.issuer: one for one in clients}
        self._replays = replays

    def prefetch(self) -> None:
        """Begin to fetch all keys and to reach the table of used tokens, without waiting."""
        self._replays.start()
        for client in self._clients.values():
            client.source.prefetch()

    def verify(self, authorization: str | None, address: str, until: Deadline) -> tuple[Client, Caller]:
        """Who sent this Authorization header to this address of ours.

        Args:
            authorization: None where there is none.
            address: as callers know it, from settings alone.
            until: of the answer.

        Raises:
            NotAuthenticated: nobody that we know.
        """
        text = bearer_of(authorization)
        try:
            header, said = read_token(text)
        except ValueError:
            raise _refusal("jwt.format") from None
        try:
            return self._verify(text, header, said, address, until)
        except NotAuthenticated as refusal:
            refusal.issuer, refusal.kid = _shown(said.get("iss")), _shown(header.get("kid"))
            raise

    def _verify(
        self, text: str, header: Mapping[str, Any], said: Mapping[str, Any], address: str, until: Deadline
    ) -> tuple[Client, Caller]:
        check_header(header)
        issuer = said.get("iss")
        client = self._clients.get(issuer) if isinstance(issuer, str) else None
        if client is None:
            raise _refusal("jwt.iss")
        settings = client.settings
        keys = _keys_for(header, client, until)
        ours = [one.removesuffix("/") for one in (address, *settings.audiences)]  # a slash at the end changes nothing
        try:
            claims = decode(
                text,
                keys,
                settings.algorithms,
                OPTIONS,
                audience=[*ours, *(f"{one}/" for one in ours)],
                issuer=settings.issuer,
            )
        except jwt.PyJWTError as error:
            raise _refusal(_reason_of(error)) from None
        caller = Caller(settings.issuer, check_claims(claims, settings))
        expires, now = math.ceil(claims["exp"]) + SKEW_SECONDS, time.time()
        if not self._replays.is_new(settings.issuer, claims["jti"], expires=expires, now=now, until=until):
            raise _refusal("jwt.replay")
        return settings, caller


def bearer_of(authorization: str | None) -> str:
    """The token in an Authorization header (RFC 6750), whose scheme may be written in any case.

    Raises:
        NotAuthenticated: there is none, it is of another scheme, or there are two, which HTTP joins with a comma.
    """
    if not authorization:
        raise _refusal("auth.missing")
    if len(authorization) > MAX_HEADER:
        raise _refusal("jwt.format")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or "," in token:
        raise _refusal("auth.scheme")
    return token.strip(" ")


def read_token(text: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Header and claims of a signed JWT (RFC 7515, 7519), before anything of them is believed.

    Stricter than PyJWT: no padding, no NaN, no key twice, no nesting without end.

    Raises:
        ValueError: it is none.
    """
    shape = SHAPE.fullmatch(text)
    if shape is None:
        raise ValueError("not three parts")
    header, claims = (decode_json(urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in shape.groups()[:2])
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise ValueError("not two objects")  # noqa: TRY004 - text that is wrong, not a type of ours
    return header, claims


def check_header(header: Mapping[str, Any]) -> None:
    """Pass a header that asks for nothing but a signature by a key of the issuer.

    Raises:
        NotAuthenticated: it asks for more, or names no algorithm, type or key.
    """
    algorithm, kid, kind = (header.get(name) for name in ("alg", "kid", "typ"))
    if not isinstance(algorithm, str):
        raise _refusal("jwt.alg")
    for member, reason in REFUSED_MEMBERS.items():
        if member in header:
            raise _refusal(reason)
    if not isinstance(kind, str) or kind.upper() != "JWT":
        raise _refusal("jwt.typ")
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KID:
        raise _refusal("jwt.kid")


def decode(
    text: str,
    keys: Iterable[jwt.PyJWK],
    algorithms: Sequence[str],
    options: Any,
    *,
    audience: Sequence[str],
    issuer: str,
) -> Mapping[str, Any]:
    """The claims, once PyJWT has verified them with one of these keys.

    Args:
        text: the token.
        keys: all that the token may mean: an issuer may publish two under one id while it changes them.
        algorithms: that the issuer may sign with.
        options: of PyJWT.
        audience: of which the token must name one.
        issuer: that it must name.

    Raises:
        jwt.PyJWTError: a check failed.
    """
    for key in keys:
        with suppress(jwt.InvalidSignatureError):
            return jwt.decode(text, key, algorithms, options, audience=audience, issuer=issuer, leeway=SKEW_SECONDS)
    raise jwt.InvalidSignatureError


def check_claims(claims: Mapping[str, Any], client: Client) -> str | None:
    """The tenant that a token names, after the checks that PyJWT does not make.

    Raises:
        NotAuthenticated: a time is no number, the token is good for too long, or it names no tenant of the site's.
    """
    for name in ("exp", "iat", "nbf"):
        value = claims.get(name, 1)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < LATEST:
            raise _refusal(f"jwt.{name}")
    if not 0 < claims["exp"] - claims["iat"] <= client.max_lifetime_seconds:
        raise _refusal("jwt.lifetime")
    if not 0 < len(claims["jti"]) <= MAX_JTI:
        raise _refusal("jwt.jti")
    tenant = claims.get("tenant")
    if tenant is not None and not (isinstance(tenant, str) and 0 < len(tenant) <= MAX_NAME):
        raise _refusal("jwt.tenant")
    if client.tenants and tenant not in client.tenants:
        raise _refusal("jwt.tenant")
    return tenant


def _keys_for(header: Mapping[str, Any], client: KnownClient, until: Deadline) -> Sequence[jwt.PyJWK]:
    """The issuer's own keys that this token names.

    Raises:
        NotAuthenticated: there is none, or it is not for tokens of this algorithm.
    """
    algorithm, kid = header["alg"], header["kid"]
    if algorithm not in client.settings.algorithms:
        raise _refusal("jwt.alg")
    if "jku" in header and not _is_address_of_keys(header["jku"], client.settings):
        raise _refusal("jwt.jku")
    found = client.source.keys(kid, until)
    if kid not in found.keys:
        raise _refusal(found.ignored.get(kid, "jwt.kid_unknown"))
    fitting = found.fitting(algorithm, kid)
    if not fitting:
        raise _refusal("jwt.alg_key")
    return fitting


def _is_address_of_keys(jku: Any, client: Client) -> bool:
    """Whether the token names the address that the site does; nothing is ever fetched from what a token names.

    An EHR whose keys the site holds in a file has no address here: its own origin must do.
    """
    if not isinstance(jku, str):
        return False
    with suppress(ValueError):
        named = parse_address(jku)
        if client.jwks_url is not None:
            return named == parse_address(client.jwks_url)
        return named.origin == parse_address(client.issuer).origin
    return False


def _reason_of(error: jwt.PyJWTError) -> str:
    if isinstance(error, jwt.MissingRequiredClaimError):
        return f"jwt.{error.claim}"
    time_claim = TIME_CLAIM.search(str(error))
    if time_claim is not None:
        return f"jwt.{time_claim[1]}"
    return next((reason for kind, reason in FAULTS.items() if isinstance(error, kind)), "jwt.claims")


def _refusal(reason: str) -> NotAuthenticated:
    return NotAuthenticated("Not authenticated.", reason=reason)


def _shown(value: Any) -> str:
    return value[:SHOWN] if isinstance(value, str) else ""

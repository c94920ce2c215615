"""Verify a token: form, header, issuer, keys, PyJWT's checks, our checks, first use.

PyJWT verifies the signature, `aud`, `iss`, `exp`, `iat`, `nbf` and required claims; CDS
Hooks 2.0.1 ("Trusting CDS Clients") requires the rest. The answer is the same for every
failure; the reason goes to the log alone.
"""

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

from cds_service.audit.chain import kept_tenant
from cds_service.audit.used_tokens import UsedTokens
from cds_service.callers.key_sets import MAX_KID, TOO_MANY
from cds_service.callers.keys import KeySource, key_source
from cds_service.core.caller import Caller
from cds_service.errors import NotAuthenticated
from cds_service.outgoing import Connections
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.json_text import decode_json
from cds_service.site.clients import MAX_NAME, Client

MAX_HEADER = 16 * 1024  # characters of the Authorization header
MAX_JTI = 256  # characters
SKEW_SECONDS = 60  # tolerated between the clocks of two machines
LATEST = 253_402_300_800  # the year 10000; later times are invalid
SHOWN = 64  # characters of a caller's claims in the log
SHOWN_ADDRESS = 200  # characters of a claim that is an address
MAX_AUDIENCES = 5  # in the log
KID_UNKNOWN = "jwt.kid_unknown"
# parts of an address that may hold a secret: user, query and fragment
SECRET = re.compile(r"(?<=://)[^/]*@|[?#].*", re.DOTALL)
SHAPE = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)", re.ASCII)
# Header members that change the reading of the token, or that contain a key.
REFUSED_MEMBERS: Mapping[str, str] = {
    **dict.fromkeys(("crit", "b64", "zip"), "jwt.crit"),
    **dict.fromkeys(("jwk", "x5c", "x5u"), "jwt.header"),
}
# PyJWT's messages name the claim; one exception covers all three.
TIME_CLAIM = re.compile(r"\((exp|iat|nbf)\)")
# `sub` is not checked
OPTIONS: Any = {"require": ["iss", "aud", "exp", "iat", "jti"], "verify_sub": False}
FAULTS: Mapping[type[jwt.PyJWTError], str] = {
    jwt.InvalidSignatureError: "jwt.signature",
    jwt.InvalidAudienceError: "jwt.aud",
    jwt.ExpiredSignatureError: "jwt.exp",
    InvalidJTIError: "jwt.jti",
}


@dataclass(frozen=True, slots=True)
class KnownClient:
    """One of the site's EHRs, with the source of its keys."""

    settings: Client
    source: KeySource

    @classmethod
    def of(
        cls, settings: Client, folder: Path, connections: Connections
    ) -> "KnownClient":
        """Make the EHR's entry with its keys.

        Raises:
            DataFileError: its key file has no usable key.
        """
        return cls(settings, key_source(settings, folder, connections))


class Callers:
    """The EHRs that may call, and the verification of their tokens."""

    def __init__(self, clients: Iterable[KnownClient], used: UsedTokens) -> None:
        self._clients: Mapping[str, KnownClient] = {
            client.settings.issuer: client for client in clients
        }
        self._used = used

    def prefetch(self) -> None:
        """Start to fetch keys and reach the table of used tokens, without waiting."""
        self._used.start()
        for client in self._clients.values():
            client.source.prefetch()

    def verify(
        self, authorization: str | None, addresses: Sequence[str], until: Deadline
    ) -> tuple[Client, Caller]:
        """Verify the token in this Authorization header and return its caller.

        Args:
            authorization: the header; None without one.
            addresses: the called URL as callers know it, and others that `aud` may
                name. They are from settings, never from the request.
            until: deadline for keys, and for the table of used tokens.

        Raises:
            NotAuthenticated: the caller is not known.
        """
        text = _bearer_of(authorization)
        try:
            header, unverified = read_token(text)
        except ValueError:
            raise _refusal("jwt.format") from None
        try:
            return self._verify(text, header, unverified, addresses, until)
        except NotAuthenticated as refusal:
            refusal.claimed = _claimed(header, unverified)
            # If a token names a key set, the keys of other sets do not count.
            has_set = refusal.reason == KID_UNKNOWN and "jku" in header
            key_set = header["jku"] if has_set else None
            refusal.expected = self._expected(unverified.get("iss"), addresses, key_set)
            raise

    def _expected(
        self, issuer: Any, addresses: Sequence[str], key_set: Any
    ) -> Mapping[str, Any]:
        """Return the values that the site expects of this issuer, for the log.

        For an unknown issuer these are the known issuers.

        Args:
            issuer: `iss` of the token.
            addresses: as in `verify`.
            key_set: address of the key set whose keys count; None if all sets do.
        """
        client = self._clients.get(issuer) if isinstance(issuer, str) else None
        if client is None:
            return {"iss": [*self._clients]}
        source: KeySource = client.source
        if key_set is not None:
            source = source.named(key_set, Deadline.after(0.0)) or source
        return {
            "iss": [client.settings.issuer],
            "aud": [*addresses, *client.settings.audiences],
            "jku": [*client.source.addresses],
            "kid": sorted(source.ids),
        }

    def _verify(
        self,
        text: str,
        header: Mapping[str, Any],
        unverified: Mapping[str, Any],
        addresses: Sequence[str],
        until: Deadline,
    ) -> tuple[Client, Caller]:
        _check_header(header)
        issuer = unverified.get("iss")
        client = self._clients.get(issuer) if isinstance(issuer, str) else None
        if client is None:
            raise _refusal("jwt.iss")
        settings = client.settings
        keys, is_cut = _keys_for(header, client, until)
        # A trailing slash does not matter.
        ours = [
            address.removesuffix("/") for address in (*addresses, *settings.audiences)
        ]
        try:
            claims = decode(
                text,
                keys,
                settings.algorithms,
                OPTIONS,
                audience=[*ours, *(f"{address}/" for address in ours)],
                issuer=settings.issuer,
            )
        except jwt.PyJWTError as error:
            is_unsigned = isinstance(error, jwt.InvalidSignatureError)
            reason = TOO_MANY if is_unsigned and is_cut else _reason_of(error)
            raise _refusal(reason) from None
        caller = Caller(settings.issuer, _check_claims(claims, settings))
        expires, now = math.ceil(claims["exp"]) + SKEW_SECONDS, time.time()
        if not self._used.is_new(
            settings.issuer, claims["jti"], expires=expires, now=now, until=until
        ):
            raise _refusal("jwt.replay")
        return settings, caller


def _bearer_of(authorization: str | None) -> str:
    """Read the token of an Authorization header (RFC 6750), in any case.

    Raises:
        NotAuthenticated: there is no token, another scheme, or two headers, which HTTP
            joins with a comma.
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
    """Parse header and claims of a signed JWT (RFC 7515, 7519), without trusting them.

    Stricter than PyJWT: no padding, NaN, duplicate keys or deep nesting.

    Raises:
        ValueError: it is not a JWT.
    """
    shape = SHAPE.fullmatch(text)
    if shape is None:
        raise ValueError("not three parts")
    header, claims = (
        decode_json(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        for part in shape.groups()[:2]
    )
    if not isinstance(header, dict) or not isinstance(claims, dict):
        # The text is wrong, not the type of an argument.
        raise ValueError("not two objects")  # noqa: TRY004
    return header, claims


def _check_header(header: Mapping[str, Any]) -> None:
    """Refuse a header that requires more than the issuer's signature.

    Raises:
        NotAuthenticated: it requires more, or names no algorithm, type or key.
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
    """Return the claims after PyJWT has verified them with one of these keys.

    Args:
        keys: all keys with the token's key id: during rotation an issuer may publish
            two under one id.

    Raises:
        jwt.PyJWTError: a check failed.
    """
    for key in keys:
        with suppress(jwt.InvalidSignatureError):
            return jwt.decode(
                text,
                key,
                algorithms,
                options,
                audience=audience,
                issuer=issuer,
                leeway=SKEW_SECONDS,
            )
    raise jwt.InvalidSignatureError


def _check_claims(claims: Mapping[str, Any], client: Client) -> str | None:
    """Make the checks that PyJWT does not make, and return the token's tenant.

    If the site names no tenants, any text is a tenant: a word is returned as it is, any
    other text as its hash.

    Raises:
        NotAuthenticated: a time is not a number, the token is valid for too long, or it
            names no tenant of the site.
    """
    for name in ("exp", "iat", "nbf"):
        value = claims.get(name, 1)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not 0 < value < LATEST
        ):
            raise _refusal(f"jwt.{name}")
    if not 0 < claims["exp"] - claims["iat"] <= client.max_lifetime_seconds:
        raise _refusal("jwt.lifetime")
    if not 0 < len(claims["jti"]) <= MAX_JTI:
        raise _refusal("jwt.jti")
    tenant = claims.get("tenant")
    if tenant is not None and not (
        isinstance(tenant, str) and 0 < len(tenant) <= MAX_NAME
    ):
        raise _refusal("jwt.tenant")
    if client.tenants and tenant not in client.tenants:
        raise _refusal("jwt.tenant")
    if tenant is None or client.tenants:
        return tenant
    return kept_tenant(tenant)


def _keys_for(
    header: Mapping[str, Any], client: KnownClient, until: Deadline
) -> tuple[Sequence[jwt.PyJWK], bool]:
    """Return the issuer's keys that this token names, and whether some were left out.

    Raises:
        NotAuthenticated: there is none, or it is not for this algorithm.
    """
    algorithm, kid = header["alg"], header["kid"]
    if algorithm not in client.settings.algorithms:
        raise _refusal("jwt.alg")
    source: KeySource | None = client.source
    if "jku" in header:
        source = client.source.named(header["jku"], until)
    if source is None:
        raise _refusal("jwt.jku")
    keys = source.keys(kid, until)
    if kid not in keys.keys:
        raise _refusal(keys.ignored.get(kid, KID_UNKNOWN))
    fitting = keys.fitting(algorithm, kid)
    if not fitting:
        raise _refusal("jwt.alg_key")
    return fitting, keys.ignored.get(kid) == TOO_MANY


def _reason_of(error: jwt.PyJWTError) -> str:
    if isinstance(error, jwt.MissingRequiredClaimError):
        return f"jwt.{error.claim}"
    time_claim = TIME_CLAIM.search(str(error))
    if time_claim is not None:
        return f"jwt.{time_claim[1]}"
    return next(
        (reason for kind, reason in FAULTS.items() if isinstance(error, kind)),
        "jwt.claims",
    )


def _refusal(reason: str) -> NotAuthenticated:
    return NotAuthenticated("Not authenticated.", reason=reason)


def _claimed(header: Mapping[str, Any], claims: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the claims that an operator compares with the site's settings."""
    audience = claims.get("aud")
    audiences: str | list[str] = _shortened(audience)
    if isinstance(audience, list):
        audiences = [_shortened(value) for value in audience[:MAX_AUDIENCES]]
    return {
        "iss": _shortened(claims.get("iss")),
        "aud": audiences,
        "jku": _shortened(header.get("jku")),
        "kid": _shortened(header.get("kid")),
    }


def _shortened(value: Any) -> str:
    """Shorten a text; of an address leave out user, query and fragment."""
    text = SECRET.sub("", value) if isinstance(value, str) else ""
    is_address = text.startswith(("https://", "http://"))
    return text[: SHOWN_ADDRESS if is_address else SHOWN]

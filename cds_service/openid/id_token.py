"""ID tokens: verified as OpenID Connect Core 1.0, section 3.1.3.7, asks, and read as an account with a role. Pure."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm

from cds_service.audit.sessions import Vouched
from cds_service.json_text import JsonTextError, decode_json
from cds_service.openid.refusal import LoginRefused
from cds_service.roles import Role
from cds_service.site.review import ReviewLogin

# Signatures by a key of the issuer's alone: with `none` and HS256 whoever knows the public key signs.
ALGORITHMS: Mapping[str, str] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
    "EdDSA": "OKP",
}
LEEWAY_SECONDS = 60  # between the clocks of two machines
MAX_TOKEN = 64 * 1024  # characters
REQUIRED = ("iss", "sub", "aud", "exp", "iat", "nonce")
SUBJECT = re.compile(r"[\x21-\x7e]{1,255}")
# Names of accounts alone: a person's name has spaces, and nothing else of a page or a log line.
SHOWN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}")
STRONGEST: tuple[Role, ...] = ("privacy-officer", "reviewer", "operator")
Jwk = Mapping[str, Any]


class UnknownKey(LoginRefused):
    """No key that we have signed this; the issuer may have changed its keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the token of this login must say.

    Attributes:
        now: with a time zone.
    """

    issuer: str
    client_id: str
    nonce: str
    now: datetime


def verified_claims(token: str, keys: Sequence[Jwk], expected: Expected) -> Mapping[str, Any]:
    """The claims of an ID token, once all of it has been verified.

    Raises:
        UnknownKey: none of the keys is the one that it names.
        LoginRefused: anything else is wrong.
    """
    header = _part(token, 0)
    _part(token, 1)  # as strict a reader as our own before anybody else's
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS or "crit" in header:
        raise LoginRefused("algorithm")
    key = _key_for(header, keys)
    options: Any = {"require": list(REQUIRED), "verify_exp": False, "verify_iat": False, "verify_nbf": False}
    try:
        claims = jwt.decode(
            token, key, [algorithm], options=options, audience=expected.client_id, issuer=expected.issuer
        )
    except jwt.PyJWTError as error:
        raise LoginRefused(_word(error)) from None
    _check_times(claims, expected.now)
    _check_party(claims, expected.client_id)
    if not hmac.compare_digest(str(claims["nonce"]).encode(), expected.nonce.encode()):
        raise LoginRefused("nonce")
    return claims


def vouched(claims: Mapping[str, Any], login: ReviewLogin) -> Vouched:
    """The account that verified claims speak of.

    Raises:
        LoginRefused: it has no name that can be kept, or no role here; of its roles the one that may most counts.
    """
    subject = claims["sub"]
    if not isinstance(subject, str) or not SUBJECT.fullmatch(subject):
        raise LoginRefused("subject")
    given = claims.get(login.role_claim)
    values = {given} if isinstance(given, str) else {one for one in _list(given) if isinstance(one, str)}
    roles = {login.roles[value] for value in values & login.roles.keys()}
    role = next((one for one in STRONGEST if one in roles), None)
    shown = claims.get(login.name_claim) if login.name_claim else None
    is_readable = isinstance(shown, str) and SHOWN.fullmatch(shown)
    if role is None:
        raise LoginRefused("role")
    return Vouched(login.issuer, subject, role, str(shown) if is_readable else subject)


def _part(token: str, number: int) -> Mapping[str, Any]:
    """Header or claims, before anything of them is believed."""
    parts = token.split(".") if len(token) <= MAX_TOKEN else ()
    try:
        encoded = parts[number].encode("ascii") if len(parts) == 3 else b"-"
        part = decode_json(base64.b64decode(encoded + b"=" * (-len(encoded) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, UnicodeEncodeError, JsonTextError):
        raise LoginRefused("token") from None
    if not isinstance(part, dict):
        raise LoginRefused("token")
    return part


def _key_for(header: Mapping[str, Any], keys: Sequence[Jwk]) -> jwt.PyJWK:
    """The key that the token names, or without a name the only one that fits its algorithm."""
    algorithm, kid = header["alg"], header.get("kid")
    fitting = [key for key in keys if _fits(key, algorithm) and (kid is None or key.get("kid") == kid)]
    if not fitting:
        raise UnknownKey("key")
    if len(fitting) > 1:
        raise LoginRefused("key-ambiguous")
    try:
        key = jwt.PyJWK(dict(fitting[0]), algorithm)
    except (jwt.PyJWTError, UnsupportedAlgorithm):
        raise LoginRefused("key-unusable") from None
    if key.Algorithm.check_key_length(key.key):
        raise LoginRefused("key-short")
    return key


def _fits(key: Jwk, algorithm: str) -> bool:
    return (
        key.get("kty") == ALGORITHMS[algorithm]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
    )


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    moments = {name: claims.get(name, 0) for name in ("exp", "iat", "nbf")}
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in moments.values()):
        raise LoginRefused("times")
    if moments["exp"] <= now.timestamp() - LEEWAY_SECONDS:
        raise LoginRefused("expired")
    if max(moments["iat"], moments["nbf"]) > now.timestamp() + LEEWAY_SECONDS:
        raise LoginRefused("not-yet")


def _check_party(claims: Mapping[str, Any], client_id: str) -> None:
    """Whom the token was made for: where it has several audiences it says which of them asked."""
    party = claims.get("azp")
    if (party is None and len(_list(claims["aud"])) > 1) or (party is not None and party != client_id):
        raise LoginRefused("azp")


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _word(error: jwt.PyJWTError) -> str:
    words: Mapping[type[Exception], str] = {
        jwt.InvalidSignatureError: "signature",
        jwt.InvalidAudienceError: "audience",
        jwt.InvalidIssuerError: "issuer",
        jwt.MissingRequiredClaimError: "claims",
    }
    return next((word for kind, word in words.items() if isinstance(error, kind)), "token")

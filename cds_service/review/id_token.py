"""ID tokens: verified as OpenID Connect Core 1.0, section 3.1.3.7, asks, and read as an account with a role. Pure."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt

from cds_service.audit.sessions import Vouched
from cds_service.callers.keys import FAMILIES, KeySet
from cds_service.callers.verifying import decode, read_token
from cds_service.errors import LoginRefused
from cds_service.roles import Role
from cds_service.site.review import ReviewLogin

# Signatures by a key of the issuer's alone: with `none` and HS256 whoever knows the public key signs.
ALGORITHMS: tuple[str, ...] = tuple(name for family in FAMILIES.values() for name in family)
OPTIONS: Any = {"require": ["iss", "sub", "aud", "exp", "iat", "nonce"], "verify_sub": False, "verify_jti": False}
SUBJECT = re.compile(r"[\x21-\x7e]{1,255}")
# Names of accounts alone: a person's name has spaces, and nothing else of a page or a log line.
SHOWN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}")
STRONGEST: tuple[Role, ...] = ("privacy-officer", "reviewer", "operator")
# The first that fits: PyJWT's other errors, on a token that was read strictly, are about times.
REASONS: Mapping[type[jwt.PyJWTError], str] = {
    jwt.InvalidSignatureError: "signature",
    jwt.InvalidAudienceError: "audience",
    jwt.InvalidIssuerError: "issuer",
    jwt.MissingRequiredClaimError: "claims",
    jwt.ExpiredSignatureError: "expired",
    jwt.ImmatureSignatureError: "not-yet",
    jwt.PyJWTError: "times",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the token of this login must say."""

    issuer: str
    client_id: str
    nonce: str


def verified_claims(token: str, keys: Callable[[str | None], KeySet], expected: Expected) -> Mapping[str, Any]:
    """The claims of an ID token, once all of it has been verified.

    Args:
        token: as the issuer gave it.
        keys: of the issuer, looked for anew where none has this id.
        expected: what it must say.

    Raises:
        LoginRefused: anything is wrong.
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
        claims = decode(token, fitting, ALGORITHMS, OPTIONS, audience=[expected.client_id], issuer=expected.issuer)
    except jwt.PyJWTError as error:
        raise LoginRefused(next(word for kind, word in REASONS.items() if isinstance(error, kind))) from None
    party = claims.get("azp")  # whom it was made for: where it has several audiences it says which of them asked
    if (party is None and len(_list(claims["aud"])) > 1) or (party is not None and party != expected.client_id):
        raise LoginRefused("azp")
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


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()

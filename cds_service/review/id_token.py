"""Verifies ID tokens (OpenID Connect Core 1.0, section 3.1.3.7) and reads account and role from them. Pure."""

import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jwt

from cds_service.callers.keys import FAMILIES, KeySet
from cds_service.callers.verifying import decode, read_token
from cds_service.errors import LoginRefused
from cds_service.review.sessions import Vouched
from cds_service.site.review import ReviewLogin, Role

# Asymmetric signatures only: with `none` or HS256, anyone who knows the public key could sign.
ALGORITHMS: tuple[str, ...] = tuple(name for family in FAMILIES.values() for name in family)
OPTIONS: Any = {"require": ["iss", "sub", "aud", "exp", "iat", "nonce"], "verify_sub": False, "verify_jti": False}
SUBJECT = re.compile(r"[\x21-\x7e]{1,255}")
# Account names only: personal names contain spaces, and nothing may break a page or a log line.
SHOWN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}")
STRONGEST: tuple[Role, ...] = ("privacy-officer", "reviewer", "operator")
# The first match counts: PyJWT's other errors, for a strictly parsed token, are about times.
REASONS: Mapping[type[jwt.PyJWTError], str] = {
    jwt.InvalidSignatureError: "signature",
    jwt.InvalidAudienceError: "audience",
    jwt.InvalidIssuerError: "issuer",
    jwt.MissingRequiredClaimError: "claims",
    jwt.ExpiredSignatureError: "expired",
    jwt.ImmatureSignatureError: "not-yet",
    jwt.PyJWTError: "times",
}


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
        claims = decode(token, fitting, ALGORITHMS, OPTIONS, audience=[login.client_id], issuer=login.issuer)
    except jwt.PyJWTError as error:
        raise LoginRefused(next(word for kind, word in REASONS.items() if isinstance(error, kind))) from None
    party = claims.get("azp")  # the authorized party: which of several audiences requested the token
    if (party is None and len(_list(claims["aud"])) > 1) or (party is not None and party != login.client_id):
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

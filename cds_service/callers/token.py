"""The form of a token (RFC 7515, 7519), before any key is asked: bounded, three parts, a header without surprises."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass, field
from typing import Any

from cds_service.callers.keys import MAX_KID
from cds_service.callers.refusing import refuse
from cds_service.json_text import JsonTextError, decode_json

MAX_HEADER = 16 * 1024  # characters of the Authorization header
SHAPE = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)", re.ASCII)
# What would change how the token is to be read, and what brings a key along.
CRITICAL = ("crit", "b64", "zip")
KEYS = ("jwk", "x5c", "x5u")


@dataclass(frozen=True, slots=True)
class Token:
    """A token that nobody has verified yet.

    Attributes:
        claims: the payload, to be believed only once the signature is.
    """

    text: str = field(repr=False)
    algorithm: str
    kid: str
    jku: str | None
    claims: dict[str, Any] = field(repr=False)


def bearer_of(authorization: str | None) -> str:
    """The token in an Authorization header (RFC 6750), whose scheme may be written in any case.

    Raises:
        NotAuthenticated: there is none, it is of another scheme, or there are two, which HTTP joins with a comma.
    """
    if not authorization:
        raise refuse("auth.missing")
    if len(authorization) > MAX_HEADER:
        raise refuse("jwt.format")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or "," in token:
        raise refuse("auth.scheme")
    return token.strip(" ")


def read_token(text: str) -> Token:
    """The token in this text, its signature not looked at.

    Raises:
        NotAuthenticated: no signed JWT, or one whose header asks for more than we do.
    """
    shape = SHAPE.fullmatch(text)
    if shape is None:
        raise refuse("jwt.format")
    header, claims = (_object(part) for part in shape.groups()[:2])
    algorithm, kid, jku, kind = (header.get(name) for name in ("alg", "kid", "jku", "typ"))
    if not isinstance(algorithm, str):
        raise refuse("jwt.alg")
    if any(name in header for name in CRITICAL):
        raise refuse("jwt.crit")
    if any(name in header for name in KEYS):
        raise refuse("jwt.header")
    if not isinstance(kind, str) or kind.upper() != "JWT":
        raise refuse("jwt.typ")
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KID:
        raise refuse("jwt.kid", kid=kid)
    if "jku" in header and not isinstance(jku, str):
        raise refuse("jwt.jku", kid=kid)
    return Token(text, algorithm, kid, jku, claims)


def _object(part: str) -> dict[str, Any]:
    try:
        found = decode_json(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (Base64Error, ValueError, JsonTextError):
        raise refuse("jwt.format") from None
    if not isinstance(found, dict):
        raise refuse("jwt.format")
    return found

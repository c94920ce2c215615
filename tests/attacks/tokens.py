"""Tokens of a client, signed here by hand: a library would refuse to write most of what an attacker writes."""

import base64
import json
import time
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384

ISSUER = "https://ehr.example.org"
OTHER_ISSUER = "https://other.example.org"
SIZE = 48  # octets of a number of P-384


@cache
def private_key(issuer: str) -> ec.EllipticCurvePrivateKey:
    """The key of this client, made once in a run."""
    assert issuer
    return ec.generate_private_key(ec.SECP384R1())


def key_id(issuer: str) -> str:
    return f"key-of-{issuer.removeprefix('https://')}"


def jwk(issuer: str) -> dict[str, str]:
    """The public key as JSON Web Key."""
    numbers = private_key(issuer).public_key().public_numbers()
    return {
        "kty": "EC",
        "crv": "P-384",
        "alg": "ES384",
        "use": "sig",
        "kid": key_id(issuer),
        "x": base64url(numbers.x.to_bytes(SIZE)),
        "y": base64url(numbers.y.to_bytes(SIZE)),
    }


def key_set(issuer: str) -> str:
    """What stands at its JWKS address."""
    return json.dumps({"keys": [jwk(issuer)]})


def token(
    audience: str,
    *,
    issuer: str = ISSUER,
    header: Mapping[str, Any] | None = None,
    claims: Mapping[str, Any] | None = None,
    without: Iterable[str] = (),
) -> str:
    """A signed token for this address, good unless it is changed here; `without` names members of either part."""
    now = int(time.time())
    head = {"alg": "ES384", "typ": "JWT", "kid": key_id(issuer)} | dict(header or {})
    said = {"iss": issuer, "aud": audience, "iat": now, "exp": now + 300, "jti": str(uuid4()), "tenant": "north"}
    said |= dict(claims or {})
    parts = ({name: value for name, value in part.items() if name not in set(without)} for part in (head, said))
    signed = ".".join(base64url(json.dumps(part).encode()) for part in parts)
    first, second = decode_dss_signature(private_key(issuer).sign(signed.encode(), ec.ECDSA(SHA384())))
    return f"{signed}.{base64url(first.to_bytes(SIZE) + second.to_bytes(SIZE))}"


def base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()

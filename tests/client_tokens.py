"""Keys and tokens of CDS clients, and the site folders that know them; tokens are put together by hand."""

import base64
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ISSUER = "https://ehr.example.org"
CURVES: Mapping[str, tuple[type[ec.EllipticCurve], str, int]] = {
    "ES256": (ec.SECP256R1, "P-256", 32),
    "ES384": (ec.SECP384R1, "P-384", 48),
    "ES512": (ec.SECP521R1, "P-521", 66),
    "ES192": (ec.SECP192R1, "P-192", 24),
}
HASHES = {
    "192": hashes.SHA256,
    "256": hashes.SHA256,
    "384": hashes.SHA384,
    "512": hashes.SHA512,
}


class Signer:
    """One key of one EHR."""

    def __init__(
        self,
        algorithm: str = "ES384",
        kid: str = "key-1",
        name: str = "",
        bits: int = 2048,
    ) -> None:
        """Its private key is made once in a run; another name is another key."""
        self.algorithm = algorithm
        self.kid = kid
        self.private = _private_key(
            algorithm if algorithm.startswith("ES") else "RSA", name or kid, bits
        )

    def jwk(self, **changed: Any) -> dict[str, Any]:
        """The public key as JSON Web Key; a change to None takes a member away."""
        found = _public_members(self.private, self.algorithm) | {
            "use": "sig",
            "alg": self.algorithm,
            "kid": self.kid,
            **changed,
        }
        return {name: value for name, value in found.items() if value is not None}

    def pem(self) -> bytes:
        """The public key as PEM."""
        return self.private.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )

    def token(
        self,
        audience: Any,
        *,
        header: Mapping[str, Any] | None = None,
        claims: Mapping[str, Any] | None = None,
        without: Iterable[str] = (),
        now: float | None = None,
    ) -> str:
        """A token that is good but for what is changed here; `without` names members of either part."""
        head = {"alg": self.algorithm, "typ": "JWT", "kid": self.kid} | dict(
            header or {}
        )
        said = _claims(audience, now) | dict(claims or {})
        gone = set(without)
        signed = _joined(
            *(
                {name: value for name, value in part.items() if name not in gone}
                for part in (head, said)
            )
        )
        return f"{signed}.{base64url(self.signature(signed.encode()))}"

    def signature(self, signed: bytes) -> bytes:
        """As RFC 7518 wants it."""
        digest = HASHES[self.algorithm[2:]]()
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            first, second = decode_dss_signature(
                self.private.sign(signed, ec.ECDSA(digest))
            )
            size = CURVES[self.algorithm][2]
            return first.to_bytes(size) + second.to_bytes(size)
        if self.algorithm.startswith("PS"):
            return self.private.sign(
                signed, padding.PSS(padding.MGF1(digest), digest.digest_size), digest
            )
        return self.private.sign(signed, padding.PKCS1v15(), digest)


@contextmanager
def tokens_at(clock: SimpleNamespace) -> Iterator[None]:
    """Tokens are verified at the second that `clock.now` says."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.fromtimestamp(clock.now, tz or UTC)

    here = SimpleNamespace(time=lambda: clock.now)
    with (
        patch("jwt.api_jwt.datetime", Clock),
        patch("cds_service.callers.verifying.time", here),
    ):
        yield


def forged(
    secret: bytes, audience: str, *, algorithm: str = "HS256", kid: str = "key-1"
) -> str:
    """A token signed with a secret, which may be anybody's public key."""
    signed = _joined({"alg": algorithm, "typ": "JWT", "kid": kid}, _claims(audience))
    made = HMAC(secret, HASHES[algorithm[2:]]())
    made.update(signed.encode())
    return f"{signed}.{base64url(made.finalize())}"


def _claims(audience: Any, now: float | None = None) -> dict[str, Any]:
    moment = int(time.time() if now is None else now)
    return {
        "iss": ISSUER,
        "aud": audience,
        "iat": moment,
        "exp": moment + 300,
        "jti": str(uuid4()),
    }


def _joined(*parts: Mapping[str, Any]) -> str:
    return ".".join(base64url(json.dumps(part).encode()) for part in parts)


def key_set(*keys: Signer | Mapping[str, Any]) -> bytes:
    """What stands at a JWKS address."""
    return json.dumps(
        {"keys": [key.jwk() if isinstance(key, Signer) else dict(key) for key in keys]}
    ).encode()


def site_folder(
    folder: Path, *clients: str, private: bool = True, more: str = ""
) -> Path:
    """A site folder with these `[[clients]]` tables, written as TOML without their heading."""
    tables = "".join(f"[[clients]]\n{client}\n" for client in clients)
    folder.mkdir(parents=True, exist_ok=True)
    text = (
        f'[site]\nname = "Example Hospital"\ntime-zone = "UTC"\n{more}\n{tables}'
        f"[fhir]\nallow-private-networks = {str(private).lower()}\n"
    )
    (folder / "site.toml").write_text(text, encoding="utf-8")
    return folder


def client_of(
    *lines: str, issuer: str = ISSUER, keys: str = 'jwks-file = "keys.json"'
) -> str:
    """One table of a client whose keys stand in a file, and whose FHIR server is on this machine."""
    found = [f'issuer = "{issuer}"', keys, *lines]
    if not any(line.startswith("fhir-servers") for line in lines):
        found.append('fhir-servers = ["http://127.0.0.1:9/fhir"]')
    return "\n".join(found)


def base64url(octets: bytes) -> str:
    """Without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


@cache
def _private_key(kind: str, name: str, bits: int) -> Any:
    assert name
    return (
        rsa.generate_private_key(65537, bits)
        if kind == "RSA"
        else ec.generate_private_key(CURVES[kind][0]())
    )


def _public_members(private: Any, algorithm: str) -> dict[str, str]:
    numbers = private.public_key().public_numbers()
    if isinstance(private, ec.EllipticCurvePrivateKey):
        _, name, size = CURVES[algorithm]
        return {
            "kty": "EC",
            "crv": name,
            "x": base64url(numbers.x.to_bytes(size)),
            "y": base64url(numbers.y.to_bytes(size)),
        }
    size = (numbers.n.bit_length() + 7) // 8
    return {
        "kty": "RSA",
        "n": base64url(numbers.n.to_bytes(size)),
        "e": base64url(numbers.e.to_bytes(3)),
    }

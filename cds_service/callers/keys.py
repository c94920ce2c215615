"""Public keys of one issuer: JSON Web Keys (RFC 7517) that may verify its tokens, and why others may not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jwt import PyJWK
from jwt.exceptions import PyJWTError

from cds_service.json_text import JsonTextError, decode_json

MAX_KEYS = 100
MAX_KID = 64  # characters
RSA_BITS = (2048, 8192)  # shorter ones can be broken, longer ones only cost time
CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
RSA_ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})


class NoKeySet(ValueError):
    """The text is not a set of keys. The message repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """One public key that may verify tokens.

    Attributes:
        algorithms: that a key of this kind can be used with.
        bound: the one that its owner allows; None where the owner does not say.
        public: as the cryptography library holds it.
    """

    kid: str
    algorithms: frozenset[str]
    bound: str | None
    public: Any = field(repr=False)

    def fits(self, algorithm: str) -> bool:
        """Whether a token of this algorithm may be verified with it."""
        return algorithm in self.algorithms and self.bound in (None, algorithm)


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys of one issuer.

    Attributes:
        keys: by id; different keys may have the same.
        ignored: why a key of this id is not used: `jwks.badkey`, `jwks.use`, `jwks.weak`.
    """

    keys: Mapping[str, tuple[VerifyingKey, ...]] = field(default_factory=dict)
    ignored: Mapping[str, str] = field(default_factory=dict)


def read_keys(text: bytes) -> KeySet:
    """The keys in this JWK Set.

    Raises:
        NoKeySet: it is none.
    """
    try:
        document = decode_json(text)
    except JsonTextError as error:
        raise NoKeySet(str(error)) from None
    members = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(members, list) or len(members) > MAX_KEYS:
        raise NoKeySet(f'not an object with a list "keys" of at most {MAX_KEYS}')
    keys: dict[str, tuple[VerifyingKey, ...]] = {}
    ignored: dict[str, str] = {}
    for member in members:
        kid = _kid_of(member)
        found = _verifying_key(kid, member)
        if isinstance(found, str):
            ignored[kid] = found
        else:
            keys[kid] = (*keys.get(kid, ()), found)
    return KeySet(keys, ignored)


def _kid_of(member: Any) -> str:
    """The id of the key; empty where it has none that a token could name."""
    kid = member.get("kid") if isinstance(member, dict) else None
    return kid if isinstance(kid, str) and len(kid) <= MAX_KID else ""


def _verifying_key(kid: str, member: Any) -> VerifyingKey | str:
    """The key, or why it is not used."""
    if not kid or member.get("kty") not in {"EC", "RSA"} or "d" in member or not _is_text(member.get("alg")):
        return "jwks.badkey"  # symmetric, of another kind, without an id, or a private key that is no secret any more
    if member.get("use", "sig") != "sig" or not _may_verify(member.get("key_ops", ["verify"])):
        return "jwks.use"
    return _elliptic(kid, member) if member["kty"] == "EC" else _rsa(kid, member)


def _elliptic(kid: str, member: Mapping[str, Any]) -> VerifyingKey | str:
    algorithm = CURVES.get(str(member.get("crv")))
    if algorithm is None:
        return "jwks.weak"
    public = _public(member, ("kty", "crv", "x", "y"), algorithm)
    return "jwks.badkey" if public is None else VerifyingKey(kid, frozenset({algorithm}), member.get("alg"), public)


def _rsa(kid: str, member: Mapping[str, Any]) -> VerifyingKey | str:
    public = _public(member, ("kty", "n", "e"), "RS384")
    if public is None:
        return "jwks.badkey"
    shortest, longest = RSA_BITS
    if not shortest <= public.key_size <= longest:
        return "jwks.weak"
    return VerifyingKey(kid, RSA_ALGORITHMS, member.get("alg"), public)


def _public(member: Mapping[str, Any], names: tuple[str, ...], algorithm: str) -> Any:
    """The key of these members alone; None where they make none."""
    try:
        return PyJWK({name: member[name] for name in names}, algorithm).key
    except (KeyError, TypeError, ValueError, PyJWTError):
        return None


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _may_verify(operations: Any) -> bool:
    return isinstance(operations, list) and "verify" in operations

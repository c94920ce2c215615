"""Read a set of public keys (RFC 7517), and refuse what is unsound in it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, get_args

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from cds_service.errors import CdsError
from cds_service.protocol.json_text import JsonTextError, decode_json
from cds_service.site.profiles import Algorithm

MAX_KEYS = 100
MAX_KID = 256  # characters
# Keys of one algorithm under one id. A rotation has two; a token is tried with each.
MAX_OF_ID = 3
TOO_MANY = "jwks.many"
RSA_BITS = (2048, 8192)  # shorter keys can be broken, longer ones are slow
# With an exponent as long as the key, a signature takes 60 times as long to verify.
MAX_EXPONENT = 2**32
RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
# Key type or curve -> algorithms of RFC 7518 and RFC 8037 that such a key can verify.
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "RSA": RSA,
    "P-256": ("ES256",),
    "P-384": ("ES384",),
    "P-521": ("ES512",),
    "Ed25519": ("EdDSA",),
}
OF_CLIENTS: frozenset[str] = frozenset(get_args(Algorithm))


class NoKeySet(CdsError):
    """The text is not a JWK Set. The message does not repeat it."""


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys of one issuer.

    Attributes:
        keys: keys by id, one for each algorithm that it may verify; a key is left out
            if its `alg` does not fit the key type. Different keys may share an id; a
            key without an id has the empty id.
        ignored: the reason why a key with this id is not used: `jwks.badkey`,
            `jwks.use` or `jwks.weak`; `jwks.many` if there are too many of this id.
    """

    keys: Mapping[str, tuple[PyJWK, ...]] = field(default_factory=dict)
    ignored: Mapping[str, str] = field(default_factory=dict)

    def fitting(self, algorithm: str, kid: str | None) -> Sequence[PyJWK]:
        """Return the keys of this algorithm with this id, or with any if it is None."""
        named = (
            self.keys.get(kid, ())
            if kid is not None
            else chain.from_iterable(self.keys.values())
        )
        return [key for key in named if key.algorithm_name == algorithm]


def read_keys(text: bytes, algorithms: Collection[str] = OF_CLIENTS) -> KeySet:
    """Read the keys in this JWK Set.

    Args:
        algorithms: algorithms for which keys are needed.

    Raises:
        NoKeySet: the text is not a JWK Set.
    """
    try:
        document = decode_json(text)
    except JsonTextError as error:
        raise NoKeySet(str(error)) from None
    members = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(members, list) or len(members) > MAX_KEYS:
        raise NoKeySet(f'not an object with a list "keys" of at most {MAX_KEYS}')
    keys: dict[str, tuple[PyJWK, ...]] = {}
    ignored: dict[str, str] = {}
    for member in members:
        kid = member.get("kid", "") if isinstance(member, dict) else None
        if not isinstance(kid, str) or len(kid) > MAX_KID:
            ignored[str(kid)[:MAX_KID]] = "jwks.badkey"
            continue
        read = _read_key(member, algorithms)
        if isinstance(read, str):
            ignored[kid] = read
        else:
            _add(kid, read, keys, ignored)
    return KeySet(keys, ignored)


def _add(
    kid: str,
    more: Sequence[PyJWK],
    keys: dict[str, tuple[PyJWK, ...]],
    ignored: dict[str, str],
) -> None:
    """Add keys of this id, at most `MAX_OF_ID` for each algorithm."""
    of_kid = keys.get(kid, ())
    if not kid:  # no token of an EHR names it
        keys[kid] = (*of_kid, *more)
        return
    for key in more:
        alike = [one for one in of_kid if one.algorithm_name == key.algorithm_name]
        if len(alike) < MAX_OF_ID:
            of_kid = (*of_kid, key)
        else:
            ignored[kid] = TOO_MANY
    keys[kid] = of_kid


def _read_key(
    member: Mapping[str, Any], algorithms: Collection[str]
) -> tuple[PyJWK, ...] | str:
    """Read one key for each algorithm that it may verify, or say why it is not used."""
    kind = member.get("kty")
    # symmetric, or a private key
    if kind not in ("EC", "RSA", "OKP") or "d" in member:
        return "jwks.badkey"
    operations = member.get("key_ops", ["verify"])
    if (
        member.get("use", "sig") != "sig"
        or not isinstance(operations, list)
        or "verify" not in operations
    ):
        return "jwks.use"
    name = "RSA" if kind == "RSA" else str(member.get("crv"))
    family = FAMILIES.get(name)
    if family is None:
        return "jwks.weak"
    bound = member.get("alg")
    try:
        public = PyJWK(dict(member), family[0]).key
        keys = tuple(
            PyJWK(dict(member), algorithm)
            for algorithm in family
            if algorithm in algorithms and bound in (None, algorithm)
        )
    except (PyJWTError, KeyError, TypeError, ValueError):
        return "jwks.badkey"
    return keys if kind != "RSA" or _is_sound(public) else "jwks.weak"


def _is_sound(key: RSAPublicKey) -> bool:
    """Tell if a key is long enough, and quick to verify with."""
    shortest, longest = RSA_BITS
    return shortest <= key.key_size <= longest and key.public_numbers().e < MAX_EXPONENT


def joined(sets: Iterable[KeySet]) -> KeySet:
    keys: dict[str, tuple[PyJWK, ...]] = {}
    ignored: dict[str, str] = {}
    for key_set in sets:
        ignored.update(key_set.ignored)
        for kid, of_kid in key_set.keys.items():
            _add(kid, of_kid, keys, ignored)
    return KeySet(keys, ignored)

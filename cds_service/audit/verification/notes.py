"""Parse signed checkpoints, and verify their signatures.

The format is in docs/audit-format.md, "Checkpoints".
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ORIGIN = "kyphoplasty-cds/"
ED25519 = b"\x01"
PLACE = re.compile(r"[0-9]{1,19}")
Signature = tuple[str, bytes, bytes]  # key name, key hash, signature


class BadNote(Exception):
    """The text is not a checkpoint or key; the message says why."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The content of a checkpoint note.

    Attributes:
        log: id of the log.
        sequence: sequence of the last entry that it covers.
        hash: hash of that entry.
        signed: the signed bytes.
        signatures: all signatures.
    """

    log: str
    sequence: int
    hash: str
    signed: bytes
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, with the signer's name."""

    name: str
    octets: bytes

    @property
    def hash(self) -> bytes:
        """Return the four bytes by which a signature refers to this key."""
        named = self.name.encode() + b"\n" + ED25519 + self.octets
        return hashlib.sha256(named).digest()[:4]


def read_note(text: str) -> Checkpoint:
    """Parse the checkpoint in this text.

    Raises:
        BadNote: there is none.
    """
    note = text.replace("\r\n", "\n").lstrip("\ufeff\n ")
    body, separator, tail = note.partition("\n\n")
    lines = body.split("\n")
    if (
        not separator
        or len(lines) < 3
        or not lines[0].startswith(ORIGIN)
        or not PLACE.fullmatch(lines[1])
    ):
        raise BadNote("the file is no checkpoint of this program")
    signatures = tuple(
        read_signature(line) for line in tail.split("\n") if line.startswith("\u2014 ")
    )
    if not signatures:
        raise BadNote("the checkpoint is not signed")
    link = _decoded(lines[2]).hex()
    return Checkpoint(
        lines[0].removeprefix(ORIGIN),
        int(lines[1]),
        link,
        f"{body}\n".encode(),
        signatures,
    )


def read_key(text: str) -> Key:
    """Parse a key `<name>+<hash>+<key>`.

    Raises:
        BadNote: there is none, or it is incomplete.
    """
    name, _, tail = text.strip().partition("+")
    key_hash, _, encoded = tail.partition("+")
    octets = _decoded(encoded)
    key = Key(name, octets[1:])
    if octets[:1] != ED25519 or len(octets) != 33 or key.hash.hex() != key_hash.lower():
        raise BadNote("the text is no key of a checkpoint")
    return key


def is_signed_by(checkpoint: Checkpoint, key: Key) -> bool:
    return any(
        is_signature_of(key, signature, checkpoint.signed)
        for signature in checkpoint.signatures
    )


def names_key(checkpoint: Checkpoint, key: Key) -> bool:
    """Tell if one of the signatures says that it is of this key."""
    return any(
        (name, key_hash) == (key.name, key.hash)
        for name, key_hash, _ in checkpoint.signatures
    )


def is_signature_of(key: Key, line: Signature, signed: bytes) -> bool:
    """Tell if this is the key's valid signature of these bytes."""
    name, key_hash, signature = line
    if (name, key_hash) != (key.name, key.hash):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key.octets).verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def read_signature(line: str) -> Signature:
    """Parse name, key hash and signature from a line.

    Raises:
        BadNote: it is not a signature line.
    """
    name, _, encoded = line.removeprefix("\u2014 ").rpartition(" ")
    octets = _decoded(encoded)
    return name, octets[:4], octets[4:]


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("the text is not whole: a part is not base64") from None

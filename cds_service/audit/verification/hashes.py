"""The two hashes of the format, version 1 (docs/audit-format.md, "Hashes")."""

import hashlib
import struct
from collections.abc import Mapping, Sequence

FIRST_PREVIOUS = "0" * 64
FORMAT = "1"
_LENGTH = struct.Struct(">Q")
Card = tuple[str, str, str, str]  # uuid, topic, indicator, rules


def framed(parts: Sequence[str]) -> bytes:
    """Each part as UTF-8, prefixed with its length as eight bytes."""
    found = []
    for part in parts:
        octets = part.encode("utf-8", "surrogatepass")
        found.append(_LENGTH.pack(len(octets)))
        found.append(octets)
    return b"".join(found)


def commitment_of(salt: str, facts: Mapping[str, str], cards: Sequence[Card], body: str) -> str:
    """The commitment to a payload, which the chain holds."""
    parts = ["kyphoplasty-cds audit payload 1", salt, str(len(facts))]
    for name in sorted(facts):
        parts.append(name)
        parts.append(facts[name])
    parts.append(str(len(cards)))
    for card in cards:
        parts.extend(card)
    parts.append(body)
    return hashlib.sha256(framed(parts)).hexdigest()


def link_of(sequence: int, entry_id: str, at: str, kind: str, commitment: str, previous: str) -> str:
    """The hash of an entry at its sequence number."""
    parts = ("kyphoplasty-cds audit link 1", str(sequence), entry_id, at, kind, commitment, previous)
    return hashlib.sha256(framed(parts)).hexdigest()

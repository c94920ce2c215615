"""The two hashes of the format, version 1 (docs/audit-format.md, "Hashes")."""

import hashlib
import struct
from collections.abc import Mapping, Sequence

FIRST_PREVIOUS = "0" * 64
FORMAT = "1"
_LENGTH = struct.Struct(">Q")
Card = tuple[str, str, str, str]  # uuid, topic, indicator, rules


def framed(parts: Sequence[str]) -> bytes:
    """Return each part as UTF-8, prefixed with its length as eight bytes."""
    octets = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join(_LENGTH.pack(len(part)) + part for part in octets)


def commitment_of(
    salt: str, facts: Mapping[str, str], cards: Sequence[Card], body: str
) -> str:
    """Return the commitment to a payload, which the chain holds."""
    named = (part for pair in sorted(facts.items()) for part in pair)
    cells = (part for card in cards for part in card)
    parts = (
        "kyphoplasty-cds audit payload 1",
        salt,
        str(len(facts)),
        *named,
        str(len(cards)),
        *cells,
        body,
    )
    return hashlib.sha256(framed(parts)).hexdigest()


def link_of(
    sequence: int, entry_id: str, at: str, kind: str, commitment: str, previous: str
) -> str:
    """Return the hash of an entry at its sequence number."""
    parts = (
        "kyphoplasty-cds audit link 1",
        str(sequence),
        entry_id,
        at,
        kind,
        commitment,
        previous,
    )
    return hashlib.sha256(framed(parts)).hexdigest()

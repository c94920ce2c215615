"""The lines of a spool: one entry each, with a hash over itself and the line before it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from cds_service.audit.chain import GENESIS, SealedEntry, ShownCard, canonical_json


@dataclass(frozen=True, slots=True)
class Lines:
    """What a spool holds from a place on.

    Attributes:
        end: place behind the last whole line.
        torn: bytes behind it that are no whole line, as after a crash while it was written.
        is_damaged: a line that was whole once is not what it was.
    """

    entries: tuple[SealedEntry, ...]
    end: int
    torn: int
    is_damaged: bool


def line_of(entry: SealedEntry, previous: str) -> tuple[bytes, str]:
    """The line of an entry behind the one with this hash, and its own hash."""
    document = canonical_json({**asdict(entry), "cards": [asdict(card) for card in entry.cards]})
    found = _hash(previous, document)
    return f"{found} {document}\n".encode("ascii"), found


def read_lines(octets: bytes, start: int = 0) -> Lines:
    """The entries from this place on, which is 0 or behind a whole line."""
    entries: list[SealedEntry] = []
    previous, end = GENESIS, 0
    for line in octets.split(b"\n")[:-1]:
        stated, _, document = line.decode("ascii", "replace").partition(" ")
        if stated != _hash(previous, document):
            is_last = octets.count(b"\n", end) <= 1
            return Lines(tuple(entries), end, len(octets) - end, is_damaged=not is_last)
        previous, end = stated, end + len(line) + 1
        if end > start:
            entries.append(_entry(json.loads(document)))
    return Lines(tuple(entries), end, len(octets) - end, is_damaged=False)


def _entry(document: dict[str, Any]) -> SealedEntry:
    cards = tuple(ShownCard(**{**card, "rules": tuple(card["rules"])}) for card in document["cards"])
    return SealedEntry(**{**document, "cards": cards})


def _hash(previous: str, document: str) -> str:
    return hashlib.sha256(f"{previous} {document}".encode()).hexdigest()

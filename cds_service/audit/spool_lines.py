"""The lines of a spool: one entry each, with a hash over itself and the line before it."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from typing import Any

from cds_service.audit.chain import GENESIS, SealedEntry, ShownCard
from cds_service.json_text import canonical_json

PIECE_BYTES = 256 * 1024  # some tens of entries


def line_of(entry: SealedEntry, previous: str) -> tuple[bytes, str]:
    """The line of an entry behind the one with this hash, and its own hash."""
    document = canonical_json({**asdict(entry), "cards": [asdict(card) for card in entry.cards]})
    found = _hash(previous, document)
    return f"{found} {document}\n".encode("ascii"), found


class LineReader:
    """The lines of a spool from its start, some at a time: never the whole file in memory.

    Attributes:
        end: place behind the last line that was read.
    """

    def __init__(self, handle: int) -> None:
        """Nothing is read yet."""
        self._handle = handle
        self._hash = GENESIS
        self.end = 0

    def read(self, size: int) -> tuple[SealedEntry, ...]:
        """The next entries, as many as a piece of the file holds; none where no line that is whole comes next.

        Args:
            size: of the file, as far as it is to be read.
        """
        entries: list[SealedEntry] = []
        for line in self._piece(size).split(b"\n")[:-1]:
            stated, _, document = line.decode("ascii", "replace").partition(" ")
            if stated != _hash(self._hash, document):
                break
            self._hash, self.end = stated, self.end + len(line) + 1
            entries.append(_entry(json.loads(document)))
        return tuple(entries)

    def is_damaged(self, size: int) -> bool:
        """Whether what comes next was whole once: a line that was torn as it was written is the last one."""
        ends, place = 0, self.end
        while place < size and (octets := os.pread(self._handle, min(PIECE_BYTES, size - place), place)):
            ends, place = ends + octets.count(b"\n"), place + len(octets)
        return ends > 1

    def _piece(self, size: int) -> bytes:
        """At least a line, where there is one."""
        wanted = PIECE_BYTES
        while True:
            octets = os.pread(self._handle, min(wanted, size - self.end), self.end)
            if b"\n" in octets or len(octets) < wanted:
                return octets
            wanted *= 2


def _entry(document: dict[str, Any]) -> SealedEntry:
    cards = tuple(ShownCard(**{**card, "rules": tuple(card["rules"])}) for card in document["cards"])
    return SealedEntry(**{**document, "cards": cards})


def _hash(previous: str, document: str) -> str:
    return hashlib.sha256(f"{previous} {document}".encode()).hexdigest()

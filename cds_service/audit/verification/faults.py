"""Finds what is wrong with an entry, and in which field."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from cds_service.audit.verification.hashes import Card, commitment_of, link_of
from cds_service.audit.verification.rows import Row

What = Literal[
    "changed",
    "inserted",
    "removed",
    "reordered",
    "rewritten",
    "payload changed",
    "payload missing",
    "purge",
    "cut off",
    "checkpoint",
]
SEARCHED = 20_000  # sequence numbers to try on either side of an entry


@dataclass(frozen=True, slots=True)
class Fault:
    """One difference from what was written.

    Attributes:
        sequence: the entry; the first of a range.
        last: the last entry of a range; else the same.
        detail: a sentence that repeats no value of the entry.
    """

    what: What
    sequence: int
    detail: str
    last: int

    def __str__(self) -> str:
        place = f"entry {self.sequence}" if self.last == self.sequence else f"entries {self.sequence} to {self.last}"
        return f"{place}: {self.what}: {self.detail}"


def fault(what: What, sequence: int, detail: str, last: int | None = None) -> Fault:
    """Make a fault for one entry or a range."""
    return Fault(what, sequence, detail, sequence if last is None else last)


def hash_at(row: Row, sequence: int) -> str:
    """The hash that the entry would have at this sequence number."""
    return link_of(sequence, row.entry_id, row.at, row.kind, row.commitment, row.previous_hash)


def changed_field(row: Row, last_hash: str, next_previous: str | None) -> str:
    """The field that was changed: the one whose correction restores the hash; empty if no single field does."""
    if next_previous is not None and hash_at(row, row.sequence) == next_previous:
        return "hash"
    fields: dict[str, Any] = {
        "sequence": row.sequence,
        "entry_id": row.entry_id,
        "at": row.at,
        "kind": row.kind,
        "commitment": row.commitment,
        "previous": row.previous_hash,
    }
    return next((name for name, right in _right(row, last_hash) if link_of(**{**fields, name: right}) == row.hash), "")


def written_at(row: Row) -> int | None:
    """The sequence number at which the entry was written, if it was moved, but not too far."""
    for distance in range(1, SEARCHED):
        for place in (row.sequence + distance, row.sequence - distance):
            if place > 0 and hash_at(row, place) == row.hash:
                return place
    return None


def payload_fault(row: Row) -> Fault | None:
    """The fault in an existing payload, if any."""
    if row.salt is None or row.body is None:
        return None
    if row.facts is None:
        return fault("payload missing", row.sequence, "what the entry is found by is gone (audit_search)")
    if row.copies != (row.at, row.kind):
        return fault("payload changed", row.sequence, "at or kind in audit_search differs from the entry's")
    if commitment_of(row.salt, row.facts, row.cards, row.body) == row.commitment:
        return None
    return fault("payload changed", row.sequence, _changed_part(row, row.facts, row.salt, row.body))


def _changed_part(row: Row, facts: dict[str, str], salt: str, body: str) -> str:
    """The part of a payload that was changed; the body repeats the other parts, so the two can be compared."""
    document = parsed(body)
    said_facts, said_cards = document.get("facts"), _cards(document.get("cards"))
    if not isinstance(said_facts, dict) or said_cards is None:
        return "the body or the salt is not the one that was written"
    right_facts = commitment_of(salt, said_facts, row.cards, body) == row.commitment
    right_cards = commitment_of(salt, facts, said_cards, body) == row.commitment
    names = sorted(name for name in {*facts, *said_facts} if facts.get(name) != said_facts.get(name))
    if right_facts:
        return f"audit_search: {', '.join(names)}"
    if right_cards:
        return "audit_card: a row was changed, inserted or removed"
    if commitment_of(salt, said_facts, said_cards, body) == row.commitment:
        return f"audit_card, and audit_search: {', '.join(names)}"
    return "the body or the salt is not the one that was written"


def parsed(body: str | None) -> dict[str, Any]:
    """The body as JSON; empty if it is not valid."""
    try:
        found = json.loads(body) if body is not None else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def content_of(row: Row) -> dict[str, Any]:
    """The entry's content; empty if it cannot be read."""
    found = parsed(row.body).get("content")
    return found if isinstance(found, dict) else {}


def _right(row: Row, last_hash: str) -> list[tuple[str, str]]:
    """The correct values of an entry's fields, according to its other rows."""
    document = parsed(row.body)
    right = [("previous", last_hash)]
    if row.salt is not None and row.body is not None and row.facts is not None:
        right.append(("commitment", commitment_of(row.salt, row.facts, row.cards, row.body)))
    right += [("at", row.copies[0]), ("kind", row.copies[1])] if row.copies else []
    named = {"entry_id": document.get("id"), "at": document.get("at"), "kind": document.get("kind")}
    return right + [(name, value) for name, value in named.items() if isinstance(value, str)]


def _cards(found: Any) -> tuple[Card, ...] | None:
    if not isinstance(found, list) or not all(isinstance(card, list) and len(card) == 4 for card in found):
        return None
    return tuple((str(card[0]), str(card[1]), str(card[2]), str(card[3])) for card in found)

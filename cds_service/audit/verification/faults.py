"""Faults of a log, and what is wrong with a payload."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from cds_service.audit.verification.hashes import Card, commitment_of
from cds_service.audit.verification.rows import Row

FaultKind = Literal[
    "changed",
    "inserted",
    "removed",
    "rewritten",
    "payload changed",
    "payload missing",
    "purge",
    "cut off",
    "checkpoint",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which the log is not as it was written.

    Attributes:
        sequence: the entry, or the first of a range.
        last: the last entry of the range; of one entry, the same.
        detail: a sentence that repeats no value of the entry.
    """

    what: FaultKind
    sequence: int
    detail: str
    last: int

    def __str__(self) -> str:
        place = (
            f"entry {self.sequence}"
            if self.last == self.sequence
            else f"entries {self.sequence} to {self.last}"
        )
        return f"{place}: {self.what}: {self.detail}"


def fault(
    what: FaultKind, sequence: int, detail: str, last: int | None = None
) -> Fault:
    return Fault(what, sequence, detail, sequence if last is None else last)


def payload_fault(row: Row) -> Fault | None:
    """Find the fault in a payload that is there, if any."""
    if row.salt is None or row.body is None:
        return None
    if row.facts is None:
        return fault(
            "payload missing",
            row.sequence,
            "its search fields (audit_search) were deleted",
        )
    if row.copies != (row.at, row.kind):
        return fault(
            "payload changed",
            row.sequence,
            "at or kind in audit_search differs from the entry's",
        )
    if not row.are_cards_in_place:
        return fault(
            "payload changed",
            row.sequence,
            "audit_card: the positions of its cards do not count from 0",
        )
    if commitment_of(row.salt, row.facts, row.cards, row.body) == row.commitment:
        return None
    return fault(
        "payload changed",
        row.sequence,
        _changed_part(row, row.facts, row.salt, row.body),
    )


def _changed_part(row: Row, facts: dict[str, str], salt: str, body: str) -> str:
    """Name the part of a payload that was changed.

    The body repeats the other parts, so the two can be compared.
    """
    document = parsed(body)
    said_facts, said_cards = document.get("facts"), cards_in(document.get("cards"))
    if (
        not isinstance(said_facts, dict)
        or said_cards is None
        or commitment_of(salt, said_facts, said_cards, body) != row.commitment
    ):
        return "the body or the salt is not the one that was written"
    names = sorted(
        name
        for name in {*facts, *said_facts}
        if facts.get(name) != said_facts.get(name)
    )
    parts = [f"audit_search: {', '.join(names)}"] if names else []
    parts += (
        ["audit_card: a row was changed, inserted or removed"]
        if said_cards != row.cards
        else []
    )
    return "; ".join(parts)


def parsed(body: str | None) -> dict[str, Any]:
    """Read the body as a JSON object; empty if it is none."""
    try:
        document = json.loads(body) if body is not None else {}
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def content_of(row: Row) -> dict[str, Any]:
    """Read the entry's content; empty if it cannot be read."""
    content = parsed(row.body).get("content")
    return content if isinstance(content, dict) else {}


def cards_in(cards: Any) -> tuple[Card, ...] | None:
    """Read the cards of a body; None if they cannot be read."""
    if not isinstance(cards, list) or not all(
        isinstance(card, list) and len(card) == 4 for card in cards
    ):
        return None
    return tuple(
        (str(card[0]), str(card[1]), str(card[2]), str(card[3])) for card in cards
    )

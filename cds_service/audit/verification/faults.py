"""Faults of a log, and the check of one payload."""

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
    "not known",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which the log is not as it was written.

    Attributes:
        sequence: the entry, or the first of a range.
        last: the last entry of the range; of one entry, the same.
        detail: a phrase for people, which repeats no value of the entry.
    """

    what: FaultKind
    sequence: int
    detail: str
    last: int

    def __str__(self) -> str:
        place = f"entry {self.sequence}"
        if self.last != self.sequence:
            place = f"entries {self.sequence} to {self.last}"
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
        detail = "its search fields (audit_search) were deleted"
        return fault("payload missing", row.sequence, detail)
    if row.copies != (row.at, row.kind):
        detail = "at or kind in audit_search differs from the entry's"
        return fault("payload changed", row.sequence, detail)
    if not row.are_cards_in_place:
        detail = "audit_card: the positions of its cards do not count from 0"
        return fault("payload changed", row.sequence, detail)
    if commitment_of(row.salt, row.facts, row.cards, row.body) == row.commitment:
        return None
    detail = _changed_part(row, row.facts, row.salt, row.body)
    return fault("payload changed", row.sequence, detail)


def _changed_part(row: Row, facts: dict[str, str], salt: str, body: str) -> str:
    """Name the part of a payload that was changed.

    The body repeats facts and cards. If it is as it was written, those in the other
    tables are compared with it.
    """
    document = parsed(body)
    true_facts, true_cards = document.get("facts"), cards_in(document.get("cards"))
    if (
        not isinstance(true_facts, dict)
        or true_cards is None
        or commitment_of(salt, true_facts, true_cards, body) != row.commitment
    ):
        return "the body or the salt is not the one that was written"
    names = sorted(
        name
        for name in {*facts, *true_facts}
        if facts.get(name) != true_facts.get(name)
    )
    parts = [f"audit_search: {', '.join(names)}"] if names else []
    if true_cards != row.cards:
        parts.append("audit_card: a row was changed, inserted or removed")
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

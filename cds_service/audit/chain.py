"""What an audit entry holds, and how entries are sealed and chained; pure, and the port to wherever they are kept.

`docs/audit-format.md` describes the bytes that are hashed, for whoever writes a verifier. An entry holds ids, never
names, tokens or free text of a record.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal, Protocol
from uuid import uuid4

from cds_service.deadline import Deadline
from cds_service.json_text import canonical_json

FORMAT = 1
MAX_FACT = 256  # characters; ids are shorter, and longer ones fit no index
GENESIS = "0" * 64  # the hash before the first entry
Kind = Literal[
    "genesis",  # the first entry of every log
    "answer",  # cards were shown
    "refusal",  # a request that asked for an augmentation order was refused
    "feedback",  # a card was accepted or overridden
    "read",  # somebody looked into the log
    "export",  # somebody took entries out of the log
    "login",  # somebody logged in or out, or was not let in
    "account",  # an account of a reviewer was made, changed or closed
    "mark",  # a reviewer marked an entry
    "note",  # a reviewer wrote something about an entry
    "checkpoint",  # the head of the log was signed
    "purge",  # payloads were deleted after their retention
    "gap",  # answers were refused since no entry could be written
    "start",
    "stop",
]
# Kinds that say what happened to the log itself: no patient in them, so that they are never purged.
LASTING: tuple[Kind, ...] = ("genesis", "checkpoint", "purge", "gap", "start", "stop")
# Kinds that say who looks: not for everybody who may look.
ABOUT_READERS: tuple[Kind, ...] = ("read", "export", "login", "account")
_LINK = b"kyphoplasty-cds audit link 1"
_PAYLOAD = b"kyphoplasty-cds audit payload 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCard:
    """One card of an answer, as far as entries are found by it.

    Attributes:
        rules: ids of the recommendations behind it, in the order shown.
    """

    card: str
    topic: str
    indicator: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A part of an entry's content that is canonical JSON already, since the answer holds the same bytes."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing that was said, refused, answered by a user or done with the log.

    Attributes:
        at: when it happened, UTC.
        content: JSON, each member as such or `Written`; of an answer: order, inputs, gaps, figures, digests, cards as
            shown.
        id: made by the writer, so that an entry whose commit is uncertain can be written again, once.
        patient: the FHIR id from the context.
        user: `context.userId`; of reviewers their account.
        status: the HTTP status that was answered.
        result: `shown`, `refused`, `accepted`, `overridden`, or a reviewer's mark.
        reason: code of the refusal or of the override.
        partial: part of the record could not be read.
        warning: one of the cards was a warning.
        about: id of the entry that this one is about.
        card: uuid of the card that a feedback is about.
        cards: those of an answer.
    """

    kind: Kind
    at: datetime
    content: Mapping[str, Any]
    id: str = field(default_factory=lambda: str(uuid4()))
    service_id: str | None = None
    hook_instance: str | None = None
    patient: str | None = None
    user: str | None = None
    encounter: str | None = None
    client: str | None = None
    tenant: str | None = None
    status: int | None = None
    result: str | None = None
    reason: str | None = None
    refracture_band: str | None = None
    residual_pain_band: str | None = None
    partial: bool | None = None
    warning: bool | None = None
    about: str | None = None
    card: str | None = None
    topic: str | None = None
    cards: tuple[ShownCard, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditState:
    """How the log does, for operators; no ids.

    Attributes:
        is_ready: an entry would be kept.
        trouble: why not, or what is wrong meanwhile; empty when all is well.
        lost: entries that could not be written and that the log does not tell of yet.
    """

    is_ready: bool
    trouble: str = ""
    lost: int = 0


class AuditLog(Protocol):
    """Where entries are kept, for good."""

    def append(self, entry: AuditEntry, until: Deadline | None = None) -> None:
        """Keep the entry; when this returns it is on disk.

        Args:
            entry: with its id.
            until: the deadline of the answer that waits for it; without one it waits as long as the log sees fit.

        Raises:
            AuditUnavailable: it is not kept, and nothing may be shown.
        """
        ...

    def state(self) -> AuditState:
        """Whether an entry would be kept now."""
        ...


FACTS: tuple[str, ...] = (
    "about",
    "card",
    "client",
    "encounter",
    "hook_instance",
    "partial",
    "patient",
    "reason",
    "refracture_band",
    "residual_pain_band",
    "result",
    "service_id",
    "status",
    "tenant",
    "topic",
    "user",
    "warning",
)


@dataclass(frozen=True, kw_only=True)
class SealedEntry:
    """An entry as it is kept: texts alone, with the salted commitment to all that may be purged.

    Attributes:
        at: RFC 3339, UTC, milliseconds.
        facts: what entries are found by, without those that are absent.
        body: canonical JSON.
    """

    id: str
    kind: str
    at: str
    salt: str
    facts: Mapping[str, str]
    cards: tuple[ShownCard, ...]
    body: str

    @cached_property
    def commitment(self) -> str:
        """SHA-256 over salt, facts, cards and body."""
        parts: list[str] = [self.salt, str(len(self.facts))]
        for name in sorted(self.facts):
            parts += (name, self.facts[name])
        parts.append(str(len(self.cards)))
        for card in self.cards:
            parts += (card.card, card.topic, card.indicator, " ".join(card.rules))
        parts.append(self.body)
        return _digest(_PAYLOAD, parts)

    def link(self, sequence: int, previous: str) -> str:
        """The hash of the entry at this place of the chain."""
        return _digest(_LINK, [str(sequence), self.id, self.at, self.kind, self.commitment, previous])


def seal(entry: AuditEntry) -> SealedEntry:
    """The entry as it is kept, with a fresh salt."""
    at = time_text(entry.at)
    facts = {name: _fact_text(value) for name in FACTS if (value := getattr(entry, name)) is not None}
    cards = [[card.card, card.topic, card.indicator, " ".join(card.rules)] for card in entry.cards]
    document = {
        "id": entry.id,
        "kind": entry.kind,
        "at": at,
        "facts": facts,
        "cards": cards,
        "content": Written(_object_text(entry.content)),
    }
    return SealedEntry(
        id=entry.id,
        kind=entry.kind,
        at=at,
        salt=secrets.token_hex(16),
        facts=facts,
        cards=entry.cards,
        body=_object_text(document),
    )


def _object_text(members: Mapping[str, Any]) -> str:
    """Canonical JSON of an object of which some members are written already."""
    texts = (
        f"{canonical_json(name)}:{value.text if isinstance(value, Written) else canonical_json(value)}"
        for name, value in sorted(members.items())
    )
    return f"{{{','.join(texts)}}}"


def time_text(moment: datetime) -> str:
    """A moment as the log writes it: UTC, milliseconds, `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fact_text(value: str | int) -> str:
    """Yes and no are 1 and 0; a text that is no id by its length stands as its hash."""
    if isinstance(value, int):
        return str(int(value))
    return value if len(value) <= MAX_FACT else f"sha256:{hashlib.sha256(value.encode()).hexdigest()}"


def _digest(purpose: bytes, parts: Iterable[str]) -> str:
    """SHA-256 over the purpose and the parts, each with its length in front: no two lists give the same bytes."""
    framed = hashlib.sha256()
    for part in (purpose, *(one.encode("utf-8", "surrogatepass") for one in parts)):
        framed.update(len(part).to_bytes(8, "big"))
        framed.update(part)
    return framed.hexdigest()

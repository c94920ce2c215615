"""The audit entry, its sealing and chaining, and the port `AuditLog`.

Nothing here is I/O; the port hides the database.

An entry holds ids, never names, tokens or free text from a record.
`docs/audit-format.md` describes the hashed bytes, for authors of a verifier.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal, Protocol
from uuid import uuid4

from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.json_text import canonical_json

FORMAT = 1
MAX_FACT = 256  # characters; ids are shorter, and longer values do not fit an index
GENESIS = "0" * 64  # the hash before the first entry
Kind = Literal[
    "genesis",  # the first entry of every log
    "answer",  # cards were shown
    "refusal",  # a signing, a discharge or an opened chart of ours was refused
    "feedback",  # a card was accepted or overridden
    "read",  # somebody looked into the log
    "export",  # somebody took entries out of the log
    "login",  # somebody logged in or out, or was not let in
    "account",  # an account of a reviewer was made, changed or closed
    "mark",  # a reviewer marked an entry
    "note",  # a reviewer wrote something about an entry
    "measures",  # values of the worksheet were sent to a record
    "checkpoint",  # the head of the log was signed
    "loop",  # the record was searched for what an answer had asked for
    "purge",  # payloads were deleted after their retention
    # A call got no card, since orders were missing, nearly recognised or not read. It
    # names no patient.
    "near-miss",
    "gap",  # answers were refused because no entry could be written
    "start",
    "stop",
    "verify",  # the log was verified by `audit verify --record`
    "mode",  # `[service]` of site.toml changed: if and to whom answers are shown
]
# Kinds about the log itself. They name no patient and are never purged.
LASTING: tuple[Kind, ...] = (
    "genesis",
    "checkpoint",
    "purge",
    "gap",
    "start",
    "stop",
    "mode",
    "verify",
)
SILENT = "silent"  # the result of an answer that was computed and not shown
# Kinds about readers of the log; not every reader may see them.
ABOUT_READERS: tuple[Kind, ...] = ("read", "export", "login", "account")
# `context.userId` of synthetic calls (`kyphoplasty-cds probe`, `preview --check`), and
# the prefix of their patients' ids.
PROBE = "Practitioner/kyphoplasty-cds-probe"
PROBE_PATIENTS = "kyphoplasty-cds-"
# An id, alone or after the type and the address of its server.
_USER = re.compile(
    r"(?:(?:https?://[\w.:\-/]{1,150}/)?[A-Z][A-Za-z]{1,40}/)?[\w.@\-]{1,64}", re.ASCII
)
# A tenant's name: one word, with letters of any language.
_TENANT = re.compile(r"[\w.:@/\-]{1,64}")
_LINK = b"kyphoplasty-cds audit link 1"
_PAYLOAD = b"kyphoplasty-cds audit payload 1"


def is_probe(user: str | None, patient: str | None) -> bool:
    """Tell if a call is synthetic: both the user and the patient are invented.

    A call for any other patient counts, even if it names the synthetic user.
    """
    return user == PROBE and (patient or "").startswith(PROBE_PATIENTS)


def kept_user(user: str) -> str:
    """Return `context.userId` as the log keeps it: an id as it is, other text hashed.

    A name, a sentence or a token is not an id; its hash still tells users apart.
    """
    return user if _USER.fullmatch(user) else _hashed(user)


def kept_tenant(tenant: str) -> str:
    """Return the tenant of a token as the log keeps it: one word, other text hashed."""
    return tenant if _TENANT.fullmatch(tenant) else _hashed(tenant)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCard:
    """The parts of a card by which entries are found.

    Attributes:
        rules: ids of the recommendations behind it, in the order shown.
    """

    card: str
    topic: str
    indicator: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A part of an entry's content that is canonical JSON already, as it was sent."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFacts:
    """The values by which an entry is found: the columns of `audit_search`.

    The log calls them facts, and so does its format. A fact of the chart is another
    thing (`core/facts/chart_facts.py`).

    Attributes:
        about: id of the entry that this one is about.
        card: uuid of the card that the feedback is about.
        partial: part of the record could not be read.
        patient: the FHIR id from the context.
        reason: code of the refusal or of the override.
        result: `shown`, `refused`, `accepted`, `overridden`, or a reviewer's mark.
        status: the HTTP status of the answer.
        user: `context.userId`; for reviewers, their account.
        warning: one of the cards was a warning.
    """

    about: str | None = None
    card: str | None = None
    client: str | None = None
    encounter: str | None = None
    hook_instance: str | None = None
    partial: bool | None = None
    patient: str | None = None
    reason: str | None = None
    refracture_band: str | None = None
    residual_pain_band: str | None = None
    result: str | None = None
    service_id: str | None = None
    status: int | None = None
    tenant: str | None = None
    topic: str | None = None
    user: str | None = None
    warning: bool | None = None


FACTS: tuple[str, ...] = tuple(field.name for field in fields(SearchFacts))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry(SearchFacts):
    """One entry: an answer, a refusal, a user's feedback, or an action on the log.

    Attributes:
        at: when it happened, UTC.
        content: JSON; each member is a value or `Written`. For an answer: order,
            inputs, gaps, figures, digests, cards as shown.
        id: chosen by the caller, so that an entry with an uncertain commit can be
            written again without a duplicate.
        cards: the cards of an answer.
    """

    kind: Kind
    at: datetime
    content: Mapping[str, Any]
    id: str = field(default_factory=lambda: str(uuid4()))
    cards: tuple[ShownCard, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditState:
    """The state of the log for operators, without ids.

    Attributes:
        is_ready: entries can be written.
        trouble: what is wrong; empty if nothing is.
        lost: number of entries that could not be written and have no `gap` entry yet.
    """

    is_ready: bool
    trouble: str = ""
    lost: int = 0


class AuditLog(Protocol):
    """Stores entries permanently."""

    def append(self, entry: AuditEntry, until: Deadline | None = None) -> None:
        """Store the entry; when this returns, it is on disk.

        Args:
            entry: to be stored; a repeat with the same id is stored once.
            until: the deadline of the answer that waits for it; None waits for the
                log's own limit.

        Raises:
            AuditUnavailable: the entry is not stored, and nothing may be shown.
        """
        ...

    def append_together(
        self, entries: Sequence[AuditEntry], until: Deadline | None = None
    ) -> None:
        """Store these entries, which are no answers: all of them, or none.

        Args:
            entries: in this order; repeats of stored ones are left out.
            until: as of `append`.

        Raises:
            AuditUnavailable: they may not be stored; they may be sent again.
        """
        ...

    def state(self) -> AuditState:
        """Tell if entries can be written now."""
        ...


@dataclass(frozen=True, kw_only=True)
class SealedEntry:
    """An entry as stored: text only.

    The hash chain holds a salted commitment to the payload, so that the payload can be
    purged and the chain still be verified.

    Attributes:
        at: RFC 3339, UTC, milliseconds.
        facts: the values by which entries are found; absent ones are left out.
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
        """Return the SHA-256 over salt, facts, cards and body."""
        parts: list[str] = [self.salt, str(len(self.facts))]
        for name in sorted(self.facts):
            parts += (name, self.facts[name])
        parts.append(str(len(self.cards)))
        for card in self.cards:
            parts += (card.card, card.topic, card.indicator, " ".join(card.rules))
        parts.append(self.body)
        return _digest(_PAYLOAD, parts)

    def link(self, sequence: int, previous: str) -> str:
        """Return the hash of the entry at this position in the chain."""
        return _digest(
            _LINK,
            [str(sequence), self.id, self.at, self.kind, self.commitment, previous],
        )


def seal(entry: AuditEntry) -> SealedEntry:
    """Seal an entry for storage, with a fresh salt."""
    at = time_text(entry.at)
    facts = facts_of(entry)
    cards = [
        [card.card, card.topic, card.indicator, " ".join(card.rules)]
        for card in entry.cards
    ]
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


def facts_of(entry: SearchFacts) -> dict[str, str]:
    """Return the facts of an entry as they are hashed."""
    values = {name: getattr(entry, name) for name in FACTS}
    return {
        name: _fact_text(value) for name, value in values.items() if value is not None
    }


def _object_text(members: Mapping[str, Any]) -> str:
    """Write an object as canonical JSON; members of type `Written` are copied."""
    texts = []
    for name, value in sorted(members.items()):
        written = value.text if isinstance(value, Written) else canonical_json(value)
        texts.append(f"{canonical_json(name)}:{written}")
    return f"{{{','.join(texts)}}}"


def time_text(moment: datetime) -> str:
    """Write a time as the log does: UTC, milliseconds, `Z`."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _fact_text(value: str | int) -> str:
    """Write a fact as text: booleans as 1 and 0, long texts as their hash."""
    text = str(int(value)) if isinstance(value, bool) else str(value)
    return text if len(text) <= MAX_FACT else _hashed(text)


def _hashed(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
    return f"sha256:{digest.hexdigest()}"


def _digest(purpose: bytes, parts: Iterable[str]) -> str:
    """Hash the purpose and the parts by SHA-256, each after its length.

    The lengths keep two different lists from giving the same bytes.
    """
    framed = hashlib.sha256()
    for part in (purpose, *(text.encode("utf-8", "surrogatepass") for text in parts)):
        framed.update(len(part).to_bytes(8, "big"))
        framed.update(part)
    return framed.hexdigest()


class OneEntry:
    """An `AuditLog` that keeps only the last entry, in memory."""

    def __init__(self) -> None:
        self.entry: AuditEntry | None = None

    def append(self, entry: AuditEntry, until: Deadline | None = None) -> None:
        del until  # nothing is waited for
        self.entry = entry

    def append_together(
        self, entries: Sequence[AuditEntry], until: Deadline | None = None
    ) -> None:
        for entry in entries:
            self.append(entry, until)

    def state(self) -> AuditState:
        return AuditState(is_ready=True)

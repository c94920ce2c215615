"""What an audit entry holds and how entries are chained; pure, and the port to wherever they are kept.

An entry holds ids, never names, tokens or free text of a record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

Kind = Literal["answer", "refusal"]
GENESIS = "0" * 64  # the hash before the first entry


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing that was said, or refused, and why.

    Attributes:
        at: UTC.
        patient: the FHIR id from the context.
        content: JSON: order, inputs, gaps, figures, digests, cards as shown.
    """

    kind: Kind
    at: datetime
    service_id: str
    hook_instance: str
    patient: str
    user: str
    encounter: str | None
    content: Mapping[str, Any]


class AuditLog(Protocol):
    """Where entries are kept, for good."""

    def append(self, entry: AuditEntry) -> None:
        """Keep the entry; when this returns it is on disk.

        Raises:
            AuditUnavailable: it is not kept, and nothing may be shown.
        """
        ...


def canonical_json(entry: AuditEntry) -> str:
    """The entry as the one text that is hashed and kept: sorted keys, no spaces, plain ASCII."""
    members = {
        "kind": entry.kind,
        "at": entry.at.isoformat(timespec="milliseconds"),
        "service": entry.service_id,
        "hookInstance": entry.hook_instance,
        "patient": entry.patient,
        "user": entry.user,
        "encounter": entry.encounter,
        "content": entry.content,
    }
    return json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def chain_hash(previous: str, sequence: int, text: str) -> str:
    """Hash of one link: the hash before it, its place and its text, each with its length in front."""
    parts = (previous, str(sequence), text)
    framed = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(framed.encode("ascii")).hexdigest()


def first_broken_link(rows: Sequence[tuple[int, str, str, str]]) -> int | None:
    """Sequence of the first row (sequence, text, previous hash, hash) that does not follow, or None when all do."""
    previous = GENESIS
    for place, (sequence, text, row_previous, row_hash) in enumerate(rows, start=1):
        if sequence != place or row_previous != previous or row_hash != chain_hash(previous, sequence, text):
            return place
        previous = row_hash
    return None

"""What all review pages share, and how an entry is opened: checked by role, and always logged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug.exceptions import NotFound

from cds_service.audit.chain import ABOUT_READERS, LASTING
from cds_service.audit.reader import Stored
from cds_service.audit.store import AuditStore
from cds_service.review.login import Gate
from cds_service.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The log, its gate, and the running service.

    Attributes:
        key_file: the file with the key that signs exports; None if the setting names none.
    """

    store: AuditStore
    gate: Gate
    service: Service
    key_file: Path | None


def open_entry(desk: Desk, entry_id: str, view: str = "") -> Stored:
    """Read an entry, if the role allows it; if a view is given, the access is logged.

    Raises:
        NotFound: there is no such entry.
        Forbidden: the role does not allow it.
    """
    stored = desk.store.reader.entry(entry_id)
    if stored is None:
        raise NotFound("There is no entry with this id.")
    if stored.kind not in LASTING:
        desk.gate.need("readers" if stored.kind in ABOUT_READERS else "patients")
    if view:
        desk.gate.note(view, patient=stored.found.patient if stored.found else None, about=stored.id)
    return stored


def content_of(stored: Stored | None) -> Mapping[str, Any]:
    """The entry's content; empty if it was purged."""
    return (stored.content if stored else None) or {}

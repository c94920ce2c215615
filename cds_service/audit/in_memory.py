"""An audit log for runs that show nothing to a clinician in care: `explain`, `assess`, the sandbox."""

from __future__ import annotations

from cds_service.audit.chain import AuditEntry, AuditState
from cds_service.outgoing.deadline import Deadline


class OneEntry:
    """An `AuditLog` that keeps only the last entry, in memory."""

    def __init__(self) -> None:
        self.entry: AuditEntry | None = None

    def append(self, entry: AuditEntry, until: Deadline | None = None) -> None:  # noqa: ARG002
        """Keep the entry."""
        self.entry = entry

    def state(self) -> AuditState:
        """Always ready."""
        return AuditState(is_ready=True)

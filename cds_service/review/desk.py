"""Let the review pages open entries, by role; every look is logged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path

from werkzeug.exceptions import NotFound

from cds_service.audit.chain import ABOUT_READERS, LASTING
from cds_service.audit.query import Query
from cds_service.audit.reader import Stored
from cds_service.audit.store import AuditStore
from cds_service.call import Service
from cds_service.core.caller import Caller
from cds_service.review.login import Gate

# The page of an answer, with the service in force for its EHR and the form of what is
# tried.
BasisPage = Callable[[Stored, Service, Mapping[str, str] | None], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The log, its gate, and the running service.

    Attributes:
        key_file: the file with the key that signs exports; None if the setting names
            none.
        scope_of: what an account may see: one EHR's or one tenant's entries; None is
            all.
        basis: makes the page of the basis of an answer.
    """

    store: AuditStore
    gate: Gate
    service: Service
    key_file: Path | None
    scope_of: Callable[[str], Caller | None] = lambda _: None
    basis: BasisPage

    @property
    def zone(self) -> tzinfo:
        """Return the time zone of the site."""
        return self.service.calendar.zone

    @property
    def scope(self) -> Caller | None:
        """Return what the reviewer who is logged in may see; None is all."""
        return self.scope_of(self.gate.reviewer.name)

    def within(self, query: Query) -> Query:
        """Return the query as far as the reviewer may ask."""
        scope = self.scope
        if scope is None:
            return query
        return replace(
            query,
            client=scope.client,
            tenant=query.tenant if scope.tenant is None else scope.tenant,
        )

    def may_see(self, stored: Stored) -> bool:
        """Tell if this entry is of the reviewer's own EHR or tenant.

        Entries about the log itself belong to none.
        """
        scope = self.scope
        return scope is None or (
            stored.client == scope.client and scope.tenant in (None, stored.tenant)
        )


def open_entry(desk: Desk, entry_id: str, view: str = "") -> Stored:
    """Read an entry, if the role allows it; if a view is given, the access is logged.

    Raises:
        NotFound: there is no such entry.
        Forbidden: the role does not allow it.
    """
    stored = desk.store.reader.entry(entry_id)
    if stored is None or not desk.may_see(stored):
        raise NotFound("There is no entry with this id.")
    if stored.kind not in LASTING:
        desk.gate.need("readers" if stored.kind in ABOUT_READERS else "patients")
    if view:
        desk.gate.note(view, patient=stored.patient, about=stored.id)
    return stored

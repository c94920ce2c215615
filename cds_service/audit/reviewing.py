"""What the review pages ask beside the search: what was said about the entries of a list, and past verifications."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Column, Connection, MetaData, String, Table, Text, insert, select
from sqlalchemy.exc import DBAPIError

from cds_service.audit.database import Database
from cds_service.audit.query import Query
from cds_service.audit.reading import Found, select_found, with_cards
from cds_service.audit.tables import PLACE, SEARCH
from cds_service.errors import AuditUnavailable

MOST_ABOUT = 500  # entries about one page of others
VERIFICATIONS = Table(
    "audit_verification",
    MetaData(),
    Column("id", String(36), primary_key=True),
    Column("at", String(24), nullable=False),
    Column("by", Text, nullable=False),
    Column("first", PLACE, nullable=False),
    Column("last", PLACE, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("found", Text, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """One verification that was asked for on a page.

    Attributes:
        outcome: `whole` or `broken`; `stopped` at the time limit, or `part` of the log, with nothing found so far.
        found: what is wrong, one finding a line.
    """

    id: str
    at: str
    by: str
    first: int
    last: int
    outcome: str
    found: str


class Reviewing:
    """Reads of one database for the pages, and the list of verifications, which is no part of the chain."""

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database

    def about(self, entry_ids: Sequence[str]) -> dict[str, list[Found]]:
        """Feedback, marks and notes about each of these, oldest first."""
        said: dict[str, list[Found]] = {entry_id: [] for entry_id in entry_ids}
        wanted = select_found(Query(kinds=("feedback", "mark", "note"))).where(SEARCH.c.about.in_(said))
        with self._reading() as connection:
            rows = connection.execute(wanted.order_by(SEARCH.c.sequence).limit(MOST_ABOUT)).all() if said else ()
            found = with_cards(connection, rows)
        for one in found:
            said[one.about or ""].append(one)
        return said

    def verifications(self, most: int) -> tuple[Verification, ...]:
        """The last ones, newest first."""
        wanted = select(VERIFICATIONS).order_by(VERIFICATIONS.c.at.desc()).limit(most)
        with self._reading() as connection:
            return tuple(Verification(**row._mapping) for row in connection.execute(wanted))  # noqa: SLF001 - public

    def last_verdict(self) -> Verification | None:
        """The last one that says something of the whole log: a part that is in order makes no broken log whole."""
        wanted = select(VERIFICATIONS).where(VERIFICATIONS.c.outcome.in_(("whole", "broken")))
        with self._reading() as connection:
            found = connection.execute(wanted.order_by(VERIFICATIONS.c.at.desc()).limit(1)).first()
        return Verification(**found._mapping) if found else None  # noqa: SLF001 - public

    def remember(self, verification: Verification) -> None:
        """Keep what a verification found."""
        row = {column.name: getattr(verification, column.name) for column in VERIFICATIONS.columns}
        try:
            with self._database().writing() as connection:
                connection.execute(insert(VERIFICATIONS), [row])
        except DBAPIError as error:
            raise AuditUnavailable(f"The audit log could not be written ({type(error).__name__}).") from None

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._database().reading() as connection:
                yield connection
        except DBAPIError as error:
            raise AuditUnavailable(f"The audit log could not be read ({type(error).__name__}).") from None

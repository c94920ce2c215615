"""Finding entries for a page, fast at a million of them, where one plain query would not be.

A database reads an index in order for one kind, but sorts for several; and a recommendation stands in the middle of a
text, so that an index finds it only by way of the few texts that there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, or_, select
from sqlalchemy.exc import DBAPIError

from cds_service.audit.database import Database
from cds_service.audit.query import Query
from cds_service.audit.reading import PAGE, Cursor, Page, select_found, with_cards
from cds_service.audit.tables import CARDS, SEARCH
from cds_service.errors import AuditUnavailable

FEW_KINDS = 2
FEW_CARDS = 2000  # to start from them; more are met soon enough on the way back in time


class Finder:
    """Lists of one database."""

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database

    def find(self, query: Query, *, after: Cursor | None = None, limit: int = PAGE) -> Page:
        """One page of what fits, newest first by the time it happened.

        Raises:
            AuditUnavailable: the database cannot be read.
        """
        with self._reading() as connection:
            shown = _showing(connection, query.rule)
            if shown is None:
                return Page(entries=(), next=None)
            several = [(kind,) for kind in query.kinds] if len(query.kinds) > FEW_KINDS else [query.kinds]
            rows: list[Row[Any]] = []
            for kinds in several:
                rows += _newest(connection, replace(query, rule=None, kinds=kinds), shown, after, limit)
            rows.sort(key=lambda row: (row.at, row.sequence), reverse=True)
            found = with_cards(connection, rows[:limit])
        return Page(entries=found, next=found[-1].cursor if len(rows) > limit else None)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._database().reading() as connection:
                yield connection
        except DBAPIError as error:
            raise AuditUnavailable(f"The audit log could not be read ({type(error).__name__}).") from None


def _newest(
    connection: Connection, query: Query, conditions: list[ColumnElement[bool]], after: Cursor | None, limit: int
) -> list[Row[Any]]:
    statement = select_found(query).where(*conditions)
    if after is not None:
        earlier = and_(SEARCH.c.at == after.at, SEARCH.c.sequence < after.sequence)
        statement = statement.where(SEARCH.c.at <= after.at, or_(SEARCH.c.at < after.at, earlier))
    statement = statement.order_by(SEARCH.c.at.desc(), SEARCH.c.sequence.desc())
    return list(connection.execute(statement.limit(limit + 1)))


def _showing(connection: Connection, rule: str | None) -> list[ColumnElement[bool]] | None:
    """Conditions for answers that showed this recommendation; None when there is no such answer."""
    if rule is None:
        return []
    texts = [text for text in _rule_texts(connection) if rule in text.split()]
    if not texts:
        return None
    matching = select(CARDS.c.sequence).where(CARDS.c.rules.in_(texts))
    count = connection.scalar(select(func.count()).select_from(matching.limit(FEW_CARDS + 1).subquery())) or 0
    if count <= FEW_CARDS:
        return [SEARCH.c.sequence.in_(matching)]
    return [SEARCH.c.kind == "answer", exists().where(CARDS.c.sequence == SEARCH.c.sequence, CARDS.c.rules.in_(texts))]


def _rule_texts(connection: Connection) -> Iterator[str]:
    """The different texts of `rules`: some hundred, each found by one look into the index."""
    text: str | None = ""
    while text is not None:
        yield text
        text = connection.scalar(select(func.min(CARDS.c.rules)).where(CARDS.c.rules > text))

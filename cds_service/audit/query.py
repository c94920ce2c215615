"""A query for entries, and its conditions on the tables."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select

from cds_service.audit.chain import FACTS, Facts, Kind, time_text
from cds_service.audit.tables import CARDS, ENTRIES, SEARCH

ANSWERED = SEARCH.alias("feedback")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query(Facts):
    """A query for entries by their facts and more; all given conditions must hold.

    Attributes:
        card: uuid of a card that an answer showed or a feedback is about.
        since: at this time or later.
        until: before this time.
        band: of the outcome `outcome`, or of any outcome if that is not given.
        feedback: of answers: `accepted`, `overridden`, `none` (no feedback came), `any`.
        rule: id of a recommendation that an answer showed.
    """

    kinds: tuple[Kind, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    outcome: str | None = None
    band: str | None = None
    feedback: str | None = None
    rule: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The query as stored in a `read` or `export` entry."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            name: time_text(value) if isinstance(value, datetime) else value
            for name, value in given.items()
            if value is not None and value != ()
        }


def conditions_of(query: Query) -> list[ColumnElement[bool]]:
    """The conditions on a row of `audit_search` joined with `audit_entry`."""
    # A card is looked for in answers as well, below.
    given = {name: value for name in FACTS if name != "card" and (value := getattr(query, name)) is not None}
    found = [SEARCH.c[name] == (int(value) if isinstance(value, bool) else value) for name, value in given.items()]
    if query.kinds:
        found.append(SEARCH.c.kind.in_(query.kinds))
    if query.since is not None:
        found.append(SEARCH.c.at >= time_text(query.since))
    if query.until is not None:
        found.append(SEARCH.c.at < time_text(query.until))
    if query.band is not None:
        columns = {"refracture": SEARCH.c.refracture_band, "residual-pain": SEARCH.c.residual_pain_band}
        wanted = [columns[query.outcome]] if query.outcome else columns.values()
        found.append(or_(*(column == query.band for column in wanted)))
    return found + _card_conditions(query) + _feedback_conditions(query.feedback)


def _card_conditions(query: Query) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.card is not None:
        shown = select(CARDS.c.sequence).where(CARDS.c.card == query.card)
        found.append(or_(SEARCH.c.card == query.card, SEARCH.c.sequence.in_(shown)))
    if query.rule is not None:
        shown = select(CARDS.c.sequence).where((" " + CARDS.c.rules + " ").contains(f" {query.rule} ", autoescape=True))
        found.append(SEARCH.c.sequence.in_(shown))
    return found


def _feedback_conditions(wanted: str | None) -> list[ColumnElement[bool]]:
    if wanted is None:
        return []
    said = exists().where(ANSWERED.c.about == ENTRIES.c.entry_id, ANSWERED.c.kind == "feedback")
    is_answer: ColumnElement[bool] = SEARCH.c.kind == "answer"
    if wanted == "none":
        return [is_answer, ~said]
    return [is_answer, said if wanted == "any" else said.where(ANSWERED.c.result == wanted)]

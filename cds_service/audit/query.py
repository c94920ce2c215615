"""A query for entries, and its conditions on the tables."""

import re
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select

from cds_service.audit.chain import FACTS, Kind, SearchFacts, time_text
from cds_service.audit.tables import CARDS, ENTRIES, PAYLOADS, SEARCH

FEEDBACK = SEARCH.alias("feedback")
ANY = "*"  # in a patient's id: the rest is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Query(SearchFacts):
    """A query for entries by their facts and more; all given conditions must hold.

    Attributes:
        card: uuid of a card that an answer showed or a feedback is about.
        since: at this time or later.
        until: before this time.
        band: band of the outcome `outcome`, or of any outcome if that is not given.
        feedback: kind of feedback on answers: `accepted`, `overridden`, `none` (no
            feedback came), `any`.
        rule: id of a recommendation that an answer showed.
        model: id of a model; a card of the answer gave a figure of it.
        model_version: version of that model; it needs `model`.
        model_digest: digest of the model's numbers; it does not need `model`.
        patient_part: part of the patient's id, with an asterisk at its open ends:
            `pat-1*`.
    """

    kinds: tuple[Kind, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    outcome: str | None = None
    band: str | None = None
    feedback: str | None = None
    rule: str | None = None
    model: str | None = None
    model_version: str | None = None
    model_digest: str | None = None
    patient_part: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the query as stored in a `read` or `export` entry."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: time_text(value) if isinstance(value, datetime) else value
            for name, value in values.items()
            if value is not None and value != ()
        }


PART_OF_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}", re.ASCII)


def patient_filter(text: str) -> dict[str, str]:
    """Make the field of a query from a patient's id, or with an asterisk a part of one.

    What can be no id may be a name, and what is looked for enters the log.

    Raises:
        ValueError: it can be no id, or an asterisk is inside, or alone.
    """
    text = text.removeprefix("Patient/")
    if not PART_OF_ID.fullmatch(text.strip(ANY)):
        raise ValueError("must be an id, or a part of one between asterisks: *47*")
    return {"patient_part" if ANY in text else "patient": text}


def conditions_of(query: Query) -> list[ColumnElement[bool]]:
    """Return the conditions on a row of `audit_search` joined with `audit_entry`."""
    # A card is looked for in answers as well, below.
    wanted_facts = {
        name: value
        for name in FACTS
        if name != "card" and (value := getattr(query, name)) is not None
    }
    conditions = [
        SEARCH.c[name] == (int(value) if isinstance(value, bool) else value)
        for name, value in wanted_facts.items()
    ]
    if query.kinds:
        conditions.append(SEARCH.c.kind.in_(query.kinds))
    if query.since is not None:
        conditions.append(SEARCH.c.at >= time_text(query.since))
    if query.until is not None:
        conditions.append(SEARCH.c.at < time_text(query.until))
    if query.band is not None:
        columns = {
            "refracture": SEARCH.c.refracture_band,
            "residual-pain": SEARCH.c.residual_pain_band,
        }
        wanted = [columns[query.outcome]] if query.outcome else columns.values()
        conditions.append(or_(*(column == query.band for column in wanted)))
    if query.patient_part is not None:
        conditions.append(_patient_condition(query.patient_part))
    return [
        *conditions,
        *_card_conditions(query),
        *_figure_conditions(query),
        *_feedback_conditions(query.feedback),
    ]


def _patient_condition(part: str) -> ColumnElement[bool]:
    patient, text = SEARCH.c.patient, part.strip(ANY)
    if not part.startswith(ANY):
        return patient.startswith(text, autoescape=True)
    if not part.endswith(ANY):
        return patient.endswith(text, autoescape=True)
    return patient.contains(text, autoescape=True)


def _card_conditions(query: Query) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.card is not None:
        with_card = select(CARDS.c.sequence).where(CARDS.c.card == query.card)
        conditions.append(
            or_(SEARCH.c.card == query.card, SEARCH.c.sequence.in_(with_card))
        )
    if query.rule is not None:
        with_card = select(CARDS.c.sequence).where(
            (" " + CARDS.c.rules + " ").contains(f" {query.rule} ", autoescape=True)
        )
        conditions.append(SEARCH.c.sequence.in_(with_card))
    return conditions


def _figure_conditions(query: Query) -> list[ColumnElement[bool]]:
    """Return the conditions on the figures that cards gave, `shownFigures`.

    The payload is searched as text: in canonical JSON the members are in order, with
    nothing between them. That reads every payload of the period, which is acceptable
    since such a search is rare.
    """
    parts: list[str] = []
    if query.model_digest:
        parts.append(f'"digest":"{query.model_digest}"')
    if query.model:
        parts.append(f'"model":"{query.model}"')
        version = f'{query.model_version}"' if query.model_version else ""
        parts.append(f'"version":"{version}')
    elif query.model_digest:
        parts.append('"model":"')
    if not parts:
        return []
    has_figure = PAYLOADS.c.body.contains(",".join(parts), autoescape=True)
    return [
        SEARCH.c.kind == "answer",
        SEARCH.c.sequence.in_(select(PAYLOADS.c.sequence).where(has_figure)),
    ]


def _feedback_conditions(wanted: str | None) -> list[ColumnElement[bool]]:
    if wanted is None:
        return []
    has_feedback = exists().where(
        FEEDBACK.c.about == ENTRIES.c.entry_id, FEEDBACK.c.kind == "feedback"
    )
    is_answer: ColumnElement[bool] = SEARCH.c.kind == "answer"
    if wanted == "none":
        return [is_answer, ~has_feedback]
    return [
        is_answer,
        has_feedback
        if wanted == "any"
        else has_feedback.where(FEEDBACK.c.result == wanted),
    ]

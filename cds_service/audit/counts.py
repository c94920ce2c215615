"""Counts for a committee: what was shown, and how users responded.

Feedback counts in the month of its answer; of several statements on one card, the last
counts. Purged entries no longer count. A payload that cannot be read counts as
`unread`. Payloads are not checked for changes: `audit verify` does that.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    func,
    or_,
    select,
)

from cds_service.audit.chain import SILENT
from cds_service.audit.reader import OF_PEOPLE, stored_entries
from cds_service.audit.tables import CARDS, ENTRIES, PAYLOADS, SEARCH
from cds_service.core.caller import Caller

Wanted = tuple[ColumnElement[bool], ...]
"""Conditions on the entries that count."""

Counts = Counter[tuple[str, str, str, str]]
"""By month (`2026-05`), topic, recommendation and name.

The topic is empty for whole answers, the recommendation for whole cards.
Names: `answer`, `partial`, `shown`, `fired`, `accepted`, `reason:patientDeclines`,
`unit:shown:ISSUER TENANT`, …
Answers at a discharge are those of the topic `discharge`. They are kept apart, since no
operation was signed: they would lower the rates of signings.
"""
DISCHARGE, AT_DISCHARGE = "discharge", "kyphoplasty-discharge"
MONTH = func.substr(SEARCH.c.at, 1, 7)
UNIT = (SEARCH.c.client, SEARCH.c.tenant)
ANSWERS = SEARCH.alias("answer")
# Answers that were shown; `audit report --silent` counts the others.
SHOWN = (SEARCH.c.result.is_distinct_from(SILENT), OF_PEOPLE)


def count_months(
    connection: Connection, since: str, until: str, scope: Caller | None = None
) -> Counts:
    """Count by month, from `since` to `until` inclusive (`2026-05`).

    Args:
        scope: the EHR or tenant whose entries count; None counts all.
    """
    counts: Counts = Counter()
    wanted = _in_scope(SEARCH, since, until, scope)
    _count_answers(connection, counts, wanted)
    _count_cards(connection, counts, wanted)
    _count_refusals(connection, counts, wanted)
    _count_gaps(connection, counts, wanted)
    of_answers = _in_scope(ANSWERS, since, until, scope)
    _count_feedback(connection, counts, of_answers)
    _count_loop(connection, counts, of_answers)
    return counts


def _count_answers(connection: Connection, counts: Counts, wanted: Wanted) -> None:
    """Count answers, those with a partial record, and their bands."""
    answers = select(
        MONTH.label("month"),
        _is_at_discharge().label("leaving"),
        SEARCH.c.partial,
        SEARCH.c.refracture_band,
        SEARCH.c.residual_pain_band,
    ).where(SEARCH.c.kind == "answer", *SHOWN, *wanted)
    facts = tuple(answers.subquery().c)
    groups = select(*facts, func.count()).group_by(*facts)
    for month, leaving, partial, *bands, count in connection.execute(groups):
        refracture, residual_pain = bands
        if leaving:
            counts[month, DISCHARGE, "", "answer"] += count
            continue
        counts[month, "", "", "answer"] += count
        counts[month, "", "", "partial"] += count * (partial or 0)
        counts[month, "", "", f"band:refracture:{refracture or 'none'}"] += count
        counts[month, "", "", f"band:residual-pain:{residual_pain or 'none'}"] += count


def _count_cards(connection: Connection, counts: Counts, wanted: Wanted) -> None:
    """Count the cards shown, their warnings, and the recommendations behind them."""
    cards = (MONTH, CARDS.c.topic, CARDS.c.indicator, CARDS.c.rules, *UNIT)
    query = select(*cards, func.count()).join(
        SEARCH, SEARCH.c.sequence == CARDS.c.sequence
    )
    for month, topic, indicator, rules, *unit, count in connection.execute(
        query.where(*SHOWN, *wanted).group_by(*cards)
    ):
        warnings = count * (indicator == "warning")
        counts[month, topic, "", "shown"] += count
        counts[month, topic, "", "warning"] += warnings
        if topic != DISCHARGE:
            counts[month, "", "", _of_unit("shown", unit)] += count
            counts[month, "", "", _of_unit("warning", unit)] += warnings
        counts.update({(month, topic, rule, "fired"): count for rule in rules.split()})


def _count_refusals(connection: Connection, counts: Counts, wanted: Wanted) -> None:
    """Count refused requests by reason."""
    refusals = (MONTH, SEARCH.c.reason)
    query = (
        select(*refusals, func.count())
        .where(SEARCH.c.kind == "refusal", *SHOWN, *wanted)
        .group_by(*refusals)
    )
    for month, reason, count in connection.execute(query):
        counts[month, "", "", "refusal"] += count
        counts[month, "", "", f"refusal:{reason or 'other'}"] += count


def _count_gaps(connection: Connection, counts: Counts, wanted: Wanted) -> None:
    """Count answers that were refused because no entry could be written."""
    for gap in stored_entries(connection, and_(SEARCH.c.kind == "gap", *wanted)):
        counts[gap.at[:7], "", "", "lost"] += gap.content.get("lost", 0)
        counts[gap.at[:7], "", "", "unread"] += not gap.is_whole


def _of_unit(name: str, unit: Sequence[str | None]) -> str:
    """Name a count of the unit that answered: the EHR, and its tenant if it has any."""
    return f"unit:{name}:{' '.join(filter(None, unit))}"


def _is_at_discharge() -> ColumnElement[int]:
    """Select 1 for an answer at a discharge: by its service, or by a signing's card."""
    cards = select(CARDS.c.sequence).where(
        CARDS.c.sequence == SEARCH.c.sequence, CARDS.c.topic == DISCHARGE
    )
    is_at_discharge = or_(SEARCH.c.service_id == AT_DISCHARGE, cards.exists())
    return case((is_at_discharge, 1), else_=0)


def _in_scope(
    entries: FromClause, since: str, until: str, scope: Caller | None
) -> Wanted:
    """Select entries of these months, this EHR, and this tenant if one is named."""
    at = entries.c.at
    # A 32nd sorts after every day of the month.
    conditions: Wanted = (at >= since, at < f"{until}-32")
    if scope is not None:
        conditions += (entries.c.client == scope.client,)
        conditions += (
            () if scope.tenant is None else (entries.c.tenant == scope.tenant,)
        )
    return conditions


def _count_feedback(connection: Connection, counts: Counts, of_answers: Wanted) -> None:
    query = _feedback(of_answers)
    last = {card: statement for card, *statement in connection.execute(query)}
    for month, topic, fired, *unit, result, reason, body in last.values():
        counts[month, topic, "", result] += 1
        counts[month, "", "", _of_unit(result, unit)] += topic != DISCHARGE
        rules = fired.split()
        if result == "accepted":
            rules = _accepted_rules(body)
            counts[month, "", "", "unread"] += rules is None
        else:
            counts[month, topic, "", f"reason:{reason or 'none'}"] += 1
        for rule in rules or ():
            counts[month, topic, rule, result] += 1


def _feedback(of_answers: Wanted) -> Select[Any]:
    """Select each statement on a card, the oldest first, with what it is counted by."""
    return (
        select(
            SEARCH.c.card,
            func.substr(ANSWERS.c.at, 1, 7),
            func.coalesce(CARDS.c.topic, SEARCH.c.topic, ""),
            func.coalesce(CARDS.c.rules, ""),
            ANSWERS.c.client,
            ANSWERS.c.tenant,
            SEARCH.c.result,
            SEARCH.c.reason,
            PAYLOADS.c.body,
        )
        .join(ENTRIES, ENTRIES.c.entry_id == SEARCH.c.about)
        .join(ANSWERS, ANSWERS.c.sequence == ENTRIES.c.sequence)
        .outerjoin(
            CARDS,
            (CARDS.c.sequence == ANSWERS.c.sequence) & (CARDS.c.card == SEARCH.c.card),
        )
        .outerjoin(
            PAYLOADS,
            (PAYLOADS.c.sequence == SEARCH.c.sequence)
            & (SEARCH.c.result == "accepted"),
        )
        .where(
            SEARCH.c.kind == "feedback",
            SEARCH.c.card.is_not(None),
            ANSWERS.c.kind == "answer",
            *of_answers,
        )
        .order_by(SEARCH.c.sequence)
    )


def _count_loop(connection: Connection, counts: Counts, of_answers: Wanted) -> None:
    """Count what was done after the answers, by the last `loop` entry of each."""
    query = (
        select(SEARCH.c.about, func.substr(ANSWERS.c.at, 1, 7), PAYLOADS.c.body)
        .join(ENTRIES, ENTRIES.c.entry_id == SEARCH.c.about)
        .join(ANSWERS, ANSWERS.c.sequence == ENTRIES.c.sequence)
        .outerjoin(PAYLOADS, PAYLOADS.c.sequence == SEARCH.c.sequence)
        .where(SEARCH.c.kind == "loop", ANSWERS.c.kind == "answer", *of_answers)
        .order_by(SEARCH.c.sequence)
    )
    last = {about: latest for about, *latest in connection.execute(query)}
    for month, body in last.values():
        content = _content(body)
        state = content.get("state")
        if not isinstance(state, str):
            counts[month, "", "", "unread"] += 1
            continue
        counts[month, "", "", f"loop:{content.get('feedback', 'none')}:{state}"] += 1
        counts[month, "", "", f"loop-days:{content.get('days')}"] += 1
        for step, outcome in content.get("steps", {}).items():
            counts[month, "", "", f"loop-step:{step}:{outcome['when']}"] += 1


def _content(body: str | None) -> Mapping[str, Any]:
    """Return what an entry says; empty if its payload is gone or is no JSON object."""
    try:
        return dict(json.loads(body or "")["content"])
    except (ValueError, KeyError, TypeError):
        return {}


def _accepted_rules(body: str | None) -> list[str] | None:
    """Return the recommendations that a statement accepts; None without a payload.

    The hash of the payload is not checked: that would double the time of the page.
    """
    try:
        return list(json.loads(body or "")["content"].get("acceptedRules", ()))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None

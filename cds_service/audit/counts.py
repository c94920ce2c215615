"""Counts for a committee: how often each card and recommendation was shown, and how users responded.

Feedback counts in the month of its answer; of several statements on one card, the last counts. Purged entries no longer
count.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, func, or_, select

from cds_service.audit.chain import SILENT
from cds_service.audit.reader import OF_PEOPLE
from cds_service.audit.tables import CARDS, ENTRIES, PAYLOADS, SEARCH
from cds_service.core.caller import Caller

WITHIN = (("minute", timedelta(minutes=1)), ("hour", timedelta(hours=1)), ("day", timedelta(days=1)))
Counts = Counter[tuple[str, str, str, str]]
"""By month (`2026-05`), topic (empty for whole answers), recommendation (empty for whole cards) and name.

Names: `answer`, `partial`, `shown`, `fired`, `accepted`, `reason:patientDeclines`, …
"""
MONTH = func.substr(SEARCH.c.at, 1, 7)
ANSWERS = SEARCH.alias("answer")


def count_months(connection: Connection, since: str, until: str, scope: Caller | None = None) -> Counts:
    """Count by month, from `since` to `until` inclusive.

    Args:
        connection: a read transaction.
        since: `2026-05`.
        until: like `since`.
        scope: the EHR or tenant whose entries count; None counts all.
    """
    counts: Counts = Counter()
    of_entries = (*_in_months(SEARCH.c.at, since, until), *_of(SEARCH, scope))
    _count_answers(connection, counts, of_entries)
    _count_cards(connection, counts, of_entries)
    _count_refusals(connection, counts, of_entries)
    of_answers = (*_in_months(ANSWERS.c.at, since, until), *_of(ANSWERS, scope))
    _count_feedback(connection, counts, of_entries, of_answers)
    return counts


def count_fired(connection: Connection, first: date, last: date, scope: Caller | None = None) -> Counter[str]:
    """Count how often each recommendation was shown, from `since` to `until` inclusive."""
    wanted = _shown(select(CARDS.c.rules, func.count()).join(SEARCH, SEARCH.c.sequence == CARDS.c.sequence))
    days = (SEARCH.c.at >= first.isoformat(), SEARCH.c.at < (last + timedelta(days=1)).isoformat())
    fired: Counter[str] = Counter()
    for rules, count in connection.execute(wanted.where(*days, *_of(SEARCH, scope)).group_by(CARDS.c.rules)):
        fired.update(dict.fromkeys(rules.split(), count))
    return fired


def _shown(wanted: Select[Any]) -> Select[Any]:
    """Without answers that were not shown (`audit report --silent` counts those), and without probes."""
    return wanted.where(SEARCH.c.result.is_distinct_from(SILENT), OF_PEOPLE)


def _of(entries: FromClause, scope: Caller | None) -> tuple[ColumnElement[bool], ...]:
    """Entries of this EHR, and of this tenant if one is named; of all without a scope."""
    if scope is None:
        return ()
    of_tenant = () if scope.tenant is None else (entries.c.tenant == scope.tenant,)
    return (entries.c.client == scope.client, *of_tenant)


def _in_months(at: ColumnElement[str], since: str, until: str) -> tuple[ColumnElement[bool], ...]:
    return (at >= since, at < f"{until}-32")  # sorts after every day of the month


def _count_answers(connection: Connection, counts: Counts, in_months: Iterable[ColumnElement[bool]]) -> None:
    columns = (MONTH, SEARCH.c.partial, SEARCH.c.warning, SEARCH.c.refracture_band, SEARCH.c.residual_pain_band)
    wanted = _shown(select(*columns, func.count())).where(SEARCH.c.kind == "answer", *in_months).group_by(*columns)
    for month, partial, warning, refracture, residual_pain, count in connection.execute(wanted):
        counts[month, "", "", "answer"] += count
        counts[month, "", "", "partial"] += count * (partial or 0)
        counts[month, "", "", "warning"] += count * (warning or 0)
        counts[month, "", "", f"band:refracture:{refracture or 'none'}"] += count
        counts[month, "", "", f"band:residual-pain:{residual_pain or 'none'}"] += count


def _count_cards(connection: Connection, counts: Counts, in_months: Iterable[ColumnElement[bool]]) -> None:
    columns = (MONTH, CARDS.c.topic, CARDS.c.indicator, CARDS.c.rules)
    wanted = _shown(select(*columns, func.count()).join(SEARCH, SEARCH.c.sequence == CARDS.c.sequence))
    for month, topic, indicator, rules, count in connection.execute(wanted.where(*in_months).group_by(*columns)):
        counts[month, topic, "", "shown"] += count
        counts[month, topic, "", "warning"] += count * (indicator == "warning")
        for rule in rules.split():
            counts[month, topic, rule, "fired"] += count


def _count_refusals(connection: Connection, counts: Counts, in_months: Iterable[ColumnElement[bool]]) -> None:
    columns = (MONTH, SEARCH.c.reason)
    refused = _shown(select(*columns, func.count())).where(SEARCH.c.kind == "refusal", *in_months)
    for month, reason, count in connection.execute(refused.group_by(*columns)):
        counts[month, "", "", "refusal"] += count
        counts[month, "", "", f"refusal:{reason or 'other'}"] += count
    lost = select(MONTH, PAYLOADS.c.body).join(PAYLOADS, PAYLOADS.c.sequence == SEARCH.c.sequence)
    for month, body in connection.execute(lost.where(SEARCH.c.kind == "gap", *in_months)):
        counts[month, "", "", "lost"] += int(json.loads(body)["content"].get("lost", 0))


def _count_feedback(
    connection: Connection,
    counts: Counts,
    of_entries: Iterable[ColumnElement[bool]],
    of_answers: Iterable[ColumnElement[bool]],
) -> None:
    is_unlinked = or_(SEARCH.c.about.is_(None), SEARCH.c.card.is_(None))
    unlinked = select(MONTH, func.count()).where(SEARCH.c.kind == "feedback", is_unlinked)
    for month, count in connection.execute(unlinked.where(*of_entries).group_by(MONTH)):
        counts[month, "", "", "feedback-unlinked"] += count
    wanted = (
        select(
            ANSWERS.c.at.label("shown"),
            func.coalesce(CARDS.c.topic, SEARCH.c.topic, "").label("topic"),
            func.coalesce(CARDS.c.rules, "").label("rules"),
            SEARCH.c.at.label("said"),
            *(SEARCH.c.card, SEARCH.c.result, SEARCH.c.reason, PAYLOADS.c.body),
        )
        .join(ENTRIES, ENTRIES.c.entry_id == SEARCH.c.about)
        .join(ANSWERS, ANSWERS.c.sequence == ENTRIES.c.sequence)
        .outerjoin(CARDS, (CARDS.c.sequence == ANSWERS.c.sequence) & (CARDS.c.card == SEARCH.c.card))
        .join(PAYLOADS, PAYLOADS.c.sequence == SEARCH.c.sequence)
        .where(SEARCH.c.kind == "feedback", ~is_unlinked)
        .where(ANSWERS.c.kind == "answer", *of_answers)
        .order_by(SEARCH.c.sequence)
    )
    last = {row.card: row for row in connection.execute(wanted)}
    for row in last.values():
        _count_statement(counts, row)


def _count_statement(counts: Counts, row: Any) -> None:
    """Count the last statement about one card."""
    month, content = row.shown[:7], json.loads(row.body)["content"]
    counts[month, row.topic, "", row.result] += 1
    if row.result == "overridden":
        counts[month, row.topic, "", f"reason:{row.reason or 'none'}"] += 1
    for rule in content.get("acceptedRules", ()) if row.result == "accepted" else row.rules.split():
        counts[month, row.topic, rule, row.result] += 1
    waited = datetime.fromisoformat(content.get("outcomeTimestamp") or row.said) - datetime.fromisoformat(row.shown)
    within = next((name for name, most in WITHIN if waited <= most), "later")
    counts[month, row.topic, "", f"within:{within}"] += 1

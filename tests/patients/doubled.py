"""Requests in which one entry was sent twice under one id, not the same each time."""

from collections.abc import Iterable
from typing import Any

from tests.chart_builders import Asked, Resource, ask, brace, by_topic, kyphoplasty
from tests.chart_builders import order_sign as sign
from tests.patients.leaving import (
    SERVICE,
    discharge,
    everything_arranged,
    leaving_chart,
)
from tests.patients.reassuring import Cards, reassuring_record


def order_sign_doubled(*entries: Resource) -> Cards:
    """Return the cards of a signing by topic; of one id, later entries are copies."""
    first, copies = _apart(entries)
    body = sign(reassuring_record(*first), kyphoplasty(), brace())
    return by_topic(ask(_with(body, copies)))


def leave_doubled(*entries: Resource) -> list[Resource]:
    """Return the cards of a discharge; of one id, later entries are copies."""
    first, copies = _apart(entries)
    body = discharge(leaving_chart(*everything_arranged(), *first))
    path = f"/cds-services/{SERVICE}"
    reply = Asked().client.post(path, json=_with(body, copies))
    assert reply.status_code == 200
    cards: list[Resource] = reply.get_json()["cards"]
    return cards


def _apart(entries: Iterable[Resource]) -> tuple[list[Resource], list[Resource]]:
    first: dict[tuple[str, str], Resource] = {}
    copies = []
    for entry in entries:
        name = entry["resourceType"], entry["id"]
        if name in first:
            copies.append(entry)
        first.setdefault(name, entry)
    return [*first.values()], copies


def _with(body: dict[str, Any], copies: Iterable[Resource]) -> dict[str, Any]:
    """Put each copy into every list that has an entry of its id."""
    for copy in copies:
        for answered in body["prefetch"].values():
            listed = answered.get("entry", []) if answered else []
            for one in [*listed]:
                held = one["resource"]
                if (held["resourceType"], held["id"]) == (
                    copy["resourceType"],
                    copy["id"],
                ):
                    listed.append({**one, "resource": copy})
    return body

"""What changed since the book that a committee approved.

A book carries what it was printed from. The test patients are answered once more as of
its day, so that only what was changed makes a difference, and not the calendar.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cds_service.call import Service, ServiceHook
from cds_service.errors import CdsError

HELD = re.compile(r'<template id="in-force">(.*?)</template>', re.DOTALL)
CARDS = "card of a test patient"
Parts = Mapping[str, Mapping[str, str]]  # by part, each value by its path


class Change(NamedTuple):
    """One value that is another one; None if it was not, or is no more."""

    part: str
    where: str
    before: str | None
    now: str | None


class Held(NamedTuple):
    """The data of a book inside its page."""

    day: str
    parts: Parts


def parts_of(service: Service, hook: ServiceHook, cards: Mapping[str, Any]) -> Parts:
    """Give everything that a committee approves, value by value.

    Args:
        cards: by test patient, as a user sees them.
    """
    documents: dict[str, Any] = {
        "digest": dict(service.digests),
        "policy": service.policy.model_dump(mode="json", by_alias=True),
        "sentence": hook.texts.tables,
        "override reason": {
            topic: {one.code: one.display for one in reasons}
            for topic, reasons in hook.texts.reasons.items()
        },
        "fact": {one.id: one.model_dump(mode="json") for one in hook.facts},
        "recommendation": {one.id: one.model_dump(mode="json") for one in hook.rules},
        "closure": {
            f"{one.topic}, {one.reason}, {one.part}": one.model_dump(mode="json")
            for one in hook.closures.closures
        },
        "order": {name: one.resource for name, one in hook.order_templates.items()},
        "guideline": {
            name: one.model_dump(mode="json") for name, one in hook.guidelines.items()
        },
        "model card": dict(service.model_cards),
        CARDS: cards,
    }
    return {part: dict(leaves(document)) for part, document in documents.items()}


def leaves(document: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value in a document, by its path: `note.2.text`."""
    if not isinstance(document, Mapping | list | tuple):
        yield key, "none" if document is None else str(document)
        return
    for name, value in (
        document.items() if isinstance(document, Mapping) else enumerate(document, 1)
    ):
        yield from leaves(value, f"{key}.{name}" if key else str(name))


def held_text(held: Held) -> str:
    """Say what a book carries, as text for its page."""
    return html.escape(json.dumps(held._asdict(), ensure_ascii=False), quote=False)


def read_book(file: Path) -> Held:
    """Read what an approved book carries.

    Raises:
        CdsError: it cannot be read, or was printed before books carried that.
    """
    try:
        page = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CdsError(f"{file}: cannot be read ({type(error).__name__})") from None
    found = HELD.search(page)
    if found is None:
        raise CdsError(
            f"{file}: holds no data of a book; it was printed by an earlier version, or"
            " is no book of `preview`"
        )
    try:
        return Held(**json.loads(html.unescape(found[1])))
    except (ValueError, TypeError):
        raise CdsError(f"{file}: the data of the book is broken") from None


def changes_between(before: Parts, now: Parts) -> list[Change]:
    """List each value that is not what it was, the test patients' cards first."""
    found: list[Change] = []
    for part in sorted({*before, *now}, key=lambda part: (part != CARDS, part)):
        then, today = before.get(part, {}), now.get(part, {})
        found += [
            Change(part, where, then.get(where), today.get(where))
            for where in dict.fromkeys([*then, *today])
            if then.get(where) != today.get(where)
        ]
    return found


def say_changes(changes: list[Change]) -> str:
    """Say in a sentence what changed."""
    if not changes:
        return "Nothing changed."
    counts = {
        part: sum(one.part == part for one in changes)
        for part in dict.fromkeys(one.part for one in changes)
        if part != CARDS
    }
    patients = sorted({one.where.split(".")[0] for one in changes if one.part == CARDS})
    whose = ", ".join(patients) if patients else "none"
    rest = ", ".join(f"{part} {count}" for part, count in counts.items())
    values = f" Values by part: {rest}." if rest else ""
    return f"Test patients with another card: {whose}.{values}"

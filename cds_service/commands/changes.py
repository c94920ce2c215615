"""Compare the book with the one that a committee approved.

A book carries the data that it was printed from. The test patients are answered again
as of its day, so that only changes of the data show, and not the passing of time.
"""

import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cds_service.call import Service, ServiceHook
from cds_service.errors import CdsError

HELD = re.compile(r'<template id="in-force">(.*?)</template>', re.DOTALL)
CARDS = "card of a test patient"
Parts = Mapping[str, Mapping[str, str]]  # by part, each value by its path


class Change(NamedTuple):
    """One value that has changed; None if it is absent before or now."""

    part: str
    where: str
    before: str | None
    now: str | None


class BookData(NamedTuple):
    """The data of a book inside its page."""

    day: str
    parts: Parts


def parts_of(service: Service, hook: ServiceHook, cards: Mapping[str, Any]) -> Parts:
    """Return everything that a committee approves, value by value.

    Args:
        cards: by test patient, as a user sees them.
    """
    documents: dict[str, Any] = {
        "digest": dict(service.digests),
        "policy": service.policy.model_dump(mode="json", by_alias=True),
        "sentence": hook.texts.tables,
        "override reason": {
            topic: {reason.code: reason.display for reason in reasons}
            for topic, reasons in hook.texts.reasons.items()
        },
        "fact": {fact.id: fact.model_dump(mode="json") for fact in hook.facts},
        "recommendation": {
            rule.id: rule.model_dump(mode="json") for rule in hook.rules
        },
        "closure": {
            f"{closure.topic}, {closure.reason}, {closure.part}": closure.model_dump(
                mode="json"
            )
            for closure in hook.closures.closures
        },
        "order": {
            name: template.resource for name, template in hook.order_templates.items()
        },
        "guideline": {
            name: guideline.model_dump(mode="json")
            for name, guideline in hook.guidelines.items()
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


def book_data_text(data: BookData) -> str:
    """Write what a book carries, as text for its page."""
    return html.escape(json.dumps(data._asdict(), ensure_ascii=False), quote=False)


def read_book(file: Path) -> BookData:
    """Read what an approved book carries.

    Raises:
        CdsError: it cannot be read, or is of a version whose books carried no data.
    """
    try:
        page = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CdsError(f"{file}: cannot be read ({type(error).__name__})") from None
    data = HELD.search(page)
    if data is None:
        raise CdsError(
            f"{file}: holds no data of a book; it was printed by an earlier version, or"
            " is no book of `preview`"
        )
    try:
        return BookData(**json.loads(html.unescape(data[1])))
    except (ValueError, TypeError):
        raise CdsError(f"{file}: the data of the book is broken") from None


def changes_between(before: Parts, now: Parts) -> list[Change]:
    """List each value that is not what it was, the test patients' cards first."""
    changes: list[Change] = []
    for part in sorted({*before, *now}, key=lambda part: (part != CARDS, part)):
        then, today = before.get(part, {}), now.get(part, {})
        changes += [
            Change(part, where, then.get(where), today.get(where))
            for where in dict.fromkeys([*then, *today])
            if then.get(where) != today.get(where)
        ]
    return changes


def changes_sentence(changes: list[Change]) -> str:
    """Return a sentence on what changed."""
    if not changes:
        return "Nothing changed."
    counts = Counter(change.part for change in changes if change.part != CARDS)
    of_cards = [change for change in changes if change.part == CARDS]
    patients = sorted({change.where.split(".")[0] for change in of_cards})
    whose = ", ".join(patients) if patients else "none"
    others = ", ".join(f"{part} {count}" for part, count in counts.items())
    values = f" Values by part: {others}." if others else ""
    return f"Test patients with another card: {whose}.{values}"

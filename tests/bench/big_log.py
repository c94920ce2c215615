"""A big audit log: six years of a region, with feedback on half of the answers, some refusals, reads and marks.

The same size gives the same log, but for its salts.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from cds_service.audit.appending import append_entries
from cds_service.audit.chain import AuditEntry, ShownCard, seal
from cds_service.audit.database import Database
from tests.audit_builders import answer_entry, uuid_of

BEGAN, SPAN = datetime(2021, 1, 1, tzinfo=UTC), timedelta(days=2100)
PATIENTS, USERS = 200_000, 400
BATCH = 5_000
BANDS = ("lower", "not-different", "above", "high", None)
REASONS = (
    "alreadyArranged",
    "patientDeclines",
    "disagreeWithEvidence",
    "instability",
    None,
)
TOPICS = {
    "rehabilitation": ("rehabilitation", "dietitian", "bone-treatment"),
    "braceLimit": ("brace-limit",),
    "missingData": ("measure-ct", "measure-mri"),
}
CONTENT = {
    "orders": ["ServiceRequest/1"],
    "order": {
        "procedure": "PKP",
        "levels": ["L1"],
        "levelCount": 1,
        "code": "cpt|22514",
        "authored": None,
    },
    "record": {
        "server": None,
        "unread": {},
        "incomplete": {},
        "unreadable": 0,
        "foreign": 0,
    },
    "gaps": [{"name": "vbq", "reason": "absent"}],
    **dict.fromkeys(("findings", "assessments", "signals", "recommendations"), ()),
    **{name: {} for name in ("models", "digests", "suggestions")},
}
WORDS = "**Options**\n- " + "Up early; bed rest only as long as pain needs. " * 12


def fill(path: Path, entries: int) -> None:
    """Write a log of so many entries to a new file."""
    database = Database(f"sqlite:///{path}")
    database.prepare()
    left = _entries(entries)
    while batch := list(islice(left, BATCH)):
        with database.writing() as connection:
            append_entries(connection, [seal(one) for one in batch], lambda: BEGAN)
    database.dispose()


def _entries(count: int) -> Iterator[AuditEntry]:
    chance = random.Random(7)
    recent: list[AuditEntry] = []
    for number in range(1, count):
        at, kind = BEGAN + SPAN * number / count, chance.random()
        named: dict[str, Any] = {"at": at, "id": uuid_of(number)}
        if kind < 0.43 and recent:
            answer = chance.choice(recent)
            named |= {"about": answer.id, "patient": answer.patient, "content": {}}
        if kind < 0.35 and recent:
            card, accepted = chance.choice(answer.cards), chance.random() < 0.4
            how = (
                {"result": "accepted"}
                if accepted
                else {"result": "overridden", "reason": chance.choice(REASONS)}
            )
            told = {"outcomeTimestamp": at.isoformat()} | (
                {"acceptedRules": card.rules[:1]} if accepted else {}
            )
            named |= {
                "content": told,
                "hook_instance": answer.hook_instance,
                "card": card.card,
                "topic": card.topic,
            }
            yield AuditEntry(kind="feedback", **named, **how)
        elif kind < 0.43 and recent:
            mark = (
                {"kind": "mark", "result": "reviewed"}
                if kind < 0.36
                else {"kind": "read"}
            )
            yield AuditEntry(user="anna", **named, **mark)
        else:
            named |= {
                "patient": f"pat-{chance.randrange(PATIENTS)}",
                "user": f"Practitioner/{chance.randrange(USERS)}",
            }
            if kind < 0.47:
                why = {
                    "status": 412,
                    "result": "refused",
                    "reason": "evidence-unavailable",
                }
                yield AuditEntry(kind="refusal", content={"orders": []}, **named, **why)
            else:
                recent = [*recent[-200:], _answer(chance, number, named)]
                yield recent[-1]


def _answer(chance: random.Random, number: int, named: dict[str, Any]) -> AuditEntry:
    topics = [
        topic for topic in TOPICS if topic != "missingData" or chance.random() < 0.5
    ]
    cards = [
        ShownCard(
            card=uuid_of(10**6 * (place + 1) + number),
            topic=topic,
            indicator="warning"
            if topic != "missingData" and chance.random() < 0.15
            else "info",
            rules=TOPICS[topic],
        )
        for place, topic in enumerate(topics)
    ]
    shown = [
        {
            "uuid": one.card,
            "summary": "Refracture risk high",
            "detail": WORDS,
            "indicator": one.indicator,
            "source": {"label": "us", "topic": {"code": one.topic}},
        }
        for one in cards
    ]
    return answer_entry(
        number,
        **named,
        refracture_band=chance.choice(BANDS),
        residual_pain_band=chance.choice(BANDS),
        partial=chance.random() < 0.01,
        warning=any(one.indicator == "warning" for one in cards),
        cards=tuple(cards),
        content={**CONTENT, "cards": shown},
    )

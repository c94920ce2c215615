"""A big audit log with correct hashes, made fast: straight into SQLite, without waiting for the disk at every entry.

Six years of a region: answers of about 4 KB, feedback on half of them, some refusals, reads, marks. The same size gives
the same log, but for its salts.
"""

import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import Table

from cds_service.audit.appending import INSERTS, Head, _add_rows, _genesis
from cds_service.audit.chain import GENESIS, AuditEntry, Kind, SealedEntry, ShownCard, seal
from cds_service.audit.database import Database

BEGAN = datetime(2021, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=2100)
PATIENTS, USERS = 200_000, 400
BANDS = ("lower", "not-different", "above", "high", None)
TOPICS = {
    "rehabilitation": ("rehabilitation", "dietitian", "bone-treatment"),
    "braceLimit": ("brace-limit",),
    "missingData": ("measure-ct", "measure-mri"),
}
REASONS = ("alreadyArranged", "patientDeclines", "disagreeWithEvidence", "instability", None)
BATCH = 20_000
FILLER = "Up early; bed rest only as long as pain needs. " * 12


def fill(path: Path, entries: int) -> None:
    """Write a log of so many entries to a new file."""
    database = Database(f"sqlite:///{path}")
    database.prepare()
    database.dispose()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous=OFF")
    rows, head = {table: [] for table in INSERTS}, Head(0, GENESIS)
    for entry in _entries(entries):
        head = Head(head.sequence + 1, _add_rows(rows, entry, head))
        if head.sequence % BATCH == 0:
            _write(connection, rows)
            rows = {table: [] for table in INSERTS}
    _write(connection, rows)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _write(connection: sqlite3.Connection, rows: dict[Table, list[dict]]) -> None:
    with connection:
        for table, made in rows.items():
            if made:
                names = list(made[0])
                marks = ", ".join("?" for _ in names)
                columns = ", ".join(f'"{name}"' for name in names)
                connection.executemany(
                    f"INSERT INTO {table} ({columns}) VALUES ({marks})", ([row[name] for name in names] for row in made)
                )


def _entries(count: int) -> Iterator[SealedEntry]:
    chance = random.Random(7)
    yield _genesis(BEGAN)
    step = SPAN / count
    recent: list[AuditEntry] = []
    for number in range(1, count):
        at = BEGAN + step * number
        kind = chance.random()
        if kind < 0.35 and recent:
            yield seal(_feedback(chance, at, chance.choice(recent)))
        elif kind < 0.39:
            yield seal(_refusal(chance, at))
        elif kind < 0.43 and recent:
            yield seal(_look(chance, at, chance.choice(recent), "read" if kind < 0.42 else "mark"))
        else:
            answer = _answer(chance, at)
            recent = [*recent[-200:], answer]
            yield seal(answer)


def _uuid(chance: random.Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=4))


def _answer(chance: random.Random, at: datetime) -> AuditEntry:
    cards = []
    for topic, rules in TOPICS.items():
        if topic == "missingData" and chance.random() < 0.5:
            continue
        shown = (*rules, "denosumab-overdue") if topic == "rehabilitation" and chance.random() < 0.002 else rules
        indicator = "warning" if topic != "missingData" and chance.random() < 0.15 else "info"
        cards.append(ShownCard(card=_uuid(chance), topic=topic, indicator=indicator, rules=shown))
    patient = f"pat-{chance.randrange(PATIENTS)}"
    return AuditEntry(
        kind="answer",
        at=at,
        id=_uuid(chance),
        service_id="kyphoplasty-order-sign",
        hook_instance=_uuid(chance),
        patient=patient,
        user=f"Practitioner/{chance.randrange(USERS)}",
        status=200,
        result="shown",
        refracture_band=chance.choice(BANDS),
        residual_pain_band=chance.choice(BANDS),
        partial=chance.random() < 0.01,
        warning=any(card.indicator == "warning" for card in cards),
        cards=tuple(cards),
        content=_content(patient, cards),
    )


def _content(patient: str, cards: list[ShownCard]) -> dict:
    return {
        "orders": ["ServiceRequest/1"],
        "order": {"procedure": "PKP", "levels": ["L1"], "levelCount": 1, "code": "cpt|22514", "authored": None},
        "draftsDigest": "0" * 64,
        "record": {"server": None, "unread": {}, "incomplete": {}, "unreadable": 0, "foreign": 0},
        "findings": [
            {
                "name": "bmi",
                "value": 21.5,
                "unit": "kg/m2",
                "date": "2026-01-01",
                "since": None,
                "sources": [{"resource": f"Observation/{patient}", "code": "", "origin": "prefetch"}],
            }
        ],
        "gaps": [{"name": "vbq", "reason": "absent"}],
        "models": {},
        "digests": {},
        "assessments": [],
        "signals": [],
        "recommendations": [rule for card in cards for rule in card.rules],
        "suggestions": {},
        "cards": [
            {
                "uuid": card.card,
                "summary": "Refracture risk high",
                "detail": f"**Options**\n- {FILLER}",
                "indicator": card.indicator,
                "source": {"label": "us", "topic": {"code": card.topic}},
            }
            for card in cards
        ],
    }


def _feedback(chance: random.Random, at: datetime, answer: AuditEntry) -> AuditEntry:
    card = chance.choice(answer.cards)
    accepted = chance.random() < 0.4
    reason = None if accepted else chance.choice(REASONS)
    content = {"outcomeTimestamp": answer.at.isoformat()} | (
        {"acceptedRules": list(card.rules[:1])} if accepted else {}
    )
    return AuditEntry(
        kind="feedback",
        at=at,
        id=_uuid(chance),
        patient=answer.patient,
        hook_instance=answer.hook_instance,
        result="accepted" if accepted else "overridden",
        reason=reason,
        about=answer.id,
        card=card.card,
        topic=card.topic,
        content=content,
    )


def _look(chance: random.Random, at: datetime, answer: AuditEntry, kind: Kind) -> AuditEntry:
    result = "reviewed" if kind == "mark" else None
    patient = answer.patient
    return AuditEntry(
        kind=kind, at=at, id=_uuid(chance), user="anna", result=result, about=answer.id, patient=patient, content={}
    )


def _refusal(chance: random.Random, at: datetime) -> AuditEntry:
    return AuditEntry(
        kind="refusal",
        at=at,
        id=_uuid(chance),
        patient=f"pat-{chance.randrange(PATIENTS)}",
        user=f"Practitioner/{chance.randrange(USERS)}",
        status=412,
        result="refused",
        reason="evidence-unavailable",
        content={"orders": []},
    )

"""Audit logs for tests: entries, filled databases, and the ways of tampering with them."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from cds_service.audit.appending import append_entries
from cds_service.audit.chain import AuditEntry, ShownCard, seal
from cds_service.audit.checkpoint import make_checkpoint
from cds_service.audit.database import Database
from cds_service.audit.purge import purge_before

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TABLES = ("audit_entry", "audit_payload", "audit_search", "audit_card")


def clock() -> datetime:
    return NOON


def uuid_of(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def answer_entry(number: int, **changed: Any) -> AuditEntry:
    """A small answer: one card, one figure."""
    given: dict[str, Any] = {
        "kind": "answer",
        "at": NOON + timedelta(seconds=number),
        "id": uuid_of(number),
        "service_id": "kyphoplasty-order-sign",
        "hook_instance": uuid_of(9000 + number),
        "patient": f"pat-{number}",
        "user": "Practitioner/7",
        "status": 200,
        "result": "shown",
        "partial": False,
        "warning": True,
        "refracture_band": "high",
        "cards": (
            ShownCard(
                card=uuid_of(5000 + number),
                topic="rehabilitation",
                indicator="warning",
                rules=("a", "b"),
            ),
        ),
        "content": {
            "orders": ["ServiceRequest/1"],
            "risk": 0.35,
            "cards": [{"uuid": uuid_of(5000 + number)}],
        },
    }
    return AuditEntry(**given | changed)


def fill(url: str, count: int, first: int = 1) -> Database:
    """A log with this many answers behind its first entry: answer n is entry n + 1."""
    database = Database(url)
    database.prepare()
    with database.writing() as connection:
        append_entries(
            connection,
            [seal(answer_entry(n)) for n in range(first, first + count)],
            clock,
        )
    return database


def write_key(file: Path) -> Path:
    """Write a new key of checkpoints, as `openssl genpkey` does."""
    key = Ed25519PrivateKey.generate()
    octets = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(octets)
    file.chmod(0o600)
    return file


def daily_until(moment: datetime) -> list[AuditEntry]:
    """Entries of the last forty days, as a log has them whose machine's clock went right."""
    return [
        AuditEntry(kind="stop", at=moment - timedelta(days=days), content={})
        for days in range(40, 0, -1)
    ]


def purge(database: Database, before: datetime) -> int:
    """As an operator does it: a checkpoint first."""
    make_checkpoint(database, None, clock)
    return purge_before(database, before, "os:root", lambda: before)


def tamper(url: str, *statements: str) -> None:
    """Change the database as whoever owns it can: triggers and guards lifted."""
    if url.startswith("sqlite"):
        with closing(
            sqlite3.connect(Path(url.removeprefix("sqlite:///")), isolation_level=None)
        ) as connection:
            connection.execute("PRAGMA foreign_keys=OFF")
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                connection.execute(statement)
        return
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        # no triggers, no foreign keys
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            connection.execute(statement)


def drop_guards(url: str) -> None:
    """Make room for rows that the table's own rules forbid."""
    if url.startswith("sqlite"):
        tamper(
            url,
            "CREATE TABLE copy AS SELECT * FROM audit_entry",
            "DROP TABLE audit_entry",
            "ALTER TABLE copy RENAME TO audit_entry",
        )
    else:
        tamper(
            url,
            "ALTER TABLE audit_entry DROP CONSTRAINT audit_entry_pkey CASCADE",
            "ALTER TABLE audit_entry DROP CONSTRAINT uq_audit_entry_id",
            "ALTER TABLE audit_entry DROP CONSTRAINT uq_audit_entry_previous",
        )


def rows_of(url: str, query: str) -> list[tuple[Any, ...]]:
    if url.startswith("sqlite"):
        with closing(
            sqlite3.connect(Path(url.removeprefix("sqlite:///")))
        ) as connection:
            return connection.execute(query).fetchall()
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.execute(query).fetchall()

"""The chain, its payloads, what they are found by, and the keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PLACE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
KEPT = ("audit_entry", "audit_payload", "audit_search", "audit_card")
INDEXES = {
    "audit_search": (
        ("at", "sequence"),
        ("kind", "at", "sequence"),
        ("patient", "at", "sequence"),
        ("user", "at", "sequence"),
        ("hook_instance",),
        ("about",),
        ("card",),
        ("result", "at", "sequence"),
        ("refracture_band", "at", "sequence"),
        ("residual_pain_band", "at", "sequence"),
    ),
    "audit_card": (("card",),),
}


def upgrade() -> None:
    """From an empty database."""
    _make_chain()
    _make_payloads()
    op.create_table(
        "audit_key",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("made", sa.String(24), nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
    )
    for table, indexes in INDEXES.items():
        for columns in indexes:
            op.create_index(f"ix_{table}_{columns[0]}", table, list(columns))
    _forbid_changes()


def _make_chain() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("sequence", PLACE, primary_key=True, autoincrement=False),
        sa.Column("entry_id", sa.String(36), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("format", sa.SmallInteger, nullable=False),
        sa.Column("commitment", sa.String(64), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("entry_id", name="uq_audit_entry_id"),
        sa.UniqueConstraint("previous_hash", name="uq_audit_entry_previous"),
    )


def _make_payloads() -> None:
    op.create_table(
        "audit_payload",
        _place(),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "audit_search",
        _place(),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("about", sa.String(36)),
        sa.Column("card", sa.String(36)),
        sa.Column("client", sa.Text),
        sa.Column("encounter", sa.Text),
        sa.Column("hook_instance", sa.String(36)),
        sa.Column("partial", sa.SmallInteger),
        sa.Column("patient", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("refracture_band", sa.Text),
        sa.Column("residual_pain_band", sa.Text),
        sa.Column("result", sa.Text),
        sa.Column("service_id", sa.Text),
        sa.Column("status", sa.SmallInteger),
        sa.Column("tenant", sa.Text),
        sa.Column("topic", sa.Text),
        sa.Column("user", sa.Text, quote=True),
        sa.Column("warning", sa.SmallInteger),
    )
    op.create_table(
        "audit_card",
        _place(),
        sa.Column("position", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("card", sa.String(36), nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("indicator", sa.Text, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
    )


def _place() -> sa.Column[int]:
    return sa.Column("sequence", PLACE, sa.ForeignKey("audit_entry.sequence"), primary_key=True, autoincrement=False)


def _forbid_changes() -> None:
    """A second lock, against accidents: no row is changed, no link deleted. Whoever owns the database can lift it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$"
        )
        for table in KEPT:
            op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} EXECUTE FUNCTION audit_refuse()")
        op.execute(
            "CREATE TRIGGER audit_entry_no_delete BEFORE DELETE OR TRUNCATE ON audit_entry"
            " EXECUTE FUNCTION audit_refuse()"
        )
        return
    refuse = "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
    for table in KEPT:
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}")
    op.execute(f"CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry {refuse}")

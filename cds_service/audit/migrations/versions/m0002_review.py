"""Reviewers and their sessions, running figures, and what verifications found; none of it is part of the chain."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What the find page filters by and 0001 has no index for; most rows have none of the first three.
SEARCHED = ("client", "tenant", "encounter", "reason", "status", "partial")
PLACE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
# What SQLite is told of a log that has grown: without statistics it plans badly, and nobody gathers them
# (https://sqlite.org/lang_analyze.html, "Fixed Results Of ANALYZE"): rows, then rows for one value of each column.
STATISTICS: Mapping[str, Mapping[str | None, str]] = {
    "audit_card": {
        "ix_audit_card_card": "1400000 1",
        "ix_audit_card_rules": "1400000 15000 1",
        "sqlite_autoindex_audit_card_1": "1400000 3 1",
    },
    "audit_entry": {
        "sqlite_autoindex_audit_entry_1": "1000000 1",
        "sqlite_autoindex_audit_entry_2": "1000000 1",
    },
    "audit_payload": {None: "1000000"},
    "audit_search": {
        "ix_audit_search_about": "1000000 4",
        "ix_audit_search_at": "1000000 1 1",
        "ix_audit_search_card": "1000000 4",
        "ix_audit_search_client": "1000000 300000 1 1",
        "ix_audit_search_encounter": "1000000 4 1 1",
        "ix_audit_search_hook_instance": "1000000 2",
        "ix_audit_search_kind": "1000000 170000 1 1",
        "ix_audit_search_partial": "1000000 330000 1 1",
        "ix_audit_search_patient": "1000000 6 1 1",
        "ix_audit_search_reason": "1000000 170000 1 1",
        "ix_audit_search_refracture_band": "1000000 200000 1 1",
        "ix_audit_search_residual_pain_band": "1000000 200000 1 1",
        "ix_audit_search_result": "1000000 140000 1 1",
        "ix_audit_search_status": "1000000 330000 1 1",
        "ix_audit_search_tenant": "1000000 300000 1 1",
        "ix_audit_search_user": "1000000 2500 1 1",
    },
}


def upgrade() -> None:
    """From step 0001."""
    _make_accounts()
    _make_figures()
    for name in SEARCHED:
        op.create_index(f"ix_audit_search_{name}", "audit_search", [name, "at", "sequence"])
    op.create_index("ix_audit_card_rules", "audit_card", ["rules", "sequence"])
    op.create_table(
        "audit_verification",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("first", PLACE, nullable=False),
        sa.Column("last", PLACE, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("found", sa.Text, nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        _tell_statistics()


def _tell_statistics() -> None:
    op.execute("ANALYZE sqlite_master")  # makes the table of statistics
    op.execute("DELETE FROM sqlite_stat1 WHERE tbl LIKE 'audit_%'")
    rows = [
        {"tbl": table, "idx": index, "stat": stat}
        for table, stats in STATISTICS.items()
        for index, stat in stats.items()
    ]
    statistics = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
    op.bulk_insert(statistics, rows)
    op.execute("ANALYZE sqlite_master")  # reads them


def _make_accounts() -> None:
    op.create_table(
        "audit_reviewer",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("made", sa.String(24), nullable=False),
        sa.Column("is_active", sa.SmallInteger, nullable=False),
    )
    op.create_table(
        "audit_session",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("form_token", sa.String(43), nullable=False),
        sa.Column("began", sa.String(24), nullable=False),
        sa.Column("seen", sa.String(24), nullable=False),
    )
    op.create_table(
        "audit_login_try",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
    )
    op.create_index("ix_audit_login_try_place", "audit_login_try", ["place", "at"])


def _make_figures() -> None:
    op.create_table(
        "audit_figure",
        sa.Column("period", sa.String(8), primary_key=True),
        sa.Column("topic", sa.String(32), primary_key=True),
        sa.Column("rule", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(96), primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "audit_figure_state",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("counted_to", PLACE, nullable=False),
    )

"""The chain, its payloads, what they are found by; and beside it accounts, sessions and used tokens."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PLACE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
KEPT = ("audit_entry", "audit_payload", "audit_search", "audit_card")
FOUND_BY_TIME = (
    *("kind", "patient", "user", "result", "refracture_band", "residual_pain_band"),
    *("client", "tenant", "encounter", "reason", "status", "partial"),
)
INDEXES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "audit_search": (
        ("at", "sequence"),
        *((name, "at", "sequence") for name in FOUND_BY_TIME),
        ("hook_instance",),
        ("about",),
        ("card",),
    ),
    "audit_card": (("card",), ("rules", "sequence")),
    "audit_login_try": (("place", "at"),),
    "audit_token": (("expires",),),
}
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
NEXT = "(SELECT coalesce(max(sequence), 0) + 1 FROM audit_entry)"
FOLLOWS = "an entry of the audit log follows the last one"
APPENDED = "the audit log is append-only"


def upgrade() -> None:
    """From an empty database."""
    _make_chain()
    _make_payloads()
    _make_accounts()
    op.create_table(
        "audit_token",
        # Of issuer and jti together: unique, and nobody reads from it whose token it was.
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("expires", sa.BigInteger, nullable=False),
    )
    for table, indexes in INDEXES.items():
        for columns in indexes:
            op.create_index(f"ix_{table}_{columns[0]}", table, list(columns))
    if op.get_bind().dialect.name == "postgresql":
        _guard_in_postgresql()
    else:
        _guard_in_sqlite()
        _tell_statistics()


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
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("form_token", sa.String(43), nullable=False),
        sa.Column("began", sa.String(24), nullable=False),
        sa.Column("seen", sa.String(24), nullable=False),
        # Of accounts that an issuer vouches for.
        sa.Column("issuer", sa.Text),
        sa.Column("role", sa.String(16)),
        sa.Column("shown", sa.Text),
    )
    op.create_table(
        "audit_login_try",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
    )
    op.create_table(
        "audit_login_way",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("at", sa.String(24), nullable=False),
    )


# --- a second lock, against accidents: no row is changed, no link deleted, and an entry takes the next number or none
# (the greatest number there is, once taken, would end the log). Whoever owns the database can lift it.


def _guard_in_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{APPENDED}'; END $$"
    )
    for table in KEPT:
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} EXECUTE FUNCTION audit_refuse()")
    op.execute(
        "CREATE TRIGGER audit_entry_no_delete BEFORE DELETE OR TRUNCATE ON audit_entry EXECUTE FUNCTION audit_refuse()"
    )
    op.execute(
        "CREATE FUNCTION audit_follow() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN IF NEW.sequence <> {NEXT} THEN RAISE EXCEPTION '{FOLLOWS}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_next BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_follow()"
    )


def _guard_in_sqlite() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{APPENDED}'); END"
    for table in KEPT:
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}")
    op.execute(f"CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry {refuse}")
    op.execute(
        f"CREATE TRIGGER audit_entry_next BEFORE INSERT ON audit_entry WHEN NEW.sequence <> {NEXT}"
        f" BEGIN SELECT RAISE(ABORT, '{FOLLOWS}'); END"
    )


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

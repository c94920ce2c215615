"""Reviewers and their sessions, running figures, and what verifications found; none of it is part of the chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PLACE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """From step 0001."""
    _make_accounts()
    _make_figures()
    op.create_table(
        "audit_verification",
        sa.Column("at", sa.String(24), primary_key=True),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("first", PLACE, nullable=False),
        sa.Column("last", PLACE, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("found", sa.Text, nullable=False),
    )


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

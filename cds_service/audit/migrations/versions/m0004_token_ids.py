"""Which tokens of CDS clients were used already, so that none is taken twice; no part of the chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From step 0003."""
    op.create_table(
        "audit_token",
        # Of issuer and jti together: unique, and nobody reads from it whose token it was.
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("expires", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_audit_token_expires", "audit_token", ["expires"])

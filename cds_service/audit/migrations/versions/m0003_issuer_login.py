"""Sessions of accounts that an issuer vouches for, whose names are longer, and logins on their way to it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From step 0002."""
    op.add_column("audit_session", sa.Column("issuer", sa.Text))
    op.add_column("audit_session", sa.Column("role", sa.String(16)))
    op.add_column("audit_session", sa.Column("shown", sa.Text))
    op.create_table(
        "audit_login_way",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("at", sa.String(24), nullable=False),
    )
    if op.get_bind().dialect.name != "sqlite":  # which limits no text
        op.alter_column("audit_session", "name", type_=sa.Text)
        op.alter_column("audit_verification", "by", type_=sa.Text)

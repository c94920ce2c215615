"""Launches of the worksheet from an EHR, sealed by keys that only browsers hold."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; rows that ended are deleted when another begins."""
    op.create_table(
        "audit_launch",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("ends", sa.String(24), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
    )

"""The key that signs addresses of basis pages.

One for all workers and replicas, made by the first that needs it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; it holds one row."""
    op.create_table(
        "audit_link_key",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(64), nullable=False),
    )

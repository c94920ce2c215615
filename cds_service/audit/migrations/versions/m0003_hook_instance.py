"""Make room for a `hookInstance` that is not a UUID.

SQLite never limited its length.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        # VARCHAR to TEXT changes the catalogue alone: no row is rewritten, and no
        # trigger fires.
        op.execute("ALTER TABLE audit_search ALTER COLUMN hook_instance TYPE TEXT")

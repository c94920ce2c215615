"""The first tables, as plain SQL.

It runs `0001_tables.sql`, then the file of the database that is used.
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PLACE = {"postgresql": "BIGINT", "sqlite": "INTEGER"}


def upgrade() -> None:
    database = op.get_bind().dialect.name
    for part in ("tables", database):
        script = (
            Path(__file__).with_name(f"0001_{part}.sql").read_text(encoding="utf-8")
        )
        for statement in (
            script.replace(":place", PLACE[database]).strip().split("\n\n")
        ):
            op.get_bind().exec_driver_sql(statement)

"""Run by Alembic: takes the connection that `database.prepare` holds, inside its transaction and under its lock."""

from alembic import context

from cds_service.audit.database import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
context.run_migrations()

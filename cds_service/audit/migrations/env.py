"""Run by Alembic, inside the transaction and lock of `database.prepare`."""

from alembic import context

from cds_service.audit.database import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
context.run_migrations()

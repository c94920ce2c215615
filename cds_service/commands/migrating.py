"""`kyphoplasty-cds audit migrate`, for a database in which the service's role may not create tables."""

from __future__ import annotations

import click

from cds_service.commands.exit_codes import NO_DATABASE, say_errors
from cds_service.errors import AuditUnavailable
from cds_service.settings import read_settings

WAIT_SECONDS = 10.0


@click.command("migrate")
@say_errors
def migrate() -> None:
    """Create or update the tables of the log. `serve` does this itself if its role may."""
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415 - SQLAlchemy is loaded where it is needed

    from cds_service.audit.database import HEAD, Database  # noqa: PLC0415

    database = Database(read_settings().database_url, wait_seconds=WAIT_SECONDS)
    try:
        database.prepare()
    except DBAPIError as error:
        raise AuditUnavailable(f"{NO_DATABASE} ({type(error).__name__}).") from None
    finally:
        database.dispose()
    click.echo(f"the tables are at step {HEAD}")

"""Exit codes of every command: 0 done, 1 the answer is bad, 2 wrong use or configuration."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from cds_service.errors import AuditUnavailable, CdsError, DataFileError

if TYPE_CHECKING:
    from cds_service.audit.database import Database

NO_DATABASE = "The database of the audit log does not answer, or refuses this login or what it asks"

P = ParamSpec("P")
R = TypeVar("R")


def say_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Print a `CdsError` in one line and exit: 2 for wrong configuration, 1 for a bad answer."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except DataFileError as error:
            click.echo(f"error: {error}", err=True)
            sys.exit(2)
        except CdsError as error:
            click.echo(f"error: {error}", err=True)
            sys.exit(1)

    return run


@contextmanager
def needs_population() -> Iterator[None]:
    """Around the import of a command whose libraries are an extra.

    Raises:
        CdsError: they are not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise CdsError(f"{error.name} is missing: in the checkout, .venv/bin/pip install -e '.[population]'") from error


def tell(line: str) -> None:
    """Print a line on standard error, without control characters."""
    from cds_service.commands.terminal import clean  # noqa: PLC0415 - rich is loaded where it is needed

    click.echo(clean(line), err=True)


def machine_user() -> str:
    """`os:` and the account's name, or its number if it has none."""
    with suppress(KeyError, OSError):
        return f"os:{getpass.getuser()}"
    return f"os:{os.getuid()}"


def check_log(database: Database, *, may_begin: bool) -> None:
    """Refuse a database without a log, or say that a new one begins.

    Raises:
        DataFileError: there is no log, and this command may not begin one.
        AuditUnavailable: the database does not answer.
    """
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415 - SQLAlchemy is loaded where it is needed

    try:
        if not may_begin:
            database.check_exists()
        elif not database.holds_log():
            click.echo(f"a new audit log begins in {database.url.render_as_string(hide_password=True)}", err=True)
    except DBAPIError as error:
        raise AuditUnavailable(f"{NO_DATABASE} ({type(error).__name__}).") from None

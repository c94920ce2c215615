"""How every command of `kyphoplasty-cds` ends: 0 done, 1 the answer is bad, 2 wrong use or configuration."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from cds_service.errors import CdsError, DataFileError

NO_DATABASE = "The database of the audit log does not answer, or refuses this login or what it asks"

P = ParamSpec("P")
R = TypeVar("R")


def say_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Errors of ours in one line: wrong configuration ends with 2, a bad answer with 1."""

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

"""What the commands share: options, exit codes, and how they print.

Exit codes: 0 done, 1 the answer is bad, 2 wrong use or configuration.
"""

import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from cds_service.errors import CdsError, DataFileError
from cds_service.settings import read_settings
from cds_service.site.clients import EVERYTHING, Capabilities
from cds_service.site.folder import SiteFolder, load_site

OLD_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
NEW_FILE = click.Path(path_type=Path, dir_okay=False)
EXPORT = click.Path(path_type=Path, exists=True)  # a file or folder of a Bulk Data export
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"])
AS_JSON = click.option("--json", "as_json", is_flag=True, help="print JSON")
AS_OF = click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="the day that counts as today")
SINCE = click.option("--from", "since", type=MOMENT, metavar="DAY", help="UTC; at this moment or later")
UNTIL = click.option("--to", "until", type=MOMENT, metavar="DAY", help="UTC; before this moment")
CLIENT = click.option("--client", metavar="ISSUER", help="as this EHR gets it: its own folder, what it can apply")
SITE = click.option(
    "--site",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="a site folder; default: KYPHOPLASTY_CDS_SITE",
)
FHIR_SERVERS = click.option(
    "--fhir-server",
    "fhir_servers",
    multiple=True,
    metavar="URL",
    help="a server that open mode may call besides loopback",
)

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


def print_json(document: Any) -> None:
    """Print a document for programs."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def chosen_site(path: Path | None = None, issuer: str | None = None) -> tuple[SiteFolder | None, Capabilities]:
    """The site folder as it is for this client, and what the client can apply; the site's own where none is named."""
    path = path or read_settings().site
    folder = load_site(path) if path else None
    clients = {one.issuer: one for one in folder.site.clients} if folder else {}
    if issuer is None:
        return folder, EVERYTHING
    if folder is None or issuer not in clients:
        known = ", ".join(clients) or "none"
        raise click.BadParameter(f"no client {issuer}; there are: {known}", param_hint="--client")
    return folder.clients.get(issuer, folder), clients[issuer].capabilities or EVERYTHING

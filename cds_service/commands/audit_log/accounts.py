"""`audit add-reviewer` and `audit remove-reviewer`: accounts of the review pages."""

from typing import Any, TextIO

import click

from cds_service.audit.chain import AuditEntry
from cds_service.audit.database import Database
from cds_service.audit.store import utc_now
from cds_service.commands import options
from cds_service.commands.audit_log.log import log_database
from cds_service.errors import DataFileError
from cds_service.review.access import Access
from cds_service.review.accounts import AccountFault, Accounts
from cds_service.site.review import ROLES


@click.command("add-reviewer")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    help="default: reviewer; with --replace, unchanged",
)
@click.option(
    "--password-file",
    type=options.Stream(),
    metavar="FILE",
    help="read the password from FILE (- is standard input) instead of a prompt",
)
@click.option(
    "--replace",
    is_flag=True,
    help="set a new password for an existing account and end its sessions",
)
@options.check_text
def add_reviewer(
    *, name: str, role: Any, password_file: TextIO | None, replace: bool
) -> None:
    """Create an account for the review pages, /audit.

    A reviewer sees all entries except who looked into the log. A privacy-officer sees
    those too. An operator sees figures and integrity, and no patient.
    """
    with log_database(may_begin=not replace) as database:
        accounts = accounts_of(database)
        known = accounts.find(name) if replace else None
        if replace and known is None:
            raise DataFileError(
                "NAME", name, "there is no such account to replace in this log"
            )
        if known and not known.is_open and role is None:
            raise DataFileError(
                "NAME", name, f"was closed (it was {known.role}); --role opens it again"
            )
        role = role or (known.role if known else "reviewer")
        if password_file is None:
            password = str(
                click.prompt("Password", hide_input=True, confirmation_prompt=True)
            )
        else:
            try:
                password = password_file.readline().rstrip("\r\n")
            except UnicodeDecodeError:
                raise DataFileError("--password-file", "", "is not UTF-8") from None
        try:
            act = "replaced" if replace else "added"
            entry = account_entry(act, name, role)
            accounts.add(name, role, password, replace=replace, entry=entry)
        except AccountFault as error:
            raise DataFileError("NAME", name, str(error)) from None
    click.echo(f"{name} may log in at /audit as {role}")


@click.command("remove-reviewer")
@click.argument("name")
@options.check_text
def remove_reviewer(name: str) -> None:
    """Close an account and end its sessions.

    Its name stays taken, since entries refer to it.

    For an account of the hospital's login give 'ISSUER|SUBJECT', as entries name it:
    its sessions end, and the issuer decides whether it may log in again.
    """
    with log_database() as database:
        done = accounts_of(database).retire(
            name,
            lambda done: account_entry("closed" if done.is_closed else "ended", name),
        )
        if not any(done):
            raise DataFileError(
                "NAME", name, "there is no such account, and no session of one"
            )
    state = (
        "cannot log in any more"
        if done.is_closed
        else "may log in again for as long as the issuer lets it"
    )
    click.echo(f"{name} {state}; sessions ended: {done.sessions}")


def account_entry(result: str, name: str, role: str | None = None) -> AuditEntry:
    content = {"account": name} | ({"role": role} if role else {})
    return AuditEntry(
        kind="account",
        at=utc_now(),
        user=options.machine_user(),
        result=result,
        content=content,
    )


def accounts_of(database: Database) -> Accounts:
    return Accounts(Access(lambda: database, utc_now))

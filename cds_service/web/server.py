"""Check settings, load data, run the service, and log start and stop."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from flask import Flask
from sqlalchemy.exc import DBAPIError

from cds_service.audit.chain import AuditEntry
from cds_service.audit.checkpoint import KeyGone, signer_of
from cds_service.audit.database import Database
from cds_service.audit.network_files import MOUNTS, network_type
from cds_service.audit.query import Query
from cds_service.audit.store import AuditStore
from cds_service.errors import AuditUnavailable, DataFileError
from cds_service.loading import load_service
from cds_service.outgoing.address import is_loopback_host, parse_base
from cds_service.settings import PREFIX, Settings
from cds_service.site.folder import ServiceMode, Site, SiteFolder, load_site
from cds_service.web.app import Wiring, create_app
from cds_service.web.http_server import Address, Drain, serve
from cds_service.web.logs import configure_logs
from cds_service.web.pages.sandbox import is_open
from cds_service.web.rehearsal import rehearse

LOG = logging.getLogger("kyphoplasty_cds.audit")
SERVER_LOG = logging.getLogger("kyphoplasty_cds.server")
NAME_A_DATABASE = (
    "KYPHOPLASTY_CDS_DATABASE_URL is not set: the audit log is a SQLite file in the"
    " working folder, which other replicas and the nightly jobs may not find"
)
ENCRYPT_THE_DATABASE = (
    "the audit log's database is another machine, and its connection may be plain text:"
    " add sslmode=verify-full to KYPHOPLASTY_CDS_DATABASE_URL, or sslmode=disable if"
    " the network between them is trusted"
)
NEEDS_A_HOST = (
    "KYPHOPLASTY_CDS_PUBLIC_URL has a path: calls are answered, but the pages behind"
    " the cards and the review pages need a host name of their own"
)
NEEDS_NGINX = (
    "nginx is required in front: alone the service does not withstand slow clients or"
    " overload"
)
NAME_AN_EHR = (
    "without [[clients]] no caller is authenticated: name your EHR in site.toml and"
    " that folder in KYPHOPLASTY_CDS_SITE; to try the service on this machine, leave"
    " this out"
)


def run_server(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Load all data and answer requests until stopped.

    Raises:
        DataFileError: a file or a setting is wrong, or the address cannot be used.
    """
    site = load_site(settings.site) if settings.site else None
    _check_callers_authenticated(host, settings.public_url, site.site if site else None)
    _refuse_plain_address(
        settings.public_url,
        is_private=site is not None and site.site.fhir.allow_private_networks,
    )
    configure_logs(settings.log_level)
    if not is_loopback_host(host):
        SERVER_LOG.warning(NEEDS_NGINX)
    warn_if_sqlite_with_clients(settings, site.site if site else None)
    warn_if_below_a_path(settings.public_url)
    # What is wrong with its address is told before all words of the service are read.
    audit = AuditStore(settings.database_url)
    refuse_file_on_network(audit.database)
    refuse_file_without_place(audit.database)
    warn_if_database_unencrypted(audit.database)
    service = load_service(site)
    run = str(uuid4())
    drain = Drain(settings.drain_seconds)
    audit.open_with(_run_entry("start", run, service.digests))
    note_mode(audit, site.site.service if site else ServiceMode())
    log_checkpoint_key(audit.database, settings.audit_key)

    def make_app(address: str) -> Flask:
        base_url = settings.public_url or address
        rehearse(service, datetime.now(UTC))
        return create_app(
            service,
            settings,
            audit=audit,
            base_url=base_url,
            site=site,
            wiring=Wiring(listening=address, is_ending=lambda: drain.is_ending),
        )

    def stop() -> None:
        with suppress(AuditUnavailable):
            audit.append(_run_entry("stop", run, service.digests))
        audit.close()

    serve(
        make_app,
        Address(host, port),
        workers=workers,
        finish_seconds=_longest_deadline(settings, site) + 2,
        drain=drain,
        on_exit=stop,
    )


def _longest_deadline(settings: Settings, site: SiteFolder | None) -> float:
    """Return the seconds for which the most patient caller waits for its answer."""
    clients = site.site.clients if site else ()
    deadlines = [client.deadline_seconds or 0.0 for client in clients]
    return max([settings.deadline_seconds, *deadlines])


def _run_entry(
    kind: Literal["start", "stop"], run: str, digests: Mapping[str, str]
) -> AuditEntry:
    """Make the audit entry for the start or end of this run, with the data in force."""
    return AuditEntry(
        kind=kind, at=datetime.now(UTC), content={"run": run, "digests": dict(digests)}
    )


def note_mode(audit: AuditStore, mode: ServiceMode) -> None:
    """Record whether answers are shown, and to whom, if that has changed.

    If nothing was recorded before, the service was live.
    """
    last: Mapping[str, Any] | None = ServiceMode().in_force()
    try:
        entries = audit.reader.find(Query(kinds=("mode",)), limit=1).entries
        stored = audit.reader.entry(entries[0].id) if entries else None
        last = stored.content.get("to") if stored else last
    except AuditUnavailable:
        last = None  # not known: recorded again rather than not at all
    finally:
        audit.database.dispose()  # no connection may be shared with a fork
    if mode.in_force() != last:
        content = {"from": last, "to": mode.in_force()}
        audit.open_with(
            AuditEntry(
                kind="mode", at=datetime.now(UTC), result=mode.mode, content=content
            )
        )
    LOG.info(
        "mode",
        extra={
            "fields": {
                "event": "mode",
                "mode": mode.mode,
                "pilots": len(mode.pilot_users),
            }
        },
    )


def log_checkpoint_key(database: Database, key_file: Path | None) -> None:
    """Log the public key of checkpoints.

    So the key is known outside the database from the first day. Cards do not need it: a
    key that is gone is only a warning.

    Raises:
        DataFileError: the configured key cannot be used.
    """
    try:
        key = signer_of(database, key_file, lambda: datetime.now(UTC)).public_text
    except DBAPIError:
        return  # the database is down, which was logged already
    except KeyGone as error:
        fields = {"event": "audit-key", "key": None, "reason": str(error)}
        LOG.warning("audit-key", extra={"fields": fields})
        return
    finally:
        database.dispose()  # no connection may be shared with a fork
    LOG.info("audit-key", extra={"fields": {"event": "audit-key", "key": key}})


def warn_if_sqlite_with_clients(settings: Settings, site: Site | None) -> None:
    """Warn if EHRs are named and no database is: the log is in the working folder."""
    if site and site.clients and "database_url" not in settings.model_fields_set:
        SERVER_LOG.warning(NAME_A_DATABASE)


def warn_if_below_a_path(public_url: str | None) -> None:
    """Warn if the service has only a part of its host: pages link from the root."""
    if public_url is not None and parse_base(public_url).segments:
        SERVER_LOG.warning(NEEDS_A_HOST)


def warn_if_database_unencrypted(database: Database) -> None:
    """Warn if patients' ids and measurements may cross a network in plain text."""
    if database.may_send_plain_text:
        SERVER_LOG.warning(ENCRYPT_THE_DATABASE)


def refuse_file_on_network(database: Database, mounts: Path = MOUNTS) -> None:
    """Refuse a SQLite log that other machines may write.

    SQLite's journal is held in memory that machines do not share: two services on such
    a file overwrite each other's entries, and nothing notices it.

    Raises:
        DataFileError: the file lies on a network file system.
    """
    kind = network_type(Path(database.file), mounts) if database.file else None
    if kind is not None:
        raise DataFileError(
            "settings",
            f"{PREFIX}DATABASE_URL",
            f"names a SQLite file on a network file system ({kind}), where entries may"
            " be lost: name a file on a disk of this machine, or PostgreSQL",
        )


def refuse_file_without_place(database: Database) -> None:
    """Refuse a SQLite log that can have no file: it would never get an entry.

    Raises:
        DataFileError: the path is that of a folder, or its folder does not exist.
    """
    file = database.file
    if file is None:
        return
    problem = None
    if file.is_dir():
        problem = f"{file} is a folder: write the path of a file in it"
    elif not file.parent.is_dir():
        problem = (
            f"the folder {file.parent} does not exist: make it, for the service's user"
            " to write in, or correct the path"
        )
    if problem is not None:
        raise DataFileError("settings", f"{PREFIX}DATABASE_URL", problem)


def _check_callers_authenticated(
    host: str, public_url: str | None, site: Site | None
) -> None:
    """Let other machines in only if callers are authenticated.

    Raises:
        DataFileError: the service is open, and other machines could reach it directly
            or through a proxy; or other machines can reach it, and it has no public
            address for their tokens to name.
    """
    if is_open(site):
        if not is_loopback_host(host):
            raise DataFileError(
                "--host", host, f"lets other machines in; {NAME_AN_EHR}"
            )
        if public_url is not None and not parse_base(public_url).is_loopback:
            raise DataFileError(
                "settings",
                f"{PREFIX}PUBLIC_URL",
                f"can be reached from other machines; {NAME_AN_EHR}",
            )
    if public_url is None and not is_loopback_host(host):
        raise DataFileError(
            "settings",
            f"{PREFIX}PUBLIC_URL",
            "is needed when other machines call: it is the audience of their tokens",
        )


def _refuse_plain_address(public_url: str | None, *, is_private: bool) -> None:
    """Refuse plain http, since tokens and records pass over it.

    Only this machine and a site's private network may use it.

    Raises:
        DataFileError: it is not encrypted.
    """
    if public_url is None:
        return
    address = parse_base(public_url)
    if not address.may_carry_tokens and (not is_private or address.is_plain_and_public):
        raise DataFileError(
            "settings",
            f"{PREFIX}PUBLIC_URL",
            "is plain http: needs https, or allow-private-networks = true in [fhir]",
        )

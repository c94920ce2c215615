"""Running the service: gunicorn with threads, loaded before its workers fork."""

from __future__ import annotations

import gc
import logging
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from flask import Flask
from sqlalchemy.exc import DBAPIError

from cds_service.audit.answers_given import AnswersGiven
from cds_service.audit.chain import AuditEntry
from cds_service.audit.checkpoint import signer_of
from cds_service.audit.database import Database
from cds_service.audit.store import AuditStore
from cds_service.errors import AuditUnavailable, DataFileError
from cds_service.loading import load_service
from cds_service.outgoing.address import is_loopback_host, parse_base
from cds_service.settings import PREFIX, Settings
from cds_service.site.folder import Site, SiteFolder, load_site
from cds_service.web.app import AT_WORKER_START, create_app
from cds_service.web.logs import configure_logs
from cds_service.web.metrics import share_between_workers
from cds_service.web.transport.board import Board
from cds_service.web.transport.limits import Limits
from cds_service.web.transport.parent import BACKLOG, Server

LOG = logging.getLogger("kyphoplasty_cds.audit")
START_SECONDS = 60
COLLECT_AFTER = 50_000  # objects more than before; a request of 177 KB makes 10,000, and is freed without the collector


def run_server(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Load everything that is in force and answer until stopped.

    Raises:
        DataFileError: a file or a setting is wrong, or the address cannot be used.
    """
    site = load_site(settings.site) if settings.site else None
    refuse_public_host(host, site.site if site else None, settings.public_url)
    refuse_plain_address(settings.public_url, is_private=site is not None and site.site.fhir.allow_private_networks)
    configure_logs(settings.log_level)
    service = load_service(site)
    audit = AuditStore(settings.database_url)
    run, board = str(uuid4()), Board()
    audit.open_with(run_entry("start", run, service.digests))
    say_checkpoint_key(audit.database, settings.audit_key)

    def make_app(address: str) -> Flask:
        base_url = settings.public_url or address
        return create_app(
            service,
            settings,
            audit=audit,
            earlier=AnswersGiven(audit),
            base_url=base_url,
            listening=address,
            site=site,
            is_ending=lambda: board.is_ending,
        )

    def stop() -> None:
        with suppress(AuditUnavailable):
            audit.append(run_entry("stop", run, service.digests))
        audit.close()

    serve(
        make_app,
        host=host,
        port=port,
        workers=workers,
        limits=Limits(body_bytes=settings.max_body_bytes, finish_seconds=longest_answer(settings, site) + 2),
        drain_seconds=settings.drain_seconds,
        board=board,
        on_exit=stop,
    )


def longest_answer(settings: Settings, site: SiteFolder | None) -> float:
    """Seconds that any caller may be made to wait."""
    clients = site.site.clients if site else ()
    return max([settings.deadline_seconds, *(one.deadline_seconds or 0.0 for one in clients)])


def run_entry(kind: Literal["start", "stop"], run: str, digests: Mapping[str, str]) -> AuditEntry:
    """The entry that this run of the service began or ended, with what was in force."""
    return AuditEntry(kind=kind, at=datetime.now(UTC), content={"run": run, "digests": dict(digests)})


def say_checkpoint_key(database: Database, key_file: Path | None) -> None:
    """The public key of checkpoints as a log line, so that it is known outside the database from the first day on.

    Raises:
        DataFileError: the key of the setting cannot be used.
    """
    try:
        key = signer_of(database, key_file, lambda: datetime.now(UTC)).public_text
    except DBAPIError:
        return  # it does not answer now, which was said already
    finally:
        database.dispose()  # no connection may be shared with a fork
    LOG.info("audit-key", extra={"fields": {"event": "audit-key", "key": key}})


def refuse_public_host(host: str, site: Site | None = None, public_url: str | None = None) -> None:
    """Where callers are not asked who they are only this machine may call; elsewhere they must know what we are called.

    Args:
        host: to listen at.
        site: names the clients; None is open mode.
        public_url: what tokens must be made for.

    Raises:
        DataFileError: another address than loopback without clients, or without an address that tokens can name.
    """
    if is_loopback_host(host):
        return
    if site is None or not site.clients:
        raise DataFileError(
            "--host", host, "nobody is asked who they are without [[clients]]: only loopback, 127.0.0.1"
        )
    if public_url is None:
        raise DataFileError(
            "settings", f"{PREFIX}PUBLIC_URL", "is needed where others call: tokens are made for this address"
        )


def refuse_plain_address(public_url: str | None, *, is_private: bool) -> None:
    """Tokens and records come over this address: plain http is for this machine, and for a site's private network.

    Args:
        public_url: of the setting; None is the listening address.
        is_private: whether the site allows private networks.

    Raises:
        DataFileError: it is not encrypted.
    """
    if public_url is None:
        return
    address = parse_base(public_url)
    if not address.may_carry_tokens and (not is_private or address.is_plain_and_public):
        raise DataFileError(
            "settings", f"{PREFIX}PUBLIC_URL", "is plain http: needs https, or allow-private-networks = true in [fhir]"
        )


def serve(
    make_app: Callable[[str], Flask],
    *,
    host: str,
    port: int,
    workers: int = 1,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    drain_seconds: float = 0.0,
    board: Board | None = None,
    on_exit: Callable[[], None] = lambda: None,
) -> None:
    """Answer HTTP on this address; says `listening on http://HOST:PORT` once it does.

    Args:
        make_app: gives the application for the address on which it listens; called once, before workers fork.
        host: name or address.
        port: 0 picks a free one.
        workers: processes.
        limits: of each worker.
        drain_seconds: between the wish to stop and the end of accepting.
        board: what the processes know of each other, where the application wants to know it too.
        on_exit: called once all workers have ended.

    Raises:
        DataFileError: the address cannot be used.
    """
    listener = _listen(host, port)
    address = _url_of(host, listener.getsockname()[1])
    folder = Path(tempfile.mkdtemp(prefix="kyphoplasty-cds-metrics-")) if workers > 1 else None
    if folder is not None:
        share_between_workers(folder)

    def end() -> None:
        on_exit()
        if folder is not None:
            shutil.rmtree(folder)

    app = make_app(address)

    def begin(worker: Any) -> None:
        app.extensions.get(AT_WORKER_START, lambda: None)()
        _announce(address, worker)

    server = Server(
        app,
        listener=listener.fileno(),
        workers=workers,
        limits=limits,
        board=board or Board(),
        drain_seconds=drain_seconds,
        once_started=begin,
        on_exit=end,
    )
    gc.collect()
    gc.freeze()  # what is loaded stays; the collector of a worker would only copy its pages
    gc.set_threshold(COLLECT_AFTER)
    gc.enable()
    server.run()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host.strip("[]"), port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise DataFileError("--host/--port", f"{host}:{port}", f"cannot listen there: {error.strerror}") from None


def _url_of(host: str, port: int) -> str:
    return f"http://[{host.strip('[]')}]:{port}" if ":" in host else f"http://{host}:{port}"


def _announce(address: str, worker: Any) -> None:
    """The first worker says that the service listens, once an answer has come back."""
    if worker.age == 1:
        threading.Thread(target=_say_when_it_answers, args=(address,), daemon=True).start()


def _say_when_it_answers(address: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        connection = HTTPConnection(address.removeprefix("http://"), timeout=5)
        try:
            connection.request("GET", "/health/live")
            if connection.getresponse().status == 200:
                print(f"listening on {address}", flush=True)  # noqa: T201 - for whoever started us
                return
        except (OSError, HTTPException):
            time.sleep(0.05)
        finally:
            connection.close()

"""`kyphoplasty-cds sandbox`: the page that plays the EHR.

It shows the sample patients, from any installation.

One process, one address, no checkout: `uvx`, `pipx run` and `docker run` start it. Open
mode, so for this machine alone; the log is deleted at the end.
"""

import signal
import threading
from contextlib import closing, suppress
from tempfile import TemporaryDirectory

import click

from cds_service.audit.store import AuditStore
from cds_service.commands import options
from cds_service.loading import load_service
from cds_service.samples.fhir_server import LocalServer
from cds_service.settings import Settings
from cds_service.web.app import create_app
from cds_service.web.logs import configure_logs

DEADLINE_SECONDS = 20.0  # a person who tries it is patient, a small machine slow


@click.command("sandbox")
@options.port("if it is taken, a free one; 0 picks one")
@options.FHIR_SERVERS
@options.check_text
def run_sandbox(port: int, fhir_servers: tuple[str, ...]) -> None:
    """Start the page that plays the EHR, with the sample patients.

    It prints one address and runs until Ctrl-C. It reads no site folder and no setting.
    """
    configure_logs("ERROR")
    ended = threading.Event()
    with suppress(ValueError):  # not in the main thread
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: ended.set())
    service = load_service()
    settings = Settings(deadline_seconds=DEADLINE_SECONDS, fhir_servers=fhir_servers)
    with (
        TemporaryDirectory(prefix="kyphoplasty-cds-") as folder,
        closing(AuditStore(f"sqlite:///{folder}/audit.sqlite3")) as log,
        LocalServer(
            lambda url: create_app(service, settings, audit=log, base_url=url), port
        ) as server,
    ):
        click.echo(f"{server.url}/sandbox")
        ended.wait()

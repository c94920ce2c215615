"""The application of a site folder, with a log of its own, at noon of a fixed day."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask.testing import FlaskClient

from cds_service.audit.store import AuditStore
from cds_service.loading import load_service
from cds_service.settings import Settings
from cds_service.site.folder import load_site
from cds_service.web.app import Wiring, create_app
from tests.audit_builders import NOON


@contextmanager
def site_client(folder: Path, *, base_url: str) -> Iterator[FlaskClient]:
    """A client of the application that this site folder makes."""
    site = load_site(folder)
    store = AuditStore(f"sqlite:///{folder / 'audit.sqlite3'}", wait_seconds=30)
    app = create_app(
        load_service(site),
        Settings(deadline_seconds=30),
        audit=store,
        base_url=base_url,
        site=site,
        wiring=Wiring(clock=lambda: NOON),
    )
    yield app.test_client()
    store.close()

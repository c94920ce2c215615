"""One running service, and what its discovery asks for, for all tests of this folder that name them."""

import pytest

from tests.integration.servers.charts import samples
from tests.integration.servers.hapi import HAPI, run_hapi
from tests.integration.servers.installation import require
from tests.live_service import LiveService


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    running = LiveService(tmp_path_factory.mktemp("integration"))
    yield running
    running.close()


@pytest.fixture(scope="session")
def templates(service):
    return service.templates()


@pytest.fixture(scope="session")
def hapi():
    """HAPI with all patients; it answers ten resources a page."""
    require(HAPI)
    with run_hapi() as server:
        for each in samples().values():
            server.load(each.resources)
        yield server

"""A real FHIR server for all tests of this folder that name it."""

import pytest

from tests.integration.servers.charts import samples
from tests.integration.servers.hapi import HAPI, run_hapi
from tests.integration.servers.installation import require


@pytest.fixture(scope="session")
def hapi():
    """HAPI with all patients; it answers ten resources a page."""
    require(HAPI)
    with run_hapi() as server:
        for each in samples().values():
            server.load(each.resources)
        yield server

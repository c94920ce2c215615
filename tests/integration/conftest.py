"""One running service, and what its discovery asks for, for all tests of this folder that name them."""

from __future__ import annotations

import pytest

from tests.live_service import LiveService


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    running = LiveService(tmp_path_factory.mktemp("integration"))
    yield running
    running.close()


@pytest.fixture(scope="session")
def templates(service):
    return service.templates()

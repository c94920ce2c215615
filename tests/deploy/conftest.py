"""Replicas of the real service on one PostgreSQL, behind the real nginx, for the tests that name them."""

import pytest

from tests.deploy.front import front
from tests.deploy.programs import need
from tests.deploy.replicas import Replicas


@pytest.fixture(scope="session")
def replicas(postgres, tmp_path_factory):
    """Four of them."""
    with Replicas(
        tmp_path_factory.mktemp("replicas"), postgres.new_database(), 4
    ) as running:
        yield running


@pytest.fixture(scope="session")
def site(replicas):
    """The proxy before the four."""
    need("nginx")
    with front(replicas.ports) as running:
        yield running

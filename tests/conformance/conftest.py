"""One running service for all conformance tests, and its answers to every kind of signing."""

import pytest

from tests.conformance.answers import every_kind_of_signing
from tests.live_service import LiveService


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    running = LiveService(tmp_path_factory.mktemp("conformance"))
    yield running
    running.close()


@pytest.fixture(scope="session")
def entry(service):
    """What discovery says of the service."""
    return service.discovery()


@pytest.fixture(scope="session")
def templates(service):
    return service.templates()


@pytest.fixture(scope="session")
def answers(service, templates):
    """Answers by kind of signing, each with its request; every one of them has cards."""
    found = {}
    for name, request in every_kind_of_signing(templates).items():
        reply = service.post(request)
        assert reply.status == 200, (name, reply.body[:500])
        found[name] = (request, reply)
    return found


@pytest.fixture(scope="session")
def responses(answers):
    """The bodies alone."""
    return {name: reply.json() for name, (_, reply) in answers.items()}

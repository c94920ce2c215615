"""One running service for all conformance tests, and its answers to every kind of signing."""

from unittest.mock import Mock

import pytest

from cds_service.errors import AuditUnavailable, NotAuthenticated
from tests.conformance.answers import every_kind_of_signing
from tests.live_service import LiveService
from tests.signings import person
from tests.stub_fhir import StubFhir, fhir, page


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    with LiveService(tmp_path_factory.mktemp("conformance")) as running:
        yield running


@pytest.fixture
def server():
    """A FHIR server on which patient p1 has nothing but a name and a stay."""
    stay = {
        "resourceType": "Encounter",
        "id": "enc89284",  # every call of the request generator names it
        "status": "in-progress",
        "subject": {"reference": "Patient/p1"},
    }
    with StubFhir() as stub:
        stub.default = fhir(page(total=0))
        stub.say("/Patient/p1", person())
        stub.say("/Encounter/enc89284", stay)
        yield stub


class _NoAudit:
    def append(self, _entry, _until=None):
        raise AuditUnavailable("The audit entry could not be written.")

    append_together = append


@pytest.fixture(scope="session")
def failing(tmp_path_factory):
    """Services that answer with a status which a good one in open mode does not have."""

    def falling(error):
        return LiveService(folder, flow=Mock(side_effect=error))

    folder = tmp_path_factory.mktemp("failing")
    with (
        falling(NotAuthenticated("secret of a patient")) as refusing,
        falling(RuntimeError("secret of a patient")) as broken,
        LiveService(folder, audit=_NoAudit()) as silent,
    ):
        yield {401: refusing, 500: broken, 503: silent}


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

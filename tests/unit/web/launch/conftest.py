"""An EHR with one patient, a service that it may launch, and a clinician."""

import pytest

from tests.launch_desk import Clinician, LaunchDesk
from tests.stub_ehr import StubEhr


def person(name):
    return {
        "resourceType": "Patient",
        "id": name,
        "name": [{"family": f"Family-of-{name}", "given": ["Ada"]}],
        "gender": "female",
        "birthDate": "1950-01-15",
    }


@pytest.fixture
def ehr():
    with StubEhr(person("p1"), person("p2")) as found:
        yield found


@pytest.fixture
def make_desk(tmp_path, ehr):
    made = []

    def make(more="", **options):
        made.append(LaunchDesk(tmp_path, ehr, more, **options))
        return made[-1]

    yield make
    for desk in made:
        desk.close()


@pytest.fixture
def desk(make_desk):
    return make_desk()


@pytest.fixture
def clinician(desk):
    return Clinician(desk)

"""How many examples each strategy gets, and the service that they are sent to.

`FUZZ_EXAMPLES=200000` shares so many among all (`make fuzz`), others at every run; without it a few, always the same.
"""

import logging

import pytest

from tests.fuzz.amount import DEADLINE_SECONDS
from tests.fuzz.fuzzed_service import FuzzedService, nothing_leaks
from tests.running_service import RunningService


@pytest.fixture
def subject_of(tmp_path):
    """The application of a site over an empty log; at the end the log is verified."""
    logger = logging.getLogger()
    before = logger.level
    made = []

    def make(site=None):
        found = FuzzedService(tmp_path, site)
        made.append(found)
        logger.addHandler(found.log)
        logger.setLevel("INFO")
        return found

    yield make
    for found in made:
        logger.removeHandler(found.log)
        logger.setLevel(before)
        found.close()


@pytest.fixture(scope="session")
def process(tmp_path_factory):
    """The service as an operator starts it; whatever it wrote to its log is looked at in the end."""
    seconds = {"KYPHOPLASTY_CDS_DEADLINE_SECONDS": str(DEADLINE_SECONDS)}
    with RunningService(
        tmp_path_factory.mktemp("service"), environment=seconds
    ) as running:
        yield running
        written = "\n".join(running.lines())
    nothing_leaks(written)
    assert '"level": "ERROR"' not in written


@pytest.fixture
def subject(subject_of):
    """The application in open mode."""
    return subject_of()

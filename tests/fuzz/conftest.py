"""How many examples each strategy gets, and the service that they are sent to.

`FUZZ_EXAMPLES=200000` shares so many among all (`make fuzz`), others at every run; without it a few, always the same.
"""

import logging

import pytest

from tests.fuzz.fuzzed_service import FuzzedService, Tally


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


@pytest.fixture
def tally():
    """What a strategy counts that has no application of its own."""
    return Tally()


@pytest.fixture
def subject(subject_of):
    """The application in open mode."""
    return subject_of()

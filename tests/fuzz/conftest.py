"""How many examples each strategy gets, and the service that they are sent to.

`FUZZ_EXAMPLES=200000` shares so many among all (`make fuzz`), others at every run; without it a few, always the same.
"""

from __future__ import annotations

import json
import logging

import pytest

from tests.fuzz.amount import IS_LONG_RUN, TALLIES
from tests.fuzz.fuzzed_service import FuzzedService, Tally


@pytest.fixture
def subject_of(tmp_path, request):
    """The application of a site over an empty log; at the end the log is verified and what was answered is noted."""
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
        if IS_LONG_RUN:
            _note(request.node.name, found.tally)
        found.close()


@pytest.fixture
def tally(request):
    """What a strategy counts that has no application of its own."""
    found = Tally()
    yield found
    if IS_LONG_RUN:
        _note(request.node.name, found)


@pytest.fixture
def subject(subject_of):
    """The application in open mode."""
    return subject_of()


def _note(name: str, tally: Tally) -> None:
    line = {
        "strategy": name,
        "statuses": dict(tally.statuses),
        "slowest": round(tally.slowest, 3),
        "answers": tally.answers,
    }
    TALLIES.parent.mkdir(parents=True, exist_ok=True)
    with TALLIES.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")

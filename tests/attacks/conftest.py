"""One field for all cases; when all have been played, nothing of them may be left."""

from __future__ import annotations

import pytest

from tests.attacks.field import Field


@pytest.fixture(scope="session")
def field(tmp_path_factory):
    played = Field(tmp_path_factory.mktemp("attacks"))
    try:
        yield played
        assert played.faults_of_the_run() == []
    finally:
        played.close()

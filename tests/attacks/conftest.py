"""One field for all cases; when all have been played, nothing of them may be left."""

import pytest

# what fails in a scenario says with what
pytest.register_assert_rewrite("tests.attacks", "tests.foreign_words")

from tests.attacks.field import Field  # noqa: E402


@pytest.fixture(scope="session")
def field(tmp_path_factory):
    played = Field(tmp_path_factory.mktemp("attacks"))
    try:
        yield played
        assert played.faults_of_the_run() == []
    finally:
        played.close()

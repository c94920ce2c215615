"""The review pages over an empty log."""

import pytest

from tests.review_desk import ReviewDesk


@pytest.fixture
def desk(tmp_path):
    found = ReviewDesk(tmp_path)
    yield found
    found.store.close()

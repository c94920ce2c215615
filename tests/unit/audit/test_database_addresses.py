"""Addresses of databases that cannot keep an audit log."""

import pytest

from cds_service.audit.database import Database
from cds_service.errors import DataFileError


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:m?mode=memory&cache=shared&uri=true",
        "sqlite:///file::memory:?cache=shared&uri=true",
    ],
)
def test_a_log_in_memory_is_refused_by_name(url):
    with pytest.raises(DataFileError, match="needs a file"):
        Database(url, wait_seconds=1)

"""A log whose file may be written again takes entries without a restart."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from cds_service.audit.store import AuditStore
from cds_service.errors import AuditUnavailable
from tests.audit_builders import answer_entry, rows_of


class Rights:
    """What connections that are opened now may do."""

    may_write = True


@pytest.fixture
def rights() -> Iterator[Rights]:
    """Open connections for reading alone, as SQLite does where the file allows no more.

    The right is the connection's: it outlives the mode of the file.
    """
    given = Rights()

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        if not given.may_write:
            connection.execute("PRAGMA query_only = ON")

    event.listen(Engine, "connect", limit)
    yield given
    event.remove(Engine, "connect", limit)


def test_entries_are_taken_again_once_the_file_may_be_written(
    rights: Rights, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    with closing(AuditStore(url)) as store:
        store.append(answer_entry(1))
        store.database.dispose()
        rights.may_write = False
        with pytest.raises(AuditUnavailable):
            store.append(answer_entry(2))
        assert not store.state().is_ready
        rights.may_write = True
        store.append(answer_entry(3))
        assert store.state().is_ready
    kinds = [kind for (kind,) in rows_of(url, "SELECT kind FROM audit_entry")]
    assert kinds == ["genesis", "answer", "gap", "answer"]

"""A purge says so while SQLite's journal still holds what it deleted."""

from contextlib import closing
from datetime import timedelta

import pytest

from cds_service.audit.database import Database
from cds_service.audit.store import AuditStore
from cds_service.errors import CdsError
from tests.audit_builders import NOON, answer_entry, purge, rows_of

LATER = NOON + timedelta(hours=1)


def test_what_is_being_read_stays_in_the_journal(tmp_path):
    url = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    with closing(AuditStore(url)) as store:
        store.append(answer_entry(1))
        store.append(answer_entry(2))
    other, ours = Database(url), Database(url, wait_seconds=0.2)
    try:
        with other.reading() as connection:
            connection.exec_driver_sql("SELECT * FROM audit_payload").fetchone()
            with pytest.raises(CdsError, match="2 entries purged; SQLite's"):
                purge(ours, LATER)
        purge(ours, LATER)
        assert (tmp_path / "audit.sqlite3-wal").stat().st_size == 0
    finally:
        other.dispose()
        ours.dispose()
    assert rows_of(url, "SELECT 1 FROM audit_payload WHERE body LIKE '%pat-1%'") == []
